//! Mistakes in input files, shown to the person who can fix them.
//!
//! ```text
//! error[case/unknown-expectation]: unknown expectation `statsu`
//!   --> cases/users/read.yaml:7:7
//!    |
//!  7 |       statsu: 404
//!    |       ^^^^^^ expected one of `status`, `headers`, `json`, `schema`
//!    |
//!    = help: did you mean `status`?
//!
//! error: 1 mistake in 1 file; nothing was sent
//! ```

use std::collections::BTreeSet;
use std::io;

use crate::model::{Diagnostic, Place, Severity, Sources};
use crate::report::page::{Page, Tone, count};
use crate::report::snippet::{Mark, gutter};
use crate::text::printable::printable;

/// How many diagnostics are shown in full; the last line counts them all.
const SHOWN: usize = 50;

/// Writes diagnostics in order of file and position, those without a place first, then their number.
///
/// Writes nothing when there are none. Every span must belong to `sources`; offsets may be anything,
/// they are clamped to the file.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    colour: bool,
    width: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    let mut page = Page::new(out, colour, width);
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    // The file's name, not its number: numbers follow the order of reading, which means nothing to people.
    sorted.sort_by_key(|diagnostic| {
        diagnostic
            .span
            .map(|span| (&*sources.file(span.file).name, span.start, span.end))
    });
    for diagnostic in sorted.iter().take(SHOWN) {
        one(&mut page, diagnostic, sources)?;
        page.blank()?;
    }
    total(&mut page, &sorted, sources)
}

/// One diagnostic, from its headline to its help.
fn one(page: &mut Page<'_>, diagnostic: &Diagnostic, sources: &Sources) -> io::Result<()> {
    let (word, tone) = severity(diagnostic.severity);
    let kind = format!("{word}[{}]", diagnostic.code);
    page.flow(
        &[(tone, &kind), (Tone::Strong, ": ")],
        Tone::Strong,
        &printable(&diagnostic.message),
    )?;
    let place = diagnostic.span.map(|span| sources.place(span));
    let also = diagnostic
        .also
        .as_ref()
        .map(|(span, label)| (sources.place(*span), label.as_str()));
    let places = place.iter().chain(also.iter().map(|(place, _)| place));
    let gutter = gutter(places.map(|place| place.line));
    if let Some(place) = place {
        snippets(page, gutter, &place, &diagnostic.label, tone, also.as_ref())?;
    }
    if diagnostic.span.is_some() && !diagnostic.help.is_empty() {
        page.bar(gutter)?;
    }
    for help in &diagnostic.help {
        page.note(gutter, "help", &printable(help))?;
    }
    Ok(())
}

/// The place, and the second one: in the same frame when both are in one file.
fn snippets(
    page: &mut Page<'_>,
    gutter: usize,
    place: &Place,
    label: &str,
    tone: Tone,
    also: Option<&(Place, &str)>,
) -> io::Result<()> {
    let main = mark(place, label, '^', tone);
    page.arrow(gutter, "-->", place)?;
    page.bar(gutter)?;
    match also {
        None => page.source(gutter, place, &[main]),
        Some((second, label)) => {
            let beside = mark(second, label, '-', Tone::Frame);
            if second.file != place.file {
                page.source(gutter, place, &[main])?;
                page.bar(gutter)?;
                page.arrow(gutter, ":::", second)?;
                page.bar(gutter)?;
                page.source(gutter, second, &[beside])
            } else if second.line == place.line {
                page.source(gutter, place, &[main, beside])
            } else {
                let mut both = [(place, main), (second, beside)];
                both.sort_by_key(|(place, _)| place.line);
                let [(upper, upper_mark), (lower, lower_mark)] = both;
                page.source(gutter, upper, &[upper_mark])?;
                if upper.line + 1 < lower.line {
                    page.gap()?;
                }
                page.source(gutter, lower, &[lower_mark])
            }
        }
    }
}

fn mark(place: &Place, label: &str, sign: char, tone: Tone) -> Mark {
    Mark {
        column: place.column,
        length: place.length,
        labels: vec![printable(label).into_owned()],
        sign,
        tone,
    }
}

fn severity(severity: Severity) -> (&'static str, Tone) {
    match severity {
        Severity::Error => ("error", Tone::Bad),
        Severity::Warning => ("warning", Tone::Warn),
    }
}

/// `error: 3 mistakes in 2 files; nothing was sent`.
fn total(page: &mut Page<'_>, diagnostics: &[&Diagnostic], sources: &Sources) -> io::Result<()> {
    let left_out = diagnostics.len().saturating_sub(SHOWN);
    if left_out > 0 {
        page.line(&format!("... and {left_out} more\n"))?;
    }
    let of = |severity: Severity| {
        diagnostics
            .iter()
            .copied()
            .filter(move |diagnostic| diagnostic.severity == severity)
    };
    let errors = of(Severity::Error).count();
    let warnings = of(Severity::Warning).count();
    let (word, tone) = severity(if errors > 0 {
        Severity::Error
    } else {
        Severity::Warning
    });
    let files = |severity: Severity| {
        let names: BTreeSet<&str> = of(severity)
            .filter_map(|diagnostic| Some(&*sources.file(diagnostic.span?.file).name))
            .collect();
        match names.len() {
            0 => String::new(),
            number => format!(" in {}", count(number, "file")),
        }
    };
    let text = match (errors, warnings) {
        (0, _) => format!("{}{}", count(warnings, "warning"), files(Severity::Warning)),
        (_, 0) => format!(
            "{}{}; nothing was sent",
            count(errors, "mistake"),
            files(Severity::Error)
        ),
        _ => format!(
            "{}{} and {}; nothing was sent",
            count(errors, "mistake"),
            files(Severity::Error),
            count(warnings, "warning")
        ),
    };
    page.spans(&[(tone, word), (Tone::Strong, ": "), (Tone::Strong, &text)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileId, Span};
    use proptest::prelude::*;

    const CASES: &str = "contract: presence\n\ncases:\n  - id: two-users\n    expect:\n      - statsu: 404\n  - id: two-users\n";

    fn drawn(diagnostics: &[Diagnostic], sources: &Sources, colour: bool, width: usize) -> String {
        let mut out = Vec::new();
        render(diagnostics, sources, colour, width, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn span(sources: &Sources, file: FileId, words: &str, occurrence: usize) -> Span {
        let text = &sources.file(file).text;
        let (start, _) = text.match_indices(words).nth(occurrence).unwrap();
        Span {
            file,
            start: u32::try_from(start).unwrap(),
            end: u32::try_from(start + words.len()).unwrap(),
        }
    }

    fn mistakes() -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let cases = sources.add("cases/presence/users-batch.yaml", CASES);
        let contract = sources.add(
            "cases/presence/contract.yaml",
            "requirements:\n  - id: PRESENCE-01\n",
        );
        let diagnostics = vec![
            Diagnostic::error(
                "case/duplicate-id",
                span(&sources, cases, "two-users", 1),
                "duplicate case id `two-users`",
            )
            .label("here again")
            .also(span(&sources, cases, "two-users", 0), "first here")
            .help("give one of them another id; an id is unique in its file"),
            Diagnostic::error(
                "case/unknown-key",
                span(&sources, cases, "statsu", 0),
                "unknown key `statsu`",
            )
            .label("expected one of `proves`, `status`, `headers`, `body`, `schema`, `json`, `json-exactly`, `text`, `select`")
            .suggest("statsu", ["status", "schema"]),
            Diagnostic::error(
                "contract/duplicate-requirement",
                span(&sources, contract, "PRESENCE-01", 0),
                "the requirement `PRESENCE-01` is already there",
            )
            .also(span(&sources, cases, "presence", 0), "the contract of these cases"),
            Diagnostic::error_without_place("suite/no-cases", "no cases/ directory in `my-suite`")
                .help("point --suite at the directory that holds cases/"),
            Diagnostic::error(
                "case/unused-capture",
                span(&sources, cases, "expect", 0),
                "nothing uses the capture `device`",
            )
            .as_warning(),
        ];
        (sources, diagnostics)
    }

    #[test]
    fn every_shape_of_a_diagnostic() {
        let (sources, diagnostics) = mistakes();
        insta::assert_snapshot!(drawn(&diagnostics, &sources, false, 100));
    }

    #[test]
    fn a_narrow_terminal() {
        let (sources, diagnostics) = mistakes();
        insta::assert_snapshot!(drawn(&diagnostics[..2], &sources, false, 60));
    }

    #[test]
    fn in_colour() {
        let (sources, diagnostics) = mistakes();
        let text = drawn(&diagnostics[1..2], &sources, true, 80);
        insta::assert_snapshot!(text.replace('\u{1b}', "ESC"));
    }

    #[test]
    fn text_of_a_file_cannot_steer_the_terminal() {
        let mut sources = Sources::default();
        let file = sources.add(
            "evil\u{1b}[2J.yaml",
            "a: \"\u{202e}\u{1b}]0;x\u{7}\"\tb\r\n",
        );
        let diagnostic = Diagnostic::error("yaml/bad", sources.whole(file), "bad \u{9b}31m")
            .label("\u{1b}[0m")
            .help("\u{feff}");
        insta::assert_snapshot!(drawn(&[diagnostic], &sources, false, 100));
    }

    #[test]
    fn many_are_counted_and_not_all_shown() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "x\n".repeat(80));
        let diagnostics: Vec<_> = (0..80)
            .map(|line| {
                let start = line * 2;
                let span = Span {
                    file,
                    start,
                    end: start + 1,
                };
                Diagnostic::error("yaml/x", span, "an x")
            })
            .collect();
        let text = drawn(&diagnostics, &sources, false, 80);
        assert_eq!(text.matches("error[yaml/x]").count(), 50);
        assert!(
            text.ends_with("... and 30 more\n\nerror: 80 mistakes in 1 file; nothing was sent\n")
        );
    }

    #[test]
    fn warnings_alone_do_not_say_that_nothing_was_sent() {
        let diagnostic = Diagnostic::error_without_place("a/b", "hm").as_warning();
        assert_eq!(
            drawn(&[diagnostic], &Sources::default(), false, 80),
            "warning[a/b]: hm\n\nwarning: 1 warning\n"
        );
        assert_eq!(drawn(&[], &Sources::default(), false, 80), "");
    }

    proptest! {
        #[test]
        fn any_span_in_any_text_can_be_shown(
            text in "\\PC{0,60}|[a-zäöü日\t\r\n\u{1b}\u{202e}👩\u{200d}]{0,120}",
            start: u32, end: u32, near in 0u32..130, far in 0u32..130, width in 0usize..160,
        ) {
            let mut sources = Sources::default();
            let file = sources.add("a.yaml", text);
            let other = sources.add("b.yaml", "b");
            for (start, end) in [(start, end), (near, far), (near, near), (near, u32::MAX)] {
                let span = Span { file, start, end };
                for second in [Span { file, start: far, end: near }, Span { file: other, start, end }] {
                    let diagnostic = Diagnostic::error("a/b", span, "m").also(second, "l");
                    let shown = drawn(&[diagnostic], &sources, false, width);
                    prop_assert!(shown.contains('^') && shown.contains('-'));
                    prop_assert!(!shown.contains('\u{1b}'), "an escape");
                }
            }
        }
    }
}
