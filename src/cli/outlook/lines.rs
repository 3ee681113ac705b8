//! Lines that keep to the width of the terminal.

use std::io::{self, Write};

/// Words, parted by spaces, on lines of at most `width` columns that begin with `indent` spaces. The first line
/// begins with `lead` instead.
pub(super) fn flow(
    lead: &str,
    words: impl IntoIterator<Item = impl AsRef<str>>,
    indent: usize,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = lead.to_owned();
    let mut is_empty = true;
    for word in words {
        let word = word.as_ref();
        if !is_empty && columns(&line) + 1 + columns(word) > width {
            writeln!(out, "{line}")?;
            line = " ".repeat(indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    writeln!(out, "{line}")
}

/// A text on the left, and figures at the right margin.
pub(super) fn with_figures(
    text: &str,
    figures: [&str; 2],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let room = room(width);
    writeln!(
        out,
        "{text}{}{:>7}{:>6}",
        " ".repeat(room.saturating_sub(columns(text))),
        figures[0],
        figures[1]
    )
}

/// Columns that a text beside figures may have.
pub(super) fn room(width: usize) -> usize {
    width.saturating_sub(13)
}

pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}
