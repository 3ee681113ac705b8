//! Which suite a file belongs to.

use std::path::{Path, PathBuf};

/// The folders of a suite.
const FOLDERS: &[&str] = &["cases", "schemas", "targets", "files"];

/// How many levels of folders are looked at.
const MOST_LEVELS: usize = 64;

/// The directory of the suite of a file: the nearest one above it that has `cases/` and in which the file is in a folder of
/// suites, or beside these.
pub(crate) fn root_of(file: &Path) -> Option<PathBuf> {
    let mut below = PathBuf::from(file.file_name()?);
    for directory in file.ancestors().skip(1).take(MOST_LEVELS) {
        let first = below.components().next()?;
        let is_beside = below.components().count() == 1;
        let is_in_folder = FOLDERS.iter().any(|folder| first.as_os_str() == *folder);
        let is_suite = directory.join("cases").is_dir()
            // A suite whose first file is not saved yet.
            || first.as_os_str() == "cases";
        if is_suite && (is_beside || is_in_folder) {
            return Some(directory.to_owned());
        }
        below = PathBuf::from(directory.file_name()?).join(below);
    }
    None
}

/// The suites in a folder that the client opened: the folder itself, or those in folders with a project file.
pub(crate) fn roots_in(folder: &Path) -> Vec<PathBuf> {
    if folder.join("cases").is_dir() {
        return vec![folder.to_owned()];
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut roots: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("probity.yaml").is_file() && path.join("cases").is_dir())
        .collect();
    roots.sort();
    roots.truncate(MOST_LEVELS);
    roots
}
