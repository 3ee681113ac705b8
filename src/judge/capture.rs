//! Values taken from a response for later steps.

use serde_json::Value;

use crate::json::Selector;
use crate::judge::body::Body;
use crate::judge::headers::is_list;
use crate::judge::mismatch::{Mismatch, count};
use crate::judge::refusal::inexact_number;
use crate::judge::selection::{inexact_within, unselectable};
use crate::model::{Capture, CaptureFrom, FindingKind, Response};

/// The captured value.
///
/// # Errors
///
/// Why it cannot be captured. A number that no double holds is an error too: later steps would get another number.
pub(super) fn take(
    capture: &Capture,
    response: &Response,
    body: &Body<'_>,
) -> Result<Value, Vec<Mismatch>> {
    let one = |mismatch| vec![mismatch];
    match &capture.from {
        CaptureFrom::Status => Ok(Value::from(response.status)),
        CaptureFrom::Header(name) => {
            header(capture, name, response).map_err(|mismatch| one(*mismatch))
        }
        CaptureFrom::One(selector) => {
            let mut nodes = select(capture, selector, body)?;
            match (nodes.len(), nodes.pop()) {
                (1, Some(node)) => Ok(node),
                (selected, _) => Err(one(failed(
                    capture,
                    &format!("{} at {}", count(selected, "node"), selector.as_str()),
                )
                .expected("exactly 1 node"))),
            }
        }
        CaptureFrom::All(selector) => select(capture, selector, body).map(Value::Array),
    }
}

fn select(
    capture: &Capture,
    selector: &Selector,
    body: &Body<'_>,
) -> Result<Vec<Value>, Vec<Mismatch>> {
    if let Some(fault) = body.fault() {
        return Err(vec![failed(capture, fault)]);
    }
    let document = body.document().map_err(|error| {
        let message = format!(
            "the body is not JSON: {} (line {}, column {})",
            error.message, error.line, error.column
        );
        vec![failed(capture, &message)]
    })?;
    let nodes = match selector.select_in(document) {
        Ok(nodes) => nodes,
        Err(why) => return Err(unselectable(selector, &why, document, capture.span)),
    };
    let inexact: Vec<Mismatch> = nodes
        .iter()
        .flat_map(|(pointer, _)| inexact_within(document, pointer))
        .map(|pointer| inexact_number(&document.inexact, pointer, capture.span))
        .collect();
    if inexact.is_empty() {
        Ok(nodes.into_iter().map(|(_, value)| value.clone()).collect())
    } else {
        Err(inexact)
    }
}

fn header(capture: &Capture, name: &str, response: &Response) -> Result<Value, Box<Mismatch>> {
    let values: Vec<&[u8]> = response.header_values(name).collect();
    let message = match values.len() {
        0 => Some(format!("header `{name}` is missing")),
        2.. if !is_list(name) => Some(format!(
            "there are {} lines of header `{name}`",
            values.len()
        )),
        _ => None,
    };
    if let Some(message) = message {
        return Err(Box::new(
            failed(capture, &message).header(name).expected("one line"),
        ));
    }
    let lines = values
        .iter()
        .map(|value| std::str::from_utf8(value).map(|text| text.trim_matches([' ', '\t'])));
    if let Ok(lines) = lines.collect::<Result<Vec<&str>, _>>() {
        return Ok(Value::from(lines.join(", ")));
    }
    let message = format!("header `{name}` is not UTF-8");
    Err(Box::new(failed(capture, &message).header(name)))
}

fn failed(capture: &Capture, message: &str) -> Mismatch {
    let message = format!("cannot capture `{}`: {message}", capture.name);
    Mismatch::new(FindingKind::Capture, capture.span, message)
}

#[cfg(test)]
mod tests {
    use crate::json::Selector;
    use crate::judge::testing::{response, span, step, suite};
    use crate::model::{Capture, CaptureFrom};
    use serde_json::{Value, json};

    fn take(from: CaptureFrom, body: &str) -> Result<Value, Vec<(&'static str, String)>> {
        let mut step = step(Vec::new());
        step.captures.push(Capture {
            name: "it".into(),
            from,
            span: span(),
        });
        let mut response = response(201, body);
        response.headers.push(("ETag".into(), b" \"a\" ".to_vec()));
        match crate::judge::capture(0, &step, &response, &suite()) {
            Ok(mut values) => {
                let (name, value) = values.remove(0);
                assert_eq!(name, "it");
                Ok(value)
            }
            Err(findings) => {
                let findings = findings.into_iter();
                Err(findings
                    .map(|finding| (finding.kind.name(), finding.message))
                    .collect())
            }
        }
    }

    fn path(text: &str) -> Selector {
        Selector::new(text).unwrap()
    }

    #[test]
    fn status_header_and_nodes_are_captured() {
        assert_eq!(take(CaptureFrom::Status, ""), Ok(json!(201)));
        assert_eq!(
            take(CaptureFrom::Header("etag".into()), ""),
            Ok(json!("\"a\""))
        );
        assert_eq!(
            take(CaptureFrom::One(path("$.a")), r#"{"a":[1]}"#),
            Ok(json!([1]))
        );
        assert_eq!(take(CaptureFrom::All(path("$.a")), "{}"), Ok(json!([])));
    }

    #[test]
    fn what_cannot_be_captured_is_reported() {
        let found = |from, body| take(from, body).unwrap_err().remove(0);
        assert_eq!(
            found(CaptureFrom::One(path("$.a")), "{}"),
            ("capture", "cannot capture `it`: 0 nodes at $.a".to_owned())
        );
        assert_eq!(found(CaptureFrom::One(path("$[*]")), "[1,2]").0, "capture");
        assert_eq!(found(CaptureFrom::All(path("$[*]")), "x").0, "capture");
        assert_eq!(found(CaptureFrom::Header("X".into()), "").0, "capture");
    }

    #[test]
    fn a_rounded_number_is_not_captured() {
        let found = take(
            CaptureFrom::All(path("$.a")),
            r#"{"a":{"b":[18446744073709551617]}}"#,
        );
        assert_eq!(found.unwrap_err()[0].0, "inexact");
    }
}
