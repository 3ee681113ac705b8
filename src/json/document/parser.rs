//! The parser of [`Document`]: recursive descent over valid UTF-8. The depth limit bounds the recursion.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::json::document::{DEPTH_LIMIT, Document, PATH_BYTES, PATHS_BYTES, VALUE_LIMIT};
use crate::json::number::{is_exact, small_integer};
use crate::json::pointer::Path;

/// A mistake in the text, by offset.
pub(crate) struct Mistake {
    pub(crate) offset: usize,
    pub(crate) message: String,
}

/// The text and the state of the parser.
pub(crate) struct Parser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    values: usize,
    duplicates: Vec<String>,
    inexact: BTreeMap<String, String>,
    /// The length of the path to the current value, in bytes.
    path: usize,
    /// The length of the paths to all values so far.
    paths: usize,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str) -> Parser<'t> {
        Parser {
            text,
            bytes: text.as_bytes(),
            at: 0,
            depth: 0,
            values: 0,
            duplicates: Vec::new(),
            inexact: BTreeMap::new(),
            path: 0,
            paths: 0,
        }
    }

    pub(crate) fn document(&mut self) -> Result<Document, Mistake> {
        if self.text.starts_with('\u{feff}') {
            return self.fail("unexpected byte order mark");
        }
        self.skip_space();
        let value = self.value(&Path::Start(""))?;
        self.skip_space();
        if self.at < self.bytes.len() {
            return self.unexpected("the end of the text");
        }
        let mut duplicates = std::mem::take(&mut self.duplicates);
        duplicates.sort_unstable();
        duplicates.dedup();
        Ok(Document {
            value,
            duplicates,
            inexact: std::mem::take(&mut self.inexact),
        })
    }

    fn value(&mut self, path: &Path<'_>) -> Result<Value, Mistake> {
        self.values += 1;
        self.paths += self.path;
        if self.values > VALUE_LIMIT {
            return self.fail(format!("more than {VALUE_LIMIT} values"));
        }
        if self.path > PATH_BYTES {
            return self.fail("the path to a value is longer than 16 KiB");
        }
        if self.paths > PATHS_BYTES {
            return self.fail("the paths to all values are longer than 64 MiB");
        }
        match self.peek() {
            Some(b'{') => self.nested(|parser| parser.object(path)),
            Some(b'[') => self.nested(|parser| parser.array(path)),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(path).map(Value::Number),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => self.unexpected("a value"),
        }
    }

    /// The value below a name or index of this length.
    fn below(&mut self, bytes: usize, path: &Path<'_>) -> Result<Value, Mistake> {
        let before = self.path;
        self.path += bytes + 1;
        let value = self.value(path);
        self.path = before;
        value
    }

    fn nested(
        &mut self,
        parse: impl FnOnce(&mut Self) -> Result<Value, Mistake>,
    ) -> Result<Value, Mistake> {
        if self.depth == DEPTH_LIMIT {
            return self.fail(format!("nested deeper than {DEPTH_LIMIT}"));
        }
        self.depth += 1;
        self.at += 1;
        self.skip_space();
        let value = parse(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// After `{` and space.
    fn object(&mut self, path: &Path<'_>) -> Result<Value, Mistake> {
        let mut members = Map::new();
        if self.eat(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return self.unexpected("a member name in double quotes");
            }
            let name = self.string()?;
            self.skip_space();
            if !self.eat(b':') {
                return self.unexpected("`:`");
            }
            self.skip_space();
            let member_path = Path::Member(path, &name);
            if !self.inexact.is_empty() && members.contains_key(&name) {
                self.forget_inexact(&member_path.pointer());
            }
            let member = self.below(name.len(), &member_path)?;
            let pointer_if_twice = members.contains_key(&name).then(|| member_path.pointer());
            members.insert(name, member);
            self.duplicates.extend(pointer_if_twice);
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.eat(b',') {
                return self.unexpected("`,` or `}`");
            }
            self.skip_space();
        }
    }

    /// After `[` and space.
    fn array(&mut self, path: &Path<'_>) -> Result<Value, Mistake> {
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.below(2, &Path::Element(path, items.len()))?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Value::Array(items));
            }
            if !self.eat(b',') {
                return self.unexpected("`,` or `]`");
            }
            self.skip_space();
        }
    }

    /// At the opening quote.
    fn string(&mut self) -> Result<String, Mistake> {
        self.at += 1;
        let mut string = String::new();
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            let Some(plain) = plain else {
                self.at = self.bytes.len();
                return self.fail("the text ends inside a string");
            };
            string.push_str(&self.text[self.at..self.at + plain]);
            self.at += plain;
            match self.bytes[self.at] {
                b'"' => {
                    self.at += 1;
                    return Ok(string);
                }
                b'\\' => string.push(self.escape()?),
                control => {
                    return self.fail(format!(
                        "unescaped control character U+{control:04X} in a string"
                    ));
                }
            }
        }
    }

    /// At the backslash.
    fn escape(&mut self) -> Result<char, Mistake> {
        let character = match self.bytes.get(self.at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => return self.fail("unknown escape in a string"),
        };
        self.at += 2;
        Ok(character)
    }

    /// At the backslash of `\uXXXX`. Reads both halves of a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, Mistake> {
        let Some(first) = self.code_unit(self.at) else {
            return self.fail("expected four hexadecimal digits after `\\u`");
        };
        if let Some(character) = char::from_u32(first) {
            self.at += 6;
            return Ok(character);
        }
        let second = self.code_unit(self.at + 6).unwrap_or(0);
        if first >= 0xdc00 || !(0xdc00..0xe000).contains(&second) {
            return self.fail(format!("lone surrogate \\u{first:04X} in a string"));
        }
        self.at += 12;
        let scalar = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        Ok(char::from_u32(scalar).expect("a surrogate pair is a scalar value"))
    }

    /// The code unit of a `\uXXXX` that starts at `start`.
    fn code_unit(&self, start: usize) -> Option<u32> {
        let escape = self.bytes.get(start..start + 6)?;
        let digits = escape.strip_prefix(b"\\u")?;
        digits.iter().try_fold(0, |unit, digit| {
            Some(unit * 16 + char::from(*digit).to_digit(16)?)
        })
    }

    fn number(&mut self, path: &Path<'_>) -> Result<Number, Mistake> {
        let start = self.at;
        self.eat(b'-');
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.skip_digits(),
            _ => return self.unexpected("a digit"),
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.fail("leading zero in a number");
        }
        let integer_end = self.at;
        if self.eat(b'.') {
            self.required_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.required_digits()?;
        }
        let text = &self.text[start..self.at];
        if integer_end == self.at
            && text != "-0"
            && let Some(number) = small_integer(text)
        {
            return Ok(number);
        }
        let double: f64 = text.parse().expect("JSON numbers are Rust numbers");
        // A number out of the range of a double is valid JSON: it becomes the largest double, and is noted as inexact.
        let number = Number::from_f64(double.clamp(f64::MIN, f64::MAX)).expect("finite");
        if !double.is_finite() || !is_exact(text, double) {
            self.inexact.insert(path.pointer(), text.to_owned());
        }
        Ok(number)
    }

    fn required_digits(&mut self) -> Result<(), Mistake> {
        let start = self.at;
        self.skip_digits();
        if self.at == start {
            return self.unexpected("a digit");
        }
        Ok(())
    }

    fn skip_digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Mistake> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return self.unexpected("a value");
        }
        self.at += word.len();
        Ok(value)
    }

    /// Forgets the inexact numbers of a member that is replaced by a duplicate.
    fn forget_inexact(&mut self, pointer: &str) {
        self.inexact.remove(pointer);
        let below = format!("{pointer}/");
        let replaced: Vec<String> = self
            .inexact
            .range(below.clone()..)
            .map(|(place, _)| place.clone())
            .take_while(|place| place.starts_with(&below))
            .collect();
        for place in replaced {
            self.inexact.remove(&place);
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn unexpected<T>(&self, expected: &str) -> Result<T, Mistake> {
        let found = match self.text[self.at..].chars().next() {
            None => "the end of the text".to_owned(),
            Some(found) => format!("`{}`", found.escape_debug()),
        };
        self.fail(format!("expected {expected}, found {found}"))
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Mistake> {
        Err(Mistake {
            offset: self.at,
            message: message.into(),
        })
    }
}
