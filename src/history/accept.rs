//! Decides whether a run may become the baseline: it must be complete, and not silently worse.

use std::collections::BTreeSet;

use crate::history::{baseline_of, compare};
use crate::model::baseline::CaseEntry;
use crate::model::{
    Baseline, Comparison, Disposition, ExitCode, IncompleteShard, Level, Report, RequirementReport,
    Verdict, WaiverStanding,
};
use crate::text::count::count;

/// A decision to accept that something got worse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// Ids of the cases and requirements.
    pub ids: BTreeSet<String>,
    /// Why.
    pub reason: String,
}

/// Why a run is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What the exit code says.
    pub exit: ExitCode,
    /// The fact in one line.
    pub message: String,
    /// More about it, a line each.
    pub details: Vec<String>,
}

/// The baseline that a run becomes, and how it differs from the one before.
///
/// # Errors
///
/// When the run is incomplete, or something is worse than in the baseline before and neither waived nor
/// named in `lowered`. `today` is a day as in a waiver: `2026-01-31`.
pub fn accept(
    report: &Report,
    before: Option<&Baseline>,
    lowered: &Lowered,
    today: &str,
) -> Result<(Baseline, Option<Comparison>), Refusal> {
    require_complete(report)?;
    let mut baseline = baseline_of(report);
    forget_expired(report, &mut baseline, today);
    let comparison = before.map(|before| compare(before, &baseline));
    let worse = comparison.as_ref().map_or_else(Vec::new, worse);
    let ids: BTreeSet<&str> = worse.iter().map(|(id, _)| id.as_str()).collect();
    // A case that fails as before, or for which there is no before, can be given its reason.
    let can_be_lowered = |id: &String| {
        let fails = |case: &CaseEntry| !case.fails.is_empty();
        ids.contains(id.as_str()) || baseline.cases.get(id).is_some_and(fails)
    };
    if let Some(unknown) = lowered.ids.iter().find(|id| !can_be_lowered(id)) {
        return Err(Refusal {
            exit: ExitCode::Invalid,
            message: format!(
                "{unknown} did not get worse and does not fail: there is nothing to lower"
            ),
            details: Vec::new(),
        });
    }
    let undecided: Vec<String> = worse
        .iter()
        .filter(|(id, _)| !lowered.ids.contains(id))
        .map(|(_, words)| words.clone())
        .collect();
    if !undecided.is_empty() {
        return Err(Refusal {
            exit: ExitCode::Violated,
            message: "the run is worse than the baseline that it would replace".into(),
            details: undecided,
        });
    }
    for id in &lowered.ids {
        if let Some(case) = baseline.cases.get_mut(id) {
            case.lowered.clone_from(&lowered.reason);
        }
    }
    keep_decisions(before, &mut baseline);
    Ok((baseline, comparison))
}

/// A waiver that a report calls applied may be over by now.
fn forget_expired(report: &Report, baseline: &mut Baseline, today: &str) {
    let mut waivers = report.waivers.iter();
    let is_over =
        waivers.any(|one| one.standing == WaiverStanding::Applied && one.expires.as_str() < today);
    if is_over {
        let mut alive = report.clone();
        alive.waivers.retain(|one| one.expires.as_str() >= today);
        *baseline = baseline_of(&alive);
    }
}

/// Why a case is as it is stays known while it fails in the same way.
fn keep_decisions(before: Option<&Baseline>, baseline: &mut Baseline) {
    for case in baseline.cases.values_mut() {
        let known = before.and_then(|before| before.cases.get(&case.case));
        if let Some(known) = known
            && case.lowered.is_empty()
            && (known.verdict, &known.fails) == (case.verdict, &case.fails)
        {
            case.lowered.clone_from(&known.lowered);
        }
    }
}

/// Everything that got worse: its id, and a line about it.
fn worse(comparison: &Comparison) -> Vec<(String, String)> {
    let cases = comparison.cases.iter().filter(|change| change.is_worse());
    let cases = cases.map(|change| {
        let name = |verdict: Option<Verdict>| verdict.map_or("nothing", Verdict::name);
        let (old, new) = (name(change.old), name(change.new));
        let words = format!(
            "{}: {}, {old} before, {new} now",
            change.id,
            change.class.words()
        );
        (change.id.clone(), words)
    });
    // A requirement that follows from a case is decided with the case.
    let cases: Vec<(String, String)> = cases.collect();
    let follows = |new: Option<Disposition>| {
        let from_a_case = [Some(Disposition::Violated), Some(Disposition::Unproven)];
        !cases.is_empty() && from_a_case.contains(&new)
    };
    let words = |side: Option<Disposition>| side.map_or("not in the contract", Disposition::words);
    let requirements = comparison.requirements.iter();
    let requirements = requirements.filter(|change| change.is_worse() && !follows(change.new));
    let requirements: Vec<(String, String)> = requirements
        .map(|change| {
            let (old, new) = (words(change.old), words(change.new));
            (
                change.id.clone(),
                format!("{}: {old} before, {new} now", change.id),
            )
        })
        .collect();
    [cases, requirements].concat()
}

/// Checks that the run is complete, as a baseline must be.
fn require_complete(report: &Report) -> Result<(), Refusal> {
    let refuse = |exit, message: String, details: Vec<String>| {
        Err(Refusal {
            exit,
            message,
            details,
        })
    };
    if report.exit == ExitCode::Defect {
        let details = report.reasons.clone();
        return refuse(
            ExitCode::Defect,
            "the run ended with a defect of Probity itself".into(),
            details,
        );
    }
    let errors: Vec<String> = report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Error)
        .map(|case| format!("{}: {}", case.id, case.reason))
        .collect();
    if !errors.is_empty() {
        let message = format!("no evidence from {}", count(errors.len(), "case"));
        return refuse(ExitCode::Error, message, errors);
    }
    let flaky: Vec<String> = report
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Flaky)
        .map(|case| format!("{}: failed, then passed", case.id))
        .collect();
    if !flaky.is_empty() {
        let message = format!("{} flaky", count(flaky.len(), "case"));
        return refuse(ExitCode::Incomplete, message, flaky);
    }
    if let Some(shard) = &report.shard {
        let message = format!(
            "the run is one shard, {}: accept what `probity merge` writes",
            shard.shard
        );
        return refuse(ExitCode::Incomplete, message, Vec::new());
    }
    if !report.incomplete_shards.is_empty() {
        let shards = report.incomplete_shards.iter();
        let message = "the run was merged without all of its shards";
        return refuse(
            ExitCode::Incomplete,
            message.into(),
            shards.map(IncompleteShard::in_words).collect(),
        );
    }
    if report.interrupted {
        let message = "the run was interrupted before all cases finished";
        return refuse(ExitCode::Incomplete, message.into(), Vec::new());
    }
    if !report.selection.is_empty() {
        let message = format!(
            "the run was partial: --only {}",
            report.selection.join(" --only ")
        );
        return refuse(ExitCode::Incomplete, message, Vec::new());
    }
    if report.cases.is_empty() {
        return refuse(
            ExitCode::Incomplete,
            "the run has no cases".into(),
            Vec::new(),
        );
    }
    let unproven: Vec<String> = report
        .requirements
        .iter()
        .filter(|one| is_gap(report, one))
        .map(|one| format!("{}: {}", one.id, one.reason))
        .collect();
    if !unproven.is_empty() {
        let message = format!("the run is incomplete: {} MUST unproven", unproven.len());
        return refuse(ExitCode::Incomplete, message, unproven);
    }
    Ok(())
}

/// Is a MUST requirement unproven for another reason than that the target failed first?
fn is_gap(report: &Report, requirement: &RequirementReport) -> bool {
    let is_unproven = requirement.required
        && requirement.level == Level::Must
        && requirement.disposition == Disposition::Unproven;
    if !is_unproven {
        return false;
    }
    let mut failed = false;
    for case in report.cases.notable() {
        if !requirement.cases.contains(&case.id) {
            continue;
        }
        match case.verdict {
            Verdict::Skip | Verdict::Error => return true,
            Verdict::Fail | Verdict::Flaky | Verdict::Warn => failed = true,
            Verdict::Pass => {}
        }
    }
    !failed
}
