//! A conformance statement from somewhere: it is read, checked and shown, and nothing that a terminal acts on is printed.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use probity::history::{contradictions, read_statement};
use probity::report::statement::{render_json, render_markdown};

fuzz_target!(|octets: &[u8]| {
    let Ok(statement) = read_statement(Path::new("statement.json"), octets) else {
        return;
    };
    assert!(contradictions(&statement).len() <= 101);
    let mut json = Vec::new();
    render_json(&statement, &mut json).expect("writing to memory");
    let again =
        read_statement(Path::new("statement.json"), &json).expect("what was written is read");
    assert_eq!(again, statement);
    let mut out = Vec::new();
    render_markdown(&statement, &mut out).expect("writing to memory");
    let text = String::from_utf8(out).expect("text");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
});
