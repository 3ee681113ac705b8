//! Secrets with letters that are no ASCII: how they come back in other charsets and other forms of Unicode.
//!
//! A server that repeats `pässwörd` in ISO-8859-1 sends bytes that are no UTF-8; where they are shown, each of them is a
//! replacement character. One that normalises texts sends `ä` as two characters, and one that takes UTF-8 for
//! ISO-8859-1 sends `Ã¤`.

use std::borrow::Cow;
use std::fmt::Write as _;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use crate::redact::form::{forms_of, forms_of_bytes};
use crate::text::charset::Charset;

/// The charsets of one byte a character.
const OF_BYTES: [Charset; 2] = [Charset::Latin1, Charset::Windows1252];

/// A text of which fewer characters are legible shows nothing of a secret.
const LEGIBLE: usize = 4;

/// The forms that a secret has in addition to those of its own text; none for one of ASCII.
pub(super) fn other_forms_of(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    if secret.is_ascii() {
        return forms;
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(secret);
    let decomposed = DecomposingNormalizerBorrowed::new_nfd().normalize(secret);
    let mut texts = vec![Cow::Borrowed(secret), composed, decomposed];
    texts.sort();
    texts.dedup();
    for text in texts {
        if text != secret {
            forms.extend(forms_of(&text));
        }
        for charset in OF_BYTES {
            if let Some(bytes) = charset.encode(&text) {
                forms.extend(forms_of_bytes(&bytes));
                forms.extend(percent_encoded(&bytes));
                forms.push(String::from_utf8_lossy(&bytes).into_owned());
            }
            // UTF-8 that was taken for another charset.
            forms.extend(charset.decode(text.as_bytes()).map(Cow::into_owned));
        }
        // Each byte by itself, as between the zeros of UTF-16.
        let illegible = |one: char| if one.is_ascii() { one } else { '\u{fffd}' };
        forms.push(text.chars().map(illegible).collect());
    }
    forms.retain(|form| form.chars().filter(|one| *one != '\u{fffd}').count() >= LEGIBLE);
    forms
}

/// `p%E4ssw%F6rd`, in large and small digits.
fn percent_encoded(bytes: &[u8]) -> [String; 2] {
    let (mut large, mut small) = (String::new(), String::new());
    for byte in bytes {
        if byte.is_ascii() {
            large.push(char::from(*byte));
            small.push(char::from(*byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(large, "%{byte:02X}");
            let _ = write!(small, "%{byte:02x}");
        }
    }
    [large, small]
}

/// The texts that bytes can be read as in UTF-16, in either byte order and beginning at either of two bytes.
pub(super) fn as_utf_16(bytes: &[u8]) -> impl Iterator<Item = String> {
    let starts = [bytes, bytes.get(1..).unwrap_or_default()];
    starts.into_iter().flat_map(|bytes| {
        let (pairs, _) = bytes.as_chunks::<2>();
        [u16::from_be_bytes, u16::from_le_bytes].map(|unit| {
            let units = pairs.iter().map(|pair| unit(*pair));
            let characters = char::decode_utf16(units);
            characters.map(|one| one.unwrap_or('\u{fffd}')).collect()
        })
    })
}

/// Has a secret characters that UTF-16 does not write as a byte and a zero?
pub(super) fn is_wide(secret: &str) -> bool {
    secret.chars().any(|one| u32::from(one) > 0xff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_ascii_has_no_other_form() {
        assert_eq!(other_forms_of("s3cr3t-token"), [""; 0]);
    }

    #[test]
    fn other_charsets_and_forms_of_unicode_are_known() {
        let forms = other_forms_of("pässwörd-1");
        for form in [
            "p\u{fffd}ssw\u{fffd}rd-1",
            "p%E4ssw%F6rd-1",
            "p%e4ssw%f6rd-1",
            "pÃ¤sswÃ¶rd-1",
            "pa\u{308}sswo\u{308}rd-1",
            "cORzc3f2cmQtMQ",
        ] {
            assert!(forms.iter().any(|one| one == form), "{form}: {forms:?}");
        }
        let decomposed = other_forms_of("pa\u{308}sswo\u{308}rd-1");
        assert!(decomposed.iter().any(|one| one == "pässwörd-1"));
        assert!(
            decomposed
                .iter()
                .any(|one| one == "p\u{fffd}ssw\u{fffd}rd-1")
        );
        let euro = other_forms_of("5€-token");
        assert!(euro.iter().any(|one| one == "5%80-token"));
    }

    #[test]
    fn what_shows_nothing_is_no_form() {
        let forms = other_forms_of("äöüäöüäöü-1");
        assert!(
            forms.iter().all(|form| !form.starts_with('\u{fffd}')),
            "{forms:?}"
        );
    }
}
