//! What may be said of a target in public after a run: that it conforms, or why that cannot be said.
//!
//! The exit code alone does not say it: a run of selected cases can end with 0, and so can one whose gate only rejects
//! regressions. Badges, statements and matrices ask here, and get the weakest answer that the report supports.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::comparison::Gate;
use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::exit::ExitCode;
use crate::model::report::{Cases, IncompleteShard, Lacking, Report, RequirementReport};
use crate::model::verdict::Verdict;
use crate::model::waiver::{WaiverReport, WaiverStanding};
use crate::text::count::count;
use crate::text::names::some_of;

/// What a run says about its target as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Conformance {
    /// Every MUST requirement is upheld or declared not applicable.
    Conforms,
    /// The same, but for what is waived.
    Waived,
    /// The contract is violated.
    Violated,
    /// Only selected cases were run, and nothing failed.
    Selected,
    /// Nothing failed, but not everything was proven: a gap, an interrupted run, a shard, a missing shard.
    Incomplete,
    /// A waiver is stale, expired or matches nothing.
    StaleWaiver,
    /// The target could not be judged.
    Unjudged,
    /// Nothing failed, but no MUST requirement was judged: there is nothing to conform to.
    NoMust,
}

impl Conformance {
    /// What the report supports, and the reasons why it is not more; no reason if the target conforms.
    pub fn of(report: &Report) -> (Conformance, Vec<String>) {
        let waived = report.waived_requirements();
        let missing = missing_parts(report);
        let violated = musts(report, Disposition::Violated, &waived);
        let is_contract_gate = report
            .comparison
            .as_ref()
            .is_none_or(|comparison| comparison.gate == Gate::Contract);
        // Failures without a violated MUST: a flaky case, or a SHOULD with `--strict`.
        let is_red = report.exit == ExitCode::Violated && is_contract_gate;
        if !violated.is_empty() || is_red || fails(report) {
            let mut reasons = listed("violated", &violated);
            reasons.extend(missing);
            if violated.is_empty() {
                reasons.extend(report.reasons.iter().cloned());
            }
            return (Conformance::Violated, reasons);
        }
        let is_unjudged = matches!(report.exit, ExitCode::Defect | ExitCode::Invalid)
            || (report.exit == ExitCode::Error && is_contract_gate)
            || report.summary.error > 0
            || has(report, Verdict::Error);
        if is_unjudged {
            let mut reasons = missing;
            reasons.extend(report.reasons.iter().cloned());
            return (Conformance::Unjudged, reasons);
        }
        if !missing.is_empty() {
            return (Conformance::Incomplete, missing);
        }
        if !report.selection.is_empty() {
            let text = format!(
                "only selected cases were run: {}",
                report.selection.join(", ")
            );
            return (Conformance::Selected, vec![text]);
        }
        let unproven = musts(report, Disposition::Unproven, &waived);
        if !unproven.is_empty() {
            return (Conformance::Incomplete, listed("unproven", &unproven));
        }
        if !shows_something(report) {
            let text = "no case that passed proves a requirement";
            return (Conformance::Incomplete, vec![text.into()]);
        }
        match report.exit {
            ExitCode::Conforms => {}
            ExitCode::StaleWaiver => return (Conformance::StaleWaiver, report.reasons.clone()),
            // Of a gate for regressions, or of a report that was edited: not good enough to be shown to others.
            _ => return (Conformance::Incomplete, report.reasons.clone()),
        }
        if let Some(why) = without_must(report) {
            let mut reasons = vec![format!("{why}: only recommendations were judged")];
            let violated = violated_recommendations(report);
            if violated > 0 {
                reasons.push(format!("violated: {violated} SHOULD"));
            }
            return (Conformance::NoMust, reasons);
        }
        let applied = report.waivers.iter();
        let applied = applied.filter(|waiver| waiver.standing == WaiverStanding::Applied);
        let applied = applied.count();
        if applied > 0 {
            let text = format!("{} in force", count(applied, "waiver"));
            return (Conformance::Waived, vec![text]);
        }
        (Conformance::Conforms, Vec::new())
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Conformance::Conforms => "conforms",
            Conformance::Waived => "conforms but for what is waived",
            Conformance::Violated => "violates the contract",
            Conformance::Selected => "not judged as a whole: only selected cases were run",
            Conformance::Incomplete => "not proven: the run is incomplete",
            Conformance::StaleWaiver => "not accepted: a waiver is stale or expired",
            Conformance::Unjudged => "could not be judged",
            Conformance::NoMust => "nothing is stated: no MUST requirement was judged",
        }
    }

    /// Does it say that the target conforms, whether or not failures are waived?
    pub fn is_positive(self) -> bool {
        matches!(self, Conformance::Conforms | Conformance::Waived)
    }
}

impl fmt::Display for Conformance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Conformance::Conforms => "conforms",
            Conformance::Waived => "waived",
            Conformance::Violated => "violated",
            Conformance::Selected => "selected",
            Conformance::Incomplete => "incomplete",
            Conformance::StaleWaiver => "stale-waiver",
            Conformance::Unjudged => "unjudged",
            Conformance::NoMust => "no-must",
        })
    }
}

/// Why no MUST requirement is judged, if none is: then nothing that is green shows that the target conforms.
pub fn without_must(report: &Report) -> Option<&'static str> {
    let musts = || {
        let requirements = report.requirements.iter();
        requirements.filter(|one| one.level == Level::Must)
    };
    let is_judged = |one: &RequirementReport| match one.disposition {
        Disposition::Upheld | Disposition::Violated => true,
        Disposition::Unproven => one.required,
        Disposition::NotApplicable => false,
    };
    if musts().any(is_judged) {
        None
    } else if musts().next().is_none() {
        Some("the suite has no MUST requirement")
    } else if musts().all(|one| one.disposition == Disposition::NotApplicable) {
        Some("every MUST requirement is declared not applicable")
    } else {
        Some("no MUST requirement was selected")
    }
}

/// How many SHOULD requirements are violated.
pub fn violated_recommendations(report: &Report) -> usize {
    let requirements = report.requirements.iter();
    let violated = requirements
        .filter(|one| one.level == Level::Should && one.disposition == Disposition::Violated);
    violated.count()
}

impl Report {
    /// The requirements that are violated or unproven only by what is waived.
    pub fn waived_requirements(&self) -> BTreeSet<&str> {
        waived_requirements(&self.requirements, &self.cases, &self.waivers)
    }
}

/// The requirements that are violated or unproven only by what is waived.
pub fn waived_requirements<'r>(
    requirements: &'r [RequirementReport],
    cases: &Cases,
    waivers: &[WaiverReport],
) -> BTreeSet<&'r str> {
    let mut applied = waivers.iter();
    if !applied.any(|waiver| waiver.standing == WaiverStanding::Applied) {
        return BTreeSet::new();
    }
    // Each requirement that a finding is about, and whether all of them are waived.
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    // The cases that lack evidence, and whether each is waived.
    let mut lacking = Vec::new();
    for case in cases.notable() {
        for finding in case.all_findings() {
            let mut waivers = waivers.iter();
            let is_waived = waivers.any(|waiver| waiver.waives(&case.id, finding));
            for id in &finding.requirements {
                *found.entry(id.clone()).or_insert(true) &= is_waived;
            }
        }
        let is_waived = || case.waiver_of(waivers).is_some();
        lacking.extend(Lacking::of(&case).map(|lack| (lack, is_waived())));
    }
    let is_waived = |requirement: &&RequirementReport| {
        let own: HashSet<&str> = requirement.cases.iter().map(String::as_str).collect();
        let own = lacking
            .iter()
            .filter(|(lack, _)| own.contains(lack.id.as_str()));
        let mut gaps = own
            .filter(|(lack, _)| lack.lacks(&requirement.id))
            .peekable();
        let is_because_of_one = match requirement.disposition {
            Disposition::Violated => found.get(requirement.id.as_str()) == Some(&true),
            Disposition::Unproven => gaps.peek().is_some(),
            Disposition::Upheld | Disposition::NotApplicable => false,
        };
        is_because_of_one && gaps.all(|(_, is_waived)| *is_waived)
    };
    let waived = requirements.iter().filter(is_waived);
    waived.map(|one| one.id.as_str()).collect()
}

/// Why the report is not that of a complete run.
fn missing_parts(report: &Report) -> Vec<String> {
    let mut parts = Vec::new();
    if report.interrupted || report.exit == ExitCode::Interrupted {
        parts.push("the run was interrupted".to_owned());
    }
    if let Some(shard) = &report.shard {
        parts.push(format!("the run is one shard: {}", shard.shard));
    }
    parts.extend(
        report
            .incomplete_shards
            .iter()
            .map(IncompleteShard::in_words),
    );
    if report.cases.is_empty() {
        parts.push("the run has no cases".to_owned());
    }
    parts
}

/// The MUST requirements of that disposition that are not waived.
fn musts<'r>(
    report: &'r Report,
    disposition: Disposition,
    waived: &BTreeSet<&str>,
) -> Vec<&'r str> {
    let requirements = report.requirements.iter();
    requirements
        .filter(|one| one.level == Level::Must && one.disposition == disposition)
        .filter(|one| !waived.contains(one.id.as_str()))
        .map(|one| one.id.as_str())
        .collect()
}

/// Is there a failed or flaky case that is not waived?
fn fails(report: &Report) -> bool {
    let mut cases = [Verdict::Fail, Verdict::Flaky]
        .into_iter()
        .flat_map(|verdict| report.cases.of(verdict));
    cases.any(|case| report.waiver_of(&case).is_none())
}

fn has(report: &Report, verdict: Verdict) -> bool {
    report.cases.verdicts().any(|one| one == verdict)
}

/// Is there any evidence that something is upheld?
fn shows_something(report: &Report) -> bool {
    let mut requirements = report.requirements.iter();
    let has_passed = has(report, Verdict::Pass) || has(report, Verdict::Warn);
    has_passed && requirements.any(|one| one.disposition == Disposition::Upheld)
}

/// `violated: 2 MUST (A-1, A-2)`.
fn listed(word: &str, ids: &[&str]) -> Vec<String> {
    const SHOWN: usize = 5;
    if ids.is_empty() {
        return Vec::new();
    }
    let (number, ids) = (ids.len(), some_of(ids, SHOWN));
    vec![format!("{word}: {number} MUST ({ids})")]
}
