//! Bodies in a HAR file: as text or base64, and large ones once.

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use crate::model::{RecordedText, hexadecimal};

/// A smaller body is written in every entry: a reference would save nothing.
const ALWAYS_WRITTEN: usize = 1 << 10;

/// The large bodies that are already in the file.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    seen: HashSet<[u8; 32]>,
    /// Is a large body written once? Only `probity` reads that.
    pub(crate) is_shared: bool,
}

impl Bodies {
    /// The members with a body, or with a reference to it.
    ///
    /// A body that is not UTF-8 is in base64 with an `encoding`, which HAR has for answers.
    pub(crate) fn members(&mut self, bytes: &[u8]) -> Map<String, Value> {
        let mut members = Map::new();
        if bytes.len() >= ALWAYS_WRITTEN && self.is_shared {
            let digest = digest(&SHA256, bytes);
            let mut name = [0; 32];
            name.copy_from_slice(digest.as_ref());
            members.insert("_sha256".into(), hexadecimal(&name).into());
            if !self.seen.insert(name) {
                let comment = "the same body is in an earlier entry, with the same _sha256";
                members.insert("comment".into(), comment.into());
                return members;
            }
        }
        members.extend(text(bytes));
        members
    }
}

/// `text`, and `encoding` if needed.
pub(crate) fn text(bytes: &[u8]) -> Map<String, Value> {
    let value = match std::str::from_utf8(bytes) {
        Ok(text) => json!({ "text": text }),
        Err(_) => json!({ "text": STANDARD.encode(bytes), "encoding": "base64" }),
    };
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Bytes beside the members of HAR.
pub(crate) fn recorded_text(bytes: &[u8]) -> RecordedText {
    match std::str::from_utf8(bytes) {
        Ok(text) => RecordedText {
            text: text.to_owned(),
            base64: false,
        },
        Err(_) => RecordedText {
            text: STANDARD.encode(bytes),
            base64: true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_body_is_written_once() {
        let mut bodies = Bodies {
            is_shared: true,
            ..Bodies::default()
        };
        let large = vec![b'x'; ALWAYS_WRITTEN];
        let first = bodies.members(&large);
        let second = bodies.members(&large);
        assert!(first.contains_key("text") && !second.contains_key("text"));
        assert_eq!(first["_sha256"], second["_sha256"]);
        let other = bodies.members(&vec![b'y'; ALWAYS_WRITTEN]);
        assert!(other.contains_key("text"));
    }

    #[test]
    fn a_small_body_is_written_every_time() {
        let mut bodies = Bodies::default();
        for _ in 0..2 {
            assert_eq!(Value::from(bodies.members(b"{}")), json!({ "text": "{}" }));
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_in_base64() {
        let members = Value::from(text(b"\xff\x00"));
        assert_eq!(members, json!({ "text": "/wA=", "encoding": "base64" }));
    }
}
