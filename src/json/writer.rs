//! Writes JSON without characters that a terminal interprets or hides.
//!
//! JSON only requires escapes for C0 controls. Reports are also read on terminals, so every character that
//! [`printable`](crate::text::printable) escapes is written as an escape such as `\\u007f`, which is the same value for a
//! JSON parser. All formats made of JSON are written by this module.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::text::printable::is_unprintable;

/// Writes a value over several lines, indented by `indent`, and a line break.
pub(crate) fn write_indented(
    value: &impl Serialize,
    indent: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    // serde_json writes token by token.
    let mut out = BufWriter::new(out);
    let formatter = EscapingFormatter(PrettyFormatter::with_indent(indent.as_bytes()));
    value.serialize(&mut Serializer::with_formatter(&mut out, formatter))?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a value on one line and a line break, in a single write, so that no reader sees half of it.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = compact(value)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}

/// A value on one line.
pub(crate) fn compact(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1 << 10);
    let formatter = EscapingFormatter(CompactFormatter);
    value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(bytes)
}

/// A formatter that escapes more in strings than JSON requires.
struct EscapingFormatter<F>(F);

impl<F: Formatter> Formatter for EscapingFormatter<F> {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // The fast path for nearly every string.
        if is_plain(fragment.as_bytes()) {
            return out.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_unprintable) {
            let (before, from) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            let mut characters = from.chars();
            // A character beyond U+FFFF takes two escapes (RFC 8259 section 7).
            for unit in characters
                .next()
                .unwrap_or_default()
                .encode_utf16(&mut [0; 2])
            {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

/// Is it ASCII without DEL? Eight bytes at a time, as a report is made of strings.
fn is_plain(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let is_plain = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        // The sum has the highest bit of a byte where there was DEL. Only 0xff has a carry, which is not plain itself.
        (word | word.wrapping_add(0x0101_0101_0101_0101)) & 0x8080_8080_8080_8080 == 0
    };
    words.iter().all(is_plain) && rest.iter().all(|byte| *byte < 0x7f)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn terminal_controls_are_escaped() {
        let mut out = Vec::new();
        write_line(
            &json!("a\u{7f}\u{9b}\u{202e}\u{e0041}zwölf\n\u{1b}"),
            &mut out,
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "\"a\\u007f\\u009b\\u202e\\udb40\\udc41zwölf\\n\\u001b\"\n"
        );
    }

    #[test]
    fn plain_bytes_are_ascii_without_del_wherever_they_are() {
        for byte in 0..=255 {
            for at in 0..19 {
                let mut bytes = [b'~'; 19];
                bytes[at] = byte;
                assert_eq!(is_plain(&bytes), byte < 0x7f, "{byte:#x} at {at}");
            }
        }
        assert!(is_plain(b""));
    }

    proptest! {
        #[test]
        fn escapes_do_not_change_the_value(texts in prop::collection::vec(any::<String>(), 0..4)) {
            let value = json!({ "texts": texts, texts.concat(): [1] });
            for indent in ["", " ", "  "] {
                let mut out = Vec::new();
                write_indented(&value, indent, &mut out).unwrap();
                let written = String::from_utf8(out).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Value>(&written).unwrap(), &value);
                prop_assert!(!written.replace('\n', "").contains(is_unprintable));
            }
        }
    }
}
