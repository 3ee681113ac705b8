//! The disposition of a requirement: what a run says about it.

use serde::{Deserialize, Serialize};

/// The result of a requirement in a run.
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
pub enum Disposition {
    /// Every selected case that proves it gave evidence, and none against it.
    Upheld,
    /// At least one case violated it.
    Violated,
    /// No case gave evidence, or one that should have could not.
    Unproven,
    /// The target declares that it does not apply, or a black-box test cannot observe it.
    NotApplicable,
}

impl Disposition {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Disposition::Upheld => "upheld",
            Disposition::Violated => "violated",
            Disposition::Unproven => "unproven",
            Disposition::NotApplicable => "not-applicable",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            Disposition::NotApplicable => "not applicable",
            other => other.name(),
        }
    }
}

/// How many requirements have which disposition.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[non_exhaustive]
pub struct Dispositions {
    /// Upheld.
    pub upheld: usize,
    /// Violated.
    pub violated: usize,
    /// Unproven.
    pub unproven: usize,
    /// Not applicable.
    pub not_applicable: usize,
}

impl Dispositions {
    /// Counts one more requirement of this disposition.
    pub fn count(&mut self, disposition: Disposition) {
        *match disposition {
            Disposition::Upheld => &mut self.upheld,
            Disposition::Violated => &mut self.violated,
            Disposition::Unproven => &mut self.unproven,
            Disposition::NotApplicable => &mut self.not_applicable,
        } += 1;
    }
}
