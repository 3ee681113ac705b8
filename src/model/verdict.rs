//! The verdict of a case.

use serde::{Deserialize, Serialize};

/// Verdict of a case.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// Every check of every level above MAY passed.
    Pass,
    /// Only SHOULD checks failed.
    Warn,
    /// A MUST check failed: the target broke the contract.
    Fail,
    /// A MUST check failed, and all of them passed when the case was run again: the target breaks the
    /// contract only sometimes.
    Flaky,
    /// There is no evidence: no answer, or an arranging step failed.
    Error,
    /// Not run; the reason says why.
    Skip,
}

impl Verdict {
    /// Of two attempts of a case, does this one count? A violation weighs more than missing evidence, and that
    /// more than anything that passed.
    pub fn outweighs(self, other: Verdict) -> bool {
        let weight = |verdict| match verdict {
            Verdict::Skip => 0,
            Verdict::Pass => 1,
            Verdict::Warn => 2,
            Verdict::Error => 3,
            Verdict::Flaky => 4,
            Verdict::Fail => 5,
        };
        weight(self) > weight(other)
    }

    /// How bad it is, where it is evidence.
    pub(crate) fn severity(self) -> Option<u8> {
        match self {
            Verdict::Pass => Some(0),
            Verdict::Warn => Some(1),
            Verdict::Flaky => Some(2),
            Verdict::Fail => Some(3),
            Verdict::Error | Verdict::Skip => None,
        }
    }

    /// Does it make a run red? Only in a strict run does `warn`.
    pub fn is_red(self, strict: bool) -> bool {
        match self {
            Verdict::Fail | Verdict::Flaky | Verdict::Error => true,
            Verdict::Warn => strict,
            Verdict::Pass | Verdict::Skip => false,
        }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
            Verdict::Flaky => "flaky",
            Verdict::Error => "error",
            Verdict::Skip => "skip",
        }
    }
}
