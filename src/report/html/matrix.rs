//! The requirement matrix: contract by requirement, with level, standing, cases and reasons.

use maud::{Markup, html};

use crate::model::{ContractReport, Report, RequirementReport};
use crate::report::html::shown::{case_link, cases_link, level, shown, standing};
use crate::report::page::count;
use crate::report::summary::verdict::Standing;

/// Cases named for one requirement; the list of all cases has the others.
const CASES: usize = 3;

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section #requirements aria-labelledby="requirements-heading" {
            h2 #requirements-heading { "Requirements" }
            p.legend aria-hidden="true" {
                @for one in Standing::ALL { @let (sign, class, words) = standing(one); span { i class={ "cell v-" (class) } { (sign) } " " (words) } }
                span { "tall: MUST, middle: SHOULD, low: MAY" }
            }
            @for contract in &report.contracts { (of_contract(report, contract)) }
        }
    }
}

fn of_contract(report: &Report, contract: &ContractReport) -> Markup {
    let requirements: Vec<&RequirementReport> = report
        .requirements
        .iter()
        .filter(|one| one.contract == contract.name)
        .collect();
    let number = |wanted| {
        requirements
            .iter()
            .filter(|one| Standing::of(report, one) == wanted)
            .count()
    };
    // All that is unproven has one cause as a rule, which the gaps name.
    let is_open = number(Standing::Violated) > 0;
    html! {
        details.contract open[is_open] {
            summary {
                h3 { (shown(&contract.name)) } " "
                span.title { (shown(&contract.title)) } " "
                span.sums {
                    @for one in Standing::ALL {
                        @let (sign, class, words) = standing(one);
                        @if number(one) > 0 {
                            span class={ "badge v-" (class) } { span aria-hidden="true" { (sign) } " " (number(one)) " " (words) } " "
                        }
                    }
                }
                span.cells aria-hidden="true" {
                    @for one in &requirements {
                        @let (sign, class, words) = standing(Standing::of(report, one));
                        i class={ "cell v-" (class) " l-" (one.level.to_string().to_lowercase()) } title={ (shown(&one.id)) " " (words) } { (sign) }
                    }
                }
            }
            (rows(report, contract, &requirements))
        }
    }
}

/// Requirements that need attention first, then the others, folded, in the order of the contract.
fn rows(report: &Report, contract: &ContractReport, requirements: &[&RequirementReport]) -> Markup {
    let is_open = |one: &&&RequirementReport| {
        matches!(
            Standing::of(report, one),
            Standing::Violated | Standing::Unproven
        )
    };
    let open: Vec<_> = requirements
        .iter()
        .copied()
        .filter(|one| is_open(&one))
        .collect();
    let held: Vec<_> = requirements
        .iter()
        .copied()
        .filter(|one| !is_open(&one))
        .collect();
    if open.is_empty() || held.is_empty() {
        return table(report, contract, requirements);
    }
    html! {
        (table(report, contract, &open))
        details.more {
            summary { (count(held.len(), "other requirement")) " of " (shown(&contract.name)) }
            (table(report, contract, &held))
        }
    }
}

fn table(
    report: &Report,
    contract: &ContractReport,
    requirements: &[&RequirementReport],
) -> Markup {
    html! {
        table role="table" {
            caption.vh { "Requirements of " (shown(&contract.name)) }
            thead role="rowgroup" { tr role="row" {
                th role="columnheader" scope="col" { "Requirement" }
                th role="columnheader" scope="col" { "Result" }
                th role="columnheader" scope="col" { "What the contract says" }
                th role="columnheader" scope="col" { "Cases" }
            } }
            tbody role="rowgroup" { @for one in requirements { (row(report, one)) } }
        }
    }
}

fn row(report: &Report, requirement: &RequirementReport) -> Markup {
    let of = Standing::of(report, requirement);
    let (sign, class, words) = standing(of);
    html! {
        tr role="row" id={ "requirement/" (shown(&requirement.id)) } tabindex="-1" {
            th role="rowheader" scope="row" { span.rid { (shown(&requirement.id)) } " " (level(requirement.level)) }
            td role="cell" { span class={ "badge v-" (class) } { span aria-hidden="true" { (sign) } " " (words) } }
            td role="cell" {
                span.sentence { (shown(&requirement.sentence)) }
                @if !requirement.source.is_empty() { " " cite { (shown(&requirement.source)) } }
                @if !requirement.reason.is_empty() { span.why { (shown(&requirement.reason)) } }
                @if of == Standing::Unproven && !requirement.required { span.why { "not required in this run" } }
            }
            td role="cell" { (cases(requirement)) }
        }
    }
}

fn cases(requirement: &RequirementReport) -> Markup {
    html! {
        @match requirement.cases.as_slice() {
            [] => { span.none { "none" } },
            [one] => { a href=(case_link(one)) title=(shown(one)) { (shown(last(one))) } },
            cases => {
                @if cases.len() <= CASES {
                    @for one in cases { a href=(case_link(one)) title=(shown(one)) { (shown(last(one))) } " " }
                } @else {
                    a href=(cases_link("q", &requirement.id)) { (count(cases.len(), "case")) }
                }
            },
        }
    }
}

/// The part of an id after its file: enough inside its contract.
fn last(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, name)| name)
}
