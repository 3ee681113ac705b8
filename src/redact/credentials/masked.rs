//! Text in any charset without the values that are named like credentials.

use crate::redact::credentials::{shaped, spots};
use crate::text::charset::Charset;

/// The text with other letters and digits in the values of credentials, also one in UTF-16; `None` if there are none.
pub(crate) fn masked(text: &[u8]) -> Option<Vec<u8>> {
    if let Some(charset) = Charset::of_utf_16(text)
        && let Some(text) = charset.decode(text)
    {
        let masked = String::from_utf8(masked(text.as_bytes())?).ok()?;
        return charset.encode(&masked);
    }
    let found = spots(text);
    let mut masked = (!found.is_empty()).then(|| text.to_vec())?;
    for spot in found {
        let value = shaped(&masked[spot.range.clone()]);
        masked.splice(spot.range, value);
    }
    Some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_like_a_credential_is_masked_in_each_charset() {
        let (text, expected) = ("a password=S3cret-9 b", "a password=A1aaaa-1 b");
        assert_eq!(masked(text.as_bytes()).unwrap(), expected.as_bytes());
        for charset in [Charset::Utf16Le, Charset::Utf16Be] {
            let masked = masked(&charset.encode(text).unwrap()).unwrap();
            assert_eq!(charset.decode(&masked).unwrap(), expected);
        }
        assert_eq!(masked(b"nothing"), None);
    }
}
