//! Many runs side by side, on a terminal and as Markdown: what differs first, the rest as sums.
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

use std::fmt::Write as _;
use std::io;

use crate::model::matrix::{CellState, Matrix, MatrixColumn, MatrixRow};
use crate::model::{Conformance, Disposition};
use crate::report::markdown::LIMIT;
use crate::report::markdown::inert::{code, html};
use crate::report::page::{Page, Tone, cells, count, cut, names, pad};
use crate::report::summary::comparison::moment;
use crate::report::terminal::TerminalOptions;
use crate::text::printable::printable;

/// The longest heading of a column on a terminal, in cells.
const HEADING: usize = 48;

/// What is kept free in Markdown for the sums.
const TAIL: usize = 2048;

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

/// `2 targets, 12 requirements: 1 differs`.
pub(super) fn title(matrix: &Matrix) -> String {
    let targets: std::collections::BTreeSet<&str> = matrix
        .columns
        .iter()
        .map(|column| column.target.as_str())
        .collect();
    let (runs, targets) = (matrix.columns.len(), targets.len());
    let mut title = count(targets, "target");
    if runs > targets {
        title = format!("{} of {title}", count(runs, "run"));
    }
    let differing = matrix.differing().count();
    let differ = match differing {
        _ if runs < 2 => "nothing to compare with".to_owned(),
        0 => "none differs".to_owned(),
        1 => "1 differs".to_owned(),
        number => format!("{number} differ"),
    };
    let requirements = count(matrix.rows.len(), "requirement");
    format!("{title}, {requirements}: {differ}")
}

/// The heading of a column.
pub(super) fn heading(column: &MatrixColumn) -> String {
    if column.heading == column.target {
        column.heading.clone()
    } else {
        format!("{} {}", column.target, moment(&column.started))
    }
}

/// `11 upheld, 1 violated`.
pub(super) fn sums(column: &MatrixColumn) -> String {
    let sums = &column.requirements;
    let parts = [
        (sums.violated, Disposition::Violated),
        (sums.unproven, Disposition::Unproven),
        (sums.upheld, Disposition::Upheld),
        (sums.not_applicable, Disposition::NotApplicable),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, one)| format!("{number} {}", one.words()))
        .collect();
    parts.join(", ")
}

/// `11 upheld, 1 violated`; `nothing` if there is no such row.
pub(super) fn same(matrix: &Matrix) -> String {
    let sums = matrix.sums_of_same().into_iter();
    let sums: Vec<String> = sums
        .map(|(state, number)| format!("{number} {}", state.words()))
        .collect();
    if sums.is_empty() {
        "nothing".into()
    } else {
        sums.join(", ")
    }
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
    if column.heading == column.target {
        format!("  {}", printable(&moment(&column.started)))
    } else {
        String::new()
    }
}

/// The columns with the same result for the same reason.
type Group<'m> = (CellState, &'m str, Vec<&'m MatrixColumn>);

fn groups<'m>(matrix: &'m Matrix, row: &'m MatrixRow) -> Vec<Group<'m>> {
    let mut groups: Vec<Group<'m>> = Vec::new();
    for state in CellState::ALL {
        for index in row.columns_of(state) {
            let cause = row.cells[index].cause.as_str();
            let column = &matrix.columns[index];
            let is_it = |group: &&mut Group<'_>| (group.0, group.1) == (state, cause);
            match groups.iter_mut().find(is_it) {
                Some((.., columns)) => columns.push(column),
                None => groups.push((state, cause, vec![column])),
            }
        }
    }
    groups
}

/// Writes the matrix as Markdown, in at most [`LIMIT`] bytes. `links` are those of the columns, if they have a page.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_markdown(
    matrix: &Matrix,
    links: &[Option<String>],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut text = format!("## {}\n\n", title(matrix));
    text += "| target | verdict | exit | date | requirements | notes |\n| --- | --- | ---: | --- | --- | --- |\n";
    let mut left_out = 0;
    for (index, column) in matrix.columns.iter().enumerate() {
        let name = code(&cut(&heading(column), HEADING));
        let name = match links.get(index).and_then(Option::as_ref) {
            // A link is made of path segments that are percent-encoded.
            Some(link) => format!("[{name}]({link})"),
            None => name,
        };
        let notes: Vec<String> = column.notes.iter().map(|note| html(note)).collect();
        let line = format!(
            "| {name} | {} | {} | {} | {} | {} |\n",
            column.conformance.words(),
            column.exit,
            html(&moment(&column.started)),
            sums(column),
            notes.join("; ")
        );
        add(&mut text, &line, &mut left_out, LIMIT / 2);
    }
    more(&mut text, &mut left_out, "target");
    text.push('\n');
    if matrix.differing().next().is_some() {
        text += "### Differences\n\n";
    }
    for row in matrix.differing() {
        let line = markdown_row(matrix, row);
        add(&mut text, &line, &mut left_out, LIMIT - TAIL);
    }
    more(&mut text, &mut left_out, "difference");
    let _ = writeln!(text, "\nWithout a difference: {}.", same(matrix));
    for note in &matrix.notes {
        let line = format!("\nNote: {}.\n", html(note));
        add(&mut text, &line, &mut left_out, LIMIT);
    }
    out.write_all(text.as_bytes())
}

/// Adds a piece if there is room, and otherwise counts it.
fn add(text: &mut String, piece: &str, left_out: &mut usize, limit: usize) {
    if *left_out == 0 && text.len() + piece.len() <= limit {
        text.push_str(piece);
    } else {
        *left_out += 1;
    }
}

fn more(text: &mut String, left_out: &mut usize, noun: &str) {
    if *left_out > 0 {
        let _ = writeln!(text, "\nNot shown: {}.", count(*left_out, noun));
    }
    *left_out = 0;
}

/// One requirement: its sentence, and a line for each result.
fn markdown_row(matrix: &Matrix, row: &MatrixRow) -> String {
    let mut text = format!(
        "- **{} {}** {}\n",
        row.level,
        html(&row.id),
        html(&row.sentence)
    );
    if row.is_edited {
        text += "  - the suites state it differently: the results are not about the same\n";
    }
    for (state, cause, columns) in groups(matrix, row) {
        let columns = columns.iter();
        let columns: Vec<String> = columns
            .map(|column| code(&cut(&heading(column), HEADING)))
            .collect();
        let cause = match cause {
            "" => String::new(),
            cause => format!(": {}", code(cause)),
        };
        let columns = columns.join(", ");
        let _ = writeln!(text, "  - {} {columns}{cause}", state.words());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{MatrixBuilder, MatrixBy};
    use crate::model::Report;
    use crate::report::sample;

    fn named(name: &str, day: u8, report: &Report) -> Report {
        let mut report = report.clone();
        report.target.name = name.into();
        report.started = format!("2026-01-{day:02}T00:00:00Z");
        report
    }

    /// Four targets: one conforms, one violates, one is waived and of another suite, one was run in part.
    pub(crate) fn sample_matrix(by: MatrixBy) -> Matrix {
        let mut builder = MatrixBuilder::new(by);
        let mut other = named("waived", 2, &sample::waived());
        other.suite_digest = Some("0123456789abcdef".into());
        other.requirements.remove(0);
        other.requirements[0].sentence = "It says something else.".into();
        let mut part = named("part", 3, &sample::nothing_selected());
        part.selection = vec!["presence".into()];
        for report in [
            named("staging", 4, &sample::broken()),
            named("europe", 1, &sample::green()),
            named("europe", 5, &sample::skipped()),
            other,
            part,
        ] {
            let file = format!("{}.json", report.target.name);
            builder.add(&report, file, None);
        }
        builder.matrix()
    }

    fn text(write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn looks() {
        let matrix = sample_matrix(MatrixBy::Target);
        let options = TerminalOptions::default();
        insta::assert_snapshot!("terminal", text(|out| render(&matrix, &options, out)));
        let links = vec![Some("./europe/index.html".to_owned()), None];
        insta::assert_snapshot!(
            "markdown",
            text(|out| render_markdown(&matrix, &links, out))
        );
        let runs = sample_matrix(MatrixBy::Run);
        insta::assert_snapshot!("by_run", text(|out| render(&runs, &options, out)));
    }

    #[test]
    fn one_target_is_compared_with_nothing() {
        let mut builder = MatrixBuilder::new(MatrixBy::Target);
        builder.add(&sample::broken(), "a.json".into(), None);
        let matrix = builder.matrix();
        assert!(
            title(&matrix).ends_with("nothing to compare with"),
            "{}",
            title(&matrix)
        );
        assert_eq!(matrix.differing().count(), 0);
    }

    #[test]
    fn only_the_last_run_of_a_target_is_a_column_in_any_order() {
        let (early, late) = (
            named("t", 1, &sample::green()),
            named("t", 2, &sample::broken()),
        );
        for reports in [[&early, &late], [&late, &early]] {
            let mut builder = MatrixBuilder::new(MatrixBy::Target);
            for report in reports {
                builder.add(report, report.started.clone(), None);
            }
            let matrix = builder.matrix();
            assert_eq!(matrix.columns.len(), 1);
            assert_eq!(matrix.columns[0].started, late.started);
            assert_eq!(matrix.notes, ["1 earlier run of t not shown"]);
        }
    }

    #[test]
    fn as_many_columns_as_can_be_shown_are_the_last_ones() {
        let mut builder = MatrixBuilder::new(MatrixBy::Run);
        let last = crate::history::MOST_COLUMNS + 3;
        for number in (0..=last).rev() {
            let mut report = sample::green();
            report.started = format!("2026-01-01T00:{:02}:{:02}Z", number / 60, number % 60);
            builder.add(&report, format!("{number}.json"), None);
        }
        let matrix = builder.matrix();
        assert_eq!(matrix.columns.len(), crate::history::MOST_COLUMNS);
        assert_eq!(matrix.columns[0].file, "4.json");
        assert_eq!(matrix.notes, ["4 earlier runs not shown"]);
    }

    #[test]
    fn markdown_is_bounded_and_nothing_in_it_is_markup() {
        let mut builder = MatrixBuilder::new(MatrixBy::Target);
        for number in 0..60 {
            let report = if number % 2 == 0 {
                sample::broken()
            } else {
                sample::green()
            };
            let evil = format!("|<b>`*\u{1b}[2J {number}");
            let report = sample::planted(&report, |text| text.push_str(&evil));
            builder.add(&report, "a.json".into(), None);
        }
        let matrix = builder.matrix();
        let markdown = text(|out| render_markdown(&matrix, &[], out));
        assert!(markdown.len() <= LIMIT, "{}", markdown.len());
        assert!(!markdown.contains('\u{1b}') && !markdown.contains("\n<b>"));
        let shown = text(|out| render(&matrix, &TerminalOptions::default(), out));
        assert!(!shown.contains('\u{1b}'));
    }
}
