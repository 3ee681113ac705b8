//! What `run` was asked to do: the options with their defaults, checked as far as possible without the suite.

use std::path::{Path, PathBuf};

use crate::engine::{Policy, Waivers};
use crate::model::{Baseline, ExitCode, Gate};
use crate::plan::Selection;

use crate::cli::arguments::{GateChoice, RunOptions};
use crate::cli::compare;
use crate::cli::output::Terminal;
use crate::cli::reports::Wanted;
use crate::cli::resume::{self, Resumed};
use crate::cli::shard::ShardSettings;
use crate::cli::waive;

/// The settings of a run.
pub(crate) struct RunSettings {
    /// The options as typed, or as in the run that is resumed. The journal and the event stream record them.
    pub(crate) options: RunOptions,
    /// The interrupted run that is resumed.
    pub(crate) resumed: Option<Resumed>,
    pub(crate) selection: Selection,
    /// The shard that this is.
    pub(crate) shard: Option<ShardSettings>,
    /// The report files to write.
    pub(crate) reports: Vec<Wanted>,
    /// The file to record exchanges in.
    pub(crate) record: Option<PathBuf>,
    pub(crate) policy: Policy,
    /// The run to compare with, and what the exit code then reports.
    pub(crate) baseline: Option<(Baseline, Gate)>,
    /// How often a failed case is run again.
    pub(crate) retries: usize,
}

impl RunSettings {
    /// Fills in defaults, and reads the files that options name.
    ///
    /// # Errors
    ///
    /// The exit code, when something is invalid. The message has been printed.
    pub(crate) fn new(options: &RunOptions, terminal: &Terminal) -> Result<RunSettings, ExitCode> {
        // An exclusion is a pattern of the selection, so that reports, recordings and resumed runs have it too.
        let mut typed = options.clone();
        typed.only = patterns(&options.only, &options.skip);
        if let Some(path) = &options.failed {
            typed.only.extend(failed(path, options.strict, terminal)?);
        }
        let (options, resumed) = match &options.resume {
            Some(path) => {
                let (resumed, options) = resume::load(path, &typed, terminal)?;
                (options, Some(resumed))
            }
            None => (typed, None),
        };
        let about_target = [
            (options.insecure, "--insecure"),
            (options.allow_missing_env, "--allow-missing-env"),
        ];
        needs_target(&about_target, options.target.as_deref(), terminal)?;
        let selection = selection(&options.only, &[], terminal)?;
        let shard = ShardSettings::new(&options, terminal)?;
        let reports = reports(&options);
        Wanted::check(&reports, terminal)?;
        if let Some(path) = &options.record {
            let path = path.display().to_string();
            if reports.iter().any(|report| report.path == path) {
                let message = format!("a report and the recording have the same path: {path}");
                return Err(terminal.refuse(&message, &[]));
            }
        }
        let waivers = waive::of_run(
            options.waivers.as_deref(),
            options.target.as_deref(),
            terminal,
        )?;
        let baseline = match &options.baseline.baseline {
            Some(path) => {
                let baseline = compare::load_baseline(path, terminal).ok_or(ExitCode::Invalid)?;
                Some((baseline, GateChoice::of(options.baseline.gate)))
            }
            None => None,
        };
        Ok(RunSettings {
            resumed,
            selection,
            shard,
            reports,
            record: options.record.clone(),
            policy: Policy {
                strict: options.strict,
                waivers: waivers.map(|entries| Waivers {
                    entries,
                    today: waive::today(&options.today),
                }),
            },
            baseline,
            retries: options.retries.into(),
            options,
        })
    }
}

/// Refuses options that are about a target, where there is none.
pub(crate) fn needs_target(
    options: &[(bool, &str)],
    target: Option<&str>,
    terminal: &Terminal,
) -> Result<(), ExitCode> {
    let mut given = options.iter().filter(|(is_given, _)| *is_given);
    match (target, given.next()) {
        (None, Some((_, option))) => {
            let message = format!("{option} is about a target, and there is none");
            let help = "name it: --target FILE|URL, or `target` in probity.yaml".to_owned();
            Err(terminal.refuse(&message, &[help]))
        }
        _ => Ok(()),
    }
}

/// The patterns of `--only` and, with `!` before each, of `--skip`.
pub(crate) fn patterns(only: &[String], skip: &[String]) -> Vec<String> {
    let skip = skip.iter().map(|pattern| format!("!{pattern}"));
    only.iter().cloned().chain(skip).collect()
}

/// The selection of `--only` and `--skip`.
pub(crate) fn selection(
    only: &[String],
    skip: &[String],
    terminal: &Terminal,
) -> Result<Selection, ExitCode> {
    Selection::new(&patterns(only, skip)).map_err(|error| terminal.refuse(&error.to_string(), &[]))
}

/// A pattern for each case that failed, or gave no evidence, in an earlier run.
pub(crate) fn failed(
    path: &Path,
    strict: bool,
    terminal: &Terminal,
) -> Result<Vec<String>, ExitCode> {
    let run = compare::load_baseline(path, terminal).ok_or(ExitCode::Invalid)?;
    let cases = run.cases.values();
    let failed = cases.filter(|case| case.verdict.is_red(strict) && !case.waived);
    let patterns: Vec<String> = failed.map(|case| format!("case:{}", case.case)).collect();
    if patterns.is_empty() {
        let message = format!(
            "no case failed in {}: there is nothing to run again",
            path.display()
        );
        let help = "run without `--failed` to run every case";
        return Err(terminal.refuse(&message, &[help.to_owned()]));
    }
    Ok(patterns)
}

fn reports(options: &RunOptions) -> Vec<Wanted> {
    if options.report.is_empty() && !options.no_report {
        return Wanted::by_default(options.suite.project.as_deref());
    }
    Wanted::all(&options.report)
}
