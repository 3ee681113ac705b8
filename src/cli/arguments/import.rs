//! Options of `import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Options of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    #[command(subcommand)]
    pub(crate) from: ImportSource,
}

/// What a suite is made from.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportSource {
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// Make a suite from an OpenAPI 3.0, 3.1 or 3.2 document.
    Openapi(OpenapiOptions),
}

/// Options of `import openapi`.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct OpenapiOptions {
    /// The document: YAML or JSON. References to other files below its directory are followed, never to a network.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Write the suite into this directory, which is created if necessary. Existing files are never overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) into: PathBuf,
    /// Bring a suite that was imported before up to date. What somebody edited stays as it is; where the document changed
    /// the same entry, its new text is beside the file, with `.new` behind the name.
    #[arg(long)]
    pub(crate) update: bool,
}

const NOTES: &str = "\
Nothing is sent. Each operation gets requirements with the place in the document as source, rules for its answers, and \
cases for the success and for the refusals that can be derived. What cannot is a requirement without a case, with the \
reason. See docs/import.md.

Exit codes:
  0    the suite is written; what was left out is reported
  2    usage error, a file that is not an OpenAPI document, or without --update files that exist
  70   a file could not be written";
