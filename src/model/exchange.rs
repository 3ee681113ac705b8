//! An exchange: the request as sent and the answer as received, or why there was none.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::request::Transport;
use crate::model::sent_body::SentBody;
use crate::model::server_events::EVENT_STREAM;
use crate::text::parameters::value_of;

/// One request and its answer, or why there was none.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was sent.
    pub request: SentRequest,
    /// The redirects that led from this request to the answer, in order.
    pub hops: Vec<Hop>,
    /// What came back.
    pub answer: Result<Response, NoAnswer>,
    /// How long it took.
    pub timing: Timing,
}

impl Exchange {
    /// The URL that gave the answer: of the request, or of the last redirect that was followed.
    pub fn url(&self) -> &str {
        let last = self.hops.iter().rev().find_map(|hop| hop.url.as_deref());
        last.unwrap_or(&self.request.url)
    }

    /// The answers.
    pub fn answers(&self) -> Answers<'_> {
        Answers {
            redirects: &self.hops,
            last: self.answer.as_ref().ok(),
        }
    }

    /// Method and URL of each request that was sent, in order. The first redirect answers the first one, and so on.
    pub fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let first = (&*self.request.method, &*self.request.url);
        let next = self.hops.iter();
        let next = next.filter_map(|hop| Some((&*hop.method, hop.url.as_deref()?)));
        std::iter::once(first).chain(next)
    }

    /// What came of an answer that is not complete, if its head did.
    pub fn fragment(&self) -> Option<&Fragment> {
        self.answer.as_ref().err()?.fragment.as_deref()
    }

    /// Every answer that came and was kept, in order: of the redirects, and the last one, also if it is not complete.
    pub fn all_received(&self) -> impl Iterator<Item = &Response> {
        let redirects = self
            .hops
            .iter()
            .filter_map(|hop| hop.answer.as_deref().or(hop.head.as_deref()));
        redirects.chain(self.received())
    }

    /// The answer, or the head and beginning of one that is not complete.
    pub fn received(&self) -> Option<&Response> {
        let fragment = self.fragment().map(|fragment| &fragment.response);
        self.answer.as_ref().ok().or(fragment)
    }
}

/// The answers to the requests of a step.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// The redirects that were followed, in order.
    pub redirects: &'a [Hop],
    /// The last answer; `None` if there was none.
    pub last: Option<&'a Response>,
}

impl<'a> Answers<'a> {
    /// One of the answers, if there is one and it was kept.
    pub fn at(self, place: AnswerPlace) -> Option<&'a Response> {
        match place {
            AnswerPlace::Last => self.last,
            AnswerPlace::Redirect(number) => self.redirects.get(number)?.answer.as_deref(),
        }
    }
}

impl<'a> Answers<'a> {
    /// The head of a redirect of which the rest was not kept.
    pub fn head_of(self, place: AnswerPlace) -> Option<&'a Response> {
        self.redirects.get(place.redirect()?)?.head.as_deref()
    }
}

impl Answers<'_> {
    /// The method of the request that was answered; `first` is that of the first one.
    pub fn method<'m>(&'m self, place: AnswerPlace, first: &'m str) -> &'m str {
        let number = place.redirect().unwrap_or(self.redirects.len());
        let before = number.checked_sub(1);
        let before = before.and_then(|number| self.redirects.get(number));
        before.map_or(first, |hop| &hop.method)
    }
}

/// Can an answer with this status to a request of this method have no content, whatever the server does?
pub(crate) fn has_no_content(method: &str, status: u16) -> bool {
    method == "HEAD" || matches!(status, 100..=199 | 204 | 304)
}

impl<'a> From<&'a Response> for Answers<'a> {
    fn from(response: &'a Response) -> Answers<'a> {
        Answers {
            redirects: &[],
            last: Some(response),
        }
    }
}

/// Which answer of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerPlace {
    /// A redirect that was followed, from 0.
    Redirect(usize),
    /// The last one.
    Last,
}

impl AnswerPlace {
    /// The number of the redirect, from 0.
    pub fn redirect(self) -> Option<usize> {
        match self {
            AnswerPlace::Redirect(number) => Some(number),
            AnswerPlace::Last => None,
        }
    }
}

/// A redirect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// The status of the answer that redirected.
    pub status: u16,
    /// Its `Location`.
    pub location: String,
    /// The method of the next request.
    pub method: String,
    /// The URL of the next request; `None` if there was none.
    pub url: Option<String>,
    /// The answer that redirected; `None` if it was not kept, because it is large or the recording is old.
    #[serde(skip)]
    pub answer: Option<Arc<Response>>,
    /// The answer without its body, if it was not kept because that is large.
    #[serde(skip)]
    pub head: Option<Arc<Response>>,
}

/// A request as it is sent: every value filled in, credentials included.
///
/// Because of the credentials only `execute` and the redactor may read it.
#[derive(Clone, Debug)]
pub struct SentRequest {
    /// The service it goes to, whose network is used; for any other name it is the target's own network.
    pub service: String,
    /// The method.
    pub method: String,
    /// The whole URL: base, path as written, query.
    pub url: String,
    /// The path and query exactly as in the request line.
    pub target: String,
    /// Header fields in order, names as written, including those that the transport adds.
    pub headers: Vec<(String, String)>,
    /// The body; `None` sends none.
    pub body: Option<SentBody>,
    /// How it is sent.
    pub transport: Transport,
    /// Header fields that the transport must not add, in lower case.
    pub omitted: Vec<String>,
    /// Names of the headers that came from the identity, in lower case; always shown as placeholders.
    pub credentials: Vec<String>,
}

/// An answer, as far as the transport sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// `HTTP/1.1`, `HTTP/2` ...
    pub version: String,
    /// The status code, 100 to 999.
    pub status: u16,
    /// The reason phrase, if the transport sees one.
    pub reason: String,
    /// Header fields in order; values are bytes (RFC 9110 section 5.5).
    pub headers: Vec<(String, Vec<u8>)>,
    /// The content: the body, unframed, with its content codings undone.
    pub body: Vec<u8>,
    /// What was undone to get the content; `None` for a body without content codings.
    pub coded: Option<Coded>,
    /// Bytes that came after the end of the framed response. Only the raw transport sees them.
    pub trailing: Vec<u8>,
    /// How long it took, from the start of the first request to its last byte; `None` if that is not known.
    pub took: Option<Duration>,
    /// Whether every byte of the connection was seen. Only then is an empty `trailing` evidence.
    pub saw_wire: bool,
}

/// A body with content codings (RFC 9110 section 8.4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coded {
    /// The codings in the order in which they were applied: `gzip`.
    pub codings: String,
    /// The body as it came, if it could be decoded.
    pub received: Vec<u8>,
    /// Why it could not be decoded, in one line; then the content is the body as it came.
    pub fault: Option<String>,
}

impl Response {
    /// The body as it came.
    pub fn received_body(&self) -> &[u8] {
        match &self.coded {
            Some(coded) if coded.fault.is_none() => &coded.received,
            _ => &self.body,
        }
    }

    /// All values of a header field, compared without case, in order.
    pub fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// Is the body a stream of events, by its `Content-Type`?
    pub fn is_event_stream(&self) -> bool {
        let line = self
            .header_values("content-type")
            .next()
            .unwrap_or_default();
        let essence = line.split(|byte| *byte == b';').next().unwrap_or_default();
        essence
            .trim_ascii()
            .eq_ignore_ascii_case(EVENT_STREAM.as_bytes())
    }

    /// The name of the charset in the `Content-Type` (RFC 9110 section 8.3.2).
    pub fn charset(&self) -> Option<String> {
        let line = self.header_values("content-type").next()?;
        value_of(std::str::from_utf8(line).ok()?, "charset")
    }
}

/// Why there is no answer to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoAnswer {
    /// The kind.
    pub kind: NoAnswerKind,
    /// The fact in one line, lower case, with the figures: `connection refused (os error 111)`.
    pub detail: String,
    /// Whether an answer had started. With clients that do not report more: whether its head was complete.
    pub has_begun: bool,
    /// What came of the answer; `None` if its head was not complete.
    pub fragment: Option<Box<Fragment>>,
}

/// What came of an answer that is not complete.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// The head, and the first [`Fragment::KEPT`] bytes of the body as they came.
    pub response: Response,
    /// How many bytes of the body came.
    pub received: usize,
}

impl Fragment {
    /// How many bytes of an incomplete body are kept.
    pub const KEPT: usize = 64 << 10;
}

/// The reasons for having no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoAnswerKind {
    /// The host name could not be resolved.
    Unresolved,
    /// Nothing listens there, or there is no route.
    Refused,
    /// The TLS handshake failed.
    Tls,
    /// The proxy is unreachable, or opens no tunnel to the target.
    Proxy,
    /// The time limit was exceeded.
    TimedOut,
    /// The connection was closed or reset before the answer was complete.
    Cut,
    /// What came is not HTTP.
    NotHttp,
    /// The answer is larger than the limit.
    TooLarge,
    /// The request could not be built: the case or a fixture is invalid.
    Unsendable,
    /// What was to be followed leads to a host that no service of the target has.
    Elsewhere,
    /// The redirects do not end.
    Redirects,
    /// The token endpoint of the identity gave no token.
    NoToken,
    /// The run is judged from a recording, which is no evidence here.
    Unrecorded,
}

impl NoAnswerKind {
    /// Every kind.
    pub const ALL: [NoAnswerKind; 13] = [
        NoAnswerKind::Unresolved,
        NoAnswerKind::Refused,
        NoAnswerKind::Tls,
        NoAnswerKind::Proxy,
        NoAnswerKind::TimedOut,
        NoAnswerKind::Cut,
        NoAnswerKind::NotHttp,
        NoAnswerKind::TooLarge,
        NoAnswerKind::Unsendable,
        NoAnswerKind::Elsewhere,
        NoAnswerKind::Redirects,
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
            NoAnswerKind::Elsewhere => "elsewhere",
            NoAnswerKind::Redirects => "redirects",
            NoAnswerKind::NoToken => "no-token",
            NoAnswerKind::Unrecorded => "unrecorded",
        }
    }

    /// Whether nothing can have been sent.
    pub fn is_before_sending(self) -> bool {
        use NoAnswerKind::{Elsewhere, NoToken, Unrecorded, Unsendable};
        matches!(self, Elsewhere | NoToken | Unrecorded | Unsendable)
    }

    /// The kind in words.
    pub fn words(self) -> &'static str {
        match self {
            NoAnswerKind::Unresolved => "host not found",
            NoAnswerKind::Refused => "no connection",
            NoAnswerKind::Tls => "TLS failed",
            NoAnswerKind::Proxy => "the proxy refused or failed",
            NoAnswerKind::TimedOut => "no answer in time",
            NoAnswerKind::Cut => "connection lost",
            NoAnswerKind::NotHttp => "the answer is not HTTP",
            NoAnswerKind::TooLarge => "the answer is too large",
            NoAnswerKind::Unsendable => "the request could not be built",
            NoAnswerKind::Elsewhere => "the URL leads out of the target",
            NoAnswerKind::Redirects => "too many redirects",
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
    /// How long it took to open the connection, by parts. Empty if an open one was reused.
    pub opening: Opening,
    /// From the start of the request to the head of the answer (or to the failure).
    pub first_byte: Duration,
    /// From the start of the request to the last byte of the answer.
    pub total: Duration,
}

/// Durations of opening a connection, in order. A part that did not take place is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Resolving the host, or the proxy.
    pub dns: Option<Duration>,
    /// Opening the TCP connection, including the tunnel through a proxy.
    pub connect: Option<Duration>,
    /// The TLS handshake.
    pub tls: Option<Duration>,
}
