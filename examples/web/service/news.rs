//! What happens in the cabinet: as a log, as a stream of events, and as a feed.

use std::fmt::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::mpsc;

use super::documents::{Document, json};
use super::faults::Fault;
use super::pages::escaped;
use super::{Cabinet, Drawers, Problem, Shared, coding};

/// Something that a member did.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    number: usize,
    at: String,
    member: String,
    action: &'static str,
    document: String,
    title: String,
}

/// Writes an entry, and wakes up who waits for it.
pub(super) fn announce(
    cabinet: &Cabinet,
    drawers: &mut Drawers,
    member: &str,
    action: &'static str,
    document: &Document,
) {
    drawers.log.push(Entry {
        number: drawers.log.len() + 1,
        at: Timestamp::now().to_string(),
        member: member.to_owned(),
        action,
        document: document.id.clone(),
        title: document.title.clone(),
    });
    cabinet.news.send_replace(drawers.log.len());
}

/// The log: one JSON text per line.
pub(super) async fn log(State(cabinet): Shared, headers: HeaderMap) -> Result<Response, Problem> {
    let mut drawers = cabinet.open();
    drawers.member(&headers)?;
    let mut text = Vec::new();
    if cabinet.has(Fault::LogIsArray) {
        text = json(&drawers.log)?;
    } else {
        for entry in &drawers.log {
            text.extend(json(entry)?);
            text.push(b'\n');
        }
    }
    Ok(coding::coded(
        &cabinet,
        &headers,
        "application/x-ndjson",
        text,
    ))
}

/// A body that ends only with its reader.
struct Stream(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Stream {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let next = self.0.poll_recv(context);
        next.map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// The entries as server-sent events, from the one after `Last-Event-ID`, and then as they come.
pub(super) async fn events(
    State(cabinet): Shared,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    cabinet.open().member(&headers)?;
    let last = headers.get("Last-Event-ID").and_then(|id| id.to_str().ok());
    let last = last.and_then(|id| id.parse().ok());
    let last = last.filter(|_| !cabinet.has(Fault::EventsReplayed));
    let (sender, receiver) = mpsc::channel(8);
    tokio::spawn(send(Arc::clone(&cabinet), last.unwrap_or(0), sender));
    let fields = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::OK, fields, Body::new(Stream(receiver))).into_response())
}

async fn send(cabinet: Arc<Cabinet>, mut last: usize, sender: mpsc::Sender<Bytes>) {
    let mut news = cabinet.news.subscribe();
    let mut text = "retry: 1000\n\n".to_owned();
    loop {
        let length = *news.borrow_and_update();
        let entries: Vec<Entry> = cabinet
            .open()
            .log
            .iter()
            .take(length)
            .skip(last)
            .cloned()
            .collect();
        for entry in &entries {
            let (number, action) = (entry.number, entry.action);
            let Ok(data) = serde_json::to_string(entry) else {
                return;
            };
            let _ = write!(text, "id: {number}\nevent: {action}\ndata: {data}\n\n");
        }
        last = last.max(length);
        if !text.is_empty()
            && sender
                .send(Bytes::from(std::mem::take(&mut text)))
                .await
                .is_err()
        {
            return;
        }
        tokio::select! {
            changed = news.changed() => if changed.is_err() { return },
            () = sender.closed() => return,
        }
    }
}

/// The documents as an Atom feed (RFC 4287), the newest first.
pub(super) async fn feed(State(cabinet): Shared) -> Response {
    let drawers = cabinet.open();
    let updated = drawers.log.last().map_or("", |entry| &entry.at);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:c=\"urn:cabinet\">\n\
         <id>urn:cabinet:feed</id>\n<title>Cabinet</title>\n<updated>{updated}</updated>\n\
         <author><name>Cabinet</name></author>\n<link rel=\"self\" href=\"/feed.xml\"/>\n"
    );
    for document in drawers.documents.values().rev() {
        let title = if cabinet.has(Fault::FeedUnescaped) {
            document.title.clone()
        } else {
            escaped(&document.title)
        };
        let (id, filed, size) = (&document.id, &document.filed, document.size);
        let _ = writeln!(
            text,
            "<entry><id>urn:cabinet:{id}</id><title>{title}</title><updated>{filed}</updated>\
             <link href=\"/documents/{id}\"/><c:size>{size}</c:size></entry>"
        );
    }
    text.push_str("</feed>\n");
    ([(header::CONTENT_TYPE, "application/atom+xml")], text).into_response()
}
