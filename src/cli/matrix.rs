//! `probity matrix`: the reports of many targets on one page.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use crate::history::{MatrixBuilder, report_files};
use crate::model::ExitCode;
use crate::model::matrix::Matrix;
use crate::persist::load_report;
use crate::report::{html, matrix as text};
use crate::text::printable::printable;

use crate::cli::arguments::{MatrixOptions, MatrixOut};
use crate::cli::output::{Terminal, refuse_overwriting, write_whole};

/// How many unreadable files are listed.
const NAMED: usize = 20;

/// Reads the reports one at a time, and shows what they say side by side.
pub(crate) fn matrix(options: &MatrixOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let mut builder = MatrixBuilder::new(options.by.into());
    let mut unread: Vec<String> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut add = |path: &Path| -> Result<(), String> {
        // A file that is named, and in a directory that is named, is one report.
        if !seen.insert(path.canonicalize().unwrap_or_else(|_| path.to_owned())) {
            return Ok(());
        }
        let report = load_report(path).map_err(|error| error.to_string())?;
        builder.add(&report, path.display().to_string(), page_of(path));
        Ok(())
    };
    for path in &options.files {
        if !path.is_dir() {
            add(path).map_err(|error| {
                let help = "it takes JSON reports: `probity run --report json=FILE`";
                terminal.refuse(&error, &[help.into()])
            })?;
            continue;
        }
        let found = report_files(path, &["json"]);
        unread.extend(found.problems);
        for path in &found.reports {
            unread.extend(add(path).err());
        }
    }
    terminal.print_error(|out| {
        for one in unread.iter().take(NAMED) {
            writeln!(out, "not read: {}", printable(one))?;
        }
        match unread.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => writeln!(out, "not read: {more} more"),
        }
    });
    let matrix = builder.matrix();
    if matrix.columns.is_empty() {
        let help = "write the JSON reports of runs there: `probity run --report DIR/`";
        return Err(terminal.refuse("there is no report of a run", &[help.into()]));
    }
    let outputs = options.report.iter().map(|one| one.path.as_path());
    refuse_overwriting(outputs, seen.iter().map(PathBuf::as_path), terminal)?;
    let mut exit = ExitCode::Conforms;
    for one in &options.report {
        if let Err(error) = write(one, &matrix, &unread) {
            let message = format!("{} could not be written: {error}", one.path.display());
            exit = terminal.fail(ExitCode::Defect, &message, &[]);
        }
    }
    terminal.print(|out| text::render(&matrix, &terminal.options(), out));
    Ok(exit)
}

fn write(out: &MatrixOut, matrix: &Matrix, unread: &[String]) -> std::io::Result<()> {
    let folder = match out.path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let columns = matrix.columns.iter();
    let links: Vec<Option<String>> = columns
        .map(|column| link(folder, column.page.as_deref()?))
        .collect();
    let mut bytes = Vec::new();
    if out.is_markdown {
        text::render_markdown(matrix, &links, &mut bytes)?;
    } else {
        html::render_targets(matrix, &links, unread, &mut bytes)?;
    }
    write_whole(&out.path, &bytes)
}

/// The page of a report, if it is beside it.
fn page_of(report: &Path) -> Option<PathBuf> {
    let candidates = [
        report.with_extension("html"),
        report.with_file_name("index.html"),
    ];
    candidates.into_iter().find(|path| path.is_file())
}

/// The relative link from a file in `folder` to `page`: its segments, percent-encoded.
fn link(folder: &Path, page: &Path) -> Option<String> {
    let (folder, page) = (folder.canonicalize().ok()?, page.canonicalize().ok()?);
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), page.components().collect());
    let common = from
        .iter()
        .zip(&to)
        .take_while(|(one, other)| one == other)
        .count();
    if common == 0 {
        return None;
    }
    let mut segments = vec!["..".to_owned(); from.len() - common];
    if segments.is_empty() {
        segments.push(".".to_owned());
    }
    for component in &to[common..] {
        let Component::Normal(name) = component else {
            return None;
        };
        segments.push(encoded(name.to_str()?));
    }
    Some(segments.join("/"))
}

/// The text as a segment of a path: everything but letters, digits, `-`, `.`, `_` and `~` is encoded (RFC 3986 section 2.3).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_relative_and_cannot_be_a_scheme() {
        assert_eq!(encoded("javascript:a b"), "javascript%3Aa%20b");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let page = root.join("docs/design.md");
        assert_eq!(link(root, &page).unwrap(), "./docs/design.md");
        assert_eq!(
            link(&root.join("src/cli"), &page).unwrap(),
            "../../docs/design.md"
        );
        assert_eq!(link(&root.join("nowhere"), &page), None);
    }
}
