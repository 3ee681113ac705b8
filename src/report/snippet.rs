//! A line of one of our files with carets under the words that are meant.
//!
//! ```text
//!   --> cases/users/read.yaml:7:15
//!    |
//!  7 |       status: 404
//!    |               ^^^ got 200 OK
//!    |
//!    = help: did you mean `status`?
//! ```
//!
//! Works on [`Place`] values alone, and with any of them: a column behind the
//! end of the line, tabs, wide characters, a line of a megabyte. That is why it is not
//! annotate-snippets, which panics on a span that does not fit and cannot cut a line.

use std::io;

use crate::model::Place;
use crate::report::page::{Page, Tone, cells, wrap};
use crate::text::printable::{printable, push_printable};

/// Stretches of a line that are meant, with what is said about them.
pub(super) struct Mark {
    /// Column in characters, counted from 1.
    pub(super) column: u32,
    /// Characters; 0 is a point and gets one caret.
    pub(super) length: u32,
    /// What is said, each on its own line when there are several.
    pub(super) labels: Vec<String>,
    /// What the marks are drawn with: `^` for the place, `-` for one beside it.
    pub(super) sign: char,
    /// The colour of marks and labels.
    pub(super) tone: Tone,
}

/// How wide the column of line numbers is.
pub(super) fn gutter(lines: impl IntoIterator<Item = u32>) -> usize {
    let widest = lines.into_iter().max().unwrap_or(0);
    widest.to_string().len().max(2)
}

impl Page<'_> {
    /// `--> file:line:column`.
    pub(super) fn arrow(&mut self, gutter: usize, sign: &str, place: &Place) -> io::Result<()> {
        let at = format!("{}:{}:{}", printable(&place.file), place.line, place.column);
        let margin = " ".repeat(gutter);
        self.spans(&[
            (Tone::Plain, &margin),
            (Tone::Frame, sign),
            (Tone::Plain, " "),
            (Tone::Plain, &at),
        ])
    }

    /// The frame alone.
    pub(super) fn bar(&mut self, gutter: usize) -> io::Result<()> {
        let margin = " ".repeat(gutter + 1);
        self.spans(&[(Tone::Plain, &margin), (Tone::Frame, "|")])
    }

    /// Lines of the file are left out here.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        self.spans(&[(Tone::Frame, "...")])
    }

    /// `= kind: text`, below a snippet.
    pub(super) fn note(&mut self, gutter: usize, kind: &str, text: &str) -> io::Result<()> {
        let margin = " ".repeat(gutter + 1);
        let kind = format!("{kind}: ");
        self.flow(
            &[
                (Tone::Plain, &margin),
                (Tone::Frame, "= "),
                (Tone::Strong, &kind),
            ],
            Tone::Plain,
            text,
        )
    }

    /// The line of the file, then the marks below it.
    pub(super) fn source(
        &mut self,
        gutter: usize,
        place: &Place,
        marks: &[Mark],
    ) -> io::Result<()> {
        let budget = self.room().saturating_sub(gutter + 3);
        let focus = marks.iter().find(|mark| mark.sign == '^').or(marks.first());
        // One cell less, for a caret behind the end of the line.
        let view = View::new(
            &place.source,
            focus.map_or(1, |mark| mark.column),
            budget - 1,
        );
        let number = format!("{:>gutter$} | ", place.line);
        self.spans(&[(Tone::Frame, &number), (Tone::Plain, &view.text)])?;
        for mark in marks {
            self.mark(gutter, mark, &view, budget)?;
        }
        Ok(())
    }

    fn mark(&mut self, gutter: usize, mark: &Mark, view: &View, budget: usize) -> io::Result<()> {
        let frame = format!("{:gutter$} | ", "");
        let (start, size) = view.stretch(mark.column, mark.length);
        let carets = mark.sign.to_string().repeat(size);
        let space = " ".repeat(start);
        let beside = match mark.labels.as_slice() {
            [label] if start + size + 1 + cells(label) <= budget => label.as_str(),
            _ => "",
        };
        self.spans(&[
            (Tone::Frame, &frame),
            (Tone::Plain, &space),
            (mark.tone, &carets),
            (Tone::Plain, " "),
            (mark.tone, beside),
        ])?;
        if beside.is_empty() {
            let room = self.text_width().saturating_sub(gutter + 7);
            for label in mark.labels.iter().filter(|label| !label.is_empty()) {
                for (index, line) in wrap(label, room).iter().enumerate() {
                    let indent = if index == 0 { "  " } else { "    " };
                    self.spans(&[
                        (Tone::Frame, &frame),
                        (Tone::Plain, indent),
                        (mark.tone, line),
                    ])?;
                }
            }
        }
        Ok(())
    }
}

/// The part of a source line that is shown.
struct View {
    /// What is printed.
    text: String,
    /// For each character of the source line, and for the end of the line: the cell at which it
    /// is in `text`. Characters left of the view are at 0, those right of it at the last cell.
    cells: Vec<usize>,
}

impl View {
    /// Shows the line, or as much of it around the column `focus` as fits.
    fn new(source: &str, focus: u32, budget: usize) -> View {
        let mut glyphs: Vec<(String, usize)> = source.chars().map(glyph).collect();
        let starts: Vec<usize> = glyphs
            .iter()
            .scan(0, |next, (_, size)| {
                Some(std::mem::replace(next, *next + size))
            })
            .collect();
        let total = starts.last().map_or(0, |start| {
            start + glyphs.last().map_or(0, |(_, size)| *size)
        });
        let (left, right) = if total <= budget {
            (0, total)
        } else {
            let index = (focus as usize).saturating_sub(1);
            let focus = starts.get(index).copied().unwrap_or(total);
            let left = focus
                .saturating_sub(budget / 3)
                .min(total.saturating_sub(budget));
            (left, left + budget)
        };
        let first = left + usize::from(left > 0);
        let last = right - usize::from(right < total);
        let mut text = String::from(if left > 0 { "…" } else { "" });
        let mut used = cells(&text);
        let mut at = Vec::with_capacity(glyphs.len() + 1);
        for ((glyph, size), start) in glyphs.drain(..).zip(starts) {
            at.push(used);
            if start >= first && start + size <= last {
                text.push_str(&glyph);
                used += size;
            }
        }
        at.push(used);
        if right < total {
            text.push('…');
        }
        View { text, cells: at }
    }

    /// Where to draw the marks: first cell and number of cells, at least one.
    fn stretch(&self, column: u32, length: u32) -> (usize, usize) {
        let last = self.cells.len() - 1;
        let from = (column as usize).saturating_sub(1).min(last);
        let to = from.saturating_add(length as usize).min(last);
        let (start, end) = (self.cells[from], self.cells[to]);
        (start, end.saturating_sub(start).max(1))
    }
}

/// How a character of a source line is shown, and in how many cells.
fn glyph(character: char) -> (String, usize) {
    if character == '\t' {
        return ("    ".to_owned(), 4);
    }
    let mut text = String::new();
    push_printable(&mut text, character);
    let size = cells(&text);
    (text, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(source: &str, column: u32, length: u32, width: usize) -> String {
        let place = Place {
            file: "a.yaml".into(),
            line: 7,
            column,
            length,
            source: source.into(),
        };
        let mark = Mark {
            column,
            length,
            labels: vec!["here".into()],
            sign: '^',
            tone: Tone::Bad,
        };
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, false, width);
        page.source(2, &place, &[mark]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn carets_stand_under_the_words() {
        assert_eq!(
            drawn("status: 404", 9, 3, 80),
            " 7 | status: 404\n   |         ^^^ here\n"
        );
    }

    #[test]
    fn tabs_and_wide_characters_keep_the_carets_in_place() {
        assert_eq!(
            drawn("\t日本: x", 6, 1, 80),
            " 7 |     日本: x\n   |           ^ here\n"
        );
    }

    #[test]
    fn a_point_and_a_place_behind_the_end_get_one_caret() {
        assert_eq!(drawn("ab", 2, 0, 80), " 7 | ab\n   |  ^ here\n");
        assert_eq!(drawn("ab", 900, 5, 80), " 7 | ab\n   |   ^ here\n");
        assert_eq!(drawn("", 1, 0, 80), " 7 |\n   | ^ here\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let source = format!("{}needle{}", "a".repeat(500), "b".repeat(500));
        assert_eq!(
            drawn(&source, 501, 6, 40),
            " 7 | …aaaaaaaaaaneedlebbbbbbbbbbbbbbbb…\n   |            ^^^^^^ here\n"
        );
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_can_be_drawn(
            source in "\\PC{0,200}|[a-zäöü日本\t\u{1b}\u{202e}👩\u{200d}]{0,80}",
            column: u32, length: u32, near in 0u32..220, width in 0usize..200,
        ) {
            for (column, length) in [(column, length), (near, near), (near, 0), (0, length)] {
                let text = drawn(&source, column, length, width);
                prop_assert!(text.contains('^'));
                let unsafe_text = text.contains(|c: char| c != '\n' && printable(&c.to_string()) != c.to_string());
                prop_assert!(!unsafe_text, "unsafe text");
                for line in text.lines() {
                    prop_assert!(cells(line) <= width.max(40), "{line}");
                }
            }
        }
    }
}
