//! `probity compare`: what changed between two runs.

use std::path::Path;

use crate::history::{RunFile, RunFileError, load_run_file};
use crate::history::{baseline_of, compare as compare_runs, hold_against, reasons};
use crate::model::{Baseline, Comparison, ExitCode, Gate, Report, Sources};
use crate::redact::Redactor;
use crate::report::{diagnostics, terminal as text};

use crate::cli::arguments::{CompareOptions, GateChoice};
use crate::cli::output::Terminal;
use crate::cli::report;
use crate::cli::reports::{Wanted, Written};

/// Compares two runs, each a JSON report or a baseline.
pub(crate) fn compare(options: &CompareOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let (Some(old), Some(new)) = (load(&options.old, terminal), load(&options.new, terminal))
    else {
        return Err(ExitCode::Invalid);
    };
    let old = baseline(old);
    let gate = GateChoice::of(options.gate);
    let wanted = Wanted::all(&options.report);
    Wanted::check(&wanted, terminal)?;
    match new {
        RunFile::Report(report) => Ok(with_report(*report, &old, gate, &wanted, terminal)),
        RunFile::Baseline(_) if !wanted.is_empty() => {
            let help = "`--report` needs the JSON report of the later run";
            Err(terminal.refuse("a baseline cannot be written as a report", &[help.into()]))
        }
        RunFile::Baseline(new) => {
            let comparison = Comparison {
                gate,
                ..compare_runs(&old, &new)
            };
            let outcome = reasons(None, &comparison);
            Ok(print(&comparison, &outcome, false, terminal))
        }
    }
}

fn with_report(
    mut report: Report,
    old: &Baseline,
    gate: Gate,
    wanted: &[Wanted],
    terminal: &Terminal,
) -> ExitCode {
    hold_against(&mut report, old, gate);
    let written = Written::write(wanted, &report, &Redactor::default(), None, terminal);
    let on_error = written.is_on_standard_output();
    let defect = written.complain(terminal);
    let Some(comparison) = &report.comparison else {
        return ExitCode::Defect;
    };
    let outcome = (report.exit, report.reasons.clone());
    let exit = print(comparison, &outcome, on_error, terminal);
    defect.unwrap_or(exit)
}

/// Prints the comparison. Returns its exit code if the gate is `regressions`.
fn print(
    comparison: &Comparison,
    (exit, reasons): &(ExitCode, Vec<String>),
    on_error: bool,
    terminal: &Terminal,
) -> ExitCode {
    let options = terminal.options();
    let is_gate = comparison.gate == Gate::Regressions;
    let outcome = is_gate.then_some((*exit, reasons.as_slice()));
    let show =
        |out: &mut dyn std::io::Write| text::render_comparison(comparison, outcome, &options, out);
    if on_error {
        terminal.print_error(show);
    } else {
        terminal.print(show);
    }
    if is_gate { *exit } else { ExitCode::Conforms }
}

/// Reads a report or a baseline as one side of a comparison. Prints why it cannot be used.
pub(crate) fn load_baseline(path: &Path, terminal: &Terminal) -> Option<Baseline> {
    load(path, terminal).map(baseline)
}

fn baseline(file: RunFile) -> Baseline {
    match file {
        RunFile::Baseline(baseline) => *baseline,
        RunFile::Report(report) => baseline_of(&report),
    }
}

fn load(path: &Path, terminal: &Terminal) -> Option<RunFile> {
    if report::refuse_directory(path, terminal) {
        return None;
    }
    let mut sources = Sources::default();
    match load_run_file(path, &mut sources) {
        Ok(file) => Some(file),
        Err(RunFileError::Report(error)) => {
            let help = "expected the JSON report of a run, or a baseline of `probity accept`";
            terminal.complain(&error.to_string(), &[help.to_owned()]);
            None
        }
        Err(RunFileError::Baseline(found)) => {
            terminal.print_error(|out| {
                diagnostics::render(&found, &sources, terminal.error_colour, terminal.width, out)
            });
            None
        }
    }
}
