//! Networks: TLS, proxies, sockets, versions of HTTP and times, each against servers of a test's own on
//! this machine, with certificates made in the test.

#![expect(
    clippy::unwrap_used,
    reason = "clippy knows no helpers of tests outside `mod tests`"
)]

mod certificates;
mod client;
mod connections;
#[expect(dead_code, reason = "the tests of the command line use all of it")]
#[path = "../cli/folder.rs"]
mod folder;
mod proxies;
mod proxy;
mod runs;
mod server;
mod tls;
