//! Positions of the protocol: lines and columns from 0, columns counted in UTF-16 or UTF-8 code units.

use std::ops::Range;

use serde_json::{Value, json};

/// What columns count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Code units of UTF-16, which every client knows.
    #[default]
    Utf16,
    /// Bytes of UTF-8.
    Utf8,
}

impl Encoding {
    /// The name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf16 => "utf-16",
            Encoding::Utf8 => "utf-8",
        }
    }

    /// How many units a text takes.
    fn units(self, text: &str) -> usize {
        match self {
            Encoding::Utf16 => text.encode_utf16().count(),
            Encoding::Utf8 => text.len(),
        }
    }
}

/// The lines of a text. A line ends with `\n`, `\r\n` or `\r`.
#[derive(Clone, Debug)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub fn new(text: &'t str, encoding: Encoding) -> Lines<'t> {
        let bytes = text.as_bytes();
        let is_end = |at: usize| match bytes[at] {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let ends = (0..bytes.len()).filter(|at| is_end(*at));
        let starts = std::iter::once(0).chain(ends.map(|at| at + 1)).collect();
        Lines {
            text,
            starts,
            encoding,
        }
    }

    /// Line and column of an offset in bytes. An offset inside a character, or beyond the end, is the one before.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = &self.text[self.starts[line]..offset];
        // Between `\r` and `\n` is no place of its own.
        let before = before.strip_suffix('\r').unwrap_or(before);
        (line, self.encoding.units(before))
    }

    /// The offset of a line and a column. Beyond the end of a line is its end, inside a character its beginning.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let Some(start) = self.starts.get(line) else {
            return self.text.len();
        };
        let content = self.content(line);
        let mut left = column;
        for (at, character) in content.char_indices() {
            let units = match self.encoding {
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf8 => character.len_utf8(),
            };
            if left < units {
                return start + at;
            }
            left -= units;
        }
        start + content.len()
    }

    /// A line without its end.
    fn content(&self, line: usize) -> &'t str {
        let end = self.starts.get(line + 1).copied();
        let end = end.unwrap_or(self.text.len());
        self.text[self.starts[line]..end].trim_end_matches(['\r', '\n'])
    }

    /// A range of bytes as the protocol has it.
    pub(crate) fn range(&self, range: &Range<usize>) -> Value {
        let position = |offset: usize| {
            let (line, character) = self.position(offset);
            json!({ "line": line, "character": character })
        };
        json!({ "start": position(range.start), "end": position(range.end) })
    }

    /// The same, cut at the end of its first line.
    pub(crate) fn range_in_line(&self, range: &Range<usize>) -> Value {
        let (line, _) = self.position(range.start);
        let end = self.starts[line] + self.content(line).len();
        let end = range.end.min(end).max(range.start);
        self.range(&(range.start..end))
    }

    /// The offset of a position of the protocol.
    pub(crate) fn offset_of(&self, position: &Value) -> Option<usize> {
        let number = |key: &str| usize::try_from(position.get(key)?.as_u64()?).ok();
        Some(self.offset(number("line")?, number("character")?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_count_code_units() {
        let text = "a: \"🦀é\" # x\r\nb\rc\n";
        let wide = Lines::new(text, Encoding::Utf16);
        let narrow = Lines::new(text, Encoding::Utf8);
        let quote = text.rfind('"').unwrap();
        assert_eq!(wide.position(quote), (0, 7));
        assert_eq!(narrow.position(quote), (0, 10));
        assert_eq!(wide.offset(0, 7), quote);
        // In the middle of the crab.
        assert_eq!(wide.offset(0, 5), 4);
        assert_eq!(wide.position(text.find('b').unwrap()), (1, 0));
        assert_eq!(wide.position(text.find('c').unwrap()), (2, 0));
        assert_eq!(wide.position(999), (3, 0));
        assert_eq!(wide.offset(0, 999), text.find('\r').unwrap());
        assert_eq!(wide.offset(99, 0), text.len());
    }

    #[test]
    fn a_byte_order_mark_is_a_character() {
        let lines = Lines::new("\u{feff}a", Encoding::Utf16);
        assert_eq!(lines.position(3), (0, 1));
        assert_eq!(lines.offset(0, 1), 3);
    }

    proptest! {
        #[test]
        fn positions_lead_back(text in "([a\u{feff}é🦀]|\r\n|\r|\n){0,30}", at in 0_usize..120, wide: bool) {
            let encoding = if wide { Encoding::Utf16 } else { Encoding::Utf8 };
            let lines = Lines::new(&text, encoding);
            let (line, column) = lines.position(at);
            let back = lines.offset(line, column);
            let mut expected = at.min(text.len());
            while !text.is_char_boundary(expected) || text[..expected].ends_with('\r') && text[expected..].starts_with('\n') {
                expected -= 1;
            }
            prop_assert_eq!(back, expected);
        }

        #[test]
        fn any_position_is_a_place_in_the_text(text: String, line in 0_usize..9, column in 0_usize..40) {
            for encoding in [Encoding::Utf16, Encoding::Utf8] {
                prop_assert!(text.is_char_boundary(Lines::new(&text, encoding).offset(line, column)));
            }
        }
    }
}
