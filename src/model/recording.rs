//! A recording: the exchanges of a run with everything needed to judge them again, and no secret.
//!
//! `engine` makes the exchanges, `recording` writes and reads them. Secrets are replaced before anything leaves the
//! engine: where possible by a placeholder of the same length and sorts of characters, so that equal texts stay equal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::exchange::{Exchange, Hop};
use crate::model::report::NoAnswerReport;
use crate::redact::Redacted;

/// The value of [`RunFacts::format`]: name and version of what a recording holds beside HAR 1.2.
pub const RECORDING_FORMAT: &str = "probity-recording/1";

/// The exchanges of a run, or a file of another tool.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The facts of the run; `None` when another tool made the file.
    pub facts: Option<RunFacts>,
    /// Name and version of the tool that made the file.
    pub creator: String,
    /// The exchanges in the order of the file.
    pub exchanges: Vec<RecordedExchange>,
    /// Entries that are not, or not completely, an exchange with a server.
    pub unmatched: Vec<Unmatched<String>>,
}

/// An entry of a recording that is evidence for no case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "Unmatched")]
pub struct Unmatched<T = Redacted> {
    /// Where in the file: `log.entries[3]`.
    pub place: String,
    /// `GET https://...`.
    pub request: T,
    /// Why it is none.
    pub reason: T,
}

/// The run that was recorded, as far as judging needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Always `probity-recording/1`.
    pub format: String,
    /// Version of Probity.
    pub probity: String,
    /// The suite: `embedded`, or its directory.
    pub suite: String,
    /// The digest of the suite.
    pub suite_digest: String,
    /// The selection (`--only`).
    pub selection: Vec<String>,
    /// How often a case might be run again that failed (`--retries`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: usize,
    /// When the run started: RFC 3339, UTC.
    pub started: String,
    /// The target, without its secrets.
    pub target: TargetFacts,
}

/// What judging needs of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TargetFacts {
    /// Its name.
    pub name: String,
    /// What was typed after `--target`.
    pub given: Option<String>,
    /// Base URLs by service.
    pub services: BTreeMap<String, String>,
    /// Names of the header fields of each identity, never their values.
    pub identities: BTreeMap<String, Vec<String>>,
    /// The identities that were left out because these environment variables were not set.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unset: BTreeMap<String, BTreeSet<String>>,
    /// The fixtures that some case of the suite needs.
    pub fixtures: BTreeMap<String, Value>,
    /// Capabilities by full name.
    pub capabilities: BTreeSet<String>,
    /// The services whose host was not the machine of the run.
    pub remote: BTreeSet<String>,
    /// Might cases change it?
    pub permits_write: bool,
    /// Fixtures that cases might change.
    pub disposable: BTreeSet<String>,
    /// Requirements that do not apply to it, with the reason.
    pub not_applicable: BTreeMap<String, String>,
    /// Capabilities that it cannot have, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cannot: BTreeMap<String, String>,
    /// How long one step might wait for a target that throttles, in milliseconds.
    pub throttle_wait_ms: u64,
    /// How long the run might wait for it in all, in milliseconds.
    pub throttle_total_ms: u64,
    /// The header that named the run in every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id_header: Option<String>,
    /// Placeholders for secrets. Reports hide them as they hide secrets.
    pub stand_ins: Vec<String>,
}

/// One attempt of one step, or one entry of a file that another tool made.
#[derive(Clone, Debug)]
pub struct RecordedExchange {
    /// Where in the run; `None` when the file does not say.
    pub origin: Option<Origin>,
    /// The identity of the request, by full name.
    pub identity: Option<String>,
    /// When it started: RFC 3339, UTC.
    pub started: String,
    /// The exchange without its bodies, which are kept beside it because many share one.
    pub exchange: Exchange,
    /// The body of the request.
    pub request_body: Option<Arc<[u8]>>,
    /// The body of the answer, as far as it is recorded.
    pub response_body: Arc<[u8]>,
    /// The length of the body of the answer in bytes.
    pub response_length: usize,
    /// What is not as it came.
    pub gaps: Gaps,
    /// Why the service counted as lost after this exchange; `None` when it did not.
    pub lost: Option<String>,
    /// What was captured from the answer, for people.
    pub captured: Vec<(String, Value)>,
    /// Its place in the file: `log.entries[3]`. Empty before it is written.
    pub place: String,
}

/// Where in a run an exchange belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The id of the case.
    pub case: String,
    /// Its title.
    pub title: String,
    /// Which time the case was run, from 0 (`--retries`).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub run: usize,
    /// Is it one of the `finally` steps?
    pub finally: bool,
    /// Index of the step among the steps, or among the `finally` steps, from 0.
    pub step: usize,
    /// Which attempt of the step, from 1.
    pub attempt: usize,
    /// The answer was throttled: empty when the run waited, otherwise why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<String>,
    /// Did everything that the step expects hold? `false` also where there was no answer.
    pub held: bool,
    /// What was made before the first step of the case: UUIDs, times, variables. Only its first exchange has it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Value>,
}

/// What HAR has no field for: the member `_probity` of an entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a member of the file"
)]
pub struct EntryFacts {
    /// Where in the run it belongs.
    pub origin: Origin,
    /// The identity of the request.
    pub identity: Option<String>,
    /// The service it went to.
    pub service: String,
    /// Why that service counted as lost after this exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    /// The transport: `normal`, `exact` or `raw`.
    pub transport: String,
    /// The URL exactly as requested; a HAR file can only hold one that is well-formed.
    pub url: String,
    /// Path and query exactly as in the request line.
    pub target: String,
    /// Header fields that were left out though a client would send them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<String>,
    /// Header fields that came from the identity; their values are placeholders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<String>,
    /// The HTTP version of the answer as in reports.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Was every byte of the connection seen?
    pub saw_wire: bool,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_answer: Option<NoAnswerReport<String>>,
    /// Did an incomplete answer come?
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_begun: bool,
    /// Milliseconds to the head of the answer, and to its end.
    pub timing_ms: (f64, f64),
    /// Milliseconds of opening the connection: name, connection, TLS.
    pub opening_ms: (Option<f64>, Option<f64>, Option<f64>),
    /// The redirects between the request and the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
    /// The answers that redirected, in order, as far as they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hop_answers: Vec<Option<HopAnswer>>,
    /// Is there one that is not as it came?
    #[serde(default, skip_serializing_if = "is_false")]
    pub hop_gaps: bool,
    /// What was captured from the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captured: Vec<(String, Value)>,
    /// Why the body of the answer is not what came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_gap: Option<BodyGap>,
    /// Header fields of the answer of which the value is not what came.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub header_gaps: BTreeSet<String>,
    /// Do the checks give another result for this entry than for what came, because a secret was replaced?
    #[serde(default, skip_serializing_if = "is_false")]
    pub hangs_on_secret: bool,
}

/// The answer of a redirect; its status is beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HopAnswer {
    /// The HTTP version as in reports.
    pub version: String,
    /// The reason phrase.
    pub reason: String,
    /// The header fields, in order.
    pub headers: Vec<(String, RecordedText)>,
    /// The body as it came.
    pub body: RecordedText,
    /// Bytes after its end.
    pub trailing: RecordedText,
    /// Was every byte of the connection seen?
    pub saw_wire: bool,
    /// How long it took, in milliseconds.
    pub took_ms: Option<f64>,
}

/// Bytes: text where they are UTF-8.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecordedText {
    /// The text, or its bytes in base64.
    pub text: String,
    /// Is it base64?
    #[serde(default, skip_serializing_if = "is_false")]
    pub base64: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What a recorded exchange does not hold as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Why the body of the answer is not what came, if so.
    pub body: Option<BodyGap>,
    /// Names of header fields of the answer of which the value is not what came, in lower case.
    pub headers: BTreeSet<String>,
    /// Do the checks give another result for what was written than for what came?
    pub hangs_on_secret: bool,
    /// Is the answer of a redirect not as it came?
    pub redirects: bool,
}

/// Why a body is not what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyGap {
    /// It was larger than the limit for one body.
    Truncated,
    /// Secrets in it were replaced by placeholders.
    Secret,
    /// It was compressed, so that secrets in it could not be found; it was not recorded.
    Compressed,
    /// The tool that made the file did not record it, or not exactly.
    NotKept,
}

impl BodyGap {
    /// Why the checks of a body say nothing, in words.
    pub fn words(self) -> &'static str {
        match self {
            BodyGap::Truncated => "the recording holds only the beginning of the body",
            BodyGap::Secret => "the recording has placeholders for secrets in the body",
            BodyGap::Compressed => {
                "the recording has no compressed bodies: they could hold a secret"
            }
            BodyGap::NotKept => "the recording does not hold the body as it came",
        }
    }
}
