//! What changed since an earlier run: regressions first, short when nothing changed.
//!
//! ```text
//! compared with the run of 2026-01-01 00:00:00 UTC against reference: 1 regression, 1 fixed
//!   Regressions
//!     presence/users-batch/two-users  pass -> fail
//!       + PRESENCE-41 step 1: value at /*/state, text expected, text found
//!   Fixed
//!     seats/inventory/assign  fail -> pass
//! ```

use std::io;

use crate::model::{Comparison, Report};
use crate::report::page::{Page, Tone, cells, cut};
use crate::report::summary::comparison::{
    Item, LEGEND, Section, earlier, has_signs, sections, summary,
};
use crate::report::terminal::{TerminalOptions, Verbosity};
use crate::text::printable::printable;

/// Items of one section, before the rest is counted.
const ITEMS: usize = 12;

/// Lines about one item.
const LINES: usize = 6;

/// Writes the comparison, if the report has one.
pub(super) fn render(
    page: &mut Page<'_>,
    report: &Report,
    options: &TerminalOptions,
) -> io::Result<()> {
    match &report.comparison {
        Some(comparison) => {
            comparison_text(page, comparison, options)?;
            page.blank()
        }
        None => Ok(()),
    }
}

/// Writes a comparison.
pub(super) fn comparison_text(
    page: &mut Page<'_>,
    comparison: &Comparison,
    options: &TerminalOptions,
) -> io::Result<()> {
    let text = format!(
        "{}: {}",
        printable(&earlier(comparison)),
        summary(comparison)
    );
    page.flow(&[(Tone::Dim, "compared with ")], Tone::Strong, &text)?;
    for note in &comparison.notes {
        page.flow(&[(Tone::Warn, "  note: ")], Tone::Plain, &printable(note))?;
    }
    let sections = sections(comparison);
    if has_signs(&sections) {
        page.flow(&[(Tone::Plain, "  ")], Tone::Dim, LEGEND)?;
    }
    for section in &sections {
        section_text(page, section, options)?;
    }
    Ok(())
}

fn section_text(
    page: &mut Page<'_>,
    section: &Section,
    options: &TerminalOptions,
) -> io::Result<()> {
    page.spans(&[(section.tone, "  "), (section.tone, section.title)])?;
    let shown = match options.verbosity {
        Verbosity::Verbose => section.items.len(),
        _ => ITEMS,
    };
    for item in section.items.iter().take(shown) {
        item_text(page, item)?;
    }
    let left_out = section.items.len().saturating_sub(shown);
    if left_out > 0 {
        page.line(&format!("    and {left_out} more; see the JSON report"))?;
    }
    Ok(())
}

fn item_text(page: &mut Page<'_>, item: &Item) -> io::Result<()> {
    let name = printable(&item.name);
    let text = printable(&item.text);
    if cells(&name) + cells(&text) + 6 <= page.width() {
        page.spans(&[
            (Tone::Plain, "    "),
            (Tone::Strong, &name),
            (Tone::Plain, "  "),
            (Tone::Plain, &text),
        ])?;
    } else {
        page.flow(&[(Tone::Plain, "    ")], Tone::Strong, &name)?;
        page.flow(&[(Tone::Plain, "      ")], Tone::Plain, &text)?;
    }
    for (sign, line) in item.lines.iter().take(LINES) {
        let tone = match sign {
            '+' => Tone::Bad,
            '-' => Tone::Good,
            _ => Tone::Dim,
        };
        let room = page.room().saturating_sub(8);
        let line = cut(&printable(line), room);
        page.spans(&[(tone, &format!("      {sign} ")), (tone, &line)])?;
    }
    let left_out = item.lines.len().saturating_sub(LINES);
    if left_out > 0 {
        page.line(&format!("      and {left_out} more lines"))?;
    }
    Ok(())
}
