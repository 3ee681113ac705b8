//! Reads files in the simple style that nearly all case files are written in, ten times as fast as the parser crate.
//!
//! Simple is: ASCII without tabs; block mappings and lists, with one space after `-`; scalars, `[...]` and `{...}` that
//! end in their line; no escapes, block scalars, anchors, tags or document markers. Whatever else there is, right or
//! wrong, is left to the parser crate with the whole file: this module reports nothing and never guesses. Tests compare
//! its trees and positions with those of the parser crate.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::load::node::{Key, Kind, Node};
use crate::load::yaml::{KEYS_TO_SEARCH, plain};
use crate::model::{FileId, Span};

/// How deep collections may be nested here; the parser crate reports what is nested too deeply.
const DEPTH_LIMIT: usize = 50;

/// Keys and values that are longer are not read here: the parser crate has a limit for keys.
const KEY_LIMIT: usize = 500;

/// The tree of a file; `None` if it is not simple, which says nothing about whether it is right.
pub(super) fn read(text: &str, file: FileId) -> Option<Node> {
    let is_simple = |byte: &u8| *byte == b'\n' || (b' '..=b'~').contains(byte);
    if u32::try_from(text.len()).is_err() || !text.as_bytes().iter().all(is_simple) {
        return None;
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        file,
        depth: 0,
    };
    let indent = reader.next_line()?;
    if indent != 0 {
        return None;
    }
    let node = reader.block(0)?;
    reader.next_line().is_none().then_some(node)
}

/// Every method ends behind what it has read, or returns `None` if that is not simple.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    file: FileId,
    depth: usize,
}

/// Where a plain scalar ends.
#[derive(Clone, Copy, PartialEq)]
enum Context {
    /// With its line.
    Block,
    /// With its line, or at a bracket or comma.
    Flow,
}

impl<'t> Reader<'t> {
    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Span {
            file: self.file,
            start: offset(start),
            end: offset(end),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Goes to the first character of the next line that has content, from the start of a line or the first character
    /// of one with content, and returns its column. `None` at the end of the file.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            let start = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
            self.skip_spaces();
            match self.peek()? {
                b'\n' => self.at += 1,
                b'#' => self.skip_line(),
                _ => return Some(self.at - start),
            }
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| *byte == b'\n');
        self.at = length.map_or(self.bytes.len(), |length| self.at + length + 1);
    }

    /// Goes to the next line, if there is nothing but a comment in the rest of this one.
    fn end_line(&mut self) -> Option<()> {
        let before = self.at;
        self.skip_spaces();
        match self.peek() {
            None | Some(b'\n') => {}
            Some(b'#') if self.at > before => {}
            Some(_) => return None,
        }
        self.skip_line();
        Some(())
    }

    fn is_entry(&self) -> bool {
        self.bytes[self.at..].starts_with(b"- ")
    }

    /// A mapping or a list whose lines begin in this column; the first one begins here.
    fn block(&mut self, column: usize) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return None;
        }
        let node = if self.is_entry() {
            self.block_list(column)
        } else {
            self.block_mapping(column)
        };
        self.depth -= 1;
        node
    }

    fn block_list(&mut self, column: usize) -> Option<Node> {
        let start = self.at;
        let mut items: Vec<Node> = Vec::new();
        loop {
            self.at += 2;
            items.push(self.item(column + 2)?);
            match self.next_line() {
                Some(next) if next == column && self.is_entry() => {}
                Some(next) if next > column => return None,
                _ => break,
            }
        }
        let end = items.last()?.span.end as usize;
        Some(Node {
            span: self.span(start, end),
            kind: Kind::List(items),
        })
    }

    /// An element of a list: a value, or a mapping whose first key is in the line of the dash.
    fn item(&mut self, column: usize) -> Option<Node> {
        if self.is_entry() || self.peek()? == b' ' {
            return None;
        }
        let start = self.at;
        let is_mapping = !matches!(self.peek()?, b'[' | b'{')
            && self.key(Context::Block).is_some_and(|_| self.is_colon());
        self.at = start;
        if is_mapping {
            return self.block(column);
        }
        self.value_of_line()
    }

    fn block_mapping(&mut self, column: usize) -> Option<Node> {
        let start = self.at;
        let mut entries = Entries::default();
        loop {
            let key = self.key(Context::Block)?;
            if !self.is_colon() {
                return None;
            }
            self.at += 1;
            let value = self.block_value(column)?;
            entries.push(key, value)?;
            match self.next_line() {
                Some(next) if next == column && !self.is_entry() => {}
                Some(next) if next >= column && !(next == column && self.is_entry()) => {
                    return None;
                }
                _ => break,
            }
        }
        let end = entries.0.last()?.1.span.end as usize;
        Some(Node {
            span: self.span(start, end),
            kind: Kind::Object(entries.0),
        })
    }

    /// The value of a key: in the same line, or a collection in the lines below.
    fn block_value(&mut self, column: usize) -> Option<Node> {
        self.skip_spaces();
        if self.peek()? != b'\n' {
            return self.value_of_line();
        }
        let next = self.next_line()?;
        let mut value = (next > column || next == column && self.is_entry())
            .then(|| self.block(next))
            .flatten()?;
        if let Kind::List(items) = &value.kind
            && next == column
        {
            // To the parser crate, a list that is not indented begins with its first value.
            value.span.start = items.first()?.span.start;
        }
        Some(value)
    }

    /// A value that ends with its line.
    fn value_of_line(&mut self) -> Option<Node> {
        let value = self.value(Context::Block)?;
        self.end_line()?;
        Some(value)
    }

    fn value(&mut self, context: Context) -> Option<Node> {
        let start = self.at;
        match self.peek()? {
            b'[' => self.flow_list(),
            b'{' => self.flow_mapping(),
            b'\'' | b'"' => {
                let text = self.quoted()?;
                Some(Node {
                    span: self.span(start, self.at),
                    kind: Kind::Text(text),
                })
            }
            _ => {
                let text = self.plain(context)?;
                // A key in the place of a value.
                if self.is_colon() {
                    return None;
                }
                Some(Node {
                    span: self.span(start, self.at),
                    kind: plain::read(text.to_owned()).ok()?,
                })
            }
        }
    }

    fn key(&mut self, context: Context) -> Option<Key> {
        let start = self.at;
        let text = match self.peek()? {
            b'\'' | b'"' => self.quoted()?,
            _ => self.plain(context)?.to_owned(),
        };
        let is_key = self.at - start <= KEY_LIMIT && text != "<<";
        is_key.then(|| Key {
            text,
            span: self.span(start, self.at),
        })
    }

    /// Is there a colon that separates a key from its value?
    fn is_colon(&self) -> bool {
        self.peek() == Some(b':')
            && matches!(self.bytes.get(self.at + 1), None | Some(b' ' | b'\n'))
    }

    fn quoted(&mut self) -> Option<String> {
        let quote = self.peek()?;
        let start = self.at + 1;
        self.at = start;
        loop {
            match self.peek()? {
                b'\n' => return None,
                b'\\' if quote == b'"' => return None,
                byte if byte == quote => {
                    let is_doubled = self.bytes.get(self.at + 1) == Some(&quote);
                    if !(is_doubled && quote == b'\'') {
                        break;
                    }
                    self.at += 2;
                }
                _ => self.at += 1,
            }
        }
        let text = &self.text[start..self.at];
        self.at += 1;
        Some(if quote == b'\'' && text.contains('\'') {
            text.replace("''", "'")
        } else {
            text.to_owned()
        })
    }

    /// An unquoted scalar, without the spaces behind it.
    fn plain(&mut self, context: Context) -> Option<&'t str> {
        let start = self.at;
        let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_/<$(+.\\^=;~".contains(&byte);
        let is_negative =
            |bytes: &[u8]| matches!(bytes, [b'-', digit, ..] if digit.is_ascii_digit());
        if !is_safe(self.peek()?) && !is_negative(&self.bytes[start..]) {
            return None;
        }
        if start == 0 || self.bytes[start - 1] == b'\n' {
            // Markers of documents.
            let rest = &self.bytes[start..];
            if rest.starts_with(b"...") || rest.starts_with(b"---") {
                return None;
            }
        }
        while let Some(byte) = self.peek() {
            let next = self.bytes.get(self.at + 1);
            match byte {
                b'\n' => break,
                b':' if matches!(next, None | Some(b' ' | b'\n')) => break,
                b'#' if self.bytes[self.at - 1] == b' ' => break,
                b',' | b'[' | b']' | b'{' | b'}' if context == Context::Flow => break,
                // Readers differ in what this means before a bracket.
                b':' if context == Context::Flow
                    && matches!(next, Some(b',' | b'[' | b']' | b'{' | b'}')) =>
                {
                    return None;
                }
                _ => self.at += 1,
            }
        }
        let is_key = self.is_colon();
        let text = self.text[start..self.at].trim_end_matches(' ');
        if is_key && start + text.len() < self.at {
            return None;
        }
        self.at = start + text.len();
        Some(text)
    }

    fn flow_list(&mut self) -> Option<Node> {
        let start = self.open()?;
        let mut items = Vec::new();
        if !self.closes(b']') {
            loop {
                items.push(self.value(Context::Flow)?);
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Some(Node {
            span: self.span(start, self.at),
            kind: Kind::List(items),
        })
    }

    fn flow_mapping(&mut self) -> Option<Node> {
        let start = self.open()?;
        let mut entries = Entries::default();
        if !self.closes(b'}') {
            loop {
                let key = self.key(Context::Flow)?;
                if self.peek()? != b':' || self.bytes.get(self.at + 1) != Some(&b' ') {
                    return None;
                }
                self.at += 1;
                self.skip_spaces();
                let value = self.value(Context::Flow)?;
                entries.push(key, value)?;
                if !self.goes_on(b'}')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Some(Node {
            span: self.span(start, self.at),
            kind: Kind::Object(entries.0),
        })
    }

    /// Goes behind an opening bracket, and returns where it is.
    fn open(&mut self) -> Option<usize> {
        let start = self.at;
        self.depth += 1;
        self.at += 1;
        self.skip_spaces();
        (self.depth <= DEPTH_LIMIT).then_some(start)
    }

    /// Goes behind the closing bracket, if it is next.
    fn closes(&mut self, bracket: u8) -> bool {
        let is_next = self.peek() == Some(bracket);
        self.at += usize::from(is_next);
        is_next
    }

    /// Is there another element, behind a comma, or does the collection end here?
    fn goes_on(&mut self, bracket: u8) -> Option<bool> {
        self.skip_spaces();
        if self.closes(bracket) {
            return Some(false);
        }
        if self.peek()? != b',' || self.bytes.get(self.at + 1) != Some(&b' ') {
            return None;
        }
        self.at += 1;
        self.skip_spaces();
        Some(true)
    }
}

/// The entries of a mapping, each key once.
#[derive(Default)]
struct Entries(Vec<(Key, Node)>, HashSet<String>);

impl Entries {
    /// Adds an entry; `None` if its key is there already.
    fn push(&mut self, key: Key, value: Node) -> Option<()> {
        let Entries(entries, known) = self;
        if entries.len() < KEYS_TO_SEARCH {
            if entries.iter().any(|(other, _)| other.text == key.text) {
                return None;
            }
        } else {
            if known.is_empty() {
                known.extend(entries.iter().map(|(key, _)| key.text.clone()));
            }
            if !known.insert(key.text.clone()) {
                return None;
            }
        }
        entries.push((key, value));
        Some(())
    }
}
