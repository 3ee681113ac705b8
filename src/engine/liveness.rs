//! Is a service still there? After three requests in a row without an answer it is asked.
//!
//! A request that hangs says nothing about the next one; a server that is gone says all there is to say
//! about the rest of the run. The two look the same to the case that waits. So the third silence in a row,
//! in the order in which the requests to one service end, whatever is under way beside them, is followed by
//! the smallest request that there is, on a connection of its own, as nobody. Any answer to it counts as
//! life, and the run goes on; none means that the service is lost, and its cases that were not begun are
//! skipped. Neither changes a verdict: a case without an answer is an error, and says which of the two it was.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Mutex;

use crate::engine::Engine;
use crate::model::{Case, Exchange, NoAnswer, NoAnswerKind, SentRequest, Transport};

/// So many requests in a row without an answer, and the service is asked whether it is there.
const SILENCES: usize = 3;

/// What is known of each service of the target.
#[derive(Debug)]
pub(super) struct Liveness {
    services: BTreeMap<String, Service>,
    /// How often a service was asked.
    requests: AtomicUsize,
}

#[derive(Debug, Default)]
struct Service {
    /// Requests without an answer since the last one that had one.
    silences: AtomicUsize,
    /// Held while it is asked: who has no answer either waits for what comes of it.
    asked: Mutex<()>,
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

    /// The services that a recorded run had lost, and why.
    pub(super) fn known(lost: &BTreeMap<String, String>) -> Liveness {
        let known = lost.iter().map(|(name, reason)| {
            let service = Service::default();
            // It is new: nothing can have been set before.
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

    /// How many requests only asked whether a service is there.
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
    /// Takes in how a request to a service ended. The third in a row without an answer waits until it is
    /// known whether the service is alive, and says so.
    pub(super) async fn note_answer(&self, service: &str, exchange: &mut Exchange) {
        // What a recording holds was noted when it was made.
        let known = self.liveness.services.get(service);
        let Some(known) = known.filter(|_| !self.source.is_recording()) else {
            return;
        };
        let no_answer = match &mut exchange.answer {
            Err(no_answer) if is_silence(no_answer.kind) => no_answer,
            Err(no_answer) if no_answer.kind == NoAnswerKind::Unsendable => return,
            // What is not HTTP, or too much of it, came from somebody.
            _ => return known.silences.store(0, Ordering::Relaxed),
        };
        if known.silences.fetch_add(1, Ordering::Relaxed) + 1 < SILENCES {
            return;
        }
        let _asking = known.asked.lock().await;
        if let Some(reason) = known.lost.get() {
            no_answer.detail = format!("{}; {reason}", no_answer.detail);
            return;
        }
        // Somebody else has asked in the meantime, or has heard an answer.
        if known.silences.load(Ordering::Relaxed) < SILENCES {
            return;
        }
        let told = match self.ask(service).await {
            Ok(sign) => {
                known.silences.store(0, Ordering::Relaxed);
                format!("the service is alive ({sign}), so it does not answer this")
            }
            Err(silence) => {
                let why = format!(
                    "service `{service}` is lost: {SILENCES} requests in a row had no answer, nor had \
                     one to its base URL ({})",
                    silence.detail
                );
                known
                    .lost
                    .get_or_init(|| self.redactor.redact(&why).into_owned())
                    .clone()
            }
        };
        no_answer.detail = format!("{}; {told}", no_answer.detail);
    }

    /// Asks a service whether it is there: how it showed that it is, or why there was no answer.
    async fn ask(&self, service: &str) -> Result<String, NoAnswer> {
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
            Ok(response) => Ok(format!("GET {target} had {}", response.status)),
            Err(no_answer) if is_silence(no_answer.kind) => Err(no_answer),
            Err(no_answer) => Ok(format!("GET {target} had an answer: {}", no_answer.detail)),
        }
    }
}

/// Did nobody answer? An answer that is no HTTP or too large is one of somebody, and a request that could
/// not be built, or had no token, was never sent.
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
        | NoAnswerKind::NoToken
        | NoAnswerKind::Unrecorded => false,
    }
}
