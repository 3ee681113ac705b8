//! The binary from outside: arguments, requests, output, files, exit code.
//!
//! Every test has its own folder, and its own servers on free ports of this machine, so the tests run at the same
//! time and in any order. Nothing waits by sleeping: a server reports the requests that it has received.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows no helpers of tests outside `mod tests`"
)]

mod answer_bodies;
mod answers;
mod bodies;
mod bookshelf;
mod branches;
mod care;
mod charsets;
mod commands;
mod cookies;
mod curl;
mod deployment;
mod described;
mod edited;
mod elsewhere;
mod encoding;
mod errors;
mod events;
mod export;
mod faults;
mod fixtures;
mod flaky;
mod followed_answers;
mod formats;
mod fragments;
mod fuzz;
mod fuzz_end;
mod gate;
mod handmade;
mod history;
mod identities;
mod import;
mod import_service;
mod incomplete;
mod init;
mod interrupts;
mod invalid;
mod limits;
mod links;
mod listener;
mod liveness;
mod logins;
mod lsp;
mod many_targets;
mod newcomer;
mod oci;
mod order;
mod peer;
mod permits;
#[cfg(target_os = "linux")]
mod progress;
mod prove;
mod prove_shards;
mod proxy;
mod received;
mod record;
mod recordings;
mod redirects;
mod registry;
mod reports;
mod resume;
mod rules;
mod secrets;
mod shards;
mod shared_steps;
mod shipped_jobs;
mod start;
mod statements;
mod steps;
#[path = "../support/mod.rs"]
mod support;
mod sweep;
mod targets;
mod things;
mod traffic;
mod traffic_credentials;
mod traffic_hurl;
mod undoing;
mod vacuity;
mod values;
mod waivers;
mod watch;
mod weakened;
mod web;
mod xml;

use support::folder;
