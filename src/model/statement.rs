//! A conformance statement: what a run showed, in a file that a vendor can publish and anyone can verify from the report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::json::digest::Digest;
use crate::model::conformance::Conformance;
use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::report::Summary;
use crate::model::waiver::{WaiverKind, WaiverStanding};

/// The value of [`Statement::format`]: name and version of the statement.
pub const STATEMENT_FORMAT: &str = "probity-statement/1";

/// What a run showed about its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Statement {
    /// Always `probity-statement/1`; the number changes when a reader would break.
    pub format: String,
    /// What the run says about the target as a whole.
    pub conformance: Conformance,
    /// Why it says no more than that; empty when the target conforms.
    pub reasons: Vec<String>,
    /// The target.
    pub target: StatedTarget,
    /// When the run started: RFC 3339, UTC.
    pub date: String,
    /// Version of Probity.
    pub probity: String,
    /// The suite.
    pub suite: StatedSuite,
    /// The selection of cases (`--only`), empty when everything was selected.
    pub selection: Vec<String>,
    /// The recording that was judged; left out when requests were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<StatedRecording>,
    /// How many cases had which verdict.
    pub cases: Summary,
    /// How many requirements of each level have which disposition: MUST, SHOULD, MAY.
    pub levels: Vec<StatedLevel>,
    /// Every requirement of the suite, in the order of the contracts.
    pub requirements: Vec<StatedRequirement>,
    /// Every waiver of the run, in the order of its file.
    pub waivers: Vec<StatedWaiver>,
    /// The report from which all of this can be computed again.
    pub report: StatedReport,
}

/// The target of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedTarget {
    /// Its name.
    pub name: String,
    /// The origin of each service: scheme, host and port; empty if the statement leaves addresses out.
    pub services: BTreeMap<String, String>,
    /// Was certificate verification disabled (`--insecure`)? Then anyone may have answered.
    pub insecure: bool,
}

/// The suite of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedSuite {
    /// `embedded`, or the name of its directory.
    pub name: String,
    /// SHA-256 of its content, as hexadecimal digits.
    pub digest: Option<String>,
    /// Its contracts, by name.
    pub contracts: Vec<StatedContract>,
}

/// A contract of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedContract {
    /// The name.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Digest of its requirements: their ids, levels and sentences.
    pub digest: Option<Digest>,
}

/// The recording that was judged instead of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedRecording {
    /// Name and version of the tool that made it.
    pub creator: String,
    /// When the recorded run started; `null` when another tool made the file.
    pub recorded: Option<String>,
}

/// The sums of one level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedLevel {
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// Upheld.
    pub upheld: usize,
    /// Violated.
    pub violated: usize,
    /// Unproven.
    pub unproven: usize,
    /// Declared not applicable, or not observable.
    pub not_applicable: usize,
    /// How many of those that are violated or unproven are so only by what is waived.
    pub waived: usize,
}

/// A requirement of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedRequirement {
    /// For example `PRESENCE-29`.
    pub id: String,
    /// The contract.
    pub contract: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// The result.
    pub disposition: Disposition,
    /// Is it violated or unproven only by what is waived?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waived: bool,
    /// Why it is unproven or not applicable; left out otherwise.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A waiver of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedWaiver {
    /// The case.
    pub case: String,
    /// The requirement; `null` is all of the case.
    pub requirement: Option<String>,
    /// What it waives.
    pub kind: WaiverKind,
    /// Why the case may fail.
    pub reason: String,
    /// Where it is being dealt with.
    pub issue: Option<String>,
    /// The last day on which it holds: `2026-01-31`.
    pub expires: String,
    /// What became of it in the run.
    pub standing: WaiverStanding,
}

/// The report of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatedReport {
    /// SHA-256 of the bytes of the JSON report, as hexadecimal digits.
    pub sha256: String,
}
