//! Reads a statement. Whether it is true is another question.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::Statement;
use crate::model::statement::STATEMENT_FORMAT;
use crate::text::file as limited;
use crate::text::file::ReadError;

/// The largest statement that is read, in bytes.
const LIMIT: u64 = 64 << 20;

/// Why a statement cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// The file cannot be read.
    #[error("the statement {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("the statement {} has at least {bytes} bytes; at most {LIMIT} are read", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// The file is not a statement.
    #[error("{} is not a conformance statement: {source}", path.display())]
    NotAStatement {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: serde_json::Error,
    },
    /// The statement is of another version, or the file is something else.
    #[error("{}: expected the format `{STATEMENT_FORMAT}`, found `{format}`", path.display())]
    OtherFormat {
        /// The file.
        path: PathBuf,
        /// The format in the file.
        format: String,
    },
}

/// Reads the statement in a file. Also returns the bytes of the file.
///
/// # Errors
///
/// When the file cannot be read, is too large, is not JSON, or is not a statement of this version.
pub fn load_statement(path: &Path) -> Result<(Statement, Vec<u8>), StatementError> {
    let path_buf = || path.to_owned();
    let text = limited::read(path, LIMIT).map_err(|why| match why {
        ReadError::Io(source) => StatementError::Unreadable {
            path: path_buf(),
            source,
        },
        ReadError::TooLarge(bytes) => StatementError::TooLarge {
            path: path_buf(),
            bytes,
        },
    })?;
    Ok((read_statement(path, &text)?, text))
}

/// Reads the text of a statement; the path is for messages.
///
/// # Errors
///
/// As [`load_statement`].
pub fn read_statement(path: &Path, text: &[u8]) -> Result<Statement, StatementError> {
    #[derive(Deserialize)]
    struct Envelope {
        format: String,
    }
    let not_a_statement = |source| StatementError::NotAStatement {
        path: path.to_owned(),
        source,
    };
    let envelope: Envelope = serde_json::from_slice(text).map_err(not_a_statement)?;
    if envelope.format != STATEMENT_FORMAT {
        return Err(StatementError::OtherFormat {
            path: path.to_owned(),
            format: envelope.format,
        });
    }
    serde_json::from_slice(text).map_err(not_a_statement)
}
