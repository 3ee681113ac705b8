//! The gate that blocks what got worse, and nothing else.

use crate::model::{
    CaseChange, CaseClass, Comparison, Disposition, ExitCode, NOTHING_SELECTED, Report, Verdict,
    WaiverReport,
};

/// Names that are told before the rest is counted.
const SHOWN: usize = 5;

/// The exit code of a comparison, and every reason for it, strongest first. What is not about the target
/// (a defect, an interrupt, rotten waivers, an empty selection) comes from the report.
pub fn reasons(report: Option<&Report>, comparison: &Comparison) -> (ExitCode, Vec<String>) {
    let mut reasons: Vec<(ExitCode, String)> = Vec::new();
    if let Some(report) = report {
        of_run(report, &mut reasons);
    }
    of_cases(comparison, &mut reasons);
    of_requirements(comparison, &mut reasons);
    if comparison.common == 0 {
        let what = "the two runs have no case in common: nothing could be compared";
        reasons.push((ExitCode::Incomplete, what.into()));
    }
    let rank = |code: ExitCode| {
        let codes = ExitCode::BY_STRENGTH.iter();
        codes.take_while(|other| **other != code).count()
    };
    reasons.sort_by_key(|(code, _)| rank(*code));
    let exit = ExitCode::strongest(reasons.iter().map(|(code, _)| *code));
    (
        exit,
        reasons.into_iter().map(|(_, reason)| reason).collect(),
    )
}

fn of_run(report: &Report, reasons: &mut Vec<(ExitCode, String)>) {
    if report.exit == ExitCode::Defect.code() {
        reasons.extend(
            report
                .reasons
                .iter()
                .map(|reason| (ExitCode::Defect, reason.clone())),
        );
    }
    if report.interrupted {
        let what = "interrupted before all cases were done";
        reasons.push((ExitCode::Interrupted, what.into()));
    }
    reasons.extend(report.waivers.iter().filter_map(WaiverReport::complaint));
    let of_selection = report.reasons.iter();
    let of_selection = of_selection.filter(|reason| reason.starts_with(NOTHING_SELECTED));
    reasons.extend(of_selection.map(|reason| (ExitCode::Incomplete, reason.clone())));
    if report.cases.is_empty()
        && !reasons
            .iter()
            .any(|(code, _)| *code == ExitCode::Incomplete)
    {
        reasons.push((ExitCode::Incomplete, NOTHING_SELECTED.into()));
    }
}

fn of_cases(comparison: &Comparison, reasons: &mut Vec<(ExitCode, String)>) {
    let worse = |class| {
        let changes = comparison.of(class).filter(|change| change.is_worse());
        let ids: Vec<&str> = changes.map(|change| change.id.as_str()).collect();
        ids
    };
    let told = [
        (CaseClass::Regression, ExitCode::Violated, "got worse"),
        (
            CaseClass::FailingDifferently,
            ExitCode::Violated,
            "fail in another way",
        ),
        (
            CaseClass::NewFailure,
            ExitCode::Violated,
            "fail, and nobody accepted it",
        ),
        (
            CaseClass::LostCoverage,
            ExitCode::Incomplete,
            "are skipped, and were judged before",
        ),
        (CaseClass::Vanished, ExitCode::Incomplete, "vanished"),
    ];
    for (class, code, what) in told {
        let ids = worse(class);
        if !ids.is_empty() {
            reasons.push((code, format!("{what}: {}", some_of(&ids))));
        }
    }
    // No evidence is no sign that nothing got worse, whatever it was before.
    let is_error = |change: &&CaseChange| change.new == Some(Verdict::Error);
    let errors = comparison.cases.iter().filter(is_error);
    let errors: Vec<&str> = errors.map(|change| change.id.as_str()).collect();
    if !errors.is_empty() {
        reasons.push((
            ExitCode::Error,
            format!("no evidence from {}", some_of(&errors)),
        ));
    }
}

/// What cases alone do not show: a requirement that was taken out, or lost its proof.
fn of_requirements(comparison: &Comparison, reasons: &mut Vec<(ExitCode, String)>) {
    let worse = |new: Option<Disposition>| {
        let changes = comparison.requirements.iter();
        let changes = changes.filter(|change| change.is_worse() && change.new == new);
        let ids: Vec<&str> = changes.map(|change| change.id.as_str()).collect();
        ids
    };
    let told = [
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
    for (new, code, what) in told {
        let ids = worse(new);
        if !ids.is_empty() {
            reasons.push((code, format!("{what}: {}", some_of(&ids))));
        }
    }
}

/// The first few of many names, and how many there are.
fn some_of(names: &[&str]) -> String {
    let shown: Vec<&str> = names.iter().take(SHOWN).copied().collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
