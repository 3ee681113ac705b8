//! One difference between a check and a response, before it is attributed to a requirement.

use serde_json::Value;

use crate::json::SchemaRule;
use crate::model::{Diff, FindingKind, Span, Unresolved};
pub(super) use crate::text::count::count;
use crate::text::excerpt::{short_json, short_text};

/// Longest text of an expected or actual value, in characters.
pub(super) const SHOWN: usize = 200;

/// Longest text of a value inside a message, in characters.
const SHOWN_IN_MESSAGE: usize = 60;

/// What a check found: a finding without step, block, requirement and place.
#[derive(Clone, Debug)]
pub(super) struct Mismatch {
    pub(super) kind: FindingKind,
    pub(super) message: String,
    pub(super) pointer: Option<String>,
    pub(super) header: Option<String>,
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) schema: Option<SchemaRule>,
    /// The requirement that a schema names beside the rule.
    pub(super) requirement: Option<String>,
    /// The requirements that this status violates, where the block says which.
    pub(super) blamed: Option<Vec<String>>,
    pub(super) diff: Option<Diff<String>>,
    /// Is there no document to judge, and what follows?
    pub(super) without_document: Option<WithoutDocument>,
    pub(super) span: Span,
}

/// What a body that is no document at all (missing, not JSON, not decodable) means for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WithoutDocument {
    /// The check is about the form of the document: a schema that rejects null.
    Broken,
    /// The check is about something inside. It is to blame only if no other check is about the form.
    NothingToJudge,
}

impl Mismatch {
    pub(super) fn new(kind: FindingKind, span: Span, message: impl Into<String>) -> Mismatch {
        Mismatch {
            kind,
            message: message.into(),
            pointer: None,
            header: None,
            expected: String::new(),
            actual: String::new(),
            schema: None,
            requirement: None,
            blamed: None,
            diff: None,
            without_document: None,
            span,
        }
    }

    /// A template that cannot be filled in: no plan should let it come so far.
    pub(super) fn unresolved(span: Span, unresolved: &Unresolved) -> Mismatch {
        Mismatch::new(FindingKind::Capture, span, unresolved.to_string())
    }

    #[must_use]
    pub(super) fn at(mut self, pointer: impl Into<String>) -> Mismatch {
        self.pointer = Some(pointer.into());
        self
    }

    /// Does it only say that there is no document to judge?
    pub(super) fn is_about_nothing(&self) -> bool {
        self.without_document == Some(WithoutDocument::NothingToJudge)
    }

    #[must_use]
    pub(super) fn header(mut self, name: &str) -> Mismatch {
        self.header = Some(name.to_owned());
        self
    }

    #[must_use]
    pub(super) fn expected(mut self, expected: impl AsRef<str>) -> Mismatch {
        self.expected = short_text(expected.as_ref(), SHOWN);
        self
    }

    #[must_use]
    pub(super) fn actual(mut self, actual: impl AsRef<str>) -> Mismatch {
        self.actual = short_text(actual.as_ref(), SHOWN);
        self
    }
}

/// The JSON type of a value: `string`; whole numbers are `integer`.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if is_whole(number) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Has the number no fraction? `1.0` has none.
pub(super) fn is_whole(number: &serde_json::Number) -> bool {
    !number.is_f64() || number.as_f64().is_some_and(|double| double.fract() == 0.0)
}

/// A value for people: `"3" (string)`, `null`.
pub(super) fn shown(value: &Value) -> String {
    let text = short_json(value, SHOWN);
    match value {
        Value::Null => text,
        _ => format!("{text} ({})", type_of(value)),
    }
}

/// A value inside a message: short, without its type.
pub(super) fn brief(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(members) => format!("an object of {}", members.len()),
        _ => short_json(value, SHOWN_IN_MESSAGE),
    }
}

/// Text inside a message.
pub(super) fn brief_text(text: &str) -> String {
    short_text(text, SHOWN_IN_MESSAGE)
}
