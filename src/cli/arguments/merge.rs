//! Options of `merge`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::{BaselineOptions, ReportOption, TodayOptions, parse_report};

/// Options of `merge`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct MergeOptions {
    /// The JSON reports and event streams of the shards, and directories with them.
    #[arg(value_name = "DIR|FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Use the suite in this directory. Default: the suite of the run, which must be in the same place.
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// Write a report in FORMAT to PATH, as in `run`. May be repeated. Default: only the report on the terminal.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(crate) report: Vec<ReportOption>,
    /// Read the waivers of known failures from this file. Default: the file of the run.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
    #[command(flatten)]
    pub(crate) baseline: BaselineOptions,
    /// Print only failures and the summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const NOTES: &str = "\
Example:
  probity run --shard 3/8 --run-id 42 --report json=shards/3.json  one of eight processes
  probity merge shards/ --report out/                              the verdict of the run

The exit code is that of the run. If a shard is missing or was killed, its cases are unproven, the exit code is not 0, \
and the command that runs just those cases is printed. Files of different runs, suites, targets, versions or options are \
an error (exit 2).";
