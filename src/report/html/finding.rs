//! Findings of one requirement: its sentence, then each place in the case file with what was found there.

use maud::{Markup, html};

use crate::json::SchemaRule;
use crate::model::{Finding, FindingKind, Place, Report, Verdict};
use crate::report::html::diff;
use crate::report::html::shown::{level, shown, worded};
use crate::report::page::count;
use crate::report::summary::case::{Group, contains, label, rule, shared_step};

/// Findings of one place that are shown before the others are folded.
const SHOWN: usize = 6;

/// Diffs of one place.
const DIFFS: usize = 3;

/// Characters of a source line on each side of the words that are meant.
const AROUND: usize = 160;

/// `earlier`: the findings shown above, of the same case.
pub(super) fn group(
    report: &Report,
    group: &Group<'_>,
    verdict: Verdict,
    earlier: &[&Finding],
) -> Markup {
    html! {
        div class={ "blame e-" (verdict.name()) } {
            (law(report, group))
            @for findings in places(&group.findings) { (place(report, &findings, earlier)) }
        }
    }
}

/// The sentence of the contract, with its level and where it comes from.
fn law(report: &Report, group: &Group<'_>) -> Markup {
    let Some(id) = group.requirement else {
        let what = group.without_requirement();
        return html! { p.law { (what[..1].to_uppercase()) (&what[1..]) "." } };
    };
    let requirement = report.requirements.iter().find(|one| one.id == id);
    html! {
        p.law {
            @if let Some(of) = group.level { (level(of)) " " }
            a.rid href={ "#requirement/" (crate::report::html::shown::fragment(id)) } { (shown(id)) } " "
            @if let Some(requirement) = requirement {
                span.sentence { (shown(&requirement.sentence)) }
                @if !requirement.source.is_empty() { " " cite { (shown(&requirement.source)) } }
            }
        }
    }
}

/// The findings by line of a case file, in order of appearance.
fn places<'r>(findings: &[&'r Finding]) -> Vec<Vec<&'r Finding>> {
    let mut places: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let here = |place: &Place| (place.file.clone(), place.line, place.column, place.length);
        match places
            .iter_mut()
            .find(|known| here(&known[0].place) == here(&finding.place))
        {
            Some(known) => known.push(finding),
            None => places.push(vec![finding]),
        }
    }
    places
}

fn place(report: &Report, findings: &[&Finding], earlier: &[&Finding]) -> Markup {
    // A diff, and the rule of the schema, say what was expected; so does the same finding further up.
    let has_diff = findings.iter().any(|finding| finding.diff.is_some());
    let is_shown = |finding: &Finding| {
        let is_same = |one: &&Finding| {
            let place = |one: &Finding| (one.pointer.clone(), one.header.clone());
            let values = |one: &Finding| (one.expected.clone(), one.actual.clone());
            one.message == finding.message
                && place(one) == place(finding)
                && values(one) == values(finding)
        };
        (has_diff && finding.schema.is_some()) || earlier.iter().any(is_same)
    };
    let fact = |finding: &Finding| fact(finding, is_shown(finding));
    let (first, rest) = findings.split_at(findings.len().min(SHOWN));
    html! {
        div.found {
            @for finding in first { (fact(finding)) }
            @if !rest.is_empty() {
                details.more {
                    summary { (count(rest.len(), "more finding")) " at the same place" }
                    @for finding in rest { (fact(finding)) }
                }
            }
            @if let Some(rule) = rule(report, findings[0]) {
                p.rule { span.name { "rule" } " " (shown(&rule)) }
            }
            @if let Some(step) = shared_step(findings[0]) {
                p.rule { span.name { "shared step" } " " (shown(&step)) }
            }
            (source(&findings[0].place))
            @if let Some(value) = findings[0].used.as_ref().and_then(|used| used.value.as_ref()) {
                p.rule { span.name { "the value comes from" } }
                (source(value))
            }
            @for diff in findings.iter().filter_map(|finding| finding.diff.as_ref()).take(DIFFS) { (diff::figure(diff)) }
        }
    }
}

/// What was expected and what came, then why: the rule of a schema, other requirements.
fn fact(finding: &Finding, is_shown: bool) -> Markup {
    let others: Vec<&str> = finding
        .requirements
        .iter()
        .map(String::as_str)
        .filter(|id| Some(*id) != finding.requirement.as_deref())
        .collect();
    let is_empty = finding.expected.is_empty() && finding.actual.is_empty();
    let has_pair = finding.diff.is_none() && !is_empty && !is_shown;
    let says_itself = has_pair
        && contains(&finding.message, &finding.actual)
        && contains(&finding.message, &finding.expected);
    html! {
        div.fact {
            @if has_pair {
                p.where { (subject(finding)) @if !says_itself { " " span.message { (worded(&finding.message)) } } }
                dl.pair {
                    div.came { dt { "got" } dd { (value(&finding.actual)) } }
                    div.want { dt { "expected" } dd { (value(&finding.expected)) } }
                }
            } @else {
                p.where { span.message { (worded(&label(finding))) } }
            }
            @if let Some(rule) = &finding.schema { (schema(rule)) }
            @if !others.is_empty() {
                p.also { "also violates " @for id in others { a.rid href={ "#requirement/" (crate::report::html::shown::fragment(id)) } { (shown(id)) } " " } }
            }
        }
    }
}

/// What the finding is about: `body /0/state`, a header field, the status.
fn subject(finding: &Finding) -> Markup {
    html! {
        span.subject {
            @match (&finding.pointer, &finding.header) {
                (Some(pointer), _) if pointer.is_empty() => { "body" },
                (Some(pointer), _) => { "body " code { (shown(pointer)) } },
                (None, Some(header)) => { "header " code { (shown(header)) } },
                (None, None) => { (about(finding.kind)) },
            }
        }
    }
}

/// What a finding without a pointer is about.
fn about(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Status => "status",
        FindingKind::Header | FindingKind::MediaType => "header",
        FindingKind::Capture => "capture",
        FindingKind::Late => "time",
        FindingKind::Incomplete => "answer",
        _ => "body",
    }
}

fn value(text: &str) -> Markup {
    html! {
        @if text.is_empty() { span.none { "nothing" } } @else { code { (shown(text)) } }
    }
}

/// The rule that refused, as the schema states it.
fn schema(rule: &SchemaRule) -> Markup {
    html! {
        p.rule {
            span.name { "schema rule" } " "
            code.keyword { (shown(&rule.keyword)) ": " (shown(&rule.rule)) } " "
            span.at { (shown(&rule.location)) }
        }
    }
}

/// The line of the case file, with carets under the words that are meant.
///
/// The carets are inside the box of the words, so that they stay below them when the line wraps.
fn source(place: &Place) -> Markup {
    let characters: Vec<char> = place.source.chars().collect();
    let start = (place.column.saturating_sub(1) as usize).min(characters.len());
    let end = start
        .saturating_add(place.length as usize)
        .min(characters.len());
    let from = start.saturating_sub(AROUND);
    let shown_end = end.min(start + 2 * AROUND);
    let to = (shown_end + AROUND).min(characters.len());
    let text = |range: std::ops::Range<usize>| characters[range].iter().collect::<String>();
    let before = text(from..start);
    let before = if from > 0 {
        format!("…{before}")
    } else {
        before.trim_start().to_owned()
    };
    let words = text(start..shown_end);
    let mut after = text(shown_end..to);
    if to < characters.len() {
        after.push('…');
    }
    html! {
        figure.source {
            figcaption { (shown(&place.file)) ":" (place.line) ":" (place.column) }
            pre {
                span.line aria-hidden="true" { (place.line) }
                span.text {
                    (shown(&before))
                    span.spot {
                        mark { @if words.is_empty() { "\u{a0}" } @else { (shown(&words)) } }
                        span.carets aria-hidden="true" { ("^".repeat(words.chars().count().max(1))) }
                    }
                    (shown(&after))
                }
            }
        }
    }
}
