//! What the script needs to draw the list of cases and to label the pictures.
//!
//! Arrays instead of objects, and texts that repeat by number: ten thousand cases are three megabytes.

use std::collections::HashMap;
use std::io;
use std::io::Write as _;
use std::sync::Arc;

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use crate::model::{CaseReport, Level, Report};
use crate::report::summary::case::label;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// Texts of a row are cut after so many characters.
const LONGEST: usize = 300;

#[derive(Serialize)]
struct Data<'r> {
    /// Texts that rows name by number.
    texts: &'r [Arc<str>],
    /// Ids of the requirements that rows name by number, with their levels.
    requirements: Vec<(String, &'static str)>,
    duration: f64,
    cases: Rows<'r>,
}

/// The rows, of which one at a time is made.
struct Rows<'r> {
    report: &'r Report,
    texts: &'r Texts,
    numbers: &'r Numbers<'r>,
}

/// The numbers of requirements.
type Numbers<'r> = HashMap<&'r str, usize>;

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        for case in &self.report.cases {
            let number = |text: &str| self.texts.number_of(text).unwrap_or_default();
            rows.serialize_element(&row(&case, self.numbers, number))?;
        }
        rows.end()
    }
}

/// Id, title, contract, verdict, start and duration in ms, requirements, checks that held, failed and
/// were not made, file, line, what is wrong, steps. The order is that of `cases.js`.
#[derive(Serialize)]
struct Row(
    String,
    usize,
    usize,
    &'static str,
    f64,
    f64,
    Vec<usize>,
    usize,
    usize,
    usize,
    usize,
    u32,
    usize,
    Vec<StepRow>,
);

/// Title, status (0: no answer), attempts, duration in ms, is it clean-up (0 or 1).
#[derive(Serialize)]
struct StepRow(usize, u16, usize, f64, u8);

#[derive(Default)]
struct Texts {
    texts: Vec<Arc<str>>,
    known: HashMap<Arc<str>, usize>,
}

impl Texts {
    /// The number of a text, which is a new one if the text is new.
    fn number(&mut self, text: &str) -> usize {
        let text = short(text);
        if let Some(number) = self.known.get(text.as_str()) {
            return *number;
        }
        let text: Arc<str> = text.into();
        self.known.insert(Arc::clone(&text), self.texts.len());
        self.texts.push(text);
        self.texts.len() - 1
    }

    fn number_of(&self, text: &str) -> Option<usize> {
        self.known.get(short(text).as_str()).copied()
    }
}

/// Printable, and not without end.
fn short(text: &str) -> String {
    printable(&short_text(text, LONGEST)).into_owned()
}

/// Writes the data as JSON that cannot end its element. The texts come first: the cases are looked at twice.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let numbers: Numbers<'_> = report
        .requirements
        .iter()
        .enumerate()
        .map(|(number, one)| (one.id.as_str(), number))
        .collect();
    let mut texts = Texts::default();
    for case in &report.cases {
        row(&case, &numbers, |text| texts.number(text));
    }
    let requirements = report
        .requirements
        .iter()
        .map(|one| (short(&one.id), level(one.level)))
        .collect();
    let data = Data {
        requirements,
        duration: rounded(report.duration_ms),
        cases: Rows {
            report,
            texts: &texts,
            numbers: &numbers,
        },
        texts: &texts.texts,
    };
    let mut safe = io::BufWriter::new(Safe(out));
    serde_json::to_writer(&mut safe, &data)?;
    safe.flush()
}

fn row(case: &CaseReport, numbers: &Numbers<'_>, mut number: impl FnMut(&str) -> usize) -> Row {
    let wrong = match case.findings.first() {
        Some(finding) => label(finding),
        None => case.reason.to_string(),
    };
    let steps = case
        .steps
        .iter()
        .map(|step| {
            StepRow(
                number(&step.title),
                step.status.unwrap_or(0),
                step.attempts,
                rounded(step.duration_ms),
                u8::from(step.finally),
            )
        })
        .collect();
    Row(
        short(&case.id),
        number(&case.title),
        number(&case.contract),
        case.verdict.name(),
        rounded(case.started_ms),
        rounded(case.duration_ms),
        case.proves
            .iter()
            .filter_map(|id| numbers.get(id.as_str()).copied())
            .collect(),
        case.checks_passed,
        case.checks_failed,
        case.checks_unjudged,
        number(&case.place.file),
        case.place.line,
        number(&wrong),
        steps,
    )
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
    }
}

/// Microseconds are enough.
fn rounded(milliseconds: f64) -> f64 {
    (milliseconds * 1000.0).round() / 1000.0
}

/// Writes JSON with escapes in place of what could be markup: in JSON these characters are inside strings only, where an
/// escape means the same.
struct Safe<'o>(&'o mut dyn io::Write);

impl io::Write for Safe<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'<' | b'>' | b'&')) {
            let (last, rest) = piece.split_last().unwrap_or((&0, &[]));
            let escape = match last {
                b'<' => "\\u003c",
                b'>' => "\\u003e",
                b'&' => "\\u0026",
                _ => {
                    self.0.write_all(piece)?;
                    continue;
                }
            };
            self.0.write_all(rest)?;
            self.0.write_all(escape.as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
