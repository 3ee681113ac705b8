//! What broke: each case that failed, gave no evidence or did not follow a recommendation.

use std::collections::HashSet;

use maud::{Markup, html};

use crate::model::{CaseReport, Finding, Report, Verdict};
use crate::report::html::exchange;
use crate::report::html::finding;
use crate::report::html::shown::{badge, case_link, copy, shown, uncut, worded};
use crate::report::html::waivers;
use crate::report::page::{count, duration};
use crate::report::summary::advice::wrong_setup;
use crate::report::summary::case::{Group, decisive_step, finding_groups, label, rerun, skipped};
use crate::report::summary::causes::{Unit, blamed, fact, help, in_numbers, some_cases, units};
use crate::report::summary::known::{KNOWN, known_last};
use crate::text::excerpt::short_text;

/// Causes whose exchange is unfolded from the start.
const UNFOLDED: usize = 6;

/// No more causes are described in full than these, nor than fit into so much markup: the list of all
/// cases names the other cases, and the page must open at once.
const DESCRIBED: usize = 150;
const MARKUP: usize = 3 << 20;

/// Causes in the list above them.
const CAUSES: usize = 20;

/// Findings of one case that are described.
const FINDINGS: usize = 40;

/// Characters of a command.
const LONGEST: usize = 20_000;

/// Steps whose exchange is shown.
const EXCHANGES: usize = 8;

/// Branches of one step that are listed.
const BRANCHES: usize = 20;

/// Ids listed for the other cases of a cause.
const LIKE: usize = 12;

/// The section; every report has it, also a green one.
pub(super) fn broken(report: &Report) -> Markup {
    let mut described = Vec::new();
    let mut left_out = 0;
    let mut size = 0;
    // Waived failures are known, so they come last.
    let waived = report
        .cases
        .notable()
        .filter(|case| report.waiver_of(case).is_some());
    let units: Vec<Unit<'_>> = units(report)
        .into_iter()
        .chain(waived.map(Unit::of_case))
        .collect();
    let mut anchors = Anchors::new(&units);
    for unit in &units {
        if described.len() >= DESCRIBED || size >= MARKUP {
            left_out += 1 + unit.others.len();
            continue;
        }
        let markup = article(
            report,
            unit,
            &mut anchors,
            described.len() < UNFOLDED && !unit.is_known,
        );
        size += markup.0.len();
        described.push(markup);
    }
    html! {
        section #broke aria-labelledby="broke-heading" {
            h2 #broke-heading { "What broke" }
            @if described.is_empty() { p.nothing { (nothing(report)) } }
            (list_of_causes(report))
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

/// The example in full, and the ids of the other cases.
fn article<'u>(
    report: &Report,
    unit: &'u Unit<'u>,
    anchors: &mut Anchors<'u>,
    unfolded: bool,
) -> Markup {
    let case = &*unit.case;
    let findings = unit.findings();
    let shown_findings: Vec<&Finding> = findings.iter().copied().take(FINDINGS).collect();
    let left_out = findings.len() - shown_findings.len();
    let groups = finding_groups(shown_findings);
    let several = case.steps.iter().filter(|step| !step.finally).count() > 1;
    html! {
        article class={ "case e-" (unit.verdict.name()) } id=[anchors.of_article(&unit.case.id)] tabindex="-1" {
            header {
                (badge(unit.verdict))
                h3 { (shown(&case.title)) }
                p.id {
                    a href=(case_link(&case.id)) { (shown(&case.id)) }
                    @if !unit.others.is_empty() { b.more { "and " (count(unit.others.len(), "more case")) } }
                    span.took { (duration(case.duration_ms)) }
                }
            }
            @if case.verdict == Verdict::Error {
                p.reason { b { "No evidence: " } (worded(&case.reason)) }
            } @else if !case.reason.is_empty() {
                p.reason { (worded(&case.reason)) }
            }
            (waivers::note(report, case))
            @if unit.is_known { p.waived { span.badge.v-skip { (KNOWN) } } }
            @for (index, group) in groups.iter().enumerate() {
                @if several && (index == 0 || groups[index - 1].step != group.step) { (step_line(case, group.step)) }
                @let earlier = above(&groups[..index], group);
                (finding::group(report, group, unit.verdict, &earlier))
            }
            @if left_out > 0 { p.left-out { (count(left_out, "more finding")) " in the JSON report." } }
            @if case.checks_unjudged > 0 {
                p.left-out { (skipped(case)) "." }
            }
            @for step in &case.steps {
                @for branch in step.branches.iter().take(BRANCHES) {
                    p.left-out {
                        @if let Some(rule) = &branch.rule {
                            "Rule " (shown(rule))
                            @if let Some(number) = branch.redirect { ", redirect " (number + 1) }
                            ", line "
                        } @else { "Line " }
                        (branch.line) ": " (shown(&branch.words()))
                    }
                }
            }
            // What is known takes little room.
            @if !unit.is_known {
                (exchanges(unit, unfolded))
                (reruns(case))
            }
            (commands(report, case))
            (elsewhere(report, unit))
            (same_cause(unit, anchors))
        }
    }
}

/// Where the link to each case leads: to the first article about it, else to the first list that names it.
struct Anchors<'r> {
    /// The cases that have an article.
    described: HashSet<&'r str>,
    /// The cases whose anchor is already there.
    given: HashSet<&'r str>,
}

impl<'r> Anchors<'r> {
    fn new(units: &'r [Unit<'r>]) -> Anchors<'r> {
        Anchors {
            described: units.iter().map(|unit| unit.case.id.as_str()).collect(),
            given: HashSet::new(),
        }
    }

    fn of_article(&mut self, id: &'r str) -> Option<String> {
        self.given.insert(id).then(|| anchor(id))
    }

    fn of_item(&mut self, id: &'r str) -> Option<String> {
        let is_first = !self.described.contains(id) && self.given.insert(id);
        is_first.then(|| anchor(id))
    }
}

fn anchor(id: &str) -> String {
    format!("case/{}", html! { (shown(id)) }.into_string())
}

/// The causes in one line each, where there are several.
fn list_of_causes(report: &Report) -> Markup {
    html! {
        @if let Some(help) = wrong_setup(report) { p.help { b { "help: " } (worded(&help)) } }
        @if report.causes.len() > 1 {
            p.sums { (in_numbers(report)) }
            ol.causes {
                @for (cause, is_known) in known_last(report).into_iter().take(CAUSES) {
                    li {
                        span.n { (cause.cases.len()) }
                        a class={ "v-" (cause.verdict.name()) } href=(case_link(&cause.example)) { (shown(&blamed(cause))) }
                        span.fact-line {
                            @if is_known { b { (KNOWN) } ": " }
                            (shown(&fact(report, cause)))
                            @if !cause.also.is_empty() { " " span.took { "(" (cause.also.len()) " more beside it)" } }
                            @if let Some(help) = help(report, cause) { span.help { b { "help: " } (worded(&help)) } }
                        }
                    }
                }
            }
            @let more = report.causes.len().saturating_sub(CAUSES);
            @if more > 0 { p.left-out { (count(more, "more cause")) " below." } }
        }
    }
}

/// What goes with the cause in other cases.
fn elsewhere(report: &Report, unit: &Unit<'_>) -> Markup {
    let also: Vec<_> = unit.elsewhere().take(EXCHANGES).collect();
    html! {
        @if !also.is_empty() {
            ul.also {
                @for cause in also {
                    li {
                        "In " (count(cause.cases.len(), "case")) " also: "
                        b { (shown(&blamed(cause))) } " " (shown(&fact(report, cause)))
                        " (" (shown(&some_cases(cause))) ")"
                    }
                }
            }
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
fn exchanges(unit: &Unit<'_>, unfolded: bool) -> Markup {
    let case = &*unit.case;
    let all = unit.findings();
    let is_blamed = |step: usize| all.iter().any(|finding| finding.step == step);
    let decisive = decisive_step(case);
    let several = case.steps.len() > 1;
    let steps = || {
        let all = case.steps.iter().enumerate();
        all.filter(|(_, step)| step.exchange.is_some())
    };
    html! {
        @for (index, step) in steps().take(EXCHANGES) {
            @let counts = is_blamed(index) || (all.is_empty() && Some(index) == decisive);
            @let findings: Vec<&Finding> = all.iter().copied().filter(|finding| finding.step == index).collect();
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

fn same_cause<'u>(unit: &'u Unit<'u>, anchors: &mut Anchors<'u>) -> Markup {
    let others = &unit.others;
    html! {
        @if !others.is_empty() {
            details.alike open[others.len() <= LIKE] {
                summary {
                    (count(others.len(), "more case")) " for the same cause"
                    @if unit.causes.iter().any(|cause| cause.varies) { ", with other values" }
                }
                ul {
                    @for id in others {
                        li { a id=[anchors.of_item(id)] href=(case_link(id)) { (shown(id)) } }
                    }
                }
            }
        }
    }
}
