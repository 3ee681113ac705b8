//! Excerpts: text cut to a number of characters.

use serde_json::Value;

/// Expected or actual as short text: JSON on one line, at most `limit` characters.
pub fn short_json(value: &Value, limit: usize) -> String {
    short_text(&value.to_string(), limit)
}

/// At most `limit` characters of a text, with `…` where it was cut.
pub fn short_text(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}…", &text[..at]),
    }
}
