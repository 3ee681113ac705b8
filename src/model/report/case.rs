//! A case in the report: its verdict, its findings, and its steps without their exchanges.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::json::digest::Digest;
use crate::model::contract::Level;
use crate::model::exchange::NoAnswerKind;
use crate::model::finding::Finding;
use crate::model::report::exchange::ExchangeReport;
use crate::model::report::is_zero;
use crate::model::source::Place;
use crate::model::verdict::Verdict;
use crate::model::waiver::WaiverReport;
use crate::redact::Redacted;

/// What may have been left behind begins with this: no request that may change something had a success.
pub const MAY_EXIST: &str = "may exist: ";

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
    pub title: Redacted,
    /// The contract.
    pub contract: Arc<str>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was skipped, why there is no evidence, or the result of retries; empty otherwise.
    pub reason: Redacted,
    /// The requirements it proves.
    pub proves: Arc<[String]>,
    /// The other requirements that rules of the contract prove on its answers.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub by_rules: Arc<[String]>,
    /// Where the case is written.
    pub place: Place,
    /// When it started, in milliseconds after the start of the run.
    pub started_ms: f64,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// How many checks passed.
    pub checks_passed: usize,
    /// How many checks failed.
    pub checks_failed: usize,
    /// How many checks were skipped, because the answer was not the one they describe.
    pub checks_unjudged: usize,
    /// Every expectation that was not met.
    pub findings: Vec<Finding>,
    /// The steps that were run, `finally` included.
    pub steps: Vec<StepReport>,
    /// What the `finally` steps could not undo; empty when nothing was left behind. What may not exist begins with
    /// `may exist: `.
    pub left_behind: Vec<Redacted>,
    /// The requirements that it violated. They can include the one that the contract names for throttling, and those of
    /// rules, which the case does not prove.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violated: Vec<String>,
    /// The requirements of `proves` and `by_rules` about which it gave no evidence. A case that was skipped gave none
    /// about any, and lists none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unproven: Vec<String>,
    /// Each retry after a failure, in order (`--retries`). All other members describe the first attempt, except
    /// the verdict, which is that of all attempts. Left out when it was run once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reruns: Vec<RerunReport>,
}

fn is_empty(ids: &Arc<[String]>) -> bool {
    ids.is_empty()
}

impl CaseReport {
    /// A case that was not run, and why.
    pub fn skipped(
        id: String,
        title: Redacted,
        contract: Arc<str>,
        proves: Arc<[String]>,
        place: Place,
        reason: Redacted,
    ) -> CaseReport {
        CaseReport {
            id,
            digest: None,
            title,
            contract,
            verdict: Verdict::Skip,
            reason,
            proves,
            by_rules: Arc::default(),
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

    /// The first waiver that applies, if these waive every finding that matters, and there is one.
    pub fn waiver_of<'w>(&self, waivers: &'w [WaiverReport]) -> Option<&'w WaiverReport> {
        let is_failure = matches!(self.verdict, Verdict::Fail | Verdict::Flaky | Verdict::Warn);
        if !is_failure || waivers.is_empty() {
            return None;
        }
        let mut first = None;
        for finding in self.all_findings() {
            if finding.level != Some(Level::May) {
                let mut all = waivers.iter();
                let waiving = all.find(|waiver| waiver.waives(&self.id, finding))?;
                first = first.or(Some(waiving));
            }
        }
        first
    }

    /// Does it give no evidence about a requirement that it should have proven?
    pub fn lacks_evidence(&self, requirement: &str) -> bool {
        lacks_evidence(self.verdict, &self.violated, &self.unproven, requirement)
    }

    /// Why it gives no evidence.
    pub fn why_no_evidence(&self) -> Cow<'_, str> {
        match self.reason.as_str() {
            "" => {}
            reason => return reason.into(),
        }
        let mut branches = self.steps.iter().flat_map(|step| &step.branches);
        let not_taken = branches.find_map(|branch| branch.when.as_ref().filter(|_| !branch.taken));
        match not_taken {
            Some(when) if self.findings.is_empty() => {
                let when = when.as_str();
                format!("no answer was one that the check is about (`when` {when})").into()
            }
            _ if matches!(self.verdict, Verdict::Pass | Verdict::Warn) => {
                "no answer had the part that the check is about".into()
            }
            _ => "an earlier check failed".into(),
        }
    }

    /// How many requests were sent, in every attempt.
    pub fn requests(&self) -> usize {
        let sent = self.all_steps().map(StepReport::sent);
        // Numbers of a report that was read may be anything.
        sent.fold(0, usize::saturating_add)
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

/// A case that lacks evidence about some requirements, without its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// Its id.
    pub id: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why it gives no evidence.
    pub why: String,
    violated: Vec<String>,
    unproven: Vec<String>,
}

impl Lacking {
    /// What a case lacks; `None` if it gives evidence about everything.
    pub fn of(case: &CaseReport) -> Option<Lacking> {
        let lacks = case.verdict == Verdict::Skip || !case.unproven.is_empty();
        lacks.then(|| Lacking {
            id: case.id.clone(),
            verdict: case.verdict,
            why: case.why_no_evidence().into_owned(),
            violated: case.violated.clone(),
            unproven: case.unproven.clone(),
        })
    }

    /// Does it lack evidence about this requirement?
    pub fn lacks(&self, requirement: &str) -> bool {
        lacks_evidence(self.verdict, &self.violated, &self.unproven, requirement)
    }
}

fn lacks_evidence(
    verdict: Verdict,
    violated: &[String],
    unproven: &[String],
    requirement: &str,
) -> bool {
    let holds = |ids: &[String]| ids.iter().any(|id| id == requirement);
    !holds(violated) && (verdict == Verdict::Skip || holds(unproven))
}

/// A case that failed, run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RerunReport {
    /// What this attempt alone says: `pass`, `warn`, `fail` or `error`.
    pub verdict: Verdict,
    /// Why there is no evidence; empty otherwise.
    pub reason: Redacted,
    /// When it started, in milliseconds after the start of the run.
    pub started_ms: f64,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// Every expectation that was not met.
    pub findings: Vec<Finding>,
    /// The steps that were run, `finally` included.
    pub steps: Vec<StepReport>,
}

/// One step of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct StepReport {
    /// Its title, or its request line.
    pub title: Redacted,
    /// Its method and path, with `{}` where the case fills in a value: `POST /users/{}/seats`.
    #[serde(default)]
    pub operation: Redacted,
    /// Is it one of the `finally` steps?
    pub finally: bool,
    /// How often it was sent (`eventually` and throttling repeat).
    pub attempts: usize,
    /// How often the answer was 429 or 503 with a `Retry-After`, and the step was sent again later.
    #[serde(default)]
    pub throttled: usize,
    /// How often it was sent again because the connection was cut before any byte of an answer (`--retries`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resent: usize,
    /// The status that came back, if any.
    pub status: Option<u16>,
    /// The version of HTTP that came back, if any: `HTTP/1.1`, `HTTP/2` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Arc<str>>,
    /// How long opening the connection took; left out when an open one was reused.
    #[serde(default, skip_serializing_if = "OpeningReport::is_none")]
    pub opening: OpeningReport,
    /// The outline of the body that was judged as JSON: members and types, no values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<Redacted>,
    /// Which branches were taken: one entry for each block with `when` or `any-of`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<BranchReport>,
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
        let is_unsent = no_answer.is_some_and(|none| none.kind == NoAnswerKind::NoToken);
        self.attempts.saturating_sub(usize::from(is_unsent))
    }
}

/// A block with `when` or `any-of`, and which branch was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct BranchReport {
    /// Index of the block in its step, from 0. Those of rules follow those of the step.
    pub block: usize,
    /// The rule of the contract that has the block; left out of one of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The redirect that the rule was judged on, from 0; left out if it was the last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<usize>,
    /// The line of the block, in the file of the case or the contract.
    pub line: u32,
    /// The condition in words: `status 206 and header Content-Range`. Left out of a block that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Redacted>,
    /// Is the block about the answer? Then it was judged.
    pub taken: bool,
    /// How many alternatives it has; left out if none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub alternatives: usize,
    /// The first alternative that holds, from 0; left out if none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<usize>,
}

impl BranchReport {
    /// What was taken, in one line: `when status 206: taken; any-of: alternative 2 of 3 taken`.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(when) = &self.when {
            let taken = if self.taken { "taken" } else { "not taken" };
            parts.push(format!("when {}: {taken}", when.as_str()));
        }
        if self.alternatives > 0 && self.taken {
            let of = self.alternatives;
            parts.push(match self.alternative {
                Some(index) => format!("any-of: alternative {} of {of} taken", index + 1),
                None => format!("any-of: no alternative of {of} taken"),
            });
        }
        parts.join("; ")
    }
}

/// What opening a connection took. It is most often nothing, and takes no room then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpeningReport(Option<Box<OpeningParts>>);

impl schemars::JsonSchema for OpeningReport {
    fn schema_name() -> Cow<'static, str> {
        OpeningParts::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        OpeningParts::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        OpeningParts::json_schema(generator)
    }
}

/// What opening a connection took, one part after the other, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "OpeningReport")]
pub struct OpeningParts {
    /// DNS lookup of the host or the proxy; left out when the URL has an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dns_ms: Option<f64>,
    /// Connecting, including the tunnel through a proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_ms: Option<f64>,
    /// The TLS handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_ms: Option<f64>,
}

impl From<OpeningParts> for OpeningReport {
    fn from(parts: OpeningParts) -> OpeningReport {
        OpeningReport((parts != OpeningParts::default()).then(|| Box::new(parts)))
    }
}

impl OpeningReport {
    /// Was an open connection reused?
    pub fn is_none(&self) -> bool {
        self.parts().next().is_none()
    }

    /// Each part that took place, with its name.
    pub fn parts(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let of = self.0.as_deref().copied().unwrap_or_default();
        let parts = [
            ("DNS", of.dns_ms),
            ("connect", of.connect_ms),
            ("TLS", of.tls_ms),
        ];
        parts
            .into_iter()
            .filter_map(|(name, took)| Some((name, took?)))
    }
}
