//! Options of `sweep`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::SuiteOptions;

/// Options of `sweep`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct SweepOptions {
    /// The journal of the crashed run: `probity-report/journal-....jsonl`.
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// The target, which must have the same name and base URLs as in the run. Default: the target of the run.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Undo nothing: list the cases that are not undone, and delete the journal. For a journal that can never be swept.
    #[arg(long, conflicts_with = "target")]
    pub(crate) discard: bool,
}

const NOTES: &str = "\
Runs the `finally` steps of each case that was interrupted before it could undo its changes, and records in the journal \
what is undone. A second sweep does nothing.

Exit codes:
  0    everything is undone, or the journal was discarded
  2    usage error, or a journal, suite or target that does not match
  4    something could not be undone
  5    the target did not answer
  70   the journal could not be written";
