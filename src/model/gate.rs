//! The gate that blocks what got worse, and nothing else.

use crate::model::comparison::{CaseChange, CaseClass, Comparison};
use crate::model::disposition::Disposition;
use crate::model::exit::{ExitCode, Reason};
use crate::model::reasons::{is_lost, unfinished};
use crate::model::report::Report;
use crate::model::verdict::Verdict;
use crate::model::waiver::WaiverReport;
use crate::text::names::some_of;

/// So many names are listed before the rest is counted.
const SHOWN: usize = 5;

/// The exit code of a comparison, and every reason for it, strongest first. What is not about the target
/// (a defect, an interrupt, waivers that must be changed, an empty selection) comes from the report.
pub fn reasons(report: Option<&Report>, comparison: &Comparison) -> (ExitCode, Vec<String>) {
    let mut reasons = Vec::new();
    if let Some(report) = report {
        of_run(report, &mut reasons);
    }
    of_cases(comparison, &mut reasons);
    of_requirements(comparison, &mut reasons);
    if comparison.common == 0 {
        let what = "the two runs have no case in common: nothing could be compared";
        reasons.push(Reason::new(ExitCode::Incomplete, what));
    }
    Reason::decide(reasons)
}

fn of_run(report: &Report, reasons: &mut Vec<Reason>) {
    if report.exit == ExitCode::Defect {
        let defects = report.reasons.iter();
        reasons.extend(defects.map(|text| Reason::new(ExitCode::Defect, text)));
    }
    if report.interrupted {
        let what = "interrupted before all cases were done";
        reasons.push(Reason::new(ExitCode::Interrupted, what));
    }
    let lost = report.reasons.iter().filter(|text| is_lost(text));
    reasons.extend(lost.map(|text| Reason::new(ExitCode::Error, text)));
    reasons.extend(unfinished(report));
    reasons.extend(report.waivers.iter().filter_map(WaiverReport::complaint));
    reasons.extend(report.nothing_selected());
    reasons.extend(report.missing_shards());
    if let Some(shard) = &report.shard {
        let what = format!("only shard {} was run: merge the shards", shard.shard);
        reasons.push(Reason::new(ExitCode::Incomplete, what));
    }
}

fn of_cases(comparison: &Comparison, reasons: &mut Vec<Reason>) {
    let worse = |class| {
        let changes = comparison.of(class).filter(|change| change.is_worse());
        let ids: Vec<&str> = changes.map(|change| change.id.as_str()).collect();
        ids
    };
    let classes = [
        (CaseClass::Regression, ExitCode::Violated, "got worse"),
        (
            CaseClass::FailingDifferently,
            ExitCode::Violated,
            "fail differently",
        ),
        (
            CaseClass::NewFailure,
            ExitCode::Violated,
            "fail and are not in the baseline",
        ),
        (
            CaseClass::LostCoverage,
            ExitCode::Incomplete,
            "are skipped, and were judged before",
        ),
        (CaseClass::Vanished, ExitCode::Incomplete, "vanished"),
    ];
    for (class, code, what) in classes {
        let ids = worse(class);
        if !ids.is_empty() {
            reasons.push(Reason::new(
                code,
                format!("{what}: {}", some_of(&ids, SHOWN)),
            ));
        }
    }
    // No evidence is no sign that nothing got worse, whatever it was before.
    let is_error = |change: &&CaseChange| change.new == Some(Verdict::Error);
    let errors = comparison.cases.iter().filter(is_error);
    let errors: Vec<&str> = errors.map(|change| change.id.as_str()).collect();
    if !errors.is_empty() {
        let text = format!("no evidence from {}", some_of(&errors, SHOWN));
        reasons.push(Reason::new(ExitCode::Error, text));
    }
}

/// What cases alone do not show: a requirement that was taken out, or lost its proof.
fn of_requirements(comparison: &Comparison, reasons: &mut Vec<Reason>) {
    let worse = |new: Option<Disposition>| {
        let changes = comparison.requirements.iter();
        let changes = changes.filter(|change| change.is_worse() && change.new == new);
        let ids: Vec<&str> = changes.map(|change| change.id.as_str()).collect();
        ids
    };
    let classes = [
        (
            Some(Disposition::Violated),
            ExitCode::Violated,
            "violated, and were not before",
        ),
        (
            Some(Disposition::NotApplicable),
            ExitCode::Violated,
            "declared not applicable, and were applicable before",
        ),
        (
            Some(Disposition::Unproven),
            ExitCode::Incomplete,
            "unproven, and were upheld before",
        ),
        (None, ExitCode::Incomplete, "no longer in the contract"),
    ];
    for (new, code, what) in classes {
        let ids = worse(new);
        if !ids.is_empty() {
            reasons.push(Reason::new(
                code,
                format!("{what}: {}", some_of(&ids, SHOWN)),
            ));
        }
    }
}
