//! Secrets: wrapped once, at loading, and never shown.

use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

/// A text that must reach the wire and nothing else. `Debug` shows a placeholder.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    /// Returns the text. Only code that sends it, and the redactor, may call this.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The scheme of a credential, which is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthScheme {
    /// `Bearer` (RFC 6750).
    Bearer,
    /// `Basic` (RFC 7617).
    Basic,
    /// Another one, or none.
    Other,
}

impl Secret {
    /// The scheme, if it is the value of an `Authorization` field.
    pub fn scheme(&self) -> AuthScheme {
        let word = self.expose().split(' ').next().unwrap_or_default();
        if word.eq_ignore_ascii_case("bearer") {
            AuthScheme::Bearer
        } else if word.eq_ignore_ascii_case("basic") {
            AuthScheme::Basic
        } else {
            AuthScheme::Other
        }
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Bytes that must not be shown: a private key.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Wraps bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> SecretBytes {
        SecretBytes(Zeroizing::new(bytes.into()))
    }

    /// Returns the bytes. Only code that signs with them may call this.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(..)")
    }
}
