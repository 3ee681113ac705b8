//! Options of `judge`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::{ReportOption, SuiteOptions, TodayOptions, parse_report};

/// Options of `judge`.
#[derive(Debug, Args)]
#[command(after_help = JUDGE_NOTES)]
pub(crate) struct JudgeOptions {
    /// The recording: the file of `probity run --record FILE`, or a HAR file of a browser or a proxy.
    #[arg(value_name = "FILE")]
    pub(crate) recording: PathBuf,
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// The target of a HAR file of another tool: a target file, or a base URL. Its fixtures and identities are used to
    /// match exchanges with cases. Nothing is sent to it.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Judge only cases that match, as in `run`. Default: the selection of the recorded run.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Do not judge cases that match, as in `--only`. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// Write a report in FORMAT to PATH, as in `run`. May be repeated. Default: only the report on the terminal.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(crate) report: Vec<ReportOption>,
    /// Read the waivers of known failures from this file. Default: as in `run`, the file beside the target file of the
    /// recorded run, if it exists.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
    /// Also fail the run if a SHOULD requirement is violated.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print only failures and the summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const JUDGE_NOTES: &str = "\
Examples:
  probity run --target staging.yaml --record run.har     record what is sent and received
  probity judge run.har                                  the same verdicts again, without a network
  probity judge run.har --suite .                        judge the recording with the current suite
  probity judge browser.har --target staging.yaml        judge what a browser recorded

Nothing is sent. A case without an exchange in the recording is skipped. An exchange that does not match the request of \
the case, or lacks a part that a check needs, is not evidence. The exit codes are those of `run`.";
