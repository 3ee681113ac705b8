//! Collections in brackets, which can take several lines: `{ status: 200, json: { id: 1 } }`.

use std::ops::Range;

use crate::lsp::cursor::key::key_of;
use crate::lsp::cursor::{Cursor, Segment, Slot};

/// How the reading of a collection ended.
pub(super) enum Ended {
    /// It is closed; this is behind its bracket.
    Closed(usize),
    /// It is not closed: a line of the collection around it starts here.
    GivenUp(usize),
    /// The cursor is in it. The path starts at the collection.
    Cursor(Cursor),
}

/// An open bracket.
enum Open {
    /// `{`, with the key whose value follows.
    Map(Option<String>),
    /// `[`, with the number of the item.
    List(usize),
}

/// Brackets that are open, and the word that is being read.
pub(super) struct Flow {
    open: Vec<Open>,
    word: Option<Range<usize>>,
}

impl Flow {
    /// Reads from an opening bracket. `column` is that of the block around it.
    pub(super) fn read(text: &str, start: usize, column: usize, cursor: usize) -> Ended {
        let mut flow = Flow {
            open: Vec::new(),
            word: None,
        };
        let mut at = start;
        while let Some(character) = text[at..].chars().next() {
            if at >= cursor {
                return Ended::Cursor(flow.at(cursor));
            }
            let width = character.len_utf8();
            match character {
                '\n' => {
                    flow.word = None;
                    if is_outside(&text[at + 1..], column) {
                        return Ended::GivenUp(at + 1);
                    }
                }
                '"' | '\'' if flow.word.is_none() => {
                    let end = end_of_quoted(text, at, character);
                    if end.is_none_or(|end| cursor <= end) {
                        return Ended::Cursor(flow.quoted(at + 1, cursor));
                    }
                    let end = end.unwrap_or(text.len());
                    flow.word = Some(at + 1..end);
                    at = end + 1;
                    if text[at..].trim_start().starts_with(':') {
                        flow.colon(text);
                        at = text.len() - text[at..].trim_start().len() + 1;
                    }
                    continue;
                }
                '{' | '[' if flow.word.is_none() => flow.open.push(if character == '{' {
                    Open::Map(None)
                } else {
                    Open::List(0)
                }),
                '}' | ']' => {
                    flow.open.pop();
                    flow.word = None;
                    if flow.open.is_empty() {
                        return Ended::Closed(at + 1);
                    }
                }
                ',' => flow.comma(),
                '$' if text[at..].starts_with("${") => {
                    // Not allowed without quotes, but it is clear what is meant.
                    let line = text[at..].lines().next().unwrap_or_default();
                    let end = line.find('}').map_or(text.len(), |end| at + end + 1);
                    let word = flow.word.get_or_insert(at..at);
                    if cursor < end {
                        word.end = cursor;
                        return Ended::Cursor(flow.at(cursor));
                    }
                    word.end = end;
                    at = end;
                    continue;
                }
                ':' if ends_key(&text[at + 1..]) => flow.colon(text),
                '#' if text[..at].ends_with(char::is_whitespace) => {
                    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
                    if cursor <= end {
                        return Ended::Cursor(Cursor::nothing(cursor));
                    }
                    at = end;
                    continue;
                }
                ' ' | '\t' | '\r' => {}
                _ => match &mut flow.word {
                    Some(word) => word.end = at + width,
                    none => *none = Some(at..at + width),
                },
            }
            at += width;
        }
        Ended::Cursor(flow.at(cursor))
    }

    fn colon(&mut self, text: &str) {
        if let (Some(Open::Map(key @ None)), Some(word)) = (self.open.last_mut(), self.word.take())
        {
            *key = Some(text[word].to_owned());
        }
    }

    fn comma(&mut self) {
        self.word = None;
        match self.open.last_mut() {
            Some(Open::Map(key)) => *key = None,
            Some(Open::List(index)) => *index += 1,
            None => {}
        }
    }

    /// The place of a cursor outside of quotes.
    fn at(self, cursor: usize) -> Cursor {
        let start = self.word.as_ref().map_or(cursor, |word| word.start);
        let slot = match self.open.last() {
            Some(Open::Map(None)) => Slot::Key,
            Some(Open::List(_)) => Slot::Open,
            _ => Slot::Value,
        };
        self.place(slot, start..cursor)
    }

    /// The place of a cursor in a quoted word.
    fn quoted(self, start: usize, cursor: usize) -> Cursor {
        let slot = match self.open.last() {
            Some(Open::Map(None)) => Slot::Key,
            _ => Slot::Value,
        };
        self.place(slot, start..cursor.max(start))
    }

    fn place(self, slot: Slot, typed: Range<usize>) -> Cursor {
        let segments = self.open.into_iter().filter_map(|open| match open {
            Open::Map(key) => key.map(Segment::Key),
            Open::List(index) => Some(Segment::Item(index)),
        });
        Cursor {
            path: segments.collect(),
            slot,
            typed,
        }
    }
}

/// Does a colon before this text end a key?
fn ends_key(behind: &str) -> bool {
    behind.is_empty() || behind.starts_with([' ', '\t', '\r', '\n', ',', '}', ']', '{', '['])
}

/// The offset of the quote that closes a word.
fn end_of_quoted(text: &str, start: usize, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    let mut characters = text[start + 1..].char_indices();
    let (at, _) = characters.find(|(_, character)| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        is_escaped = *character == '\\' && quote == '"';
        // A quote that is not closed in its line is forgotten rather than one that spans the file.
        *character == quote || *character == '\n'
    })?;
    let at = start + 1 + at;
    text[at..].starts_with(quote).then_some(at)
}

/// Does the line at the start of a text belong to the block around the collection?
fn is_outside(text: &str, column: usize) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let content = line.trim_start_matches(' ');
    let is_entry = content.starts_with("- ") || key_of(content).is_some();
    line.len() - content.len() <= column && is_entry
}
