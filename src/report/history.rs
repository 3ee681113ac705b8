//! The history of a target on a terminal: a line for each run, then what fails and since when.
//!
//! ```text
//! 3 runs of staging
//! run                      exit  pass  warn  fail  flaky  error  skip  upheld  violated  unproven
//! 2026-01-01 00:00:00 UTC     0   100     -     -      -      -     -     152         -         -
//! ```

use std::collections::BTreeMap;
use std::io;

use crate::model::history::{Moment, failing};
use crate::model::trend::Trend;
use crate::model::{Disposition, ExitCode};
use crate::report::page::{Page, Tone, count, pad, pad_left};
use crate::report::summary::comparison::moment;
use crate::report::summary::trend::{change, changed, steady, unsteady};
use crate::report::terminal::TerminalOptions;
use crate::text::printable::printable;

/// Runs of one target that are shown; the page has them all.
const RUNS: usize = 20;

/// Unsteady cases and changes of latency that are listed; the page has more.
const LISTED: usize = 20;

/// A heading, and the number for a run.
pub(super) type Column = (&'static str, fn(&Moment) -> usize);

/// What is counted of a run.
pub(super) const COLUMNS: [Column; 9] = [
    ("pass", |run| run.cases.pass),
    ("warn", |run| run.cases.warn),
    ("fail", |run| run.cases.fail),
    ("flaky", |run| run.cases.flaky),
    ("error", |run| run.cases.error),
    ("skip", |run| run.cases.skip),
    ("upheld", |run| run.count(Disposition::Upheld)),
    ("violated", |run| run.count(Disposition::Violated)),
    ("unproven", |run| run.count(Disposition::Unproven)),
];

/// Writes the runs of each target.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(
    targets: &BTreeMap<String, Trend>,
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    for (index, (target, trend)) in targets.iter().enumerate() {
        if index > 0 {
            page.blank()?;
        }
        let runs = trend.runs.as_slice();
        let heading = format!("{} of {}", count(runs.len(), "run"), printable(target));
        page.spans(&[(Tone::Strong, &heading)])?;
        table(&mut page, runs)?;
        since(&mut page, runs)?;
        steadiness(&mut page, trend)?;
        latency(&mut page, trend)?;
    }
    Ok(())
}

fn table(page: &mut Page<'_>, runs: &[Moment]) -> io::Result<()> {
    let columns: Vec<Column> = COLUMNS
        .into_iter()
        .filter(|(_, number)| runs.iter().any(|run| number(run) > 0))
        .collect();
    let width = |heading: &str| heading.len().max(4) + 2;
    let mut head = pad("run", 23) + &pad_left("exit", 6);
    for (heading, _) in &columns {
        head += &pad_left(heading, width(heading));
    }
    page.spans(&[(Tone::Dim, &head)])?;
    let left_out = runs.len().saturating_sub(RUNS);
    if left_out > 0 {
        page.line(&format!("{} not shown", count(left_out, "earlier run")))?;
    }
    for run in &runs[left_out..] {
        let mut line = pad(&printable(&moment(&run.started)), 23);
        let tone = if run.exit == ExitCode::Conforms {
            Tone::Good
        } else {
            Tone::Bad
        };
        line += &page.paint(tone, &pad_left(&run.exit.to_string(), 6));
        for (heading, number) in &columns {
            let text = match number(run) {
                0 => "-".to_owned(),
                number => number.to_string(),
            };
            line += &pad_left(&text, width(heading));
        }
        if run.is_partial {
            line += "  partial";
        }
        page.line(&line)?;
    }
    Ok(())
}

fn since(page: &mut Page<'_>, runs: &[Moment]) -> io::Result<()> {
    for one in failing(runs) {
        let lead = format!("{} {}: ", one.last.level, printable(one.id));
        let first = format!(
            "{} ({})",
            moment(&one.first_bad.started),
            one.first_bad.file
        );
        let good = match one.last_good {
            Some(good) => format!("last good {} ({})", moment(&good.started), good.file),
            None => "never upheld".to_owned(),
        };
        let text = format!("first bad {first}, {good}");
        page.flow(&[(Tone::Bad, &lead)], Tone::Plain, &printable(&text))?;
    }
    Ok(())
}

fn steadiness(page: &mut Page<'_>, trend: &Trend) -> io::Result<()> {
    for one in trend.unsteady.iter().take(LISTED) {
        let lead = format!("{}: ", printable(&one.case));
        page.flow(&[(Tone::Warn, &lead)], Tone::Plain, &unsteady(one))?;
    }
    left_out(page, trend.unsteady.len(), "unsteady cases")?;
    for one in trend.changed.iter().take(LISTED) {
        let lead = format!("{}: ", printable(&one.case));
        let text = changed(one, &trend.runs);
        page.flow(&[(Tone::Warn, &lead)], Tone::Plain, &printable(&text))?;
    }
    left_out(page, trend.changed.len(), "changed cases")?;
    match &trend.steady {
        Some(one) => page.flow(&[(Tone::Plain, "")], Tone::Dim, &steady(one)),
        None => Ok(()),
    }
}

fn latency(page: &mut Page<'_>, trend: &Trend) -> io::Result<()> {
    let changes = trend.shifts.iter();
    let changes: Vec<_> = changes
        .flat_map(|(operation, changes)| changes.iter().map(move |one| (operation, one)))
        .collect();
    for (operation, one) in changes.iter().take(LISTED) {
        let lead = format!("latency of {}: ", printable(operation));
        let text = change(one, &trend.runs);
        page.flow(&[(Tone::Warn, &lead)], Tone::Plain, &printable(&text))?;
    }
    left_out(page, changes.len(), "changes of latency")
}

fn left_out(page: &mut Page<'_>, number: usize, noun: &str) -> io::Result<()> {
    match number.saturating_sub(LISTED) {
        0 => Ok(()),
        more => page.line(&format!("{noun}: {more} more, with `--report html=PATH`")),
    }
}
