//! How far an exchange has come: what its timing, its deadline and the words of a failure are taken from.

use std::fmt;
use std::time::{Duration, Instant};

use crate::execute::figure;
use crate::model::exchange::{NoAnswer, NoAnswerKind, Opening, Timing};

/// The clock of one exchange and the octets seen so far.
///
/// It lives outside the future of the exchange, so that it can still be read when time is up.
#[derive(Debug)]
pub(super) struct Progress {
    started: Instant,
    deadline: Instant,
    first_byte: Option<Duration>,
    total: Option<Duration>,
    /// How much of the answer has come.
    pub(super) seen: Seen,
}

/// How much of an answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// No whole head; how much of it came is not known.
    NoHead,
    /// So many octets of the head.
    Head(usize),
    /// The head, and so many octets of the body.
    Body(usize),
}

impl Seen {
    /// Is anything known to have come?
    pub(super) fn has_begun(self) -> bool {
        !matches!(self, Seen::NoHead | Seen::Head(0))
    }
}

impl Progress {
    pub(super) fn new(started: Instant, limit: Duration) -> Progress {
        Progress {
            started,
            // A limit too large for the clock is none that anybody waits for.
            deadline: started
                .checked_add(limit)
                .unwrap_or_else(|| started + Duration::from_hours(24)),
            first_byte: None,
            total: None,
            seen: Seen::NoHead,
        }
    }

    /// When the exchange must be over.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// The head of the answer is here.
    pub(super) fn head_came(&mut self) {
        self.first_byte = Some(self.started.elapsed());
    }

    /// The last octet of the answer is here. Waiting for more, as the raw transport does, counts no more.
    pub(super) fn answer_came(&mut self) {
        self.total = Some(self.started.elapsed());
    }

    pub(super) fn timing(&self, opening: Opening) -> Timing {
        let total = self.total.unwrap_or_else(|| self.started.elapsed());
        Timing {
            opening,
            first_byte: self.first_byte.unwrap_or(total),
            total,
        }
    }

    pub(super) fn timed_out(&self, limit: Duration) -> NoAnswer {
        let limit = figure::duration(limit);
        let detail = match self.seen {
            Seen::NoHead | Seen::Head(0) => format!("no answer within {limit}"),
            seen => format!("answer not whole within {limit}: stopped {seen}"),
        };
        NoAnswer {
            kind: NoAnswerKind::TimedOut,
            detail,
            has_begun: self.seen.has_begun(),
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Seen::NoHead => f.write_str("before the head of the answer was whole"),
            Seen::Head(0) => f.write_str("before the first octet of the answer"),
            Seen::Head(count) => write!(f, "after {} of the head", figure::octets(count)),
            Seen::Body(count) => write!(f, "after {} of the body", figure::octets(count)),
        }
    }
}
