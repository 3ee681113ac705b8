//! A JSON document as received: the value, and what a plain parser would have hidden.

use std::collections::BTreeMap;

use serde_json::Value;

/// The deepest nesting of arrays and objects that is read.
pub const DEPTH_LIMIT: usize = 128;

/// A JSON text (RFC 8259), parsed strictly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The value. Of a member that stands twice the last one counts, as in most readers.
    pub value: Value,
    /// JSON Pointers of members that stand more than once in their object.
    pub duplicates: Vec<String>,
    /// Numbers that did not survive as written, by JSON Pointer: the text as it stands in the document.
    pub inexact: BTreeMap<String, String>,
}

/// Why a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The fact in one line: `expected a value, found `}``.
    pub message: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl Document {
    /// Parses a JSON text.
    ///
    /// # Errors
    ///
    /// What RFC 8259 does not allow, invalid UTF-8, a byte order mark, a lone surrogate, nesting beyond [`DEPTH_LIMIT`].
    pub fn parse(_octets: &[u8]) -> Result<Document, DocumentError> {
        Ok(Document::default())
    }
}

/// Are two JSON values equal? Numbers by value (`1`, `1.0` and `1e0` are), objects without order.
pub fn json_equal(one: &Value, other: &Value) -> bool {
    one == other
}
