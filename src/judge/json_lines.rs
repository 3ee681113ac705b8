//! Bodies of which each line is a JSON text (NDJSON, JSON Lines).

use crate::json::{Document, DocumentError};
use crate::judge::body_bytes::{bounds, content, is_within};
use crate::judge::json_value::{matching, schema_violations};
use crate::judge::mismatch::{Mismatch, count};
use crate::judge::pattern::Checker;
use crate::judge::sink::KEPT;
use crate::model::{FindingKind, JsonLines, Scope, Span, Suite};

/// Checks one condition. One line is parsed at a time: a body can have millions.
///
/// # Errors
///
/// The lines that are not JSON or have a member twice.
pub(super) fn judge(
    condition: &JsonLines,
    span: Span,
    scope: Scope<'_>,
    body: &[u8],
    suite: &Suite,
) -> Result<Vec<Mismatch>, Vec<Mismatch>> {
    let (mut number, mut mismatches, mut broken) = (0, Vec::new(), Vec::new());
    for line in lines(body) {
        number += 1;
        let document = match Document::parse(line) {
            Ok(document) => document,
            Err(error) => {
                broken.push(not_json(&error, number, span, line));
                continue;
            }
        };
        if let Some(pointer) = document.duplicates.first() {
            let message = format!("line {number}: duplicate member {pointer}");
            let mismatch = Mismatch::new(FindingKind::DuplicateMember, span, message);
            let mismatch = mismatch.expected("each member name once");
            broken.push(mismatch.actual("a duplicate member name"));
        }
        if broken.len() >= KEPT {
            break;
        }
        let room = KEPT.saturating_sub(mismatches.len());
        let found = match condition {
            JsonLines::Each(pattern) if room > 0 => {
                let checker = Checker::open(&document.inexact).within(&document);
                matching(checker, pattern, &document.value, scope)
            }
            JsonLines::Schema(schema) if room > 0 => {
                schema_violations(*schema, span, &document, suite)
            }
            _ => Vec::new(),
        };
        mismatches.extend(found.into_iter().take(room).map(|one| in_line(number, one)));
    }
    if !broken.is_empty() {
        broken.truncate(KEPT);
        return Err(broken);
    }
    match condition {
        JsonLines::Count { min, max } => {
            mismatches.extend(counted(*min, *max, span, number, body));
        }
        _ if number == 0 => {
            // Nothing was seen to match.
            let mismatch = Mismatch::new(FindingKind::Count, span, "the body has no lines");
            mismatches.push(mismatch.expected("at least 1 line").actual(content(body)));
        }
        _ => {}
    }
    Ok(mismatches)
}

/// The lines of a body: those between line feeds, without the empty one at the end.
fn lines(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    let lines = (!body.is_empty()).then(|| body.split(|byte| *byte == b'\n'));
    lines.into_iter().flatten()
}

fn not_json(error: &DocumentError, number: usize, span: Span, line: &[u8]) -> Mismatch {
    let what = &error.message;
    let message = format!(
        "line {number} is not JSON: {what} (column {})",
        error.column
    );
    let mismatch = Mismatch::new(FindingKind::NotJson, span, message);
    mismatch.expected("JSON").actual(content(line))
}

fn counted(min: u64, max: Option<u64>, span: Span, lines: usize, body: &[u8]) -> Option<Mismatch> {
    if is_within(lines, min, max) {
        return None;
    }
    let expected = bounds(min, max, "line");
    let has = count(lines, "line");
    let message = format!("the body has {has}, expected {expected}");
    let mismatch = Mismatch::new(FindingKind::Count, span, message);
    Some(mismatch.expected(expected).actual(content(body)))
}

/// A mismatch within a line: no pointer leads into a body of several JSON texts.
fn in_line(number: usize, mismatch: Mismatch) -> Mismatch {
    let message = match mismatch.pointer.as_deref() {
        None | Some("") => format!("line {number}: {}", mismatch.message),
        Some(pointer) => format!("line {number}, {pointer}: {}", mismatch.message),
    };
    Mismatch {
        message,
        pointer: None,
        ..mismatch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{judge as judged, must, pattern, response, span};
    use crate::model::{BodyCheck, StatusPattern};
    use proptest::prelude::*;
    use serde_json::json;

    fn found(condition: JsonLines, body: &str) -> Vec<(&'static str, String)> {
        let block = must().status(&[StatusPattern::Any]);
        let span = span();
        let block = block.body(BodyCheck::JsonLines { condition, span });
        let judgement = judged(vec![block], &response(200, body));
        assert_eq!(judgement.blocks[0].held, judgement.findings.is_empty());
        let findings = judgement.findings.into_iter();
        findings
            .map(|finding| (finding.kind.name(), finding.message))
            .collect()
    }

    fn each() -> JsonLines {
        JsonLines::Each(pattern(&json!({ "id": "<integer>" })))
    }

    #[test]
    fn every_line_matches() {
        for body in [
            "{\"id\":1}\n{\"id\":2,\"a\":null}\n",
            "{\"id\":1}",
            "{\"id\":1}\r\n",
        ] {
            assert_eq!(found(each(), body), [], "{body}");
        }
        assert_eq!(
            found(each(), "{\"id\":1}\n{\"id\":\"x\"}\n"),
            [(
                "type",
                "line 2, /id: is \"x\" (string), expected an integer".to_owned()
            )]
        );
    }

    #[test]
    fn no_line_shows_nothing() {
        for body in ["", "\n"] {
            assert_eq!(
                found(each(), body),
                [("count", "the body has no lines".to_owned())]
            );
        }
    }

    #[test]
    fn a_line_that_is_not_json_is_reported_by_every_condition() {
        let count = || JsonLines::Count { min: 1, max: None };
        for condition in [each(), count()] {
            let found = found(condition, "{\"id\":1}\n\n{\"id\":2}");
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].0, "not-json");
            assert!(found[0].1.starts_with("line 2 is not JSON: "), "{found:?}");
        }
        let twice = found(count(), "{\"id\":1,\"id\":2}");
        assert_eq!(twice[0].1, "line 1: duplicate member /id");
    }

    #[test]
    fn lines_are_counted() {
        let count = |min, max| JsonLines::Count { min, max };
        assert_eq!(found(count(2, Some(2)), "1\n2\n"), []);
        assert_eq!(found(count(0, Some(2)), ""), []);
        assert_eq!(
            found(count(3, None), "1\n2\n")[0].1,
            "the body has 2 lines, expected at least 3 lines"
        );
    }

    proptest! {
        #[test]
        fn any_body_can_be_judged(body in "[\\[\\]{}\"0-9,:\\n\\r a]{0,60}") {
            found(each(), &body);
        }
    }
}
