//! Secrets in bytes that are no UTF-8: in ISO-8859-1, in UTF-16, or among other bytes.

use std::borrow::Cow;

use crate::redact::charsets::{as_utf_16, is_wide};
use crate::redact::placeholders::Placeholders;
use crate::redact::redactor::{PLACEHOLDER, Redactor};
use crate::redact::secret::Secret;
use crate::text::charset::Charset;

impl Redactor {
    /// Is a secret in the bytes, in whatever charset they are read?
    pub(crate) fn is_in_bytes(&self, bytes: &[u8]) -> bool {
        let is_in = |text: &str| self.redact(text) != text;
        let text = String::from_utf8_lossy(bytes);
        // Half of the bytes of UTF-16 are NUL.
        is_in(&text)
            || (bytes.contains(&0) && is_in(&text.replace('\0', "")))
            || (may_be_wide(bytes)
                && self.knows_wide()
                && as_utf_16(bytes).any(|text| is_in(&text)))
    }

    fn knows_wide(&self) -> bool {
        let known = self.known();
        let mut secrets = known.secrets.iter().map(Secret::expose);
        secrets.any(is_wide)
    }
}

/// Are there bytes that UTF-8 texts of people do not have?
fn may_be_wide(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| *byte < 9) || std::str::from_utf8(bytes).is_err()
}

impl Placeholders {
    /// The bytes with placeholders; `None` when there was nothing to replace. Bytes in which a secret is left, because
    /// they are in no charset that can be written again, are replaced as a whole.
    pub(crate) fn replace_bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        let text = match Charset::of_utf_16(bytes) {
            Some(charset) => {
                let text = charset.decode(bytes);
                let text = text.as_deref().map(|text| self.replace(text));
                match text {
                    Some(Cow::Owned(text)) => charset.encode(&text),
                    _ => None,
                }
            }
            None => None,
        };
        let replaced = text.or_else(|| self.in_chunks(bytes));
        let written = replaced.as_deref().unwrap_or(bytes);
        if may_be_wide(written) && self.redactor.is_in_bytes(written) {
            return Some(PLACEHOLDER.into());
        }
        replaced
    }

    /// Replaces in each stretch of UTF-8, and in those that a charset of one byte a character has cut into several.
    fn in_chunks(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut replaced = Vec::with_capacity(bytes.len());
        let mut is_other = false;
        let shown;
        let bytes = match self.across_chunks(bytes) {
            Some(other) => {
                is_other = true;
                shown = other;
                &shown[..]
            }
            None => bytes,
        };
        for chunk in bytes.utf8_chunks() {
            let valid = self.replace(chunk.valid());
            is_other |= matches!(valid, Cow::Owned(_));
            replaced.extend_from_slice(valid.as_bytes());
            replaced.extend_from_slice(chunk.invalid());
        }
        is_other.then_some(replaced)
    }

    /// The bytes without the secrets that have bytes in them that are no UTF-8; `None` if there is none.
    fn across_chunks(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        const ILLEGIBLE: &str = "\u{fffd}";
        if std::str::from_utf8(bytes).is_ok() {
            return None;
        }
        let mut text = String::with_capacity(bytes.len());
        // Where stretches begin, in the text and in the bytes.
        let mut stretches = vec![(0, 0)];
        let mut at = 0;
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            at += chunk.valid().len();
            stretches.push((text.len(), at));
            if !chunk.invalid().is_empty() {
                text.push_str(ILLEGIBLE);
                at += chunk.invalid().len();
                stretches.push((text.len(), at));
            }
        }
        let place = |of: usize| {
            let last = stretches.partition_point(|(begins, _)| *begins <= of) - 1;
            let (begins, at) = stretches[last];
            at + (of - begins)
        };
        let known = self.redactor.known();
        let found = known.matches(&text).into_iter();
        let found = found.filter(|one| text[one.start..one.end].contains(ILLEGIBLE));
        let mut replaced = Vec::new();
        let mut kept = 0;
        for one in found {
            let (start, end) = (place(one.start), place(one.end));
            replaced.extend_from_slice(&bytes[kept..start.max(kept)]);
            replaced.extend_from_slice(PLACEHOLDER.as_bytes());
            kept = end;
        }
        if kept == 0 {
            return None;
        }
        replaced.extend_from_slice(&bytes[kept..]);
        Some(replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECRETS: [&str; 3] = ["pässwörd-1", "s3cr3t-token-7", "пароль-секрет"];

    fn placeholders() -> Placeholders {
        let secrets = SECRETS.map(Secret::new);
        Placeholders::new(&secrets, Redactor::new(&secrets))
    }

    fn charsets() -> [Charset; 5] {
        [
            Charset::Utf8,
            Charset::Latin1,
            Charset::Windows1252,
            Charset::Utf16Le,
            Charset::Utf16Be,
        ]
    }

    #[test]
    fn a_secret_is_found_and_replaced_in_every_charset() {
        let (all, redactor) = (placeholders(), Redactor::new(&SECRETS.map(Secret::new)));
        for charset in charsets() {
            for secret in SECRETS {
                let text = format!("{{\"you sent\":\"{secret}\",\"more\":\"words\"}}");
                let Some(bytes) = charset.encode(&text) else {
                    continue;
                };
                assert!(redactor.is_in_bytes(&bytes), "{secret} in {charset:?}");
                let replaced = all.replace_bytes(&bytes).unwrap();
                assert!(!redactor.is_in_bytes(&replaced), "{secret} in {charset:?}");
                let shown = charset.decode(&replaced).unwrap();
                assert!(shown.starts_with("{\"you sent\":\""), "{shown}");
                assert!(shown.ends_with("\",\"more\":\"words\"}"), "{shown}");
            }
        }
        for harmless in [&b"caf\xe9"[..], b"\xff\xfea\0", "пароль".as_bytes(), b""] {
            assert!(!redactor.is_in_bytes(harmless));
            assert_eq!(all.replace_bytes(harmless), None);
        }
    }

    #[test]
    fn what_cannot_be_written_again_is_replaced_as_a_whole() {
        let wide = Charset::Utf16Le.encode(SECRETS[1]).unwrap();
        let rest = b"\r\n-- and a text that is no UTF-16 at all, which is much longer than that";
        let beside = [b"length: 28:", &wide[..], &rest[..]].concat();
        assert_eq!(placeholders().replace_bytes(&beside).unwrap(), b"[secret]");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_among_other_bytes(
            before in prop::collection::vec(any::<u8>(), 0..20),
            after in prop::collection::vec(any::<u8>(), 0..20),
            which in 0..SECRETS.len(),
            charset in 0_usize..5,
        ) {
            if let Some(secret) = charsets()[charset].encode(SECRETS[which]) {
                let bytes = [before, secret.clone(), after].concat();
                let replaced = placeholders().replace_bytes(&bytes);
                prop_assert!(replaced.is_some(), "{:?}", bytes);
                let redactor = Redactor::new(&SECRETS.map(Secret::new));
                prop_assert!(!redactor.is_in_bytes(&replaced.unwrap()), "{:?}", bytes);
            }
        }
    }
}
