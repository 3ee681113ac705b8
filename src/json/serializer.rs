//! Serializes values as JSON text in which no character is one that a terminal interprets or hides.
//!
//! The text is the one of `serde_json`, with more escapes. A report is made of short strings and names of members, and each
//! is written here with one check of eight bytes at a time, where `serde_json` looks at each byte and a formatter at each again.

#[cfg(test)]
mod tests;
mod text;

use serde::Serialize;
use serde::ser;

pub(super) use text::{Error, Serializer};

/// What `serde_json` calls a text that is JSON already. Nothing that is written here has one.
const RAW: &str = "$serde_json::private::RawValue";

/// The members of a collection that is being written.
pub(super) struct Members<'s, 'o> {
    serializer: &'s mut Serializer<'o>,
    is_empty: bool,
    end: &'static str,
}

impl<'s, 'o> Members<'s, 'o> {
    /// Opens a collection.
    fn open(serializer: &'s mut Serializer<'o>, bracket: u8, end: &'static str) -> Members<'s, 'o> {
        serializer.bytes.push(bracket);
        serializer.depth += 1;
        Members {
            serializer,
            is_empty: true,
            end,
        }
    }

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

/// The methods for numbers, each with its type.
macro_rules! numbers {
    ($($serialize:ident: $number:ty),+ $(,)?) => {$(
        fn $serialize(self, value: $number) -> Result<(), Error> {
            self.number(value)
        }
    )+};
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

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64,
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
        let mut members = Members::open(self, b'[', "]");
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
        Ok(Members::open(self, b'[', "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Members<'s, 'o>, Error> {
        Ok(Members::open(self, b'[', "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Members<'s, 'o>, Error> {
        Ok(Members::open(self, b'[', "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'s, 'o>, Error> {
        self.open_variant(variant);
        Ok(Members::open(self, b'[', "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'s, 'o>, Error> {
        Ok(Members::open(self, b'{', "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'s, 'o>, Error> {
        if name == RAW {
            return Err(ser::Error::custom(
                "a text that is JSON already is not written",
            ));
        }
        Ok(Members::open(self, b'{', "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'s, 'o>, Error> {
        self.open_variant(variant);
        Ok(Members::open(self, b'{', "}}"))
    }
}

/// What holds elements: `serialize` is the name of the method for one.
macro_rules! elements {
    ($($collection:ident: $serialize:ident),+) => {$(
        impl ser::$collection for Members<'_, '_> {
            type Ok = ();
            type Error = Error;

            fn $serialize<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            fn end(self) -> Result<(), Error> {
                self.close();
                Ok(())
            }
        }
    )+};
}

elements! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
}

/// What holds members whose names are known.
macro_rules! members {
    ($($collection:ident),+) => {$(
        impl ser::$collection for Members<'_, '_> {
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
    )+};
}

members! { SerializeStruct, SerializeStructVariant }

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
