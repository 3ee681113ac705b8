//! JSON in which nothing stands that a terminal acts on, or does not show.
//!
//! JSON escapes C0 alone. A report is also read on a terminal, so what [`printable`](super::printable) takes out of
//! text is written as `\\u007f` here: for a reader of JSON it is the same value. Every format that is made of JSON
//! is written by this file.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::printable::is_unprintable;

/// Writes a value, each level further in by `indent`, with a newline at its end.
pub(super) fn write_indented(
    value: &impl Serialize,
    indent: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut octets = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    value.serialize(&mut Serializer::with_formatter(&mut octets, formatter))?;
    octets.push(b'\n');
    let json = String::from_utf8(octets).map_err(io::Error::other)?;
    out.write_all(inert(&json).as_bytes())?;
    out.flush()
}

/// Writes a value on one line, with a newline at its end, by a single write: no reader sees half of it.
pub(super) fn write_line(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut json = serde_json::to_string(value)?;
    json.push('\n');
    out.write_all(inert(&json).as_bytes())
}

/// In JSON these characters stand inside strings only, where an escape means the same.
pub(super) fn inert(json: &str) -> Cow<'_, str> {
    let is_live = |character: char| character != '\n' && is_unprintable(character);
    if !json.contains(is_live) {
        return Cow::Borrowed(json);
    }
    let mut inert = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if !is_live(character) {
            inert.push(character);
            continue;
        }
        // A character beyond U+FFFF takes two escapes (RFC 8259 section 7).
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` cannot fail.
            let _ = write!(inert, "\\u{unit:04x}");
        }
    }
    Cow::Owned(inert)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_a_terminal_acts_on_is_escaped() {
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
        fn it_means_the_same(texts in prop::collection::vec(any::<String>(), 0..4)) {
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
