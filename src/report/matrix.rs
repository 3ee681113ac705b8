//! Many runs side by side, on a terminal: what differs first, the rest as sums.
//!
//! ```text
//! 2 targets, 12 requirements: 1 differs
//!   europe   conforms                2026-01-01 00:00:00 UTC  12 upheld
//!   staging  violates the contract   2026-01-01 00:00:00 UTC  11 upheld, 1 violated
//!
//! MUST PRESENCE-41 state, where present, is online, away or offline, without regard to case.
//!   violated  staging: got "busy"
//!   upheld    europe
//!
//! without a difference: 11 upheld
//! ```

mod markdown;
#[cfg(test)]
mod tests;

use std::io;

use crate::model::Conformance;
use crate::model::matrix::{CellState, Matrix, MatrixColumn, MatrixRow};
use crate::report::page::{Page, Tone, cells, cut, names, pad};
use crate::report::summary::comparison::moment;
use crate::report::summary::matrix::{HEADING, groups, has_date, heading, same, sums, title};
use crate::report::terminal::TerminalOptions;
use crate::text::printable::printable;

pub use markdown::render_markdown;

/// Writes the matrix for a terminal.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    matrix: &Matrix,
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    page.spans(&[(Tone::Strong, &title(matrix))])?;
    columns(&mut page, matrix)?;
    for row in matrix.differing() {
        page.blank()?;
        difference(&mut page, matrix, row)?;
    }
    page.blank()?;
    page.line(&format!("without a difference: {}", same(matrix)))?;
    for state in [CellState::Violated, CellState::Waived, CellState::Unproven] {
        let ids = ids_of_same(matrix, state);
        if !ids.is_empty() {
            let lead = format!("  {}: ", state.words());
            let width = page.text_width().saturating_sub(cells(&lead)) * 4;
            let ids: Vec<String> = ids.iter().map(|id| printable(id).into_owned()).collect();
            let text = names(ids.iter().map(String::as_str), width);
            page.flow(&[(Tone::Plain, &lead)], Tone::Plain, &text)?;
        }
    }
    for note in &matrix.notes {
        page.line(&format!("note: {}", printable(note)))?;
    }
    Ok(())
}

fn ids_of_same(matrix: &Matrix, state: CellState) -> Vec<&str> {
    let rows = matrix.rows.iter();
    rows.filter(|row| row.common() == Some(state))
        .map(|row| row.id.as_str())
        .collect()
}

fn tone(state: CellState) -> Tone {
    match state {
        CellState::Violated => Tone::Bad,
        CellState::Waived | CellState::Unproven | CellState::Absent => Tone::Warn,
        CellState::Upheld => Tone::Good,
        CellState::NotSelected | CellState::NotApplicable => Tone::Dim,
    }
}

fn columns(page: &mut Page<'_>, matrix: &Matrix) -> io::Result<()> {
    let heading = |column: &MatrixColumn| cut(&printable(&heading(column)), HEADING);
    let widest = matrix.columns.iter().map(|column| cells(&heading(column)));
    let widest = widest.max().unwrap_or(0);
    let words = matrix
        .columns
        .iter()
        .map(|column| column.conformance.words().len());
    let words = words.max().unwrap_or(0);
    for column in &matrix.columns {
        let tone = match column.conformance {
            Conformance::Conforms => Tone::Good,
            Conformance::Violated | Conformance::StaleWaiver => Tone::Bad,
            Conformance::Unjudged => Tone::Error,
            Conformance::Waived
            | Conformance::Selected
            | Conformance::Incomplete
            | Conformance::NoMust => Tone::Warn,
        };
        page.spans(&[
            (
                Tone::Strong,
                &format!("  {}  ", pad(&heading(column), widest)),
            ),
            (tone, &pad(column.conformance.words(), words)),
            (Tone::Plain, &format!("{}  {}", date(column), sums(column))),
        ])?;
        for note in &column.notes {
            page.line(&format!("    note: {}", printable(note)))?;
        }
    }
    Ok(())
}

fn difference(page: &mut Page<'_>, matrix: &Matrix, row: &MatrixRow) -> io::Result<()> {
    let lead = format!("{} {} ", row.level, printable(&row.id));
    page.flow(
        &[(Tone::Strong, &lead)],
        Tone::Plain,
        &printable(&row.sentence),
    )?;
    if row.is_edited {
        page.line("  note: the suites state it differently: the results are not about the same")?;
    }
    let groups = groups(matrix, row);
    let widest = groups.iter().map(|(state, ..)| state.words().len());
    let widest = widest.max().unwrap_or(0);
    for (state, cause, columns) in groups {
        let headings: Vec<String> = columns
            .iter()
            .map(|column| cut(&printable(&heading(column)), HEADING))
            .collect();
        let list = names(headings.iter().map(String::as_str), 2 * page.text_width());
        let text = match cause {
            "" => list,
            cause => format!("{list}: {}", printable(cause)),
        };
        let lead = format!("  {}  ", pad(state.words(), widest));
        page.flow(&[(tone(state), &lead)], Tone::Plain, &text)?;
    }
    Ok(())
}

/// The date of a run, where it is not in the heading.
fn date(column: &MatrixColumn) -> String {
    if has_date(column) {
        String::new()
    } else {
        format!("  {}", printable(&moment(&column.started)))
    }
}
