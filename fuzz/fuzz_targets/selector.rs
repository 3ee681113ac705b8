//! JSONPath: a path, a newline, and a JSON document. Every pointer leads to the value that was selected.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::json::{Document, Selector};

fuzz_target!(|text: &str| {
    let Some((path, body)) = text.split_once('\n') else {
        return;
    };
    let Ok(selector) = Selector::new(path) else {
        return;
    };
    let Ok(document) = Document::parse(body.as_bytes()) else {
        return;
    };
    for (pointer, value) in selector.select(&document.value) {
        let found = document
            .value
            .pointer(&pointer)
            .expect("a pointer to a value");
        assert!(std::ptr::eq(found, value), "{pointer}");
    }
});
