//! What waivers remove from the exit code: cases and requirements in which every failure is waived.

use std::collections::HashSet;

use crate::engine::evidence::Evidence;
use crate::model::{CaseReport, Disposition, Finding, WaiverReport};

/// What waivers remove from the exit code. They change no verdict and no disposition.
pub(super) struct WaivedFailures<'r> {
    pub(super) waivers: &'r [WaiverReport],
    cases: &'r [CaseReport],
    evidence: &'r Evidence<'r>,
    /// Ids of the cases of which every failure is waived.
    complete: HashSet<&'r str>,
}

impl<'r> WaivedFailures<'r> {
    pub(super) fn new(
        waivers: &'r [WaiverReport],
        cases: &'r [CaseReport],
        evidence: &'r Evidence<'r>,
    ) -> WaivedFailures<'r> {
        let mut waived = WaivedFailures {
            waivers,
            cases,
            evidence,
            complete: HashSet::new(),
        };
        let complete = cases
            .iter()
            .filter(|case| case.waiver_of(waivers).is_some());
        waived.complete = complete.map(|case| case.id.as_str()).collect();
        waived
    }

    /// Is every failure of the case waived?
    pub(super) fn covers_case(&self, case: &CaseReport) -> bool {
        self.complete.contains(case.id.as_str())
    }

    fn waives(&self, case: &CaseReport, finding: &Finding) -> bool {
        let mut waivers = self.waivers.iter();
        waivers.any(|waiver| waiver.waives(&case.id, finding))
    }

    /// Is the requirement violated, or unproven, only by what is waived?
    pub(super) fn covers(&self, requirement: &str, disposition: Disposition) -> bool {
        if self.complete.is_empty() && self.waivers.is_empty() {
            return false;
        }
        let gaps = self.evidence.gaps(requirement);
        let gaps_are_waived = gaps.iter().all(|id| self.complete.contains(id));
        if disposition == Disposition::Unproven {
            return !gaps.is_empty() && gaps_are_waived;
        }
        let findings = self.cases.iter().flat_map(|case| {
            let own = case.all_findings().map(move |finding| (case, finding));
            own.filter(|(_, finding)| finding.requirements.iter().any(|id| id == requirement))
        });
        let mut findings = findings.peekable();
        findings.peek().is_some()
            && findings.all(|(case, finding)| self.waives(case, finding))
            && gaps_are_waived
    }
}
