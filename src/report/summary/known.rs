//! Which failures are known: the gate is about regressions, and they were there before.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::model::{CaseChange, CaseClass, CaseReport, Cause, Gate, Report, cause_of, fingerprint};

/// What a known failure is called.
pub(crate) const KNOWN: &str = "known failure";

/// The failing cases of a run whose gate is about regressions; else nothing is known.
pub(crate) struct Known<'r> {
    cases: HashMap<&'r str, (Cow<'r, CaseReport>, &'r CaseChange)>,
}

impl<'r> Known<'r> {
    pub(crate) fn of(report: &'r Report) -> Known<'r> {
        let comparison = report.comparison.as_deref();
        let comparison = comparison.filter(|one| one.gate == Gate::Regressions);
        let changes: HashMap<&str, &CaseChange> = comparison
            .iter()
            .flat_map(|one| &one.cases)
            .map(|change| (change.id.as_str(), change))
            .collect();
        let cases = if changes.is_empty() {
            None
        } else {
            Some(report.cases.notable())
        };
        let cases = cases.into_iter().flatten().filter_map(|case| {
            let change: &CaseChange = changes.get(case.id.as_str())?;
            Some((change.id.as_str(), (case, change)))
        });
        Known {
            cases: cases.collect(),
        }
    }

    /// Was all that these causes do to the case there before?
    pub(crate) fn is_known(&self, id: &str, causes: &HashSet<&str>) -> bool {
        let Some((case, change)) = self.cases.get(id) else {
            return false;
        };
        match change.class {
            CaseClass::StillFailing | CaseClass::StillWithoutEvidence => true,
            CaseClass::FailingDifferently => {
                let of_causes = case
                    .all_findings()
                    .filter(|finding| causes.contains(cause_of(case, finding).as_str()));
                let lines = fingerprint(of_causes);
                !lines.is_empty() && change.appeared.iter().all(|line| !lines.contains(line))
            }
            _ => false,
        }
    }

    fn is_known_cause(&self, cause: &Cause) -> bool {
        let also = cause.also.iter().map(|one| one.id.as_str());
        let ids = std::iter::once(cause.id.as_str()).chain(also).collect();
        cause.cases.iter().all(|id| self.is_known(id, &ids))
    }
}

/// The causes in their order, known ones last, and whether each is known.
pub(crate) fn known_last(report: &Report) -> Vec<(&Cause, bool)> {
    let known = Known::of(report);
    let causes = report.causes.iter();
    let mut causes: Vec<(&Cause, bool)> = causes
        .map(|cause| (cause, known.is_known_cause(cause)))
        .collect();
    causes.sort_by_key(|(_, is_known)| *is_known);
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::report::summary::causes::units;

    #[test]
    fn known_failures_come_last_where_only_regressions_count_and_never_else() {
        let mut report = sample::regressed();
        let comparison = report.comparison.as_mut().unwrap();
        comparison.gate = Gate::Contract;
        assert!(units(&report).iter().all(|unit| !unit.is_known));
        let failing: Vec<String> = units(&report)
            .iter()
            .map(|unit| unit.case.id.clone())
            .collect();
        let comparison = report.comparison.as_mut().unwrap();
        comparison.gate = Gate::Regressions;
        comparison.cases.retain(|change| change.id != failing[0]);
        comparison.cases.push(CaseChange {
            id: failing[0].clone(),
            class: CaseClass::StillFailing,
            old: None,
            new: None,
            edited: false,
            waived: false,
            appeared: Vec::new(),
            gone: Vec::new(),
            reason: String::new(),
        });
        let ordered = units(&report);
        let known = ordered.iter().filter(|unit| unit.is_known).count();
        assert!(known > 0 && known < ordered.len());
        assert!(ordered.is_sorted_by_key(|unit| unit.is_known));
        assert!(
            ordered
                .iter()
                .filter(|unit| unit.is_known)
                .any(|unit| unit.case.id == failing[0])
        );
    }
}
