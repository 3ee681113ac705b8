//! What a run is compared with, and what its exit code reports.

use std::path::PathBuf;

use crate::model::Gate;
use clap::{Args, ValueEnum};

/// Options of `run` about an earlier run.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineOptions {
    /// Show what changed since an earlier run: a baseline of `probity accept`, or the JSON report of a run.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// What the exit code reports. Default: contract.
    #[arg(long, value_enum, value_name = "WHAT", requires = "baseline")]
    pub(crate) gate: Option<GateChoice>,
}

/// What an exit code reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateChoice {
    /// Whether the target conforms to its contract.
    Contract,
    /// Whether anything got worse. Known failures that still fail in the same way are accepted.
    Regressions,
}

impl GateChoice {
    /// The gate of the library.
    pub(crate) fn of(choice: Option<GateChoice>) -> Gate {
        match choice {
            None | Some(GateChoice::Contract) => Gate::Contract,
            Some(GateChoice::Regressions) => Gate::Regressions,
        }
    }
}
