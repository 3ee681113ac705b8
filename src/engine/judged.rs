//! The judgement of one answer, and what was captured from it.

use serde_json::Value;

use crate::model::{Case, FindingKind, Judgement};

/// The judgement of one answer; empty if there was none.
#[derive(Default)]
pub(super) struct Judged {
    pub(super) judgement: Judgement,
    /// What was captured from it.
    pub(super) captured: Vec<(String, Value)>,
    /// Whether everything could be captured.
    pub(super) has_captured: bool,
    /// Whether the target throttled without `Retry-After`: no evidence about anything else.
    pub(super) is_silenced: bool,
}

impl Judged {
    /// With the URL of the answer beside each capture that some step of the case follows.
    pub(super) fn with_origins(mut self, case: &Case, url: &str) -> Judged {
        let origins = case.origins(&self.captured, url);
        self.captured.extend(origins);
        self
    }

    /// Whether the same requirements are upheld and violated, by the same kinds of findings.
    pub(super) fn says_the_same(&self, other: &Judged) -> bool {
        let facts = |judged: &Judged| {
            let judgement = &judged.judgement;
            let counts = [judgement.passed, judgement.failed, judgement.unjudged];
            (judged.is_silenced, counts)
        };
        let findings = |judged: &Judged| -> Vec<(FindingKind, Vec<String>)> {
            let findings = judged.judgement.findings.iter();
            findings
                .map(|finding| (finding.kind, finding.requirements.clone()))
                .collect()
        };
        facts(self) == facts(other)
            && self.judgement.blocks == other.judgement.blocks
            && findings(self) == findings(other)
    }
}
