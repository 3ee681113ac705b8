//! Findings by the requirement they blame, and the words for one finding.

use crate::model::{CaseReport, Finding, Level};
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// A label, an expected or an actual value is cut after this many characters.
const LONGEST: usize = 400;

/// Findings that blame the same requirement in the same step.
pub(crate) struct Group<'r> {
    /// The step, from 0.
    pub(crate) step: usize,
    /// The requirement; `None` when an arranging block failed.
    pub(crate) requirement: Option<&'r str>,
    /// The level of that requirement.
    pub(crate) level: Option<Level>,
    /// What was found, in the order of the case.
    pub(crate) findings: Vec<&'r Finding>,
}

/// Groups findings by step, then by requirement, the most binding first.
pub(crate) fn groups<'r>(findings: impl IntoIterator<Item = &'r Finding>) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        let requirement = finding.requirement.as_deref();
        let known = groups
            .iter_mut()
            .find(|group| group.step == finding.step && group.requirement == requirement);
        match known {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group {
                step: finding.step,
                requirement,
                level: finding.level,
                findings: vec![finding],
            }),
        }
    }
    groups.sort_by_key(|group| (group.step, std::cmp::Reverse(group.level)));
    groups
}

/// The step whose exchange tells most: the last one with a finding, else the first without an answer,
/// else the last of the case's own.
pub(crate) fn telling_step(case: &CaseReport) -> Option<usize> {
    let own = || {
        let steps = case.steps.iter().enumerate();
        steps.filter(|(_, step)| !step.finally && step.exchange.is_some())
    };
    let blamed = case.findings.iter().map(|finding| finding.step).max();
    let unanswered = || own().find(|(_, step)| step.status.is_none());
    blamed
        .filter(|step| {
            case.steps
                .get(*step)
                .is_some_and(|step| step.exchange.is_some())
        })
        .or_else(|| {
            unanswered()
                .or_else(|| own().next_back())
                .map(|(index, _)| index)
        })
}

/// `body /0/state: got "asleep"`: what it is about, and the fact.
pub(crate) fn label(finding: &Finding) -> String {
    let message = brief(&finding.message);
    let subject = match (&finding.pointer, &finding.header) {
        (Some(pointer), _) if pointer.is_empty() => "body: ".to_owned(),
        (Some(pointer), _) => format!("body {}: ", brief(pointer)),
        (None, Some(header)) if !contains(&finding.message, header) => {
            format!("{}: ", brief(header))
        }
        _ => String::new(),
    };
    format!("{subject}{message}")
}

/// Does the text hold the other, in any letter case?
pub(crate) fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Printable, and not without end.
pub(crate) fn brief(text: &str) -> String {
    printable(&short_text(text, LONGEST)).into_owned()
}
