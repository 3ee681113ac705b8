//! Many runs side by side, as Markdown: what differs first, the rest as sums.

use std::fmt::Write as _;
use std::io;

use crate::model::matrix::{Matrix, MatrixRow};
use crate::report::markdown::LIMIT;
use crate::report::markdown::inert::{code, html};
use crate::report::page::{count, cut};
use crate::report::summary::comparison::moment;
use crate::report::summary::matrix::{HEADING, groups, heading, same, sums, title};

/// What is kept free for the sums.
const TAIL: usize = 2048;

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
