//! What can be typed after `probity judge`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::{ReportOption, SuiteOptions, TodayOptions, parse_report};

/// Options of `judge`.
#[derive(Debug, Args)]
#[command(after_help = JUDGE_NOTES)]
pub(crate) struct JudgeOptions {
    /// The recording: what `probity run --record FILE` has written, or a HAR file of a browser or a proxy.
    #[arg(value_name = "FILE")]
    pub(crate) recording: PathBuf,
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// For a HAR file of another tool: the target it was made with, a file or a base URL. Nothing is sent to it;
    /// its fixtures and identities say which exchange is the one that a case asks for.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Judge only cases whose id matches, as in `run`. Without it: what the recorded run had selected.
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Write a report, as in `run`. May be repeated. Without it: the terminal's report only.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(crate) report: Vec<ReportOption>,
    /// Known failures that the gate forgives, each until a day. Without it: as in `run`, those beside the target file
    /// that the recorded run was given, if they are there.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
    /// Let a violated recommendation (SHOULD) fail the run too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Say less: only what failed, and the last lines.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const JUDGE_NOTES: &str = "\
Examples:
  probity run --target staging.yaml --record run.har     keep what was sent and received
  probity judge run.har                                  the same verdicts again, without a network
  probity judge run.har --suite .                        what would the suite as it is now say of it?
  probity judge browser.har --target staging.yaml        what a browser saw, held against the contract

Nothing is sent. A case of which the recording holds no exchange is skipped; an exchange that is not the one that \
the case asks for, or of which a part is missing that a check needs, is no evidence. Exit codes are those of `run`.";
