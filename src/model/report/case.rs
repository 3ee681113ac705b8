//! A case in the report: its verdict, its findings, and its steps without their exchanges.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::json::digest::Digest;
use crate::model::contract::Level;
use crate::model::exchange::NoAnswerKind;
use crate::model::finding::Finding;
use crate::model::report::exchange::ExchangeReport;
use crate::model::report::is_zero;
use crate::model::source::Place;
use crate::model::waiver::WaiverReport;

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

/// One case of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
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
#[non_exhaustive]
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
