//! Facts about the body of a request, for its path, query and header fields.

/// A fact about the body of the request that it is used in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFact {
    /// `body.sha256`, also `sha256(body)`: SHA-256 in hexadecimal digits.
    Sha256,
    /// `body.sha256-base64`: SHA-256 in base64, as in `Repr-Digest` (RFC 9530).
    Sha256Base64,
    /// `body.length`: the number of bytes.
    Length,
}

impl BodyFact {
    /// Every fact.
    pub const ALL: [BodyFact; 3] = [BodyFact::Sha256, BodyFact::Sha256Base64, BodyFact::Length];

    /// The name in case files, under which the value also is beside the captures.
    pub fn key(self) -> &'static str {
        match self {
            BodyFact::Sha256 => "body.sha256",
            BodyFact::Sha256Base64 => "body.sha256-base64",
            BodyFact::Length => "body.length",
        }
    }

    /// The fact with this name.
    pub fn find(key: &str) -> Option<BodyFact> {
        BodyFact::ALL.into_iter().find(|fact| fact.key() == key)
    }
}
