//! One value that a form does not accept: the kind of mismatch, and its message.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::Document;
use crate::json::pointer::Path;
use crate::judge::form;
use crate::judge::form::{Accepts, Form};
use crate::judge::marker::same_but_case;
use crate::judge::mismatch::{Mismatch, brief, shown, type_of};
use crate::judge::sink::{KEPT, Sink};
use crate::model::{FindingKind, MarkerKind, Span};
use crate::text::excerpt::short_text;

/// What is added where only letter case differs.
const CASE_ONLY: &str = " (differs in case only)";

/// Reports a value that a form does not accept.
pub(super) fn refuse(
    form: &Form<'_>,
    value: &Value,
    path: &Path<'_>,
    inexact: &BTreeMap<String, String>,
    sink: &mut Sink,
) {
    let kind = kind_of(form.type_name(), value);
    sink.report(kind, form.weight(), || {
        let pointer = path.pointer();
        let (short, long) = words(value, inexact.get(&pointer));
        let mut message = differs(kind, value, &short, &form.describe());
        if let (Accepts::Marker(marker), Some(text)) = (&form.accepts, value.as_str())
            && marker.kind == MarkerKind::OneOf
            && marker.words().iter().any(|word| same_but_case(word, text))
        {
            message.push_str(CASE_ONLY);
        }
        Mismatch::new(kind, form.span, message)
            .at(pointer)
            .expected(form.describe())
            .actual(long)
    });
}

/// Reports a value that is not equal to the one expected.
pub(super) fn refuse_value(
    expected: &Value,
    actual: &Value,
    span: Span,
    path: &Path<'_>,
    inexact: &BTreeMap<String, String>,
    sink: &mut Sink,
) {
    let kind = kind_of(Some(type_of(expected)), actual);
    sink.report(kind, form::weight(expected), || {
        let pointer = path.pointer();
        let (short, long) = words(actual, inexact.get(&pointer));
        let expected_shown = match kind {
            FindingKind::Type => shown(expected),
            _ => brief(expected),
        };
        let mut message = differs(kind, actual, &short, &expected_shown);
        if let (Some(one), Some(other)) = (expected.as_str(), actual.as_str())
            && same_but_case(one, other)
        {
            message.push_str(CASE_ONLY);
        }
        Mismatch::new(kind, span, message)
            .at(pointer)
            .expected(shown(expected))
            .actual(long)
    });
}

/// A value in a message and as the value that came. A number that no double holds is shown as it was written.
fn words(value: &Value, exact: Option<&String>) -> (String, String) {
    match exact {
        Some(text) if value.is_number() => {
            let text = short_text(text, 40);
            let long = format!("{text} ({})", type_of(value));
            (text, long)
        }
        _ => (brief(value), shown(value)),
    }
}

fn differs(kind: FindingKind, actual: &Value, short: &str, expected: &str) -> String {
    let expected = short_text(expected, 100);
    match (kind, actual) {
        (_, Value::Array(_) | Value::Object(_)) | (FindingKind::Value, _) => {
            format!("is {short}, expected {expected}")
        }
        _ => format!("is {short} ({}), expected {expected}", type_of(actual)),
    }
}

/// Another type, or another value of the type?
fn kind_of(expected_type: Option<&str>, actual: &Value) -> FindingKind {
    let is_numeric = |name: &str| matches!(name, "integer" | "number");
    let actual_type = type_of(actual);
    match expected_type {
        Some(expected)
            if expected != actual_type && !(is_numeric(expected) && is_numeric(actual_type)) =>
        {
            FindingKind::Type
        }
        _ => FindingKind::Value,
    }
}

/// The mismatches for numbers that cannot be compared.
pub(super) fn inexact_numbers(
    document: &Document,
    pointers: &[String],
    span: Span,
) -> Vec<Mismatch> {
    let pointers = pointers.iter().take(KEPT);
    pointers
        .map(|pointer| inexact_number(&document.inexact, pointer, span))
        .collect()
}

/// The mismatch for a number that cannot be compared.
pub(super) fn inexact_number(
    inexact: &BTreeMap<String, String>,
    pointer: &str,
    span: Span,
) -> Mismatch {
    let text = inexact.get(pointer).map_or("", String::as_str);
    let message = format!(
        "{} has more digits than can be compared exactly",
        short_text(text, 40)
    );
    Mismatch::new(FindingKind::Inexact, span, message)
        .at(pointer)
        .actual(text)
}
