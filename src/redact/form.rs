//! The forms of a secret: the text itself, and its base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A shorter secret also is in numbers, names and words by chance.
pub(super) const UNLIKELY_BY_CHANCE: usize = 8;

/// The secret, its base64, and what of its base64 is the same anywhere in a longer text.
pub(crate) fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ];
    if secret.len() < UNLIKELY_BY_CHANCE {
        return forms;
    }
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend(secret.as_bytes());
        // Six bits a character: from the first that holds nothing of what is before the secret, to the last
        // that holds nothing of what is behind it.
        let first = (shift * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&bytes)[first..last].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&bytes)[first..last].to_owned());
    }
    forms
}
