//! Options of `export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::arguments::SuiteOptions;

/// Options of `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportOptions {
    #[command(subcommand)]
    pub(crate) kind: ExportKind,
}

/// What a suite is written as.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportKind {
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// Write the contracts of a suite as an OpenAPI 3.1 document.
    Openapi(ExportOpenapiOptions),
}

/// Options of `export openapi`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct ExportOpenapiOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// Write only this contract. May be repeated. Default: all.
    #[arg(long, value_name = "NAME")]
    pub(crate) contract: Vec<String>,
    /// The URL of the server in the document. Default: `/`.
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Write the document to FILE, as JSON. Default: standard output.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

const NOTES: &str = "\
Example:
  probity export openapi --suite . --out openapi.json

Operations, statuses and schemas come from the rules of the contracts and from the cases; parameters, bodies and examples \
from the cases that expect a success. What such a document cannot say is listed on standard error. See docs/export.md.

Exit codes:
  0    the document is written
  2    usage error or invalid input file
  70   the file could not be written";
