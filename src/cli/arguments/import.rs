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
    /// Make a suite from recordings of a browser, a proxy, or `probity run --record` (HAR 1.2).
    #[command(after_help = HAR)]
    Har(TrafficOptions),
    /// Make a suite from command lines of curl, as a browser copies them or a person writes them.
    #[command(after_help = CURL)]
    Curl(TrafficOptions),
    /// Make a suite from a Postman collection (v2.0 or v2.1).
    #[command(after_help = POSTMAN)]
    Postman(TrafficOptions),
    /// Make a suite from Hurl files.
    #[command(after_help = HURL)]
    Hurl(TrafficOptions),
}

/// Options of `import har`, `curl`, `postman` and `hurl`.
#[derive(Debug, Args)]
pub(crate) struct TrafficOptions {
    /// The files. `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Write the suite into this directory, which is created if necessary. Existing files are never overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) into: PathBuf,
    /// Of a recording, also import images, scripts, style sheets, fonts, preflight requests and the like.
    #[arg(long)]
    pub(crate) all: bool,
    /// Refused with the reason: only `import openapi` has it.
    #[arg(long, hide = true)]
    pub(crate) update: bool,
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

const HAR: &str = "\
Nothing is sent, and no credential is written: identities take them from the environment. What was seen is a SHOULD, since \
nothing documents it. Requests that are recorded several times are one case, and what varied in the answers is free. An id \
that a POST gave is captured where later requests use it. See docs/import.md.

Example:
  probity import har browser.har --into my-suite

Exit codes:
  0    the suite is written; what was left out is reported
  2    usage error, a file that is no HAR, no request in it, or files that exist
  70   a file could not be written, or would contain a credential";

const CURL: &str = "\
Nothing is sent, and no credential is written: identities take them from the environment. The answer is not known, so each \
case expects a success only; `probity run --record` and `probity import har` fill in the rest. See docs/import.md.

Example:
  pbpaste | probity import curl - --into my-suite

Exit codes:
  0    the suite is written; what was left out is reported
  2    usage error, no curl command, or files that exist
  70   a file could not be written, or would contain a credential";

const POSTMAN: &str = "\
Nothing is sent, no script runs, and no credential is written: identities take them from the environment. Simple tests \
become checks; each line of a script that is not imported is reported. See docs/import.md.

Example:
  probity import postman shop.postman_collection.json --into my-suite

Exit codes:
  0    the suite is written; what was left out is reported
  2    usage error, a file that is no collection, or files that exist
  70   a file could not be written, or would contain a credential";

const HURL: &str = "\
Nothing is sent, and no credential is written: identities take them from the environment. Asserts become checks, captures \
make the entries steps of one case; each line that is not imported is reported. See docs/import.md.

Example:
  probity import hurl login.hurl orders.hurl --into my-suite

Exit codes:
  0    the suite is written; what was left out is reported
  2    usage error, a file that is not Hurl, or files that exist
  70   a file could not be written, or would contain a credential";

const NOTES: &str = "\
Nothing is sent. Each operation gets requirements with the place in the document as source, rules for its answers, and \
cases for the success and for the refusals that can be derived. What cannot is a requirement without a case, with the \
reason. See docs/import.md.

Exit codes:
  0    the suite is written; what was left out is reported
  1    with --update: conflicts are open, or the suite has a mistake that it did not have before
  2    usage error, a file that is not an OpenAPI document, or without --update files that exist
  70   a file could not be written";
