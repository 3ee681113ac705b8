//! What the two transports with an HTTP client have in common: typed heads, rejecting what such a client would change,
//! and reading the answer.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::ext::ReasonPhrase;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Version};

use crate::execute::failure;
use crate::execute::failure::unsendable;
use crate::execute::head;
use crate::execute::memory;
use crate::execute::progress::{Progress, Seen};
use crate::model::exchange::{Fragment, NoAnswer, Response, SentRequest};
use crate::model::sent_body::SentBody;

/// Takes the head of a request into the client's types, the length of the body included.
///
/// Adds the fields that both clients need to `request`.
pub(super) fn head(request: &mut SentRequest) -> Result<(Method, HeaderMap), NoAnswer> {
    check_framing(request)?;
    let method = Method::from_bytes(request.method.as_bytes())
        .map_err(|_| unsendable("the method is not a token; use `transport: raw`"))?;
    if let Some(length) = head::content_length(request) {
        request.headers.push(("content-length".to_owned(), length));
    }
    let mut fields = HeaderMap::with_capacity(request.headers.len() + 2);
    for (name, value) in &request.headers {
        let (name, value) = field(request, name, value)?;
        fields.append(name, value);
    }
    Ok((method, fields))
}

fn field(
    request: &SentRequest,
    name: &str,
    value: &str,
) -> Result<(HeaderName, HeaderValue), NoAnswer> {
    let typed_name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
        unsendable(format!(
            "the field name {name:?} is not a token; use `transport: raw`"
        ))
    })?;
    let mut typed_value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
        unsendable(format!(
            "the value of `{name}` contains a control character; use `transport: raw`"
        ))
    })?;
    // Keeps it out of the HPACK dynamic table.
    typed_value.set_sensitive(head::is_credential(request, name));
    Ok((typed_name, typed_value))
}

/// Rejects a framing that does not match the body: the clients would silently cut the body or rewrite the head.
fn check_framing(request: &SentRequest) -> Result<(), NoAnswer> {
    if head::has(request, "transfer-encoding") {
        return Err(unsendable(
            "`Transfer-Encoding` needs a body framed by hand; use `transport: raw`",
        ));
    }
    let is_empty = request.body.as_ref().is_none_or(SentBody::is_empty);
    if head::is_omitted(request, "content-length") && !is_empty {
        return Err(unsendable(
            "a body without `Content-Length` needs `transport: raw`",
        ));
    }
    let mut given = head::values(request, "content-length");
    let Some(length) = given.next() else {
        return Ok(());
    };
    let own = request.body.as_ref().map_or(0, SentBody::len);
    if given.next().is_some() || length != own.to_string() {
        return Err(unsendable(
            "`Content-Length` is not the length of the body; use `transport: raw`",
        ));
    }
    Ok(())
}

/// Reads an answer, with a body of up to `limit` bytes. Called when its head is here.
pub(super) async fn answer<B>(
    response: hyper::Response<B>,
    limit: usize,
    progress: &mut Progress,
) -> Result<Response, NoAnswer>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    progress.head_came();
    let (head, body) = response.into_parts();
    let reason = match head.extensions.get::<ReasonPhrase>() {
        Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
        None if head.version >= Version::HTTP_2 => String::new(),
        None => head.status.canonical_reason().unwrap_or("").to_owned(),
    };
    let response = Response {
        version: version_name(head.version).to_owned(),
        status: head.status.as_u16(),
        reason,
        headers: fields(head.headers),
        ..Response::default()
    };
    progress.watch_events_of(&response);
    progress.response = Some(response);
    read(body, limit, progress).await?;
    progress.answer_came();
    Ok(progress.response.take().unwrap_or_default())
}

/// Reads the body into what has come so far: that survives if the reading is given up.
async fn read<B>(mut body: B, limit: usize, progress: &mut Progress) -> Result<(), NoAnswer>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(failure::body_too_large(limit));
    }
    progress.seen = Seen::Body(0);
    progress.make_room(announced).await;
    progress.body().reserve(announced.min(READ_AHEAD));
    let mut length = 0;
    loop {
        let Some(next) = progress.next_of(body.frame()).await else {
            let end = progress.end_at_deadline();
            progress.body().truncate(end);
            return Ok(());
        };
        let Some(frame) = next else { return Ok(()) };
        let frame = frame.map_err(|error| failure::connected(&error, progress.seen))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        if length + data.len() > limit {
            let room = limit.min(Fragment::KEPT).saturating_sub(length);
            progress
                .body()
                .extend_from_slice(&data[..data.len().min(room)]);
            return Err(failure::body_too_large(limit));
        }
        progress.make_room(length + data.len()).await;
        let is_large = progress.large_body.is_some();
        let bytes = progress.body();
        if is_large {
            memory::grow(bytes, data.len());
        }
        bytes.extend_from_slice(data);
        length = bytes.len();
        progress.seen = Seen::Body(length);
        if progress.ends_with_events() {
            return Ok(());
        }
    }
}

/// The most memory that is allocated for a small body because of its `Content-Length`.
const READ_AHEAD: usize = 64 << 10;

fn fields(map: HeaderMap) -> Vec<(String, Vec<u8>)> {
    let mut fields = Vec::with_capacity(map.len());
    let mut current: Option<HeaderName> = None;
    for (name, value) in map {
        // The map gives the name of a repeated field only with its first value.
        current = name.or(current);
        if let Some(name) = &current {
            fields.push((name.as_str().to_owned(), value.as_bytes().to_vec()));
        }
    }
    fields
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::HTTP_09 => "HTTP/0.9",
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        Version::HTTP_3 => "HTTP/3",
        _ => "HTTP/1.1",
    }
}
