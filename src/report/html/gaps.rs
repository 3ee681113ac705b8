//! What the run did not show: skipped cases, unproven requirements, what was left on the target.

use maud::{Markup, html};

use crate::model::{Report, Verdict};
use crate::report::html::shown::{case_link, cases_link, fragment, level, shown, worded};
use crate::report::page::count;
use crate::report::summary::gap;
use crate::report::summary::reasons::by_reason;

/// Reasons that are shown of each sort.
const REASONS: usize = 40;

/// Ids that are named for one reason.
const IDS: usize = 60;

/// The section; nothing when the run left no gap.
pub(super) fn section(report: &Report) -> Markup {
    let skipped = report.cases.of(Verdict::Skip);
    let skipped = by_reason(skipped.map(|case| (case.reason.to_string().into(), case.id.clone())));
    let unproven = gap::gaps(report, |_| true);
    let left_behind = report.cases.notable();
    let left_behind = left_behind.filter(|case| !case.left_behind.is_empty());
    let left_behind: Vec<_> = left_behind.take(REASONS).collect();
    if report.has_empty_plan() {
        return nothing_selected(report);
    }
    if skipped.is_empty() && unproven.is_empty() && left_behind.is_empty() {
        return html! {};
    }
    html! {
        section #gaps aria-labelledby="gaps-heading" {
            h2 #gaps-heading { "What was not proven" }
            @for gap in unproven.iter().take(REASONS) {
                div.gap-group {
                    p { b { (count(gap.requirements.len(), "requirement")) " unproven" } ": " (worded(&gap.cause)) }
                    ul.ids { @for one in gap.requirements.iter().take(IDS) {
                        li { (level(one.level)) " " a.rid href={ "#requirement/" (fragment(&one.id)) } { (shown(&one.id)) } }
                    }
                        @let more = gap.requirements.len().saturating_sub(IDS);
                        @if more > 0 { li { a href="#requirements" { "and " (more) " more" } } }
                    }
                }
            }
            @for (reason, ids) in skipped.iter().take(REASONS) {
                div.gap-group {
                    p { b { (count(ids.len(), "case")) " skipped" } ": " (worded(reason)) }
                    ul.ids {
                        @for id in ids.iter().take(IDS) { li { a href=(case_link(id)) { (shown(id)) } } }
                        @if ids.len() > IDS { li { a href=(cases_link("verdict", "skip")) { "and " (ids.len() - IDS) " more" } } }
                    }
                }
            }
            @for case in &left_behind {
                div.gap-group {
                    p { b { "Left on the target" } " by " a href=(case_link(&case.id)) { (shown(&case.id)) } }
                    ul { @for thing in case.left_behind.iter().take(REASONS) { li { (shown(thing)) } } }
                }
            }
        }
    }
}

fn nothing_selected(report: &Report) -> Markup {
    html! {
        section #gaps aria-labelledby="gaps-heading" {
            h2 #gaps-heading { "What was not proven" }
            p {
                @if report.selection.is_empty() { "The suite has no cases." }
                @else { "No case matches " @for one in &report.selection { code { (shown(one)) } " " } }
            }
            p { code { "probity list" } " shows the ids of all cases." }
        }
    }
}
