//! The latency of each operation from run to run, with the runs in which it changed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use maud::{Markup, html};

use crate::model::LatencySummary;
use crate::model::history::Moment;
use crate::model::trend::{LatencyChange, Trend};
use crate::report::html::shown::shown;
use crate::report::page::{count, duration};
use crate::report::summary::trend::change;

/// Operations whose latency is drawn; the others are counted. Those that changed come first.
const OPERATIONS: usize = 24;

/// Median and 95th percentile of each operation. `first` is the index of the first run that is drawn.
pub(super) fn operations(trend: &Trend, first: usize) -> Markup {
    let runs = &trend.runs[first..];
    let known = runs.iter().flat_map(|run| run.latency.keys());
    let all: BTreeSet<&str> = known.map(String::as_str).collect();
    let (changed, steady): (Vec<&str>, Vec<&str>) =
        all.iter().partition(|one| trend.shifts.contains_key(**one));
    let order = [changed, steady].concat();
    let left_out = order.len().saturating_sub(OPERATIONS);
    let drawn = &order[..order.len() - left_out];
    html! {
        @if !order.is_empty() {
            h3 { "Latency " span.aside { "complete responses; the line is the median, the dashed line the 95th percentile (of fewer than 20 answers the longest), an upright line a change" } }
            div.sparks { @for operation in drawn { (figure(operation, trend, first)) } }
            (table(drawn, trend, runs))
            @if left_out > 0 { p.left-out { (count(left_out, "more operation")) } }
        }
    }
}

fn samples(operation: &str, runs: &[Moment]) -> Vec<(usize, LatencySummary)> {
    let runs = runs.iter().enumerate();
    runs.filter_map(|(index, run)| Some((index, *run.latency.get(operation)?)))
        .collect()
}

fn changes<'t>(operation: &str, trend: &'t Trend) -> &'t [LatencyChange] {
    trend.shifts.get(operation).map_or(&[], Vec::as_slice)
}

fn figure(operation: &str, trend: &Trend, first: usize) -> Markup {
    let runs = &trend.runs[first..];
    let samples = samples(operation, runs);
    let Some((_, last)) = samples.last().copied() else {
        return html! {};
    };
    let highest = samples.iter().map(|(_, one)| one.p95_ms);
    let highest = highest.fold(0.001_f64, f64::max);
    let of = |value: fn(&LatencySummary) -> f64| path(&samples, runs.len(), highest, value);
    let changes = changes(operation, trend);
    let drawn = changes.iter().filter_map(|one| one.run.checked_sub(first));
    let place = |run: usize| format!("{:.2}", edge(run, runs.len()));
    html! {
        figure {
            figcaption { code { (shown(operation)) } span.aside { "last median " (duration(last.median_ms)) ", p95 " (duration(last.p95_ms)) "; top " (duration(highest)) } }
            svg width="100%" height="56" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={ "Latency of " (shown(operation)) ": last median " (duration(last.median_ms)) ", " (count(changes.len(), "change")) } {
                title { "Latency of " (shown(operation)) }
                desc { "Median and 95th percentile of " (count(samples.len(), "run")) "; the numbers are in the table below." }
                @for run in drawn { line.shift x1=(place(run)) x2=(place(run)) y1="0" y2="40" {} }
                path.late d=(of(|one| one.p95_ms)) {}
                path.median d=(of(|one| one.median_ms)) {}
            }
        }
    }
}

/// The numbers of what is drawn.
fn table(operations: &[&str], trend: &Trend, runs: &[Moment]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Latency by operation" tabindex="0" {
            table.runs {
                thead { tr {
                    th scope="col" { "operation" }
                    th scope="col" { "runs" }
                    th scope="col" { "answers in the last" }
                    th scope="col" { "first median" }
                    th scope="col" { "last median" }
                    th scope="col" { "last p95" }
                    th.file scope="col" { "changes" }
                } }
                tbody {
                    @for operation in operations {
                        @let samples = samples(operation, runs);
                        @if let (Some((_, one)), Some((_, last))) = (samples.first(), samples.last()) {
                            tr {
                                th scope="row" { code { (shown(operation)) } }
                                td { (samples.len()) }
                                td { (last.answers) }
                                td { (duration(one.median_ms)) }
                                td { (duration(last.median_ms)) }
                                td { (duration(last.p95_ms)) }
                                td.file {
                                    @let changes = changes(operation, trend);
                                    @if changes.is_empty() { span.none { "none" } }
                                    @for one in changes { p { (shown(&change(one, &trend.runs))) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Where a run begins, in hundredths of the width.
#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn edge(run: usize, runs: usize) -> f64 {
    run as f64 / runs.max(1) as f64 * 100.0
}

/// A line through the samples; a single one is a short stroke.
fn path(
    samples: &[(usize, LatencySummary)],
    runs: usize,
    highest: f64,
    value: fn(&LatencySummary) -> f64,
) -> String {
    let mut path = String::new();
    for (position, (index, sample)) in samples.iter().enumerate() {
        let x = f64::midpoint(edge(*index, runs), edge(index + 1, runs));
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
