//! The history of targets as one page: what each run showed, what fails and since when, how long answers took.
//!
//! As the report's page: one file, no network; nothing in it needs a script.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;

use maud::{Markup, html};

use crate::model::history::{Moment, failing};
use crate::model::{Disposition, LatencySummary};
use crate::report::history::{COLUMNS, Column};
use crate::report::html::document::Document;
use crate::report::html::shown::{level, shown};
use crate::report::page::{count, duration};
use crate::report::summary::comparison::moment;

/// Operations whose latency is drawn; the others are counted.
const OPERATIONS: usize = 24;

/// Runs that are drawn and listed, the last ones.
const RUNS: usize = 500;

/// Height of the bars, in pixels.
const HIGH: f64 = 96.0;

/// Files that could not be read and are named.
const UNREAD: usize = 100;

/// Writes the trend page. `unread` are sentences about files that are no reports.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_history(
    targets: &BTreeMap<String, Vec<Moment>>,
    unread: &[String],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    out.write_all(page(targets, unread).0.as_bytes())?;
    out.write_all(b"\n")
}

fn page(targets: &BTreeMap<String, Vec<Moment>>, unread: &[String]) -> Markup {
    let document = Document {
        title: "History · Probity",
        probity: env!("CARGO_PKG_VERSION"),
        body: body(targets, unread),
        data: "null".into(),
        script: "",
    };
    document.markup()
}

fn body(targets: &BTreeMap<String, Vec<Moment>>, unread: &[String]) -> Markup {
    html! {
        header.mast {
            div.bar {
                h1.brand { "Probity" span.sub { " history" } }
                button #theme type="button" hidden { "◐" }
            }
        }
        main #main {
            @for (target, runs) in targets { (trend(target, runs)) }
            @if !unread.is_empty() {
                section.unread {
                    h2 { "Files not read" }
                    ul { @for one in unread.iter().take(UNREAD) { li { (shown(one)) } } }
                    @if unread.len() > UNREAD { p.left-out { (unread.len() - UNREAD) " more" } }
                }
            }
        }
        footer { p { "One file, no network. Interrupted and partial runs are paler." } }
    }
}

fn trend(target: &str, runs: &[Moment]) -> Markup {
    let left_out = runs.len().saturating_sub(RUNS);
    let drawn = &runs[left_out..];
    html! {
        section.trend {
            h2 { (shown(target)) span.aside { (count(runs.len(), "run")) } }
            @if left_out > 0 { p.left-out { (count(left_out, "earlier run")) " not shown" } }
            (fails(runs))
            (bars("Cases", drawn, &[
                ("fail", |run| run.cases.fail),
                ("error", |run| run.cases.error),
                ("warn", |run| run.cases.warn + run.cases.flaky),
                ("skip", |run| run.cases.skip),
                ("pass", |run| run.cases.pass),
            ], "failed, without evidence, warned or flaky, skipped, passed"))
            (bars("Requirements", drawn, &[
                ("fail", |run| run.count(Disposition::Violated)),
                ("warn", |run| run.count(Disposition::Unproven)),
                ("skip", |run| run.count(Disposition::NotApplicable)),
                ("pass", |run| run.count(Disposition::Upheld)),
            ], "violated, unproven, not applicable, upheld"))
            (latency(drawn))
            (table(drawn))
        }
    }
}

/// What fails, and since when.
fn fails(runs: &[Moment]) -> Markup {
    let failing = failing(runs);
    html! {
        h3 { @if failing.is_empty() { "No requirement is violated" } @else { "Violated requirements" } }
        ul.failing {
            @for one in &failing {
                li {
                    (level(one.last.level)) " " b { (shown(one.id)) } " " (shown(&one.last.sentence))
                    p.when {
                        "first bad " time { (shown(&moment(&one.first_bad.started))) } " " code { (shown(&one.first_bad.file)) } "; "
                        @match one.last_good {
                            Some(good) => { "last good " time { (shown(&moment(&good.started))) } " " code { (shown(&good.file)) } }
                            None => "never upheld",
                        }
                    }
                }
            }
        }
    }
}

/// A stacked bar for each run, what is bad at the top; the parts are in that order.
#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn bars(title: &str, runs: &[Moment], parts: &[Column], order: &str) -> Markup {
    let total = |run: &Moment| parts.iter().map(|(_, number)| number(run)).sum::<usize>();
    let most = runs.iter().map(total).max().unwrap_or(0).max(1) as f64;
    let wide = 100.0 / runs.len().max(1) as f64;
    let bars = runs.iter().enumerate().flat_map(|(index, run)| {
        let mut top = HIGH - total(run) as f64 / most * HIGH;
        parts.iter().filter_map(move |(class, number)| {
            let number = number(run);
            let high = number as f64 / most * HIGH;
            let y = top;
            top += high;
            let x = index as f64 * wide;
            (number > 0).then_some((*class, x, y, high.max(3.0), run))
        })
    });
    html! {
        figure.bars {
            figcaption { b { (title) } span.aside { "from the top: " (order) } }
            svg width="100%" height=(HIGH) role="img" aria-label={ (title) " of each run; the numbers are in the table below" } {
                @for (class, x, y, high, run) in bars {
                    rect class={ "f-" (class) @if run.is_partial { " partial" } } x=(format!("{x:.3}%")) width=(format!("{:.3}%", wide * 0.86)) y=(format!("{y:.1}")) height=(format!("{high:.1}")) {
                        title { (shown(&moment(&run.started))) " " (class) }
                    }
                }
            }
            (ends(runs))
        }
    }
}

/// The first and the last day of a picture.
fn ends(runs: &[Moment]) -> Markup {
    let day = |run: Option<&Moment>| run.map_or_else(String::new, |run| moment(&run.started));
    html! {
        p.ends { span { (shown(&day(runs.first()))) } span { (shown(&day(runs.last()))) } }
    }
}

/// Median and 95th percentile of each operation.
fn latency(runs: &[Moment]) -> Markup {
    let operations: BTreeSet<&str> = runs
        .iter()
        .flat_map(|run| run.latency.keys().map(String::as_str))
        .collect();
    let left_out = operations.len().saturating_sub(OPERATIONS);
    html! {
        @if !operations.is_empty() {
            h3 { "Latency " span.aside { "complete responses; the line is the median, the dashed line the 95th percentile" } }
            div.sparks { @for operation in operations.iter().take(OPERATIONS) { (line(operation, runs)) } }
            @if left_out > 0 { p.left-out { (count(left_out, "more operation")) } }
        }
    }
}

fn line(operation: &str, runs: &[Moment]) -> Markup {
    let samples: Vec<(usize, LatencySummary)> = runs
        .iter()
        .enumerate()
        .filter_map(|(index, run)| Some((index, *run.latency.get(operation)?)))
        .collect();
    let Some((_, last)) = samples.last().copied() else {
        return html! {};
    };
    let highest = samples.iter().map(|(_, one)| one.p95_ms);
    let highest = highest.fold(0.001_f64, f64::max);
    let of = |value: fn(&LatencySummary) -> f64| path(&samples, runs.len(), highest, value);
    html! {
        figure {
            figcaption { code { (shown(operation)) } span.aside { "last median " (duration(last.median_ms)) ", p95 " (duration(last.p95_ms)) "; top " (duration(highest)) } }
            svg width="100%" height="56" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={ "Latency of " (shown(operation)) ": last median " (duration(last.median_ms)) } {
                path.late d=(of(|one| one.p95_ms)) {}
                path.median d=(of(|one| one.median_ms)) {}
            }
        }
    }
}

/// A line through the samples; a single one is a short stroke.
#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn path(
    samples: &[(usize, LatencySummary)],
    runs: usize,
    highest: f64,
    value: fn(&LatencySummary) -> f64,
) -> String {
    let mut path = String::new();
    for (position, (index, sample)) in samples.iter().enumerate() {
        let x = (*index as f64 + 0.5) / runs.max(1) as f64 * 100.0;
        let y = 38.0 - value(sample) / highest * 36.0;
        let command = if position == 0 { 'M' } else { 'L' };
        // Writing to a string cannot fail.
        let _ = write!(path, "{command}{x:.2} {y:.2}");
        if samples.len() == 1 {
            let _ = write!(path, "h4");
        }
    }
    path
}

/// The numbers of all that is drawn, the last run first.
fn table(runs: &[Moment]) -> Markup {
    html! {
        div.scroll role="region" aria-label="All runs" tabindex="0" {
            table.runs {
                thead { tr {
                    th scope="col" { "run" }
                    th scope="col" { "exit" }
                    @for (heading, _) in COLUMNS { th scope="col" { (heading) } }
                    th.file scope="col" { "file" }
                } }
                tbody {
                    @for run in runs.iter().rev() {
                        tr {
                            th scope="row" { (shown(&moment(&run.started))) @if run.is_partial { " (partial)" } }
                            td { (run.exit) }
                            @for (_, number) in COLUMNS { td { (number(run)) } }
                            td.file { code { (shown(&run.file)) } }
                        }
                    }
                }
            }
        }
    }
}
