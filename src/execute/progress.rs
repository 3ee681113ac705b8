//! How far an exchange has come, for its timing, its deadline and the text of a failure.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use crate::execute::event_watch::EventWatch;
use crate::execute::figure;
use crate::execute::memory::{BodyMemory, LargeBody, Pause, SMALL};
use crate::model::exchange::{Fragment, NoAnswer, NoAnswerKind, Opening, Response, Timing};
use crate::model::server_events::EventLimit;

/// The clock of one exchange and the bytes seen so far.
///
/// It outlives the future of the exchange, so that it can be read after a timeout.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    deadline: Instant,
    first_byte: Option<Duration>,
    total: Option<Duration>,
    /// How much of the answer has come.
    pub(super) seen: Seen,
    /// What came of the answer so far, once its head is complete.
    pub(super) response: Option<Response>,
    /// How many events are read of an event stream.
    pub(super) event_limit: Option<EventLimit>,
    events: Option<EventWatch>,
    memory: BodyMemory,
    /// The room for a large body.
    pub(super) large_body: Option<LargeBody>,
    /// How long it has waited for that room.
    pub(super) pause: Arc<Pause>,
}

/// How much of an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// No complete head; how much of it came is not known.
    NoHead,
    /// This many bytes of the head.
    Head(usize),
    /// The head, and this many bytes of the body.
    Body(usize),
}

impl Seen {
    /// Whether anything is known to have come.
    pub(super) fn has_begun(self) -> bool {
        !matches!(self, Seen::NoHead | Seen::Head(0))
    }
}

impl Progress {
    pub(super) fn new(started: Instant, limit: Duration, memory: BodyMemory) -> Progress {
        Progress {
            started,
            // The limit may be too large for the clock.
            deadline: started
                .checked_add(limit)
                .unwrap_or_else(|| started + Duration::from_hours(24)),
            first_byte: None,
            total: None,
            seen: Seen::NoHead,
            response: None,
            event_limit: None,
            events: None,
            memory,
            large_body: None,
            pause: Arc::default(),
        }
    }

    /// Waits until the body may grow to so many bytes.
    pub(super) async fn make_room(&mut self, bytes: usize) {
        if bytes > SMALL && self.large_body.is_none() {
            self.large_body = self.memory.reserve(&self.pause).await;
        }
    }

    /// When the exchange must be over.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline + self.pause.total()
    }

    /// The head of the answer is here.
    pub(super) fn head_came(&mut self) {
        self.first_byte = Some(self.started.elapsed());
    }

    /// Starts counting events, if they are limited and the answer has any.
    pub(super) fn watch_events_of(&mut self, head: &Response) {
        self.events = self
            .event_limit
            .and_then(|limit| EventWatch::of(limit, head));
    }

    /// Awaits the next bytes of the body; `None` if the time for events is over.
    pub(super) async fn next_of<T>(&self, next: impl Future<Output = T>) -> Option<T> {
        let Some(watch) = &self.events else {
            return Some(next.await);
        };
        let deadline = watch.deadline() + self.pause.total();
        // A flood is always ready.
        if Instant::now() >= deadline {
            return None;
        }
        timeout_at(deadline.into(), next).await.ok()
    }

    /// Where the body ends, if enough events have come.
    pub(super) fn end_of_events(&mut self, body: &[u8]) -> Option<usize> {
        self.events.as_mut()?.end_in(body)
    }

    /// Where the body ends when the time for events is over.
    pub(super) fn end_at_deadline(&self) -> usize {
        let watch = self.events.as_ref();
        watch.map_or(0, EventWatch::end_at_deadline)
    }

    /// As [`Progress::end_of_events`], of what has come so far: ends the body there, and returns whether it did.
    pub(super) fn ends_with_events(&mut self) -> bool {
        let (Some(watch), Some(response)) = (&mut self.events, &mut self.response) else {
            return false;
        };
        let end = watch.end_in(&response.body);
        if let Some(end) = end {
            response.body.truncate(end);
        }
        end.is_some()
    }

    /// The last byte of the answer is here. The raw transport's wait for more does not count.
    pub(super) fn answer_came(&mut self) {
        self.total = Some(self.elapsed());
    }

    /// The time since the start that the target is accountable for.
    fn elapsed(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.pause.total())
    }

    pub(super) fn timing(&self, opening: Opening) -> Timing {
        let total = self.total.unwrap_or_else(|| self.elapsed());
        Timing {
            opening,
            first_byte: self.first_byte.unwrap_or(total),
            total,
        }
    }

    /// The body so far.
    pub(super) fn body(&mut self) -> &mut Vec<u8> {
        &mut self.response.get_or_insert_default().body
    }

    /// Notes what has come of an answer that another owner reads: its head, and the beginning of its body.
    pub(super) fn keep(&mut self, answer: Option<&Response>) {
        let Some(answer) = answer else { return };
        let known = self.response.get_or_insert_with(|| Response {
            version: answer.version.clone(),
            status: answer.status,
            reason: answer.reason.clone(),
            headers: answer.headers.clone(),
            ..Response::default()
        });
        let end = answer.body.len().min(Fragment::KEPT);
        let new = &answer.body[known.body.len().min(end)..end];
        known.body.extend_from_slice(new);
        self.seen = Seen::Body(answer.body.len());
    }

    /// Adds to a failure what came of the answer.
    pub(super) fn with_fragment(&mut self, no_answer: NoAnswer) -> NoAnswer {
        let received = match self.seen {
            Seen::Body(received) => received,
            _ => 0,
        };
        let came = self.response.take();
        let came = came.map(|response| Box::new(fragment(response, received)));
        NoAnswer {
            fragment: no_answer.fragment.or(came),
            ..no_answer
        }
    }

    /// Adds to a failure that this side had stopped reading, which a target may take for the end.
    pub(super) fn explained(&self, no_answer: NoAnswer) -> NoAnswer {
        let pause = self.pause.total();
        if pause < Duration::from_secs(1) {
            return no_answer;
        }
        let detail = format!(
            "{}; reading had paused for {}, until other large bodies were judged",
            no_answer.detail,
            figure::duration(Duration::from_secs(pause.as_secs()))
        );
        NoAnswer {
            detail,
            ..no_answer
        }
    }

    pub(super) fn timed_out(&self, limit: Duration) -> NoAnswer {
        let limit = figure::duration(limit);
        let detail = match self.seen {
            Seen::NoHead | Seen::Head(0) => format!("no answer within {limit}"),
            seen => format!("incomplete answer within {limit}: stopped {seen}"),
        };
        NoAnswer {
            kind: NoAnswerKind::TimedOut,
            detail,
            has_begun: self.seen.has_begun(),
            fragment: None,
        }
    }
}

/// What is kept of an incomplete answer of which so many bytes came.
pub(super) fn fragment(mut response: Response, received: usize) -> Fragment {
    let received = received.max(response.body.len());
    response.body.truncate(Fragment::KEPT);
    response.body.shrink_to_fit();
    Fragment { response, received }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Seen::NoHead => f.write_str("before the head of the answer was complete"),
            Seen::Head(0) => f.write_str("before the first byte of the answer"),
            Seen::Head(count) => write!(f, "after {} of the head", figure::bytes(count)),
            Seen::Body(count) => write!(f, "after {} of the body", figure::bytes(count)),
        }
    }
}
