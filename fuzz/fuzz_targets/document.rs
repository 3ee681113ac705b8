//! The strict JSON parser: what it takes, `serde_json` takes as well, and means the same by it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::json::{Document, json_equal};
use serde_json::Value;

fuzz_target!(|octets: &[u8]| {
    let theirs = serde_json::from_slice::<Value>(octets);
    match Document::parse(octets) {
        Ok(document) => {
            // Theirs allows one level of nesting less.
            let Ok(theirs) = theirs else {
                let deep = octets
                    .iter()
                    .filter(|octet| matches!(octet, b'[' | b'{'))
                    .count();
                assert!(deep >= 127, "{:?}", theirs);
                return;
            };
            if document.duplicates.is_empty() && document.inexact.is_empty() {
                assert!(json_equal(&document.value, &theirs));
            }
            for pointer in document.duplicates.iter().chain(document.inexact.keys()) {
                assert!(pointer.starts_with('/') || pointer.is_empty());
            }
            let written = document.value.to_string();
            let again = Document::parse(written.as_bytes()).expect("what is written can be read");
            assert!(json_equal(&document.value, &again.value));
        }
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1);
            assert!(!error.message.is_empty());
        }
    }
});
