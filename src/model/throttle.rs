//! What to do about an answer that asks the client to wait.

use std::time::Duration;

/// What becomes of an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum ThrottleDecision {
    /// It asks for none: it stands as it is.
    Final,
    /// The request is sent again after this time.
    Wait(Duration),
    /// More is asked for than can be given: there is no evidence, for this reason.
    Spent(String),
}
