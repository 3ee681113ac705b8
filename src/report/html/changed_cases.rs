//! The cases that began to fail or to pass, with the runs in which they did.

use maud::{Markup, html};

use crate::model::trend::Trend;
use crate::report::html::shown::shown;
use crate::report::page::count;
use crate::report::summary::trend::changed;

/// Cases that are listed; the others are counted.
const CASES: usize = 60;

/// The cases, those that fail now first.
pub(super) fn section(trend: &Trend) -> Markup {
    let left_out = trend.changed.len().saturating_sub(CASES);
    html! {
        @if !trend.changed.is_empty() {
            h3 { "Changed cases " span.aside { "failures in a row, while the text of the case did not change: a regression, a fix, or both" } }
            ul.failing {
                @for one in trend.changed.iter().take(CASES) {
                    li { code { (shown(&one.case)) } p.when { (shown(&changed(one, &trend.runs))) } }
                }
            }
            @if left_out > 0 { p.left-out { (count(left_out, "more case")) } }
        }
    }
}
