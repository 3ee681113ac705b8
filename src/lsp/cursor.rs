//! Where the cursor is in the structure of a YAML (or JSON) file, also while the file is incomplete.
//!
//! The parser gives up at the first mistake; a person who types makes one with every key. So this reads lines and
//! indentation only, up to the cursor, and never fails: at worst the place is another one than was meant.

mod flow;
mod key;
mod line;

use std::ops::Range;

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// A member of an object.
    Key(String),
    /// An item of a list.
    Item(usize),
}

/// What can be written at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A key of the object at the path.
    Key,
    /// The value at the path, in part.
    Value,
    /// The value at the path, which may also be an object that starts with a key here.
    Open,
    /// Nothing: a comment, or the lines of a text.
    Nothing,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// From the root to the object (of a key) or the value.
    pub path: Vec<Segment>,
    /// What can be written there.
    pub slot: Slot,
    /// What is written there, from its beginning to the cursor: without the quote before it.
    pub typed: Range<usize>,
}

/// A collection in block style that is open.
#[derive(Debug)]
enum Frame {
    /// Keys in this column; the last one, and whether something follows it in its line.
    Map {
        column: usize,
        key: String,
        has_value: bool,
    },
    /// Dashes in this column.
    List { column: usize, index: usize },
}

impl Frame {
    fn column(&self) -> usize {
        match self {
            Frame::Map { column, .. } | Frame::List { column, .. } => *column,
        }
    }

    fn segment(&self) -> Segment {
        match self {
            Frame::Map { key, .. } => Segment::Key(key.clone()),
            Frame::List { index, .. } => Segment::Item(*index),
        }
    }
}

/// The collections that are open, the innermost last.
#[derive(Debug, Default)]
struct Frames(Vec<Frame>);

/// What a line leaves behind.
enum After {
    /// Nothing is open.
    Done,
    /// The lines of a text follow, further to the right than this column.
    Text(usize),
    /// The next line to read starts here: a collection in brackets took several.
    At(usize),
    /// The cursor was in it.
    Found(Cursor),
}

impl Cursor {
    /// Finds the place of an offset in a text.
    pub fn find(text: &str, offset: usize) -> Cursor {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let mut frames = Frames::default();
        let mut at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let mut text_column = None;
        loop {
            let end = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
            let line = text[at..end].trim_end_matches(['\n', '\r']);
            let is_last = end == text.len() && !text[at..].ends_with('\n');
            let has_cursor = offset < end || is_last;
            let column = line.len() - line.trim_start_matches(' ').len();
            let is_blank = line.trim().is_empty();
            let is_of_text = text_column.is_some_and(|least| column > least);
            if has_cursor {
                if is_of_text && !is_blank {
                    return Cursor::nothing(offset);
                }
                return frames.at_cursor(text, at..at + line.len(), offset.max(at));
            }
            if is_of_text || is_blank || line.trim_start().starts_with('#') {
                at = end;
                continue;
            }
            text_column = None;
            let after = frames.line(text, at..at + line.len(), offset);
            at = end;
            match after {
                After::Done => {}
                After::Text(column) => text_column = Some(column),
                After::At(next) => at = next,
                After::Found(cursor) => return cursor,
            }
        }
    }

    fn nothing(offset: usize) -> Cursor {
        Cursor {
            path: Vec::new(),
            slot: Slot::Nothing,
            typed: offset..offset,
        }
    }

    /// The key whose value this is, or whose list has it as an item.
    pub fn last_key(&self) -> Option<&str> {
        self.path.iter().rev().find_map(|segment| match segment {
            Segment::Key(key) => Some(key.as_str()),
            Segment::Item(_) => None,
        })
    }
}

impl Frames {
    fn path(&self) -> Vec<Segment> {
        self.0.iter().map(Frame::segment).collect()
    }

    /// Closes what is further to the right.
    fn close_beyond(&mut self, column: usize) {
        while self.0.last().is_some_and(|frame| frame.column() > column) {
            self.0.pop();
        }
    }

    /// An item starts.
    fn dash(&mut self, at: usize) {
        self.close_beyond(at);
        match self.0.last_mut() {
            Some(Frame::List { column, index }) if *column == at => *index += 1,
            _ => self.0.push(Frame::List {
                column: at,
                index: 0,
            }),
        }
    }

    /// A key starts.
    fn key(&mut self, at: usize, written: &str, is_valued: bool) {
        self.close_beyond(at);
        if matches!(self.0.last(), Some(Frame::List { column, .. }) if *column == at) {
            self.0.pop();
        }
        match self.0.last_mut() {
            Some(Frame::Map {
                column,
                key,
                has_value,
            }) if *column == at => {
                written.clone_into(key);
                *has_value = is_valued;
            }
            _ => self.0.push(Frame::Map {
                column: at,
                key: written.to_owned(),
                has_value: is_valued,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
