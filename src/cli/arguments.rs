//! What can be typed. Help texts teach: each says what happens, and what happens without it.

mod accept;
mod compare;
mod gate;
mod history;
mod judge;
mod report_help;
mod sweep;

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::formats::Format;

pub(crate) use accept::AcceptOptions;
pub(crate) use compare::CompareOptions;
pub(crate) use gate::{BaselineOptions, GateChoice};
pub(crate) use history::HistoryOptions;
pub(crate) use judge::JudgeOptions;
pub(crate) use sweep::SweepOptions;

/// Checks that an HTTP deployment, real or mock, keeps its contract.
#[derive(Debug, Parser)]
#[command(name = "probity", version, about, long_about = LONG_ABOUT, after_help = EXIT_CODES, max_term_width = 100)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colour. `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long = "color", value_enum, default_value_t = Colour::Auto, global = true, value_name = "WHEN")]
    pub(crate) colour: Colour,
}

const LONG_ABOUT: &str = "\
Checks that an HTTP deployment, real or mock, keeps its contract.

A suite is a directory of case files; each case sends requests and states what must come back, and each \
check proves numbered requirements. The suites of four Microsoft operations ship inside this binary, and \
so does a reference deployment that keeps them: `probity run` alone shows everything at work.";

const EXIT_CODES: &str = "\
Exit codes:
  0    every required requirement is upheld or declared not applicable (or waived)
  1    the contract is violated (with --strict: or a recommendation is)
  2    usage, or an invalid file of ours: found before the first request
  3    a waiver is stale, expired or matches nothing
  4    incomplete: nothing failed, but a required requirement is unproven, or nothing was selected
  5    error: the target could not be judged
  70   a defect of probity's own, a report that could not be written included
  130  interrupted: what was done is reported";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the cases against a target and report.
    Run(RunOptions),
    /// Undo what a run that crashed has left on the target.
    Sweep(SweepOptions),
    /// Judge recorded exchanges again, without a network.
    Judge(JudgeOptions),
    /// Render the JSON report of a run again, in any format.
    Report(ReportOptions),
    /// Let a known failure pass the gate for a while: writes the waiver from the report of a run.
    Waive(WaiveOptions),
    /// Make a run the baseline that later ones are compared with.
    Accept(AcceptOptions),
    /// Say what changed between two runs.
    Compare(CompareOptions),
    /// Show what many runs showed, in the order of time.
    History(HistoryOptions),
    /// Find everything that can be found without sending a request.
    Check(CheckOptions),
    /// List the cases.
    List(ListOptions),
    /// Show every requirement and the cases that prove it.
    Coverage(CoverageOptions),
    /// Show that every check is able to fail, and that nothing fails that should not.
    Prove(ProveOptions),
    /// Start the reference deployment alone, as a target or as a mock.
    Serve(ServeOptions),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
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
    /// The suite: a directory with `cases/` (and `schemas/`, `targets/`) in it. Without it: the suites inside the binary.
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
}

/// Options of `run`.
#[derive(Clone, Debug, Args)]
#[command(after_help = RUN_EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(crate) struct RunOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// The target: a target file, or a base URL under which all services stand. Without it: the reference
    /// deployment, started in this process.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Run only cases whose id matches: a glob (`*` crosses `/`), or the beginning of a path. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report, help = report_help::report())]
    pub(crate) report: Vec<ReportOption>,
    /// Go on with a run that was cut off: FILE is what it left (`probity-report/report.run.jsonl`, or what `--report
    /// events=PATH` wrote). Everything else is as it was then; what is typed again must be the same.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Where cases that write note what they make, for `probity sweep` after a crash. Without it: a file beside the first
    /// report, which goes when everything is undone.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Keep every exchange of the run as HAR 1.2, without secrets, for browsers and for `probity judge`.
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) record: Option<PathBuf>,
    /// Write no report file.
    #[arg(long, conflicts_with = "report")]
    pub(crate) no_report: bool,
    /// Known failures that the gate forgives, each until a day. Without it: `NAME.waivers.yaml` beside the target file
    /// `NAME.yaml`, if it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
    #[command(flatten)]
    pub(crate) baseline: BaselineOptions,
    /// Let a violated recommendation (SHOULD) fail the run too.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Run a case that failed up to N times more, to tell flaky from broken. One that passes then is `flaky`, which is
    /// still red: the contract was broken. Without it no case is run twice.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u8).range(0..=10))]
    pub(crate) retries: u8,
    /// Send nothing: say how many requests would go where and as whom, which cases would be skipped and why, and
    /// whether the target would be changed.
    #[arg(long, conflicts_with = "report")]
    pub(crate) plan: bool,
    /// Verify no certificate: whoever answers is believed. For a target whose certificate cannot be had; one of a
    /// private authority is trusted by `network: { ca: FILE }` in the target file. Stands in every report.
    #[arg(long, requires = "target")]
    pub(crate) insecure: bool,
    /// Skip the cases of identities whose environment variables are not set, instead of refusing the target file.
    /// Requirements that only they prove are unproven.
    #[arg(long, requires = "target")]
    pub(crate) allow_missing_env: bool,
    /// How many cases may be under way at one time. Without it: what the target says, or 32.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Say less: only what failed, and the last lines.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const RUN_EXAMPLES: &str = "\
Examples:
  probity run                                        everything, against the deployment inside
  probity run --target http://127.0.0.1:4040         everything, against a mock of yours
  probity run --target staging.yaml --only presence  one contract, against a deployment with logins
  probity run --suite my-suite --target http://127.0.0.1:8080 --report json=report.json";

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
        return Err("the path is missing: write `json=report.json`".into());
    }
    let is_directory = path.ends_with('/') || Path::new(path).is_dir();
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
            format!("`{path}` names no format: write FORMAT={path} with one of {names}, or {path}/ for a directory")
        } else {
            format!("there is no report format `{word}`: write one of {names}, as in `json={path}`")
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
    /// The JSON report of a run, or its events: also what a run left that was cut off.
    #[arg(value_name = "RUN.json")]
    pub(crate) run: PathBuf,
    /// Write a report, as in `run`. May be repeated. Without it: the terminal's report only.
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report)]
    pub(crate) report: Vec<ReportOption>,
    /// Say less: only what failed, and the last lines.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  probity report probity-report/report.json                            as the terminal showed it
  probity report probity-report/report.json --report junit=junit.xml   once more, for a CI server

The exit code is 0 when everything was written: whether the target conforms is what the run said.";

/// The day that waivers are held against.
#[derive(Clone, Debug, Args)]
pub(crate) struct TodayOptions {
    /// Hold waivers against this day. Without it: today, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    pub(crate) today: Option<jiff::civil::Date>,
}

/// Options of `waive`.
#[derive(Debug, Args)]
#[command(after_help = WAIVE_EXAMPLES)]
pub(crate) struct WaiveOptions {
    /// The id of the case, whole.
    #[arg(value_name = "CASE")]
    pub(crate) case: String,
    /// Why it may fail.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day on which it may, at most 180 days from today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) expires: jiff::civil::Date,
    /// Waive only the failures that blame this requirement.
    #[arg(long, value_name = "ID")]
    pub(crate) requirement: Option<String>,
    /// Where it is being dealt with.
    #[arg(long, value_name = "LINK")]
    pub(crate) issue: Option<String>,
    /// Who answers for it.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// The JSON report in which it failed.
    #[arg(
        long,
        value_name = "RUN.json",
        default_value = "probity-report/report.json"
    )]
    pub(crate) report: PathBuf,
    /// The file of the entry. Without it: beside the target file of the run.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
}

const WAIVE_EXAMPLES: &str = "\
Example:
  probity waive presence/filters/devices --reason 'fixed in 2.4' --expires 2026-03-31 --issue https://tracker/7

The requirement stays violated. The gate passes while the case fails exactly as it did in that report; when it \
passes, fails in another way, or the day is over, the run is red again.";

/// Options of `prove`.
#[derive(Debug, Args)]
#[command(after_help = PROVE_NOTES)]
pub(crate) struct ProveOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// The target: a target file, or a base URL. Its answers are changed and judged again; the target itself
    /// sees one ordinary run. Without it: the reference deployment, with its faults and variants.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Take the answers from a recording (`probity run --record FILE`, or a HAR file of another tool, which needs
    /// `--target` too): nothing is sent.
    #[arg(long, value_name = "FILE")]
    pub(crate) recording: Option<PathBuf>,
    /// Prove only cases whose id matches: a glob (`*` crosses `/`), or the beginning of a path. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Write the proof as JSON: `json=PATH`, or a path that ends in `.json`; `-` is standard output. May be repeated.
    #[arg(long, value_name = "json=PATH", value_parser = parse_proof_report)]
    pub(crate) report: Vec<PathBuf>,
    /// Be content when this percentage of the changed answers is noticed. Without it nothing may survive
    /// that the contract does not accept under `unchecked`.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(crate) min_killed: Option<f64>,
    /// Ask that this percentage of the rules of schemas was seen to refuse something. Without it rules that never did
    /// are told (all of them by `--verbose`), and nothing more.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(crate) min_rules: Option<f64>,
    /// How many cores to use. Without it: all of them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Also show what the contracts accept, with the reasons; the rules of schemas that never refused anything; and
    /// which members may be missing or null.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

const PROVE_NOTES: &str = "\
Examples:
  probity prove                                      the suites inside the binary
  probity prove --only presence                      one contract
  probity prove --suite my-suite --target http://127.0.0.1:8080 --min-killed 95
  probity prove --recording run.har                  a run that was recorded, without a network

Exit codes:
  0    every check was seen to fail where it must, and nowhere else
  1    a change, a fault or an opposite went unnoticed, or a server that conforms was blamed
  2    usage, or an invalid file of ours
  4    nothing to prove: no case was selected, or none is green
  5    error: the target could not be judged";

fn parse_percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("a percentage from 0 to 100".into()),
    }
}

fn parse_proof_report(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_prefix("json=").unwrap_or(text);
    let is_json =
        path.len() < text.len() || Path::new(path).extension().is_some_and(|it| it == "json");
    if path.is_empty() || !is_json {
        return Err(format!("a proof is written as JSON: write `json={path}`"));
    }
    Ok(path.into())
}

/// Options of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// Also check this target: a target file, or a base URL. Says which environment variables are not set (exit 2 then) and
    /// what each is for, how it is reached, and what it can and cannot prove.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// List only cases whose id matches. May be repeated.
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `coverage`.
#[derive(Debug, Args)]
pub(crate) struct CoverageOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Options of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// The port on 127.0.0.1. Without it: a free one; the first line says which.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(crate) port: u16,
    /// Misbehave: the name of a fault from `--list`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) fault: Vec<String>,
    /// Differ legally: the name of a variant from `--list`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) variant: Vec<String>,
    /// Let the token endpoint (`POST /oauth2/v2.0/token`) do this: the name of a login from `--list`. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) login: Vec<String>,
    /// List every fault with the requirement it violates, every variant, and what the token endpoint can do.
    #[arg(long)]
    pub(crate) list: bool,
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
    fn a_report_is_a_format_and_a_path_or_a_telling_path() {
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
                .contains("names no format")
        );
        assert!(parse_report("json=").is_err());
    }
}
