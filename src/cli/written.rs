//! Files of new suites: none that exists is overwritten.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::load::format_schemas;
use crate::model::ExitCode;
use crate::report::json;

use crate::cli::output::Terminal;

/// The JSON Schemas for editors, each with its path in the suite.
pub(crate) fn editor_schemas() -> impl Iterator<Item = (String, Vec<u8>)> {
    let schemas = format_schemas().into_iter();
    schemas.map(|(name, schema)| (format!(".probity/{name}"), lines(&schema)))
}

fn lines(schema: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = json::write(schema, &mut bytes);
    bytes
}

/// Says which of the files exist, if any does.
pub(crate) fn existing(root: &Path, files: &[(String, Vec<u8>)]) -> Option<String> {
    let names = files.iter().map(|(name, _)| name);
    let existing: Vec<&String> = names
        .filter(|name| root.join(name).symlink_metadata().is_ok())
        .collect();
    let first = existing.first()?;
    let others = match existing.len() - 1 {
        0 => String::new(),
        more => format!(", nor {more} more of the suite"),
    };
    let path = root.join(first);
    Some(format!(
        "`{}` exists and is not overwritten{others}; nothing was written",
        path.display()
    ))
}

/// Writes the files of a new suite, or nothing: none of them may exist. `help` says what to do if one does.
///
/// # Errors
///
/// The exit code, when a file exists or cannot be written. The message has been printed.
pub(crate) fn write_suite(
    root: &Path,
    files: &[(String, Vec<u8>)],
    help: &str,
    terminal: &Terminal,
) -> Result<(), ExitCode> {
    if let Some(message) = existing(root, files) {
        return Err(terminal.refuse(&message, &[help.to_owned()]));
    }
    for (name, bytes) in files {
        let path = root.join(name);
        write_new(&path, bytes).map_err(|error| unwritable(&path, &error, terminal))?;
    }
    Ok(())
}

/// Prints that a file cannot be written.
pub(crate) fn unwritable(path: &Path, error: &std::io::Error, terminal: &Terminal) -> ExitCode {
    let message = format!("`{}` cannot be written: {error}", path.display());
    terminal.fail(ExitCode::Defect, &message, &[])
}

/// Writes a file that must not exist.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    fs::File::create_new(path)?.write_all(bytes)
}
