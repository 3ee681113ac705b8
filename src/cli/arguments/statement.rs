//! Options of `statement`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::arguments::TodayOptions;

/// Options of `statement`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = NOTES)]
pub(crate) struct StatementOptions {
    /// What else to do.
    #[command(subcommand)]
    pub(crate) command: Option<StatementCommand>,
    /// The JSON report of the run.
    #[arg(value_name = "REPORT.json", required = true)]
    pub(crate) report: Option<PathBuf>,
    /// Write the statement to PATH: JSON (`.json`) or Markdown for people (`.md`). May be repeated. Default: Markdown on
    /// standard output.
    #[arg(long, value_name = "PATH", value_parser = parse_out)]
    pub(crate) out: Vec<StatementOut>,
    /// Leave out the addresses of the target. Of a URL, a statement never has more than scheme, host and port.
    #[arg(long)]
    pub(crate) without_addresses: bool,
}

/// The commands below `statement`.
#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    /// Check a statement against itself and against the report of its run.
    Verify(VerifyOptions),
}

/// Options of `statement verify`.
#[derive(Debug, Args)]
#[command(after_help = VERIFY_NOTES)]
pub(crate) struct VerifyOptions {
    /// The statement, as JSON.
    #[arg(value_name = "STATEMENT.json")]
    pub(crate) statement: PathBuf,
    /// The JSON report of the run, byte by byte as the vendor has it. Everything in the statement is computed again from it.
    #[arg(long, value_name = "REPORT.json")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatementOut {
    /// Where.
    pub(crate) path: PathBuf,
    /// Markdown instead of JSON?
    pub(crate) is_markdown: bool,
}

fn parse_out(text: &str) -> Result<StatementOut, String> {
    let path = PathBuf::from(text);
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("json") => Ok(false),
        Some("md") => Ok(true),
        _ => Err("the path must end in `.json` or `.md`: `statement.json`".to_owned()),
    }
    .map(|is_markdown| StatementOut { path, is_markdown })
}

const NOTES: &str = "\
Examples:
  probity statement probity-report/report.json --out statement.json --out statement.md
  probity statement verify statement.json --report probity-report/report.json

A statement says that the target conforms only if every case of the suite was run and every MUST requirement is upheld, not \
applicable or waived. Of any other run it says what the run is: violated, incomplete, selected cases only, no MUST \
requirement.

Exit codes of `statement`:
  0    the statement is written, whatever it says
  2    usage error, or a file that is not the report of a run
  70   a file could not be written
Exit codes of `statement verify`:
  0    nothing differs
  1    the statement contradicts itself, or says something else than the report
  2    usage error, or a file that is not a statement or not a report";

const VERIFY_NOTES: &str = "\
Example:
  probity statement verify statement.json --report report.json

Without --report, only contradictions in the statement itself are found. A waiver that expired since is reported.

Exit codes:
  0    nothing differs
  1    the statement contradicts itself, or says something else than the report
  2    usage error, or a file that is not a statement or not a report";
