//! An exchange in the report, redacted: what was sent, and what came back.

use serde::{Deserialize, Serialize};

use crate::model::exchange::NoAnswerKind;
use crate::redact::Redacted;

/// An exchange, redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ExchangeReport {
    /// The transport: `normal`, `exact` or `raw`.
    pub transport: String,
    /// The method.
    pub method: String,
    /// The URL.
    pub url: Redacted,
    /// Header fields as sent; credentials are placeholders.
    pub request_headers: Vec<(Redacted, Redacted)>,
    /// The body as sent.
    pub request_body: Option<BodyReport>,
    /// A command that sends the same request; credentials are shell variables.
    pub curl: Redacted,
    /// The redirects that were followed, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<HopReport>,
    /// What has to be there before that command works: shell variables and files. Left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curl_inputs: Vec<CurlInput>,
    /// The answer, if there was one. With `no_answer` beside it, it is not complete: its head, and the beginning of
    /// what came of its body.
    pub response: Option<ResponseReport>,
    /// Why there was none, or why it is not complete.
    pub no_answer: Option<NoAnswerReport>,
}

/// A redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HopReport {
    /// The status of the answer that redirected.
    pub status: u16,
    /// Its reason phrase, or the registered one; missing if the answer was not kept.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub reason: Redacted,
    /// Its `Location`.
    pub location: Redacted,
    /// The method of the next request.
    pub method: String,
    /// The URL of the next request; missing if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Redacted>,
}

fn is_empty(text: &Redacted) -> bool {
    text.is_empty()
}

/// A shell variable or a file that a curl command reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CurlInput {
    /// The name of the variable, without `$`, or of the file.
    pub name: String,
    /// What it must contain.
    pub meaning: Redacted,
}

impl CurlInput {
    /// The identity that sent the header, if its meaning names one.
    pub fn identity(&self) -> Option<&str> {
        let (_, name) = self.meaning.split_once(" of the identity `")?;
        name.split_once('`').map(|(name, _)| name)
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ResponseReport {
    /// `HTTP/1.1` and the like.
    pub version: String,
    /// The status.
    pub status: u16,
    /// The reason phrase, or the registered one.
    pub reason: Redacted,
    /// Header fields as received.
    pub headers: Vec<(Redacted, Redacted)>,
    /// The body; `None` when it is empty.
    pub body: Option<BodyReport>,
    /// Bytes after the end of the framed answer, as text; empty when none were seen.
    pub trailing: Redacted,
}

/// A body, perhaps cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct BodyReport {
    /// The text, read in the charset that an answer declares. A body that is not text is described: its
    /// length, SHA-256 and first bytes.
    pub text: Redacted,
    /// How many bytes the body has.
    pub octets: usize,
    /// Was the text cut?
    pub truncated: bool,
    /// How the body came, if its content codings were undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coded: Option<CodedReport>,
}

/// A body with content codings, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CodedReport {
    /// The codings in the order in which they were applied: `gzip`.
    pub codings: Redacted,
    /// How many bytes came.
    pub octets: usize,
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "NoAnswerReport")]
#[non_exhaustive]
pub struct NoAnswerReport<T = Redacted> {
    /// The kind: `refused`, `timed-out` ...
    pub kind: NoAnswerKind,
    /// The fact in one line.
    pub detail: T,
}
