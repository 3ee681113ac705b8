//! Which cases are written to the journal, and what happens when that fails.

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use crate::engine::cookies::Cookies;
use crate::engine::verdict::unproven_by_rules;
use crate::engine::{CaseOutcome, Engine};
use crate::model::{Case, Disposition, Verdict};
use crate::persist::Journal;

impl Engine {
    /// The journal, for a case that has something to undo.
    pub(super) fn journal_of(&self, case: &Case) -> Option<&Journal> {
        self.journal.as_ref().filter(|_| case.undoes())
    }

    /// Writes to the journal what the case has captured so far, before it sends its next request.
    pub(super) fn note(
        &self,
        case: &Case,
        captures: &BTreeMap<String, Value>,
        cookies: &Cookies,
    ) -> io::Result<()> {
        self.journal_of(case).map_or(Ok(()), |journal| {
            let mut found = cookies.secrets();
            for value in captures.values() {
                found.add(self.redactor.received_in(&value.to_string()));
            }
            journal.started(&case.id, captures, &self.redactor.also(found))
        })
    }

    /// The outcome of a case that sends nothing: its values cannot be made, or it could not be undone after a crash.
    pub(super) fn unstarted(&self, case: &Case, reason: &str) -> CaseOutcome {
        let mut report = self.skipped(case, reason);
        report.verdict = Verdict::Error;
        let mut outcome = CaseOutcome {
            report,
            evidence: vec![Disposition::Unproven; case.proves.len()],
            by_rules: unproven_by_rules(case),
            is_silenced: false,
            is_complete: true,
            answers: Vec::new(),
        };
        self.report_evidence(case, &mut outcome);
        outcome
    }
}
