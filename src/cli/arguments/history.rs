//! Options of `history`.

use std::path::PathBuf;

use clap::Args;

/// Options of `history`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct HistoryOptions {
    /// The directory: every `.json` file in it and below is read as the report of a run.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Write one page with the trend of each target; `-` is standard output. May be repeated.
    #[arg(long, value_name = "html=PATH", value_parser = parse_page)]
    pub(crate) report: Vec<PathBuf>,
}

const NOTES: &str = "\
Example:
  probity history runs/ --report html=history.html

Keep the JSON report of each run under a name of its own: runs/2026-01-31.json. A file that is no report is named and \
left out. The exit code says whether something could be read, and nothing about the target.";

fn parse_page(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_prefix("html=").unwrap_or(text);
    let is_page = path.len() < text.len() || path.to_lowercase().ends_with(".html");
    if path.is_empty() || !is_page {
        return Err(format!(
            "a history is written as a page: write `html={path}`"
        ));
    }
    Ok(path.into())
}
