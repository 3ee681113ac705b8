//! `probity run --resume FILE`: reads an interrupted run, and checks that this would be the same run.

use std::path::{Path, PathBuf};

use crate::model::{ExitCode, Report, RunCommand, Setup};
use crate::persist::{EventStream, changed_options, changed_setup, load_events};

use crate::cli::arguments::{ReportOption, RunOptions, ShardChoice};
use crate::cli::output::{Terminal, count};
use crate::cli::reports::Wanted;
use crate::report::formats::Format;

/// A run to be resumed.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// Its event stream.
    pub(crate) path: PathBuf,
    /// The same, read.
    pub(crate) stream: EventStream,
}

/// Reads the event stream of an interrupted run, and takes its options unless they are given again.
pub(crate) fn load(
    path: &Path,
    options: &RunOptions,
    terminal: &Terminal,
) -> Result<(Resumed, RunOptions), ExitCode> {
    let stream = load_events(path).map_err(|error| {
        let help = "`probity run` without `--resume` starts a new run";
        terminal.complain(&error.to_string(), &[help.to_owned()]);
        ExitCode::Invalid
    })?;
    let Some(command) = &stream.command else {
        let path = path.display();
        let help = "`--resume` takes a file that a run has written itself".to_owned();
        terminal.complain(
            &format!("{path} does not have the options of its run"),
            &[help],
        );
        return Err(ExitCode::Invalid);
    };
    let mut differences = changed_options(&self::command(options, &[]), command);
    differences.extend(changed_shard(options, &stream.not_started));
    if !differences.is_empty() {
        return Err(refuse(path, &differences, terminal));
    }
    if let Some(line) = stream.cut {
        let path = path.display();
        let note = format!("{path}:{line}: the last line is incomplete and ignored");
        terminal.print_error(|out| writeln!(out, "{note}"));
    }
    let settled = settled(options, command, &stream.not_started);
    let path = path.to_owned();
    Ok((Resumed { path, stream }, settled))
}

impl Resumed {
    /// Checks that suite, target and plan are the same, and prints every difference.
    pub(crate) fn check(
        &self,
        not_started: &Report,
        setup: &Setup,
        terminal: &Terminal,
    ) -> Result<(), ExitCode> {
        let differences = changed_setup(&self.stream, not_started, setup);
        if differences.is_empty() {
            let (done, all) = (self.stream.done.len(), not_started.cases.len());
            let path = self.path.display();
            let note = format!("resuming {path}: {done} of {} are done", count(all, "case"));
            terminal.print_error(|out| writeln!(out, "{note}"));
            return Ok(());
        }
        Err(refuse(&self.path, &differences, terminal))
    }
}

fn refuse(path: &Path, differences: &[String], terminal: &Terminal) -> ExitCode {
    let path = path.display();
    let message = format!("this is not the run that {path} started");
    terminal.complain(&message, differences);
    ExitCode::Invalid
}

/// The options of the interrupted run, with those given now that do not change its outcome.
fn settled(options: &RunOptions, command: &RunCommand, earlier: &Report) -> RunOptions {
    let mut settled = options.clone();
    settled.suite.suite = command.suite.as_ref().map(PathBuf::from);
    settled.target.clone_from(&command.target);
    settled.waivers = command.waivers.as_ref().map(PathBuf::from);
    settled.only.clone_from(&command.only);
    settled.strict = command.strict;
    settled.retries = command.retries;
    settled.seed = command.seed;
    if let Some(shard) = &earlier.shard {
        settled.shard = Some(ShardChoice::Given(shard.shard));
        settled.run_id = Some(shard.run.clone());
        let shard = &shard.options;
        settled.durations = shard.durations.as_ref().map(PathBuf::from);
        settled.clock = shard.clock.as_ref().and_then(|clock| clock.parse().ok());
        settled.insecure = shard.insecure;
        settled.allow_missing_env = shard.allow_missing_env;
    }
    if settled.report.is_empty() && !settled.no_report {
        let reports = command.reports.iter();
        settled.report = reports
            .map(|(format, path)| ReportOption {
                format: Format::find(format),
                path: path.clone(),
            })
            .collect();
        settled.no_report = command.reports.is_empty();
    }
    settled
}

/// Whether the shard is given again with another value.
fn changed_shard(options: &RunOptions, earlier: &Report) -> Vec<String> {
    let Some(choice) = options.shard else {
        return Vec::new();
    };
    let Some(shard) = &earlier.shard else {
        return vec!["it was started without `--shard`".to_owned()];
    };
    let mut differences = Vec::new();
    if choice != ShardChoice::Auto && choice != ShardChoice::Given(shard.shard) {
        differences.push(format!("it was started with `--shard {}`", shard.shard));
    }
    let run = options.run_id.as_ref();
    if run.is_some_and(|run| *run != shard.run) {
        differences.push(format!("it was started with `--run-id {}`", shard.run));
    }
    differences
}

/// The options of a run, for the one that resumes it.
pub(crate) fn command(options: &RunOptions, wanted: &[Wanted]) -> RunCommand {
    let shown = |path: &PathBuf| path.display().to_string();
    RunCommand {
        suite: options.suite.suite.as_ref().map(shown),
        target: options.target.clone(),
        only: options.only.clone(),
        waivers: options.waivers.as_ref().map(shown),
        strict: options.strict,
        retries: options.retries,
        seed: options.seed,
        reports: wanted
            .iter()
            .map(|one| (one.format.name.to_owned(), one.path.clone()))
            .collect(),
    }
}
