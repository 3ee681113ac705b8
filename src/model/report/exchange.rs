//! An exchange in the report, redacted: what was sent, and what came back.

use serde::{Deserialize, Serialize};

/// An exchange, redacted, for people and for judging again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
pub struct NoAnswerReport {
    /// The kind: `refused`, `timed-out` ...
    pub kind: String,
    /// The fact in one line.
    pub detail: String,
}
