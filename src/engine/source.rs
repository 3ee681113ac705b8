//! The source of answers: the network or a recording. A case is run in the same way from both.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::execute::content::decode;
use crate::execute::{ConnectionChoice, ReadLimits, Received, Transports};
use crate::model::StepPlace;
use crate::model::ThrottleDecision;
use crate::model::{Case, Exchange, SentRequest};
use crate::recording::playback::{Playback, no_evidence};

/// The most content that a recorded body may have: more than the usual limit of a target.
const CONTENT_LIMIT: usize = 64 << 20;

/// Where the answers of a run come from.
#[derive(Debug)]
pub(super) enum Source {
    /// A target.
    Network(Box<Transports>),
    /// The answers of an earlier run.
    Recording(Playback),
}

impl Source {
    pub(super) fn is_recording(&self) -> bool {
        matches!(self, Source::Recording(_))
    }

    /// The transports; `None` for a recording.
    pub(super) fn transports(&self) -> Option<&Transports> {
        match self {
            Source::Network(transports) => Some(transports),
            Source::Recording(_) => None,
        }
    }

    /// Whether the recorded run waited after an attempt.
    pub(super) fn throttle_decision(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
    ) -> Option<ThrottleDecision> {
        match self {
            Source::Network(_) => None,
            Source::Recording(playback) => playback.throttle_decision(place, attempt),
        }
    }

    /// How often a case is run: once, or as often as a recording has it.
    pub(super) fn attempts(&self, case: &Case) -> usize {
        match self {
            Source::Network(_) => 1,
            Source::Recording(playback) => playback.case_attempts(case),
        }
    }

    /// What was made for an attempt of a case when it was recorded.
    pub(super) fn values(&self, case: &Case, attempt: usize) -> Option<BTreeMap<String, Value>> {
        match self {
            Source::Network(_) => None,
            Source::Recording(playback) => playback.values(case, attempt),
        }
    }

    /// Sends the request of one attempt of a step.
    pub(super) async fn exchange(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        request: SentRequest,
        connection: ConnectionChoice,
    ) -> Received {
        match self {
            Source::Network(transports) => {
                let step = place.step();
                let limits = ReadLimits {
                    timeout: step.timeout,
                    events: step.event_limit(),
                };
                transports.receive_within(request, connection, limits).await
            }
            Source::Recording(playback) => Received {
                exchange: played(playback, place, attempt, request),
                large_body: None,
            },
        }
    }

    /// Sends a liveness probe, which a recording cannot answer.
    pub(super) async fn probe(&self, request: SentRequest) -> Exchange {
        match self {
            Source::Network(transports) => transports.send(request).await,
            Source::Recording(_) => no_evidence(request, "it has only the requests of cases"),
        }
    }

    /// Whether there can be another attempt after this one.
    pub(super) fn has_next(&self, place: StepPlace<'_>, attempt: usize) -> bool {
        match self {
            Source::Network(_) => true,
            Source::Recording(playback) => playback.has_next(place, attempt),
        }
    }

    /// Whether a step that has not passed after this attempt would have been repeated, but the recording ends.
    pub(super) fn ends_early(&self, place: StepPlace<'_>, attempt: usize) -> bool {
        match self {
            Source::Network(_) => false,
            Source::Recording(playback) => playback.ends_early(place, attempt),
        }
    }
}

/// A recorded exchange. What Probity recorded is a body as it came; other tools record content.
fn played(
    playback: &Playback,
    place: StepPlace<'_>,
    attempt: usize,
    request: SentRequest,
) -> Exchange {
    let mut exchange = playback.exchange(place, attempt, request);
    let redirects = exchange.hops.iter_mut();
    for answer in redirects.filter_map(|hop| hop.answer.as_mut()) {
        if let Err(too_large) = decode(Arc::make_mut(answer), CONTENT_LIMIT) {
            exchange.answer = Err(too_large);
        }
    }
    if !playback.is_matched()
        && let Ok(response) = &mut exchange.answer
        && let Err(too_large) = decode(response, CONTENT_LIMIT)
    {
        exchange.answer = Err(too_large);
    }
    exchange
}
