//! Why shards cannot be merged.

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
        }
    }
}
