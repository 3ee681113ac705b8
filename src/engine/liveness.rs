//! Liveness: after three requests in a row without an answer, a probe finds out whether the service is lost.
//!
//! One request that hangs says nothing about the next one; a server that is down decides the rest of the run. A waiting
//! case cannot distinguish the two. So after the third unanswered request in a row to one service (in the order in which
//! they end) the run sends the smallest possible request, without credentials and on a connection of its own. After any
//! answer the run continues; without one the service is lost, and its cases that were not started are skipped. Neither
//! changes a verdict: a case without an answer is an error, and its reason says which of the two it was.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Mutex;

use crate::engine::Engine;
use crate::model::{Case, Exchange, NoAnswer, NoAnswerKind, SentRequest, Transport};

/// The number of unanswered requests in a row after which a service is probed.
const SILENCES: usize = 3;

/// What is known of each service of the target.
#[derive(Debug)]
pub(super) struct Liveness {
    services: BTreeMap<String, Service>,
    /// The number of probes.
    requests: AtomicUsize,
}

#[derive(Debug, Default)]
struct Service {
    /// Requests without an answer since the last one that had one.
    silences: AtomicUsize,
    /// Locked during a probe: other requests without an answer wait for its result.
    probe: Mutex<()>,
    /// Why it is lost.
    lost: OnceLock<String>,
}

impl Liveness {
    pub(super) fn new<'n>(services: impl Iterator<Item = &'n String>) -> Liveness {
        Liveness {
            services: services
                .map(|name| (name.clone(), Service::default()))
                .collect(),
            requests: AtomicUsize::new(0),
        }
    }

    /// The services that were lost in a recorded run, and why.
    pub(super) fn known(lost: &BTreeMap<String, String>) -> Liveness {
        let known = lost.iter().map(|(name, reason)| {
            let service = Service::default();
            // It is new, so nothing has been set before.
            let _ = service.lost.set(reason.clone());
            (name.clone(), service)
        });
        Liveness {
            services: known.collect(),
            requests: AtomicUsize::new(0),
        }
    }

    /// Why a service is lost.
    pub(super) fn why_lost(&self, service: &str) -> Option<&str> {
        Some(self.services.get(service)?.lost.get()?.as_str())
    }

    /// The number of probes sent.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Why a case cannot be run: a service that it needs is lost.
    pub(super) fn lost(&self, case: &Case) -> Option<&str> {
        let mut needed = case.needs.services.iter();
        needed.find_map(|name| self.why_lost(name))
    }

    /// Why services are lost, in the order of their names.
    pub(super) fn all_lost(&self) -> impl Iterator<Item = &str> {
        let services = self.services.values();
        services.filter_map(|service| Some(service.lost.get()?.as_str()))
    }
}

impl Engine {
    /// Counts how a request to a service ended. The third in a row without an answer waits for a probe, and its reason
    /// gets the result.
    pub(super) async fn note_answer(&self, service: &str, exchange: &mut Exchange) {
        // In a recording this is known already.
        let known = self.liveness.services.get(service);
        let Some(known) = known.filter(|_| !self.source.is_recording()) else {
            return;
        };
        let no_answer = match &mut exchange.answer {
            Err(no_answer) if is_silence(no_answer.kind) => no_answer,
            Err(no_answer) if no_answer.kind == NoAnswerKind::Unsendable => return,
            // What is not HTTP, or too large, is an answer too.
            _ => return known.silences.store(0, Ordering::Relaxed),
        };
        if known.silences.fetch_add(1, Ordering::Relaxed) + 1 < SILENCES {
            return;
        }
        let _probing = known.probe.lock().await;
        if let Some(reason) = known.lost.get() {
            no_answer.detail = format!("{}; {reason}", no_answer.detail);
            return;
        }
        // Another request has had an answer in the meantime.
        if known.silences.load(Ordering::Relaxed) < SILENCES {
            return;
        }
        let result = match self.probe(service).await {
            Ok(sign) => {
                known.silences.store(0, Ordering::Relaxed);
                format!("the service is alive ({sign}) but does not answer this request")
            }
            Err(silence) => {
                let why = format!(
                    "service `{service}` is lost: {SILENCES} requests in a row had no answer, and \
                     neither had a probe of its base URL ({})",
                    silence.detail
                );
                known
                    .lost
                    .get_or_init(|| self.redactor.redact(&why).into_owned())
                    .clone()
            }
        };
        no_answer.detail = format!("{}; {result}", no_answer.detail);
    }

    /// Sends a probe: the sign of life, or why there was no answer.
    async fn probe(&self, service: &str) -> Result<String, NoAnswer> {
        let base = self.target.services.get(service).map_or("", |base| base);
        let authority = base.find("://").map_or(0, |at| at + 3);
        let path = base[authority..]
            .find('/')
            .map(|at| &base[authority + at..]);
        let target = path.unwrap_or("/").to_owned();
        let _permit = self.rate_limiter.turn(service).await;
        let request = SentRequest {
            method: "GET".to_owned(),
            service: service.to_owned(),
            url: match path {
                Some(_) => base.to_owned(),
                None => format!("{base}/"),
            },
            target: target.clone(),
            headers: Vec::new(),
            body: None,
            transport: Transport::Exact,
            omitted: Vec::new(),
            credentials: Vec::new(),
        };
        self.liveness.requests.fetch_add(1, Ordering::Relaxed);
        match self.source.probe(request).await.answer {
            Ok(response) => Ok(format!("GET {target} returned {}", response.status)),
            Err(no_answer) if is_silence(no_answer.kind) => Err(no_answer),
            Err(no_answer) => Ok(format!("GET {target} had an answer: {}", no_answer.detail)),
        }
    }
}

/// Whether there was no answer at all. One that is not HTTP or too large is an answer; a request that could not be built
/// or had no token was never sent.
fn is_silence(kind: NoAnswerKind) -> bool {
    match kind {
        NoAnswerKind::Unresolved
        | NoAnswerKind::Refused
        | NoAnswerKind::Proxy
        | NoAnswerKind::Tls
        | NoAnswerKind::TimedOut
        | NoAnswerKind::Cut => true,
        NoAnswerKind::NotHttp
        | NoAnswerKind::TooLarge
        | NoAnswerKind::Unsendable
        | NoAnswerKind::Elsewhere
        | NoAnswerKind::Redirects
        | NoAnswerKind::NoToken
        | NoAnswerKind::Unrecorded => false,
    }
}
