//! Serializes values as JSON text in which no character is one that a terminal interprets or hides.
//!
//! The text is the one of `serde_json`, with more escapes. A report is made of short strings and names of members, and each
//! is written here with one check of eight bytes at a time, where `serde_json` looks at each byte and a formatter at each again.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser;

use crate::text::printable::is_unprintable;

/// How much text is collected before it is written.
const WRITTEN_AT_ONCE: usize = 1 << 16;

/// What `serde_json` calls a text that is JSON already. Nothing that is written here has one.
const RAW: &str = "$serde_json::private::RawValue";

/// Collects a text, and writes what it has when it is much.
pub(super) struct Serializer<'o> {
    bytes: Vec<u8>,
    out: Option<&'o mut dyn Write>,
    /// What a level is indented by; without it, everything is on one line.
    indent: Option<&'o str>,
    depth: usize,
    /// A line break and the deepest indentation so far.
    line_break: Vec<u8>,
}

/// Why a value was not written.
#[derive(Debug)]
pub(super) struct Error(pub(super) io::Error);

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
    pub(super) fn compact() -> Serializer<'o> {
        Serializer {
            bytes: Vec::with_capacity(1 << 10),
            out: None,
            indent: None,
            depth: 0,
            line_break: Vec::new(),
        }
    }

    /// Over several lines, to a writer.
    pub(super) fn indented(indent: &'o str, out: &'o mut dyn Write) -> Serializer<'o> {
        Serializer {
            bytes: Vec::with_capacity(WRITTEN_AT_ONCE),
            out: Some(out),
            indent: Some(indent),
            depth: 0,
            line_break: vec![b'\n'],
        }
    }

    /// All text that was not written yet.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Writes the rest, and a line break.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.bytes.push(b'\n');
        match self.out {
            Some(out) => {
                out.write_all(&self.bytes)?;
                out.flush()
            }
            None => Ok(()),
        }
    }

    fn hand_over(&mut self) -> Result<(), Error> {
        if self.bytes.len() >= WRITTEN_AT_ONCE
            && let Some(out) = &mut self.out
        {
            out.write_all(&self.bytes).map_err(Error)?;
            self.bytes.clear();
        }
        Ok(())
    }

    fn break_line(&mut self) {
        if let Some(indent) = self.indent {
            let length = 1 + self.depth * indent.len();
            while self.line_break.len() < length {
                self.line_break.extend_from_slice(indent.as_bytes());
            }
            self.bytes.extend_from_slice(&self.line_break[..length]);
        }
    }

    fn string(&mut self, text: &str) {
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

    fn number(&mut self, number: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.bytes, &number).map_err(|error| Error(error.into()))
    }

    fn open(&mut self, bracket: u8, end: &'static str) -> Members<'_, 'o> {
        self.bytes.push(bracket);
        self.depth += 1;
        Members {
            serializer: self,
            is_empty: true,
            end,
        }
    }

    /// Opens `{"variant":`.
    fn open_variant(&mut self, variant: &str) {
        self.bytes.push(b'{');
        self.depth += 1;
        self.break_line();
        self.name(variant);
    }

    fn close_variant(&mut self) {
        self.depth -= 1;
        self.break_line();
        self.bytes.push(b'}');
    }

    fn name(&mut self, name: &str) {
        self.string(name);
        self.colon();
    }

    fn colon(&mut self) {
        self.bytes.push(b':');
        if self.indent.is_some() {
            self.bytes.push(b' ');
        }
    }
}

/// Is it ASCII without DEL and anything that JSON escapes? Eight bytes at a time.
fn is_plain(bytes: &[u8]) -> bool {
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

/// The members of a collection that is being written.
pub(super) struct Members<'s, 'o> {
    serializer: &'s mut Serializer<'o>,
    is_empty: bool,
    end: &'static str,
}

impl<'o> Members<'_, 'o> {
    fn next(&mut self) -> Result<&mut Serializer<'o>, Error> {
        if !self.is_empty {
            self.serializer.bytes.push(b',');
        }
        self.is_empty = false;
        self.serializer.hand_over()?;
        self.serializer.break_line();
        Ok(self.serializer)
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let serializer = self.next()?;
        value.serialize(serializer)
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        let serializer = self.next()?;
        serializer.name(name);
        value.serialize(serializer)
    }

    fn close(self) {
        let serializer = self.serializer;
        serializer.depth -= 1;
        if !self.is_empty {
            serializer.break_line();
        }
        let mut brackets = self.end.bytes();
        serializer.bytes.extend(brackets.next());
        if brackets.next().is_some() {
            serializer.close_variant();
        }
    }
}

impl<'s, 'o> ser::Serializer for &'s mut Serializer<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Members<'s, 'o>;
    type SerializeTuple = Members<'s, 'o>;
    type SerializeTupleStruct = Members<'s, 'o>;
    type SerializeTupleVariant = Members<'s, 'o>;
    type SerializeMap = Members<'s, 'o>;
    type SerializeStruct = Members<'s, 'o>;
    type SerializeStructVariant = Members<'s, 'o>;

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        let word: &[u8] = if value { b"true" } else { b"false" };
        self.bytes.extend_from_slice(word);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_i128(self, value: i128) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_u128(self, value: u128) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.number(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.string(value.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        let mut members = self.open(b'[', "]");
        value.iter().try_for_each(|byte| members.element(byte))?;
        members.close();
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.bytes.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.string(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.open_variant(variant);
        value.serialize(&mut *self)?;
        self.close_variant();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Members<'s, 'o>, Error> {
        Ok(self.open(b'[', "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Members<'s, 'o>, Error> {
        Ok(self.open(b'[', "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'s, 'o>, Error> {
        Ok(self.open(b'[', "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'s, 'o>, Error> {
        self.open_variant(variant);
        Ok(self.open(b'[', "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'s, 'o>, Error> {
        Ok(self.open(b'{', "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'s, 'o>, Error> {
        if name == RAW {
            return Err(ser::Error::custom(
                "a text that is JSON already is not written",
            ));
        }
        Ok(self.open(b'{', "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'s, 'o>, Error> {
        self.open_variant(variant);
        Ok(self.open(b'{', "}}"))
    }
}

impl ser::SerializeSeq for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTuple for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTupleStruct for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeTupleVariant for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.element(value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeMap for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let serializer = self.next()?;
        let start = serializer.bytes.len();
        key.serialize(&mut *serializer)?;
        match serializer.bytes.get(start) {
            Some(b'"') => {}
            // Numbers and truth values become strings.
            Some(b'0'..=b'9' | b'-' | b't' | b'f') => {
                serializer.bytes.insert(start, b'"');
                serializer.bytes.push(b'"');
            }
            _ => return Err(ser::Error::custom("key must be a string")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.serializer.colon();
        value.serialize(&mut *self.serializer)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeStruct for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.member(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl ser::SerializeStructVariant for Members<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.member(name, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}
