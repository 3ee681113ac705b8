//! The report: everything about a finished run. Formats are renderings of it, and decide nothing.
//!
//! This is also the JSON report: its fields are the JSON members, in this order. A report holds
//! no secret: `engine` redacts while it builds one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::comparison::Comparison;
use super::contract::Level;
use super::digest::Digest;
use super::exchange::NoAnswerKind;
use super::finding::Finding;
use super::recording::Unmatched;
use super::source::Place;
use super::waiver::WaiverReport;

/// The value of [`Report::format`]: name and version of the JSON report.
pub const FORMAT: &str = "probity-report/1";

/// How a reason begins that says that a selection matched nothing.
pub const NOTHING_SELECTED: &str = "nothing was selected";

/// A finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
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
    pub const INSECURE: &str =
        "no certificate was verified (--insecure): whoever answered was believed";
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
pub enum Verdict {
    /// Every check of every level above MAY held.
    Pass,
    /// Only SHOULD checks failed.
    Warn,
    /// A MUST check failed: the target broke the contract.
    Fail,
    /// A MUST check failed, and all of them held when the case was run again: the target breaks the
    /// contract now and then.
    Flaky,
    /// We could not tell: no answer, or an arranging step failed.
    Error,
    /// Not run; the reason says why.
    Skip,
}

impl Verdict {
    /// Of two times that a case was run, does this one count? A violation weighs more than missing
    /// evidence, and that more than anything that held.
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

/// One case of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseReport {
    /// `contract/file/case[row]`.
    pub id: String,
    /// Digest of what the case says: two runs with equal digests did the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// One line for people.
    pub title: String,
    /// The contract.
    pub contract: Arc<str>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was skipped, why there is no evidence, or what running it again showed; empty otherwise.
    pub reason: String,
    /// The requirements it proves.
    pub proves: Arc<[String]>,
    /// Where the case is written.
    pub place: Place,
    /// When it started, in milliseconds after the start of the run.
    pub started_ms: f64,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// How many checks held.
    pub checks_passed: usize,
    /// How many checks failed.
    pub checks_failed: usize,
    /// How many checks were not made, because the answer was not the one they describe.
    pub checks_unjudged: usize,
    /// Everything that was not met.
    pub findings: Vec<Finding>,
    /// The steps that were run, `finally` included.
    pub steps: Vec<StepReport>,
    /// What the `finally` steps could not undo; empty when nothing was left behind.
    pub left_behind: Vec<String>,
    /// The requirements that it saw broken. One that the contract names for throttling may stand here
    /// though the case does not prove it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violated: Vec<String>,
    /// The requirements of `proves` about which it gave no evidence. A case that was skipped gave none
    /// about any, and lists none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unproven: Vec<String>,
    /// Each time it was run again because it had failed, in order (`--retries`). All the other members
    /// tell of the first time, and the verdict of all of them. Left out when it was run once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reruns: Vec<RerunReport>,
}

impl CaseReport {
    /// A case that was not run, and why.
    pub fn skipped(
        id: String,
        title: String,
        contract: Arc<str>,
        proves: Arc<[String]>,
        place: Place,
        reason: String,
    ) -> CaseReport {
        CaseReport {
            id,
            digest: None,
            title,
            contract,
            verdict: Verdict::Skip,
            reason,
            proves,
            place,
            started_ms: 0.0,
            duration_ms: 0.0,
            checks_passed: 0,
            checks_failed: 0,
            checks_unjudged: 0,
            findings: Vec::new(),
            steps: Vec::new(),
            left_behind: Vec::new(),
            violated: Vec::new(),
            unproven: Vec::new(),
            reruns: Vec::new(),
        }
    }

    /// The waiver by which all that failed in it is forgiven: each finding that matters by one of these, and at
    /// least one finding.
    pub fn waiver_of<'w>(&self, waivers: &'w [WaiverReport]) -> Option<&'w WaiverReport> {
        let is_failure = matches!(self.verdict, Verdict::Fail | Verdict::Flaky | Verdict::Warn);
        if !is_failure || waivers.is_empty() {
            return None;
        }
        let mut first = None;
        for finding in self.all_findings() {
            if finding.level != Some(Level::May) {
                let mut all = waivers.iter();
                let forgiving = all.find(|waiver| waiver.forgives(&self.id, finding))?;
                first = first.or(Some(forgiving));
            }
        }
        first
    }

    /// How many requests were sent, in every attempt.
    pub fn requests(&self) -> usize {
        self.all_steps().map(StepReport::sent).sum()
    }

    /// The steps of every attempt.
    pub fn all_steps(&self) -> impl Iterator<Item = &StepReport> {
        let reruns = self.reruns.iter().flat_map(|rerun| &rerun.steps);
        self.steps.iter().chain(reruns)
    }

    /// Everything that was not met, in every attempt.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let reruns = self.reruns.iter().flat_map(|rerun| &rerun.findings);
        self.findings.iter().chain(reruns)
    }
}

/// A case that failed, run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RerunReport {
    /// What this attempt alone says: `pass`, `warn`, `fail` or `error`.
    pub verdict: Verdict,
    /// Why there is no evidence; empty otherwise.
    pub reason: String,
    /// When it started, in milliseconds after the start of the run.
    pub started_ms: f64,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Everything that was not met.
    pub findings: Vec<Finding>,
    /// The steps that were run, `finally` included.
    pub steps: Vec<StepReport>,
}

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StepReport {
    /// Its title, or its request line.
    pub title: String,
    /// Its method and path, with `{}` where the case fills in a value: `POST /users/{}/seats`.
    #[serde(default)]
    pub operation: Arc<str>,
    /// Is it one of the `finally` steps?
    pub finally: bool,
    /// How often it was sent (`eventually` and throttling repeat).
    pub attempts: usize,
    /// How often the answer was 429 or 503 with a `Retry-After`, which was waited for.
    #[serde(default)]
    pub throttled: usize,
    /// How often it was sent again because the connection was cut before any octet of an answer (`--retries`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resent: usize,
    /// The status that came back, if any.
    pub status: Option<u16>,
    /// The version of HTTP that came back, if any: `HTTP/1.1`, `HTTP/2` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Arc<str>>,
    /// What opening the connection took; left out when an open one was used again.
    #[serde(default, skip_serializing_if = "OpeningReport::is_none")]
    pub opening: OpeningReport,
    /// The outline of the body that was judged as JSON: members and types, no values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Arc<str>>,
    /// To the head of the answer, in milliseconds.
    pub first_byte_ms: f64,
    /// To the end of the answer, in milliseconds.
    pub duration_ms: f64,
    /// The exchange as it was, redacted. Left out where everything passed.
    pub exchange: Option<Box<ExchangeReport>>,
}

impl StepReport {
    /// How many requests were sent: without a token none is.
    pub fn sent(&self) -> usize {
        let exchange = self.exchange.as_ref();
        let no_answer = exchange.and_then(|exchange| exchange.no_answer.as_ref());
        let is_unsent = no_answer.is_some_and(|none| none.kind == NoAnswerKind::NoToken.name());
        self.attempts.saturating_sub(usize::from(is_unsent))
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What opening a connection took, one part after the other, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OpeningReport {
    /// Asking for the addresses of the host, or of the proxy; left out when the URL has an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_ms: Option<f64>,
    /// Connecting, with the asking of a proxy for a tunnel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<f64>,
    /// Agreeing on TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_ms: Option<f64>,
}

impl OpeningReport {
    /// Was an open connection used again?
    pub fn is_none(&self) -> bool {
        *self == OpeningReport::default()
    }

    /// Each part that took place, with its name.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let parts = [
            ("DNS", self.dns_ms),
            ("connect", self.connect_ms),
            ("TLS", self.tls_ms),
        ];
        parts
            .into_iter()
            .filter_map(|(name, took)| Some((name, took?)))
    }
}

/// An exchange, redacted, for people and for judging again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExchangeReport {
    /// The transport: `normal`, `exact` or `raw`.
    pub transport: String,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Header fields as sent; credentials are placeholders.
    pub request_headers: Vec<(String, String)>,
    /// The body as sent.
    pub request_body: Option<BodyReport>,
    /// A command that sends the same request; credentials are shell variables.
    pub curl: String,
    /// The answer, if there was one.
    pub response: Option<ResponseReport>,
    /// Why there was none.
    pub no_answer: Option<NoAnswerReport>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ResponseReport {
    /// `HTTP/1.1` and the like.
    pub version: String,
    /// The status.
    pub status: u16,
    /// The reason phrase, or the registered one.
    pub reason: String,
    /// Header fields as received.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when it is empty.
    pub body: Option<BodyReport>,
    /// Octets after the end of the framed answer, as text; empty when none were seen.
    pub trailing: String,
}

/// A body, perhaps cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BodyReport {
    /// The text; octets that are not UTF-8 stand as U+FFFD.
    pub text: String,
    /// How many octets the body has.
    pub octets: usize,
    /// Was the text cut?
    pub truncated: bool,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoAnswerReport {
    /// The kind: `refused`, `timed-out` ...
    pub kind: String,
    /// The fact in one line.
    pub detail: String,
}
