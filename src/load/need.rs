//! What a request or a check needs of the transport.

use crate::model::{Span, Transport};

/// Something that not every transport supports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// The first transport that supports it.
    pub(crate) least: Transport,
    /// What it is, as in "the normal transport cannot ...".
    pub(crate) what: String,
    /// Where the case says so.
    pub(crate) span: Span,
}
