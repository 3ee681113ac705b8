//! The case files of findings.

use std::io;
use std::path::{Path, PathBuf};

use crate::cli::arguments::FuzzOptions;
use crate::cli::written::write_new;
use crate::fuzz::{Found, file_stem};
use crate::load::SuiteSource;
use crate::text::file;

/// The most names that are tried for a file.
const NAMES: usize = 1000;

/// The largest file of an earlier session that is read.
const LARGEST: u64 = 1 << 20;

/// Where case files are written: nowhere if the suite is in the binary and no directory was named.
pub(super) fn root(options: &FuzzOptions, source: &SuiteSource) -> Option<PathBuf> {
    if let Some(directory) = &options.into {
        return Some(directory.clone());
    }
    let SuiteSource::Directory(path) = source else {
        return None;
    };
    let is_cases = path.file_name().is_some_and(|name| name == "cases");
    match path.parent() {
        Some(parent) if is_cases && !path.join("cases").is_dir() => Some(parent.to_owned()),
        _ => Some(path.clone()),
    }
}

/// Writes the case file of a finding under a name that nothing has.
pub(super) fn write(root: Option<&Path>, found: &Found) -> Result<PathBuf, String> {
    let text = found.file.as_ref().map_err(|why| (*why).to_owned())?;
    let root = root.ok_or("the suite is in the binary: name a directory with `--into`")?;
    let directory = root.join("cases").join(&found.contract);
    let stem = file_stem(&found.operation);
    for number in 1..=NAMES {
        let path = directory.join(format!("{stem}-{number}.yaml"));
        let others = ["yml", "json"].map(|extension| path.with_extension(extension));
        if others.iter().any(|other| other.exists()) {
            continue;
        }
        if file::read(&path, LARGEST).is_ok_and(|known| is_same(&known, text)) {
            return Ok(path);
        }
        match write_new(&path, text.as_bytes()) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    Err(format!("{} has {NAMES} such files", directory.display()))
}

/// Does a file of an earlier session repeat the same? Its comments have the seed of that one.
fn is_same(known: &[u8], text: &str) -> bool {
    let known = String::from_utf8_lossy(known);
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    lines(&known) == lines(text)
}
