//! Options of `init`.

use std::path::PathBuf;

use clap::Args;

/// Options of `init`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct InitOptions {
    /// Write the suite into this directory, which is created if necessary. Existing files are never overwritten.
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) directory: PathBuf,
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// Write the suite of this OpenAPI document, as `probity import openapi` does. Default: a suite for a demo service.
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
    /// Make this base URL the target of the suite, or `demo`: the demo service inside Probity. Without `--from`, the suite
    /// has one case, a GET of the URL.
    #[arg(long, value_name = "URL")]
    pub(crate) target: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  probity init demo                                       a suite of a demo service: passes at once
  probity init api --from openapi.yaml                    the suite of an OpenAPI document
  probity init api --target http://127.0.0.1:8080/users   one case to start from: a GET of this URL
  probity init api --from openapi.yaml --target http://127.0.0.1:8080

Nothing is sent. The last lines of the output say what is still to fill in, and what to type next.

Exit codes:
  0    the suite is written; what was left out of the document is reported
  2    usage error, a file that is not an OpenAPI document, or files that exist
  70   a file could not be written";
