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
        if fragment.bytes().all(|byte| byte < 0x7f) {
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
