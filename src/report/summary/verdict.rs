//! The verdict on a run and on a requirement, in words.

use crate::model::conformance::{violated_recommendations, without_must};
use crate::model::{
    Comparison, Disposition, ExitCode, Gate, Report, RequirementReport, ShardReport, Verdict,
    WaiverStanding,
};
use crate::report::page::{Tone, count};

/// The word, its tone, and the sentence that goes with it.
pub(crate) fn words(report: &Report) -> (&'static str, Tone, String) {
    if let Some(comparison) = &report.comparison
        && comparison.gate == Gate::Regressions
    {
        return of_gate(report.exit, comparison);
    }
    if let Some(shard) = &report.shard {
        return of_shard(report, shard);
    }
    let (word, tone, text) = match report.exit {
        ExitCode::Conforms if is_waived(report) => {
            ("WAIVED", Tone::Warn, "every violation is waived")
        }
        ExitCode::Conforms => {
            if let Some(why) = without_must(report) {
                return ("CONFORMS", Tone::Warn, recommended(why, report));
            }
            return ("CONFORMS", Tone::Good, conforms(report));
        }
        exit => of_exit(exit),
    };
    (word, tone, text.to_owned())
}

/// The words for an exit code where nothing more is to say.
fn of_exit(exit: ExitCode) -> (&'static str, Tone, &'static str) {
    match exit {
        ExitCode::Conforms => ("CONFORMS", Tone::Good, "nothing failed"),
        ExitCode::Violated => ("VIOLATED", Tone::Bad, "the target breaks the contract"),
        ExitCode::Invalid => ("INVALID", Tone::Bad, "an input file is invalid"),
        ExitCode::StaleWaiver => ("STALE WAIVER", Tone::Bad, "a waiver is stale or expired"),
        ExitCode::Incomplete => (
            "INCOMPLETE",
            Tone::Warn,
            "nothing failed, but not every MUST requirement was proven",
        ),
        ExitCode::Error => ("ERROR", Tone::Error, "the target could not be judged"),
        ExitCode::Interrupted => (
            "INTERRUPTED",
            Tone::Error,
            "the report covers only the cases that finished",
        ),
        ExitCode::Defect => ("DEFECT", Tone::Error, "Probity itself failed"),
    }
}

/// The same for one shard. It is no verdict on the target, unless the target violates its contract.
fn of_shard(report: &Report, shard: &ShardReport) -> (&'static str, Tone, String) {
    let shard = shard.shard;
    let (word, tone, text) = match report.exit {
        ExitCode::Conforms if report.cases.is_empty() => {
            ("SHARD DONE", Tone::Warn, "there is nothing to do")
        }
        ExitCode::Conforms if is_waived(report) => {
            ("SHARD DONE", Tone::Warn, "every violation is waived")
        }
        ExitCode::Conforms => ("SHARD DONE", Tone::Warn, "no case failed"),
        ExitCode::Incomplete => ("INCOMPLETE", Tone::Warn, "no case was selected"),
        exit => of_exit(exit),
    };
    let text = format!("{text} in shard {shard}; `probity merge` gives the verdict of the run");
    (word, tone, text)
}

/// The same for a gate that only rejects regressions.
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
            let verb = if failing == 1 { "fails" } else { "fail" };
            let failures = count(failing, "known failure");
            let text = format!("nothing got worse; {failures} still {verb}");
            return ("NO REGRESSION", Tone::Warn, text);
        }
        ExitCode::Conforms => ("NO REGRESSION", Tone::Good, "nothing got worse"),
        ExitCode::Violated => ("REGRESSED", Tone::Bad, "something got worse"),
        ExitCode::Incomplete => (
            "INCOMPLETE",
            Tone::Warn,
            "nothing got worse, but less was judged than before",
        ),
        exit => of_exit(exit),
    };
    (word, tone, text.to_owned())
}

/// Is any failure waived? Then the run passes although the target does not conform.
fn is_waived(report: &Report) -> bool {
    let mut waivers = report.waivers.iter();
    waivers.any(|waiver| waiver.standing == WaiverStanding::Applied)
}

/// Green, but of no MUST requirement.
fn recommended(why: &str, report: &Report) -> String {
    match violated_recommendations(report) {
        0 => format!("{why}; no SHOULD is violated"),
        1 => format!("{why} (1 SHOULD violated; --strict makes it count)"),
        more => format!("{why} ({more} SHOULD violated; --strict makes them count)"),
    }
}

/// Green, and for how much of the contract.
fn conforms(report: &Report) -> String {
    let not_selected = report
        .requirements
        .iter()
        .filter(|requirement| Standing::of(report, requirement) == Standing::NotSelected)
        .count();
    if report.selection.is_empty() {
        "every MUST requirement is upheld or declared not applicable".to_owned()
    } else if not_selected == 0 {
        "the selected cases uphold every MUST requirement that is not declared not applicable"
            .to_owned()
    } else {
        let must = match violated_recommendations(report) {
            0 => "",
            _ => "MUST ",
        };
        format!(
            "every selected {must}requirement is upheld; {} not selected",
            count(not_selected, "requirement")
        )
    }
}

/// A disposition as it is shown: a requirement that the selection left out is not a gap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Upheld,
    Violated,
    Unproven,
    NotSelected,
    NotApplicable,
}

impl Standing {
    pub(crate) const ALL: [Standing; 5] = [
        Standing::Upheld,
        Standing::Violated,
        Standing::Unproven,
        Standing::NotSelected,
        Standing::NotApplicable,
    ];

    pub(crate) fn of(report: &Report, requirement: &RequirementReport) -> Standing {
        let left_out =
            !requirement.required && !report.selection.is_empty() && requirement.cases.is_empty();
        match requirement.disposition {
            Disposition::Upheld => Standing::Upheld,
            Disposition::Violated => Standing::Violated,
            Disposition::NotApplicable => Standing::NotApplicable,
            Disposition::Unproven if left_out => Standing::NotSelected,
            Disposition::Unproven => Standing::Unproven,
        }
    }

    pub(crate) fn words(self) -> (&'static str, Tone) {
        match self {
            Standing::Upheld => ("upheld", Tone::Good),
            Standing::Violated => ("violated", Tone::Bad),
            Standing::Unproven => ("unproven", Tone::Warn),
            Standing::NotSelected => ("not selected", Tone::Dim),
            Standing::NotApplicable => ("not applicable", Tone::Dim),
        }
    }
}
