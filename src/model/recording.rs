//! A recording: the exchanges of a run with all that judging them again needs, and no secret.
//!
//! `engine` makes one exchange of it after the other, `report::har` writes them, `load::har` reads them
//! again. Secrets are replaced before anything leaves the engine: by a stand-in of the same length and
//! sorts of characters wherever that can be done, so that what was equal stays equal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::exchange::Exchange;
use crate::model::report::NoAnswerReport;
use crate::redact::Redacted;

/// The value of [`RunFacts::format`]: name and version of what a recording holds beside HAR 1.2.
pub const RECORDING_FORMAT: &str = "probity-recording/1";

/// Exchanges of a run, or what another tool has seen.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What Probity says of the run; `None` when another tool has made the file.
    pub facts: Option<RunFacts>,
    /// Name and version of the tool that made the file.
    pub creator: String,
    /// The exchanges in the order of the file.
    pub exchanges: Vec<RecordedExchange>,
    /// Entries that are no exchange with a server, or not enough of one.
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetFacts {
    /// Its name.
    pub name: String,
    /// What was typed after `--target`.
    pub given: Option<String>,
    /// Base URLs by service.
    pub services: BTreeMap<String, String>,
    /// Names of the header fields of each identity, never their values.
    pub identities: BTreeMap<String, Vec<String>>,
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
    /// How long one step might wait for a target that throttles, in milliseconds.
    pub throttle_wait_ms: u64,
    /// How long the run might wait for it in all, in milliseconds.
    pub throttle_total_ms: u64,
    /// The header that named the run in every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id_header: Option<String>,
    /// Texts that stand where secrets stood. A report shows them as it showed the secrets: not at all.
    pub stand_ins: Vec<String>,
}

/// One attempt of one step, or one entry of a file that another tool made.
#[derive(Clone, Debug)]
pub struct RecordedExchange {
    /// Where in the run; `None` when nobody says.
    pub origin: Option<Origin>,
    /// As whom the request was made, by full name.
    pub identity: Option<String>,
    /// When it started: RFC 3339, UTC.
    pub started: String,
    /// The exchange, with empty bodies: they stand beside it, because many share one.
    pub exchange: Exchange,
    /// The body of the request.
    pub request_body: Option<Arc<[u8]>>,
    /// The body of the answer, as far as it is kept.
    pub response_body: Arc<[u8]>,
    /// How many octets the body of the answer has.
    pub response_octets: usize,
    /// What is not as it came.
    pub gaps: Gaps,
    /// Why the service counted as lost when this had ended; `None` when it did not.
    pub lost: Option<String>,
    /// What was captured from the answer, for people.
    pub captured: Vec<(String, Value)>,
    /// Where it stands in its file: `log.entries[3]`. Empty before it is written.
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
    /// It was answered with a wish to wait: empty when that was followed, else why it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub throttled: Option<String>,
    /// Did everything that the step expects hold? `false` also where there was no answer.
    pub held: bool,
}

/// What stands beside an entry of a HAR file, under `_probity`, because HAR has no place for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EntryFacts {
    /// Where in the run it belongs.
    pub origin: Origin,
    /// As whom the request was made.
    pub identity: Option<String>,
    /// The service it went to.
    pub service: String,
    /// Why that service counted as lost when this had ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<String>,
    /// The transport: `normal`, `exact` or `raw`.
    pub transport: String,
    /// The URL exactly as it was asked for; a HAR file can only hold one that is well-formed.
    pub url: String,
    /// Path and query exactly as they stood in the request line.
    pub target: String,
    /// Header fields that were left out though a client would send them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub omitted: Vec<String>,
    /// Header fields that came from the identity; their values are placeholders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<String>,
    /// The HTTP version of the answer as it is told in reports.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Was every octet of the connection seen?
    pub saw_wire: bool,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_answer: Option<NoAnswerReport<String>>,
    /// Had an answer begun, where there was none in the end?
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_begun: bool,
    /// Milliseconds to the head of the answer, and to its end.
    pub timing_ms: (f64, f64),
    /// Milliseconds of opening the connection: name, connection, TLS.
    pub opening_ms: (Option<f64>, Option<f64>, Option<f64>),
    /// What was captured from the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captured: Vec<(String, Value)>,
    /// Why the body of the answer is not what came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_gap: Option<BodyGap>,
    /// Header fields of the answer of which the value is not what came.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub header_gaps: BTreeSet<String>,
    /// Do the checks say something else of this entry than of what came, because a secret was replaced?
    #[serde(default, skip_serializing_if = "is_false")]
    pub hangs_on_secret: bool,
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

/// Octets as digits, two each: how digests are written.
pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    let digits = octets.iter().flat_map(|octet| [octet >> 4, octet & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    digits.collect()
}

/// What a recorded exchange does not hold as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Why the body of the answer is not what came, if so.
    pub body: Option<BodyGap>,
    /// Names of header fields of the answer of which the value is not what came, in lower case.
    pub headers: BTreeSet<String>,
    /// Do the checks say something else of what was written than of what came?
    pub hangs_on_secret: bool,
}

/// Why a body is not what came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyGap {
    /// It was larger than what is kept of one body.
    Truncated,
    /// Stand-ins stand where secrets stood.
    Secret,
    /// It was compressed, so that nobody could see whether a secret stands in it; nothing of it was kept.
    Compressed,
    /// The tool that made the file kept none of it, or not all, or something else than the octets that came.
    NotKept,
}

impl BodyGap {
    /// Why the checks of a body say nothing, in words.
    pub fn words(self) -> &'static str {
        match self {
            BodyGap::Truncated => "the recording holds only the beginning of the body",
            BodyGap::Secret => "the recording holds stand-ins for secrets in the body",
            BodyGap::Compressed => {
                "the recording holds no compressed bodies: a secret could stand in them"
            }
            BodyGap::NotKept => "the recording does not hold the body as it came",
        }
    }
}
