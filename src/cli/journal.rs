//! The journal of a run: its path, and whether it is deleted at the end.

use std::path::{Path, PathBuf};

use crate::engine::Engine;
use crate::model::ExitCode;
use crate::persist::{Journal, JournalHeader, Outlook, unfinished_journals};
use crate::plan::Plan;
use crate::text::printable::printable;

use crate::cli::arguments::RunOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::reports::{Wanted, spare};

/// The folder of the journal if no report is a file.
const DEFAULT_FOLDER: &str = ".";

/// Creates a journal if some case of the plan will have something to undo. Not for the reference deployment in this
/// process: nothing of it outlives a crash.
pub(crate) fn create(
    options: &RunOptions,
    wanted: &[Wanted],
    engine: &Engine,
    plan: &Plan,
    terminal: &Terminal,
) -> Result<Option<(PathBuf, Journal)>, ExitCode> {
    let target = engine.target();
    if target.given.is_none() || !plan.undoes(engine.suite()) {
        return Ok(None);
    }
    let folder = spare(wanted)
        .and_then(|path| path.parent().map(Path::to_owned))
        .unwrap_or_else(|| DEFAULT_FOLDER.into());
    print_unfinished(&folder, terminal);
    let name = format!(
        "journal-{}-{}.jsonl",
        jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"),
        std::process::id()
    );
    let path = options.journal.clone().unwrap_or_else(|| folder.join(name));
    let suite = options.suite.suite.as_ref();
    let suite = suite.map(|path| path.display().to_string());
    let header = JournalHeader::new(suite, target, engine.redactor());
    match Journal::create(&path, &header) {
        Ok(journal) => Ok(Some((path, journal))),
        Err(error) => {
            let path = path.display();
            let help = "cases that write need a journal; choose its path with --journal FILE";
            let message = format!("the journal {path} cannot be written: {error}");
            terminal.complain(&message, &[help.to_owned()]);
            Err(ExitCode::Defect)
        }
    }
}

/// Deletes the journal if everything is undone, or prints what to do.
pub(crate) fn end(path: &Path, journal: &Journal, terminal: &Terminal) {
    let open = journal.open_cases();
    if open.is_empty() {
        // A file that stays does no harm: it has no open case.
        let _ = std::fs::remove_file(path);
        return;
    }
    let shown = path.display();
    let of = |wanted: Outlook| {
        let number = open.values().filter(|outlook| **outlook == wanted).count();
        (number > 0).then(|| count(number, "case"))
    };
    let why = "because a value that `finally` needs was never captured";
    terminal.print_error(|out| {
        if let Some(cases) = of(Outlook::Sweep) {
            writeln!(
                out,
                "{cases} left something behind; try again: probity sweep {shown}"
            )?;
        }
        if let Some(cases) = of(Outlook::ByHand) {
            writeln!(
                out,
                "{cases} left something behind that no sweep can undo, {why}; undo it by hand, then run: \
                 probity sweep --discard {shown}"
            )?;
        }
        if let Some(cases) = of(Outlook::Unknown) {
            writeln!(
                out,
                "{cases} may have left something behind that no sweep can undo, {why}; check the target by hand"
            )?;
        }
        Ok(())
    });
    if open.values().all(|outlook| *outlook == Outlook::Unknown) {
        // No sweep can use it, and the report names what may be left.
        let _ = std::fs::remove_file(path);
    }
}

/// Names the journals of earlier runs that have open cases.
fn print_unfinished(folder: &Path, terminal: &Terminal) {
    for (path, journal) in unfinished_journals(folder) {
        let path = path.display().to_string();
        let (cases, path) = (count(journal.open.len(), "case"), printable(&path));
        if journal.open.values().all(|case| case.by_hand) {
            terminal.print_error(|out| {
                writeln!(
                    out,
                    "an earlier run did not undo {cases}, and no sweep can; undo it by hand, then run: \
                     probity sweep --discard {path}"
                )
            });
            continue;
        }
        terminal.print_error(|out| {
            writeln!(
                out,
                "an earlier run did not undo {cases}: probity sweep {path}"
            )
        });
    }
}
