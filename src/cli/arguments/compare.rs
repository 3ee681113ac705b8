//! Options of `compare`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::gate::GateChoice;
use crate::cli::arguments::{ReportOption, parse_report};

/// Options of `compare`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct CompareOptions {
    /// The earlier run: its JSON report, or a baseline.
    #[arg(value_name = "OLD")]
    pub(crate) old: PathBuf,
    /// The later run: its JSON report, or a baseline.
    #[arg(value_name = "NEW")]
    pub(crate) new: PathBuf,
    /// What the exit code reports. Default: 0 if the runs could be compared.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) gate: Option<GateChoice>,
    /// Write the report of the later run, including the comparison, in FORMAT to PATH, as in `run`. May be repeated.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(crate) report: Vec<ReportOption>,
}

const NOTES: &str = "\
Examples:
  probity compare last-week.json probity-report/report.json           what changed
  probity compare staging.baseline.jsonl run.json --gate regressions  exit 1 if anything got worse
  probity compare mock.json real.json --report html=difference.html   how a mock differs

Cases and requirements are compared by id, bodies by their members and types, and latencies where both runs have at \
least five answers. Latency never affects the exit code.";
