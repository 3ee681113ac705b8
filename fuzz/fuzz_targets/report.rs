//! A JSON report from somewhere, rendered in every format: nothing that a terminal acts on is printed.

#![no_main]

use std::io;

use libfuzzer_sys::fuzz_target;
use probity::model::Report;
use probity::report::formats::FORMATS;
use probity::report::terminal::{self, TerminalOptions};

type Render = fn(&Report, &mut dyn io::Write) -> io::Result<()>;

const TERMINAL: Render = |report, out| terminal::render(report, &TerminalOptions::default(), out);

fuzz_target!(|octets: &[u8]| {
    let Ok(report) = serde_json::from_slice::<Report>(octets) else {
        return;
    };
    let formats = FORMATS.map(|format| (format.name, format.render));
    for (name, render) in formats.into_iter().chain([("terminal", TERMINAL)]) {
        let mut out = Vec::new();
        render(&report, &mut out).expect("writing to memory");
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
