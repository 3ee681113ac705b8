//! What to do about an answer that throttles.

use std::time::Duration;

/// The decision about an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum ThrottleDecision {
    /// It does not throttle: it is judged.
    Final,
    /// The request is sent again after this time.
    Wait(Duration),
    /// The wait would exceed a limit: there is no evidence, for this reason.
    Spent(String),
}
