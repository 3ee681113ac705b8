//! Shared steps that create what other cases are about.

use crate::import::yaml::Entry;

/// A shared step that creates something.
#[derive(Clone, Debug)]
pub(crate) struct Creator {
    pub(crate) contract: String,
    /// The names of the steps that are used, its own last.
    pub(crate) setup: Vec<String>,
    /// The name of the value that it captures.
    pub(crate) capture: String,
    /// The operation, by its place.
    pub(crate) post: usize,
    pub(crate) delete: usize,
    /// The step, as an entry of `steps`.
    pub(crate) step: Entry,
}
