//! What of a recording is evidence for no case.

use maud::{Markup, html};

use crate::model::{RecordingReport, Report};
use crate::report::html::shown::shown;
use crate::report::page::count;
use crate::report::summary::exchanges::in_words;

/// Exchanges that are shown.
const SHOWN: usize = 100;

/// The file and what was made of it, for the head of the page.
pub(super) fn fact(recording: &RecordingReport) -> Markup {
    html! {
        div {
            dt { "judged from" }
            dd {
                (shown(&in_words(recording)))
                @if !recording.unmatched.is_empty() {
                    "; " a href="#recording" { (unused(recording.unmatched.len())) }
                }
            }
        }
    }
}

fn unused(number: usize) -> String {
    let verb = if number == 1 { "was" } else { "were" };
    format!("{} {verb} not used as evidence", count(number, "exchange"))
}

/// The section; nothing when requests were sent, or when every exchange is one that a case asks for.
pub(super) fn section(report: &Report) -> Markup {
    let unmatched = match &report.recording {
        Some(recording) if !recording.unmatched.is_empty() => &recording.unmatched,
        _ => return html! {},
    };
    let left_out = unmatched.len().saturating_sub(SHOWN);
    html! {
        section #recording aria-labelledby="recording-heading" {
            h2 #recording-heading { "Recorded, but not used as evidence " span.aside { (unmatched.len()) } }
            ul.unmatched {
                @for one in unmatched.iter().take(SHOWN) {
                    li { code { (shown(&one.place)) } " " code { (shown(&one.request)) } " " (shown(&one.reason)) }
                }
            }
            @if left_out > 0 { p.left-out { (left_out) " more; see the JSON report" } }
        }
    }
}
