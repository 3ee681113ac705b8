//! Writes JSON without characters that a terminal interprets or hides.
//!
//! JSON only requires escapes for C0 controls. Reports are also read on terminals, so every character that
//! [`printable`](crate::text::printable) escapes is written as an escape such as `\\u007f`, which is the same value for a
//! JSON parser. All formats made of JSON are written by this module.

use std::io::{self, Write};

use serde::Serialize;

use crate::json::serializer::Serializer;

/// Writes a value over several lines, indented by `indent`, and a line break.
pub(crate) fn write_indented(
    value: &impl Serialize,
    indent: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut serializer = Serializer::indented(indent, out);
    value.serialize(&mut serializer).map_err(|error| error.0)?;
    serializer.end()
}

/// Writes a value on one line and a line break, in a single write, so that no reader sees half of it.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = compact(value)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}

/// A value on one line.
pub(crate) fn compact(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut serializer = Serializer::compact();
    value.serialize(&mut serializer).map_err(|error| error.0)?;
    Ok(serializer.into_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::text::printable::is_unprintable;

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
