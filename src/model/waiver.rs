//! A waiver: permission to fail in one way, for a reason, until a day. It changes no verdict and no
//! requirement; it only lets the gate pass.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::model::exit::{ExitCode, Reason};
use crate::model::finding::Finding;
use crate::model::source::Place;

/// The longest time that a waiver may last, in days.
pub const LONGEST: i32 = 180;

/// What a waiver waives.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverKind {
    /// A case that fails every time.
    #[default]
    Failure,
    /// A case that fails now and then, and was seen to pass when it was run again.
    Flaky,
}

impl WaiverKind {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            WaiverKind::Failure => "failure",
            WaiverKind::Flaky => "flaky",
        }
    }
}

/// One entry of a waiver file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The case.
    pub case: String,
    /// The requirement whose failures are waived; `None` is all of the case.
    pub requirement: Option<String>,
    /// What it waives.
    pub kind: WaiverKind,
    /// The name of the target it holds for.
    pub target: String,
    /// Why it may fail.
    pub reason: String,
    /// Where it is being dealt with.
    pub issue: Option<String>,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// The day it was written.
    pub created: Date,
    /// The last day on which it holds.
    pub expires: Date,
    /// How it fails: the lines of [`fingerprint`](crate::model::fingerprint()).
    pub fingerprint: BTreeSet<String>,
    /// Where it is written.
    pub place: Place,
}

impl Waiver {
    /// Is the finding of its case one that it is about?
    pub fn is_about<T>(&self, finding: &Finding<T>) -> bool {
        is_about(self.requirement.as_deref(), finding)
    }
}

fn is_about<T>(requirement: Option<&str>, finding: &Finding<T>) -> bool {
    requirement.is_none_or(|id| finding.requirement.as_deref() == Some(id))
}

/// What became of a waiver in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverStanding {
    /// The case failed as it says.
    Applied,
    /// The case failed in another way, which is not waived.
    Different,
    /// What it is about passes now.
    Stale,
    /// Its last day is over.
    Expired,
    /// No such case, or the case does not prove the requirement.
    Unmatched,
    /// The case was not run, or gave no evidence.
    Unseen,
    /// It is about a flaky case, which passed this time. That says nothing about the next.
    Dormant,
    /// It holds for another target.
    OtherTarget,
}

/// A waiver as a run saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WaiverReport {
    /// The case.
    pub case: String,
    /// The requirement whose failures are waived; `None` is all of the case.
    pub requirement: Option<String>,
    /// What it waives.
    #[serde(default)]
    pub kind: WaiverKind,
    /// Why it may fail.
    pub reason: String,
    /// Where it is being dealt with.
    pub issue: Option<String>,
    /// Who is responsible for it.
    pub owner: Option<String>,
    /// The last day on which it holds: `2026-01-31`.
    pub expires: String,
    /// How many days are left after today; negative when it is over.
    pub days_left: i32,
    /// What became of it.
    pub standing: WaiverStanding,
    /// What to do about it; empty when it was applied.
    pub advice: String,
    /// Where it is written.
    pub place: Place,
}

impl WaiverReport {
    /// Does it waive this finding of that case?
    pub fn waives(&self, case: &str, finding: &Finding) -> bool {
        self.standing == WaiverStanding::Applied
            && self.case == case
            && is_about(self.requirement.as_deref(), finding)
    }

    /// The reason that it gives for the exit code, if any: 3 for one that must be changed, 1 for another failure.
    pub fn complaint(&self) -> Option<Reason> {
        let (code, word) = match self.standing {
            WaiverStanding::Different => (ExitCode::Violated, "no longer fits"),
            WaiverStanding::Stale => (ExitCode::StaleWaiver, "is stale"),
            WaiverStanding::Expired => (ExitCode::StaleWaiver, "is expired"),
            WaiverStanding::Unmatched => (ExitCode::StaleWaiver, "matches nothing"),
            WaiverStanding::Applied
            | WaiverStanding::Dormant
            | WaiverStanding::Unseen
            | WaiverStanding::OtherTarget => return None,
        };
        let (file, line) = (&self.place.file, self.place.line);
        let (case, advice) = (&self.case, &self.advice);
        let reason = format!("the waiver at {file}:{line} for {case} {word}: {advice}");
        Some(Reason::new(code, reason))
    }
}
