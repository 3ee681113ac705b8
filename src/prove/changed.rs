//! A mutant: an answer with one change.

use crate::model::Response;

/// The place of a change that is about the whole body.
pub(super) const BODY: &str = "body";

/// An answer with one change.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mutant {
    /// The place: `status`, `header NAME`, `body`, or the shape of a pointer.
    pub(super) place: String,
    /// The change, in words.
    pub(super) what: String,
    /// The answer.
    pub(super) response: Response,
}
