//! Options of `run`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use crate::model::Shard;

use crate::cli::arguments::{
    BaselineOptions, ReportOption, SuiteOptions, TodayOptions, parse_report, report_help,
};

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
    /// Test this target: a target file, or the base URL of all services. May be repeated: one run after the other, each
    /// with its reports in a directory of its own (`out/NAME/` for `--report out/`). Default: that of `probity.yaml`, or the
    /// reference deployment, started in this process.
    #[arg(id = "target", long = "target", value_name = "FILE|URL")]
    pub(crate) targets: Vec<String>,
    /// The target of this run.
    #[arg(skip)]
    pub(crate) target: Option<String>,
    /// Is this run one of several in the process?
    #[arg(skip)]
    pub(crate) is_one_of_several: bool,
    /// The cases that failed when they were last run: they are started first.
    #[arg(skip)]
    pub(crate) first: BTreeSet<String>,
    /// Of the selected cases only those in these files.
    #[arg(skip)]
    pub(crate) of_files: Option<Vec<PathBuf>>,
    /// Run only cases that match: the id as a glob (`*` also matches `/`) or the beginning of a path, `requirement:ID`,
    /// `level:MUST`, `tag:NAME` or `file:PATH`. May be repeated: patterns of one kind are alternatives, and one of each
    /// kind must match.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Do not run cases that match, as in `--only`. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// Run only the cases that failed or gave no evidence in this run: its JSON report. Waived failures are left out.
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) failed: Option<PathBuf>,
    /// Run only shard K of N, counted from 1: the same cases in every process that knows the plan, and cases that share a
    /// lock in one shard. `auto` reads K and N from the CI server (`JOB_COMPLETION_INDEX` and `JOB_COMPLETIONS`,
    /// `CI_NODE_INDEX` and `CI_NODE_TOTAL`, `BUILDKITE_PARALLEL_JOB` and `BUILDKITE_PARALLEL_JOB_COUNT`, or
    /// `CIRCLE_NODE_INDEX` and `CIRCLE_NODE_TOTAL`). The limits of the target are divided by N. `probity merge` gives the
    /// verdict.
    #[arg(long, value_name = "K/N|auto", value_parser = parse_shard, conflicts_with_all = ["record", "baseline", "gate"])]
    pub(crate) shard: Option<ShardChoice>,
    /// The id that all shards of a run share, and no other run has. Default: that of the CI server (`GITHUB_RUN_ID` and
    /// `GITHUB_RUN_ATTEMPT`, `CI_PIPELINE_ID`, `BUILDKITE_BUILD_ID`, `CIRCLE_WORKFLOW_ID`).
    #[arg(long, value_name = "ID", requires = "shard")]
    pub(crate) run_id: Option<String>,
    /// Give each shard as much to do by the durations in this report of an earlier run, the same file for all shards. The
    /// longest cases are started first.
    /// Default: cases are divided by the hash of their id, which an edit of other cases does not change.
    #[arg(long, value_name = "FILE", requires = "shard")]
    pub(crate) durations: Option<PathBuf>,
    #[arg(long, value_name = "FORMAT=PATH", value_parser = parse_report, help = report_help::report())]
    pub(crate) report: Vec<ReportOption>,
    /// Resume an interrupted run from its event stream: `probity-report/report.run.jsonl`, or the file of `--report
    /// events=PATH`. All other options are taken from that run; one that is repeated must have the same value.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Write the journal here: what cases have created on the target, for `probity sweep` after a crash. Default: a file
    /// beside the first report (in the working directory if there is none). It is deleted when everything is undone.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Record every exchange as HAR 1.2, without secrets. `probity judge` and browsers read it. An existing file is replaced
    /// at the end of the run; on Unix, only its owner can read the new one.
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    pub(crate) record: Option<PathBuf>,
    /// Write no report files.
    #[arg(long, conflicts_with = "report")]
    pub(crate) no_report: bool,
    /// Read the waivers of known failures from this file. Default: `NAME.waivers.yaml` beside the target file `NAME.yaml`,
    /// if it exists.
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) today: TodayOptions,
    #[command(flatten)]
    pub(crate) baseline: BaselineOptions,
    /// Also fail the run if a SHOULD requirement is violated.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Run a failed case up to N more times. If it passes then, it is reported as `flaky`, which still fails the run.
    /// Default: no retries.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u8).range(0..=10))]
    pub(crate) retries: u8,
    /// Make random values (`${uuid()}`, `${random-int(1, 6)}`) from this seed, to repeat the values of an earlier run.
    /// A run that uses a seed prints it. Default: another seed each time.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Use this time (RFC 3339) for `${now()}`. Default: the time at which each case starts.
    #[arg(long, value_name = "TIME")]
    pub(crate) clock: Option<jiff::Timestamp>,
    /// Send nothing; show what a run would do: the requests per service and identity, the skipped cases with reasons,
    /// and the cases that may change the target.
    #[arg(long, conflicts_with = "report")]
    pub(crate) plan: bool,
    /// Disable certificate verification, for targets whose certificate cannot be obtained. Every report shows it. To trust
    /// a private authority, write `network: { ca: FILE }` in the target file instead.
    #[arg(long)]
    pub(crate) insecure: bool,
    /// Skip the cases of identities whose environment variables are not set, instead of rejecting the target file.
    /// Requirements that only these cases prove stay unproven.
    #[arg(long)]
    pub(crate) allow_missing_env: bool,
    /// Run up to N cases at the same time. Default: the limit in the target file, or 32.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Run again when a file of the suite, the target or `probity.yaml` changes: of a changed case file its cases, else
    /// everything. What failed last time comes first. Enter runs everything, Ctrl-C ends it.
    #[arg(long, conflicts_with_all = ["plan", "resume", "shard"])]
    pub(crate) watch: bool,
    /// Print only failures and the summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl RunOptions {
    /// Takes a single target as that of the run. Several are each the target of one run.
    pub(crate) fn settle(&mut self) {
        if let [target] = self.targets.as_slice() {
            self.target = Some(target.clone());
        }
    }

    /// Are there several targets?
    pub(crate) fn has_several_targets(&self) -> bool {
        self.targets.len() > 1
    }
}

/// Which shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ShardChoice {
    /// This one.
    Given(Shard),
    /// The one that the environment describes.
    Auto,
}

pub(super) fn parse_shard(text: &str) -> Result<ShardChoice, String> {
    if text == "auto" {
        return Ok(ShardChoice::Auto);
    }
    let shard = text.parse().map(ShardChoice::Given);
    shard.map_err(|error: crate::model::ShardError| error.to_string())
}

const RUN_EXAMPLES: &str = "\
Examples:
  probity run                                        everything, against the default target
  probity run --target http://127.0.0.1:4040         everything, against a local mock
  probity run --target staging.yaml --only presence  one contract, against a deployment with logins
  probity run --only level:MUST --skip tag:slow      what proves a MUST, but nothing tagged `slow`
  probity run --failed probity-report/report.json    what failed in the last run
  probity run --watch                                what you save, while you write
  probity run --target eu.yaml --target us.yaml --report out/   two deployments: out/eu/, out/us/
  probity run --suite my-suite --target http://127.0.0.1:8080 --report json=report.json";
