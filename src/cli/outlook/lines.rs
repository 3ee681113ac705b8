//! Lines that fit the width of the terminal.

use std::io::{self, Write};

use crate::text::printable::printable;

use crate::cli::outlook::ids::shortened;

/// Writes words on lines of at most `width` columns that start with `indent` spaces. The first line starts with `lead`
/// instead.
pub(super) fn write_words(
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

/// Writes ids behind a lead, separated by commas.
pub(super) fn write_ids(
    lead: &str,
    ids: &[&str],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut words = shortened(ids);
    let last = words.len() - 1;
    words[..last].iter_mut().for_each(|word| word.push(','));
    let words = words.iter().map(|word| printable(word));
    write_words(lead, words, columns(lead), width, out)
}

/// Writes a text on the left, and figures at the right margin.
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

/// How many columns a text beside figures can have.
pub(super) fn room(width: usize) -> usize {
    width.saturating_sub(13)
}

pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}
