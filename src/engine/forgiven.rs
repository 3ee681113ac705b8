//! What waivers take out of the exit code: cases and requirements in which nothing failed that is not waived.

use std::collections::HashSet;

use crate::engine::evidence::Evidence;
use crate::model::{CaseReport, Disposition, Finding, WaiverReport};

/// What waivers take out of the gate. It changes no verdict and no disposition.
pub(super) struct Forgiven<'r> {
    pub(super) waivers: &'r [WaiverReport],
    cases: &'r [CaseReport],
    evidence: &'r Evidence<'r>,
    /// Ids of the cases of which every failure is waived.
    whole: HashSet<&'r str>,
}

impl<'r> Forgiven<'r> {
    pub(super) fn new(
        waivers: &'r [WaiverReport],
        cases: &'r [CaseReport],
        evidence: &'r Evidence<'r>,
    ) -> Forgiven<'r> {
        let mut forgiven = Forgiven {
            waivers,
            cases,
            evidence,
            whole: HashSet::new(),
        };
        let whole = cases
            .iter()
            .filter(|case| case.waiver_of(waivers).is_some());
        forgiven.whole = whole.map(|case| case.id.as_str()).collect();
        forgiven
    }

    /// Is every failure of the case waived?
    pub(super) fn has_whole(&self, case: &CaseReport) -> bool {
        self.whole.contains(case.id.as_str())
    }

    fn forgives(&self, case: &CaseReport, finding: &Finding) -> bool {
        let mut waivers = self.waivers.iter();
        waivers.any(|waiver| waiver.forgives(&case.id, finding))
    }

    /// Is the requirement violated, or unproven, only by what is waived?
    pub(super) fn covers(&self, requirement: &str, disposition: Disposition) -> bool {
        if self.whole.is_empty() && self.waivers.is_empty() {
            return false;
        }
        let gaps = self.evidence.gaps(requirement);
        let gaps_are_waived = gaps.iter().all(|id| self.whole.contains(id));
        if disposition == Disposition::Unproven {
            return !gaps.is_empty() && gaps_are_waived;
        }
        let findings = self.cases.iter().flat_map(|case| {
            let own = case.all_findings().map(move |finding| (case, finding));
            own.filter(|(_, finding)| finding.requirements.iter().any(|id| id == requirement))
        });
        let mut findings = findings.peekable();
        findings.peek().is_some()
            && findings.all(|(case, finding)| self.forgives(case, finding))
            && gaps_are_waived
    }
}
