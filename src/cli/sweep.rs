//! `probity sweep`: undoes what a crashed run left on the target.

use std::path::Path;
use std::sync::Arc;

use crate::engine::{Engine, Stop, Swept};
use crate::model::{ExitCode, Suite, Target};
use crate::persist::{Journal, JournalFile, load_journal};

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
        terminal.print(|out| writeln!(out, "nothing to undo in {}", path.display()));
        return ExitCode::Conforms;
    }
    if options.discard {
        return discard(path, &journal, terminal);
    }
    let (suite, target) = match subject(options, &journal, terminal) {
        Ok(subject) => subject,
        Err(exit) => return exit,
    };
    let log = match Journal::open(path) {
        Ok(log) => log,
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
        Ok(runtime) => runtime.block_on(undo(&engine, &journal, &log, path, terminal)),
        Err(exit) => exit,
    }
}

/// Deletes a journal, and says what is not undone.
fn discard(path: &Path, journal: &JournalFile, terminal: &Terminal) -> ExitCode {
    if let Err(error) = std::fs::remove_file(path) {
        let message = format!("the journal {} cannot be deleted: {error}", path.display());
        terminal.complain(&message, &[]);
        return ExitCode::Defect;
    }
    terminal.print(|out| {
        for id in journal.open.keys() {
            writeln!(out, "not undone   {}", shown(id))?;
        }
        let cases = count(journal.open.len(), "case");
        writeln!(out, "the journal is deleted; {cases} not undone")
    });
    ExitCode::Conforms
}

/// The suite and the target of the run.
fn subject(
    options: &SweepOptions,
    journal: &JournalFile,
    terminal: &Terminal,
) -> Result<(Suite, Target), ExitCode> {
    let header = &journal.header;
    let named = header.suite.as_ref().map(Into::into);
    let directory = options.suite.suite.clone().or(named);
    let chosen = SuiteOptions {
        suite: directory,
        project: None,
    };
    let mut suite = suite::load_for_run(&chosen, true, terminal).ok_or(ExitCode::Invalid)?;
    let Some(text) = options.target.as_ref().or(header.given.as_ref()) else {
        terminal.complain("the journal has no target: pass --target", &[]);
        return Err(ExitCode::Invalid);
    };
    let target = suite::load_chosen_target(text, &mut suite, terminal).ok_or(ExitCode::Invalid)?;
    if let Err(refusal) = header.check(&target) {
        terminal.complain(&refusal, &["nothing was sent".to_owned()]);
        return Err(ExitCode::Invalid);
    }
    Ok((suite, target))
}

/// Undoes each case and prints the result.
async fn undo(
    engine: &Engine,
    journal: &JournalFile,
    log: &Journal,
    path: &Path,
    terminal: &Terminal,
) -> ExitCode {
    let mut exits = Vec::new();
    let mut undone = 0;
    let mut is_hopeless = false;
    let print = |swept: Swept<'_>| {
        if let Some(error) = &swept.unwritten {
            terminal.complain(&format!("the journal cannot be written: {error}"), &[]);
            exits.push(ExitCode::Defect);
        }
        if swept.left.is_empty() {
            undone += 1;
            terminal.print(|out| writeln!(out, "undone       {}", shown(swept.id)));
            return;
        }
        is_hopeless |= swept.lacks_values;
        exits.push(if swept.is_answered {
            ExitCode::Incomplete
        } else {
            ExitCode::Error
        });
        terminal.print(|out| {
            writeln!(out, "left behind  {}", shown(swept.id))?;
            swept
                .left
                .iter()
                .try_for_each(|thing| writeln!(out, "               {}", shown(thing)))
        });
    };
    engine.sweep(journal, log, print).await;
    let left = journal.open.len() - undone;
    let undone = count(undone, "case");
    terminal.print(|out| writeln!(out, "{undone} undone, {left} left behind"));
    if is_hopeless {
        let path = path.display().to_string();
        terminal.print_error(|out| {
            writeln!(
                out,
                "this journal can never be swept: it lacks values that the `finally` steps need; undo the cases by hand, \
                 then run: probity sweep --discard {}",
                shown(&path)
            )
        });
    }
    ExitCode::strongest(exits)
}

fn shown(text: &str) -> std::borrow::Cow<'_, str> {
    crate::text::printable::printable(text)
}
