//! Short digests, to detect changes.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The first 64 bits of a SHA-256, written as 16 hexadecimal digits: enough to detect an edit, and eight bytes in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest(NonZeroU64);

impl Digest {
    /// A digest from the first bytes of a longer one. Zero becomes one, because zero means that there is no digest.
    pub fn new(bytes: [u8; 8]) -> Digest {
        let number = u64::from_be_bytes(bytes);
        Digest(NonZeroU64::new(number).unwrap_or(NonZeroU64::MIN))
    }

    /// The bytes.
    pub fn bytes(self) -> [u8; 8] {
        self.0.get().to_be_bytes()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Digest, String> {
        let is_hexadecimal = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = is_hexadecimal.then(|| u64::from_str_radix(text, 16).ok());
        let number = number.flatten().and_then(NonZeroU64::new);
        let digest = number.map(Digest);
        digest.ok_or_else(|| "a digest is 16 hexadecimal digits, not all zero".to_owned())
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Digest, String> {
        text.parse()
    }
}

impl schemars::JsonSchema for Digest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Digest".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The first 64 bits of a SHA-256.",
            "type": "string",
            "pattern": "^[0-9a-f]{16}$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_parsed_as_it_is_printed() {
        for bytes in [[0, 1, 2, 3, 4, 5, 6, 7], [255; 8], [0; 8]] {
            let digest = Digest::new(bytes);
            assert_eq!(digest.to_string().parse(), Ok(digest));
        }
        for bad in [
            "",
            "0",
            "+123456789abcdef",
            "0000000000000000",
            "g123456789abcdef",
        ] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
    }
}
