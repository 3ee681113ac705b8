//! Excerpts of text.

use serde_json::Value;

/// A JSON value on one line, cut to `limit` characters.
pub fn short_json(value: &Value, limit: usize) -> String {
    short_text(&value.to_string(), limit)
}

/// A text cut to `limit` characters, with `…` at the cut.
pub fn short_text(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
