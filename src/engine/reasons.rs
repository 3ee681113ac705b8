//! The exit code, and every reason for it.

use crate::engine::waived::WaivedFailures;
use crate::model::{
    CaseReport, Disposition, ExitCode, IncompleteShard, Level, Reason, RequirementReport, Verdict,
    WaiverReport,
};

/// What the exit code is decided from.
pub(super) struct Reasons<'r> {
    /// The parts of the selection that match no case.
    pub(super) nothing_selected: Vec<Reason>,
    pub(super) cases: &'r [CaseReport],
    pub(super) requirements: &'r [RequirementReport],
    pub(super) interrupted: bool,
    pub(super) strict: bool,
    /// Why services are lost.
    pub(super) lost: &'r [String],
    pub(super) defects: Vec<String>,
    /// Is it one shard? What is not proven depends on the cases of the others.
    pub(super) is_shard: bool,
    /// The shards of which there is no complete report.
    pub(super) incomplete_shards: &'r [IncompleteShard],
    pub(super) waived: WaivedFailures<'r>,
}

impl Reasons<'_> {
    /// The exit code, and every reason that holds, strongest first (see [`ExitCode::BY_STRENGTH`]).
    pub(super) fn exit(&self) -> (ExitCode, Vec<String>) {
        let mut reasons = Vec::new();
        let mut add = |exit, texts: Vec<String>| {
            reasons.extend(texts.into_iter().map(|text| Reason::new(exit, text)));
        };
        let defects = self.defects.iter();
        let defects = defects.map(|defect| format!("defect in probity: {defect}"));
        add(ExitCode::Defect, defects.collect());
        if self.interrupted {
            let reason = "interrupted before all cases were done";
            add(ExitCode::Interrupted, vec![reason.into()]);
        }
        add(ExitCode::Violated, self.violated());
        add(ExitCode::Error, self.no_evidence());
        reasons.extend(self.nothing_selected.iter().cloned());
        let waivers = self.waived.waivers.iter();
        reasons.extend(waivers.filter_map(WaiverReport::complaint));
        let incomplete = self.incomplete().into_iter();
        reasons.extend(incomplete.map(|text| Reason::new(ExitCode::Incomplete, text)));
        Reason::decide(reasons)
    }

    /// What the target broke.
    fn violated(&self) -> Vec<String> {
        let mut reasons = Vec::new();
        for (level, counts) in [(Level::Must, true), (Level::Should, self.strict)] {
            let violated = self.ids(Disposition::Violated, level);
            if counts && !violated.is_empty() {
                let (number, ids) = (violated.len(), some_of(&violated));
                reasons.push(format!("violated: {number} {level} ({ids})"));
            }
        }
        // Every failed case blames a requirement; should one not, it must not end as a success.
        let failed = self.cases.iter().filter(|case| {
            let is_failed = matches!(case.verdict, Verdict::Fail | Verdict::Flaky);
            is_failed && !self.waived.covers_case(case)
        });
        let failed = failed.count();
        if failed > 0 && reasons.is_empty() {
            reasons.push(format!("failed: {}", cases(failed)));
        }
        let flaky = self
            .cases
            .iter()
            .filter(|case| case.verdict == Verdict::Flaky && !self.waived.covers_case(case));
        let flaky: Vec<&str> = flaky.map(|case| case.id.as_str()).collect();
        if !flaky.is_empty() {
            let (number, ids) = (cases(flaky.len()), some_of(&flaky));
            reasons.push(format!(
                "flaky: {number} failed, and passed when run again ({ids})"
            ));
        }
        reasons
    }

    /// Services and cases without an answer that could be judged.
    fn no_evidence(&self) -> Vec<String> {
        let mut reasons = self.lost.to_vec();
        let is_error = |case: &&CaseReport| case.verdict == Verdict::Error;
        let errors = self.cases.iter().filter(is_error).count();
        if errors > 0 {
            reasons.push(format!("no evidence from {}", cases(errors)));
        }
        reasons
    }

    /// What was selected and not proven.
    fn incomplete(&self) -> Vec<String> {
        let shards = self.incomplete_shards.iter();
        let mut reasons: Vec<String> = shards.map(IncompleteShard::in_words).collect();
        if self.cases.is_empty() || self.is_shard {
            return reasons;
        }
        let unproven = self.ids(Disposition::Unproven, Level::Must);
        if !unproven.is_empty() {
            let (number, ids) = (unproven.len(), some_of(&unproven));
            reasons.push(format!("unproven: {number} MUST ({ids})"));
        }
        let nothing_ran = self.cases.iter().all(|case| case.verdict == Verdict::Skip);
        if nothing_ran && !self.interrupted {
            reasons.push("every selected case was skipped".into());
        }
        reasons
    }

    fn ids(&self, disposition: Disposition, level: Level) -> Vec<&str> {
        self.requirements
            .iter()
            .filter(|one| one.required && one.level == level && one.disposition == disposition)
            .filter(|one| !self.waived.covers(&one.id, disposition))
            .map(|one| one.id.as_str())
            .collect()
    }
}

/// `1 case`, `2 cases`.
fn cases(count: usize) -> String {
    format!("{count} {}", if count == 1 { "case" } else { "cases" })
}

/// The first few of many names.
fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
