//! What a run says about a requirement, in words.

use crate::model::{Disposition, Report, RequirementReport};
use crate::report::page::Tone;

/// A disposition as it is shown: what a selection left out is not held against the run.
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
