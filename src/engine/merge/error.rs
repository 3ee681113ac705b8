//! Why shards cannot be merged.

use std::io;

use crate::model::ExitCode;

/// How many differences are listed.
const LISTED: usize = 12;

/// Why shards cannot be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct MergeError {
    /// The fact in one line.
    pub message: String,
    /// More about it, a line each.
    pub details: Vec<String>,
    /// The exit code: the shards cannot be merged, or Probity could not do it.
    pub exit: ExitCode,
}

impl MergeError {
    pub(super) fn new(message: impl Into<String>, mut details: Vec<String>) -> MergeError {
        if details.len() > LISTED {
            let more = details.len() - LISTED;
            details.truncate(LISTED);
            details.push(format!("and {more} more"));
        }
        MergeError {
            message: message.into(),
            details,
            exit: ExitCode::Invalid,
        }
    }

    /// That cases could not be put aside, or not read again.
    pub(super) fn of_shelf(error: io::Error) -> MergeError {
        MergeError {
            exit: ExitCode::Defect,
            ..MergeError::new(error.to_string(), Vec::new())
        }
    }
}
