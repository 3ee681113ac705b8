//! Options of `waive`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::TodayOptions;

/// Options of `waive`.
#[derive(Debug, Args)]
#[command(after_help = WAIVE_EXAMPLES)]
pub(crate) struct WaiveOptions {
    /// The complete id of the case.
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// The reason for the waiver.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day of the waiver, at most 180 days from today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) expires: jiff::civil::Date,
    /// Waive only the failures of this requirement.
    #[arg(long, value_name = "ID")]
    pub(crate) requirement: Option<String>,
    /// The issue in which the failure is tracked.
    #[arg(long, value_name = "LINK")]
    pub(crate) issue: Option<String>,
    /// Who is responsible for the waiver.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// The JSON report in which the case failed.
    #[arg(
        long,
        value_name = "RUN.json",
        default_value = "probity-report/report.json"
    )]
    pub(crate) report: PathBuf,
    /// Add the waiver to this file. Default: `NAME.waivers.yaml` beside the target file of the run.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
}

const WAIVE_EXAMPLES: &str = "\
Example:
  probity waive presence/filters/devices --reason 'fixed in 2.4' --expires 2026-03-31

The requirement is still reported as violated, but does not fail the run while the case fails exactly as in that report. \
The run fails again when the case passes, fails in another way, or the waiver has expired.";
