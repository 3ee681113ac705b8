//! Contracts in aligned lines, and requirements by level.
//!
//! ```text
//! probity 0.1.0: embedded suite against reference (http://127.0.0.1:4040)
//!
//!           pass  fail   upheld  violated
//! license      1     -        2         -
//! presence     3     1        4         1
//! total        4     1        6         1
//! ```

use std::collections::BTreeSet;
use std::io;

use crate::model::{Redacted, Report, Summary};

use crate::report::page::{Page, Tone, cells, pad, pad_left};
use crate::text::names;
use crate::text::printable::printable;

use crate::report::summary::verdict::Standing;

/// A column: its heading, its tone where it is not zero, and a number for each contract.
struct Column {
    heading: &'static str,
    tone: Tone,
    numbers: Vec<usize>,
}

/// Writes the overview.
pub(super) fn render(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    heading(page, report)?;
    if report.cases.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let mut names: Vec<String> = report
        .contracts
        .iter()
        .map(|contract| printable(&contract.name).into_owned())
        .collect();
    names.push("total".to_owned());
    let cases = case_columns(report);
    let requirements = requirement_columns(report);
    let name_width = names.iter().map(|name| cells(name)).max().unwrap_or(0);
    let width = |columns: &[Column]| columns.iter().map(Column::width).sum::<usize>();
    if name_width + width(&cases) + 2 + width(&requirements) <= page.width() {
        table(page, &names, &[&cases, &requirements])?;
    } else {
        narrow(page, &names, &cases)?;
        page.blank()?;
        narrow(page, &names, &requirements)?;
    }
    page.blank()
}

/// One group of columns: a table where it fits, else `presence  3 upheld, 1 violated`.
fn narrow(page: &mut Page<'_>, names: &[String], columns: &[Column]) -> io::Result<()> {
    let name_width = names.iter().map(|name| cells(name)).max().unwrap_or(0);
    if name_width + columns.iter().map(Column::width).sum::<usize>() <= page.width() {
        return table(page, names, &[columns]);
    }
    for (row, name) in names.iter().enumerate() {
        let numbers: Vec<String> = columns
            .iter()
            .filter(|column| column.numbers[row] > 0)
            .map(|column| format!("{} {}", column.numbers[row], column.heading))
            .collect();
        let lead = format!("{}  ", pad(name, name_width));
        page.flow(&[(Tone::Plain, &lead)], Tone::Plain, &numbers.join(", "))?;
    }
    Ok(())
}

/// `probity 0.1.0: embedded suite against reference (http://127.0.0.1:4040)`.
fn heading(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let suite = if report.is_embedded() {
        "the embedded suite".to_owned()
    } else {
        names::suite(report.name_of_suite())
    };
    let urls: BTreeSet<&str> = report
        .target
        .services
        .values()
        .map(Redacted::as_str)
        .collect();
    // A service below another adds nothing: `http://127.0.0.1:4040/beta` beside `http://127.0.0.1:4040`.
    let is_below = |url: &str| {
        let mut others = urls.iter().filter_map(|other| url.strip_prefix(other));
        others.any(|rest| rest.starts_with('/'))
    };
    let shown: Vec<&str> = urls.iter().copied().filter(|url| !is_below(url)).collect();
    let name = &report.target.name;
    let places = match shown.as_slice() {
        [only] if only == name => String::new(),
        several => format!(" ({})", several.join(", ")),
    };
    let text = format!("{suite} against {name}{places}");
    let lead = format!("probity {}: ", printable(&report.probity));
    page.flow(&[(Tone::Strong, &lead)], Tone::Plain, &printable(&text))?;
    match &report.run_id {
        Some(run_id) => {
            let text = format!("{} in {}", run_id.id, run_id.header);
            page.flow(&[(Tone::Dim, "run id ")], Tone::Plain, &printable(&text))
        }
        None => Ok(()),
    }
}

impl Column {
    /// Nothing, when all numbers are zero and the column may be left out.
    fn new(
        heading: &'static str,
        tone: Tone,
        mut numbers: Vec<usize>,
        always: bool,
    ) -> Option<Column> {
        let total: usize = numbers.iter().sum();
        numbers.push(total);
        (always || total > 0).then_some(Column {
            heading,
            tone,
            numbers,
        })
    }

    fn width(&self) -> usize {
        2 + cells(self.heading).max(4)
    }
}

fn case_columns(report: &Report) -> Vec<Column> {
    let of = |number: fn(&Summary) -> usize| -> Vec<usize> {
        report
            .contracts
            .iter()
            .map(|contract| number(&contract.cases))
            .collect()
    };
    [
        Column::new("pass", Tone::Good, of(|cases| cases.pass), true),
        Column::new("warn", Tone::Warn, of(|cases| cases.warn), false),
        Column::new("fail", Tone::Bad, of(|cases| cases.fail), false),
        Column::new("flaky", Tone::Bad, of(|cases| cases.flaky), false),
        Column::new("error", Tone::Error, of(|cases| cases.error), false),
        Column::new("skip", Tone::Warn, of(|cases| cases.skip), false),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn requirement_columns(report: &Report) -> Vec<Column> {
    Standing::ALL
        .into_iter()
        .filter_map(|standing| {
            let numbers = report
                .contracts
                .iter()
                .map(|contract| {
                    report
                        .requirements
                        .iter()
                        .filter(|one| one.contract == contract.name)
                        .filter(|one| Standing::of(report, one) == standing)
                        .count()
                })
                .collect();
            let (heading, tone) = standing.words();
            Column::new(heading, tone, numbers, standing == Standing::Upheld)
        })
        .collect()
}

/// Column groups side by side, numbers to the right, a dash for zero.
fn table(page: &mut Page<'_>, names: &[String], groups: &[&[Column]]) -> io::Result<()> {
    let name_width = names.iter().map(|name| cells(name)).max().unwrap_or(0);
    let mut head = " ".repeat(name_width);
    for (index, group) in groups.iter().enumerate() {
        head.push_str(if index > 0 { "  " } else { "" });
        for column in *group {
            head.push_str(&pad_left(column.heading, column.width()));
        }
    }
    page.spans(&[(Tone::Dim, &head)])?;
    for (row, name) in names.iter().enumerate() {
        let mut line = pad(name, name_width);
        for (index, group) in groups.iter().enumerate() {
            line.push_str(if index > 0 { "  " } else { "" });
            for column in *group {
                let number = column.numbers[row];
                let (text, tone) = match number {
                    0 => ("-".to_owned(), Tone::Dim),
                    number => (number.to_string(), column.tone),
                };
                let text = pad_left(&text, column.width());
                line.push_str(&page.paint(tone, &text));
            }
        }
        page.line(&line)?;
    }
    Ok(())
}
