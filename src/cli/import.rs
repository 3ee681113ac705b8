//! `probity import`: makes a suite from the description of a service.

mod stays;
pub(crate) mod summary;
mod update;

use std::path::Path;

use crate::import::{Imported, LOCK, Lock, TrafficKind, import_file, written_files};
use crate::model::{Diagnostic, ExitCode, Severity, Sources};
use crate::report::diagnostics;

use crate::cli::arguments::{ImportOptions, ImportSource};
use crate::cli::output::Terminal;
use crate::cli::suite::is_url;
use crate::cli::traffic;
use crate::cli::written::{editor_schemas, write_suite};
use update::update;

/// The largest record of an import, and the largest file of a suite, that is read.
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
    let imported = read(&options.file, terminal)?;
    let root = &options.into;
    if root.exists() && !root.is_dir() {
        let message = format!("`{}` is a file, not a directory", root.display());
        return Err(terminal.refuse(&message, &[]));
    }
    if options.update {
        return update(root, &imported, terminal);
    }
    let files = suite_files(&imported, &imported.files);
    let help = if root.join(LOCK).is_file() {
        "to bring an imported suite up to date: `--update`"
    } else {
        "choose another directory: `--into DIR`"
    };
    write_suite(root, &files, help, terminal)?;
    terminal.print(|out| {
        let figures = &imported.figures;
        summary::headline(&options.file, figures, out)?;
        summary::places(&summary::folders(root, &imported), out)?;
        summary::left_out(figures, out)?;
        summary::to_fill_in(figures, out)?;
        summary::commands(root, &summary::with_target(figures), out)
    });
    Ok(ExitCode::Conforms)
}

/// Makes a suite of the document in a file, and prints what is wrong with it.
///
/// # Errors
///
/// The exit code, if the file is no document.
pub(crate) fn read(file: &Path, terminal: &Terminal) -> Result<Imported, ExitCode> {
    if file.to_str().is_some_and(is_url) {
        let help = "save the document in a file first: `curl -o openapi.yaml URL`";
        return Err(terminal.refuse(
            "a document is read from a file: nothing is fetched",
            &[help.into()],
        ));
    }
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let imported = import_file(file, &mut sources, &mut found);
    report(&found, &sources, terminal);
    imported.ok_or(ExitCode::Invalid)
}

/// The files to write of a suite: its own, the JSON Schemas for editors, and the record of the import.
pub(crate) fn suite_files(imported: &Imported, own: &[(String, String)]) -> Vec<(String, Vec<u8>)> {
    let lock = lock_of(imported).text().into_bytes();
    let own = own
        .iter()
        .map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    own.chain(editor_schemas())
        .chain([(LOCK.to_owned(), lock)])
        .collect()
}

/// The record of an import.
fn lock_of(imported: &Imported) -> Lock {
    let entries = written_files(&imported.files);
    Lock::new(&imported.files, entries, imported.outlines.clone())
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
