//! Answers that ask for patience: 429 and 503 with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! Such an answer is no verdict, unless the step asks for just that status: it is waited for and the
//! request is sent again, within the budget that the target sets.

use std::time::Duration;

use crate::model::{Exchange, StatusPattern, Step};

/// The most repeats of one step, for servers that ask for no time at all.
const REPEATS: usize = 20;

/// What one step has waited so far.
#[derive(Debug, Default)]
pub(super) struct Throttled {
    /// How often it was asked to wait.
    pub(super) times: usize,
    waited: Duration,
}

impl Throttled {
    /// How long to wait before the request is sent again; `None` when the answer stands as it is.
    pub(super) fn wait(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        budget: Duration,
    ) -> Option<Duration> {
        let response = exchange.answer.as_ref().ok()?;
        if !matches!(response.status, 429 | 503) || names_status(step, response.status) {
            return None;
        }
        let value = response.header_values("retry-after").next()?;
        let seconds: u64 = std::str::from_utf8(value).ok()?.trim().parse().ok()?;
        let wait = Duration::from_secs(seconds);
        if self.times >= REPEATS || wait > budget.saturating_sub(self.waited) {
            return None;
        }
        self.times += 1;
        self.waited += wait;
        Some(wait)
    }
}

/// Does some block of the step ask for exactly this status?
fn names_status(step: &Step, status: u16) -> bool {
    step.expect
        .iter()
        .filter_map(|block| block.status.as_ref())
        .any(|check| check.accepts.contains(&StatusPattern::Exact(status)))
}
