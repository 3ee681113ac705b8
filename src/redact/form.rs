//! The forms of a secret: the text itself, its base64, and its bytes in hexadecimal digits.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A shorter secret also is in numbers, names and words by chance.
pub(super) const UNLIKELY_BY_CHANCE: usize = 8;

/// A shorter one also is where its characters are of several sorts.
const SHORTEST: usize = 4;

/// Is a value that a server sent, such as that of a cookie, hardly a part of another text by chance? `true`, `dark` and
/// `42` are; `a7Qz` is not.
pub fn is_unlikely_by_chance(value: &str) -> bool {
    value.len() >= UNLIKELY_BY_CHANCE || value.len() >= SHORTEST && is_mixed(value)
}

/// A value of one sort of characters is remembered for the other cases of a run if it has so many.
const RANDOM: usize = 16;

/// Is a value that a server sent hardly a part of the texts of other cases by chance? `accepted` and `20260101` are;
/// `a7Qz-81x` and longer values that could be session ids are not.
pub fn is_unlikely_elsewhere(value: &str) -> bool {
    value.len() >= RANDOM || value.len() >= UNLIKELY_BY_CHANCE && is_mixed(value)
}

/// Has a text characters of two sorts? One of letters alone, or of digits alone, is also a word or a number.
pub(super) fn is_mixed(text: &str) -> bool {
    let sort = |character: char| match character {
        '0'..='9' => 0,
        'a'..='z' => 1,
        'A'..='Z' => 2,
        _ => 3,
    };
    let mut sorts = text.chars().map(sort);
    let first = sorts.next();
    sorts.any(|sort| Some(sort) != first)
}

/// The secret, its hexadecimal digits (with and without spaces between bytes), its base64, and what of its base64 is the same anywhere in a longer text.
pub(crate) fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    forms.extend(forms_of_bytes(secret.as_bytes()));
    forms
}

/// Bytes in hexadecimal digits and in base64.
pub(super) fn forms_of_bytes(secret: &[u8]) -> Vec<String> {
    let (mut small, mut large, mut spaced) = (String::new(), String::new(), String::new());
    for byte in secret {
        // Writing to a string cannot fail.
        let _ = write!(small, "{byte:02x}");
        // As reports show bytes.
        let _ = write!(spaced, " {byte:02x}");
        let _ = write!(large, "{byte:02X}");
    }
    let mut forms = vec![
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        small,
        large,
        spaced.trim_start().to_owned(),
    ];
    if secret.len() < UNLIKELY_BY_CHANCE {
        return forms;
    }
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend(secret);
        // Six bits a character: from the first that holds nothing of what is before the secret, to the last
        // that holds nothing of what is behind it.
        let first = (shift * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&bytes)[first..last].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&bytes)[first..last].to_owned());
    }
    forms
}
