//! The report: everything about a finished run. Formats are renderings of it, and decide nothing.
//!
//! This is also the JSON report: its fields are the JSON members, in this order. A report holds no secret: texts that
//! come from outside are [`Redacted`].

mod case;
mod cases;
mod exchange;
mod shard;
mod spill;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::json::digest::Digest;
use crate::model::cause::Cause;
use crate::model::comparison::Comparison;
use crate::model::contract::Level;
use crate::model::disposition::{Disposition, Dispositions};
use crate::model::exit::{ExitCode, Reason};
use crate::model::recording::Unmatched;
use crate::model::verdict::Verdict;
use crate::model::waiver::WaiverReport;
use crate::redact::{Redacted, Redactor};

pub use case::{
    BranchReport, CaseReport, Lacking, MAY_EXIST, OpeningParts, OpeningReport, RerunReport,
    StepReport,
};
pub use cases::{Cases, Shelf, Slip};
pub use exchange::{
    BodyReport, CodedReport, CurlInput, ExchangeReport, HopReport, NoAnswerReport, ResponseReport,
};
pub use shard::{IncompleteShard, ShardOptions, ShardReport};

/// The value of [`Report::format`]: name and version of the JSON report.
pub const FORMAT: &str = "probity-report/1";

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Report {
    /// Always `probity-report/1`; the number changes when a reader would break.
    pub format: String,
    /// The exit code; 0 says that the target conforms, or, where [`Comparison::gate`] asks for regressions,
    /// that nothing got worse.
    pub exit: ExitCode,
    /// Every reason for the exit code, strongest first; empty when it is 0.
    pub reasons: Vec<String>,
    /// Does a violated SHOULD give exit code 1 (`--strict`)?
    #[serde(default)]
    pub strict: bool,
    /// Version of Probity.
    pub probity: String,
    /// The suite: `embedded`, or its directory.
    pub suite: Redacted,
    /// What the suite is called, if that is not what `suite` says: `name` of its `probity.yaml`, or the name of its
    /// directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite_name: Option<Redacted>,
    /// SHA-256 of the content of the suite (requirements, cases, schemas), as hexadecimal digits; equal
    /// for two suites that differ only in order or comments.
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
    /// The patterns of the selection that match no case; left out when each matches one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selected_nothing: Vec<String>,
    /// The id of the run in its requests, if the target file asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunIdReport>,
    /// The seed of the random values that were made in the run; left out when there were none. `--seed` takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The run of which this is one shard; left out of the report of a whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Box<ShardReport>>,
    /// The shards without a complete report, if this was merged from shards; left out when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete_shards: Vec<IncompleteShard>,
    /// How many cases had which verdict.
    pub summary: Summary,
    /// One entry for each contract of the suite, by name.
    pub contracts: Vec<ContractReport>,
    /// Every requirement of the suite, in the order of the contracts.
    pub requirements: Vec<RequirementReport>,
    /// The causes of all that is red or a warning, the most binding first; left out when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// Every selected case, in plan order.
    #[schemars(with = "Vec<CaseReport>")]
    pub cases: Cases,
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
#[schemars(rename = "RecordingReport")]
pub struct RecordingReport<T = Redacted> {
    /// The file.
    pub file: T,
    /// Name and version of the tool that made it.
    pub creator: String,
    /// When the recorded run started: RFC 3339, UTC. `None` when another tool made the file.
    pub recorded: Option<String>,
    /// Has the suite changed since?
    pub is_other_suite: bool,
    /// Was it judged while it was made, by `probity record`?
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_live: bool,
    /// How many exchanges the file holds.
    pub exchanges: usize,
    /// Those that are evidence for no case, in the order of the file.
    pub unmatched: Vec<Unmatched<T>>,
}

impl RecordingReport<String> {
    /// The same without secrets.
    pub fn redacted(self, redactor: &Redactor) -> RecordingReport {
        let unmatched = self.unmatched.into_iter().map(|one| Unmatched {
            request: redactor.text(&one.request),
            reason: redactor.text(&one.reason),
            place: one.place,
        });
        RecordingReport {
            file: redactor.text(&self.file),
            unmatched: unmatched.collect(),
            creator: self.creator,
            recorded: self.recorded,
            is_other_suite: self.is_other_suite,
            is_live: self.is_live,
            exchanges: self.exchanges,
        }
    }
}

impl Report {
    /// Is it of the suites inside the binary?
    pub fn is_embedded(&self) -> bool {
        self.suite == "embedded" && self.suite_name.is_none()
    }

    /// What the suite is called. Reports of earlier versions have its directory only.
    pub fn name_of_suite(&self) -> &str {
        self.suite_name.as_ref().unwrap_or(&self.suite)
    }

    /// All of it but the cases, and the causes of what is wrong with them.
    #[must_use]
    pub fn without_cases(&self) -> Report {
        Report {
            cases: Cases::default(),
            causes: Vec::new(),
            format: self.format.clone(),
            exit: self.exit,
            reasons: self.reasons.clone(),
            strict: self.strict,
            probity: self.probity.clone(),
            suite: self.suite.clone(),
            suite_name: self.suite_name.clone(),
            suite_digest: self.suite_digest.clone(),
            target: self.target.clone(),
            started: self.started.clone(),
            duration_ms: self.duration_ms,
            interrupted: self.interrupted,
            selection: self.selection.clone(),
            selected_nothing: self.selected_nothing.clone(),
            run_id: self.run_id.clone(),
            seed: self.seed,
            shard: self.shard.clone(),
            incomplete_shards: self.incomplete_shards.clone(),
            summary: self.summary,
            contracts: self.contracts.clone(),
            requirements: self.requirements.clone(),
            waivers: self.waivers.clone(),
            comparison: self.comparison.clone(),
            recording: self.recording.clone(),
        }
    }

    /// Why the selection, or a part of it, matches no case.
    pub fn nothing_selected(&self) -> Vec<Reason> {
        nothing_selected(
            &self.selected_nothing,
            &self.selection,
            self.has_empty_plan(),
        )
    }

    /// Was no case selected? A shard without cases can be part of a run that has some.
    pub fn has_empty_plan(&self) -> bool {
        match &self.shard {
            Some(shard) => shard.planned == 0,
            None => self.cases.is_empty(),
        }
    }

    /// Is it of every case of its run? Not if it is one of several shards, or was merged without one.
    pub fn is_of_all_shards(&self) -> bool {
        self.shard.is_none() && self.incomplete_shards.is_empty()
    }

    /// That shards are missing, for the exit code.
    pub fn missing_shards(&self) -> impl Iterator<Item = Reason> {
        let shards = self.incomplete_shards.iter();
        shards.map(|shard| Reason::new(ExitCode::Incomplete, shard.in_words()))
    }

    /// The waiver of a case in which every failure is waived.
    pub fn waiver_of(&self, case: &CaseReport) -> Option<&WaiverReport> {
        case.waiver_of(&self.waivers)
    }
}

/// A reason for each pattern that selects nothing, or one for a suite without cases.
pub(crate) fn nothing_selected(
    unmatched: &[String],
    selection: &[String],
    has_no_cases: bool,
) -> Vec<Reason> {
    let kind = |pattern: &str| {
        let wanted = pattern.trim_start_matches('!');
        wanted.split_once(':').map(|(kind, _)| kind.to_owned())
    };
    let kinds: BTreeSet<Option<String>> = selection.iter().map(|one| kind(one)).collect();
    let why = if kinds.len() > 1 {
        "it matches no case that the rest of the selection leaves"
    } else {
        "it matches no case"
    };
    let text = |pattern: &String| format!("nothing was selected by `{pattern}`: {why}");
    let mut texts: Vec<String> = unmatched.iter().map(text).collect();
    if texts.is_empty() && has_no_cases {
        texts.push(if selection.is_empty() {
            "nothing was selected: the suite has no cases".to_owned()
        } else {
            "nothing was selected".to_owned()
        });
    }
    let reasons = texts.into_iter();
    reasons
        .map(|text| Reason::new(ExitCode::Incomplete, text))
        .collect()
}

/// The target of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TargetReport {
    /// Its name.
    pub name: Redacted,
    /// The value of `--target`; `None` when the run started its target itself.
    pub given: Option<Redacted>,
    /// Base URLs by service.
    pub services: std::collections::BTreeMap<String, Redacted>,
    /// Is certificate verification disabled (`--insecure`)? Left out when it is enabled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub insecure: bool,
}

impl TargetReport {
    /// What is in every report of a run that verified no certificate.
    pub const INSECURE: &str = "certificate verification was disabled (--insecure)";
}

/// The id of a run, to find its requests in the logs of the target.
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
    /// Every check passed.
    pub pass: usize,
    /// Only SHOULD requirements failed.
    pub warn: usize,
    /// A required check failed.
    pub fail: usize,
    /// A required check failed, and passed when the case was run again.
    #[serde(default)]
    pub flaky: usize,
    /// No evidence.
    pub error: usize,
    /// Not run.
    pub skip: usize,
    /// Requests that were sent.
    pub requests: usize,
    /// Throttled answers (429, 503 with Retry-After) that were retried; left out when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub throttled: usize,
    /// How long the run waited because of them, in milliseconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub throttled_ms: usize,
    /// Requests to token endpoints, which are not counted among the others; left out when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub token_requests: usize,
    /// Requests that only checked whether a service is alive, which are not among the others either;
    /// left out when there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub liveness_requests: usize,
    /// Checks that were evaluated.
    pub checks: usize,
}

impl Summary {
    /// Counts one more case.
    pub(crate) fn count(&mut self, case: &CaseReport) {
        let add = |sum: &mut usize, more: usize| *sum = sum.saturating_add(more);
        let of_verdict = match case.verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Warn => &mut self.warn,
            Verdict::Fail => &mut self.fail,
            Verdict::Flaky => &mut self.flaky,
            Verdict::Error => &mut self.error,
            Verdict::Skip => &mut self.skip,
        };
        add(of_verdict, 1);
        // Numbers of a report that was read may be anything.
        add(&mut self.checks, case.checks_passed);
        add(&mut self.checks, case.checks_failed);
        add(&mut self.requests, case.requests());
        let throttled = case.all_steps().map(|step| step.throttled);
        throttled.for_each(|more| add(&mut self.throttled, more));
    }
}

/// The result of one contract.
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

/// The result of one requirement.
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
    /// The result.
    pub disposition: Disposition,
    /// Why it is unproven or not applicable, or that it is violated only sometimes; empty otherwise.
    pub reason: Redacted,
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

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}
