//! The verdict on a run, in words.

use crate::model::{Comparison, ExitCode, Gate, Report, Verdict, WaiverStanding};
use crate::report::page::{Tone, count};
use crate::report::summary::standing::Standing;

/// The word, its tone, and the sentence that goes with it.
pub(crate) fn words(report: &Report) -> (&'static str, Tone, String) {
    if let Some(comparison) = &report.comparison
        && comparison.gate == Gate::Regressions
    {
        return of_gate(report.exit, comparison);
    }
    let (word, tone, text) = match report.exit {
        ExitCode::Conforms if is_waived(report) => (
            "WAIVED",
            Tone::Warn,
            "the target breaks the contract only where a waiver lets it",
        ),
        ExitCode::Conforms => return ("CONFORMS", Tone::Good, conforms(report)),
        ExitCode::Violated => ("VIOLATED", Tone::Bad, "the target breaks the contract"),
        ExitCode::Invalid => ("INVALID", Tone::Bad, "one of our own files is wrong"),
        ExitCode::StaleWaiver => ("STALE WAIVER", Tone::Bad, "a waiver no longer holds"),
        ExitCode::Incomplete => (
            "INCOMPLETE",
            Tone::Warn,
            "nothing failed, but not all that is required was proven",
        ),
        ExitCode::Error => ("ERROR", Tone::Error, "the target could not be judged"),
        ExitCode::Interrupted => (
            "INTERRUPTED",
            Tone::Error,
            "only what was done before is reported",
        ),
        ExitCode::Defect => ("DEFECT", Tone::Error, "Probity itself went wrong"),
    };
    (word, tone, text.to_owned())
}

/// The same where the gate asks whether anything got worse.
pub(crate) fn of_gate(exit: ExitCode, comparison: &Comparison) -> (&'static str, Tone, String) {
    let failing = comparison.cases.iter().filter(|change| {
        let is_failure = matches!(
            change.new,
            Some(Verdict::Fail | Verdict::Flaky | Verdict::Warn)
        );
        is_failure && !change.is_worse()
    });
    let failing = failing.count();
    let (word, tone, text) = match exit {
        ExitCode::Conforms if failing > 0 => {
            let noun = count(failing, "case");
            let text =
                format!("nothing got worse; {noun} that failed before or is waived fails on");
            return ("NO REGRESSION", Tone::Warn, text);
        }
        ExitCode::Conforms => ("NO REGRESSION", Tone::Good, "nothing got worse"),
        ExitCode::Violated => ("REGRESSED", Tone::Bad, "something is worse than it was"),
        ExitCode::StaleWaiver => ("STALE WAIVER", Tone::Bad, "a waiver no longer holds"),
        ExitCode::Incomplete => (
            "INCOMPLETE",
            Tone::Warn,
            "nothing got worse that was seen, but less was seen than before",
        ),
        ExitCode::Error => ("ERROR", Tone::Error, "the target could not be judged"),
        ExitCode::Interrupted => (
            "INTERRUPTED",
            Tone::Error,
            "only what was done before is reported",
        ),
        ExitCode::Invalid => ("INVALID", Tone::Bad, "one of our own files is wrong"),
        ExitCode::Defect => ("DEFECT", Tone::Error, "Probity itself went wrong"),
    };
    (word, tone, text.to_owned())
}

/// Does a waiver forgive anything? Then the gate passes, and the target does not conform.
fn is_waived(report: &Report) -> bool {
    let mut waivers = report.waivers.iter();
    waivers.any(|waiver| waiver.standing == WaiverStanding::Applied)
}

/// Green, and for how much of the contract.
fn conforms(report: &Report) -> String {
    let not_selected = report
        .requirements
        .iter()
        .filter(|requirement| Standing::of(report, requirement) == Standing::NotSelected)
        .count();
    if report.selection.is_empty() || not_selected == 0 {
        "every required requirement is upheld or declared not applicable".to_owned()
    } else {
        format!(
            "what was selected holds; nothing is said about {} that were not",
            count(not_selected, "requirement")
        )
    }
}
