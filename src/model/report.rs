//! The report: everything about a finished run. Formats are renderings of it, and decide nothing.
//!
//! This is also the JSON report: its fields are the JSON members, in this order. A report holds
//! no secret: `engine` redacts while it builds one.

mod case;
mod exchange;

use serde::{Deserialize, Serialize};

use crate::json::digest::Digest;
use crate::model::comparison::Comparison;
use crate::model::contract::Level;
use crate::model::recording::Unmatched;
use crate::model::waiver::WaiverReport;

pub use case::{CaseReport, OpeningReport, RerunReport, StepReport, Verdict};
pub use exchange::{BodyReport, ExchangeReport, NoAnswerReport, ResponseReport};

/// The value of [`Report::format`]: name and version of the JSON report.
pub const FORMAT: &str = "probity-report/1";

/// How a reason begins that says that a selection matched nothing.
pub const NOTHING_SELECTED: &str = "nothing was selected";

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Report {
    /// Always `probity-report/1`; the number changes when a reader would break.
    pub format: String,
    /// The exit code; 0 says that the target conforms, or, where [`Comparison::gate`] asks for regressions,
    /// that nothing got worse.
    pub exit: u8,
    /// Every reason for the exit code, strongest first; empty when it is 0.
    pub reasons: Vec<String>,
    /// Version of Probity.
    pub probity: String,
    /// The suite: `embedded`, or its directory.
    pub suite: String,
    /// SHA-256 of all that the suite says (requirements, cases, schemas), as hexadecimal digits; equal
    /// for two suites that say the same in another order or with other comments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite_digest: Option<String>,
    /// The target.
    pub target: TargetReport,
    /// When the run started: RFC 3339, UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Was the run interrupted before all cases were done?
    pub interrupted: bool,
    /// The selection (`--only`), empty when everything was selected.
    pub selection: Vec<String>,
    /// The name of the run in its requests, if the target wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunIdReport>,
    /// How many cases had which verdict.
    pub summary: Summary,
    /// One entry for each contract of the suite, by name.
    pub contracts: Vec<ContractReport>,
    /// Every requirement of the suite, in the order of the contracts.
    pub requirements: Vec<RequirementReport>,
    /// Every selected case, in plan order.
    pub cases: Vec<CaseReport>,
    /// Every waiver of the run, in the order of its file; left out when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverReport>,
    /// What changed since an earlier run; left out when the run was compared with nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Box<Comparison>>,
    /// The recording that was judged; left out when requests were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<RecordingReport>,
}

/// A recording that was judged instead of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordingReport {
    /// The file.
    pub file: String,
    /// Name and version of the tool that made it.
    pub creator: String,
    /// When the recorded run started: RFC 3339, UTC. `None` when another tool made the file.
    pub recorded: Option<String>,
    /// Has the suite changed since?
    pub is_other_suite: bool,
    /// How many exchanges the file holds.
    pub exchanges: usize,
    /// Those that are evidence for no case, in the order of the file.
    pub unmatched: Vec<Unmatched>,
}

impl Report {
    /// All of it but the cases.
    #[must_use]
    pub fn without_cases(&self) -> Report {
        Report {
            cases: Vec::new(),
            format: self.format.clone(),
            exit: self.exit,
            reasons: self.reasons.clone(),
            probity: self.probity.clone(),
            suite: self.suite.clone(),
            suite_digest: self.suite_digest.clone(),
            target: self.target.clone(),
            started: self.started.clone(),
            duration_ms: self.duration_ms,
            interrupted: self.interrupted,
            selection: self.selection.clone(),
            run_id: self.run_id.clone(),
            summary: self.summary,
            contracts: self.contracts.clone(),
            requirements: self.requirements.clone(),
            waivers: self.waivers.clone(),
            comparison: self.comparison.clone(),
            recording: self.recording.clone(),
        }
    }

    /// The waiver by which all that failed in a case is forgiven.
    pub fn waiver_of(&self, case: &CaseReport) -> Option<&WaiverReport> {
        case.waiver_of(&self.waivers)
    }
}

/// The target of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TargetReport {
    /// Its name.
    pub name: String,
    /// What was typed after `--target`; `None` when the run started its target itself.
    pub given: Option<String>,
    /// Base URLs by service.
    pub services: std::collections::BTreeMap<String, String>,
    /// Was no certificate verified (`--insecure`)? Left out when they were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
}

impl TargetReport {
    /// What stands in every report of a run that verified no certificate.
    pub const INSECURE: &str = "certificate verification was disabled (--insecure)";
}

/// The name of a run, by which the target's logs can be searched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunIdReport {
    /// The header that carried it.
    pub header: String,
    /// 32 hexadecimal digits. In `traceparent` they are the trace id.
    pub id: String,
}

/// How many cases had which verdict.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[non_exhaustive]
pub struct Summary {
    /// Everything held.
    pub pass: usize,
    /// Only recommendations failed.
    pub warn: usize,
    /// A required check failed.
    pub fail: usize,
    /// A required check failed, and held when the case was run again.
    #[serde(default)]
    pub flaky: usize,
    /// No evidence.
    pub error: usize,
    /// Not run.
    pub skip: usize,
    /// Requests that were sent.
    pub requests: usize,
    /// Answers that asked to wait (429, 503 with Retry-After) and were waited for; left out when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub throttled: usize,
    /// How long the run stood still for them, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub throttled_ms: usize,
    /// Requests to token endpoints, which are not among the others; left out when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub token_requests: usize,
    /// Requests that only asked whether a service is still there, which are not among the others either;
    /// left out when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub liveness_requests: usize,
    /// Checks that were made.
    pub checks: usize,
}

/// What a run says about a requirement.
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
    /// At least one case saw it broken.
    Violated,
    /// No case gave evidence, or one that should have could not.
    Unproven,
    /// The target declares that it does not apply, or no black-box test can see it.
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

/// What a run says about one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ContractReport {
    /// The name.
    pub name: String,
    /// Digest of its requirements: their ids, levels and sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// One line for people.
    pub title: String,
    /// Verdicts of its selected cases.
    pub cases: Summary,
    /// Its requirements by disposition.
    pub requirements: Dispositions,
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
    /// One requirement more of this disposition.
    pub fn count(&mut self, disposition: Disposition) {
        *match disposition {
            Disposition::Upheld => &mut self.upheld,
            Disposition::Violated => &mut self.violated,
            Disposition::Unproven => &mut self.unproven,
            Disposition::NotApplicable => &mut self.not_applicable,
        } += 1;
    }
}

/// What a run says about one requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct RequirementReport {
    /// For example `PRESENCE-29`.
    pub id: String,
    /// The contract it belongs to.
    pub contract: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// The sentence.
    pub sentence: String,
    /// Where the sentence comes from.
    pub source: String,
    /// What the run says about it.
    pub disposition: Disposition,
    /// Why it is unproven or not applicable, or that it is violated only now and then; empty otherwise.
    pub reason: String,
    /// Did this run have to prove it? False when a selection left out all its cases.
    pub required: bool,
    /// Ids of the selected cases that prove it, in plan order.
    pub cases: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
