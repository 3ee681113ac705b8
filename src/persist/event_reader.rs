//! Reads an event stream: of an interrupted run, to render or resume it, or of a complete one.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::report::FORMAT as REPORT_FORMAT;
use crate::model::{
    CaseReport, Comparison, ContractReport, Contradiction, ExitCode, IncompleteShard, Place,
    Redacted, Report, RequirementReport, RunCommand, Setup, ShardReport, Summary, WaiverReport,
    contradiction, contradiction_in_case, contradiction_in_times,
};
use crate::persist::event_writer::FORMAT;
use crate::persist::lines;
use crate::persist::lines::LinesError;

/// The first bytes of a stream, which distinguish it from a JSON report.
const BEGINNING: &[u8] = b"{\"event\":\"header\"";

/// A run, read from its events.
#[derive(Clone, Debug)]
pub struct EventStream {
    /// The options of the run; `None` if the stream was rendered from a report.
    pub command: Option<RunCommand>,
    /// The setup of the target.
    pub setup: Option<Setup>,
    /// The report of the run before its first case: every case of the plan is skipped.
    pub not_started: Report,
    /// The completed cases, in the order in which they ended.
    pub done: Vec<CaseReport>,
    /// The final report, if the run ended normally.
    pub finished: Option<Report>,
    /// The number of bytes at the start of the file that hold the header, the plan and completed cases.
    pub kept: u64,
    /// The number of the last line if it is incomplete.
    pub cut: Option<usize>,
}

/// Returns whether the file is an event stream, judging by its first bytes.
pub fn is_event_stream(path: &Path) -> bool {
    use std::io::Read as _;
    let mut beginning = Vec::new();
    let file = std::fs::File::open(path);
    file.and_then(|file| {
        file.take(BEGINNING.len() as u64)
            .read_to_end(&mut beginning)
    })
    .is_ok_and(|_| beginning == BEGINNING)
}

/// Reads an event stream.
///
/// # Errors
///
/// When the file cannot be read, is too large, or has an invalid line.
pub fn load_events(path: &Path) -> Result<EventStream, LinesError> {
    read_events(&path.display().to_string(), &lines::read(path)?)
}

#[derive(Deserialize)]
struct Kind {
    event: String,
}

#[derive(Deserialize)]
struct HeaderLine {
    format: String,
    command: Option<RunCommand>,
    setup: Option<Setup>,
    report: serde_json::Value,
}

#[derive(Deserialize)]
struct PlanLine {
    cases: Vec<PlannedLine>,
}

#[derive(Deserialize)]
struct PlannedLine {
    id: String,
    title: Redacted,
    contract: Arc<str>,
    proves: Arc<[String]>,
    #[serde(default)]
    by_rules: Arc<[String]>,
    place: Place,
    skip: Option<Redacted>,
}

#[derive(Deserialize)]
struct CaseLine {
    case: CaseReport,
}

#[derive(Deserialize)]
struct FooterLine {
    exit: ExitCode,
    reasons: Vec<String>,
    /// The header is written a moment before the run starts.
    started: Option<String>,
    interrupted: bool,
    /// What is known of the shard at the end.
    #[serde(default)]
    shard: Option<Box<ShardReport>>,
    /// Of a merged report.
    #[serde(default)]
    incomplete_shards: Vec<IncompleteShard>,
    duration_ms: f64,
    summary: Summary,
    contracts: Vec<ContractReport>,
    #[serde(default)]
    waivers: Vec<WaiverReport>,
    requirements: Vec<RequirementReport>,
    #[serde(default)]
    comparison: Option<Box<Comparison>>,
}

/// Reads the bytes of an event stream.
///
/// # Errors
///
/// As [`load_events`].
pub fn read_events(file: &str, bytes: &[u8]) -> Result<EventStream, LinesError> {
    let mut reader = Reader {
        file,
        line: 0,
        stream: None,
        known: HashMap::new(),
        done: HashSet::new(),
        undone: Vec::new(),
    };
    let mut read = 0;
    for (number, line, end) in lines::complete(bytes) {
        reader.line = number;
        reader.read(line, end as u64)?;
        read = end;
    }
    let is_cut = read < bytes.len();
    let line = reader.line + 1;
    match reader.stream {
        Some(mut stream) if stream.kept > 0 => {
            stream.cut = is_cut.then_some(line);
            Ok(stream)
        }
        _ => Err(LinesError::Empty {
            file: file.to_owned(),
        }),
    }
}

struct Reader<'f> {
    file: &'f str,
    line: usize,
    stream: Option<EventStream>,
    /// Ids of the plan.
    known: HashMap<String, Arc<[String]>>,
    /// Ids read so far.
    done: HashSet<String>,
    undone: Vec<CaseReport>,
}

impl Reader<'_> {
    fn damaged(&self, fault: impl Into<String>) -> LinesError {
        LinesError::Damaged {
            file: self.file.to_owned(),
            line: self.line,
            fault: fault.into(),
        }
    }

    fn contradictory(&self, found: &Contradiction) -> LinesError {
        self.damaged(format!(
            "it contradicts {}: {found}. It was edited after the run, or no run wrote it; use the \
             event stream as the run wrote it",
            if self.line == 1 {
                "itself"
            } else {
                "the lines before it"
            }
        ))
    }

    fn parse<T: DeserializeOwned>(&self, line: &[u8]) -> Result<T, LinesError> {
        lines::parse(line, "an event stream").map_err(|fault| self.damaged(fault))
    }

    /// Reads a complete line, which ends at byte `end` of the file.
    fn read(&mut self, line: &[u8], end: u64) -> Result<(), LinesError> {
        let Kind { event } = self.parse(line)?;
        let is_over = self
            .stream
            .as_ref()
            .is_some_and(|stream| stream.finished.is_some());
        if is_over {
            return Err(self.damaged("a line after the footer"));
        }
        match (event.as_str(), self.line) {
            ("header", 1) => self.header(line),
            ("plan", 2) => self.plan(line, end),
            ("case" | "undone", 3..) => self.case(line, event == "case", end),
            ("footer", 3..) => self.footer(line),
            (other, _) => {
                Err(self.damaged(format!("an unexpected `{}` event", other.escape_debug())))
            }
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), LinesError> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let Format { format } = self.parse(line)?;
        if format != FORMAT {
            let format = format.escape_debug();
            return Err(self.damaged(format!("expected the format `{FORMAT}`, found `{format}`")));
        }
        let header: HeaderLine = self.parse(line)?;
        let format = header
            .report
            .get("format")
            .and_then(|format| format.as_str());
        if format != Some(REPORT_FORMAT) {
            return Err(self.damaged(format!("expected a report of the format `{REPORT_FORMAT}`")));
        }
        let not_started: Report = serde_json::from_value(header.report)
            .map_err(|error| self.damaged(format!("invalid report: {error}")))?;
        debug_assert_eq!(header.format, FORMAT);
        if let Some(found) = contradiction_in_times(&not_started) {
            let path = found.path.replacen('$', "$.report", 1);
            return Err(self.contradictory(&Contradiction { path, ..found }));
        }
        self.stream = Some(EventStream {
            command: header.command,
            setup: header.setup,
            not_started,
            done: Vec::new(),
            finished: None,
            kept: 0,
            cut: None,
        });
        Ok(())
    }

    fn plan(&mut self, line: &[u8], end: u64) -> Result<(), LinesError> {
        let plan: PlanLine = self.parse(line)?;
        for planned in &plan.cases {
            let proves = Arc::clone(&planned.proves);
            if self.known.insert(planned.id.clone(), proves).is_some() {
                return Err(self.damaged(format!(
                    "duplicate case {} in the plan",
                    planned.id.escape_debug()
                )));
            }
        }
        let stream = self.stream()?;
        stream.not_started.cases = plan.cases.into_iter().map(not_started).collect();
        stream.kept = end;
        Ok(())
    }

    fn case(&mut self, line: &[u8], is_done: bool, end: u64) -> Result<(), LinesError> {
        let CaseLine { case } = self.parse(line)?;
        let id = case.id.escape_debug().to_string();
        let Some(planned) = self.known.get(&case.id) else {
            return Err(self.damaged(format!("{id} is not in the plan")));
        };
        if case.proves != *planned {
            let wrong = "the plan lists other requirements that it proves";
            return Err(self.damaged(format!("{id}: {wrong}")));
        }
        if !self.done.insert(case.id.clone()) {
            return Err(self.damaged(format!("a second line for {id}")));
        }
        if let Some(found) = contradiction_in_case(&case) {
            let path = format!("$.case.{}", found.path);
            return Err(self.contradictory(&Contradiction { path, ..found }));
        }
        if !is_done {
            self.undone.push(case);
            return Ok(());
        }
        let stream = self.stream()?;
        stream.done.push(case);
        stream.kept = end;
        Ok(())
    }

    fn footer(&mut self, line: &[u8]) -> Result<(), LinesError> {
        let footer: FooterLine = self.parse(line)?;
        let undone = std::mem::take(&mut self.undone);
        if self.done.len() != self.known.len() {
            let missing = self.known.len() - self.done.len();
            return Err(self.damaged(format!(
                "the footer, but {missing} cases of the plan are missing"
            )));
        }
        let stream = self.stream()?;
        let cases = stream.done.iter().cloned().chain(undone);
        let mut cases: HashMap<String, CaseReport> =
            cases.map(|case| (case.id.clone(), case)).collect();
        let planned = stream.not_started.cases.iter();
        let finished = Report {
            exit: footer.exit,
            reasons: footer.reasons,
            started: footer
                .started
                .unwrap_or_else(|| stream.not_started.started.clone()),
            interrupted: footer.interrupted,
            shard: footer.shard,
            incomplete_shards: footer.incomplete_shards,
            duration_ms: footer.duration_ms,
            summary: footer.summary,
            contracts: footer.contracts,
            waivers: footer.waivers,
            requirements: footer.requirements,
            comparison: footer.comparison,
            cases: planned.filter_map(|case| cases.remove(&case.id)).collect(),
            ..stream.not_started.clone()
        };
        let finished = finished.with_causes();
        // Paths are those of the report: the footer has the same members, and each case has a line.
        let found = contradiction(&finished);
        stream.finished = Some(finished);
        found.map_or(Ok(()), |found| Err(self.contradictory(&found)))
    }

    fn stream(&mut self) -> Result<&mut EventStream, LinesError> {
        let (file, line) = (self.file, self.line);
        self.stream.as_mut().ok_or_else(|| LinesError::Damaged {
            file: file.to_owned(),
            line,
            fault: "the header is missing".into(),
        })
    }
}

/// A case of the plan that was not run.
fn not_started(planned: PlannedLine) -> CaseReport {
    let report = CaseReport::skipped(
        planned.id,
        planned.title,
        planned.contract,
        planned.proves,
        planned.place,
        planned.skip.unwrap_or_else(|| "interrupted".into()),
    );
    CaseReport {
        by_rules: planned.by_rules,
        ..report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persist::event_writer as events;
    use crate::report::sample;
    use proptest::prelude::*;

    fn written(report: &Report) -> Vec<u8> {
        let mut out = Vec::new();
        events::render(report, &mut out).unwrap();
        out
    }

    fn refusal(bytes: &[u8]) -> String {
        read_events("run.jsonl", bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_run_that_started_at_no_moment_is_refused_at_its_first_line() {
        let report = sample::settled(sample::green());
        let text = String::from_utf8(written(&report)).unwrap();
        let edited = text.replace(&format!("\"{}\"", report.started), "\"yesterday\"");
        let said = refusal(edited.as_bytes());
        assert!(
            said.contains(
                "it contradicts itself: `$.report.started` is \"yesterday\", but a run starts at a date"
            ),
            "{said}"
        );
    }

    #[test]
    fn a_finished_run_reads_back_as_the_same_report() {
        for report in sample::all().into_iter().map(sample::settled) {
            let stream = read_events("run.jsonl", &written(&report)).unwrap();
            assert_eq!(stream.finished.as_ref(), Some(&report));
            assert_eq!(stream.done, *report.cases);
            assert_eq!(stream.cut, None);
        }
    }

    #[test]
    fn an_incomplete_stream_is_read_up_to_its_last_complete_line() {
        let report = sample::settled(sample::flaky());
        let bytes = written(&report);
        let begun = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let begun = begun.map(|(at, _)| at + 1).nth(1).unwrap();
        for end in (begun..bytes.len()).step_by(97) {
            let stream = read_events("run.jsonl", &bytes[..end]).unwrap();
            assert_eq!(stream.finished, None);
            assert_eq!(stream.done, report.cases[..stream.done.len()]);
            assert_eq!(stream.cut.is_some(), bytes[end - 1] != b'\n');
            assert!(stream.kept <= end as u64);
        }
        assert!(refusal(&bytes[..begun - 1]).contains("nothing was done"));
        assert!(refusal(b"").contains("nothing was done"));
    }

    #[test]
    fn a_damaged_line_is_reported_with_its_number() {
        let bytes = written(&sample::settled(sample::green()));
        let text = String::from_utf8(bytes).unwrap();
        let with = |line: usize, put: &str| {
            let mut lines: Vec<&str> = text.lines().collect();
            lines[line - 1] = put;
            refusal(format!("{}\n", lines.join("\n")).as_bytes())
        };
        let third = text.lines().nth(2).unwrap().to_owned();
        assert!(
            with(4, "{\"event\":\"ca").starts_with("run.jsonl:4: not a line of an event stream")
        );
        assert!(with(4, &third).starts_with("run.jsonl:4: a second line for autopilot/"));
        assert!(with(4, "").starts_with("run.jsonl:4: "));
        assert!(with(4, &third.replace("route-a", "route-b")).ends_with("is not in the plan"));
        assert!(with(2, &third).ends_with("an unexpected `case` event"));
        let header = text.lines().next().unwrap();
        assert!(with(1, &header.replace("events/1", "events/9")).contains("`probity-events/9`"));
        let without = text.replace(&format!("{third}\n"), "");
        assert!(refusal(without.as_bytes()).ends_with("1 cases of the plan are missing"));
        assert!(
            refusal(format!("{text}{third}\n").as_bytes()).ends_with("a line after the footer")
        );
    }

    /// Checks that a stream is rejected or consistent.
    fn assert_sound(bytes: &[u8]) {
        let Ok(stream) = read_events("run.jsonl", bytes) else {
            return;
        };
        let kept = usize::try_from(stream.kept).unwrap();
        let again = read_events("run.jsonl", &bytes[..kept]).unwrap();
        assert_eq!((&again.done, again.kept), (&stream.done, stream.kept));
        match stream.finished {
            Some(report) => {
                let again = read_events("run.jsonl", &written(&report)).unwrap();
                assert_eq!(again.finished, Some(report));
            }
            None => assert!(stream.done.len() <= stream.not_started.cases.len()),
        }
    }

    proptest! {
        #[test]
        fn missing_duplicate_or_swapped_lines_are_rejected_or_consistent(
            lost in prop::collection::vec(0usize..12, 0..3),
            swapped in (0usize..12, 0usize..12),
            cut in 0usize..200,
        ) {
            let whole = written(&sample::settled(sample::warned()));
            let text = String::from_utf8(whole).unwrap();
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (one, other) = (swapped.0 % lines.len(), swapped.1 % lines.len());
            lines.swap(one, other);
            for at in lost {
                let at = at % lines.len();
                if at.is_multiple_of(2) {
                    lines.remove(at);
                } else {
                    lines.insert(at, lines[at]);
                }
            }
            let mut bytes = lines.concat().into_bytes();
            bytes.truncate(bytes.len().saturating_sub(cut));
            assert_sound(&bytes);
        }

        #[test]
        fn arbitrary_bytes_cause_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..9_000) {
            let _ = read_events("run.jsonl", &bytes);
            let mut whole = written(&sample::settled(sample::warned()));
            let at = at.min(whole.len());
            whole.splice(at..at, bytes);
            assert_sound(&whole);
        }
    }
}
