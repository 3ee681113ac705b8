//! A baseline: what an accepted run showed, one entry for each case, requirement, body and operation.
//!
//! It permits no failure: that is what waivers are for. Each entry is a line of the file that `probity accept`
//! writes, so that a diff of two files shows what was decided.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::json::digest::Digest;
use crate::model::contract::Level;
use crate::model::disposition::Disposition;
use crate::model::verdict::Verdict;

/// The value of [`Heading::baseline`]: name and version of the file.
pub const BASELINE_FORMAT: &str = "probity-baseline/1";

/// What a run showed, in the form in which two runs are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Baseline {
    /// The run.
    pub heading: Heading,
    /// By name.
    pub contracts: BTreeMap<String, ContractEntry>,
    /// By id.
    pub requirements: BTreeMap<String, RequirementEntry>,
    /// By id.
    pub cases: BTreeMap<String, CaseEntry>,
    /// The judged bodies, by case and by step, counted from 1.
    pub bodies: BTreeMap<(String, usize), BodyEntry>,
    /// By contract and operation.
    pub latency: BTreeMap<String, LatencyEntry>,
}

/// The first line: which run, of which suite, against which target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// Always `probity-baseline/1`.
    pub baseline: String,
    /// The target.
    pub target: String,
    /// The suite: `embedded`, or its directory.
    pub suite: String,
    /// SHA-256 of the content of the suite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite_digest: Option<String>,
    /// When the run started: RFC 3339, UTC.
    pub run: String,
    /// Version of Probity that ran.
    pub probity: String,
    /// How many lines there are for cases: a file that lost some is rejected.
    pub cases: usize,
    /// How many lines there are for requirements.
    pub requirements: usize,
    /// What was selected; always empty in an accepted run.
    #[serde(skip)]
    pub selection: Vec<String>,
    /// Was it interrupted? Never in an accepted run.
    #[serde(skip)]
    pub interrupted: bool,
}

/// One contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractEntry {
    /// The name.
    pub contract: String,
    /// Digest of its requirements.
    pub digest: Option<Digest>,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequirementEntry {
    /// The id.
    pub requirement: String,
    /// What the run said about it.
    pub disposition: Disposition,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// The contract.
    pub contract: String,
    /// The sentence.
    pub sentence: String,
    /// Did no selected case prove it although others might have?
    #[serde(skip)]
    pub left_out: bool,
    /// Is it violated, or unproven, only because of cases that are waived?
    #[serde(skip)]
    pub waived: bool,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEntry {
    /// The id.
    pub case: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Digest of the content of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// How it fails: the lines of [`fingerprint`](crate::model::fingerprint()), sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fails: Vec<String>,
    /// Why it was skipped, or gave no evidence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Why it was accepted although it is worse than before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lowered: String,
    /// Is all that failed in it waived?
    #[serde(skip)]
    pub waived: bool,
}

/// The body of one step that was judged as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyEntry {
    /// The case.
    pub body: String,
    /// The step, counted from 1.
    pub step: usize,
    /// Contract, method and path.
    pub operation: String,
    /// The status it came with.
    pub status: u16,
    /// Members and types: the text of an [`Outline`](crate::json::Outline).
    pub outline: String,
}

/// How long the answers of one operation took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatencyEntry {
    /// Contract, method and path.
    pub latency: String,
    /// How many answers there were.
    pub answers: usize,
    /// Half of them took at most so many milliseconds.
    pub median_ms: f64,
    /// Nineteen of twenty took at most so many milliseconds.
    pub p95_ms: f64,
}
