//! The waivers of a run: what they waive, why, for how many days more, and what is wrong with them.

use maud::{Markup, html};

use crate::model::{CaseReport, Report, WaiverReport, WaiverStanding};
use crate::report::html::shown::{case_link, fragment, shown, worded};
use crate::report::page::count;
use crate::report::summary::waivers::{days_left, is_few, needs_review};

/// Waivers that are shown.
const MOST: usize = 200;

/// Waivers that need a review: they come before everything else. Empty if there are none.
pub(super) fn to_review(report: &Report) -> Markup {
    let waivers: Vec<&WaiverReport> = report
        .waivers
        .iter()
        .filter(|one| needs_review(one))
        .collect();
    section("review", "Waivers to review", report, &waivers)
}

/// The other waivers, those that end first in front. Nothing when there are none.
pub(super) fn in_force(report: &Report) -> Markup {
    let others = report.waivers.iter().filter(|one| !needs_review(one));
    let mut waivers: Vec<&WaiverReport> = others.collect();
    waivers.sort_by_key(|waiver| waiver.days_left);
    section("waivers", "Waivers", report, &waivers)
}

/// The link to the waivers.
pub(super) fn link(report: &Report) -> &'static str {
    if report.waivers.iter().any(needs_review) {
        "#review"
    } else {
        "#waivers"
    }
}

fn section(id: &str, heading: &str, report: &Report, waivers: &[&WaiverReport]) -> Markup {
    let named = format!("{id}-heading");
    html! {
        @if !waivers.is_empty() {
            section id=(id) aria-labelledby=(named) {
                h2 id=(named) { (heading) }
                ul.waivers { @for waiver in waivers.iter().take(MOST) { (item(report, waiver)) } }
                @if waivers.len() > MOST {
                    p.left-out { (count(waivers.len() - MOST, "more waiver")) " in the JSON report." }
                }
            }
        }
    }
}

fn item(report: &Report, waiver: &WaiverReport) -> Markup {
    let (sign, class, word) = standing(waiver);
    let is_known = report.cases.find(&waiver.case).is_some();
    html! {
        li {
            span class={ "badge v-" (class) } { span aria-hidden="true" { (sign) } " " (word) }
            div {
                p {
                    @if is_known { a.rid-path href=(case_link(&waiver.case)) { (shown(&waiver.case)) } }
                    @else { span.rid-path { (shown(&waiver.case)) } }
                    @if let Some(id) = &waiver.requirement {
                        " " a.rid href={ "#requirement/" (fragment(id)) } { (shown(id)) }
                    }
                }
                @if !waiver.advice.is_empty() { p.advice { (worded(&waiver.advice)) } }
                p.because { (shown(&waiver.reason)) }
                p.aside {
                    (shown(&waiver.place.file)) ":" (waiver.place.line)
                    @if let Some(issue) = &waiver.issue { " · " (shown(issue)) }
                    @if let Some(owner) = &waiver.owner { " · " (shown(owner)) }
                }
            }
            p class={ "left" @if is_few(waiver) { " few" } } { b { (days_left(waiver)) } " " span.aside { (shown(&waiver.expires)) } }
        }
    }
}

/// The sign, the class and the word of a standing.
fn standing(waiver: &WaiverReport) -> (&'static str, &'static str, &'static str) {
    match waiver.standing {
        WaiverStanding::Applied if is_few(waiver) => ("!", "warn", "waived"),
        WaiverStanding::Applied => ("–", "skip", "waived"),
        WaiverStanding::Different => ("✕", "fail", "fails differently"),
        WaiverStanding::Stale => ("✕", "fail", "stale"),
        WaiverStanding::Expired => ("✕", "fail", "expired"),
        WaiverStanding::Unmatched => ("✕", "fail", "matches nothing"),
        WaiverStanding::Unseen => ("○", "skip", "not seen"),
        WaiverStanding::OtherTarget => ("○", "skip", "other target"),
        WaiverStanding::Dormant => ("○", "skip", "dormant"),
    }
}

/// The note on a waived failure: until when, and why.
pub(super) fn note(report: &Report, case: &CaseReport) -> Markup {
    html! {
        @if let Some(waiver) = report.waiver_of(case) {
            p.waived {
                span.badge.v-skip { "waived" } " "
                b { (days_left(waiver)) } " (" (shown(&waiver.expires)) "): " (shown(&waiver.reason))
            }
        }
    }
}
