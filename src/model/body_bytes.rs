//! Expectations about a body as bytes.

use crate::model::body::BodyFile;
use crate::model::template::{Expression, Template};

/// One condition on the bytes of a body.
#[derive(Clone, Debug)]
pub enum BytesCondition {
    /// The number of bytes, with inclusive bounds.
    Length {
        /// At least.
        min: u64,
        /// At most; `None` is no bound.
        max: Option<u64>,
    },
    /// The SHA-256 digest in hexadecimal digits, with or without `sha256:` before it.
    Sha256(Template),
    /// The body starts with these bytes.
    StartsWith(Prefix),
    /// The body is this file of the suite.
    Equal(Box<BodyFile>),
}

impl BytesCondition {
    /// Calls `see` with the expression of each hole.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        if let BytesCondition::Sha256(template)
        | BytesCondition::StartsWith(Prefix::Text(template)) = self
        {
            template.visit_holes(see);
        }
    }
}

/// The beginning of a body.
#[derive(Clone, Debug)]
pub enum Prefix {
    /// Text, as UTF-8.
    Text(Template),
    /// Bytes; never empty.
    Bytes(Vec<u8>),
}

/// What the check of the content coding expects (RFC 9110 section 8.4).
#[derive(Clone, Debug)]
pub enum CodingCondition {
    /// The codings in the order in which they were applied, in lower case, with `, ` between them; `identity` for none.
    Name(crate::model::pattern::Pattern),
    /// The number of bytes of the body as it came, with inclusive bounds.
    Size {
        /// At least.
        min: u64,
        /// At most; `None` is no bound.
        max: Option<u64>,
    },
}
