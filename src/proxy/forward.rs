//! One request of a client: read, sent to the target, answered, and handed over.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::ext::ReasonPhrase;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};

use crate::execute::memory::LargeBody;
use crate::execute::{ConnectionChoice, Transports};
use crate::model::{Exchange, NoAnswer, NoAnswerKind, Response, SentBody, SentRequest, Transport};
use crate::proxy::{Passed, Routes};

/// A request body of up to this many bytes needs no reservation.
pub(super) const SMALL: usize = 1 << 20;

/// How long a client may take to send a request body.
const BODY_TIMEOUT: Duration = Duration::from_mins(1);

/// Fields of one connection, which are not forwarded (RFC 9110 section 7.6.1), and those that the next one gets anew.
const OF_CONNECTION: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

type Answer = hyper::Response<Full<Bytes>>;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Forwarder {
    pub(super) routes: Routes,
    pub(super) transports: Transports,
    pub(super) passed: mpsc::Sender<Passed>,
    /// The largest request body.
    pub(super) body: usize,
    pub(super) address: SocketAddr,
    pub(super) large_bodies: Arc<Semaphore>,
}

/// The room in memory that the bodies of an exchange take.
#[derive(Debug, Default)]
pub(super) struct Room {
    _request: Option<OwnedSemaphorePermit>,
    _response: Option<LargeBody>,
}

/// Answers a request of a client.
pub(super) async fn answer(forwarder: Arc<Forwarder>, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let (method, is_head) = (head.method.clone(), head.method == Method::HEAD);
    let sent = match forwarder.read(head, body).await {
        Ok(sent) => sent,
        Err((status, reason)) => return refusal(status, &reason),
    };
    // In a task of its own: if the client hangs up, the target has the request all the same, and it is judged.
    let forwarding = tokio::spawn(async move { forwarder.forward(sent).await });
    match forwarding.await {
        Ok(Ok(response)) => returned(&method, &response),
        Ok(Err(no_answer)) => unanswered(&no_answer, is_head),
        Err(_) => refusal(
            StatusCode::BAD_GATEWAY,
            "the request could not be forwarded",
        ),
    }
}

impl Forwarder {
    /// The request as it is sent to the target, or the status and the reason why it is not.
    async fn read(
        &self,
        head: Parts,
        body: Incoming,
    ) -> Result<(SentRequest, Option<OwnedSemaphorePermit>), (StatusCode, String)> {
        let target = self.target_of(&head)?;
        let Some((service, url)) = self.routes.of(&target) else {
            let bases: Vec<String> = self.routes.bases().collect();
            let reason = format!(
                "no service of the target has this path: they are {}",
                bases.join(", ")
            );
            return Err((StatusCode::NOT_FOUND, reason));
        };
        let headers = fields(&head)?;
        let (bytes, room) = self.body_of(body).await?;
        let body = (!bytes.is_empty()).then(|| SentBody::from(bytes));
        let sent = SentRequest {
            service: service.to_owned(),
            method: head.method.as_str().to_owned(),
            url,
            target,
            headers,
            body,
            transport: Transport::Exact,
            omitted: Vec::new(),
            credentials: Vec::new(),
        };
        Ok((sent, room))
    }

    /// Path and query, if the request is one that a reverse proxy forwards.
    fn target_of(&self, head: &Parts) -> Result<String, (StatusCode, String)> {
        if head.method == Method::CONNECT || head.headers.contains_key("upgrade") {
            let reason = "tunnels and upgrades are not forwarded";
            return Err((StatusCode::NOT_IMPLEMENTED, reason.to_owned()));
        }
        if head.uri.authority().is_some() {
            let reason = format!(
                "this is a reverse proxy, not a forward proxy: set the base URL of the client to http://{}",
                self.address
            );
            return Err((StatusCode::BAD_REQUEST, reason));
        }
        let target = head.uri.path_and_query().map(ToString::to_string);
        match target {
            Some(target) if target.starts_with('/') => Ok(target),
            _ => Err((
                StatusCode::BAD_REQUEST,
                "only requests with a path are forwarded".to_owned(),
            )),
        }
    }

    /// Reads the body of a request.
    async fn body_of(
        &self,
        mut body: Incoming,
    ) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), (StatusCode, String)> {
        let too_large = || {
            let reason = format!(
                "the request body is larger than {} bytes, the limit of the recording proxy (`limits.body` of the target)",
                self.body
            );
            (StatusCode::PAYLOAD_TOO_LARGE, reason)
        };
        let too_slow = |_| {
            let seconds = BODY_TIMEOUT.as_secs();
            let reason = format!("the request body did not come within {seconds} s");
            (StatusCode::REQUEST_TIMEOUT, reason)
        };
        if body.size_hint().lower() > self.body as u64 {
            return Err(too_large());
        }
        let deadline = Instant::now() + BODY_TIMEOUT;
        let (mut bytes, mut room) = (Vec::new(), None);
        while let Some(frame) = timeout_at(deadline, body.frame()).await.map_err(too_slow)? {
            let frame = frame.map_err(|error| {
                let reason = format!("the request body is broken: {error}");
                (StatusCode::BAD_REQUEST, reason)
            })?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            if bytes.len() + data.len() > self.body {
                return Err(too_large());
            }
            if bytes.len() + data.len() > SMALL && room.is_none() {
                let permit = Arc::clone(&self.large_bodies).acquire_owned();
                room = timeout_at(deadline, permit).await.map_err(too_slow)?.ok();
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, room))
    }

    /// Sends a request, and hands the exchange over.
    async fn forward(
        &self,
        (request, room): (SentRequest, Option<OwnedSemaphorePermit>),
    ) -> Result<Response, NoAnswer> {
        let received = self.transports.receive(request, ConnectionChoice::Any);
        let received = received.await;
        let exchange: Exchange = received.exchange;
        let answer = exchange.answer.clone();
        let passed = Passed {
            exchange,
            _room: Room {
                _request: room,
                _response: received.large_body,
            },
        };
        // Nobody takes it only when the proxy has ended.
        let _ = self.passed.send(passed).await;
        answer
    }
}

/// The fields that are forwarded.
fn fields(head: &Parts) -> Result<Vec<(String, String)>, (StatusCode, String)> {
    let named = nominated(
        head.headers
            .get_all("connection")
            .iter()
            .map(HeaderValue::as_bytes),
    );
    let mut fields = Vec::new();
    for (name, value) in &head.headers {
        let name = name.as_str();
        let is_own = ["host", "content-length"].contains(&name) || OF_CONNECTION.contains(&name);
        if is_own || named.iter().any(|one| one == name) {
            continue;
        }
        let value = std::str::from_utf8(value.as_bytes()).map_err(|_| {
            let reason = format!("the value of the header `{name}` is not UTF-8");
            (StatusCode::BAD_REQUEST, reason)
        })?;
        fields.push((name.to_owned(), value.to_owned()));
    }
    Ok(fields)
}

/// The names of fields that `Connection` says are those of the connection.
fn nominated<'v>(values: impl Iterator<Item = &'v [u8]>) -> Vec<String> {
    let values = values.map(|value| String::from_utf8_lossy(value).to_lowercase());
    let names = values.flat_map(|value| {
        let names = value.split(',').map(|name| name.trim().to_owned());
        names.collect::<Vec<_>>()
    });
    names.collect()
}

/// The answer of the target, for the client.
fn returned(method: &Method, response: &Response) -> Answer {
    let status = StatusCode::from_u16(response.status).ok();
    let Some(status) = status.filter(|status| !status.is_informational()) else {
        let reason = format!(
            "the target answered {}, which is no final status",
            response.status
        );
        return refusal(StatusCode::BAD_GATEWAY, &reason);
    };
    let has_no_body = method == Method::HEAD || matches!(response.status, 204 | 304);
    let body = if has_no_body {
        Bytes::new()
    } else {
        Bytes::copy_from_slice(response.received_body())
    };
    let mut answer = hyper::Response::new(Full::new(body));
    *answer.status_mut() = status;
    let named = nominated(response.header_values("connection"));
    for (name, value) in &response.headers {
        let lower = name.to_ascii_lowercase();
        // The length of a body that was read is known; that of one that was not asked for is a statement of the target.
        let is_own = OF_CONNECTION.contains(&&*lower) || lower == "content-length" && !has_no_body;
        if is_own || named.contains(&lower) {
            continue;
        }
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    if let Ok(reason) = ReasonPhrase::try_from(response.reason.as_bytes().to_vec())
        && !response.reason.is_empty()
    {
        answer.extensions_mut().insert(reason);
    }
    answer
}

/// What a client gets when the target gave no answer.
fn unanswered(no_answer: &NoAnswer, is_head: bool) -> Answer {
    let status = match no_answer.kind {
        NoAnswerKind::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        NoAnswerKind::Unsendable => StatusCode::BAD_REQUEST,
        _ => StatusCode::BAD_GATEWAY,
    };
    let reason = format!(
        "no answer of the target: {}: {}",
        no_answer.kind.words(),
        no_answer.detail
    );
    let mut answer = refusal(status, &reason);
    if is_head {
        *answer.body_mut() = Full::default();
    }
    answer
}

/// An answer of the proxy itself.
fn refusal(status: StatusCode, reason: &str) -> Answer {
    let mut answer = hyper::Response::new(Full::new(Bytes::from(format!(
        "probity record: {reason}\n"
    ))));
    *answer.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, plain);
    answer
}
