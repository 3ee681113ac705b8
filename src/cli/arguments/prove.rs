//! Options of `prove`.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::arguments::SuiteOptions;
use crate::cli::arguments::run::{ShardChoice, parse_shard};

/// Options of `prove`.
#[derive(Debug, Args)]
#[command(after_help = PROVE_NOTES)]
pub(crate) struct ProveOptions {
    #[command(flatten)]
    pub(crate) suite: SuiteOptions,
    /// Take the answers to mutate from this target: a target file, or a base URL. It gets the requests of one ordinary
    /// run. Default: that of `probity.yaml`, or the reference deployment, with its faults and variants.
    #[arg(long, value_name = "FILE|URL")]
    pub(crate) target: Option<String>,
    /// Take the answers from a recording and send nothing: the file of `probity run --record FILE`, or a HAR file of
    /// another tool, which also needs `--target`.
    #[arg(long, value_name = "FILE")]
    pub(crate) recording: Option<PathBuf>,
    /// Prove only cases that match: the id as a glob (`*` also matches `/`) or the beginning of a path, `requirement:ID`,
    /// `level:MUST`, `tag:NAME` or `file:PATH`. May be repeated: patterns of one kind are alternatives, and one of each
    /// kind must match.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Do not prove cases that match, as in `--only`. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// Write the proof as JSON to PATH; `-` is standard output. May be repeated.
    #[arg(long, value_name = "json=PATH", value_parser = parse_proof_report)]
    pub(crate) report: Vec<PathBuf>,
    /// Require that this percentage of the mutants is killed. Default: all but those that the contract allows under
    /// `unchecked`.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(crate) min_killed: Option<f64>,
    /// Require that this percentage of the schema rules rejected a mutant. Default: no requirement; `--verbose` lists the
    /// rules that rejected none.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(crate) min_rules: Option<f64>,
    /// Require that this percentage of the mutants that a check of some exchange kills is killed in its own exchange,
    /// at every level. Default: all that a check of a MUST kills in another exchange.
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(crate) min_everywhere: Option<f64>,
    /// Do only the K-th of N parts of the work, to divide it among machines: every N-th mutant, fault, variant and case.
    /// `auto` reads K and N from the environment, as in `run`. Needs `--part`. `--merge` makes the proof.
    #[arg(long, value_name = "K/N|auto", value_parser = parse_shard, requires = "part", conflicts_with_all = ["report", "min_killed", "min_rules", "min_everywhere"])]
    pub(crate) shard: Option<ShardChoice>,
    /// Write what the shard found to FILE.
    #[arg(long, value_name = "FILE", requires = "shard")]
    pub(crate) part: Option<PathBuf>,
    /// Make the proof from the parts of all shards: their files, or a directory of them. Suite, target and selection must
    /// be the same. May be repeated.
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "shard")]
    pub(crate) merge: Vec<PathBuf>,
    /// Use N cores. Default: all.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) jobs: Option<u16>,
    /// Also show the allowed mutants with their reasons, all mutants that are killed elsewhere, the schema rules that never
    /// rejected anything, and the members that may be missing or null.
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

const PROVE_NOTES: &str = "\
Examples:
  probity prove                                      the suites inside the binary
  probity prove --only presence                      one contract
  probity prove --suite my-suite --target http://127.0.0.1:8080 --min-killed 95
  probity prove --recording run.har                  a recorded run, without a network
  probity prove --shard 3/8 --part parts/3.json      one of eight parts, on one of eight machines
  probity prove --merge parts/                       the proof

Exit codes:
  0    all mutants and faults were killed, no check is blind, and there were no false alarms
  1    a mutant or fault survived, a MUST is checked only elsewhere, a check is blind, a false alarm
  2    usage error or invalid input file
  4    nothing to prove: no case was selected, or none passed; or parts are missing
  5    the target could not be judged
  70   internal error, or the proof could not be written";

fn parse_percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("expected a percentage from 0 to 100".into()),
    }
}

fn parse_proof_report(text: &str) -> Result<PathBuf, String> {
    let path = text.strip_prefix("json=").unwrap_or(text);
    let is_json =
        path.len() < text.len() || Path::new(path).extension().is_some_and(|it| it == "json");
    if path.is_empty() {
        return Err("missing path: write `json=proof.json`".into());
    }
    if !is_json {
        // Another format may be named: its path is kept.
        let path = path.split_once('=').map_or(path, |(_, path)| path);
        return Err(format!(
            "a proof can only be written as JSON: write `json={path}`"
        ));
    }
    Ok(path.into())
}
