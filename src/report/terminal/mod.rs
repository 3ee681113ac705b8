//! The report on a terminal: quiet when the target conforms, enough to act on when it does not.
//!
//! What matters most comes last, next to the prompt: passes (when asked for), waived and known failures, warnings,
//! errors, failures, then the overview, what was not proven and why, and the reasons for the exit code.

mod case;
mod causes;
mod comparison;
mod diff;
mod ending;
mod exchange;
mod finding;
mod gaps;
mod overview;
mod several;
mod waived;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io;

use crate::model::{CaseReport, Comparison, ExitCode, Report, Verdict};
use crate::report::page::Page;
use crate::report::summary::causes::{Unit, units};
use crate::report::summary::exchanges;
use crate::report::summary::verdict;

/// How the report is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Colours and bold text, as ANSI escape sequences.
    pub colour: bool,
    /// Columns of the terminal; less than 40 counts as 40.
    pub width: usize,
    /// Whether lines that are not wrapped are cut to the width.
    pub is_cut: bool,
    /// How much is shown.
    pub verbosity: Verbosity,
    /// Whether failures are written out. What was shown while it happened gets only the line of its cause.
    pub writes_failures: bool,
    /// The reports that were written, as format and path, in order.
    pub report_paths: Vec<(String, String)>,
    /// The command that runs one case again, without its id; `None` is `probity run` with
    /// the suite and the target of the report.
    pub rerun: Option<String>,
}

impl Default for TerminalOptions {
    fn default() -> TerminalOptions {
        TerminalOptions {
            colour: false,
            width: 100,
            is_cut: true,
            verbosity: Verbosity::Normal,
            writes_failures: true,
            report_paths: Vec::new(),
            rerun: None,
        }
    }
}

/// How much is shown. Skipped cases, gaps and reasons are shown always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// No overview, no remarks about what is optional.
    Quiet,
    /// What a run should say.
    #[default]
    Normal,
    /// Also each case that passed, every id, and longer bodies.
    Verbose,
}

/// Writes the report for people.
///
/// # Errors
///
/// When `out` cannot be written to, or a case that was put aside cannot be read again.
pub fn render(
    report: &Report,
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    let page = &mut page;
    if options.verbosity == Verbosity::Verbose {
        case::passed(page, report.cases.of(Verdict::Pass))?;
    }
    if options.verbosity > Verbosity::Quiet {
        let notable = report.cases.notable();
        case::remarks(
            page,
            report,
            notable.filter(|case| case.verdict == Verdict::Pass),
        )?;
    }
    let is_waived = |case: &Cow<'_, CaseReport>| report.waiver_of(case).is_some();
    let failures = [Verdict::Warn, Verdict::Flaky, Verdict::Fail];
    let failures = failures
        .into_iter()
        .flat_map(|verdict| report.cases.of(verdict));
    case::waived(page, report, failures.filter(is_waived))?;
    let (known, units): (Vec<_>, Vec<_>) =
        units(report).into_iter().partition(|unit| unit.is_known);
    if options.verbosity > Verbosity::Quiet {
        case::known(page, report, &known)?;
    }
    if options.writes_failures {
        case::warned(page, report, options, &with(&units, Verdict::Warn))?;
        for verdict in [Verdict::Error, Verdict::Flaky, Verdict::Fail] {
            case::blocks(page, report, options, &with(&units, verdict))?;
        }
    }
    if options.verbosity > Verbosity::Quiet {
        overview::render(page, report)?;
    }
    if let Some(recording) = &report.recording {
        exchanges::render(page, recording)?;
    }
    gaps::render(page, report, options)?;
    waived::render(page, report)?;
    comparison::render(page, report, options)?;
    causes::render(page, report)?;
    ending::render(page, report, options)?;
    report.cases.check()
}

/// What is written out of one verdict.
fn with<'u, 'r>(units: &'u [Unit<'r>], verdict: Verdict) -> Vec<&'u Unit<'r>> {
    units
        .iter()
        .filter(|unit| unit.verdict == verdict)
        .collect()
}

/// What is shown of one case that failed, warned or gave no evidence, as plain text of 100 columns.
///
/// # Errors
///
/// Never in practice: the text is kept in memory.
pub(super) fn case_text(report: &Report, case: &CaseReport) -> io::Result<String> {
    unit_text(report, &Unit::of_case(Cow::Borrowed(case)))
}

/// The same of what is written out together.
///
/// # Errors
///
/// Never in practice: the text is kept in memory.
pub(super) fn unit_text(report: &Report, unit: &Unit<'_>) -> io::Result<String> {
    let mut out = Vec::new();
    let options = TerminalOptions::default();
    let mut page = Page::new(&mut out, options.colour, options.width);
    match unit.verdict {
        Verdict::Fail | Verdict::Flaky | Verdict::Error => {
            case::block(&mut page, report, &options, unit)?;
        }
        _ => case::warned(&mut page, report, &options, &[unit])?,
    }
    Ok(String::from_utf8_lossy(&out).trim_end().to_owned())
}

/// Writes a comparison alone, and how the gate judged it.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_comparison(
    compared: &Comparison,
    outcome: Option<(ExitCode, &[String])>,
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    comparison::comparison_text(&mut page, compared, options)?;
    match outcome {
        Some((exit, reasons)) => {
            page.blank()?;
            let (word, tone, text) = verdict::of_gate(exit, compared);
            ending::verdict(&mut page, (word, tone, &text), exit, reasons)
        }
        None => Ok(()),
    }
}

/// Writes what is wrong with an exchange that has just passed: without overview and ending.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_exchange(
    report: &Report,
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    let units = units(report);
    case::warned(&mut page, report, options, &with(&units, Verdict::Warn))?;
    for verdict in [Verdict::Error, Verdict::Fail] {
        case::blocks(&mut page, report, options, &with(&units, verdict))?;
    }
    Ok(())
}

/// Writes only what went wrong in the cases, without overview and ending: the text of one failed test.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render_failures(
    report: &Report,
    options: &TerminalOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options.colour, options.width).cutting(options.is_cut);
    let units = units(report);
    for verdict in [Verdict::Error, Verdict::Flaky, Verdict::Fail] {
        case::blocks(&mut page, report, options, &with(&units, verdict))?;
    }
    Ok(())
}
