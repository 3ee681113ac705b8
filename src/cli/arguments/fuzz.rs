//! Options of `fuzz`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::arguments::SuiteOptions;
use crate::load;

/// Options of `fuzz`.
#[derive(Debug, Args)]
#[command(after_help = FUZZ_NOTES)]
pub(crate) struct FuzzOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// Send requests to this target: a target file, or the base URL of all services. What it permits holds as in `run`.
    /// Default: that of `probity.yaml`, or the reference deployment, started in this process.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Take this time, with that of the unchanged cases: `60s`, `10m`.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_time)]
    pub(crate) time: Duration,
    /// End after N changed requests, if the time is not over before.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) requests: Option<u32>,
    /// Make the same requests as another session with this seed. Default: another seed each time; it is printed.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Change only the requests of cases that match: the id as a glob (`*` also matches `/`) or the beginning of a path,
    /// `requirement:ID`, `level:MUST`, `tag:NAME` or `file:PATH`. May be repeated: patterns of one kind are alternatives,
    /// and one of each kind must match.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Do not change the requests of cases that match, as in `--only`. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// Write the case files of findings below this directory. Default: the directory of the suite.
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// Run up to N cases at the same time. Default: the limit in the target file, or 32.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
}

const FUZZ_NOTES: &str = "\
It runs the cases first, and then changes the requests that were accepted, one at a time. `requests` in a contract says \
what is a legal request; `probity import openapi` writes it. Each finding becomes a case file, which is never overwritten.

Examples:
  probity fuzz --suite my-suite --target http://127.0.0.1:8080
  probity fuzz --target staging.yaml --time 10m --only users
  probity fuzz --target staging.yaml --seed 7 --requests 500   the same 500 requests each time

Exit codes:
  0    changed requests of every described operation were answered as the contract says
  1    an answer that the contract forbids, or a case that fails without any change
  2    usage error or invalid input file; no request was sent
  4    nothing forbidden was found, but no changed request of some described operation was answered
  5    the target could not be judged
  70   internal error, or a case file could not be written
  130  interrupted; what was found is reported";

fn parse_time(text: &str) -> Result<Duration, String> {
    load::duration(text)
        .ok_or_else(|| "expected a time such as `60s` or `10m`, up to 24 hours".into())
}
