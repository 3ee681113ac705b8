//! Options of `history`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::TodayOptions;

/// Options of `history`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct HistoryOptions {
    /// The directory. Every `.json` file in it and its subdirectories is read as the report of a run.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Write an HTML page with the trend of each target to PATH; `-` is standard output. May be repeated.
    #[arg(long, value_name = "html=PATH", value_parser = parse_page)]
    pub(crate) report: Vec<PathBuf>,
    /// List the reports of all but the last N runs of each target, which are no longer needed.
    #[arg(long, value_name = "N", conflicts_with = "keep_days", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) keep: Option<u16>,
    /// List the reports of runs of more than N days ago (UTC).
    #[arg(long, value_name = "N")]
    pub(crate) keep_days: Option<u16>,
    /// Delete what `--keep` or `--keep-days` lists. A file that is not the report of a run is never deleted.
    #[arg(long)]
    pub(crate) delete: bool,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
}

const NOTES: &str = "\
Examples:
  probity history runs/ --report html=history.html
  probity history runs/ --keep-days 90 --delete

Give the JSON report of each run its own name: runs/2026-01-31.json. Files that are not reports, or contradict \
themselves because they were edited, are listed and left out. \
Besides requirements and cases from run to run, it shows the cases that began to fail or to pass, those that are unsteady, with a confidence interval, and the \
runs in which the latency of an operation changed.

The exit code is 0 if at least one report could be read. It does not depend on the results.";

fn parse_page(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_prefix("html=").unwrap_or(text);
    let is_page = path.len() < text.len() || path.to_lowercase().ends_with(".html");
    if path.is_empty() || !is_page {
        return Err(format!(
            "a history can only be written as HTML: write `html={path}`"
        ));
    }
    Ok(path.into())
}
