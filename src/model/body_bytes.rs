//! Expectations about a body as bytes.

use crate::model::template::Template;

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
