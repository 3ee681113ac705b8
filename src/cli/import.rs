//! `probity import`: makes a suite from the description of a service.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use crate::import::{
    Action, Change, Figures, Imported, LOCK, Lock, Outline, TrafficKind, beside, changes,
    import_file, merge, written_files,
};
use crate::model::{Diagnostic, ExitCode, Severity, Sources};
use crate::report::diagnostics;
use crate::text::file;
use crate::text::printable::printable;
use crate::text::shell::quoted;

use crate::cli::arguments::{ImportOptions, ImportSource, OpenapiOptions};
use crate::cli::output::{Terminal, count, write_whole};
use crate::cli::traffic;
use crate::cli::written::{editor_schemas, existing, write_new};

/// Most reasons that are listed.
const SHOWN: usize = 10;

/// Most changes that break nobody, and most files of a kind, that are listed.
const CHANGES: usize = 40;

/// The largest record of an import that is read.
const LOCK_LIMIT: u64 = 64 << 20;

/// Makes a suite. Nothing is written if any of its files exists.
pub(crate) fn import(options: &ImportOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let options = match &options.from {
        ImportSource::Openapi(options) => options,
        ImportSource::Har(options) => return traffic::import(TrafficKind::Har, options, terminal),
        ImportSource::Curl(options) => {
            return traffic::import(TrafficKind::Curl, options, terminal);
        }
        ImportSource::Postman(options) => {
            return traffic::import(TrafficKind::Postman, options, terminal);
        }
        ImportSource::Hurl(options) => {
            return traffic::import(TrafficKind::Hurl, options, terminal);
        }
    };
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let imported = import_file(&options.file, &mut sources, &mut found);
    report(&found, &sources, terminal);
    let Some(imported) = imported else {
        return Err(ExitCode::Invalid);
    };
    let root = &options.into;
    if root.exists() && !root.is_dir() {
        let message = format!("`{}` is a file, not a directory", root.display());
        return Err(terminal.refuse(&message, &[]));
    }
    if options.update {
        return update(root, &imported, terminal);
    }
    let lock = lock_of(&imported);
    let files = imported
        .files
        .iter()
        .map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    let files: Vec<(String, Vec<u8>)> = files
        .chain(editor_schemas())
        .chain([(LOCK.to_owned(), lock.text().into_bytes())])
        .collect();
    if let Some(message) = existing(root, &files) {
        let help = if root.join(LOCK).is_file() {
            "to bring an imported suite up to date: `--update`"
        } else {
            "choose another directory: `--into DIR`"
        };
        return Err(terminal.refuse(&message, &[help.into()]));
    }
    for (name, bytes) in &files {
        let path = root.join(name);
        write_new(&path, bytes).map_err(|error| unwritable(&path, &error, terminal))?;
    }
    terminal.print(|out| summary(options, &imported, out));
    Ok(ExitCode::Conforms)
}

/// The record of an import.
fn lock_of(imported: &Imported) -> Lock {
    let entries = written_files(&imported.files);
    Lock::new(&imported.files, entries, imported.outlines.clone())
}

fn unwritable(path: &Path, error: &std::io::Error, terminal: &Terminal) -> ExitCode {
    let message = format!("`{}` cannot be written: {error}", path.display());
    terminal.fail(ExitCode::Defect, &message, &[])
}

/// Brings an imported suite up to date.
fn update(root: &Path, imported: &Imported, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let path = root.join(LOCK);
    let text = file::read(&path, LOCK_LIMIT).map_err(|_| {
        let message = format!(
            "no `{}`: this is not a suite that was imported",
            path.display()
        );
        terminal.refuse(
            &message,
            &["without `--update`, a new suite is written".into()],
        )
    })?;
    let lock = Lock::read(&String::from_utf8_lossy(&text)).map_err(|why| {
        let message = format!("`{}` is not the record of an import: {why}", path.display());
        terminal.refuse(
            &message,
            &["import into another directory, and compare".into()],
        )
    })?;
    let texts = imported
        .files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    let texts: BTreeMap<&str, &str> = texts.collect();
    let names: BTreeSet<&str> = lock.names().chain(texts.keys().copied()).collect();
    let mut done = Done::default();
    for name in names {
        let path = root.join(name);
        let existing = std::fs::read_to_string(&path).ok();
        let text = texts.get(name).copied();
        let action = lock.action(name, existing.as_deref(), text);
        if action == Action::Beside
            && let (Some(existing), Some(text)) = (&existing, text)
            && let Some(base) = lock.entries(name)
            && let Some(merged) = merge(existing, text, base)
        {
            if merged.text != *existing {
                write_whole(&path, merged.text.as_bytes())
                    .map_err(|error| unwritable(&path, &error, terminal))?;
                done.merged.push(name);
            }
            if !merged.conflicts.is_empty() {
                let path = root.join(format!("{name}.new"));
                let earlier = std::fs::read_to_string(&path).unwrap_or_default();
                let text = beside(&earlier, &merged.new);
                write_whole(&path, text.as_bytes())
                    .map_err(|error| unwritable(&path, &error, terminal))?;
            }
            let named = |id: &String| format!("{name}: {}", id.replacen('/', " ", 1));
            done.conflicts.extend(merged.conflicts.iter().map(named));
            done.left.extend(merged.left.iter().map(named));
            continue;
        }
        let bytes = text.unwrap_or_default().as_bytes();
        let written = match action {
            Action::Write | Action::Replace => write_whole(&path, bytes),
            Action::Beside => write_whole(&root.join(format!("{name}.new")), bytes),
            Action::Delete => std::fs::remove_file(&path),
            Action::Left | Action::Keep => Ok(()),
        };
        written.map_err(|error| unwritable(&path, &error, terminal))?;
        if action != Action::Keep {
            done.files.push((action, name));
        }
    }
    let new_lock = lock_of(imported);
    let lock_file = (LOCK.to_owned(), new_lock.text().into_bytes());
    for (name, bytes) in editor_schemas().chain([lock_file]) {
        let path = root.join(name);
        write_whole(&path, &bytes).map_err(|error| unwritable(&path, &error, terminal))?;
    }
    // The older record does not know what operations take and answer.
    let mut before = lock.outlines.clone();
    let mut after = imported.outlines.clone();
    if lock.is_older() {
        for outline in [&mut before, &mut after]
            .into_iter()
            .flat_map(|outlines| outlines.operations.values_mut())
        {
            *outline = Outline {
                statuses: std::mem::take(&mut outline.statuses),
                ..Outline::default()
            };
        }
    }
    let changes = changes(&before, &after);
    terminal.print(|out| {
        if lock.is_older() {
            writeln!(
                out,
                "The record is of an older version: only operations and statuses are compared this time.\n"
            )?;
        }
        updated(root, &done, &changes, out)
    });
    Ok(ExitCode::Conforms)
}

/// What an update did.
#[derive(Debug, Default)]
struct Done<'n> {
    files: Vec<(Action, &'n str)>,
    merged: Vec<&'n str>,
    conflicts: Vec<String>,
    left: Vec<String>,
}

/// Lists what changed in the contract, breaking changes first, and the files.
fn updated(
    root: &Path,
    done: &Done<'_>,
    changes: &[Change],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    for (is_breaking, title) in [
        (true, "Breaking changes of the contract"),
        (false, "Other changes of the contract"),
    ] {
        let of_kind = changes
            .iter()
            .filter(|change| change.is_breaking == is_breaking);
        let lines: Vec<&str> = of_kind.map(|change| change.text.as_str()).collect();
        let limit = if is_breaking { usize::MAX } else { CHANGES };
        list(title, &lines, limit, out)?;
    }
    let texts = |texts: &[String]| texts.to_vec();
    for (title, lines) in [
        (
            "Conflicts: edited, and changed in the document. The new text is beside the file as `.new`: merge it, then delete it",
            texts(&done.conflicts),
        ),
        (
            "Edited, and not in the document any more: left as they are",
            texts(&done.left),
        ),
        (
            "Merged: edited, and changed elsewhere",
            done.merged.iter().map(|name| (*name).to_owned()).collect(),
        ),
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        list(title, &lines, usize::MAX, out)?;
    }
    for (action, title) in [
        (
            Action::Beside,
            "Edited, so the new text is beside it as `.new`: merge it, then delete it",
        ),
        (
            Action::Left,
            "Edited, and not in the document any more: left as it is",
        ),
        (
            Action::Delete,
            "Deleted: not in the document any more, and not edited",
        ),
        (Action::Replace, "Replaced: not edited"),
        (Action::Write, "New"),
    ] {
        let of_kind = done.files.iter().filter(|(one, _)| *one == action);
        list(
            title,
            &of_kind.map(|(_, name)| *name).collect::<Vec<_>>(),
            CHANGES,
            out,
        )?;
    }
    if done.files.is_empty()
        && done.merged.is_empty()
        && done.conflicts.is_empty()
        && done.left.is_empty()
    {
        writeln!(out, "{} is up to date", root.display())?;
    }
    Ok(())
}

fn list(title: &str, lines: &[&str], limit: usize, out: &mut dyn Write) -> std::io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{title}:\n")?;
    for line in lines.iter().take(limit) {
        writeln!(out, "  {}", printable(line))?;
    }
    let more = lines.len().saturating_sub(limit);
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    writeln!(out)
}

fn report(found: &[Diagnostic], sources: &Sources, terminal: &Terminal) {
    terminal.print_error(|out| {
        diagnostics::render(found, sources, terminal.error_colour, terminal.width, out)?;
        let is_error = found.iter().any(|one| one.severity == Severity::Error);
        if found.is_empty() || is_error {
            Ok(())
        } else {
            writeln!(out)
        }
    });
}

fn summary(
    options: &OpenapiOptions,
    imported: &Imported,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let root = &options.into;
    let figures = &imported.figures;
    writeln!(
        out,
        "{}: {} in {}, {}, {}\n",
        options.file.display(),
        count(figures.operations, "operation"),
        count(figures.contracts, "contract"),
        count(figures.requirements, "requirement"),
        count(figures.cases, "case"),
    )?;
    folders(root, imported, out)?;
    left_out(figures, out)?;
    writeln!(out, "Type next:\n")?;
    if root != Path::new(".") {
        writeln!(out, "  cd {}", quoted(&root.to_string_lossy()))?;
    }
    let fill = match figures.fixtures_to_fill {
        0 => "what can be proven on a target".to_owned(),
        more => format!(
            "fill in targets/reference.yaml first: {}",
            count(more, "fixture")
        ),
    };
    let lines = [
        (
            "probity check",
            "finds mistakes, and requirements without a case".to_owned(),
        ),
        ("probity check --target http://127.0.0.1:8080", fill),
        (
            "probity run --target http://127.0.0.1:8080",
            "runs the cases against your service".to_owned(),
        ),
    ];
    for (command, comment) in lines {
        writeln!(out, "  {command:<46} # {comment}")?;
    }
    Ok(())
}

fn folders(root: &Path, imported: &Imported, out: &mut dyn Write) -> std::io::Result<()> {
    for (folder, about) in [
        ("cases", "contracts and cases"),
        ("schemas", "JSON Schemas of bodies"),
        ("targets", "identities and fixtures of a deployment"),
    ] {
        let files = imported
            .files
            .iter()
            .filter(|(name, _)| name.starts_with(folder));
        let number = files.count();
        if number > 0 {
            let path = root.join(folder).display().to_string();
            writeln!(out, "  {path:<24} {}: {about}", count(number, "file"))?;
        }
    }
    writeln!(out)
}

fn left_out(figures: &Figures, out: &mut dyn Write) -> std::io::Result<()> {
    if figures.without_case.is_empty() {
        return Ok(());
    }
    let total = figures.without_case.iter().map(|(number, _)| number).sum();
    writeln!(
        out,
        "No case proves {} (in contract.yaml with `no case`):\n",
        count(total, "requirement")
    )?;
    for (number, why) in figures.without_case.iter().take(SHOWN) {
        writeln!(out, "  {number:>6}  {why}")?;
    }
    let more = figures.without_case.len().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "          and {more} more reasons")?;
    }
    writeln!(out)
}
