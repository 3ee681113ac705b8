//! What all cases of a run say together.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::disposition::Dispositions;
use crate::model::evidence::Evidence;
use crate::model::report::{CaseReport, Cases, Report, RequirementReport, Summary};

/// The evidence and the counts of cases, from one look at each.
#[derive(Default)]
pub(crate) struct Sums {
    pub(crate) evidence: Evidence,
    pub(crate) summary: Summary,
    by_contract: HashMap<Arc<str>, Summary>,
}

impl Sums {
    pub(crate) fn of(cases: &Cases) -> Sums {
        let mut sums = Sums::default();
        for case in cases {
            sums.add(&case);
        }
        sums
    }

    /// Counts one more case.
    pub(crate) fn add(&mut self, case: &CaseReport) {
        self.evidence.add(case);
        self.summary.count(case);
        let of_contract = self.by_contract.entry(Arc::clone(&case.contract));
        of_contract.or_default().count(case);
    }

    /// The counts of the cases of a contract.
    pub(crate) fn of_contract(&self, name: &str) -> Summary {
        self.by_contract.get(name).copied().unwrap_or_default()
    }

    /// Puts the counts into a report. What was sent and waited beside the cases is in none of them, and stays.
    pub(crate) fn count_in(&self, report: &mut Report) {
        report.summary = Summary {
            throttled_ms: report.summary.throttled_ms,
            token_requests: report.summary.token_requests,
            liveness_requests: report.summary.liveness_requests,
            ..self.summary
        };
        for contract in &mut report.contracts {
            contract.cases = self.of_contract(&contract.name);
            contract.requirements = dispositions_of(&contract.name, &report.requirements);
        }
    }
}

/// How many requirements of a contract have each disposition.
pub(crate) fn dispositions_of(contract: &str, requirements: &[RequirementReport]) -> Dispositions {
    let mut dispositions = Dispositions::default();
    let own = requirements.iter().filter(|one| one.contract == contract);
    own.for_each(|one| dispositions.count(one.disposition));
    dispositions
}
