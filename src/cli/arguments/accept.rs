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
    /// The baseline to write. Without it: `NAME.baseline.jsonl` beside the target file `NAME.yaml` of the run.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Accept that this case or requirement is worse than in the baseline before. May be repeated.
    #[arg(long, value_name = "ID", requires = "reason")]
    pub(crate) lower: Vec<String>,
    /// Why it is accepted; stands in the lines of the lowered cases.
    #[arg(long, value_name = "TEXT", requires = "lower")]
    pub(crate) reason: Option<String>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
}

const NOTES: &str = "\
Examples:
  probity accept probity-report/report.json --baseline staging.baseline.jsonl
  probity accept run.json --lower presence/filters/devices --reason 'removed in 2.4, see the changelog'

The baseline is a text file, one line for each case, requirement, body and operation: commit it, and review its diff as \
the decision that it is. It gives no permission to fail; `run --baseline FILE --gate regressions` holds a run against it.

Exit codes:
  0    accepted
  1    something is worse than in the baseline before, and neither waived nor named by --lower
  2    usage, or a file that is no report or no baseline
  4    the run is not whole: interrupted, only a part of it, or a required requirement is unproven
  5    a case gave no evidence";
