//! Cases that went wrong in the same way, so that one is shown in full and the others are named.

use std::collections::HashMap;

use crate::model::{CaseReport, FindingKind, Verdict};

/// What makes two cases alike.
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'r> {
    reason: &'r str,
    no_answer: Option<(&'r str, &'r str)>,
    findings: Vec<(FindingKind, Option<&'r str>, &'r str)>,
}

impl<'r> Likeness<'r> {
    fn of(case: &'r CaseReport) -> Likeness<'r> {
        Likeness {
            reason: &case.reason,
            no_answer: case
                .steps
                .iter()
                .filter_map(|step| step.exchange.as_ref()?.no_answer.as_ref())
                .map(|none| (none.kind.name(), none.detail.as_str()))
                .next(),
            findings: case
                .findings
                .iter()
                .map(|finding| {
                    (
                        finding.kind,
                        finding.header.as_deref(),
                        finding.message.as_str(),
                    )
                })
                .collect(),
        }
    }
}

/// Cases in groups of like ones, both in the order given; the first of a group stands for all.
///
/// Two failures that look alike may still be two places worth seeing: a group of failures has at least
/// five members, or falls apart. Errors are no evidence about the contract, so two are a group.
pub(crate) fn groups<'r>(cases: impl Iterator<Item = &'r CaseReport>) -> Vec<Vec<&'r CaseReport>> {
    let mut groups: Vec<Vec<&CaseReport>> = Vec::new();
    let mut known = HashMap::new();
    for case in cases {
        let group = *known.entry(Likeness::of(case)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(members) => members.push(case),
            None => groups.push(vec![case]),
        }
    }
    groups
        .into_iter()
        .flat_map(|group| {
            let least = if group[0].verdict == Verdict::Error {
                2
            } else {
                5
            };
            if group.len() >= least {
                vec![group]
            } else {
                group.into_iter().map(|case| vec![case]).collect()
            }
        })
        .collect()
}
