//! Values taken from a response for later steps.

use serde_json::Value;

use super::body::Body;
use super::mismatch::{Mismatch, count};
use super::pattern::inexact_number;
use super::selection::inexact_within;
use crate::model::{Capture, CaptureFrom, FindingKind, Response, Selector};

/// The captured value.
///
/// # Errors
///
/// What stands in the way. A number that did not survive as written is an error too: it would go on
/// as another number.
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
    let document = body.document().map_err(|error| {
        let message = format!(
            "the body is not JSON: {} (line {}, column {})",
            error.message, error.line, error.column
        );
        vec![failed(capture, &message)]
    })?;
    let nodes = selector.select(&document.value);
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
    let [value] = values.as_slice() else {
        let message = match values.len() {
            0 => format!("header `{name}` is missing"),
            several => format!("header `{name}` stands there {several} times"),
        };
        return Err(Box::new(
            failed(capture, &message).header(name).expected("one line"),
        ));
    };
    match std::str::from_utf8(value) {
        Ok(text) => Ok(Value::from(text.trim_matches([' ', '\t']))),
        Err(_) => {
            let message = format!("header `{name}` is not UTF-8");
            Err(Box::new(failed(capture, &message).header(name)))
        }
    }
}

fn failed(capture: &Capture, message: &str) -> Mismatch {
    let message = format!("cannot capture `{}`: {message}", capture.name);
    Mismatch::new(FindingKind::Capture, capture.span, message)
}
