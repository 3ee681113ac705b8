//! An exchange: the request as sent and the answer as received, or why there was none.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::request::Transport;

/// One request and what came of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub request: SentRequest,
    /// What came back.
    pub answer: Result<Response, NoAnswer>,
    /// How long it took.
    pub timing: Timing,
}

/// A request as it goes to the wire: every value filled in, credentials included.
///
/// Credentials make this a thing that only `execute` and the redactor may look into.
#[derive(Clone, Debug)]
pub struct SentRequest {
    /// The service it goes to, whose network is taken; of any other name it is the target's own network.
    pub service: String,
    /// The method.
    pub method: String,
    /// The whole URL: base, path as written, query.
    pub url: String,
    /// The path and query exactly as they stand in the request line.
    pub target: String,
    /// Header fields in order, names as written. What the transport adds by itself is added here too.
    pub headers: Vec<(String, String)>,
    /// The body; `None` sends none.
    pub body: Option<Vec<u8>>,
    /// How it is sent.
    pub transport: Transport,
    /// Header fields that the transport must not add, in lower case.
    pub omitted: Vec<String>,
    /// Names of the headers that came from the identity, in lower case; always shown as placeholders.
    pub credentials: Vec<String>,
}

/// An answer, as far as the transport could see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1`, `HTTP/2` ...
    pub version: String,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase, where the transport saw one.
    pub reason: String,
    /// Header fields in order; values are octets (RFC 9110 section 5.5).
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, unframed; content codings are not undone.
    pub body: Vec<u8>,
    /// Octets that came after the end of the framed response. Seen by the raw transport alone.
    pub trailing: Vec<u8>,
    /// Was every octet of the connection seen? Only then is an empty `trailing` evidence.
    pub saw_wire: bool,
}

impl Response {
    /// All values of a header field, compared without case, in order.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }
}

/// Why there is no answer to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// The kind.
    pub kind: NoAnswerKind,
    /// The fact in one line, lower case, with the figures: `connection refused (os error 111)`.
    pub detail: String,
    /// Had an answer begun? For the clients that tell no more, that is: had its head come whole?
    pub has_begun: bool,
}

/// The reasons for having no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswerKind {
    /// The host name could not be resolved.
    Unresolved,
    /// Nothing listens there, or there is no route.
    Refused,
    /// TLS could not be negotiated.
    Tls,
    /// The proxy is not reachable, or opens no tunnel to the target.
    Proxy,
    /// The time limit was exceeded.
    TimedOut,
    /// The connection was closed or reset before the answer was complete.
    Cut,
    /// What came is not HTTP.
    NotHttp,
    /// The answer is larger than the limit.
    TooLarge,
    /// The request could not be built: an input file or a fixture is wrong.
    Unsendable,
    /// The identity has no token: its token endpoint returned none.
    NoToken,
    /// The run is judged from a recording, which holds no evidence here.
    Unrecorded,
}

impl NoAnswerKind {
    /// Every kind.
    pub const ALL: [NoAnswerKind; 11] = [
        NoAnswerKind::Unresolved,
        NoAnswerKind::Refused,
        NoAnswerKind::Tls,
        NoAnswerKind::Proxy,
        NoAnswerKind::TimedOut,
        NoAnswerKind::Cut,
        NoAnswerKind::NotHttp,
        NoAnswerKind::TooLarge,
        NoAnswerKind::Unsendable,
        NoAnswerKind::NoToken,
        NoAnswerKind::Unrecorded,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            NoAnswerKind::Unresolved => "unresolved",
            NoAnswerKind::Refused => "refused",
            NoAnswerKind::Tls => "tls",
            NoAnswerKind::Proxy => "proxy",
            NoAnswerKind::TimedOut => "timed-out",
            NoAnswerKind::Cut => "cut",
            NoAnswerKind::NotHttp => "not-http",
            NoAnswerKind::TooLarge => "too-large",
            NoAnswerKind::Unsendable => "unsendable",
            NoAnswerKind::NoToken => "no-token",
            NoAnswerKind::Unrecorded => "unrecorded",
        }
    }

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            NoAnswerKind::Unresolved => "host not found",
            NoAnswerKind::Refused => "no connection",
            NoAnswerKind::Tls => "no TLS",
            NoAnswerKind::Proxy => "no way through the proxy",
            NoAnswerKind::TimedOut => "no answer in time",
            NoAnswerKind::Cut => "connection cut",
            NoAnswerKind::NotHttp => "the answer is not HTTP",
            NoAnswerKind::TooLarge => "the answer is too large",
            NoAnswerKind::Unsendable => "the request could not be built",
            NoAnswerKind::NoToken => "no token",
            NoAnswerKind::Unrecorded => "no evidence in the recording",
        }
    }
}

impl fmt::Display for NoAnswerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Durations of one exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// How long it took to open the connection, by parts. Nothing where an open one was used again.
    pub opening: Opening,
    /// From the start of the request to the head of the answer (or to the failure).
    pub first_byte: Duration,
    /// From the start of the request to the last octet of the answer.
    pub total: Duration,
}

/// Durations of opening a connection, one after the other. A part that did not take place is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Asking for the addresses of the host, or of the proxy.
    pub dns: Option<Duration>,
    /// Until the connection stands, with the asking of a proxy for a tunnel.
    pub connect: Option<Duration>,
    /// Agreeing on TLS.
    pub tls: Option<Duration>,
}
