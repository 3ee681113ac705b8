//! Requirements without evidence, by what stood in the way.

use crate::model::{Report, RequirementReport};
use crate::report::summary::verdict::Standing;

/// Between the case and its reason, where it was not run.
const SKIPPED: &str = " was skipped: ";

/// Unproven requirements with the same cause.
pub(crate) struct Gap<'r> {
    /// Why there is no evidence.
    pub(crate) cause: &'r str,
    /// The requirements, in the order of the report.
    pub(crate) requirements: Vec<&'r RequirementReport>,
}

/// Unproven requirements by cause, both in order of appearance.
///
/// A reason begins with the case that gave no evidence: a target that is down is one cause and not one
/// for each case. Where a whole group names the same case, the cause names it too, unless the case was
/// skipped: why that was is told beside it.
pub(crate) fn gaps(report: &Report, counts: impl Fn(&RequirementReport) -> bool) -> Vec<Gap<'_>> {
    let mut gaps: Vec<Gap<'_>> = Vec::new();
    let is_unproven = |one: &&RequirementReport| Standing::of(report, one) == Standing::Unproven;
    let unproven = report.requirements.iter().filter(is_unproven);
    for one in unproven.filter(|one| counts(one)) {
        match gaps.iter_mut().find(|gap| gap.cause == cause(one)) {
            Some(gap) => gap.requirements.push(one),
            None => gaps.push(Gap {
                cause: cause(one),
                requirements: vec![one],
            }),
        }
    }
    for gap in &mut gaps {
        let first = reason(gap.requirements[0]);
        let is_skip =
            first.len() > gap.cause.len() && first.ends_with(&format!("{SKIPPED}{}", gap.cause));
        if !is_skip && gap.requirements.iter().all(|one| reason(one) == first) {
            gap.cause = first;
        }
    }
    gaps
}

fn reason(requirement: &RequirementReport) -> &str {
    match requirement.reason.as_str() {
        "" => "no case gave evidence",
        reason => reason,
    }
}

/// The reason without the case that it begins with.
fn cause(requirement: &RequirementReport) -> &str {
    let reason = reason(requirement);
    let mut behind = requirement.cases.iter().filter_map(|id| {
        let rest = reason.strip_prefix(id.as_str())?;
        rest.strip_prefix(": ")
            .or_else(|| rest.strip_prefix(SKIPPED))
    });
    behind.next().unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn one_cause_is_told_once_whatever_case_it_hit() {
        let report = sample::unreachable();
        let gaps = gaps(&report, |_| true);
        assert_eq!(gaps.len(), 1);
        let unproven = report.requirements.iter();
        let unproven = unproven.filter(|one| Standing::of(&report, one) == Standing::Unproven);
        assert_eq!(gaps[0].requirements.len(), unproven.count());
    }

    #[test]
    fn a_cause_of_one_case_names_it() {
        let mut report = sample::unreachable();
        for requirement in &mut report.requirements {
            requirement.disposition = crate::model::Disposition::Upheld;
        }
        let only = &mut report.requirements[4];
        only.disposition = crate::model::Disposition::Unproven;
        only.cases = vec!["presence/a/b".into()];
        only.reason = "presence/a/b: no connection".into();
        assert_eq!(
            gaps(&report, |_| true)[0].cause,
            "presence/a/b: no connection"
        );
    }
}
