//! The history of targets as one page: what each run showed, what fails and since when, how long answers took.
//!
//! As the report's page: one file, no network; nothing in it needs a script.

use std::collections::BTreeMap;
use std::io;

use maud::{Markup, html};

use crate::model::Disposition;
use crate::model::history::{Moment, failing};
use crate::model::trend::Trend;
use crate::report::history::{COLUMNS, Column};
use crate::report::html::document::Document;
use crate::report::html::shown::{level, shown};
use crate::report::html::{changed_cases, operation_trend, strips, unsteady};
use crate::report::page::count;
use crate::report::summary::comparison::moment;

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
    targets: &BTreeMap<String, Trend>,
    unread: &[String],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let document = Document {
        title: "History · Probity",
        probity: env!("CARGO_PKG_VERSION"),
        body: body(targets, unread),
        script: "",
    };
    document.write(|out| out.write_all(b"null"), out)
}

fn body(targets: &BTreeMap<String, Trend>, unread: &[String]) -> Markup {
    html! {
        header.mast {
            div.bar {
                h1.brand { "Probity" span.sub { " history" } }
                button #theme type="button" hidden { "◐" }
            }
        }
        main #main {
            @for (target, one) in targets { (trend(target, one)) }
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

fn trend(target: &str, trend: &Trend) -> Markup {
    let runs = trend.runs.as_slice();
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
            (strips::section(drawn))
            (changed_cases::section(trend))
            (unsteady::section(trend))
            (operation_trend::operations(trend, left_out))
            h3 { "All runs" }
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
                title { (title) " of each run" }
                desc { "A bar for each run, from the top: " (order) ". The numbers are in the table of all runs." }
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
