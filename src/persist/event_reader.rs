//! An event stream is read again: a run that was cut off, to be rendered or gone on with, or a whole one.
//!
//! A last line without its end was being written when the run was cut off: it is left out, and told. Any other line
//! that is not as it was written makes the stream useless, and the error names it.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::model::report::FORMAT as REPORT_FORMAT;
use crate::model::{
    CaseReport, Comparison, ContractReport, ExitCode, Place, Redacted, Report, RequirementReport,
    RunCommand, Setup, Summary, WaiverReport,
};
use crate::persist::report_file::REPORT_LIMIT;
use crate::text::file as limited;
use crate::text::file::Unread;

/// The format that is read.
const FORMAT: &str = "probity-events/1";

/// How a stream begins: what tells it from a JSON report.
const BEGINNING: &[u8] = b"{\"event\":\"header\"";

/// A run as its events tell it.
#[derive(Clone, Debug)]
pub struct EventStream {
    /// How it was begun; none where a finished run was only told again.
    pub command: Option<RunCommand>,
    /// What the target offered.
    pub setup: Option<Setup>,
    /// The report of the run when it had done nothing: every case of the plan is skipped.
    pub unbegun: Report,
    /// The cases that were done to their end, in the order in which they ended.
    pub done: Vec<CaseReport>,
    /// The finished report, where the run came to an end of its own.
    pub finished: Option<Report>,
    /// So many octets of the file hold the header, the plan and what is done.
    pub kept: u64,
    /// The number of the line that was being written when the run was cut off.
    pub cut: Option<usize>,
}

/// Why a stream cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("{file} has {octets} octets; at most {REPORT_LIMIT} are read")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        octets: u64,
    },
    /// A line is not what a run writes.
    #[error("{file}:{line}: {fault}")]
    Damaged {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: String,
    },
    /// The run was cut off before it had begun.
    #[error("{file} holds no whole header and plan: nothing was done")]
    Empty {
        /// The file.
        file: String,
    },
}

/// Is it an event stream? Looks at its first octets alone.
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
/// When the file cannot be read, is too large, or holds a line that no run writes.
pub fn load_events(path: &Path) -> Result<EventStream, EventsError> {
    let file = path.display().to_string();
    match limited::read(path, REPORT_LIMIT) {
        Ok(octets) => read_events(&file, &octets),
        Err(Unread::Failed(source)) => Err(EventsError::Unreadable { file, source }),
        Err(Unread::TooLarge(octets)) => Err(EventsError::TooLarge { file, octets }),
    }
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
    duration_ms: f64,
    summary: Summary,
    contracts: Vec<ContractReport>,
    #[serde(default)]
    waivers: Vec<WaiverReport>,
    requirements: Vec<RequirementReport>,
    #[serde(default)]
    comparison: Option<Box<Comparison>>,
}

/// Reads the octets of an event stream.
///
/// # Errors
///
/// As [`load_events`].
pub fn read_events(file: &str, octets: &[u8]) -> Result<EventStream, EventsError> {
    let mut reader = Reader {
        file,
        line: 0,
        stream: None,
        known: HashSet::new(),
        done: HashSet::new(),
        undone: Vec::new(),
    };
    let mut at = 0;
    while let Some(length) = octets[at..].iter().position(|octet| *octet == b'\n') {
        reader.line += 1;
        let end = at + length + 1;
        reader.take(&octets[at..end - 1], end as u64)?;
        at = end;
    }
    let is_cut = at < octets.len();
    let line = reader.line + 1;
    match reader.stream {
        Some(mut stream) if stream.kept > 0 => {
            stream.cut = is_cut.then_some(line);
            Ok(stream)
        }
        _ => Err(EventsError::Empty {
            file: file.to_owned(),
        }),
    }
}

struct Reader<'f> {
    file: &'f str,
    line: usize,
    stream: Option<EventStream>,
    /// Ids of the plan.
    known: HashSet<String>,
    /// Ids that came.
    done: HashSet<String>,
    undone: Vec<CaseReport>,
}

impl Reader<'_> {
    fn damaged(&self, fault: impl Into<String>) -> EventsError {
        EventsError::Damaged {
            file: self.file.to_owned(),
            line: self.line,
            fault: fault.into(),
        }
    }

    fn parse<T: DeserializeOwned>(&self, line: &[u8]) -> Result<T, EventsError> {
        serde_json::from_slice(line)
            .map_err(|error| self.damaged(format!("not a line of an event stream: {error}")))
    }

    /// Takes a whole line, which ends `end` octets after the beginning of the file.
    fn take(&mut self, line: &[u8], end: u64) -> Result<(), EventsError> {
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
                Err(self.damaged(format!("`{}` does not stand here", other.escape_debug())))
            }
        }
    }

    fn header(&mut self, line: &[u8]) -> Result<(), EventsError> {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        let Format { format } = self.parse(line)?;
        if format != FORMAT {
            let format = format.escape_debug();
            return Err(self.damaged(format!(
                "the format `{format}`; this Probity reads `{FORMAT}`"
            )));
        }
        let header: HeaderLine = self.parse(line)?;
        let format = header
            .report
            .get("format")
            .and_then(|format| format.as_str());
        if format != Some(REPORT_FORMAT) {
            return Err(self.damaged(format!(
                "a report that is not of the format `{REPORT_FORMAT}`"
            )));
        }
        let unbegun: Report = serde_json::from_value(header.report)
            .map_err(|error| self.damaged(format!("not a report: {error}")))?;
        debug_assert_eq!(header.format, FORMAT);
        self.stream = Some(EventStream {
            command: header.command,
            setup: header.setup,
            unbegun,
            done: Vec::new(),
            finished: None,
            kept: 0,
            cut: None,
        });
        Ok(())
    }

    fn plan(&mut self, line: &[u8], end: u64) -> Result<(), EventsError> {
        let plan: PlanLine = self.parse(line)?;
        for planned in &plan.cases {
            if !self.known.insert(planned.id.clone()) {
                return Err(self.damaged(format!("{} is planned twice", planned.id.escape_debug())));
            }
        }
        let stream = self.stream()?;
        stream.unbegun.cases = plan.cases.into_iter().map(unbegun).collect();
        stream.kept = end;
        Ok(())
    }

    fn case(&mut self, line: &[u8], is_done: bool, end: u64) -> Result<(), EventsError> {
        let CaseLine { case } = self.parse(line)?;
        let id = case.id.escape_debug().to_string();
        if !self.known.contains(&case.id) {
            return Err(self.damaged(format!("{id} is not in the plan")));
        }
        if !self.done.insert(case.id.clone()) {
            return Err(self.damaged(format!("a second line for {id}")));
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

    fn footer(&mut self, line: &[u8]) -> Result<(), EventsError> {
        let footer: FooterLine = self.parse(line)?;
        let undone = std::mem::take(&mut self.undone);
        if self.done.len() != self.known.len() {
            let missing = self.known.len() - self.done.len();
            return Err(self.damaged(format!(
                "the footer, but {missing} cases of the plan did not come"
            )));
        }
        let stream = self.stream()?;
        let cases = stream.done.iter().cloned().chain(undone);
        let mut cases: HashMap<String, CaseReport> =
            cases.map(|case| (case.id.clone(), case)).collect();
        let planned = stream.unbegun.cases.iter();
        stream.finished = Some(Report {
            exit: footer.exit,
            reasons: footer.reasons,
            started: footer
                .started
                .unwrap_or_else(|| stream.unbegun.started.clone()),
            interrupted: footer.interrupted,
            duration_ms: footer.duration_ms,
            summary: footer.summary,
            contracts: footer.contracts,
            waivers: footer.waivers,
            requirements: footer.requirements,
            comparison: footer.comparison,
            cases: planned.filter_map(|case| cases.remove(&case.id)).collect(),
            ..stream.unbegun.clone()
        });
        Ok(())
    }

    fn stream(&mut self) -> Result<&mut EventStream, EventsError> {
        let (file, line) = (self.file, self.line);
        self.stream.as_mut().ok_or_else(|| EventsError::Damaged {
            file: file.to_owned(),
            line,
            fault: "the header is missing".into(),
        })
    }
}

/// A case of the plan that has not been run.
fn unbegun(planned: PlannedLine) -> CaseReport {
    CaseReport::skipped(
        planned.id,
        planned.title,
        planned.contract,
        planned.proves,
        planned.place,
        planned.skip.unwrap_or_else(|| "interrupted".into()),
    )
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

    fn refusal(octets: &[u8]) -> String {
        read_events("run.jsonl", octets).unwrap_err().to_string()
    }

    #[test]
    fn a_finished_run_reads_back_as_the_same_report() {
        for report in sample::all() {
            let stream = read_events("run.jsonl", &written(&report)).unwrap();
            assert_eq!(stream.finished.as_ref(), Some(&report));
            assert_eq!(stream.done, report.cases);
            assert_eq!(stream.cut, None);
        }
    }

    #[test]
    fn what_was_cut_off_anywhere_is_read_up_to_its_last_whole_line() {
        let report = sample::flaky();
        let octets = written(&report);
        let begun = octets
            .iter()
            .enumerate()
            .filter(|(_, octet)| **octet == b'\n');
        let begun = begun.map(|(at, _)| at + 1).nth(1).unwrap();
        for end in (begun..octets.len()).step_by(97) {
            let stream = read_events("run.jsonl", &octets[..end]).unwrap();
            assert_eq!(stream.finished, None);
            assert_eq!(stream.done, report.cases[..stream.done.len()]);
            assert_eq!(stream.cut.is_some(), octets[end - 1] != b'\n');
            assert!(stream.kept <= end as u64);
        }
        assert!(refusal(&octets[..begun - 1]).contains("nothing was done"));
        assert!(refusal(b"").contains("nothing was done"));
    }

    #[test]
    fn a_damaged_line_is_named() {
        let octets = written(&sample::green());
        let text = String::from_utf8(octets).unwrap();
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
        assert!(with(2, &third).ends_with("`case` does not stand here"));
        let header = text.lines().next().unwrap();
        assert!(with(1, &header.replace("events/1", "events/9")).contains("`probity-events/9`"));
        let without = text.replace(&format!("{third}\n"), "");
        assert!(refusal(without.as_bytes()).ends_with("1 cases of the plan did not come"));
        assert!(
            refusal(format!("{text}{third}\n").as_bytes()).ends_with("a line after the footer")
        );
    }

    /// What a stream holds, whatever became of the file.
    fn assert_sound(octets: &[u8]) {
        let Ok(stream) = read_events("run.jsonl", octets) else {
            return;
        };
        let kept = usize::try_from(stream.kept).unwrap();
        let again = read_events("run.jsonl", &octets[..kept]).unwrap();
        assert_eq!((&again.done, again.kept), (&stream.done, stream.kept));
        match stream.finished {
            Some(report) => {
                let again = read_events("run.jsonl", &written(&report)).unwrap();
                assert_eq!(again.finished, Some(report));
            }
            None => assert!(stream.done.len() <= stream.unbegun.cases.len()),
        }
    }

    proptest! {
        #[test]
        fn lines_lost_doubled_or_swapped_are_refused_or_sound(
            lost in prop::collection::vec(0usize..12, 0..3),
            swapped in (0usize..12, 0usize..12),
            cut in 0usize..200,
        ) {
            let whole = written(&sample::warned());
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
            let mut octets = lines.concat().into_bytes();
            octets.truncate(octets.len().saturating_sub(cut));
            assert_sound(&octets);
        }

        #[test]
        fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..9_000) {
            let _ = read_events("run.jsonl", &octets);
            let mut whole = written(&sample::warned());
            let at = at.min(whole.len());
            whole.splice(at..at, octets);
            assert_sound(&whole);
        }
    }
}
