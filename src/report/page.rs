//! Where lines go: a writer with a width and, perhaps, colour.
//!
//! Measures in terminal cells, so that wide characters do not break columns. Only text that went
//! through [`printable`](crate::text::printable) belongs on a page.

use std::io;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

pub(super) use crate::text::count::count;

/// Narrower than this, nothing can be laid out: the page pretends to be this wide.
const NARROWEST: usize = 40;

/// What goes through a pipe is not cut to a width, but does not grow without end either.
const UNCUT: usize = 10_000;

/// Wider than this, sentences are hard to read: they are wrapped here.
const WIDEST_TEXT: usize = 110;

/// What a stretch of text is for; becomes a colour, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    Plain,
    /// What the eye should find first.
    Strong,
    /// Beside the point, there for completeness.
    Dim,
    /// It holds.
    Good,
    /// It does not hold.
    Bad,
    /// It should hold.
    Warn,
    /// It is unknown.
    Error,
    /// Line numbers, arrows, frames.
    Frame,
    /// Exactly this part differs from what was expected.
    Mark,
    /// Exactly this part was expected.
    Wanted,
}

impl Tone {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Tone::Plain => Style::new(),
            Tone::Strong => Style::new().bold(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Good => colour(AnsiColor::Green).bold(),
            Tone::Bad => colour(AnsiColor::Red).bold(),
            Tone::Warn => colour(AnsiColor::Yellow).bold(),
            Tone::Error => colour(AnsiColor::Magenta).bold(),
            Tone::Frame => colour(AnsiColor::Blue).bold(),
            Tone::Mark => colour(AnsiColor::Red).bold().underline(),
            Tone::Wanted => colour(AnsiColor::Green).bold().underline(),
        }
    }
}

/// A writer of lines.
pub(super) struct Page<'o> {
    out: &'o mut dyn io::Write,
    colour: bool,
    width: usize,
    room: usize,
}

impl<'o> Page<'o> {
    /// A page of that many columns.
    pub(super) fn new(out: &'o mut dyn io::Write, colour: bool, width: usize) -> Page<'o> {
        Page {
            out,
            colour,
            width: width.max(NARROWEST),
            room: width.max(NARROWEST),
        }
    }

    /// The same, with lines as long as they are, if nobody has to read them in that many columns.
    pub(super) fn cutting(mut self, is_cut: bool) -> Page<'o> {
        if !is_cut {
            self.room = self.width.max(UNCUT);
        }
        self
    }

    /// Columns of a line that is cut and not wrapped.
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Columns of the page.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Columns for sentences.
    pub(super) fn text_width(&self) -> usize {
        self.width.min(WIDEST_TEXT)
    }

    /// The text in its tone.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        if self.colour && tone != Tone::Plain && !text.is_empty() {
            let style = tone.style();
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// One line as it is; spaces at its end are not written.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", line.trim_end_matches(' '))
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Stretches one after the other on one line.
    pub(super) fn spans(&mut self, spans: &[(Tone, &str)]) -> io::Result<()> {
        let line: String = spans
            .iter()
            .map(|(tone, text)| self.paint(*tone, text))
            .collect();
        self.line(&line)
    }

    /// A lead, then text that continues below itself when it is longer than the line.
    ///
    /// A lead of more than a third of the line gets a line of its own.
    pub(super) fn flow(&mut self, lead: &[(Tone, &str)], tone: Tone, text: &str) -> io::Result<()> {
        let lead_width: usize = lead.iter().map(|(_, part)| cells(part)).sum();
        let painted: String = lead
            .iter()
            .map(|(tone, part)| self.paint(*tone, part))
            .collect();
        let own_line =
            lead_width > self.text_width() / 3 && lead_width + cells(text) > self.text_width();
        let indent = if own_line {
            let margin = lead
                .iter()
                .flat_map(|(_, part)| part.chars())
                .take_while(|character| *character == ' ')
                .count();
            self.line(&painted)?;
            margin + 2
        } else {
            lead_width
        };
        let lines = wrap(text, self.text_width().saturating_sub(indent));
        for (index, line) in lines.iter().enumerate() {
            let line = self.paint(tone, line);
            if index == 0 && !own_line {
                self.line(&format!("{painted}{line}"))?;
            } else {
                self.line(&format!("{:indent$}{line}", ""))?;
            }
        }
        Ok(())
    }
}

/// How many terminal cells the text takes: the sum of its characters, so that cutting and measuring agree.
///
/// Terminals differ about joined emoji; this is never less than what they show.
pub(super) fn cells(text: &str) -> usize {
    text.chars().map(cell).sum()
}

/// How many terminal cells a character takes.
pub(super) fn cell(character: char) -> usize {
    UnicodeWidthChar::width(character).unwrap_or(0)
}

/// The text, or its beginning and `…`, in at most `width` cells.
pub(super) fn cut(text: &str, width: usize) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = 0;
    for character in text.chars() {
        used += cell(character);
        if used + 1 > width {
            break;
        }
        kept.push(character);
    }
    kept.push('…');
    kept
}

/// The text with spaces after it, so that it takes at least `width` cells.
pub(super) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(cells(text));
    format!("{text}{:missing$}", "")
}

/// The text with spaces before it, so that it takes at least `width` cells.
pub(super) fn pad_left(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(cells(text));
    format!("{:missing$}{text}", "")
}

/// The text in lines of at most `width` cells, broken at spaces; a word longer than a line is broken inside.
///
/// At least one line, which is empty when the text is.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let size = cells(word);
        if used > 0 && used + 1 + size > width {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        } else if used > 0 {
            line.push(' ');
            used += 1;
        }
        if size <= width {
            line.push_str(word);
            used += size;
        } else {
            for character in word.chars() {
                if used + cell(character) > width {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                line.push(character);
                used += cell(character);
            }
        }
    }
    lines.push(line);
    lines
}

/// A list of names that says how many it leaves out: `a, b and 3 more`, in at most `width` cells if it can.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>, width: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    let mut list = String::new();
    for (index, name) in names.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let left = names.len() - index;
        let reserve = match left {
            1 => 0,
            _ => format!(" and {} more", left - 1).len(),
        };
        if index > 0 && cells(&list) + cells(separator) + cells(name) + reserve > width {
            return format!("{list} and {left} more");
        }
        list.push_str(separator);
        list.push_str(name);
    }
    list
}

/// A duration for people: `0.31 ms`, `3.1 ms`, `412 ms`, `1.24 s`, `2 min 5 s`.
pub(super) fn duration(milliseconds: f64) -> String {
    match milliseconds {
        short if short < 0.995 => format!("{short:.2} ms"),
        short if short < 9.95 => format!("{short:.1} ms"),
        short if short < 999.5 => format!("{short:.0} ms"),
        long if long < 59_995.0 => format!("{:.2} s", long / 1000.0),
        longer => {
            let seconds = (longer / 1000.0).round();
            format!(
                "{:.0} min {:.0} s",
                (seconds / 60.0).floor(),
                seconds % 60.0
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_at_spaces_and_long_words_are_broken() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("0123456789abc d", 8), ["01234567", "89abc d"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cells("日本"), 4);
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(wrap("日本語日本語", 8), ["日本語日", "本語"]);
    }

    #[test]
    fn a_list_says_how_many_it_leaves_out() {
        assert_eq!(names(["a", "b"], 80), "a, b");
        assert_eq!(names(["aaaa", "bbbb", "cccc"], 20), "aaaa and 2 more");
        assert_eq!(names(["longer than the width"], 5), "longer than the width");
        assert_eq!(names([], 5), "");
    }

    #[test]
    fn durations_have_as_many_digits_as_help() {
        let shown: Vec<_> = [0.0, 0.312, 3.12, 9.97, 412.4, 1_240.0, 125_000.0]
            .map(duration)
            .into();
        assert_eq!(
            shown,
            [
                "0.00 ms",
                "0.31 ms",
                "3.1 ms",
                "10 ms",
                "412 ms",
                "1.24 s",
                "2 min 5 s"
            ]
        );
    }
}
