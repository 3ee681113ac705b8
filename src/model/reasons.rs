//! The exit code, and every reason for it.

use std::collections::BTreeSet;

use crate::model::conformance::waived_requirements;
use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::exit::{ExitCode, Reason};
use crate::model::report::{Cases, IncompleteShard, Report, RequirementReport};
use crate::model::verdict::Verdict;
use crate::model::waiver::WaiverReport;
use crate::text::count::count;
use crate::text::names::some_of;

/// Names in a reason.
const SHOWN: usize = 5;

/// The beginning of a reason for exit code 70.
pub(crate) const DEFECT: &str = "defect in probity: ";

/// The reason of a live recording for an exchange that did not end.
pub(crate) const UNFINISHED: &str = "an exchange was still under way at the end: it was not judged";

/// Does a reason say that a service is lost? Only the run knows it: no case does.
pub(crate) fn is_lost(reason: &str) -> bool {
    reason.starts_with("service `") && reason.contains("` is lost: ")
}

/// That an exchange had no end, if a report says so. Only `record` knows it.
pub(crate) fn unfinished(report: &Report) -> Option<Reason> {
    let is_live = report.recording.as_ref().is_some_and(|one| one.is_live);
    let is_unfinished = is_live && report.reasons.iter().any(|text| text == UNFINISHED);
    is_unfinished.then(|| Reason::new(ExitCode::Incomplete, UNFINISHED))
}

/// What the exit code is decided from.
pub(crate) struct Reasons<'r> {
    /// The parts of the selection that match no case.
    pub(crate) nothing_selected: Vec<Reason>,
    pub(crate) cases: &'r Cases,
    pub(crate) requirements: &'r [RequirementReport],
    pub(crate) interrupted: bool,
    pub(crate) strict: bool,
    /// Why services are lost.
    pub(crate) lost: &'r [String],
    pub(crate) defects: Vec<String>,
    /// Is it one shard? What is not proven depends on the cases of the others.
    pub(crate) is_shard: bool,
    /// That an exchange of a live recording was still under way at the end.
    pub(crate) unfinished: Option<Reason>,
    /// The shards of which there is no complete report.
    pub(crate) incomplete_shards: &'r [IncompleteShard],
    /// What became of the waivers. They change no verdict and no disposition, only the exit code.
    pub(crate) waivers: &'r [WaiverReport],
}

impl Reasons<'_> {
    /// The exit code, and every reason that holds, strongest first (see [`ExitCode::BY_STRENGTH`]).
    pub(crate) fn exit(&self) -> (ExitCode, Vec<String>) {
        let mut reasons = Vec::new();
        let mut add = |exit, texts: Vec<String>| {
            reasons.extend(texts.into_iter().map(|text| Reason::new(exit, text)));
        };
        let defects = self.defects.iter();
        let defects = defects.map(|defect| format!("{DEFECT}{defect}"));
        add(ExitCode::Defect, defects.collect());
        if self.interrupted {
            let reason = "interrupted before all cases were done";
            add(ExitCode::Interrupted, vec![reason.into()]);
        }
        let waived = waived_requirements(self.requirements, self.cases, self.waivers);
        add(ExitCode::Violated, self.violated(&waived));
        add(ExitCode::Error, self.no_evidence());
        reasons.extend(self.nothing_selected.iter().cloned());
        let waivers = self.waivers.iter();
        reasons.extend(waivers.filter_map(WaiverReport::complaint));
        let incomplete = self.incomplete(&waived).into_iter();
        reasons.extend(incomplete.map(|text| Reason::new(ExitCode::Incomplete, text)));
        reasons.extend(self.unfinished.clone());
        Reason::decide(reasons)
    }

    /// What the target broke.
    fn violated(&self, waived: &BTreeSet<&str>) -> Vec<String> {
        let mut reasons = Vec::new();
        for (level, counts) in [(Level::Must, true), (Level::Should, self.strict)] {
            let violated = self.ids(Disposition::Violated, level, waived);
            if counts && !violated.is_empty() {
                let (number, ids) = (violated.len(), some_of(&violated, SHOWN));
                reasons.push(format!("violated: {number} {level} ({ids})"));
            }
        }
        // Every failed case blames a requirement; should one not, it must not end as a success.
        let unwaived = |verdict| {
            let cases = self.cases.of(verdict);
            cases.filter(|case| case.waiver_of(self.waivers).is_none())
        };
        let flaky: Vec<String> = unwaived(Verdict::Flaky)
            .map(|case| case.id.clone())
            .collect();
        let failed = unwaived(Verdict::Fail).count() + flaky.len();
        if failed > 0 && reasons.is_empty() {
            reasons.push(format!("failed: {}", count(failed, "case")));
        }
        if !flaky.is_empty() {
            let flaky: Vec<&str> = flaky.iter().map(String::as_str).collect();
            let (number, ids) = (count(flaky.len(), "case"), some_of(&flaky, SHOWN));
            reasons.push(format!(
                "flaky: {number} failed, and passed when run again ({ids})"
            ));
        }
        reasons
    }

    /// Services and cases without an answer that could be judged.
    fn no_evidence(&self) -> Vec<String> {
        let mut reasons = self.lost.to_vec();
        let verdicts = self.cases.verdicts();
        let errors = verdicts.filter(|one| *one == Verdict::Error).count();
        if errors > 0 {
            reasons.push(format!("no evidence from {}", count(errors, "case")));
        }
        reasons
    }

    /// What was selected and not proven.
    fn incomplete(&self, waived: &BTreeSet<&str>) -> Vec<String> {
        let shards = self.incomplete_shards.iter();
        let mut reasons: Vec<String> = shards.map(IncompleteShard::in_words).collect();
        if self.cases.is_empty() || self.is_shard {
            return reasons;
        }
        let unproven = self.ids(Disposition::Unproven, Level::Must, waived);
        if !unproven.is_empty() {
            let (number, ids) = (unproven.len(), some_of(&unproven, SHOWN));
            reasons.push(format!("unproven: {number} MUST ({ids})"));
        }
        let nothing_ran = self.cases.verdicts().all(|one| one == Verdict::Skip);
        if nothing_ran && !self.interrupted {
            reasons.push("every selected case was skipped".into());
        }
        reasons
    }

    fn ids(&self, disposition: Disposition, level: Level, waived: &BTreeSet<&str>) -> Vec<&str> {
        self.requirements
            .iter()
            .filter(|one| one.required && one.level == level && one.disposition == disposition)
            .filter(|one| !waived.contains(one.id.as_str()))
            .map(|one| one.id.as_str())
            .collect()
    }
}
