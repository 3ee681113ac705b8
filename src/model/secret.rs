//! Secrets: wrapped once, at loading, and never shown.

use std::fmt;

use zeroize::Zeroizing;

/// A text that must reach the wire and nothing else. `Debug` shows a placeholder.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself. Only what goes to the wire, and the redactor, may ask.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Octets that must not be shown: a private key.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretOctets(Zeroizing<Vec<u8>>);

impl SecretOctets {
    /// Wraps octets.
    pub fn new(octets: impl Into<Vec<u8>>) -> SecretOctets {
        SecretOctets(Zeroizing::new(octets.into()))
    }

    /// The octets themselves. Only who signs with them may ask.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SecretOctets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretOctets(..)")
    }
}
