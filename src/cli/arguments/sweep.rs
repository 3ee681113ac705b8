//! Options of `sweep`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::SuiteOptions;

/// Options of `sweep`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct SweepOptions {
    /// The journal that a run has left: `probity-report/journal-....jsonl`.
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// The target. Without it: the one that the run was begun with. It must bear the same name and stand at the same
    /// addresses.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
}

const NOTES: &str = "\
Runs the `finally` steps of each case that was cut off before it had undone what it did, and notes in the journal what \
is undone now. A second sweep does nothing.

Exit codes:
  0    everything is undone
  2    usage, or a journal, suite or target that does not fit
  4    something is left behind
  5    the target gave no answer
  70   the journal could not be written";
