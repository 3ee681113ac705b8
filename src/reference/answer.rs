//! The answer of a handler: a status, header fields and perhaps a JSON value. How that becomes bytes, and
//! which legal variations apply on the way, is the matter of `render`.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// The answer to one call, before it is rendered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// In the order in which they are sent; a name may stand here more than once.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) content: Content,
    pub(crate) framing: Framing,
}

/// What an answer contains.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    /// Nothing.
    None,
    /// JSON; boxed, because answers travel as errors too.
    Json(Box<Value>),
    /// Plain text.
    Text(&'static str),
}

/// How an answer is put on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As HTTP asks.
    Proper,
    /// The content ends in its middle; its announced length is true.
    HalfTheContent,
    /// The content begins with a byte order mark.
    ByteOrderMark,
    /// The connection ends before an answer.
    NoAnswer,
    /// The connection ends in the middle of the content.
    CutContent,
    /// The announced length is one octet less than the content; then the connection closes.
    LengthOneShort,
    /// The answer does not come as long as anybody waits.
    Never,
    /// These octets follow the head, whatever the status says about content; then the connection closes.
    OctetsAfterHead(&'static str),
    /// The head announces this Content-Length, whatever the status says about content.
    AnnouncedLength(u32),
}

impl Answer {
    /// An answer without content.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: Vec::new(),
            content: Content::None,
            framing: Framing::Proper,
        }
    }

    /// An answer with JSON, typed application/json.
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        let mut answer = Self::empty(status);
        answer.content = Content::Json(Box::new(body));
        answer.set(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        answer
    }

    /// An answer with an HTML page, typed text/html.
    pub(crate) fn html(status: StatusCode, page: &'static str) -> Self {
        let mut answer = Self::empty(status);
        answer.content = Content::Text(page);
        answer.set(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        answer
    }

    /// Sets one header field, in place of any of that name.
    pub(crate) fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.retain(|(present, _)| *present != name);
        self.headers.push((name, value));
    }

    /// The same answer with one header field more.
    pub(crate) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.set(name, HeaderValue::from_static(value));
        self
    }

    /// The same answer without a Content-Type.
    pub(crate) fn untyped(mut self) -> Self {
        self.headers
            .retain(|(name, _)| *name != header::CONTENT_TYPE);
        self
    }
}

#[cfg(test)]
impl Answer {
    /// The JSON of the answer, in a test that expects one.
    pub(crate) fn into_json(self) -> Value {
        match self.content {
            Content::Json(body) => *body,
            other => panic!("no JSON but {other:?}"),
        }
    }
}

/// Hands the answer on as an extension of an empty response; `render` takes it out again.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
