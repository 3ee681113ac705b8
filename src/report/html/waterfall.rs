//! The waterfall: when each case ran, on as many lanes as ran at one time.
//!
//! One path for each verdict, whatever the number of cases: a picture of ten thousand cases must not
//! be ten thousand elements.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::model::{Report, Verdict};
use crate::report::html::shown::{case_link, shown, sign};
use crate::report::page::{count, duration};

/// More lanes than these are drawn on top of each other.
const MOST: usize = 64;

/// The width of the picture in its own units.
const WIDE: f64 = 10_000.0;

/// Slow cases that are named.
const SLOWEST: usize = 5;

pub(super) fn figure(report: &Report) -> Markup {
    let cases = report.cases.iter().enumerate();
    let ran: Vec<Bar> = cases
        .filter(|(_, case)| case.verdict != Verdict::Skip && !case.steps.is_empty())
        .map(|(position, case)| Bar {
            position,
            verdict: case.verdict,
            started_ms: case.started_ms,
            duration_ms: case.duration_ms,
        })
        .collect();
    if ran.is_empty() {
        return html! { p.none { "No case was run." } };
    }
    let ends = ran.iter().map(|case| case.started_ms + case.duration_ms);
    let end = ends.fold(report.duration_ms, f64::max).max(0.001);
    let lanes = lanes(&ran);
    let number = lanes.iter().max().map_or(1, |lane| lane + 1);
    let height = if number > 24 { 5 } else { 10 };
    let text = format!(
        "{} over {} in {}",
        count(ran.len(), "case"),
        count(number, "lane"),
        duration(end)
    );
    html! {
        figure.waterfall {
            figcaption { h3 { "Waterfall" } span.aside { (text) } (legend(&ran)) }
            svg #waterfall viewBox={ "0 0 " (WIDE) " " (number * height) } preserveAspectRatio="none" width="100%" height=(number * height)
                role="img" aria-label={ "Waterfall: " (text) } data-end=(end) data-lane=(height) {
                @for verdict in [Verdict::Pass, Verdict::Warn, Verdict::Error, Verdict::Flaky, Verdict::Fail] {
                    @let path = path(&ran, &lanes, verdict, end, height);
                    @if !path.is_empty() { path class={ "f-" (verdict.name()) } d=(path) {} }
                }
            }
            p.axis aria-hidden="true" { @for part in 0..=4 { span { (duration(end * f64::from(part) / 4.0)) } } }
            p #pointed aria-hidden="true" { "\u{a0}" }
            (slowest(report, &ran))
        }
    }
}

/// When a case ran.
#[derive(Clone, Copy)]
struct Bar {
    /// Its place among all cases.
    position: usize,
    verdict: Verdict,
    started_ms: f64,
    duration_ms: f64,
}

/// The lane of each case: the first one that is free when it starts.
fn lanes(cases: &[Bar]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by(|one, other| {
        cases[*one]
            .started_ms
            .total_cmp(&cases[*other].started_ms)
            .then(one.cmp(other))
    });
    let mut free_at: Vec<f64> = Vec::new();
    let mut lanes = vec![0; cases.len()];
    for index in order {
        let case = &cases[index];
        let lane = match free_at.iter().position(|free| *free <= case.started_ms) {
            Some(lane) => lane,
            None if free_at.len() < MOST => {
                free_at.push(0.0);
                free_at.len() - 1
            }
            None => MOST - 1,
        };
        free_at[lane] = free_at[lane].max(case.started_ms + case.duration_ms);
        lanes[index] = lane;
    }
    lanes
}

fn path(cases: &[Bar], lanes: &[usize], verdict: Verdict, end: f64, height: usize) -> String {
    let mut path = String::new();
    for (case, lane) in cases
        .iter()
        .zip(lanes)
        .filter(|(case, _)| case.verdict == verdict)
    {
        let start = case.started_ms / end * WIDE;
        let width = (case.duration_ms / end * WIDE).max(6.0);
        let top = lane * height + 1;
        let bar = height - 2;
        // Writing to a `String` cannot fail.
        let _ = write!(path, "M{start:.0} {top}h{width:.0}v{bar}h-{width:.0}z");
    }
    path
}

fn legend(cases: &[Bar]) -> Markup {
    html! {
        span.legend {
            @for verdict in [Verdict::Fail, Verdict::Flaky, Verdict::Error, Verdict::Warn, Verdict::Pass] {
                @if cases.iter().any(|case| case.verdict == verdict) {
                    span { i class={ "swatch v-" (verdict.name()) } aria-hidden="true" { (sign(verdict)) } " " (verdict.name()) } " "
                }
            }
        }
    }
}

fn slowest(report: &Report, cases: &[Bar]) -> Markup {
    let mut cases = cases.to_vec();
    cases.sort_by(|one, other| other.duration_ms.total_cmp(&one.duration_ms));
    let cases = cases.iter().take(SLOWEST);
    let cases = cases.filter_map(|one| report.cases.at(one.position));
    html! {
        p.slowest {
            b { "Slowest" } " "
            @for case in cases {
                span { a href=(case_link(&case.id)) { (shown(&case.id)) } " " (duration(case.duration_ms)) } " "
            }
        }
    }
}
