//! Baseline files: JSON Lines, one entry a line. An incomplete file is rejected: a missing line
//! would hide a failure.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::model::baseline::{
    BASELINE_FORMAT, BodyEntry, CaseEntry, ContractEntry, Heading, LatencyEntry, RequirementEntry,
};
use crate::model::{Baseline, Diagnostic, FileId, Report, Sources, Span};
use crate::persist::{ReportError, load_report};
use crate::text::file as limited;
use crate::text::file::ReadError;

/// The largest baseline that is read, in bytes.
const BASELINE_LIMIT: u64 = 256 << 20;

/// How an entry is known: by its first key.
const KINDS: [&str; 5] = ["contract", "case", "requirement", "body", "latency"];

/// The report of a run, or a baseline.
#[derive(Debug)]
pub enum RunFile {
    /// The JSON report of a run.
    Report(Box<Report>),
    /// A baseline that was accepted.
    Baseline(Box<Baseline>),
}

/// Why a file is neither a report nor a baseline.
#[derive(Debug)]
pub enum RunFileError {
    /// It is no report.
    Report(ReportError),
    /// It is a baseline, and these are its mistakes.
    Baseline(Vec<Diagnostic>),
}

/// Reads the JSON report of a run, or a baseline: the first line decides.
///
/// # Errors
///
/// When it can be read as neither.
pub fn load_run_file(path: &Path, sources: &mut Sources) -> Result<RunFile, RunFileError> {
    if begins_as_baseline(path) {
        let baseline = load_baseline(path, sources).map_err(RunFileError::Baseline)?;
        return Ok(RunFile::Baseline(Box::new(baseline)));
    }
    let report = load_report(path).map_err(RunFileError::Report)?;
    Ok(RunFile::Report(Box::new(report)))
}

fn begins_as_baseline(path: &Path) -> bool {
    use std::io::Read as _;
    const BEGINNING: &[u8] = b"{\"baseline\"";
    let mut first = [0; BEGINNING.len()];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut first));
    read.is_ok() && first == *BEGINNING
}

/// Reads a baseline. The file joins the sources, so that diagnostics can show it.
///
/// # Errors
///
/// Everything that is wrong with the file.
pub fn load_baseline(path: &Path, sources: &mut Sources) -> Result<Baseline, Vec<Diagnostic>> {
    let shown = path.display();
    let fail = |message: String| {
        let help = "`probity accept RUN.json --baseline FILE` writes one";
        vec![Diagnostic::error_without_place("baseline/unreadable", message).help(help)]
    };
    let unreadable =
        |why: &dyn fmt::Display| fail(format!("the baseline {shown} cannot be read: {why}"));
    let bytes = limited::read(path, BASELINE_LIMIT).map_err(|why| match why {
        ReadError::Io(error) => unreadable(&error),
        ReadError::TooLarge(_) => fail(format!(
            "the baseline {shown} is larger than {BASELINE_LIMIT} bytes"
        )),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| unreadable(&error))?;
    read_baseline(&shown.to_string(), text, sources)
}

/// Reads the text of a baseline.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn read_baseline(
    name: &str,
    text: String,
    sources: &mut Sources,
) -> Result<Baseline, Vec<Diagnostic>> {
    let file = sources.add(name, text);
    let mut reader = Reader {
        sources,
        file,
        diagnostics: Vec::new(),
    };
    let baseline = reader.baseline();
    match (baseline, reader.diagnostics) {
        (Some(baseline), diagnostics) if diagnostics.is_empty() => Ok(baseline),
        (_, diagnostics) => Err(diagnostics),
    }
}

/// One line of the file.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    /// Where it begins, in bytes.
    at: usize,
}

struct Reader<'s> {
    sources: &'s Sources,
    file: FileId,
    diagnostics: Vec<Diagnostic>,
}

impl<'s> Reader<'s> {
    fn baseline(&mut self) -> Option<Baseline> {
        let mut lines = self.lines();
        let Some(first) = lines.next() else {
            self.report("baseline/empty", 0, 0, "the file is empty");
            return None;
        };
        let heading = self.heading(first)?;
        let mut baseline = Baseline {
            heading,
            contracts: BTreeMap::new(),
            requirements: BTreeMap::new(),
            cases: BTreeMap::new(),
            bodies: BTreeMap::new(),
            latency: BTreeMap::new(),
        };
        for line in lines {
            self.entry(line, &mut baseline);
        }
        if self.diagnostics.is_empty() {
            self.count(&baseline, first);
        }
        Some(baseline)
    }

    fn lines(&self) -> impl Iterator<Item = Line<'s>> + use<'s> {
        let text: &str = &self.sources.file(self.file).text;
        let mut at = 0;
        let lines = text.split('\n').map(move |line| {
            let here = at;
            at += line.len() + 1;
            Line {
                text: line.trim_end_matches('\r'),
                at: here,
            }
        });
        lines.filter(|line| !line.text.is_empty())
    }

    /// The version is checked first, so that another version is named instead of reported as a missing key.
    fn heading(&mut self, line: Line<'_>) -> Option<Heading> {
        #[derive(Deserialize)]
        struct Envelope {
            baseline: String,
        }
        match serde_json::from_str::<Envelope>(line.text) {
            Ok(envelope) if envelope.baseline == BASELINE_FORMAT => self.read(line),
            Ok(envelope) => {
                let format = &envelope.baseline;
                let message =
                    format!("the format is `{format}`; this Probity reads `{BASELINE_FORMAT}`");
                self.report("baseline/format", line.at, line.text.len(), message);
                None
            }
            Err(_) => {
                let message = "not a baseline: the first line must be the heading";
                self.report("baseline/format", line.at, line.text.len(), message);
                None
            }
        }
    }

    fn entry(&mut self, line: Line<'_>, baseline: &mut Baseline) {
        let key = serde_json::from_str::<Value>(line.text).ok();
        let kind = key.as_ref().and_then(|entry| {
            let known = KINDS
                .iter()
                .find(|kind| entry.get(kind).is_some_and(Value::is_string))?;
            // A requirement names its contract too.
            let is_requirement = entry.get("requirement").is_some();
            Some(if is_requirement { "requirement" } else { known })
        });
        let is_new = match kind {
            Some("contract") => self.read::<ContractEntry>(line).map(|entry| {
                let key = entry.contract.clone();
                baseline.contracts.insert(key, entry).is_none()
            }),
            Some("case") => self.read::<CaseEntry>(line).map(|entry| {
                let key = entry.case.clone();
                baseline.cases.insert(key, entry).is_none()
            }),
            Some("requirement") => self.read::<RequirementEntry>(line).map(|entry| {
                let key = entry.requirement.clone();
                baseline.requirements.insert(key, entry).is_none()
            }),
            Some("body") => self.read::<BodyEntry>(line).map(|entry| {
                let key = (entry.body.clone(), entry.step);
                baseline.bodies.insert(key, entry).is_none()
            }),
            Some("latency") => self.read::<LatencyEntry>(line).map(|entry| {
                let key = entry.latency.clone();
                baseline.latency.insert(key, entry).is_none()
            }),
            _ if key.is_none() => {
                self.read::<Value>(line);
                None
            }
            _ => {
                let message = "not an entry of a baseline";
                let at = self.report("baseline/entry", line.at, line.text.len(), message);
                at.help
                    .push(format!("an entry has one of the keys {}", KINDS.join(", ")));
                None
            }
        };
        if is_new == Some(false) {
            let message = "duplicate key";
            let at = self.report("baseline/duplicate", line.at, line.text.len(), message);
            at.help.push("after a merge, accept a run again".into());
        }
    }

    /// Parses a line, or reports where it is wrong.
    fn read<T: DeserializeOwned>(&mut self, line: Line<'_>) -> Option<T> {
        match serde_json::from_str(line.text) {
            Ok(entry) => Some(entry),
            Err(error) => {
                // The column counts bytes from 1; the place says what comes after ` at line 1 ...`.
                let message = error.to_string();
                let message = message.split(" at line ").next().unwrap_or_default();
                let column = error.column().saturating_sub(1).min(line.text.len());
                let rest = usize::from(column < line.text.len());
                self.report("baseline/entry", line.at + column, rest, message);
                None
            }
        }
    }

    /// Compares the numbers in the heading with the entries, to detect lost lines.
    fn count(&mut self, baseline: &Baseline, first: Line<'_>) {
        let numbers = [
            (baseline.heading.cases, baseline.cases.len(), "cases"),
            (
                baseline.heading.requirements,
                baseline.requirements.len(),
                "requirements",
            ),
        ];
        for (said, there, what) in numbers {
            if said != there {
                let message = format!("the heading says {said} {what}, but the file has {there}");
                let at = self.report("baseline/count", first.at, first.text.len(), message);
                at.help
                    .push("the file is incomplete: accept a run again".into());
            }
        }
        if baseline.cases.is_empty() {
            let message = "the baseline has no cases";
            self.report("baseline/empty", first.at, first.text.len(), message);
        }
    }

    fn report(
        &mut self,
        code: &'static str,
        at: usize,
        length: usize,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let text = &self.sources.file(self.file).text;
        let floor = |at: usize| (0..=at.min(text.len())).rfind(|at| text.is_char_boundary(*at));
        let place = |at: usize| u32::try_from(floor(at).unwrap_or(0)).unwrap_or(u32::MAX);
        let span = Span {
            file: self.file,
            start: place(at),
            end: place(at + length),
        };
        self.diagnostics
            .push(Diagnostic::error(code, span, message));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADING: &str = r#"{"baseline":"probity-baseline/1","target":"t","suite":"s","run":"2026-01-01T00:00:00Z","probity":"0.1.0","cases":1,"requirements":0}"#;
    const CASE: &str = r#"{"case":"a/b/c","verdict":"pass"}"#;

    fn errors(text: &str) -> Vec<String> {
        let mut sources = Sources::default();
        match read_baseline("b.jsonl", text.to_owned(), &mut sources) {
            Ok(_) => Vec::new(),
            Err(found) => found
                .into_iter()
                .map(|one| {
                    let place = one.span.map(|span| sources.place(span));
                    let place = place.map_or((0, 0), |place| (place.line, place.column));
                    format!("{}:{}: {}", place.0, place.1, one.message)
                })
                .collect(),
        }
    }

    #[test]
    fn a_baseline_is_read_in_any_order_of_its_lines() {
        assert_eq!(errors(&format!("{HEADING}\n{CASE}\n")), [""; 0]);
        assert_eq!(errors(&format!("{HEADING}\r\n\r\n{CASE}")), [""; 0]);
    }

    #[test]
    fn every_error_has_its_place() {
        let after = |line: &str| errors(&format!("{HEADING}\n{line}\n"));
        assert_eq!(errors(""), ["1:1: the file is empty"]);
        assert_eq!(
            errors("[]"),
            ["1:1: not a baseline: the first line must be the heading"]
        );
        assert_eq!(
            errors(&HEADING.replace("/1", "/9")),
            ["1:1: the format is `probity-baseline/9`; this Probity reads `probity-baseline/1`"]
        );
        assert_eq!(
            after(&CASE.replace("pass", "passed"))[0],
            "2:34: unknown variant `passed`, expected one of `pass`, `warn`, `fail`, `flaky`, `error`, `skip`"
        );
        assert!(after(&CASE.replace("verdict", "verdit"))[0].contains("unknown field `verdit`"));
        assert_eq!(after("{\"x\":1}"), ["2:1: not an entry of a baseline"]);
        assert!(after("<<<<<<< ours")[0].starts_with("2:1: expected value"));
        assert_eq!(after(&format!("{CASE}\n{CASE}")), ["3:1: duplicate key"]);
    }

    #[test]
    fn a_file_that_lost_a_line_is_refused() {
        assert_eq!(
            errors(HEADING),
            [
                "1:1: the heading says 1 cases, but the file has 0",
                "1:1: the baseline has no cases"
            ]
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_rejected(text in "\\PC{0,60}|[{}\":a-z,\n]{0,60}", at in 0usize..200) {
            errors(&text);
            let whole = format!("{HEADING}\n{CASE}\n");
            let at = (0..=at.min(whole.len())).rfind(|at| whole.is_char_boundary(*at)).unwrap();
            errors(&format!("{}{text}{}", &whole[..at], &whole[at..]));
        }
    }
}
