//! Files of JSON lines that a run appends to: event streams and journals.
//!
//! Each line is written with one call, so a crash cuts off at most the last one. A line without its line end is
//! therefore left out; any other invalid line is an error that names it.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::persist::report_file::REPORT_LIMIT;
use crate::text::file as limited;
use crate::text::file::ReadError;

/// Why an event stream or a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LinesError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("{file} has {bytes} bytes; at most {REPORT_LIMIT} are read")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: u64,
    },
    /// A line is not one that a run writes.
    #[error("{file}:{line}: {fault}")]
    Damaged {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: String,
    },
    /// The run ended before it had started a case.
    #[error("{file} has no complete header and plan: nothing was done")]
    Empty {
        /// The file.
        file: String,
    },
}

/// Reads a file, up to [`REPORT_LIMIT`].
pub(super) fn read(path: &Path) -> Result<Vec<u8>, LinesError> {
    let file = path.display().to_string();
    limited::read(path, REPORT_LIMIT).map_err(|why| match why {
        ReadError::Io(source) => LinesError::Unreadable { file, source },
        ReadError::TooLarge(bytes) => LinesError::TooLarge { file, bytes },
    })
}

/// The complete lines without their ends: number from 1, and how many bytes of the file end with each line.
pub(super) fn complete(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8], usize)> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let mut end = 0;
    (1..).zip(lines).filter_map(move |(number, line)| {
        end += line.len();
        Some((number, line.strip_suffix(b"\n")?, end))
    })
}

/// Parses one line of a file of this kind.
pub(super) fn parse<T: DeserializeOwned>(line: &[u8], kind: &str) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| format!("not a line of {kind}: {error}"))
}
