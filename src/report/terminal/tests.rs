//! What each sort of report looks like. Read the snapshots as a user would: the wording is the product.

use std::borrow::Cow;

use super::*;
use crate::report::page::cells;
use crate::report::sample;
use crate::text::printable::printable;

fn drawn(report: &Report, options: &TerminalOptions) -> String {
    let mut out = Vec::new();
    render(report, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn plain(report: &Report) -> String {
    let options = TerminalOptions {
        report_paths: vec![("json".into(), "target/probity/report.json".into())],
        ..TerminalOptions::default()
    };
    drawn(report, &options)
}

fn wide(report: &Report, width: usize) -> String {
    let options = TerminalOptions {
        width,
        ..TerminalOptions::default()
    };
    drawn(report, &options)
}

macro_rules! looks {
    ($($name:ident => $text:expr;)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!($text);
            }
        )*
    };
}

looks! {
    narrow => wide(&sample::broken(), 60);
    broad => wide(&sample::broken(), 160);
    in_colour => coloured();
    quiet => with(Verbosity::Quiet, &sample::skipped());
    like_failures => plain(&alike());
    like_warnings => plain(&warned_alike());
    verbose => with(Verbosity::Verbose, &sample::skipped());
}

#[test]
fn looks() {
    for (name, report) in sample::named() {
        insta::assert_snapshot!(format!("terminal-{name}"), plain(&report));
    }
}

#[test]
fn blocks_of_warnings_are_apart() {
    let mut report = sample::warned();
    let cases = std::mem::take(&mut report.cases).into_vec();
    let warned = cases.iter().find(|case| case.verdict == Verdict::Warn);
    let mut other = warned.unwrap().clone();
    other.id = "seats/inventory/other-body".into();
    other.findings.remove(0);
    for finding in &mut other.findings {
        finding.requirement = Some("SEATS-06".into());
        finding.requirements = vec!["SEATS-06".into()];
    }
    report.cases = cases.into_iter().chain([other]).collect();
    let drawn = plain(&report.with_causes());
    let blocks = drawn.lines().filter(|line| line.starts_with("WARN "));
    assert_eq!(blocks.count(), 2, "{drawn}");
    // The first one is the first line.
    assert_eq!(drawn.matches("\n\nWARN ").count(), 1, "{drawn}");
}

fn coloured() -> String {
    let options = TerminalOptions {
        colour: true,
        ..TerminalOptions::default()
    };
    let mut report = sample::broken();
    report.cases.retain(|case| case.id.starts_with("presence"));
    drawn(&report, &options).replace('\u{1b}', "ESC")
}

/// The same wrong status in many cases, as when a path is wrong.
fn alike() -> Report {
    let first = sample::broken()
        .cases
        .into_vec()
        .into_iter()
        .find(|case| case.id == "seats/inventory/missing-product")
        .unwrap();
    let cases = (1..=31).map(|row| {
        let mut case = first.clone();
        case.id = format!("{}[row-{row}]", case.id);
        case
    });
    sample::report(cases.collect())
}

/// The same recommendation, not followed in many cases.
fn warned_alike() -> Report {
    let cases = sample::warned().cases;
    let warned = cases.of(Verdict::Warn).next();
    let cases = (1..=7).map(|row| {
        let mut case = warned.clone().unwrap().into_owned();
        case.id = format!("{}[row-{row}]", case.id);
        case
    });
    sample::report(cases.collect())
}

fn with(verbosity: Verbosity, report: &Report) -> String {
    let options = TerminalOptions {
        verbosity,
        ..TerminalOptions::default()
    };
    drawn(report, &options)
}

#[test]
fn no_text_of_a_report_reaches_the_terminal_raw() {
    for report in sample::all() {
        let poisoned =
            sample::planted(&report, |text| text.push_str("\u{1b}[2J\r\n\u{202e}\u{9b}"));
        for colour in [false, true] {
            let options = TerminalOptions {
                colour,
                verbosity: Verbosity::Verbose,
                report_paths: vec![("\u{1b}json".into(), "\u{202e}path".into())],
                ..TerminalOptions::default()
            };
            let mut text = drawn(&poisoned, &options);
            if colour {
                text = without_colour(&text);
            }
            for line in text.lines() {
                assert_eq!(printable(line), line);
            }
        }
    }
}

/// Takes out the sequences that this crate writes: `ESC [ digits m`.
fn without_colour(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;]*m")
        .unwrap()
        .replace_all(text, "")
        .into_owned()
}

#[test]
fn lines_keep_to_the_width_unless_they_are_to_be_copied() {
    for report in sample::all() {
        for width in [60, 100, 160] {
            for line in wide(&report, width).lines() {
                let is_for_copying = [
                    "rerun:", "curl:", "-->", "http", "FAIL", "ERROR", "WARN", "NOTE",
                ]
                .iter()
                .any(|word| line.contains(word));
                let is_id = !line.trim().contains(' ');
                assert!(
                    is_for_copying || is_id || cells(line) <= width,
                    "{} > {width}: {line}",
                    cells(line)
                );
            }
        }
    }
}

/// Three hundred times as many failures, each copy changed.
fn thousands(change: impl Fn(&mut CaseReport, usize)) -> String {
    let mut report = sample::broken();
    let failing: Vec<_> = report
        .cases
        .of(Verdict::Fail)
        .map(Cow::into_owned)
        .collect();
    for round in 0..300 {
        for case in &failing {
            let mut case = case.clone();
            case.id = format!("{}-{round}", case.id);
            change(&mut case, round);
            report.cases.push(case);
        }
    }
    plain(&report.with_causes())
}

#[test]
fn thousands_of_failures_for_few_causes_are_few_blocks() {
    let text = thousands(|case, round| {
        case.findings[0].message = format!("{} {round}", case.findings[0].message).into();
    });
    assert!(text.lines().count() < 500, "{}", text.lines().count());
    assert!(text.contains("and 288 more"));
    assert!(text.contains("2709 fail, 1 gives no evidence"), "{text}");
}

#[test]
fn thousands_of_failures_stay_readable() {
    let text = thousands(|case, round| {
        for finding in &mut case.findings {
            finding.requirement = Some(format!("PRESENCE-{round}-{}", case.id));
        }
    });
    assert!(text.lines().count() < 1500, "{}", text.lines().count());
    assert!(text.contains("more; see the JSON report"));
}
