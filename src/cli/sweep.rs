//! `probity sweep`: undoes what a run that crashed has left on the target.

use std::fs::OpenOptions;
use std::sync::Arc;

use crate::engine::{Engine, Journal, Stop};
use crate::load::Thoroughness;
use crate::model::{ExitCode, Suite, Target};
use crate::persist::{JournalFile, load_journal};

use crate::cli::arguments::{SuiteOptions, SweepOptions};
use crate::cli::output::{Terminal, count};
use crate::cli::{suite, target};

/// Runs the `finally` steps of the cases that the journal names.
pub(crate) fn sweep(options: &SweepOptions, terminal: &Terminal) -> ExitCode {
    let path = &options.journal;
    let journal = match load_journal(path) {
        Ok(journal) => journal,
        Err(error) => {
            terminal.complain(&error.to_string(), &[]);
            return ExitCode::Invalid;
        }
    };
    if journal.open.is_empty() {
        terminal.print(|out| writeln!(out, "nothing is left to undo in {}", path.display()));
        return ExitCode::Conforms;
    }
    let (suite, target) = match subject(options, &journal, terminal) {
        Ok(subject) => subject,
        Err(exit) => return exit,
    };
    let marks = match OpenOptions::new().append(true).open(path) {
        Ok(file) => Journal::new(file),
        Err(error) => {
            let path = path.display();
            terminal.complain(
                &format!("the journal {path} cannot be written: {error}"),
                &[],
            );
            return ExitCode::Defect;
        }
    };
    let engine = match Engine::new(Arc::new(suite), Arc::new(target), Stop::default()) {
        Ok(engine) => engine,
        Err(error) => {
            terminal.complain(&format!("the HTTP client cannot be set up: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    match target::runtime(terminal) {
        Ok(runtime) => runtime.block_on(undo(&engine, &journal, &marks, terminal)),
        Err(exit) => exit,
    }
}

/// The suite and the target of the run. To undo things anywhere else would undo what others made.
fn subject(
    options: &SweepOptions,
    journal: &JournalFile,
    terminal: &Terminal,
) -> Result<(Suite, Target), ExitCode> {
    let header = &journal.header;
    let named = header.suite.as_ref().map(Into::into);
    let directory = options.suite.suite.clone().or(named);
    let chosen = SuiteOptions { suite: directory };
    let mut suite =
        suite::load(&chosen, Thoroughness::ForRun, terminal).ok_or(ExitCode::Invalid)?;
    let Some(text) = options.target.as_ref().or(header.given.as_ref()) else {
        terminal.complain("the journal names no target: say it with --target", &[]);
        return Err(ExitCode::Invalid);
    };
    let target = suite::load_chosen_target(text, &mut suite, terminal).ok_or(ExitCode::Invalid)?;
    let refusal = if target.name != header.target {
        format!(
            "the journal is of the target `{}`, not `{}`",
            header.target, target.name
        )
    } else if target.services != header.services {
        format!(
            "the services of `{}` are not where they were when the journal was written",
            target.name
        )
    } else if !target.permits_write {
        format!("the target `{}` does not permit `write`", target.name)
    } else {
        return Ok((suite, target));
    };
    terminal.complain(&refusal, &["nothing was sent".to_owned()]);
    Err(ExitCode::Invalid)
}

/// Case by case, in the order of their ids.
async fn undo(
    engine: &Engine,
    journal: &JournalFile,
    marks: &Journal,
    terminal: &Terminal,
) -> ExitCode {
    let mut exits = Vec::new();
    let mut undone = 0;
    for (id, open) in &journal.open {
        let cases = &engine.suite().cases;
        let place = cases
            .iter()
            .position(|case| case.id == *id && !case.finally.is_empty());
        let (mut left, is_answered) = match place {
            Some(index) => engine.sweep_case(index, open.captures.clone()).await,
            None => (
                vec!["the suite has no such case with a `finally` any more".into()],
                true,
            ),
        };
        if !left.is_empty() && !open.withheld.is_empty() {
            left.push(format!(
                "withheld because of a secret: {}",
                open.withheld.join(", ")
            ));
        }
        if let Err(error) = marks.ends(id, &left) {
            terminal.complain(&format!("the journal cannot be written: {error}"), &[]);
            exits.push(ExitCode::Defect);
        }
        if left.is_empty() {
            undone += 1;
            terminal.print(|out| writeln!(out, "undone       {}", shown(id)));
            continue;
        }
        exits.push(if is_answered {
            ExitCode::Incomplete
        } else {
            ExitCode::Error
        });
        terminal.print(|out| {
            writeln!(out, "left behind  {}", shown(id))?;
            left.iter()
                .try_for_each(|thing| writeln!(out, "               {}", shown(thing)))
        });
    }
    let left = journal.open.len() - undone;
    let undone = count(undone, "case");
    terminal.print(|out| writeln!(out, "{undone} undone, {left} left behind"));
    ExitCode::strongest(exits)
}

fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    crate::text::printable::printable(text)
}
