//! One line in block style: dashes, a key, a value.

use std::ops::Range;

use crate::lsp::cursor::flow::{Ended, Flow};
use crate::lsp::cursor::key::key_of;
use crate::lsp::cursor::{After, Cursor, Frame, Frames, Slot};

/// Is there a comment in the text, outside of quotes?
fn has_comment(text: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    for character in text.chars() {
        match (character, quote) {
            ('#', None) if before.is_whitespace() => return true,
            ('"' | '\'', None) if !before.is_alphanumeric() => quote = Some(character),
            (closing, Some(open)) if closing == open => quote = None,
            _ => {}
        }
        before = character;
    }
    false
}

/// Is it the head of a text in lines below: `|`, `>-`, `|2`?
fn is_text_head(value: &str) -> bool {
    let rest = value.trim_start_matches(['|', '>']);
    rest.len() < value.len()
        && rest
            .split(" #")
            .next()
            .is_some_and(|rest| rest.trim().chars().all(|c| "+-0123456789".contains(c)))
}

/// The end of a quoted text that goes on in later lines: where the line behind it starts. `None` if it is closed in its
/// line, or never.
fn end_of_quoted(text: &str, start: usize, line_end: usize) -> Option<usize> {
    let quote = text[start..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''))?;
    let mut is_escaped = false;
    for (at, character) in text[start + 1..].char_indices() {
        let at = start + 1 + at;
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if quote == '"' => is_escaped = true,
            _ if character == quote => {
                let next = text[at..].find('\n').map_or(text.len(), |end| at + end + 1);
                return (at >= line_end).then_some(next);
            }
            _ => {}
        }
    }
    None
}

impl Frames {
    /// Reads a line above the cursor.
    pub(super) fn line(&mut self, text: &str, line: Range<usize>, cursor: usize) -> After {
        let mut at = self.dashes(text, &line);
        let own_column = at - line.start;
        let rest = &text[at..line.end];
        let mut column = self.0.last().map_or(0, Frame::column);
        if let Some((key, behind)) = key_of(rest) {
            let value = rest[behind..].trim_start();
            let is_valued = !value.is_empty() && !value.starts_with('#');
            self.key(own_column, &key, is_valued);
            column = own_column;
            at += rest.len() - value.len();
        } else if rest.is_empty() {
            return After::Done;
        }
        let value = &text[at..line.end];
        if is_text_head(value) {
            return After::Text(column);
        }
        if value.starts_with(['{', '[']) {
            return match Flow::read(text, at, column, cursor) {
                Ended::Closed(end) => {
                    let next = text[end..]
                        .find('\n')
                        .map_or(text.len(), |next| end + next + 1);
                    After::At(next)
                }
                Ended::GivenUp(next) => After::At(next),
                Ended::Cursor(found) => {
                    let mut path = self.path();
                    path.extend(found.path);
                    After::Found(Cursor { path, ..found })
                }
            };
        }
        match end_of_quoted(text, at, line.end) {
            Some(next) if next <= cursor => After::At(next),
            Some(_) => After::Found(Cursor {
                path: self.path(),
                slot: Slot::Value,
                typed: at + 1..cursor,
            }),
            None => After::Done,
        }
    }

    /// Reads the dashes at the start of a line. Returns where the rest begins.
    fn dashes(&mut self, text: &str, line: &Range<usize>) -> usize {
        let content = &text[line.clone()];
        let mut at = line.end - content.trim_start_matches(' ').len();
        while let Some(behind) = text[at..line.end].strip_prefix('-') {
            if !behind.is_empty() && !behind.starts_with(' ') {
                break;
            }
            self.dash(at - line.start);
            at += 1 + behind.len() - behind.trim_start_matches(' ').len();
        }
        at
    }

    /// Reads the line with the cursor, up to it.
    pub(super) fn at_cursor(mut self, text: &str, line: Range<usize>, cursor: usize) -> Cursor {
        let cursor = cursor.min(line.end);
        let before = line.start..cursor;
        if has_comment(&text[before.clone()]) {
            return Cursor::nothing(cursor);
        }
        let first = before.end - text[before.clone()].trim_start_matches(' ').len();
        let at = self.dashes(text, &before);
        let (column, rest) = (at - line.start, &text[at..cursor]);
        if let Some((key, behind)) = key_of(rest) {
            self.key(column, &key, true);
            let value = rest[behind..].trim_start();
            let start = cursor - value.len();
            return self.in_value(text, start, column, cursor);
        }
        if rest.starts_with(['{', '[', '"', '\'', '|', '>'])
            && key_of(&text[at..line.end]).is_none()
        {
            let column = self.0.last().map_or(0, Frame::column);
            return self.in_value(text, at, column, cursor);
        }
        let start = at + usize::from(rest.starts_with(['"', '\'']));
        let typed = start..cursor;
        if at > first {
            // Behind a dash.
            return Cursor {
                path: self.path(),
                slot: Slot::Open,
                typed,
            };
        }
        self.close_beyond(column);
        if let [
            ..,
            Frame::Map { column: of_map, .. },
            Frame::List {
                column: of_list, ..
            },
        ] = &self.0[..]
            && of_map == of_list
            && *of_list == column
        {
            self.0.pop();
        }
        let is_open = match self.0.last() {
            Some(Frame::Map {
                column: own,
                has_value,
                ..
            }) => *own < column && !has_value,
            Some(Frame::List { .. }) | None => true,
        };
        if !is_open {
            self.0.pop();
        }
        Cursor {
            path: self.path(),
            slot: if is_open { Slot::Open } else { Slot::Key },
            typed,
        }
    }

    /// The cursor is in the value that starts here.
    fn in_value(self, text: &str, start: usize, column: usize, cursor: usize) -> Cursor {
        let value = &text[start..cursor];
        let path = self.path();
        if is_text_head(value) {
            return Cursor::nothing(cursor);
        }
        if value.starts_with(['{', '[']) {
            return match Flow::read(text, start, column, cursor) {
                Ended::Cursor(found) => Cursor {
                    path: path.into_iter().chain(found.path).collect(),
                    ..found
                },
                Ended::Closed(_) | Ended::GivenUp(_) => Cursor::nothing(cursor),
            };
        }
        let quoted = usize::from(value.starts_with(['"', '\'']));
        Cursor {
            path,
            slot: Slot::Value,
            typed: start + quoted..cursor,
        }
    }
}
