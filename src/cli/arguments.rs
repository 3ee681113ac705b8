//! What can be typed. Each help text says what the option does, and the default.

mod accept;
mod compare;
mod export;
mod fuzz;
mod gate;
mod history;
mod import;
mod init;
mod judge;
mod matrix;
mod merge;
mod prove;
mod record;
mod report_help;
mod run;
mod statement;
mod sweep;
mod waive;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::formats::Format;

pub(crate) use accept::AcceptOptions;
pub(crate) use compare::CompareOptions;
pub(crate) use export::{ExportKind, ExportOpenapiOptions, ExportOptions};
pub(crate) use fuzz::FuzzOptions;
pub(crate) use gate::{BaselineOptions, GateChoice};
pub(crate) use history::HistoryOptions;
pub(crate) use import::{ImportOptions, ImportSource, TrafficOptions};
pub(crate) use init::InitOptions;
pub(crate) use judge::JudgeOptions;
pub(crate) use matrix::{MatrixOptions, MatrixOut};
pub(crate) use merge::MergeOptions;
pub(crate) use prove::ProveOptions;
pub(crate) use record::RecordOptions;
pub(crate) use run::{RunOptions, ShardChoice};
pub(crate) use statement::{StatementCommand, StatementOptions, StatementOut, VerifyOptions};
pub(crate) use sweep::SweepOptions;
pub(crate) use waive::WaiveOptions;

/// What was typed.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about = env!("CARGO_PKG_DESCRIPTION"), long_about = LONG_ABOUT, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colour. `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long = "color", value_enum, default_value_t = Colour::Auto, global = true, value_name = "WHEN")]
    pub(crate) colour: Colour,
}

/// The first sentence is that of the README.
const LONG_ABOUT: &str = concat!(
    env!("CARGO_PKG_DESCRIPTION"),
    "\n\n",
    "A suite is a directory of case files. Each case sends requests and states the expected answers; its checks prove \
     numbered requirements. This binary contains the suites of four Microsoft operations and a reference deployment \
     that conforms to them: to see everything work, run `probity run`."
);

const EXIT_CODES: &str = "\
Exit codes:
  0    every MUST requirement is upheld, not applicable or waived
  1    the contract is violated (with --strict: or a SHOULD requirement is)
  2    usage error or invalid input file; no request was sent
  3    a waiver is stale, expired or matches nothing
  4    incomplete: nothing failed, but a MUST requirement is unproven, or no case was selected
  5    the target could not be judged
  70   internal error, or a requested report could not be written
  130  interrupted; the cases that finished are reported";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// Write a suite to start from: of a demo service, an OpenAPI document or a URL.
    Init(InitOptions),
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// Write a suite from an OpenAPI document, or from requests: HAR, curl, Postman, Hurl.
    Import(ImportOptions),
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// Describe the service that a suite is about for other tools: as an OpenAPI document.
    Export(ExportOptions),
    /// Run the cases against a target and report the results.
    Run(RunOptions),
    /// Merge the reports of the shards of a run (`run --shard`) into the report of the run.
    Merge(MergeOptions),
    /// Remove resources that a crashed run left on the target.
    Sweep(SweepOptions),
    /// Judge recorded exchanges again, without a network.
    Judge(JudgeOptions),
    /// Record what passes between a client and a target, and judge it: a reverse proxy.
    Record(RecordOptions),
    /// Convert the JSON report of a run to any format.
    Report(ReportOptions),
    /// Waive a known failure in the report of a run until a date.
    Waive(WaiveOptions),
    /// Accept a run as the baseline for later ones.
    Accept(AcceptOptions),
    /// Show what changed between two runs.
    Compare(CompareOptions),
    /// Show many targets side by side: the requirements in which they differ first.
    Matrix(MatrixOptions),
    /// Show the trend of many runs.
    History(HistoryOptions),
    /// Write a conformance statement from the report of a run, or verify one.
    Statement(StatementOptions),
    /// Check the files of a suite and a target, without sending a request.
    Check(CheckOptions),
    /// List the cases.
    List(ListOptions),
    /// List every requirement with the cases that prove it.
    Coverage(CoverageOptions),
    /// Send legal and illegal requests at random, and find answers that the contract forbids.
    Fuzz(FuzzOptions),
    /// Prove that the checks detect errors, by mutation testing.
    Prove(ProveOptions),
    /// Start the reference deployment, as a target or as a mock.
    Serve(ServeOptions),
    /// Start the language server, for an editor.
    Lsp(LspOptions),
    /// Print the JSON Schema of a kind of file.
    Schema(SchemaOptions),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man {
        /// Write the pages of all commands into this directory instead.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which suite.
#[derive(Clone, Debug, Args)]
pub(crate) struct SuiteOptions {
    /// Use the suite in this directory, which contains `cases/` (and `schemas/`, `targets/`). Default: the directory of the
    /// nearest `probity.yaml`, in the working directory or above it; without one, the suites inside the binary.
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// The directory of the project file that was found from the working directory.
    #[arg(skip)]
    pub(crate) project: Option<PathBuf>,
}

/// A report to write, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportOption {
    /// The format; `None` is a directory, which gets several.
    pub(crate) format: Option<&'static Format>,
    /// Where; `-` is standard output.
    pub(crate) path: String,
}

fn parse_report(text: &str) -> Result<ReportOption, String> {
    let (word, path) = match text.split_once('=') {
        Some((word, path)) => (Some(word), path),
        None => (None, text),
    };
    if path.is_empty() {
        return Err("missing path: write `json=report.json`".into());
    }
    let is_directory = path.ends_with(std::path::is_separator) || Path::new(path).is_dir();
    if word.is_none() && is_directory {
        return Ok(ReportOption {
            format: None,
            path: path.to_owned(),
        });
    }
    let extension = || path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let word = word.unwrap_or_else(extension);
    let format = Format::find(word).ok_or_else(|| {
        let names = Format::names();
        if word.is_empty() {
            format!("`{path}` has no extension of a format: write FORMAT={path} with one of {names}, or {path}/ for a directory")
        } else {
            format!("unknown report format `{word}`: write one of {names}, as in `json={path}`")
        }
    })?;
    Ok(ReportOption {
        format: Some(format),
        path: path.to_owned(),
    })
}

/// Options of `report`.
#[derive(Debug, Args)]
#[command(after_help = REPORT_EXAMPLES)]
pub(crate) struct ReportOptions {
    /// The JSON report or the event stream of a run, which may be incomplete.
    #[arg(value_name = "RUN.json")]
    pub(crate) run: PathBuf,
    /// Write a report in FORMAT to PATH, as in `run`. May be repeated. Default: only the report on the terminal.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(crate) report: Vec<ReportOption>,
    /// Print only failures and the summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  probity report probity-report/report.json                           print the terminal report
  probity report probity-report/report.json --report junit=junit.xml  convert it for a CI server

The exit code is 0 if everything was written. It does not depend on the results of the run.";

/// The date that decides which waivers have expired.
#[derive(Clone, Debug, Args)]
pub(crate) struct TodayOptions {
    /// Check waivers as of this day. Default: today, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub(crate) today: Option<jiff::civil::Date>,
}

/// Options of `check`.
#[derive(Debug, Args)]
#[command(after_help = CHECK_NOTES)]
pub(crate) struct CheckOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// Also check this target: a target file, or a base URL. Shows the environment variables that are not set (exit 2)
    /// and what each is for, the network settings, and which requirements a run can prove. Default: that of
    /// `probity.yaml`, or none.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
}

const CHECK_NOTES: &str = "\
Examples:
  probity check                         the files of the suite, and its default target
  probity check --target staging.yaml   what a run against this target needs, and what it can prove

Exit codes:
  0    no mistakes; warnings are possible
  2    a mistake in a file, a variable that is not set, or usage error";

/// Options of `list`.
#[derive(Debug, Args)]
#[command(after_help = LIST_NOTES)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// List only cases that match, as in `run`. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Do not list cases that match, as in `--only`. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const LIST_NOTES: &str = "\
Examples:
  probity list                            every case, with the strongest level that it proves
  probity list --only level:MUST --json   for scripts";

/// Options of `coverage`.
#[derive(Debug, Args)]
#[command(after_help = COVERAGE_EXAMPLES)]
pub(crate) struct CoverageOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    #[expect(clippy::doc_markdown, reason = "this is the text of the help")]
    /// List instead what the suite exercises and proves of an OpenAPI document: operations, statuses, parameters and members
    /// of bodies, misses first.
    #[arg(long, value_name = "FILE")]
    pub(crate) openapi: Option<PathBuf>,
    /// With `--openapi`: count only what the cases of this JSON report did, and what came back.
    #[arg(
        long,
        value_name = "RUN.json",
        requires = "openapi",
        conflicts_with = "har"
    )]
    pub(crate) report: Option<PathBuf>,
    /// With `--openapi`: count what is in this recording, of `run --record`, `record --out` or another tool.
    #[arg(long, value_name = "FILE", requires = "openapi")]
    pub(crate) har: Option<PathBuf>,
    /// With `--openapi`: exit with 4 if less than so many percent of all parts are exercised.
    #[arg(long, value_name = "PERCENT", requires = "openapi", value_parser = parse_percent)]
    pub(crate) fail_under: Option<f64>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const COVERAGE_EXAMPLES: &str = "\
Examples:
  probity coverage                                  requirements and their cases
  probity coverage --openapi api.yaml               what the cases exercise of a document
  probity coverage --openapi api.yaml --har t.har   what recorded clients exercise of it
  probity coverage --openapi api.yaml --fail-under 80";

fn parse_percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse::<f64>().ok();
    let number = number.filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "write a number from 0 to 100".to_owned())
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// Listen on this port of 127.0.0.1. Default: a free port, which is printed on the first line.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
    /// Serve the demo service of `probity init` instead: a notes API.
    #[arg(long, conflicts_with_all = ["variant", "login"])]
    pub(crate) demo: bool,
    /// Violate a requirement: the name of a fault in `--list`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) fault: Vec<String>,
    /// Answer differently, but still conform: the name of a variant in `--list`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Vec<String>,
    /// Change what the token endpoint (`POST /oauth2/v2.0/token`) does: the name of a login in `--list`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) login: Vec<String>,
    /// List the faults with the requirements they violate, the variants, and the logins.
    #[arg(long)]
    pub(crate) list: bool,
}

/// Options of `lsp`.
#[derive(Debug, Args)]
#[command(after_help = LSP_HELP)]
pub(crate) struct LspOptions {
    /// Use standard input and output, as it always does: some editors add this.
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}

const LSP_HELP: &str = "\
An editor starts it, for the Language Server Protocol on standard input and output. docs/editor.md
has the settings of VS Code, Neovim and Helix:
  vim.lsp.config('probity', { cmd = { 'probity', 'lsp' }, filetypes = { 'yaml', 'json' } })

It sends nothing to a target, writes no file and reads no environment variable. As the protocol
says, the exit code is 0 if the editor ended it in order (`shutdown`, then `exit`), and 1 if not.";

/// Options of `schema`.
#[derive(Debug, Args)]
#[command(after_help = SCHEMA_EXAMPLE)]
pub(crate) struct SchemaOptions {
    /// The kind of file.
    #[arg(value_enum, value_name = "KIND")]
    pub(crate) kind: SchemaKind,
}

const SCHEMA_EXAMPLE: &str = "\
Example:
  probity schema cases > cases.schema.json

An editor completes and checks a case file whose first line names the schema:
  # yaml-language-server: $schema=cases.schema.json";

/// A kind of file that has a JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaKind {
    /// Case files.
    Cases,
    /// Contracts (`contract.yaml`).
    Contract,
    /// Target files.
    Target,
    /// Waiver files.
    Waivers,
    /// Project files (`probity.yaml`).
    Project,
    /// JSON reports of `run`.
    Report,
    /// JSON reports of `prove`.
    Proof,
    /// Conformance statements (`probity statement`).
    Statement,
}

impl SchemaKind {
    /// The name as it is typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SchemaKind::Cases => "cases",
            SchemaKind::Contract => "contract",
            SchemaKind::Target => "target",
            SchemaKind::Waivers => "waivers",
            SchemaKind::Project => "project",
            SchemaKind::Report => "report",
            SchemaKind::Proof => "proof",
            SchemaKind::Statement => "statement",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_report_is_a_format_and_a_path_or_a_path_with_a_known_extension() {
        let format = |text| parse_report(text).unwrap().format.map(|format| format.name);
        assert_eq!(format("json=out/r.json"), Some("json"));
        assert_eq!(format("out/r.json"), Some("json"));
        assert_eq!(format("json=-"), Some("json"));
        assert_eq!(format("junit.xml"), Some("junit"));
        assert_eq!(format("out/index.html"), Some("html"));
        assert_eq!(format("md=summary"), Some("markdown"));
        assert_eq!(format("out/"), None);
        assert!(parse_report("pdf=x").unwrap_err().contains("pdf"));
        assert!(
            parse_report("report")
                .unwrap_err()
                .contains("no extension of a format")
        );
        assert!(parse_report("json=").is_err());
    }
}
