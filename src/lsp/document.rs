//! An open buffer, and what the client changes in it.

use std::sync::Arc;

use serde_json::Value;

use crate::lsp::position::{Encoding, Lines};

/// The largest buffer, in bytes: as for files.
const LIMIT: usize = 16 << 20;

/// The text of a buffer.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// The text.
    pub(crate) text: Arc<str>,
    /// The number that the client gave it.
    pub(crate) version: Value,
    /// The URI as the client writes it.
    pub(crate) uri: String,
}

impl Document {
    /// Applies changes, each to the text that the one before left. False when it became too large, or a change was not one;
    /// the buffer is then as it was before that change.
    pub(crate) fn change(&mut self, changes: &[Value], encoding: Encoding) -> bool {
        for change in changes {
            let Some(new) = change.get("text").and_then(Value::as_str) else {
                return false;
            };
            let text = match change.get("range").filter(|range| !range.is_null()) {
                None => new.to_owned(),
                Some(range) => {
                    let lines = Lines::new(&self.text, encoding);
                    let offset = |key: &str| lines.offset_of(range.get(key)?);
                    let Some((start, end)) = offset("start").zip(offset("end")) else {
                        return false;
                    };
                    let (before, behind) = (&self.text[..start], &self.text[end.max(start)..]);
                    [before, new, behind].concat()
                }
            };
            if text.len() > LIMIT {
                return false;
            }
            self.text = text.into();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn changes_are_applied_in_order() {
        let mut document = Document {
            text: "a: 🦀b\r\nc\n".into(),
            version: Value::Null,
            uri: String::new(),
        };
        let at = |from: [u32; 2], to: [u32; 2], text: &str| {
            let place =
                |[line, character]: [u32; 2]| json!({ "line": line, "character": character });
            json!({ "range": { "start": place(from), "end": place(to) }, "text": text })
        };
        let changes = [
            at([0, 5], [0, 6], "x"),
            at([1, 0], [1, 1], ""),
            at([9, 0], [9, 9], "d"),
        ];
        assert!(document.change(&changes, Encoding::Utf16));
        assert_eq!(&*document.text, "a: 🦀x\r\n\nd");
        assert!(document.change(&[json!({ "text": "all" })], Encoding::Utf16));
        assert!(!document.change(&[json!({ "range": 7, "text": "" })], Encoding::Utf16));
        assert!(!document.change(&[json!({ "text": 1 })], Encoding::Utf16));
        assert!(document.change(&[at([0, 2], [0, 1], "!")], Encoding::Utf8));
        assert_eq!(&*document.text, "al!l");
    }
}
