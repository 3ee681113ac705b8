//! A structural diff in the frame of a snippet.
//!
//! ```text
//!    | - got, + expected
//!    |   [
//!    |     {
//!    | -     "state": "offline"  <- value at /0/state
//!    | +     "state": "online"
//! ```

use std::io;

use crate::model::{Diff, DiffLine, DiffSide};
use crate::report::page::{Page, Tone, cell, cells, count, cut};
use crate::report::summary::diff::lines;
use crate::text::printable::{printable, push_printable};

/// How many lines of a diff are shown.
const SHOWN: usize = 24;

/// Deeper lines are not indented further.
const DEEPEST: usize = 12;

/// Draws the diff.
pub(super) fn render(page: &mut Page<'_>, gutter: usize, diff: &Diff) -> io::Result<()> {
    let frame = format!("{:gutter$} | ", "");
    page.spans(&[
        (Tone::Frame, &frame),
        (Tone::Bad, "- got"),
        (Tone::Plain, ", "),
        (Tone::Good, "+ expected"),
    ])?;
    for line in lines(diff).into_iter().take(SHOWN) {
        diff_line(page, &frame, line)?;
    }
    let left_out = diff.left_out + diff.lines.len().saturating_sub(SHOWN);
    if left_out > 0 {
        let text = format!("  … {} more", count(left_out, "line"));
        page.spans(&[(Tone::Frame, &frame), (Tone::Dim, &text)])?;
    }
    Ok(())
}

fn diff_line(page: &mut Page<'_>, frame: &str, line: &DiffLine) -> io::Result<()> {
    let (sign, tone) = match line.side {
        DiffSide::Same => (" ", Tone::Plain),
        DiffSide::Expected => ("+", Tone::Good),
        DiffSide::Actual => ("-", Tone::Bad),
        DiffSide::Gap => (" ", Tone::Dim),
    };
    let indent = format!("{sign} {}", "  ".repeat(line.depth.min(DEEPEST)));
    let note = match (line.side, line.note.is_empty()) {
        (DiffSide::Gap, _) | (_, true) => String::new(),
        _ if line.pointer.is_empty() => format!("  <- {}", line.note),
        _ => format!("  <- {} at {}", line.note, line.pointer),
    };
    let room = page.room().saturating_sub(cells(frame) + cells(&indent));
    let note = cut(&printable(&note), room / 2);
    let text = if line.side == DiffSide::Gap {
        "…".to_owned()
    } else {
        marked(page, line, tone, room.saturating_sub(cells(&note)))
    };
    let line = format!(
        "{}{}{text}{}",
        page.paint(Tone::Frame, frame),
        page.paint(tone, &indent),
        page.paint(Tone::Dim, &note)
    );
    page.line(&line)
}

/// The text of the line with its marks painted, cut to `room` cells around the first mark.
fn marked(page: &Page<'_>, line: &DiffLine, tone: Tone, room: usize) -> String {
    let total: usize = cells(&printable(&line.text));
    let first = line.marks.iter().map(|(start, _)| *start).min();
    let skipped = match first {
        Some(mark) if total > room => mark.saturating_sub(room / 3),
        _ => 0,
    };
    let mut painted = String::new();
    let mut used = 0;
    if skipped > 0 {
        painted.push('…');
        used += 1;
    }
    let mut stretch = String::new();
    let mut stretch_tone = tone;
    for (index, character) in line.text.chars().enumerate().skip(skipped) {
        let mut glyph = String::new();
        push_printable(&mut glyph, character);
        used += glyph.chars().map(cell).sum::<usize>();
        if used + 1 > room && total > room {
            stretch.push('…');
            break;
        }
        let is_marked = line
            .marks
            .iter()
            .any(|(start, end)| (*start..*end).contains(&index));
        let glyph_tone = match tone {
            _ if !is_marked => tone,
            Tone::Good => Tone::Wanted,
            _ => Tone::Mark,
        };
        if glyph_tone != stretch_tone {
            painted.push_str(&page.paint(stretch_tone, &stretch));
            stretch.clear();
            stretch_tone = glyph_tone;
        }
        stretch.push_str(&glyph);
    }
    painted.push_str(&page.paint(stretch_tone, &stretch));
    painted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_line_keeps_to_the_width(
            text in "\\PC{0,200}|[a-zäö日\t\u{1b}\u{202e}]{0,120}",
            note in "\\PC{0,80}",
            marks in prop::collection::vec((0usize..250, 0usize..250), 0..4),
            depth in 0usize..40,
            width in 40usize..120,
        ) {
            let line = DiffLine {
                side: DiffSide::Actual,
                depth,
                text: text.into(),
                marks,
                pointer: "/0".into(),
                note: note.into(),
            };
            let diff = Diff { lines: vec![line], left_out: 0 };
            let mut out = Vec::new();
            let mut page = Page::new(&mut out, false, width);
            render(&mut page, 2, &diff).unwrap();
            let shown = String::from_utf8(out).unwrap();
            for line in shown.lines() {
                prop_assert!(cells(line) <= width, "{} > {width}", cells(line));
                prop_assert!(!line.contains('\u{1b}'), "an escape");
            }
        }
    }
}
