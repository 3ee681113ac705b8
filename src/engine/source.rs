//! Where answers come from: the network, or a recording. A case is run the same way from both.

use crate::execute::Transports;
use crate::model::StepPlace;
use crate::model::ThrottleDecision;
use crate::model::{Case, Exchange, SentRequest};
use crate::recording::playback::{Playback, no_evidence};

/// What answers the requests of a run.
#[derive(Debug)]
pub(super) enum Source {
    /// A deployment.
    Network(Transports),
    /// What one has answered before.
    Recording(Playback),
}

impl Source {
    pub(super) fn is_recording(&self) -> bool {
        matches!(self, Source::Recording(_))
    }

    /// What opens sockets, unless nothing is sent.
    pub(super) fn transports(&self) -> Option<&Transports> {
        match self {
            Source::Network(transports) => Some(transports),
            Source::Recording(_) => None,
        }
    }

    /// Whether the run waited after an attempt, where a recording tells.
    pub(super) fn patience(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
    ) -> Option<ThrottleDecision> {
        match self {
            Source::Network(_) => None,
            Source::Recording(playback) => playback.patience(place, attempt),
        }
    }

    /// How often a case is run: once, or as often as a recording holds it.
    pub(super) fn takes(&self, case: &Case) -> usize {
        match self {
            Source::Network(_) => 1,
            Source::Recording(playback) => playback.takes(case),
        }
    }

    /// One attempt of a step.
    pub(super) async fn exchange(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        request: SentRequest,
    ) -> Exchange {
        match self {
            Source::Network(transports) => transports.send(request).await,
            Source::Recording(playback) => playback.exchange(place, attempt, request),
        }
    }

    /// A request of no case, which a recording cannot answer.
    pub(super) async fn ask(&self, request: SentRequest) -> Exchange {
        match self {
            Source::Network(transports) => transports.send(request).await,
            Source::Recording(_) => no_evidence(request, "it holds only what cases asked"),
        }
    }

    /// Can there be another attempt after this one?
    pub(super) fn goes_on(&self, place: StepPlace<'_>, attempt: usize) -> bool {
        match self {
            Source::Network(_) => true,
            Source::Recording(playback) => playback.goes_on(place, attempt),
        }
    }

    /// A step that waits for something does not hold after this attempt: would there have been another one,
    /// which nobody recorded?
    pub(super) fn ends_too_early(&self, place: StepPlace<'_>, attempt: usize) -> bool {
        match self {
            Source::Network(_) => false,
            Source::Recording(playback) => playback.ends_too_early(place, attempt),
        }
    }
}
