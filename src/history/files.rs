//! The files of a history: every JSON file below a directory.

use std::path::{Path, PathBuf};

/// How deep directories are searched.
const DEPTH: usize = 5;

/// More files than this are not read.
const FILES: usize = 10_000;

/// The contents of a directory of runs.
#[derive(Debug, Default)]
pub struct HistoryFiles {
    /// Files with the extension, in order of their paths.
    pub reports: Vec<PathBuf>,
    /// How many other files there are.
    pub others: usize,
    /// What could not be read, and why.
    pub problems: Vec<String>,
}

/// Finds the files that may be reports. Links are not followed.
pub fn history_files(folder: &Path) -> HistoryFiles {
    report_files(folder, &["json"])
}

/// Finds the files with one of these extensions. Links are not followed.
pub fn report_files(folder: &Path, extensions: &[&str]) -> HistoryFiles {
    let mut files = HistoryFiles::default();
    let walk = walkdir::WalkDir::new(folder)
        .max_depth(DEPTH)
        .sort_by_file_name();
    for entry in walk {
        match entry {
            Err(error) => files.problems.push(problem(&error)),
            Ok(entry) if !entry.file_type().is_file() => {}
            Ok(entry) => {
                let extension = entry.path().extension();
                let is_one = extension.is_some_and(|it| extensions.iter().any(|one| it == *one));
                if !is_one {
                    files.others += 1;
                } else if files.reports.len() < FILES {
                    files.reports.push(entry.into_path());
                } else {
                    let message = format!("more than {FILES} files: the rest is ignored");
                    files.problems.push(message);
                    break;
                }
            }
        }
    }
    files
}

fn problem(error: &walkdir::Error) -> String {
    match (error.path(), error.io_error()) {
        (Some(path), Some(reason)) => format!("{}: {reason}", path.display()),
        _ => error.to_string(),
    }
}
