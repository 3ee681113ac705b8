//! Requirements without evidence, by what stood in the way.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::{Lacking, Report, RequirementReport, Verdict};
use crate::report::summary::reasons::by_reason;
use crate::report::summary::verdict::Standing;

/// Unproven requirements with the same cause.
pub(crate) struct Gap<'r> {
    /// Why there is no evidence.
    pub(crate) cause: Cow<'r, str>,
    /// The requirements, in the order of the report.
    pub(crate) requirements: Vec<&'r RequirementReport>,
}

/// Unproven requirements by cause, both in order of appearance.
///
/// A target that is down is one cause and not one for each case. Where a whole group has the same case, the cause names
/// it, unless the case was skipped: the reason for that is reported beside it.
pub(crate) fn gaps(report: &Report, counts: impl Fn(&RequirementReport) -> bool) -> Vec<Gap<'_>> {
    if report.shard.is_some() {
        // What a shard does not prove, another one may.
        return Vec::new();
    }
    let lacking = report.cases.notable().filter_map(|case| Lacking::of(&case));
    let lacking: HashMap<String, Lacking> = lacking.map(|one| (one.id.clone(), one)).collect();
    let is_unproven = |one: &&RequirementReport| Standing::of(report, one) == Standing::Unproven;
    let unproven = report.requirements.iter().filter(is_unproven);
    let with_case = unproven.filter(|one| counts(one)).map(|one| {
        let mut own = one.cases.iter().filter_map(|id| lacking.get(id));
        let first = own.find(|case| case.lacks(&one.id));
        let why = first.map(|case| Cow::Owned(case.why.clone()));
        (why.unwrap_or_else(|| reason(one).into()), (one, first))
    });
    let gaps = by_reason(with_case).into_iter().map(|(cause, items)| {
        let case = items[0].1.filter(|case| {
            let is_same =
                |(_, other): &(_, Option<&Lacking>)| other.is_some_and(|other| other.id == case.id);
            case.verdict != Verdict::Skip && items.iter().all(is_same)
        });
        let requirements: Vec<&RequirementReport> = items.into_iter().map(|(one, _)| one).collect();
        Gap {
            cause: case.map_or(cause, |_| reason(requirements[0]).into()),
            requirements,
        }
    });
    gaps.collect()
}

fn reason(requirement: &RequirementReport) -> &str {
    match requirement.reason.as_str() {
        "" => "no case gave evidence",
        reason => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn one_cause_is_reported_once_whatever_case_it_affected() {
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
        let case = &report.cases[0];
        let only = &mut report.requirements[4];
        only.disposition = crate::model::Disposition::Unproven;
        only.id = case.unproven[0].clone();
        only.cases = vec![case.id.clone()];
        only.reason = "presence/a/b: no connection".into();
        assert_eq!(
            gaps(&report, |_| true)[0].cause,
            "presence/a/b: no connection"
        );
    }
}
