//! Options of `accept`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::TodayOptions;

/// Options of `accept`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct AcceptOptions {
    /// The JSON report of the run.
    #[arg(value_name = "RUN.json")]
    pub(crate) run: PathBuf,
    /// Write the baseline to this file. Default: `NAME.baseline.jsonl` beside the target file `NAME.yaml` of the run.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Accept that this case or requirement is worse than in the previous baseline, or give a case that fails its reason.
    /// May be repeated.
    #[arg(long, value_name = "ID", requires = "reason")]
    pub(crate) lower: Vec<String>,
    /// The reason why it is accepted. The baseline stores it with these cases.
    #[arg(long, value_name = "TEXT", requires = "lower")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
}

const NOTES: &str = "\
Examples:
  probity accept probity-report/report.json --baseline staging.baseline.jsonl
  probity accept run.json --lower presence/filters/devices --reason 'removed in 2.4'

The baseline is a text file with one line per case, requirement, body and operation. Commit it and review its diff. It \
permits no failures by itself; `run --baseline FILE --gate regressions` compares a run with it.

Exit codes:
  0    accepted
  1    something is worse than in the previous baseline, and neither waived nor named by --lower
  2    usage error, or a file that is not a report or not a baseline
  4    the run is not complete: interrupted, a part of the suite, or with an unproven MUST
  5    a case gave no evidence
  70   the baseline could not be written";
