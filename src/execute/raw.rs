//! The raw transport: sends every byte of the request as written, and sees every byte of the answer.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::execute::answer::AnswerReader;
use crate::execute::destination::Destination;
use crate::execute::progress::{Progress, Seen};
use crate::execute::route::Route;
use crate::execute::tls::Agreement;
use crate::execute::{failure, head};
use crate::model::exchange::{NoAnswer, Response, SentRequest};
use crate::model::sent_body::SentBody;
use crate::model::target::Limits;

/// How long a connection must be silent after an answer to count as having no more data. A server that sends too much
/// does so at once; one that keeps the connection open costs every case this time.
const QUIET: Duration = Duration::from_millis(100);

/// Sends the request and reads the answer, and what comes after it.
pub(super) async fn exchange(
    route: &Route,
    limits: &Limits,
    request: &mut SentRequest,
    progress: &mut Progress,
) -> Result<Response, NoAnswer> {
    route.speaks_http1(request)?;
    let destination = Destination::of(request)?;
    add_fields(request, &destination.authority);
    let outgoing = Wire {
        head: head_bytes(request),
        body: request.body.clone(),
        announces_more: announces_more(request),
    };
    let (connection, _) = route.dialer.open(&destination, Agreement::Http1).await?;
    let (receiver, sender) = tokio::io::split(connection);
    let reader = AnswerReader::new(&request.method, limits.body);
    let heard = Heard::default();
    let read = read(receiver, reader, progress, &heard);
    // A server may answer and stop reading before it has read everything, so a failed write does not end the reading.
    let write = async {
        let _ = write(sender, outgoing, &heard).await;
        pending::<Infallible>().await
    };
    tokio::select! {
        answer = read => answer,
        never = write => match never {},
    }
}

fn add_fields(request: &mut SentRequest, authority: &str) {
    if !head::is_settled(request, "host") {
        let host = ("Host".to_owned(), authority.to_owned());
        request.headers.insert(0, host);
    }
    if let Some(length) = head::content_length(request) {
        request.headers.push(("Content-Length".to_owned(), length));
    }
    if !head::is_settled(request, "connection") {
        request
            .headers
            .push(("Connection".to_owned(), "close".to_owned()));
    }
}

/// A request as it goes to the wire.
struct Wire {
    head: Vec<u8>,
    body: Option<SentBody>,
    announces_more: bool,
}

fn head_bytes(request: &SentRequest) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    for part in [&request.method, " ", &request.target, " HTTP/1.1\r\n"] {
        bytes.extend_from_slice(part.as_bytes());
    }
    for (name, value) in &request.headers {
        for part in [name, ": ", value, "\r\n"] {
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// Whether `Content-Length` announces bytes that do not come. Then our end is closed after the request, or the server
/// would wait for them until the timeout.
fn announces_more(request: &SentRequest) -> bool {
    let sent = request.body.as_ref().map_or(0, SentBody::len);
    head::values(request, "content-length")
        .filter_map(|value| value.trim().parse::<u64>().ok())
        .any(|announced| announced > sent)
}

async fn write(mut sender: impl AsyncWrite + Unpin, wire: Wire, heard: &Heard) -> io::Result<()> {
    match wire.body {
        None => sender.write_all(&wire.head).await?,
        Some(body) => {
            let framing = body.framing.clone();
            if let Some(wait) = framing.wait {
                sender.write_all(&wire.head).await?;
                sender.flush().await?;
                // Without an answer the body is sent all the same (RFC 9110 section 10.1.1).
                let _ = tokio::time::timeout(wait, heard.interim.notified()).await;
                if heard.is_final.load(Ordering::Relaxed) {
                    return Ok(());
                }
                write_body(&mut sender, Vec::new(), body).await?;
            } else {
                write_body(&mut sender, wire.head, body).await?;
            }
        }
    }
    sender.flush().await?;
    if wire.announces_more {
        sender.shutdown().await?;
    }
    Ok(())
}

/// Writes what is `pending` and the body. A small body leaves in one piece with the head.
async fn write_body(
    sender: &mut (impl AsyncWrite + Unpin),
    mut pending: Vec<u8>,
    body: SentBody,
) -> io::Result<()> {
    const ENOUGH: usize = 64 << 10;
    let mut chunks = Chunks::new(&body.framing.chunks);
    for block in body.into_blocks() {
        chunks.add(&block, &mut pending);
        if pending.len() >= ENOUGH {
            sender.write_all(&pending).await?;
            pending.clear();
        }
    }
    chunks.end(&mut pending);
    sender.write_all(&pending).await
}

/// The chunked coding (RFC 9112 section 7.1) with chunks of given sizes; nothing without sizes.
struct Chunks {
    sizes: Vec<usize>,
    /// The number of chunks that were started.
    started: usize,
    /// The bytes of the chunk that is being collected.
    chunk: Vec<u8>,
}

impl Chunks {
    fn new(sizes: &[usize]) -> Chunks {
        Chunks {
            sizes: sizes.to_vec(),
            started: 0,
            chunk: Vec::new(),
        }
    }

    /// Writes the chunks that these bytes complete.
    fn add(&mut self, mut bytes: &[u8], wire: &mut Vec<u8>) {
        while !bytes.is_empty() {
            let size = self.sizes.get(self.started).or(self.sizes.last());
            let Some(size) = size.copied() else {
                return wire.extend_from_slice(bytes);
            };
            let room = size.saturating_sub(self.chunk.len());
            let (now, later) = bytes.split_at(bytes.len().min(room.max(1)));
            self.chunk.extend_from_slice(now);
            bytes = later;
            if self.chunk.len() >= size {
                self.close(wire);
            }
        }
    }

    fn close(&mut self, wire: &mut Vec<u8>) {
        wire.extend_from_slice(format!("{:x}\r\n", self.chunk.len()).as_bytes());
        wire.append(&mut self.chunk);
        wire.extend_from_slice(b"\r\n");
        self.started += 1;
    }

    /// Writes the last chunk, and the one without bytes.
    fn end(&mut self, wire: &mut Vec<u8>) {
        if self.sizes.is_empty() {
            return;
        }
        if !self.chunk.is_empty() {
            self.close(wire);
        }
        wire.extend_from_slice(b"0\r\n\r\n");
    }
}

/// What the answer says about the body that is held back.
#[derive(Default)]
struct Heard {
    interim: Notify,
    is_final: AtomicBool,
}

async fn read(
    mut receiver: impl AsyncRead + Unpin,
    mut reader: AnswerReader,
    progress: &mut Progress,
    heard: &Heard,
) -> Result<Response, NoAnswer> {
    let mut buffer = vec![0; 16 << 10];
    let mut had_head = false;
    while !reader.is_whole() {
        progress.seen = reader.seen();
        if let Seen::Body(bytes) = progress.seen {
            progress.make_room(bytes + buffer.len()).await;
        }
        let Some(next) = progress.next_of(receiver.read(&mut buffer)).await else {
            let end = progress.end_at_deadline();
            return Ok(ended_at(end, reader, progress));
        };
        let count = match next {
            Ok(count) => count,
            Err(error) => return Err(failure::connected(&error, reader.seen())),
        };
        if count == 0 {
            progress.answer_came();
            let mut response = reader.finish()?;
            response.saw_wire = true;
            return Ok(response);
        }
        let fed = reader.feed(&buffer[..count]);
        progress.keep(reader.begun());
        fed?;
        if reader.has_interim() {
            heard.interim.notify_one();
        }
        if reader.has_head() && !had_head {
            heard.is_final.store(true, Ordering::Relaxed);
            had_head = true;
            progress.head_came();
            if let Some(head) = reader.begun() {
                progress.watch_events_of(head);
            }
        }
        let body = reader.begun().map(|response| response.body.as_slice());
        if let Some(end) = body.and_then(|body| progress.end_of_events(body)) {
            return Ok(ended_at(end, reader, progress));
        }
    }
    progress.answer_came();
    let saw_wire =
        read_trailing(&mut receiver, &mut buffer, &mut reader, progress.deadline()).await;
    let mut response = reader.finish()?;
    response.saw_wire = saw_wire;
    Ok(response)
}

/// The answer with a body that is not read any further.
fn ended_at(end: usize, reader: AnswerReader, progress: &mut Progress) -> Response {
    progress.answer_came();
    let mut response = reader.into_begun();
    response.body.truncate(end);
    response
}

/// Reads what comes after the answer, and returns whether all of it was seen.
async fn read_trailing(
    receiver: &mut (impl AsyncRead + Unpin),
    buffer: &mut [u8],
    reader: &mut AnswerReader,
    deadline: std::time::Instant,
) -> bool {
    let deadline = Instant::from_std(deadline);
    while !reader.is_full() {
        let quiet = Instant::now() + QUIET;
        match timeout_at(quiet.min(deadline), receiver.read(buffer)).await {
            Ok(Ok(0)) => return true,
            Ok(Ok(count)) => {
                if reader.feed(&buffer[..count]).is_err() {
                    return false;
                }
            }
            // TLS without its closing message: the answer itself is complete.
            Ok(Err(error)) => return error.kind() == io::ErrorKind::UnexpectedEof,
            Err(_) => return quiet <= deadline,
        }
    }
    false
}
