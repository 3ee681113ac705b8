//! Networks: TLS, proxies, sockets, versions of HTTP and times, each against servers of a test's own on
//! this machine, with certificates made in the test.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows no helpers of tests outside `mod tests`"
)]

mod certificates;
mod client;
mod connections;
mod proxies;
mod proxy;
mod runs;
mod server;
#[path = "../support/mod.rs"]
mod support;
mod tls;
