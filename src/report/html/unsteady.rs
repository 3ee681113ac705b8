//! The cases that are unsteady from run to run, with how certain that is.

use maud::{Markup, html};

use crate::model::trend::{Steadiness, Trend};
use crate::report::html::shown::shown;
use crate::report::page::count;
use crate::report::summary::trend::{percent, steady, unsteady};

/// Cases that are listed; the others are counted.
const CASES: usize = 60;

/// The cases, the most certain first.
pub(super) fn section(trend: &Trend) -> Markup {
    let left_out = trend.unsteady.len().saturating_sub(CASES);
    html! {
        @if !trend.unsteady.is_empty() || trend.steady.is_some() {
            h3 { "Unsteady cases " span.aside { "the share of runs in which a case was flaky, or, of one that comes and goes, had another result than in the run before, while its text did not change" } }
            @if trend.unsteady.is_empty() { p.none { "None." } } @else { (table(&trend.unsteady)) }
            @if left_out > 0 { p.left-out { (count(left_out, "more case")) } }
            @if let Some(one) = &trend.steady { p.aside { (shown(&steady(one))) "." } }
        }
    }
}

fn table(cases: &[Steadiness]) -> Markup {
    html! {
        div.scroll role="region" aria-label="Unsteady cases" tabindex="0" {
            table.runs.unsteady {
                thead { tr {
                    th scope="col" { "case" }
                    th scope="col" { "unsteady" }
                    th scope="col" { "95 % confidence" }
                    th.plot scope="col" { "0 to 100 % of runs" }
                    th scope="col" { "failed" }
                } }
                tbody {
                    @for one in cases.iter().take(CASES) {
                        tr {
                            th scope="row" { code { (shown(&one.case)) } }
                            td { (one.unsteady) " of " (count(one.runs, "run")) }
                            td { (percent(&one.interval)) @if one.is_little_known() { " " span.badge.v-warn { "few runs" } } }
                            td.plot { (plot(one)) }
                            td { (one.failed) }
                        }
                    }
                }
            }
        }
    }
}

/// The interval as a line, and the ratio as a mark on it.
#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn plot(one: &Steadiness) -> Markup {
    let ratio = one.unsteady as f64 / one.runs.max(1) as f64;
    let place = |share: f64| format!("{:.1}%", share.clamp(0.0, 1.0) * 100.0);
    html! {
        svg width="100%" height="14" role="img" aria-label={ (shown(&one.case)) ": " (unsteady(one)) } {
            title { (shown(&one.case)) }
            desc { (unsteady(one)) }
            line.whisker x1=(place(one.interval.low)) x2=(place(one.interval.high)) y1="7" y2="7" {}
            rect.dot x=(place(ratio * 0.98)) y="2" width="2%" height="10" {}
        }
    }
}
