use super::*;
use crate::history::{MatrixBuilder, MatrixBy};
use crate::model::Report;
use crate::report::markdown::LIMIT;
use crate::report::sample;

fn named(name: &str, day: u8, report: &Report) -> Report {
    let mut report = report.clone();
    report.target.name = name.into();
    report.started = format!("2026-01-{day:02}T00:00:00Z");
    report
}

/// Four targets: one conforms, one violates, one is waived and of another suite, one was run in part.
pub(crate) fn sample_matrix(by: MatrixBy) -> Matrix {
    let mut builder = MatrixBuilder::new(by);
    let mut other = named("waived", 2, &sample::waived());
    other.suite_digest = Some("0123456789abcdef".into());
    other.requirements.remove(0);
    other.requirements[0].sentence = "It says something else.".into();
    let mut part = named("part", 3, &sample::nothing_selected());
    part.selection = vec!["presence".into()];
    for report in [
        named("staging", 4, &sample::broken()),
        named("europe", 1, &sample::green()),
        named("europe", 5, &sample::skipped()),
        other,
        part,
    ] {
        let file = format!("{}.json", report.target.name);
        builder.add(&report, file, None);
    }
    builder.matrix()
}

fn text(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn looks() {
    let matrix = sample_matrix(MatrixBy::Target);
    let options = TerminalOptions::default();
    insta::assert_snapshot!("terminal", text(|out| render(&matrix, &options, out)));
    let links = vec![Some("./europe/index.html".to_owned()), None];
    insta::assert_snapshot!(
        "markdown",
        text(|out| render_markdown(&matrix, &links, out))
    );
    let runs = sample_matrix(MatrixBy::Run);
    insta::assert_snapshot!("by_run", text(|out| render(&runs, &options, out)));
}

#[test]
fn one_target_is_compared_with_nothing() {
    let mut builder = MatrixBuilder::new(MatrixBy::Target);
    builder.add(&sample::broken(), "a.json".into(), None);
    let matrix = builder.matrix();
    assert!(
        title(&matrix).ends_with("nothing to compare with"),
        "{}",
        title(&matrix)
    );
    assert_eq!(matrix.differing().count(), 0);
}

#[test]
fn only_the_last_run_of_a_target_is_a_column_in_any_order() {
    let (early, late) = (
        named("t", 1, &sample::green()),
        named("t", 2, &sample::broken()),
    );
    for reports in [[&early, &late], [&late, &early]] {
        let mut builder = MatrixBuilder::new(MatrixBy::Target);
        for report in reports {
            builder.add(report, report.started.clone(), None);
        }
        let matrix = builder.matrix();
        assert_eq!(matrix.columns.len(), 1);
        assert_eq!(matrix.columns[0].started, late.started);
        assert_eq!(matrix.notes, ["1 earlier run of t not shown"]);
    }
}

#[test]
fn as_many_columns_as_can_be_shown_are_the_last_ones() {
    let mut builder = MatrixBuilder::new(MatrixBy::Run);
    let last = crate::history::MOST_COLUMNS + 3;
    for number in (0..=last).rev() {
        let mut report = sample::green();
        report.started = format!("2026-01-01T00:{:02}:{:02}Z", number / 60, number % 60);
        builder.add(&report, format!("{number}.json"), None);
    }
    let matrix = builder.matrix();
    assert_eq!(matrix.columns.len(), crate::history::MOST_COLUMNS);
    assert_eq!(matrix.columns[0].file, "4.json");
    assert_eq!(matrix.notes, ["4 earlier runs not shown"]);
}

#[test]
fn runs_of_the_same_second_are_told_apart_by_their_files_with_the_date_beside_them() {
    let mut builder = MatrixBuilder::new(MatrixBy::Run);
    for (started, file) in [
        ("2026-01-01T00:00:00.1Z", "a.json"),
        ("2026-01-01T00:00:00.2Z", "b.json"),
        ("2026-01-01T00:00:01Z", "c.json"),
    ] {
        let mut report = named("t", 1, &sample::green());
        report.started = started.into();
        builder.add(&report, file.into(), None);
    }
    let matrix = builder.matrix();
    let drawn = text(|out| render(&matrix, &TerminalOptions::default(), out));
    for name in ["  t a.json ", "  t b.json ", "  t 2026-01-01 00:00:01 UTC "] {
        assert!(drawn.contains(name), "{drawn}");
    }
    assert_eq!(drawn.matches("2026-01-01 00:00:0").count(), 3, "{drawn}");
}

#[test]
fn markdown_is_bounded_and_nothing_in_it_is_markup() {
    let mut builder = MatrixBuilder::new(MatrixBy::Target);
    for number in 0..60 {
        let report = if number % 2 == 0 {
            sample::broken()
        } else {
            sample::green()
        };
        let evil = format!("|<b>`*\u{1b}[2J {number}");
        let report = sample::planted(&report, |text| text.push_str(&evil));
        builder.add(&report, "a.json".into(), None);
    }
    let matrix = builder.matrix();
    let markdown = text(|out| render_markdown(&matrix, &[], out));
    assert!(markdown.len() <= LIMIT, "{}", markdown.len());
    assert!(!markdown.contains('\u{1b}') && !markdown.contains("\n<b>"));
    let shown = text(|out| render(&matrix, &TerminalOptions::default(), out));
    assert!(!shown.contains('\u{1b}'));
}
