//! The raw transport: sends every byte of the request as written, and sees every byte of the answer.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use crate::execute::answer::AnswerReader;
use crate::execute::destination::Destination;
use crate::execute::progress::{Progress, Seen};
use crate::execute::route::Route;
use crate::execute::tls::Agreement;
use crate::execute::{failure, head};
use crate::model::exchange::{NoAnswer, Response, SentRequest};
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
    let bytes = bytes(request);
    let announces_more = announces_more(request);
    let (connection, _) = route.dialer.open(&destination, Agreement::Http1).await?;
    let (receiver, sender) = tokio::io::split(connection);
    let reader = AnswerReader::new(&request.method, limits.body);
    let read = read(receiver, reader, progress);
    // A server may answer and stop reading before it has read everything, so a failed write does not end the reading.
    let write = async {
        let _ = write(sender, &bytes, announces_more).await;
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

/// The request as it goes to the wire.
fn bytes(request: &SentRequest) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512 + request.body.as_ref().map_or(0, Vec::len));
    for part in [&request.method, " ", &request.target, " HTTP/1.1\r\n"] {
        bytes.extend_from_slice(part.as_bytes());
    }
    for (name, value) in &request.headers {
        for part in [name, ": ", value, "\r\n"] {
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(request.body.as_deref().unwrap_or_default());
    bytes
}

/// Whether `Content-Length` announces bytes that do not come. Then our end is closed after the request, or the server
/// would wait for them until the timeout.
fn announces_more(request: &SentRequest) -> bool {
    let sent = request.body.as_ref().map_or(0, Vec::len);
    head::values(request, "content-length")
        .filter_map(|value| value.trim().parse::<u64>().ok())
        .any(|announced| announced > sent as u64)
}

async fn write(
    mut sender: impl AsyncWrite + Unpin,
    bytes: &[u8],
    announces_more: bool,
) -> io::Result<()> {
    sender.write_all(bytes).await?;
    sender.flush().await?;
    if announces_more {
        sender.shutdown().await?;
    }
    Ok(())
}

async fn read(
    mut receiver: impl AsyncRead + Unpin,
    mut reader: AnswerReader,
    progress: &mut Progress,
) -> Result<Response, NoAnswer> {
    let mut buffer = vec![0; 16 << 10];
    let mut had_head = false;
    while !reader.is_whole() {
        progress.seen = reader.seen();
        if let Seen::Body(bytes) = progress.seen {
            progress.make_room(bytes + buffer.len()).await;
        }
        let count = match receiver.read(&mut buffer).await {
            Ok(count) => count,
            Err(error) => return Err(failure::connected(&error, reader.seen())),
        };
        if count == 0 {
            progress.answer_came();
            let mut response = reader.finish()?;
            response.saw_wire = true;
            return Ok(response);
        }
        reader.feed(&buffer[..count])?;
        if reader.has_head() && !had_head {
            had_head = true;
            progress.head_came();
        }
    }
    progress.answer_came();
    let saw_wire =
        read_trailing(&mut receiver, &mut buffer, &mut reader, progress.deadline()).await;
    let mut response = reader.finish()?;
    response.saw_wire = saw_wire;
    Ok(response)
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
