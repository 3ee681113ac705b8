//! What holds for every format at once: a report is data, whoever wrote it.

use std::io;

use proptest::prelude::*;

use super::*;
use crate::model::Report;
use crate::text::printable::is_unprintable;

type Render = fn(&Report, &mut dyn io::Write) -> io::Result<()>;

/// Every rendering of a report.
const FORMATS: [(&str, Render); 12] = [
    ("terminal", |report, out| {
        let options = terminal::TerminalOptions {
            verbosity: terminal::Verbosity::Verbose,
            ..terminal::TerminalOptions::default()
        };
        terminal::render(report, &options, out)
    }),
    ("json", json::render),
    ("html", html::render),
    ("junit", junit::render),
    ("markdown", markdown::render),
    ("github", github::render),
    ("sarif", sarif::render),
    ("tap", tap::render),
    ("ctrf", ctrf::render),
    ("events", crate::persist::event_writer::render),
    ("baseline", |report, out| {
        crate::history::baseline_writer::render(&crate::history::baseline_of(report), out)
    }),
    ("history", |report, out| {
        let moment = crate::history::moment_of(report.target.name.to_string(), report);
        let targets = crate::model::history::by_target(vec![moment.clone(), moment]);
        let note = [report.target.name.to_string()];
        html::render_history(&targets, &note, &mut *out)?;
        history::render(&targets, &terminal::TerminalOptions::default(), out)
    }),
];

/// One of each sort that is not to be printed, each where a name may begin, and end.
const EVIL: &str = "\u{9b}31m\u{7f}\u{80}\u{9f}\u{85}\u{1b}[2J\0\r\u{202a}\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\
                    \u{61c}\u{2028}\u{feff}\u{e0041}evil\n\u{202e}";

/// Nothing of `report` reaches any output raw.
fn assert_inert(report: &Report) {
    for (name, render) in FORMATS {
        let mut out = Vec::new();
        render(report, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            let raw = line.find(|character| character != '\t' && is_unprintable(character));
            assert_eq!(raw, None, "{name}: {line:?}");
        }
    }
}

/// Each format with the module that keeps its golden files.
const GOLDEN_OF: [(&str, &str); 10] = [
    ("terminal", "terminal"),
    ("html", "html"),
    ("json", ""),
    ("junit", ""),
    ("markdown", ""),
    ("github", ""),
    ("sarif", ""),
    ("tap", ""),
    ("ctrf", ""),
    ("events", ""),
];

#[test]
fn every_format_has_a_golden_file_of_every_sort_of_report() {
    let names: Vec<&str> = sample::named().into_iter().map(|(name, _)| name).collect();
    let report = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report");
    let mut missing = Vec::new();
    let mut left_over = Vec::new();
    for (format, folder) in GOLDEN_OF {
        let folder = report.join(folder).join("snapshots");
        let file = |name: &str| format!("probity__report__{format}__tests__{format}-{name}.snap");
        let wanted = sample::GOLDEN.iter().map(|name| file(name));
        missing.extend(wanted.filter(|file| !folder.join(file).is_file()));
        let known: Vec<String> = names.iter().map(|name| file(name)).collect();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap().file_name().into_string().unwrap();
            let is_golden = entry.starts_with(&file("").replace(".snap", ""));
            if is_golden && !entry.contains(".snap.new") && !known.contains(&entry) {
                left_over.push(entry);
            }
        }
    }
    assert_eq!(missing, [""; 0], "no golden file");
    assert_eq!(left_over, [""; 0], "golden files of no report");
    let sorts = sample::GOLDEN.iter();
    let unknown: Vec<&&str> = sorts.filter(|sort| !names.contains(*sort)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn no_format_prints_what_a_terminal_acts_on_wherever_it_stands() {
    for report in sample::all() {
        assert_inert(&sample::planted(&report, |text| EVIL.clone_into(text)));
        // The ids still belong together, so that other things are told.
        assert_inert(&sample::planted(&report, |text| text.push_str(EVIL)));
    }
}

#[test]
fn no_format_minds_what_a_report_counts() {
    for report in sample::all() {
        for most in [false, true] {
            assert_inert(&sample::miscounted(&report, most));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_format_prints_any_text_raw(text in any::<String>(), which in 0..sample::all().len()) {
        let report = &sample::all()[which];
        assert_inert(&sample::planted(report, |old| text.clone_into(old)));
        assert_inert(&sample::planted(report, |old| old.push_str(&text)));
    }
}
