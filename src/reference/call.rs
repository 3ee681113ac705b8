//! One call as the handlers see it: path parameters, query, header fields and the whole body, bounded.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::{HeaderMap, Method, StatusCode};
use tokio::time::timeout;

use crate::reference::answer::Answer;
use crate::reference::refusal;

/// No call of the four contracts comes near this size; what is larger gets 413.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// How long a body may take to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The address the call came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Peer {
    /// Whether the call came from this machine.
    pub(crate) fn is_loopback(self) -> bool {
        let address: IpAddr = self.0.ip().to_canonical();
        address.is_loopback()
    }
}

/// One call, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// As in the request line, without the query.
    pub(crate) path: String,
    /// The parameters of the route, decoded.
    pub(crate) parameters: Vec<(String, String)>,
    /// The query as names and values, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) peer: Option<Peer>,
}

impl Call {
    /// A parameter of the route, or nothing if the route has no such parameter.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(present, _)| present == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The values of a query parameter, its name compared without case.
    pub(crate) fn query_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(present, _)| present.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// A header field as text; one that is not text counts as absent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Answer;

    async fn from_request(request: Request, state: &S) -> Result<Self, Answer> {
        let (mut parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let refuse = |status| refusal::of_path(&path, status);
        let parameters = RawPathParams::from_request_parts(&mut parts, state)
            .await
            .map_err(|_| refuse(StatusCode::BAD_REQUEST))?
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let body = timeout(BODY_TIMEOUT, to_bytes(body, BODY_LIMIT))
            .await
            .map_err(|_| refuse(StatusCode::REQUEST_TIMEOUT))?
            .map_err(|error| {
                refuse(if is_length_limit(&error) {
                    StatusCode::PAYLOAD_TOO_LARGE
                } else {
                    StatusCode::BAD_REQUEST
                })
            })?;
        let query = parts.uri.query().unwrap_or_default();
        let query = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        Ok(Self {
            method: parts.method,
            parameters,
            query,
            headers: parts.headers,
            body,
            peer: parts.extensions.get::<Peer>().copied(),
            path,
        })
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    error
        .source()
        .is_some_and(<dyn Error>::is::<http_body_util::LengthLimitError>)
}

#[cfg(test)]
impl Call {
    /// A call to test a handler with, without a socket.
    pub(crate) fn test(method: Method, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Self {
            method,
            path: path.to_owned(),
            parameters: Vec::new(),
            query: Vec::new(),
            headers: map,
            body: Bytes::new(),
            peer: None,
        }
    }

    /// The same call with a body.
    pub(crate) fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }
}
