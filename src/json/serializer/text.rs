//! The text that is being written: strings and names, and where lines break.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser;

use crate::text::printable::is_unprintable;

/// How much text is collected before it is written.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// Collects a text, and writes what it has when it is much.
pub(in crate::json) struct Serializer<'o> {
    pub(super) bytes: Vec<u8>,
    out: Option<&'o mut dyn Write>,
    /// What a level is indented by; without it, everything is on one line.
    indent: Option<&'o str>,
    pub(super) depth: usize,
    /// A line break and the deepest indentation so far.
    line_break: Vec<u8>,
}

/// Why a value was not written.
#[derive(Debug)]
pub(in crate::json) struct Error(pub(in crate::json) io::Error);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {}

impl ser::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Error {
        Error(io::Error::other(message.to_string()))
    }
}

impl<'o> Serializer<'o> {
    /// On one line, into memory.
    pub(in crate::json) fn compact() -> Serializer<'o> {
        Serializer {
            bytes: Vec::with_capacity(1 << 10),
            out: None,
            indent: None,
            depth: 0,
            line_break: Vec::new(),
        }
    }

    /// Over several lines, to a writer.
    pub(in crate::json) fn indented(indent: &'o str, out: &'o mut dyn Write) -> Serializer<'o> {
        Serializer {
            bytes: Vec::with_capacity(WRITTEN_AT_ONCE),
            out: Some(out),
            indent: Some(indent),
            depth: 0,
            line_break: vec![b'\n'],
        }
    }

    /// All text that was not written yet.
    pub(in crate::json) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes the rest, and a line break.
    pub(in crate::json) fn end(mut self) -> io::Result<()> {
        self.bytes.push(b'\n');
        match self.out {
            Some(out) => {
                out.write_all(&self.bytes)?;
                out.flush()
            }
            None => Ok(()),
        }
    }

    pub(super) fn hand_over(&mut self) -> Result<(), Error> {
        if self.bytes.len() >= WRITTEN_AT_ONCE
            && let Some(out) = &mut self.out
        {
            out.write_all(&self.bytes).map_err(Error)?;
            self.bytes.clear();
        }
        Ok(())
    }

    pub(super) fn break_line(&mut self) {
        if let Some(indent) = self.indent {
            let length = 1 + self.depth * indent.len();
            while self.line_break.len() < length {
                self.line_break.extend_from_slice(indent.as_bytes());
            }
            self.bytes.extend_from_slice(&self.line_break[..length]);
        }
    }

    pub(super) fn string(&mut self, text: &str) {
        self.bytes.reserve(text.len() + 2);
        self.bytes.push(b'"');
        if is_plain(text.as_bytes()) {
            self.bytes.extend_from_slice(text.as_bytes());
        } else {
            self.escaped(text);
        }
        self.bytes.push(b'"');
    }

    fn escaped(&mut self, text: &str) {
        let mut written = 0;
        for (at, character) in text.char_indices() {
            let short = match character {
                '"' | '\\' => character,
                '\u{8}' => 'b',
                '\t' => 't',
                '\n' => 'n',
                '\u{c}' => 'f',
                '\r' => 'r',
                character if character < ' ' || is_unprintable(character) => '\0',
                _ => continue,
            };
            self.bytes.extend_from_slice(&text.as_bytes()[written..at]);
            written = at + character.len_utf8();
            if short == '\0' {
                // A character beyond U+FFFF takes two escapes (RFC 8259 section 7).
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let escape = format!("\\u{unit:04x}");
                    self.bytes.extend_from_slice(escape.as_bytes());
                }
            } else {
                let mut room = [0; 4];
                self.bytes.push(b'\\');
                self.bytes
                    .extend_from_slice(short.encode_utf8(&mut room).as_bytes());
            }
        }
        self.bytes.extend_from_slice(&text.as_bytes()[written..]);
    }

    pub(super) fn number(&mut self, number: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.bytes, &number).map_err(|error| Error(error.into()))
    }

    /// Opens `{"variant":`.
    pub(super) fn open_variant(&mut self, variant: &str) {
        self.bytes.push(b'{');
        self.depth += 1;
        self.break_line();
        self.name(variant);
    }

    pub(super) fn close_variant(&mut self) {
        self.depth -= 1;
        self.break_line();
        self.bytes.push(b'}');
    }

    pub(super) fn name(&mut self, name: &str) {
        self.string(name);
        self.colon();
    }

    pub(super) fn colon(&mut self) {
        self.bytes.push(b':');
        if self.indent.is_some() {
            self.bytes.push(b' ');
        }
    }
}

/// Is it ASCII without DEL and anything that JSON escapes? Eight bytes at a time.
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let is_plain = |word: &[u8; 8]| {
        let word = u64::from_ne_bytes(*word);
        // The highest bit of a byte says that it is DEL or no ASCII. Only 0xff has a carry, which is not plain itself.
        let beyond = word | word.wrapping_add(ONES);
        // The highest bit of a byte says that it is below, or that a byte before it is.
        let below = |word: u64, limit: u64| word.wrapping_sub(limit * ONES) & !word;
        let equal = |byte: u64| below(word ^ (byte * ONES), 1);
        (beyond | below(word, 0x20) | equal(0x22) | equal(0x5c)) & HIGH == 0
    };
    let (words, rest) = bytes.as_chunks::<8>();
    match bytes.last_chunk::<8>() {
        // The last word has what is left, and some of what is in the word before.
        Some(last) => words.iter().all(is_plain) && is_plain(last),
        None => rest
            .iter()
            .all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')),
    }
}
