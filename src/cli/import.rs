//! `probity import`: makes a suite from the description of a service.

mod stays;
mod update;

use std::io::Write;
use std::path::Path;

use crate::import::{Figures, Imported, LOCK, Lock, TrafficKind, import_file, written_files};
use crate::model::{Diagnostic, ExitCode, Severity, Sources};
use crate::report::diagnostics;
use crate::text::shell::quoted;

use crate::cli::arguments::{ImportOptions, ImportSource, OpenapiOptions};
use crate::cli::output::{Terminal, count};
use crate::cli::traffic;
use crate::cli::written::{editor_schemas, existing, write_new};
use update::update;

/// The largest record of an import, and the largest file of a suite, that is read.
const LOCK_LIMIT: u64 = 64 << 20;

/// Most reasons that are listed.
const SHOWN: usize = 10;

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
    let server = figures.server.as_deref().unwrap_or("http://127.0.0.1:8080");
    let lines = [
        (
            "probity check".to_owned(),
            "finds mistakes, and requirements without a case".to_owned(),
        ),
        (format!("probity check --target {server}"), fill),
        (
            format!("probity run --target {server}"),
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
