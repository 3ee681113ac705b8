//! What each transport puts on the wire, and what it makes of each kind of answer.
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows no helpers of tests outside `mod tests`"
)]

mod answer;
mod client;
mod no_answer;
mod peer;
mod request;
#[path = "../support/mod.rs"]
mod support;
