//! The journal of a run: where it stands, and when it goes.

use std::io;
use std::path::{Path, PathBuf};

use crate::engine::{Engine, JOURNAL_FORMAT, Journal};
use crate::model::{Effect, ExitCode, Suite, Target};
use crate::persist::load_journal;
use crate::plan::Plan;
use crate::report::json::write_line;
use crate::text::printable::printable;
use serde_json::json;

use crate::cli::arguments::RunOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::reports::Wanted;
use crate::cli::stream;

/// Where the journal stands when no report is a file.
const DEFAULT_FOLDER: &str = ".";

/// Begins a journal if some case of the plan will have something to undo. Not for the deployment that runs in this
/// process: nothing of it outlives a crash.
pub(crate) fn begin(
    options: &RunOptions,
    wanted: &[Wanted],
    engine: &Engine,
    plan: &Plan,
    terminal: &Terminal,
) -> Result<Option<(PathBuf, Journal)>, ExitCode> {
    let (suite, target) = (engine.suite(), engine.target());
    if target.given.is_none() || !writes(suite, plan) {
        return Ok(None);
    }
    let folder = stream::spare(wanted)
        .and_then(|path| path.parent().map(Path::to_owned))
        .unwrap_or_else(|| DEFAULT_FOLDER.into());
    tell_earlier(&folder, terminal);
    let name = format!(
        "journal-{}-{}.jsonl",
        jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ"),
        std::process::id()
    );
    let path = options.journal.clone().unwrap_or_else(|| folder.join(name));
    let redact = |text: &str| engine.redactor().redact(text).into_owned();
    match create(&path, options, target, &redact) {
        Ok(file) => Ok(Some((path, Journal::new(file)))),
        Err(error) => {
            let path = path.display();
            let help = "cases that write are not begun without one: say where with --journal FILE";
            let message = format!("the journal {path} cannot be written: {error}");
            terminal.complain(&message, &[help.to_owned()]);
            Err(ExitCode::Defect)
        }
    }
}

/// Takes the journal away when everything is undone, or says what to do.
pub(crate) fn end(path: &Path, journal: &Journal, terminal: &Terminal) {
    let open = journal.open();
    if open.is_empty() {
        // One that stays is litter: it says that nothing is open.
        let _ = std::fs::remove_file(path);
        return;
    }
    let (cases, path) = (count(open.len(), "case"), path.display());
    terminal.print_error(|out| {
        writeln!(
            out,
            "{cases} left something behind; try again: probity sweep {path}"
        )
    });
}

fn writes(suite: &Suite, plan: &Plan) -> bool {
    let mut cases = plan.cases.iter().filter(|planned| planned.skip.is_none());
    cases.any(|planned| {
        let case = &suite.cases[planned.index];
        case.effect == Effect::Write && !case.finally.is_empty()
    })
}

/// A new file that only its owner may read, with the first line.
fn create(
    path: &Path,
    options: &RunOptions,
    target: &Target,
    redact: &dyn Fn(&str) -> String,
) -> io::Result<std::fs::File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut open = std::fs::OpenOptions::new();
    open.create_new(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut file = open.open(path)?;
    let services = target.services.iter();
    let services: std::collections::BTreeMap<_, _> =
        services.map(|(name, url)| (name, redact(url))).collect();
    let line = json!({
        "event": "journal",
        "format": JOURNAL_FORMAT,
        "probity": env!("CARGO_PKG_VERSION"),
        "suite": options.suite.suite,
        "target": redact(&target.name),
        "given": target.given.as_deref().map(redact),
        "services": services,
        "started": jiff::Timestamp::now().to_string(),
    });
    write_line(&line, &mut file)?;
    Ok(file)
}

/// Names the journals of earlier runs that still have something to undo.
fn tell_earlier(folder: &Path, terminal: &Terminal) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        let is_lines = path.extension().is_some_and(|it| it == "jsonl");
        let is_journal = name.starts_with("journal-") && is_lines;
        let open = is_journal.then(|| load_journal(&path).ok()).flatten();
        if let Some(open) = open.filter(|journal| !journal.open.is_empty()) {
            let (cases, path) = (count(open.open.len(), "case"), path.display().to_string());
            let path = printable(&path);
            terminal.print_error(|out| {
                writeln!(
                    out,
                    "an earlier run left {cases} not undone: probity sweep {path}"
                )
            });
        }
    }
}
