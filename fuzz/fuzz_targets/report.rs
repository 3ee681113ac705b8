//! A JSON report from somewhere, rendered in every format: nothing that a terminal acts on is printed.

#![no_main]

use libfuzzer_sys::fuzz_target;
use probity::model::Report;
use probity::report::formats::FORMATS;
use probity::report::terminal::{self, TerminalOptions};

fuzz_target!(|octets: &[u8]| {
    let Ok(report) = serde_json::from_slice::<Report>(octets) else {
        return;
    };
    let texts = FORMATS.map(|format| {
        let mut out = Vec::new();
        format.write(&report, &mut out).expect("writing to memory");
        (format.name, out)
    });
    let mut out = Vec::new();
    terminal::render(&report, &TerminalOptions::default(), &mut out).expect("writing to memory");
    for (name, out) in texts.into_iter().chain([("terminal", out)]) {
        let text = String::from_utf8(out).expect("text");
        let raw = text.chars().find(|c| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                || matches!(
                    c,
                    '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}'
                )
        });
        assert_eq!(raw, None, "{name}: {text}");
    }
});
