//! What a run is compared with, and what its exit code stands for.

use std::path::PathBuf;

use crate::model::Gate;
use clap::{Args, ValueEnum};

/// Options of `run` about an earlier run.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineOptions {
    /// Say what changed since an earlier run: a baseline that `probity accept` wrote, or the JSON report of a run.
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// What the exit code stands for. Without it: whether the target keeps its contract.
    #[arg(long, value_enum, value_name = "WHAT", requires = "baseline")]
    pub(crate) gate: Option<GateChoice>,
}

/// What an exit code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateChoice {
    /// Whether the target keeps its contract.
    Contract,
    /// Whether anything got worse than it was; what failed before may fail on in the same way.
    Regressions,
}

impl GateChoice {
    /// As the library says it.
    pub(crate) fn of(choice: Option<GateChoice>) -> Gate {
        match choice {
            None | Some(GateChoice::Contract) => Gate::Contract,
            Some(GateChoice::Regressions) => Gate::Regressions,
        }
    }
}
