//! `probity run --resume FILE`: what a run left that was cut off, and whether this would still be the same run.

use std::path::{Path, PathBuf};

use crate::model::{CaseReport, ExitCode, Report, RunCommand, Setup};
use crate::persist::{EventStream, load_events};

use crate::cli::arguments::{ReportOption, RunOptions};
use crate::cli::output::{Terminal, count};
use crate::cli::reports::Wanted;
use crate::report::formats::Format;

/// A run that is gone on with.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// What it left.
    pub(crate) path: PathBuf,
    /// The same, read.
    pub(crate) stream: EventStream,
}

/// Reads what a run left, and fills in what is not typed again.
pub(crate) fn load(
    path: &Path,
    options: &RunOptions,
    terminal: &Terminal,
) -> Result<(Resumed, RunOptions), ExitCode> {
    let stream = load_events(path).map_err(|error| {
        let help = "`probity run` without `--resume` begins anew";
        terminal.complain(&error.to_string(), &[help.to_owned()]);
        ExitCode::Invalid
    })?;
    let Some(command) = &stream.command else {
        let path = path.display();
        let help = "`--resume` takes what a run itself has left".to_owned();
        terminal.complain(
            &format!("{path} does not say how its run was begun"),
            &[help],
        );
        return Err(ExitCode::Invalid);
    };
    let differences = retyped(options, command);
    if !differences.is_empty() {
        return Err(refuse(path, &differences, terminal));
    }
    if let Some(line) = stream.cut {
        let path = path.display();
        let note = format!("{path}:{line}: the last line was cut off, and is left out");
        terminal.print_error(|out| writeln!(out, "{note}"));
    }
    let settled = settled(options, command);
    let path = path.to_owned();
    Ok((Resumed { path, stream }, settled))
}

impl Resumed {
    /// Tells what differs from how the run was begun; nothing when it can be gone on with.
    pub(crate) fn check(
        &self,
        unbegun: &Report,
        setup: &Setup,
        terminal: &Terminal,
    ) -> Result<(), ExitCode> {
        let differences = differences(&self.stream, unbegun, setup);
        if differences.is_empty() {
            let (done, all) = (self.stream.done.len(), unbegun.cases.len());
            let path = self.path.display();
            let note = format!(
                "going on with {path}: {done} of {} are done",
                count(all, "case")
            );
            terminal.print_error(|out| writeln!(out, "{note}"));
            return Ok(());
        }
        Err(refuse(&self.path, &differences, terminal))
    }
}

fn refuse(path: &Path, differences: &[String], terminal: &Terminal) -> ExitCode {
    let path = path.display();
    let message = format!("this would not be the run that {path} began");
    terminal.complain(&message, differences);
    ExitCode::Invalid
}

/// What is typed again, and is not what was typed then.
fn retyped(options: &RunOptions, command: &RunCommand) -> Vec<String> {
    let shown = |path: &Path| path.display().to_string();
    let suite = options.suite.suite.as_deref().map(shown);
    let waivers = options.waivers.as_deref().map(shown);
    let texts = [
        ("--suite", suite, &command.suite),
        ("--target", options.target.clone(), &command.target),
        ("--waivers", waivers, &command.waivers),
    ];
    let mut differences: Vec<String> = texts
        .into_iter()
        .filter(|(_, now, then)| now.is_some() && now != *then)
        .map(|(option, _, then)| match then {
            Some(then) => format!("it was begun with `{option} {then}`"),
            None => format!("it was begun without `{option}`"),
        })
        .collect();
    if !options.only.is_empty() && options.only != command.only {
        differences.push(match command.only.as_slice() {
            [] => "it was begun without `--only`".to_owned(),
            then => format!("it was begun with `--only {}`", then.join(" --only ")),
        });
    }
    if options.strict && !command.strict {
        differences.push("it was begun without `--strict`".into());
    }
    if options.retries != 0 && options.retries != command.retries {
        differences.push(format!("it was begun with `--retries {}`", command.retries));
    }
    differences
}

/// The options of then, with those of now that change no outcome.
fn settled(options: &RunOptions, command: &RunCommand) -> RunOptions {
    let mut settled = options.clone();
    settled.suite.suite = command.suite.as_ref().map(PathBuf::from);
    settled.target.clone_from(&command.target);
    settled.waivers = command.waivers.as_ref().map(PathBuf::from);
    settled.only.clone_from(&command.only);
    settled.strict = command.strict;
    settled.retries = command.retries;
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

/// What is not as it was when the run was begun.
fn differences(stream: &EventStream, now: &Report, setup: &Setup) -> Vec<String> {
    let then = &stream.unbegun;
    let nothing = Setup::default();
    let before = stream.setup.as_ref().unwrap_or(&nothing);
    let is_ours = then.target.given.is_none();
    let facts = [
        (
            then.probity != now.probity,
            "another version of Probity began it",
        ),
        (then.suite != now.suite, "the suite is another"),
        (before.suite != setup.suite, "the suite has changed since"),
        (
            then.target.name != now.target.name,
            "the target has another name",
        ),
        (
            !is_ours && then.target.services != now.target.services,
            "the services of the target are elsewhere",
        ),
        (
            before.fixtures != setup.fixtures,
            "the fixtures of the target are others",
        ),
        (
            before.capabilities != setup.capabilities,
            "the capabilities of the target are others",
        ),
        (
            before.identities != setup.identities,
            "the identities of the target are others",
        ),
        (
            before.permits_write != setup.permits_write,
            "what the target permits is another",
        ),
        (
            before.not_applicable != setup.not_applicable,
            "what does not apply to the target is another",
        ),
        (then.selection != now.selection, "the selection is another"),
    ];
    let mut differences: Vec<String> = facts
        .into_iter()
        .filter(|(differs, _)| *differs)
        .map(|(_, fact)| fact.to_owned())
        .collect();
    let about = |case: &CaseReport| (case.id.clone(), case.proves.clone(), case.reason.clone());
    let is_other = then.cases.len() != now.cases.len()
        || then
            .cases
            .iter()
            .zip(&now.cases)
            .any(|(then, now)| about(then) != about(now));
    if is_other && differences.is_empty() {
        differences.push("the plan is another".into());
    }
    differences
}

/// What was typed, for who goes on with the run.
pub(crate) fn command(options: &RunOptions, wanted: &[Wanted]) -> RunCommand {
    let shown = |path: &PathBuf| path.display().to_string();
    RunCommand {
        suite: options.suite.suite.as_ref().map(shown),
        target: options.target.clone(),
        only: options.only.clone(),
        waivers: options.waivers.as_ref().map(shown),
        strict: options.strict,
        retries: options.retries,
        reports: wanted
            .iter()
            .map(|one| (one.format.name.to_owned(), one.path.clone()))
            .collect(),
    }
}
