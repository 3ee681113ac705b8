//! What texts that are made to be slow cost: redaction of 2 MiB of a repeated unit with a secret of the same characters.
//!
//! `cargo bench --bench hostile` prints a table and asserts nothing. `tests/hostile/slow.rs` measures whole runs.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use probity::redact::{Redactor, Secret};

const LENGTH: usize = 2 << 20;

/// What the text repeats, and what the secret repeats.
const TEXTS: [(&str, &str); 12] = [
    ("a", "a"),
    ("\\", "\\"),
    ("\"", "\""),
    ("%", "%"),
    ("\\\"", "\""),
    ("\\u005c", "\\"),
    ("%5C", "\\"),
    ("%25", "%"),
    ("&amp;", "&amp;"),
    ("&quot;", "\""),
    ("😀", "😀"),
    ("\\ud83d\\ude00", "😀"),
];

fn main() {
    println!("| text | secret of 8 | of 32 | of 200 |\n| --- | --- | --- | --- |");
    for (unit, repeated) in TEXTS {
        let text = unit.repeat(LENGTH / unit.len());
        let figures = [8, 32, 200].map(|times| {
            let redactor = Redactor::new(&[Secret::new(repeated.repeat(times))]);
            let began = Instant::now();
            let redacted = redactor.redact(&text);
            let is_cut = if redacted.contains("[cut") {
                ", cut"
            } else {
                ""
            };
            format!("{} ms{is_cut}", began.elapsed().as_millis())
        });
        println!("| `{unit}` | {} |", figures.join(" | "));
    }
}
