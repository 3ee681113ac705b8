//! The binary from outside: what is typed, what is sent, what is said, what is written, how it ends.
//!
//! Every test has a folder of its own and servers of its own on free ports of this machine, so the
//! tests run at the same time and in any order. Nothing here waits by sleeping: a server tells what it
//! has heard.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows no helpers of tests outside `mod tests`"
)]

mod answers;
mod bookshelf;
mod care;
mod commands;
mod curl;
mod deployment;
mod errors;
mod faults;
mod flaky;
mod folder;
mod formats;
mod gate;
mod handmade;
mod history;
mod identities;
mod incomplete;
mod interrupts;
mod invalid;
mod limits;
mod liveness;
mod order;
mod peer;
mod permits;
mod prove;
mod record;
mod recordings;
mod redirects;
mod reports;
mod resume;
mod rules;
mod secrets;
mod steps;
mod sweep;
mod targets;
mod things;
mod undoing;
mod vacuity;
mod waivers;
mod weakened;
