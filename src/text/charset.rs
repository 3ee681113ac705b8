//! Charsets: text as bytes, in the few encodings that answers still use.

use std::borrow::Cow;

/// A charset of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and US-ASCII in it.
    Utf8,
    /// US-ASCII: no byte above 127.
    Ascii,
    /// ISO-8859-1: each byte is the character of this number.
    Latin1,
    /// Windows-1252: ISO-8859-1 with printable characters from 0x80 to 0x9f.
    Windows1252,
    /// UTF-16, with the byte order of its mark, without one big endian (RFC 2781 section 4.3).
    Utf16,
    /// UTF-16, most significant byte first.
    Utf16Be,
    /// UTF-16, least significant byte first.
    Utf16Le,
}

/// The characters of Windows-1252 from 0x80 to 0x9f; NUL where there is none.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\0', '\u{201a}', '\u{0192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{02c6}', '\u{2030}', '\u{0160}', '\u{2039}', '\u{0152}', '\0', '\u{017d}', '\0', '\0',
    '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{02dc}',
    '\u{2122}', '\u{0161}', '\u{203a}', '\u{0153}', '\0', '\u{017e}', '\u{0178}',
];

impl Charset {
    /// The charset of a name in the IANA registry, in any letter case; `None` if it is not one of these.
    pub fn named(name: &str) -> Option<Charset> {
        match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Charset::Utf8),
            "us-ascii" | "ascii" => Some(Charset::Ascii),
            "iso-8859-1" | "iso_8859-1" | "latin1" | "l1" => Some(Charset::Latin1),
            "windows-1252" | "cp1252" => Some(Charset::Windows1252),
            "utf-16" => Some(Charset::Utf16),
            "utf-16be" => Some(Charset::Utf16Be),
            "utf-16le" => Some(Charset::Utf16Le),
            _ => None,
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Charset::Utf8 => "UTF-8",
            Charset::Ascii => "US-ASCII",
            Charset::Latin1 => "ISO-8859-1",
            Charset::Windows1252 => "windows-1252",
            Charset::Utf16 => "UTF-16",
            Charset::Utf16Be => "UTF-16BE",
            Charset::Utf16Le => "UTF-16LE",
        }
    }

    /// The bytes of a text, without a byte order mark; `None` if it has a character that this charset does not have.
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        let units = |bytes: fn(u16) -> [u8; 2]| Some(text.encode_utf16().flat_map(bytes).collect());
        match self {
            Charset::Utf8 => Some(text.as_bytes().to_vec()),
            Charset::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Charset::Latin1 => text.chars().map(|one| u8::try_from(one).ok()).collect(),
            Charset::Windows1252 => text.chars().map(byte_of_windows_1252).collect(),
            Charset::Utf16 | Charset::Utf16Be => units(u16::to_be_bytes),
            Charset::Utf16Le => units(u16::to_le_bytes),
        }
    }

    /// UTF-16 in which byte order, by the mark or by where the zeros of ASCII characters are; `None` for other bytes. A
    /// mark is part of the text that they are read as.
    pub fn of_utf_16(bytes: &[u8]) -> Option<Charset> {
        match bytes {
            [0xff, 0xfe, ..] => return Some(Charset::Utf16Le),
            [0xfe, 0xff, ..] => return Some(Charset::Utf16Be),
            _ => {}
        }
        let (pairs, rest) = bytes.as_chunks::<2>();
        let zeros = |at: usize| pairs.iter().filter(|pair| pair[at] == 0).count();
        // A text in a format has letters, digits or signs of ASCII.
        let is_most = |zeros: usize, others: usize| zeros * 3 > pairs.len() && others * 8 < zeros;
        let (first, second) = (zeros(0), zeros(1));
        match rest.is_empty() {
            true if is_most(second, first) => Some(Charset::Utf16Le),
            true if is_most(first, second) => Some(Charset::Utf16Be),
            _ => None,
        }
    }

    /// The text; `None` if the bytes are none in this charset. A byte order mark of UTF-8 is part of the text.
    pub fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Charset::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Charset::Ascii if bytes.is_ascii() => Charset::Utf8.decode(bytes),
            Charset::Ascii => None,
            Charset::Latin1 => Some(bytes.iter().copied().map(char::from).collect()),
            Charset::Windows1252 => {
                let text: Option<String> = bytes.iter().map(|byte| windows_1252(*byte)).collect();
                text.map(Cow::Owned)
            }
            Charset::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
                _ => utf_16(bytes, u16::from_be_bytes),
            },
            Charset::Utf16Be => utf_16(bytes, u16::from_be_bytes),
            Charset::Utf16Le => utf_16(bytes, u16::from_le_bytes),
        }
    }
}

fn windows_1252(byte: u8) -> Option<char> {
    match byte {
        0x80..=0x9f => {
            let character = WINDOWS_1252[usize::from(byte - 0x80)];
            (character != '\0').then_some(character)
        }
        _ => Some(char::from(byte)),
    }
}

fn byte_of_windows_1252(character: char) -> Option<u8> {
    let at = WINDOWS_1252.iter().position(|one| *one == character);
    match at.filter(|_| character != '\0') {
        Some(at) => u8::try_from(at).ok().map(|at| 0x80 + at),
        None if ('\u{80}'..='\u{9f}').contains(&character) => None,
        None => u8::try_from(character).ok(),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<Cow<'_, str>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok().filter(|_| rest.is_empty()).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_charset_reads_its_bytes_and_no_others() {
        assert_eq!(Charset::Latin1.decode(b"caf\xe9").unwrap(), "café");
        assert_eq!(Charset::Windows1252.decode(b"\x80\xe9").unwrap(), "€é");
        assert_eq!(Charset::Windows1252.decode(b"\x81"), None);
        assert_eq!(Charset::Utf8.decode(b"caf\xe9"), None);
        assert_eq!(Charset::Ascii.decode("é".as_bytes()), None);
        assert_eq!(Charset::Utf16.decode(b"\xff\xfea\0").unwrap(), "a");
        assert_eq!(Charset::Utf16.decode(b"\xfe\xff\0a").unwrap(), "a");
        assert_eq!(Charset::Utf16.decode(b"\0a").unwrap(), "a");
        assert_eq!(
            Charset::Utf16Le.decode(b"a\0\x3d\xd8\x00\xde").unwrap(),
            "a😀"
        );
        for bytes in [&b"a"[..], b"a\0b", b"\x3d\xd8"] {
            assert_eq!(Charset::Utf16Le.decode(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn names_have_no_letter_case() {
        assert_eq!(Charset::named("ISO-8859-1"), Some(Charset::Latin1));
        assert_eq!(Charset::named("Utf-16LE"), Some(Charset::Utf16Le));
        assert_eq!(Charset::named("koi8-r"), None);
    }

    #[test]
    fn utf_16_is_recognised_without_a_name() {
        let wide = |charset: Charset| charset.encode("{\"a\":\"ż\"}").unwrap();
        let (little, big) = (wide(Charset::Utf16Le), wide(Charset::Utf16Be));
        assert_eq!(Charset::of_utf_16(&little), Some(Charset::Utf16Le));
        assert_eq!(Charset::of_utf_16(&big), Some(Charset::Utf16Be));
        let marked = [&b"\xff\xfe"[..], &little].concat();
        assert_eq!(Charset::of_utf_16(&marked), Some(Charset::Utf16Le));
        for other in [
            &b""[..],
            b"{}",
            b"\x89PNG\0\0\0\0\0\0",
            &[0; 64],
            &little[1..],
        ] {
            assert_eq!(Charset::of_utf_16(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_as_the_same(text: String) {
            for name in ["utf-8", "ascii", "latin1", "cp1252", "utf-16be", "utf-16le"] {
                let charset = Charset::named(name).unwrap();
                if let Some(bytes) = charset.encode(&text) {
                    prop_assert_eq!(charset.decode(&bytes).unwrap(), text.as_str());
                }
            }
        }

        #[test]
        fn any_bytes_can_be_read(bytes: Vec<u8>) {
            for name in ["utf-8", "ascii", "latin1", "cp1252", "utf-16", "utf-16be", "utf-16le"] {
                let _ = Charset::named(name).unwrap().decode(&bytes);
            }
        }
    }
}
