//! Bytes written as text in a case file: base64 or hexadecimal digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, DecodeSliceError};

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteEncoding {
    /// Base64 with padding (RFC 4648 section 4).
    Base64,
    /// Two hexadecimal digits for each byte.
    Hex,
}

/// Why a text is not in an encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {}", at + 1)]
pub struct BadEncoding {
    /// The first wrong character, from 0; the length of the text if its end is wrong.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl ByteEncoding {
    /// The key in case files.
    pub fn name(self) -> &'static str {
        match self {
            ByteEncoding::Base64 => "base64",
            ByteEncoding::Hex => "hex",
        }
    }

    /// The text of bytes.
    pub fn encode(self, bytes: &[u8]) -> String {
        match self {
            ByteEncoding::Base64 => STANDARD.encode(bytes),
            ByteEncoding::Hex => crate::model::hexadecimal(bytes),
        }
    }

    /// The bytes. ASCII spaces, tabs and line breaks are skipped.
    ///
    /// # Errors
    ///
    /// The first character that is wrong.
    pub fn decode(self, text: &str) -> Result<Vec<u8>, BadEncoding> {
        let mut places = Vec::with_capacity(text.len());
        let mut digits = Vec::with_capacity(text.len());
        let mut count = 0;
        for (at, c) in text.chars().enumerate() {
            count = at + 1;
            if matches!(c, ' ' | '\t' | '\r' | '\n') {
                continue;
            }
            let Ok(digit) = u8::try_from(c) else {
                return Err(unexpected(at, c));
            };
            places.push(at);
            digits.push(digit);
        }
        let place = |index: usize| places.get(index).copied().unwrap_or(count);
        match self {
            ByteEncoding::Base64 => base64(&digits, &place),
            ByteEncoding::Hex => hex(&digits, &place),
        }
    }
}

fn unexpected(at: usize, c: char) -> BadEncoding {
    BadEncoding {
        at,
        message: format!("unexpected `{}`", c.escape_debug()),
    }
}

fn base64(digits: &[u8], place: &dyn Fn(usize) -> usize) -> Result<Vec<u8>, BadEncoding> {
    let mut bytes = vec![0; digits.len() / 4 * 3 + 3];
    match STANDARD.decode_slice(digits, &mut bytes) {
        Ok(length) => {
            bytes.truncate(length);
            Ok(bytes)
        }
        Err(DecodeSliceError::DecodeError(DecodeError::InvalidByte(index, byte))) => {
            Err(unexpected(place(index), char::from(byte)))
        }
        Err(DecodeSliceError::DecodeError(DecodeError::InvalidLastSymbol {
            offset,
            symbol,
            ..
        })) => Err(BadEncoding {
            at: place(offset),
            message: format!("`{}` has bits after the last byte", char::from(symbol)),
        }),
        Err(_) => Err(BadEncoding {
            at: place(digits.len()),
            message: "missing digits or `=`".to_owned(),
        }),
    }
}

fn hex(digits: &[u8], place: &dyn Fn(usize) -> usize) -> Result<Vec<u8>, BadEncoding> {
    let mut values = Vec::with_capacity(digits.len());
    for (index, digit) in digits.iter().enumerate() {
        let value = char::from(*digit).to_digit(16);
        let value = value.and_then(|value| u8::try_from(value).ok());
        values.push(value.ok_or_else(|| unexpected(place(index), char::from(*digit)))?);
    }
    if values.len() % 2 == 1 {
        return Err(BadEncoding {
            at: place(digits.len()),
            message: "missing second digit of a byte".to_owned(),
        });
    }
    Ok(values
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_are_decoded() {
        assert_eq!(
            ByteEncoding::Base64.decode("AAH/\n fg==").unwrap(),
            b"\0\x01\xff\x7e"
        );
        assert_eq!(
            ByteEncoding::Hex.decode("00 01fF\n7e").unwrap(),
            b"\0\x01\xff\x7e"
        );
        assert_eq!(ByteEncoding::Base64.encode(b"\0\x01\xff\x7e"), "AAH/fg==");
        assert_eq!(ByteEncoding::Hex.encode(b"\0\x01\xff\x7e"), "0001ff7e");
        assert_eq!(ByteEncoding::Base64.decode("").unwrap(), b"");
        assert_eq!(ByteEncoding::Hex.decode("").unwrap(), b"");
    }

    #[test]
    fn the_first_wrong_character_is_named() {
        let at = |encoding: ByteEncoding, text: &str| encoding.decode(text).unwrap_err().at;
        assert_eq!(at(ByteEncoding::Hex, "0a xy"), 3);
        assert_eq!(at(ByteEncoding::Hex, "0a0"), 3);
        assert_eq!(at(ByteEncoding::Hex, "0aä0"), 2);
        assert_eq!(at(ByteEncoding::Base64, "AA!H"), 2);
        assert_eq!(at(ByteEncoding::Base64, "AAA"), 3);
        assert_eq!(at(ByteEncoding::Base64, "A=AA"), 1);
        let bits = ByteEncoding::Base64.decode("AAB=").unwrap_err();
        assert_eq!(
            bits.to_string(),
            "`B` has bits after the last byte at character 3"
        );
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read(bytes in proptest::collection::vec(0_u8.., 0..80)) {
            let base64 = STANDARD.encode(&bytes);
            proptest::prop_assert_eq!(&ByteEncoding::Base64.decode(&base64).unwrap(), &bytes);
            let hex = crate::model::hexadecimal(&bytes);
            proptest::prop_assert_eq!(&ByteEncoding::Hex.decode(&hex).unwrap(), &bytes);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,60}") {
            let _ = ByteEncoding::Base64.decode(&text);
            let _ = ByteEncoding::Hex.decode(&text);
        }
    }
}
