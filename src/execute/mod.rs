//! One bound request becomes one exchange: the only place that opens sockets to a target.
//!
//! [`Transports`] is built once for a run; [`Transports::send`] takes a [`SentRequest`] with every value
//! filled in and gives an [`Exchange`]. It judges nothing, follows no redirect, repeats no request, keeps
//! no cookie and reads nothing from the environment (proxies least of all). Content codings are undone
//! (`content.rs`); the bytes as they came are kept beside the content.
//! Every exchange is bounded: in time by `connect_timeout` and by `timeout` (all of it, connecting
//! included), in size by `body` and by fixed limits on the head.
//!
//! # What each transport can do
//!
//! A request that a transport cannot send *as it is* is not bent: the exchange says `unsendable` and
//! names the transport that can. `tests/transports` holds these lines against a socket.
//!
//! All three go the way that the network of the service says. `normal` is reqwest where a connection is the
//! ordinary one, and a pool over connections of ours where reqwest cannot open it (`route.rs`); `exact` and
//! `raw` speak HTTP/1.1 alone and refuse where the network says `http: 2`. A proxy is always asked for a
//! tunnel, so that the table holds through it.
//!
//! | the request has | normal | exact | raw |
//! | --- | --- | --- | --- |
//! | a method that is not a token (`G T`) | no | no | yes |
//! | the method `CONNECT` | no | yes | yes |
//! | dot segments in the path (also `%2e`), non-ASCII characters | no | yes | yes |
//! | in the path `"` `{` `}` or a backslash, in the query `'` | no | yes | yes |
//! | `*`, or an absolute URL, as the target | no | yes | yes |
//! | in the path a backtick, in the query `"` | no | no | yes |
//! | a space, a control character, `#` `<` `>` in the target | no | no | yes |
//! | a field name that is not a token; CR, LF, NUL or another control character in a value | no | no | yes |
//! | the case of field names on the wire | lower case | lower case | as written |
//! | the order of fields | as written, repeats together | as written, repeats together | as written |
//! | the same field twice, a foreign `Host`, two of them | yes | yes | yes |
//! | no `Accept` | no: adds `accept: */*` | yes | yes |
//! | no `Host` | no | yes | yes |
//! | `Content-Length` that is the length of the body | yes | yes | yes |
//! | another `Content-Length`, or more than one | no | no | yes |
//! | a body without `Content-Length` | no | no | yes |
//! | `Transfer-Encoding` (a body framed by hand) | no | no | yes |
//! | over https, unless `http: 1.1`: `Host`, `Connection`, `Keep-Alive`, `Proxy-Connection`, `TE`, `Upgrade` | no: may be HTTP/2 | yes | yes |
//! | a field value with non-ASCII characters (sent as UTF-8) | yes | yes | yes |
//! | a body with any method | yes | yes | yes |
//! | `Expect: 100-continue` | sent, not waited for | sent, not waited for | sent, waited for if the case says so |
//! | chunks of given sizes | no | no | yes |
//!
//! No transport sends credentials out of a URL, or a credential with a line break in it.
//!
//! | added, unless given or omitted | normal | exact | raw |
//! | --- | --- | --- | --- |
//! | `Host` | last | first | first |
//! | `Content-Length` with a body, and `0` for POST, PUT and PATCH without one | yes | yes | yes |
//! | `Accept: */*` | yes | - | - |
//! | `Connection: close` | - | - | yes |
//!
//! | of the answer | normal | exact | raw |
//! | --- | --- | --- | --- |
//! | HTTP version | 1.0, 1.1, 2 | 1.0, 1.1 | 1.0, 1.1 |
//! | largest head | 100 fields, about 400 KiB | 512 fields, 256 KiB | 512 fields, 256 KiB |
//! | case of field names | lost | lost | kept |
//! | fields in order | repeats together | repeats together | yes |
//! | bytes after the answer (`trailing`, `saw_wire`) | not seen | not seen | seen |
//! | `Transfer-Encoding` beside `Content-Length`, bare LF as line end | accepted | accepted | `not-http` |
//! | bad field name, folded line, differing lengths, bad chunk, status below 100 | `not-http` | `not-http` | `not-http` |
//! | interim (1xx) answers | skipped; at most 16 in a pool of ours, to the timeout in reqwest's | skipped, at most 16 | skipped, at most 16 |
//! | the rest of an event stream, once enough events have come | not read: the connection is closed | the same | the same |
//! | trailer fields | dropped | dropped | checked, dropped |
//! | connection | pooled, idle for 1 s at most; its own with `keep-alive: false` | its own | its own |

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::exchange::{Exchange, NoAnswer, NoAnswerKind, Response, SentRequest};
use crate::model::network::Network;
use crate::model::request::Transport;
use crate::model::server_events::EventLimit;
use crate::model::target::{Limits, Target};

pub mod answer;
mod connection;
pub(crate) mod content;
mod destination;
mod dialer;
mod event_watch;
mod exact;
mod failure;
mod figure;
mod head;
mod interim;
pub mod memory;
mod normal;
mod outgoing;
mod phases;
mod pool;
mod progress;
mod proxy;
mod raw;
mod reqwest_pool;
mod resolver;
pub mod retry_after;
mod route;
mod socks;
mod tls;
mod tunnel;
mod typed;

use memory::{BodyMemory, LargeBody, SMALL};
use progress::Progress;
use route::Route;

/// The three ways to send a request, built once for a run and shared by reference.
#[derive(Debug)]
pub struct Transports {
    limits: Limits,
    route: Route,
    /// The routes of services that have a network of their own.
    routes: BTreeMap<String, Route>,
    memory: BodyMemory,
}

/// An exchange, with the room that a large body takes in memory until this is dropped.
#[derive(Debug)]
pub struct Received {
    /// The exchange.
    pub exchange: Exchange,
    /// `None` for a small body.
    pub large_body: Option<LargeBody>,
}

/// Which connection a request may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionChoice {
    /// An idle one of the pool, if the transport has a pool.
    Any,
    /// A new one: an idle connection was closed under the request before.
    New,
}

/// How far one answer is read, besides the limits of the target.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadLimits {
    /// The time for the whole exchange, in place of the one of the target.
    pub timeout: Option<Duration>,
    /// Of an event stream, how many events are read before the connection is closed; `None` reads it to its end.
    pub events: Option<EventLimit>,
}

/// The HTTP client could not be built.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the HTTP client")]
pub struct TransportSetupError(#[from] reqwest::Error);

impl Transports {
    /// Builds the clients for all services of a target. Opens no connection and loads no root certificate.
    ///
    /// # Errors
    ///
    /// [`TransportSetupError`] if a pooled client refuses its settings.
    pub fn to(target: &Target) -> Result<Transports, TransportSetupError> {
        let mut transports = Transports::new(&target.limits, &target.network)?;
        for (service, network) in &target.networks {
            let route = Route::new(network, &target.limits)?;
            transports.routes.insert(service.clone(), route);
        }
        Ok(transports)
    }

    /// Builds the clients for services that are all reached in one way.
    ///
    /// # Errors
    ///
    /// [`TransportSetupError`] if a pooled client refuses its settings.
    pub fn new(limits: &Limits, network: &Network) -> Result<Transports, TransportSetupError> {
        Ok(Transports {
            limits: limits.clone(),
            route: Route::new(network, limits)?,
            routes: BTreeMap::new(),
            memory: BodyMemory::new(limits.body),
        })
    }

    /// Sends one request the way its `transport` says, and takes the answer or the reason for none.
    ///
    /// The request comes back inside the exchange with the fields added that the transport sent by
    /// itself. Must run on a tokio runtime with I/O and time enabled.
    pub async fn send(&self, request: SentRequest) -> Exchange {
        self.receive(request, ConnectionChoice::Any).await.exchange
    }

    /// As [`Transports::send`]. What it returns keeps the memory of a large body reserved.
    pub async fn receive(&self, request: SentRequest, connection: ConnectionChoice) -> Received {
        let limits = ReadLimits::default();
        self.receive_within(request, connection, limits).await
    }

    /// As [`Transports::receive`], with limits of the step.
    pub async fn receive_within(
        &self,
        mut request: SentRequest,
        connection: ConnectionChoice,
        limits: ReadLimits,
    ) -> Received {
        let limit = limits.timeout.unwrap_or(self.limits.timeout);
        let mut progress = Progress::new(Instant::now(), limit, self.memory.clone());
        progress.event_limit = limits.events;
        let pause = Arc::clone(&progress.pause);
        let attempt = self.attempt(&mut request, connection, &mut progress);
        let (answer, phases) = phases::watch(limit, &pause, attempt).await;
        let answer = answer.unwrap_or_else(|| Err(progress.timed_out(limit)));
        let answer = match answer {
            Ok(response) if content::is_coded(&response) => {
                Box::pin(self.decode(response, &mut progress)).await
            }
            answer => answer,
        };
        let answer = answer.map_err(|no_answer| {
            let no_answer = progress.explained(no_answer);
            progress.with_fragment(no_answer)
        });
        Received {
            large_body: progress.large_body.take().filter(|_| answer.is_ok()),
            exchange: Exchange {
                request,
                hops: Vec::new(),
                timing: progress.timing(phases.opening(answer.is_ok())),
                answer,
            },
        }
    }

    /// Undoes content codings, away from the threads that read answers. Room is reserved only for large content.
    async fn decode(
        &self,
        response: Response,
        progress: &mut Progress,
    ) -> Result<Response, NoAnswer> {
        let limit = self.limits.body;
        let first = limit.min(SMALL);
        let (response, decoded) = decode_apart(response, first).await;
        match decoded {
            Ok(()) => return Ok(response),
            Err(no_answer) if limit <= SMALL => return Err(undecoded(no_answer, response)),
            Err(_) => {}
        }
        progress.make_room(limit).await;
        let (response, decoded) = decode_apart(response, limit).await;
        match decoded {
            Ok(()) => Ok(response),
            Err(no_answer) => Err(undecoded(no_answer, response)),
        }
    }

    async fn attempt(
        &self,
        request: &mut SentRequest,
        connection: ConnectionChoice,
        progress: &mut Progress,
    ) -> Result<Response, NoAnswer> {
        head::check(request)?;
        let route = self.routes.get(&request.service).unwrap_or(&self.route);
        match request.transport {
            Transport::Normal => {
                let route = match connection {
                    ConnectionChoice::Any => route,
                    ConnectionChoice::New => route.without_pool()?,
                };
                normal::exchange(route, &self.limits, request, progress).await
            }
            Transport::Exact => exact::exchange(route, &self.limits, request, progress).await,
            Transport::Raw => raw::exchange(route, &self.limits, request, progress).await,
        }
    }
}

/// A failure to decode, with what came.
fn undecoded(no_answer: NoAnswer, response: Response) -> NoAnswer {
    let received = response.body.len();
    NoAnswer {
        fragment: (response.status > 0).then(|| Box::new(progress::fragment(response, received))),
        ..no_answer
    }
}

async fn decode_apart(mut response: Response, limit: usize) -> (Response, Result<(), NoAnswer>) {
    let work = move || {
        let decoded = content::decode(&mut response, limit);
        (response, decoded)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            let stopped = failure::no_answer(NoAnswerKind::Cut, format!("decoding ended: {error}"));
            (Response::default(), Err(stopped))
        }
    }
}
