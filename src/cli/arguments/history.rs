//! Options of `history`.

use std::path::PathBuf;

use clap::Args;

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
}

const NOTES: &str = "\
Example:
  probity history runs/ --report html=history.html

Give the JSON report of each run its own name: runs/2026-01-31.json. Files that are not reports are listed and ignored. \
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
