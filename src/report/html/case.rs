//! What broke: each case that failed, gave no evidence or did not follow a recommendation.

use maud::{Markup, html};

use crate::model::{CaseReport, Finding, Report, Verdict};
use crate::report::html::exchange;
use crate::report::html::finding;
use crate::report::html::shown::{badge, case_link, copy, shown, uncut, worded};
use crate::report::html::waivers;
use crate::report::page::{count, duration};
use crate::report::summary::case::{
    Group, alike_groups, decisive_step, finding_groups, label, rerun, skipped,
};
use crate::text::excerpt::short_text;

/// Cases (or groups of like cases) whose exchange is unfolded from the start.
const UNFOLDED: usize = 6;

/// No more cases are described in full than these, nor than fit into so much markup: the list of all
/// cases names the others, and the page must open at once.
const DESCRIBED: usize = 150;
const MARKUP: usize = 3 << 20;

/// Findings of one case that are described.
const FINDINGS: usize = 40;

/// Characters of a command.
const LONGEST: usize = 20_000;

/// Steps whose exchange is shown.
const EXCHANGES: usize = 8;

/// Ids listed for cases that failed in the same way.
const LIKE: usize = 12;

/// The section; every report has it, also a green one.
pub(super) fn broken(report: &Report) -> Markup {
    let mut described = Vec::new();
    let mut left_out = 0;
    let mut size = 0;
    let is_waived = |case: &&CaseReport| report.waiver_of(case).is_some();
    let of = |verdict: Verdict, waived: bool| {
        let cases = report.cases.iter();
        cases.filter(move |case| case.verdict == verdict && is_waived(case) == waived)
    };
    // Waived failures are known, so they come last.
    let order = [
        (Verdict::Fail, false),
        (Verdict::Flaky, false),
        (Verdict::Error, false),
        (Verdict::Warn, false),
        (Verdict::Fail, true),
        (Verdict::Flaky, true),
        (Verdict::Warn, true),
    ];
    for (verdict, waived) in order {
        let cases = of(verdict, waived);
        for group in alike_groups(cases) {
            if described.len() >= DESCRIBED || size >= MARKUP {
                left_out += group.len();
                continue;
            }
            let markup = article(report, &group, described.len() < UNFOLDED);
            size += markup.0.len();
            described.push(markup);
        }
    }
    html! {
        section #broke aria-labelledby="broke-heading" {
            h2 #broke-heading { "What broke" }
            @if described.is_empty() { p.nothing { (nothing(report)) } }
            @for one in &described { (one) }
            @if left_out > 0 {
                p.left-out {
                    (count(left_out, "more case")) " not shown here, to keep the page small. "
                    a href="#cases?verdict=fail,flaky,error,warn" { "The list of cases has them" }
                    "; the JSON report has the details."
                }
            }
        }
    }
}

/// The findings of the same step in earlier groups.
fn above<'r>(groups: &[Group<'r>], group: &Group<'_>) -> Vec<&'r Finding> {
    let groups = groups.iter().filter(|one| one.step == group.step);
    groups
        .flat_map(|one| one.findings.iter().copied())
        .collect()
}

fn nothing(report: &Report) -> String {
    let summary = &report.summary;
    if report.cases.is_empty() {
        "No case was run.".to_owned()
    } else if summary.skip == report.cases.len() {
        "No case finished, so none failed.".to_owned()
    } else {
        format!(
            "Nothing. {} passed in {}.",
            count(summary.checks, "check"),
            count(summary.pass, "case")
        )
    }
}

/// The first of a group of like cases in full, and the ids of the others.
fn article(report: &Report, group: &[&CaseReport], unfolded: bool) -> Markup {
    let case = group[0];
    let shown_findings: Vec<&Finding> = case.findings.iter().take(FINDINGS).collect();
    let left_out = case.findings.len() - shown_findings.len();
    let groups = finding_groups(shown_findings);
    let several = case.steps.iter().filter(|step| !step.finally).count() > 1;
    html! {
        article class={ "case e-" (case.verdict.name()) } id={ "case/" (shown(&case.id)) } tabindex="-1" {
            header {
                (badge(case.verdict))
                h3 { (shown(&case.title)) }
                p.id {
                    a href=(case_link(&case.id)) { (shown(&case.id)) }
                    span.took { (duration(case.duration_ms)) }
                }
            }
            @if case.verdict == Verdict::Error {
                p.reason { b { "No evidence: " } (worded(&case.reason)) }
            } @else if !case.reason.is_empty() {
                p.reason { (worded(&case.reason)) }
            }
            (waivers::note(report, case))
            @for (index, group) in groups.iter().enumerate() {
                @if several && (index == 0 || groups[index - 1].step != group.step) { (step_line(case, group.step)) }
                @let earlier = above(&groups[..index], group);
                (finding::group(report, group, case.verdict, &earlier))
            }
            @if left_out > 0 { p.left-out { (count(left_out, "more finding")) " in the JSON report." } }
            @if case.checks_unjudged > 0 {
                p.left-out { (skipped(case)) "." }
            }
            (exchanges(case, unfolded))
            (reruns(case))
            (commands(report, case))
            (alike(&group[1..]))
        }
    }
}

fn step_line(case: &CaseReport, step: usize) -> Markup {
    html! {
        @if let Some(report) = case.steps.get(step) {
            p.step { "Step " (step + 1) ": " (shown(&report.title)) }
        }
    }
}

/// The exchanges of the steps with findings, then those of the others, folded.
fn exchanges(case: &CaseReport, unfolded: bool) -> Markup {
    let is_blamed = |step: usize| case.findings.iter().any(|finding| finding.step == step);
    let decisive = decisive_step(case);
    let several = case.steps.len() > 1;
    let steps = || {
        let all = case.steps.iter().enumerate();
        all.filter(|(_, step)| step.exchange.is_some())
    };
    html! {
        @for (index, step) in steps().take(EXCHANGES) {
            @let counts = is_blamed(index) || (case.findings.is_empty() && Some(index) == decisive);
            @let findings: Vec<&Finding> = case.findings.iter().filter(|finding| finding.step == index).collect();
            (exchange::details(step, index, several, &findings, unfolded && counts))
        }
        @let more = steps().count().saturating_sub(EXCHANGES);
        @if more > 0 { p.left-out { (count(more, "more exchange")) " in the JSON report." } }
    }
}

/// Each time the case was run again: what it said then.
fn reruns(case: &CaseReport) -> Markup {
    html! {
        @for (index, rerun) in case.reruns.iter().enumerate() {
            details.rerun {
                summary {
                    "Attempt " (index + 2) " " (badge(rerun.verdict)) " "
                    span.took { (duration(rerun.duration_ms)) }
                }
                @if !rerun.reason.is_empty() { p.reason { (shown(&rerun.reason)) } }
                @if !rerun.findings.is_empty() {
                    ul { @for finding in rerun.findings.iter().take(FINDINGS) {
                        li { (shown(finding.requirement.as_deref().unwrap_or("setup"))) " " (shown(&label(finding))) }
                    } }
                }
                @for (number, step) in rerun.steps.iter().enumerate().filter(|(_, step)| step.exchange.is_some()).take(EXCHANGES) {
                    @let findings: Vec<&Finding> = rerun.findings.iter().filter(|finding| finding.step == number).collect();
                    (exchange::details(step, number, rerun.steps.len() > 1, &findings, false))
                }
            }
        }
    }
}

/// How to reproduce it: the complete case, or its last request alone.
fn commands(report: &Report, case: &CaseReport) -> Markup {
    let step = decisive_step(case).and_then(|step| case.steps.get(step));
    let exchange = step.and_then(|step| step.exchange.as_ref());
    let exchange = exchange.filter(|exchange| !exchange.curl.is_empty());
    html! {
        div.commands {
            (command("rerun", &rerun(report, None, &case.id)))
            @if let Some(exchange) = exchange {
                (command("curl", &exchange.curl))
                @for input in &exchange.curl_inputs {
                    p.note { "with " code { (shown(&input.name)) } ": " (worded(&input.meaning)) }
                }
            }
        }
    }
}

fn command(name: &str, text: &str) -> Markup {
    html! {
        div class="command copyable" {
            span.name { (name) }
            code { (uncut(&short_text(text, LONGEST))) }
            (copy(&format!("the {name} command")))
        }
    }
}

fn alike(others: &[&CaseReport]) -> Markup {
    html! {
        @if !others.is_empty() {
            details.alike open[others.len() <= LIKE] {
                summary { (count(others.len(), "more case")) " like it" }
                ul {
                    @for case in others {
                        li { a id={ "case/" (shown(&case.id)) } href=(case_link(&case.id)) { (shown(&case.id)) } }
                    }
                }
            }
        }
    }
}
