//! What a handler says: a status, header fields and perhaps a JSON value. How that becomes octets, and
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
    /// `None` is an answer without content. Boxed, because answers travel as errors too.
    pub(crate) body: Option<Box<Value>>,
    pub(crate) framing: Framing,
}

/// How an answer is put on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As HTTP asks.
    Proper,
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
            body: None,
            framing: Framing::Proper,
        }
    }

    /// An answer with JSON, typed application/json.
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        let mut answer = Self::empty(status);
        answer.body = Some(Box::new(body));
        answer.set(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
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

/// Hands the answer on as an extension of an empty response; `render` takes it out again.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
