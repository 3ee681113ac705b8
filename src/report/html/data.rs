//! What the script needs to draw the list of cases and to label the pictures.
//!
//! Arrays instead of objects, and texts that repeat by number: ten thousand cases are three megabytes.

use std::collections::HashMap;

use serde::Serialize;

use crate::model::{CaseReport, Level, Report};
use crate::report::summary::case::label;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// Texts of a row are cut after so many characters.
const LONGEST: usize = 300;

#[derive(Serialize)]
struct Data<'r> {
    /// Texts that rows name by number.
    texts: Vec<String>,
    /// Ids of the requirements that rows name by number, with their levels.
    requirements: Vec<(String, &'static str)>,
    duration: f64,
    cases: Vec<Row<'r>>,
}

/// Id, title, contract, verdict, start and duration in ms, requirements, checks that held, failed and
/// were not made, file, line, what is wrong, steps. The order is that of `cases.js`.
#[derive(Serialize)]
struct Row<'r>(
    String,
    usize,
    usize,
    &'r str,
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
    texts: Vec<String>,
    known: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: &str) -> usize {
        let text = short(text);
        let next = self.texts.len();
        let number = *self.known.entry(text.clone()).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        number
    }
}

/// Printable, and not without end.
fn short(text: &str) -> String {
    printable(&short_text(text, LONGEST)).into_owned()
}

/// The data as JSON that cannot end its element.
pub(super) fn json(report: &Report) -> String {
    let mut texts = Texts::default();
    let numbers: HashMap<&str, usize> = report
        .requirements
        .iter()
        .enumerate()
        .map(|(number, one)| (one.id.as_str(), number))
        .collect();
    let cases = report
        .cases
        .iter()
        .map(|case| row(case, &numbers, &mut texts))
        .collect();
    let requirements = report
        .requirements
        .iter()
        .map(|one| (short(&one.id), level(one.level)))
        .collect();
    let data = Data {
        requirements,
        duration: rounded(report.duration_ms),
        cases,
        texts: texts.texts,
    };
    let json = serde_json::to_string(&data).expect("numbers and texts are always JSON");
    safe(&json)
}

fn row<'r>(case: &'r CaseReport, numbers: &HashMap<&str, usize>, texts: &mut Texts) -> Row<'r> {
    let wrong = match case.findings.first() {
        Some(finding) => label(finding),
        None => case.reason.to_string(),
    };
    let steps = case
        .steps
        .iter()
        .map(|step| {
            StepRow(
                texts.number(&step.title),
                step.status.unwrap_or(0),
                step.attempts,
                rounded(step.duration_ms),
                u8::from(step.finally),
            )
        })
        .collect();
    Row(
        short(&case.id),
        texts.number(&case.title),
        texts.number(&case.contract),
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
        texts.number(&case.place.file),
        case.place.line,
        texts.number(&wrong),
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

/// In JSON these characters are inside strings only, where an escape means the same.
fn safe(json: &str) -> String {
    let mut safe = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        match character {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            other => safe.push(other),
        }
    }
    safe
}
