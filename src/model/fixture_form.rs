//! The form of a fixture: what its value must be, whatever the target.

use serde_json::Value;

use crate::model::source::Span;

/// The form of a fixture, as its contract declares it.
#[derive(Clone, Debug)]
pub struct FixtureForm {
    /// The JSON Schema of its value, valid by itself.
    pub schema: Option<Value>,
    /// Full names of the fixtures whose values differ from this one.
    pub distinct_from: Vec<String>,
    /// Where its name is written.
    pub span: Span,
}
