//! Many runs side by side: a page with what differs between targets first. It can be read without its script.

use std::io;

use maud::{Markup, html};

use crate::model::Conformance;
use crate::model::matrix::{CellState, Matrix, MatrixCell, MatrixColumn, MatrixRow};
use crate::report::html::document::Document;
use crate::report::html::shown::{fragment, level, shown};
use crate::report::page::count;
use crate::report::summary::comparison::moment;
use crate::report::summary::matrix::{heading, same, sums, title};

/// Rows of a table; the rest is counted.
const ROWS: usize = 1000;

/// Files that could not be read and are named.
const UNREAD: usize = 100;

/// Writes the page. `links` are those of the columns, made of percent-encoded segments, if they have a page; `unread` are
/// sentences about files that are no reports.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_targets(
    matrix: &Matrix,
    links: &[Option<String>],
    unread: &[String],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let document = Document {
        title: "Matrix · Probity",
        probity: env!("CARGO_PKG_VERSION"),
        body: body(matrix, links, unread),
        script: "",
    };
    document.write(|out| out.write_all(b"null"), out)
}

fn body(matrix: &Matrix, links: &[Option<String>], unread: &[String]) -> Markup {
    let differing: Vec<&MatrixRow> = matrix.differing().collect();
    let equal: Vec<&MatrixRow> = matrix.same().collect();
    html! {
        header.mast {
            div.bar {
                h1.brand { "Probity" span.sub { " matrix" } }
                button #theme type="button" hidden { "◐" }
            }
        }
        main #main {
            section.targets {
                h2 { (shown(&title(matrix))) }
                (columns(matrix, links))
                @for note in &matrix.notes { p.left-out { (shown(note)) } }
            }
            section.targets {
                h2 { "Differences" }
                @if differing.is_empty() { p.none { "No requirement differs between the columns." } }
                @else { (table("Differences", matrix, links, &differing)) }
            }
            section.targets {
                h2 { "Without a difference" }
                details {
                    summary { (shown(&same(matrix))) }
                    @if !equal.is_empty() { (table("Without a difference", matrix, links, &equal)) }
                }
            }
            @if !unread.is_empty() {
                section.unread {
                    h2 { "Files not read" }
                    ul { @for one in unread.iter().take(UNREAD) { li { (shown(one)) } } }
                    @if unread.len() > UNREAD { p.left-out { (unread.len() - UNREAD) " more" } }
                }
            }
        }
        footer { p { "One file, no network. Links lead to the page of the run, where it is beside its report." } }
    }
}

fn columns(matrix: &Matrix, links: &[Option<String>]) -> Markup {
    html! {
        ul.columns {
            @for (index, column) in matrix.columns.iter().enumerate() {
                li {
                    b { (linked(&heading(column), link(links, index), "")) } " "
                    (verdict(column)) " "
                    span.aside { time { (shown(&moment(&column.started))) } " · exit " (column.exit) " · " (sums(column)) " · " code { (shown(&column.file)) } }
                    @for note in &column.notes { p.note { (shown(note)) } }
                }
            }
        }
    }
}

fn verdict(column: &MatrixColumn) -> Markup {
    let class = match column.conformance {
        Conformance::Conforms => "pass",
        Conformance::Violated | Conformance::StaleWaiver => "fail",
        Conformance::Unjudged => "error",
        Conformance::Waived
        | Conformance::Selected
        | Conformance::Incomplete
        | Conformance::NoMust => "warn",
    };
    html! { span class={ "badge v-" (class) } { (column.conformance.words()) } }
}

fn link(links: &[Option<String>], index: usize) -> Option<&str> {
    links.get(index).and_then(Option::as_deref)
}

/// The text, as a link to a place on the page of a run if there is one.
fn linked(text: &str, link: Option<&str>, place: &str) -> Markup {
    html! {
        @match link {
            Some(link) => { a href={ (link) (place) } { (shown(text)) } }
            None => (shown(text)),
        }
    }
}

fn table(what: &str, matrix: &Matrix, links: &[Option<String>], rows: &[&MatrixRow]) -> Markup {
    html! {
        div.scroll role="region" aria-label=(what) tabindex="0" {
            table.matrix {
                thead { tr {
                    th scope="col" { "requirement" }
                    @for column in &matrix.columns { th scope="col" { (shown(&heading(column))) } }
                } }
                tbody {
                    @for row in rows.iter().take(ROWS) {
                        tr {
                            th scope="row" {
                                (level(row.level)) " " span.rid { (shown(&row.id)) }
                                span.sentence { (shown(&row.sentence)) }
                                @if row.is_edited { span.why { "The suites state it differently: the cells are not about the same." } }
                            }
                            @for (index, cell) in row.cells.iter().enumerate() {
                                td { (shown_cell(row, cell, link(links, index))) }
                            }
                        }
                    }
                }
            }
        }
        @if rows.len() > ROWS { p.left-out { (count(rows.len() - ROWS, "more requirement")) } }
    }
}

fn shown_cell(row: &MatrixRow, cell: &MatrixCell, link: Option<&str>) -> Markup {
    let (sign, class) = match cell.state {
        CellState::Violated => ("✕", "fail"),
        CellState::Waived => ("!", "warn"),
        CellState::Unproven => ("?", "warn"),
        CellState::Absent => ("∅", "skip"),
        CellState::NotSelected => ("○", "skip"),
        CellState::NotApplicable => ("–", "skip"),
        CellState::Upheld => ("✓", "pass"),
    };
    let place = format!("#requirement/{}", fragment(&row.id));
    let link = link.filter(|_| cell.state != CellState::Absent);
    html! {
        span class={ "badge v-" (class) } { span aria-hidden="true" { (sign) } " " (linked(cell.state.words(), link, &place)) }
        @if !cell.cause.is_empty() { span.why { (shown(&cell.cause)) } }
    }
}
