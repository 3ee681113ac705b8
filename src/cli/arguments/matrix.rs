//! Options of `matrix`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::history::MatrixBy;

/// Options of `matrix`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct MatrixOptions {
    /// JSON reports of runs, and directories with such reports at any depth.
    #[arg(value_name = "DIR|FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// What a column is: the last run of each target, or each run in the order of time, to see how versions differ.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = MatrixColumns::Target)]
    pub(crate) by: MatrixColumns,
    /// Write the matrix to PATH: a page (`html=PATH` or `.html`) or Markdown (`markdown=PATH` or `.md`). May be repeated.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_out)]
    pub(crate) report: Vec<MatrixOut>,
}

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatrixColumns {
    /// The last run of each target.
    Target,
    /// Each run.
    Run,
}

impl From<MatrixColumns> for MatrixBy {
    fn from(columns: MatrixColumns) -> MatrixBy {
        match columns {
            MatrixColumns::Target => MatrixBy::Target,
            MatrixColumns::Run => MatrixBy::Run,
        }
    }
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MatrixOut {
    /// Where.
    pub(crate) path: PathBuf,
    /// Markdown instead of a page?
    pub(crate) is_markdown: bool,
}

fn parse_out(text: &str) -> Result<MatrixOut, String> {
    let (word, path) = match text.split_once('=') {
        Some((word, path)) => (word, path),
        None => (text.rsplit_once('.').map_or("", |(_, word)| word), text),
    };
    let is_markdown = match word {
        "html" => false,
        "markdown" | "md" => true,
        _ => {
            let help = "a matrix is written as `html=PATH` or `markdown=PATH`";
            return Err(help.to_owned());
        }
    };
    if path.is_empty() {
        return Err("missing path: write `html=matrix.html`".into());
    }
    Ok(MatrixOut {
        path: path.into(),
        is_markdown,
    })
}

const NOTES: &str = "\
Examples:
  probity run --target eu.yaml --target us.yaml --report out/
  probity matrix out/ --report html=out/matrix.html
  probity matrix runs/ --by run --report matrix.md

Requirements in which the targets differ come first. A target that was judged by another suite is marked, and a requirement \
that it states in another way, too. In a directory, files that are not reports, or contradict themselves \
because they were edited, are listed and left out. The exit code is 0 if \
the matrix is complete and written. It does not depend on the results.

Exit codes:
  0    the matrix is shown and written
  2    usage error, a named file that is not the report of a run, or no report at all
  70   a file could not be written";
