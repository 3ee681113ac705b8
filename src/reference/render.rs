//! From an answer to an HTTP response, with the variations that are legal under every contract.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use serde_json::{Map, Value};
use std::sync::Arc;

use crate::reference::Variant;
use crate::reference::answer::{Answer, Content, Framing};
use crate::reference::context::Context;
use crate::reference::switchboard::Switchboard;
use crate::reference::wire::Verbatim;

/// Longer than any client waits, and not for ever.
const NEVER: Duration = Duration::from_mins(5);

/// How late the variant `slow` is.
const DELAY: Duration = Duration::from_millis(30);

/// Renders the answer that a handler left in the response; a response without one passes unchanged.
pub(crate) async fn render(
    State(context): State<Arc<Context>>,
    mut response: Response,
) -> Response {
    let Some(mut answer) = response.extensions_mut().remove::<Answer>() else {
        return response;
    };
    let switches = &context.switches;
    if switches.variant(Variant::SLOW) {
        tokio::time::sleep(DELAY).await;
    }
    vary_headers(&mut answer, switches);
    let octets = serialise(&mut answer, switches);
    for (name, value) in &answer.headers {
        response.headers_mut().append(name, value.clone());
    }
    match answer.framing {
        Framing::Proper | Framing::HalfTheContent | Framing::ByteOrderMark => {}
        Framing::Never => tokio::time::sleep(NEVER).await,
        Framing::NoAnswer => {
            response.extensions_mut().insert(Verbatim(Bytes::new()));
            close(&mut response);
        }
        Framing::CutContent => {
            let fields = format!("content-length: {}\r\n", octets.len());
            replace(&mut response, &answer, &fields, &octets[..octets.len() / 2]);
            close(&mut response);
        }
        Framing::LengthOneShort => {
            let length = octets.len().saturating_sub(1);
            let fields = format!("content-length: {length}\r\nconnection: close\r\n");
            replace(&mut response, &answer, &fields, &octets);
            close(&mut response);
        }
        Framing::OctetsAfterHead(more) => {
            let fields = "connection: close\r\n";
            replace(&mut response, &answer, fields, more.as_bytes());
            close(&mut response);
        }
        Framing::AnnouncedLength(length) => {
            let field = format!("content-length: {length}\r\n");
            replace(&mut response, &answer, &field, b"");
        }
    }
    *response.body_mut() = if !octets.is_empty() && switches.variant(Variant::CHUNKED) {
        Body::new(Chunks::of(&octets))
    } else {
        Body::from(octets)
    };
    response
}

/// Has the connection end after this answer.
fn close(response: &mut Response) {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
}

/// Adds the octets of an answer that the HTTP library would not write.
fn replace(response: &mut Response, answer: &Answer, more_fields: &str, content: &[u8]) {
    let mut octets = format!("HTTP/1.1 {}\r\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        octets.extend_from_slice(name.as_str().as_bytes());
        octets.extend_from_slice(b": ");
        octets.extend_from_slice(value.as_bytes());
        octets.extend_from_slice(b"\r\n");
    }
    octets.extend_from_slice(more_fields.as_bytes());
    octets.extend_from_slice(b"\r\n");
    octets.extend_from_slice(content);
    response
        .extensions_mut()
        .insert(Verbatim(Bytes::from(octets)));
}

fn vary_headers(answer: &mut Answer, switches: &Switchboard) {
    if switches.variant(Variant::EXTRA_HEADERS) {
        let fields = [
            ("x-served-by", "reference"),
            ("server-timing", "total;dur=1.5"),
            ("x-content-type-options", "nosniff"),
        ];
        for (name, value) in fields {
            answer.set(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
    if switches.variant(Variant::CONNECTION_CLOSE) {
        answer.set(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if switches.variant(Variant::CHARSET_PARAMETER) {
        for (name, value) in &mut answer.headers {
            if *name == header::CONTENT_TYPE && value == "application/json" {
                *value = HeaderValue::from_static("application/json; charset=utf-8");
            }
        }
    }
}

/// Applies the variations of a JSON body. Errors get no further members: a Graph error has exactly one.
fn vary_body(body: Value, is_success: bool, switches: &Switchboard) -> Value {
    let is_extended = is_success && switches.variant(Variant::EXTRA_MEMBERS);
    let is_reversed = switches.variant(Variant::MEMBER_ORDER);
    if is_extended || is_reversed {
        vary_members(body, is_extended, is_reversed)
    } else {
        body
    }
}

fn vary_members(value: Value, is_extended: bool, is_reversed: bool) -> Value {
    match value {
        Value::Array(items) => items
            .into_iter()
            .map(|item| vary_members(item, is_extended, is_reversed))
            .collect(),
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .into_iter()
                .map(|(name, member)| (name, vary_members(member, is_extended, is_reversed)))
                .collect();
            if is_extended {
                members.push(("extraMember".into(), Value::from("of no contract")));
            }
            if is_reversed {
                members.reverse();
            }
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        scalar => scalar,
    }
}

/// The octets of the content; none if there is none.
fn serialise(answer: &mut Answer, switches: &Switchboard) -> Bytes {
    let is_success = answer.status.is_success();
    let text = match std::mem::replace(&mut answer.content, Content::None) {
        Content::None => String::new(),
        Content::Text(text) => text.to_owned(),
        Content::Json(body) => {
            let body = vary_body(*body, is_success, switches);
            if switches.variant(Variant::WHITESPACE) {
                // The alternate form of a JSON value has line breaks and indentation.
                format!("{body:#}\r\n")
            } else {
                body.to_string()
            }
        }
    };
    let octets = Bytes::from(text);
    match answer.framing {
        Framing::HalfTheContent => octets.slice(..octets.len() / 2),
        Framing::ByteOrderMark => [b"\xef\xbb\xbf", &octets[..]].concat().into(),
        _ => octets,
    }
}

/// A body of several frames and unknown length, which HTTP/1.1 sends in chunks.
#[derive(Debug)]
struct Chunks(VecDeque<Bytes>);

impl Chunks {
    /// Cuts the octets in two.
    fn of(octets: &Bytes) -> Self {
        let middle = octets.len() / 2;
        let halves = [octets.slice(..middle), octets.slice(middle..)];
        Self(halves.into_iter().filter(|half| !half.is_empty()).collect())
    }
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        Poll::Ready(
            self.0
                .pop_front()
                .map(|chunk| Ok(hyper::body::Frame::data(chunk))),
        )
    }
}
