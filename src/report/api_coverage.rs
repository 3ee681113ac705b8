//! How much of the description of a service is exercised: what `probity coverage --openapi` shows, misses first.
//!
//! ```text
//! api.yaml: what the suite shop exercises
//!                   described  exercised  proven
//! operations               12         10       9
//! ...
//!
//! DELETE /pets/{petId}: never exercised
//! GET /pets/{petId}
//!   not exercised  404, query verbose, 200 tag
//!   not proven     200 name
//! ```

use std::io;

use serde_json::{Value, json};

use crate::model::{ApiCoverage, ApiPart, ApiPartKind, OperationCoverage};
use crate::report::page::{Page, Tone, pad, pad_left};
use crate::text::names::some_of;
use crate::text::printable::printable;

/// The value of `format` in the JSON form.
pub const FORMAT: &str = "probity-api-coverage/1";

/// The most names of one line, and the most requests that the document does not know.
const NAMES: usize = 40;

/// Writes the misses of each operation, then the sums.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    coverage: &ApiCoverage,
    colour: bool,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, colour, width);
    let page = &mut page;
    let (never, others): (Vec<_>, Vec<_>) = coverage
        .operations
        .iter()
        .partition(|one| is_never_exercised(one));
    for one in &never {
        let name = printable(&one.operation);
        page.spans(&[(Tone::Strong, &name), (Tone::Warn, ": never exercised")])?;
    }
    if !never.is_empty() {
        page.blank()?;
    }
    let mut has_misses = false;
    for one in &others {
        has_misses |= misses(page, one)?;
    }
    if has_misses {
        page.blank()?;
    }
    if !coverage.unknown.is_empty() {
        let names: Vec<&str> = coverage.unknown.iter().map(String::as_str).collect();
        page.flow(
            &[(Tone::Warn, "not in the document  ")],
            Tone::Plain,
            &printable(&some_of(&names, NAMES)),
        )?;
        page.blank()?;
    }
    sums(page, coverage)
}

fn is_never_exercised(one: &OperationCoverage) -> bool {
    one.parts.first().is_some_and(|part| !part.exercised)
}

/// What is missing of an operation that is exercised.
fn misses(page: &mut Page<'_>, one: &OperationCoverage) -> io::Result<bool> {
    let names = |is_it: fn(&ApiPart) -> bool| -> Vec<&str> {
        let parts = one.parts.iter().filter(|part| is_it(part));
        parts.map(|part| part.name.as_str()).collect()
    };
    let not_exercised = names(|part| !part.exercised);
    let not_proven = names(|part| part.exercised && part.proven == Some(false));
    if not_exercised.is_empty() && not_proven.is_empty() {
        return Ok(false);
    }
    page.spans(&[(Tone::Strong, &printable(&one.operation))])?;
    for (lead, names) in [("not exercised", not_exercised), ("not proven", not_proven)] {
        if !names.is_empty() {
            let lead = format!("  {}  ", pad(lead, "not exercised".len()));
            page.flow(
                &[(Tone::Warn, &lead)],
                Tone::Plain,
                &printable(&some_of(&names, NAMES)),
            )?;
        }
    }
    Ok(true)
}

fn sums(page: &mut Page<'_>, coverage: &ApiCoverage) -> io::Result<()> {
    let (document, source) = (printable(&coverage.document), printable(&coverage.source));
    page.line(&format!("{document}: what {source} exercises"))?;
    let has_checks = coverage.has_checks();
    let row = |word: &str, cells: [String; 3]| {
        let [all, exercised, proven] = cells;
        let mut line = format!(
            "{} {} {}",
            pad(word, 16),
            pad_left(&all, 9),
            pad_left(&exercised, 10)
        );
        if has_checks {
            line.push(' ');
            line.push_str(&pad_left(&proven, 7));
        }
        line
    };
    page.line(&row(
        "",
        ["described".into(), "exercised".into(), "proven".into()],
    ))?;
    for kind in ApiPartKind::ALL {
        let (all, exercised, proven) = coverage.sums(Some(kind));
        if all > 0 {
            let cells = [all, exercised, proven].map(|number| number.to_string());
            page.line(&row(kind.plural(), cells))?;
        }
    }
    page.line(&format!("{:.1} % exercised", coverage.percent()))
}

/// The same as JSON.
pub fn json(coverage: &ApiCoverage) -> Value {
    let sums = ApiPartKind::ALL.map(|kind| {
        let (all, exercised, proven) = coverage.sums(Some(kind));
        json!({
            "kind": kind,
            "described": all,
            "exercised": exercised,
            "proven": coverage.has_checks().then_some(proven),
        })
    });
    json!({
        "format": FORMAT,
        "document": coverage.document,
        "source": coverage.source,
        "percent": (coverage.percent() * 10.0).round() / 10.0,
        "sums": sums,
        "operations": coverage.operations,
        "unknown": coverage.unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(has_checks: bool) -> ApiCoverage {
        let part = |kind, name: &str, exercised, proven: bool| ApiPart {
            kind,
            name: name.to_owned(),
            exercised,
            proven: has_checks.then_some(proven),
        };
        let operation = |title: &str, parts: Vec<ApiPart>| OperationCoverage {
            operation: title.to_owned(),
            parts,
        };
        ApiCoverage {
            document: "api.yaml".into(),
            source: "the suite shop".into(),
            operations: vec![
                operation(
                    "GET /pets/{petId}",
                    vec![
                        part(ApiPartKind::Operation, "GET /pets/{petId}", true, true),
                        part(ApiPartKind::Status, "200", true, true),
                        part(ApiPartKind::Member, "200 name", true, false),
                        part(ApiPartKind::Status, "404", false, false),
                        part(ApiPartKind::Parameter, "query \u{1b}[2J", false, false),
                    ],
                ),
                operation(
                    "DELETE /pets/{petId}",
                    vec![part(
                        ApiPartKind::Operation,
                        "DELETE /pets/{petId}",
                        false,
                        false,
                    )],
                ),
                operation(
                    "GET /health",
                    vec![part(ApiPartKind::Operation, "GET /health", true, true)],
                ),
            ],
            unknown: ["GET /dogs".to_owned()].into(),
        }
    }

    fn drawn(coverage: &ApiCoverage) -> String {
        let mut out = Vec::new();
        render(coverage, false, 100, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn misses_come_first() {
        insta::assert_snapshot!(drawn(&coverage(true)));
    }

    #[test]
    fn a_recording_has_no_column_for_proof() {
        assert!(!drawn(&coverage(false)).contains("proven"));
    }

    #[test]
    fn the_json_form() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&json(&coverage(true))).unwrap());
    }
}
