//! The end of a run of several targets: a line for each.
//!
//! ```text
//! target     verdict    exit  pass  fail  skip
//! local      CONFORMS      0   291     -     -
//! staging    VIOLATED      1   289     2     -
//! 2 targets: 1 VIOLATED, 1 CONFORMS
//! ```

use std::io;

use crate::model::{ExitCode, Report, Summary};
use crate::report::page::{Page, Tone, cells, count, cut, pad, pad_left};
use crate::report::summary::verdict;
use crate::report::terminal::TerminalOptions;
use crate::text::printable::printable;

/// The longest name that is shown, in cells.
const NAME: usize = 60;

/// What became of one target.
#[derive(Clone, Debug)]
pub struct TargetRow {
    name: String,
    word: &'static str,
    tone: Tone,
    summary: Summary,
    exit: Option<ExitCode>,
}

impl TargetRow {
    /// A target that was run. The exit code is that of the command, which can be another one than that of the report.
    pub fn of(name: &str, report: &Report, exit: ExitCode) -> TargetRow {
        let (word, tone, _) = verdict::words(report);
        TargetRow {
            name: name.to_owned(),
            word,
            tone,
            summary: report.summary,
            exit: Some(exit),
        }
    }

    /// A target without a report: it could not be started, or was not reached.
    pub fn without_report(name: &str, exit: Option<ExitCode>) -> TargetRow {
        TargetRow {
            name: name.to_owned(),
            word: "NOT RUN",
            tone: Tone::Error,
            summary: Summary::default(),
            exit,
        }
    }
}

type Column = (&'static str, fn(&Summary) -> usize);

const COLUMNS: [Column; 6] = [
    ("pass", |cases| cases.pass),
    ("warn", |cases| cases.warn),
    ("fail", |cases| cases.fail),
    ("flaky", |cases| cases.flaky),
    ("error", |cases| cases.error),
    ("skip", |cases| cases.skip),
];

/// Writes the table.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    rows: &[TargetRow],
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    let names: Vec<String> = rows
        .iter()
        .map(|row| cut(&printable(&row.name), NAME))
        .collect();
    let widest = names.iter().map(|name| cells(name)).max().unwrap_or(0);
    let widest = widest.max("target".len()) + 2;
    let word = rows.iter().map(|row| row.word.len()).max().unwrap_or(0);
    let word = word.max("verdict".len()) + 2;
    let columns: Vec<Column> = COLUMNS
        .into_iter()
        .filter(|(_, number)| rows.iter().any(|row| number(&row.summary) > 0))
        .collect();
    let mut head = pad("target", widest) + &pad("verdict", word) + &pad_left("exit", 4);
    for (heading, _) in &columns {
        head += &pad_left(heading, heading.len().max(4) + 2);
    }
    page.blank()?;
    page.spans(&[(Tone::Dim, &head)])?;
    for (row, name) in rows.iter().zip(&names) {
        let exit = row
            .exit
            .map_or_else(|| "-".to_owned(), |exit| exit.to_string());
        let mut line = pad(name, widest);
        line += &page.paint(row.tone, &pad(row.word, word));
        line += &pad_left(&exit, 4);
        for (heading, number) in &columns {
            let text = match number(&row.summary) {
                0 => "-".to_owned(),
                number => number.to_string(),
            };
            line += &pad_left(&text, heading.len().max(4) + 2);
        }
        page.line(&line)?;
    }
    page.line(&sums(rows))
}

/// `2 targets: 1 VIOLATED, 1 CONFORMS`.
fn sums(rows: &[TargetRow]) -> String {
    let mut words: Vec<(&str, usize)> = Vec::new();
    for row in rows {
        match words.iter_mut().find(|(word, _)| *word == row.word) {
            Some((_, number)) => *number += 1,
            None => words.push((row.word, 1)),
        }
    }
    let words = words
        .iter()
        .map(|(word, number)| format!("{number} {word}"));
    let words: Vec<String> = words.collect();
    format!("{}: {}", count(rows.len(), "target"), words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn looks() {
        let row = |name: &str, report: &Report| TargetRow::of(name, report, report.exit);
        let rows = [
            row("local", &sample::green()),
            row("staging\u{1b}[2J", &sample::broken()),
            row("europe", &sample::unreachable()),
            TargetRow::without_report("asia", None),
        ];
        let mut out = Vec::new();
        render(&rows, &TerminalOptions::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
