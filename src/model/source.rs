//! Positions in input files: spans for the program, places for people.
//!
//! A [`Span`] takes twelve bytes and belongs to its [`Sources`]; a [`Place`] is readable (file, line, column, and the line
//! itself).

mod shared_lines;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use shared_lines::SharedLines;

/// The number of a file in [`Sources`], in the order in which files were added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(u32);

/// A range of one source file: byte offsets, half-open; `start == end` is a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset in bytes of the first byte.
    pub start: u32,
    /// Offset in bytes after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from the start of `self` to the end of `other`, both in one file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span {
            end: other.end.max(self.start),
            ..self
        }
    }
}

/// One source file as read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name to print: relative to the current directory, or to the suite.
    pub name: Arc<str>,
    /// The whole text; empty in a file that [`Sources::share_lines`] took apart.
    pub text: Box<str>,
    /// The lines of a file that was taken apart.
    shared: Box<[u32]>,
    /// Byte offsets of the starts of lines, computed on demand; unused in a file of up to [`COUNTED`] bytes.
    lines: OnceLock<Box<[u32]>>,
}

/// In a file of up to so many bytes, lines are counted each time a place is needed: that is faster than to look at a table
/// that would be kept for each of thousands of files.
const COUNTED: usize = 4096;

impl SourceFile {
    /// The number of the line (from 0) that contains a byte offset, and the start of that line.
    fn line_at(&self, offset: usize) -> (usize, usize) {
        if self.text.len() <= COUNTED {
            let before = &self.text.as_bytes()[..offset];
            let breaks = before.split(|byte| *byte == b'\n').count() - 1;
            let start = before.iter().rposition(|byte| *byte == b'\n');
            return (breaks, start.map_or(0, |at| at + 1));
        }
        let lines = self.lines.get_or_init(|| {
            let ends = self.text.bytes().zip(1..);
            let after_ends = ends.filter_map(|(byte, after)| (byte == b'\n').then_some(after));
            std::iter::once(0).chain(after_ends).collect()
        });
        let line = lines.partition_point(|start| *start as usize <= offset) - 1;
        (line, lines[line] as usize)
    }
}

/// All files read so far. Append only, so that spans stay valid.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    lines: SharedLines,
}

impl Sources {
    /// Makes room for so many more files.
    pub fn reserve(&mut self, more: usize) {
        self.files.reserve_exact(more);
    }

    /// Adds a file and returns its number.
    ///
    /// # Panics
    ///
    /// With more than 2^32 files.
    pub fn add(&mut self, name: impl Into<Arc<str>>, text: impl Into<Box<str>>) -> FileId {
        let file_id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        self.files.push(SourceFile {
            name: name.into(),
            text: text.into(),
            shared: Box::default(),
            lines: OnceLock::new(),
        });
        file_id
    }

    /// The file of that number.
    ///
    /// # Panics
    ///
    /// When `file_id` came from another `Sources`.
    pub fn file(&self, file_id: FileId) -> &SourceFile {
        &self.files[file_id.0 as usize]
    }

    /// All files, in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter()
    }

    /// Takes files apart whose text is only needed for places from now on: what they have in common is stored once. The
    /// files of a large suite are mostly the same lines.
    pub fn share_lines(&mut self, files: &[FileId]) {
        let mut lines = std::mem::take(&mut self.lines).collect();
        for file_id in files {
            let file = &mut self.files[file_id.0 as usize];
            if let Some(shared) = lines.take_apart(&file.text) {
                file.shared = shared;
                file.text = Box::default();
                file.lines = OnceLock::new();
            }
        }
        self.lines = lines.end();
    }

    /// The text of a file, put together again if it was taken apart.
    pub fn text(&self, file_id: FileId) -> Cow<'_, str> {
        let file = self.file(file_id);
        if file.shared.is_empty() {
            return Cow::Borrowed(&file.text);
        }
        let lines = file.shared.iter();
        Cow::Owned(lines.map(|line| self.lines.line(*line)).collect())
    }

    /// The names and texts of all files, in the order in which they were added.
    pub fn texts(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let files = self.files.iter().zip(0..);
        files.map(|(file, number)| (&*file.name, self.text(FileId(number))))
    }

    /// A span over a whole file.
    pub fn whole(&self, file_id: FileId) -> Span {
        let end = u32::try_from(self.text(file_id).len()).unwrap_or(u32::MAX);
        Span {
            file: file_id,
            start: 0,
            end,
        }
    }

    /// The beginning of a file, as a point.
    pub fn start(&self, file_id: FileId) -> Span {
        Span {
            file: file_id,
            start: 0,
            end: 0,
        }
    }

    /// The text that a span covers; empty when the span does not fit the file, or the file was taken apart.
    pub fn slice(&self, span: Span) -> &str {
        let text = &self.file(span.file).text;
        text.get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// The place of a span. A span over several lines is cut at the end of its first line.
    pub fn place(&self, span: Span) -> Place {
        let file = self.file(span.file);
        let (start, end) = (span.start as usize, span.end as usize);
        let (line, line_start, text) = if file.shared.is_empty() {
            let start = floor_boundary(&file.text, start);
            let (line, line_start) = file.line_at(start);
            (line, line_start, &file.text[line_start..])
        } else {
            self.lines.line_at(&file.shared, start)
        };
        let text = text.split('\n').next().unwrap_or_default();
        let start = floor_boundary(text, start - line_start);
        let end = floor_boundary(text, end.saturating_sub(line_start).max(start));
        let count = |part: &str| u32::try_from(part.chars().count()).unwrap_or(u32::MAX);
        Place {
            file: Arc::clone(&file.name),
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: count(&text[..start]) + 1,
            length: count(&text[start..end]),
            source: text.trim_end_matches('\r').to_owned(),
        }
    }
}

/// The nearest char boundary at or before `offset`, inside `text`.
fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A position for people: 1-based line and column, both counted in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Place {
    /// The file, as shown to the user.
    pub file: Arc<str>,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// The number of characters; 0 is a point.
    pub length: u32,
    /// The line itself, without its line break.
    pub source: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "eins\nzwölf: drei\n");
        let place = sources.place(Span {
            file,
            start: 13,
            end: 17,
        });
        assert_eq!((place.line, place.column, place.length), (2, 8, 4));
        assert_eq!(place.source, "zwölf: drei");
    }

    #[test]
    fn lines_are_counted_as_in_a_table() {
        let line = "zwölf: drei\n";
        let text = line.repeat(2 + COUNTED / line.len());
        let mut sources = Sources::default();
        let small = sources.add("a.yaml", &text[..COUNTED - COUNTED % line.len()]);
        let large = sources.add("b.yaml", text);
        for start in 0..=sources.whole(small).end {
            let place = |file| {
                let end = start + 2;
                let place = sources.place(Span { file, start, end });
                (place.line, place.column, place.source)
            };
            assert_eq!(place(small).0, place(large).0);
            assert_eq!(place(small).1, place(large).1);
        }
        assert!(sources.file(small).lines.get().is_none());
        assert!(sources.file(large).lines.get().is_some());
    }

    #[test]
    fn places_in_a_file_that_was_taken_apart_are_the_same() {
        let texts = [
            "eins\nzwölf: drei\r\n\neins\n",
            "zwölf: drei\r\neins\nzwölf: drei\r\neins",
            "",
            "\n",
            "zwölf",
        ];
        let mut sources = Sources::default();
        let files = texts.map(|text| sources.add("a.yaml", text));
        let mut shared = sources.clone();
        let (first, rest) = files.split_at(2);
        shared.share_lines(first);
        shared.share_lines(rest);
        for (file, text) in files.into_iter().zip(texts) {
            assert_eq!(shared.text(file), text);
            assert_eq!(shared.file(file).text.len(), 0);
            assert_eq!(shared.whole(file), sources.whole(file));
            let ends = 0..u32::try_from(text.len()).unwrap() + 3;
            for (start, end) in ends
                .clone()
                .flat_map(|start| ends.clone().map(move |end| (start, end)))
            {
                let span = Span { file, start, end };
                assert_eq!(
                    shared.place(span),
                    sources.place(span),
                    "{span:?} of {text:?}"
                );
            }
        }
    }

    #[test]
    fn a_span_past_the_end_is_clamped() {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", "ä");
        let place = sources.place(Span {
            file,
            start: 1,
            end: 900,
        });
        assert_eq!((place.line, place.column), (1, 1));
    }
}
