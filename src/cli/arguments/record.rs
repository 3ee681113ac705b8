//! Options of `record`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::{ReportOption, SuiteOptions, TodayOptions, parse_report};

/// Options of `record`.
#[derive(Debug, Args)]
#[command(after_help = RECORD_NOTES)]
#[expect(clippy::struct_excessive_bools, reason = "these are options")]
pub(crate) struct RecordOptions {
    /// Listen on this address: `127.0.0.1:8080`, or only a port. Default: a free port of 127.0.0.1, which is printed on the
    /// first line.
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_address, default_value = "0", hide_default_value = true)]
    pub(crate) listen: SocketAddr,
    /// Permit `--listen` on an address that other machines can reach. They can then send requests to the target through
    /// this one.
    #[arg(long)]
    pub(crate) allow_remote_clients: bool,
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// The target that requests are forwarded to: a target file, or a base URL. Default: that of `probity.yaml`, or the
    /// reference deployment, started in this process.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Forward only to this service of the target. May be repeated. Needed if services have the same path on different
    /// hosts. Default: the service whose base URL has the longest path that the request is below.
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Vec<String>,
    /// Disable certificate verification for all services, as in `run`.
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Write the exchanges to FILE as HAR, without secrets. An existing file is replaced, as in `run --record`.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Judge each exchange by the rules of the contracts (`answers`), print what is wrong at once, and at the end which
    /// requirements are upheld, violated and were never exercised.
    #[arg(long)]
    pub(crate) check: bool,
    /// Judge only operations that match, as in `run`: `license`, `license/traffic/*`. May be repeated.
    #[arg(long, value_name = "PATTERN", requires = "check")]
    pub(crate) only: Vec<String>,
    /// Do not judge operations that match, as in `--only`. May be repeated.
    #[arg(long, value_name = "PATTERN", requires = "check")]
    pub(crate) skip: Vec<String>,
    /// Write a report in FORMAT to PATH, as in `run`. May be repeated. Default: only the report on the terminal.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report, requires = "check")]
    pub(crate) report: Vec<ReportOption>,
    /// Read the waivers of known failures from this file. Default: as in `run`, the file beside the target file, if it
    /// exists.
    #[arg(long, value_name = "FILE", requires = "check")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
    /// Also fail if a SHOULD requirement is violated.
    #[arg(long, requires = "check")]
    pub(crate) strict: bool,
    /// Print only failures and the summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const RECORD_NOTES: &str = "\
Examples:
  probity record --listen 8080 --target staging.yaml --out traffic.har    record what a client does
  probity record --listen 8080 --target staging.yaml --check              judge it as it passes
  probity record --target staging.yaml --check --only license             only one contract

Set the base URL of the client to the address that is printed, and end with Ctrl-C. The exit codes are those of `run`: a \
MUST requirement that no exchange exercised is unproven (exit 4), and without an exchange that a rule judges the exit \
code is never 0. Without `--check`, the exit code is 0 if everything was written.";

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix(':').unwrap_or(text);
    if let Ok(port) = port.parse::<u16>() {
        return Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let local = text.replace("localhost:", "127.0.0.1:");
    local.parse().map_err(|_| {
        "write an IP address and a port, as in `127.0.0.1:8080`, or only a port".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_an_ip_address_and_a_port_or_a_port_of_this_machine() {
        let read = |text| parse_address(text).map(|address| address.to_string());
        assert_eq!(read("8080").as_deref(), Ok("127.0.0.1:8080"));
        assert_eq!(read(":0").as_deref(), Ok("127.0.0.1:0"));
        assert_eq!(read("localhost:1").as_deref(), Ok("127.0.0.1:1"));
        assert_eq!(read("[::1]:8080").as_deref(), Ok("[::1]:8080"));
        assert_eq!(read("0.0.0.0:80").as_deref(), Ok("0.0.0.0:80"));
        for wrong in ["", "host:80", "127.0.0.1", "70000", "http://127.0.0.1:1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
