//! Two runs become a comparison: what got worse, what got better, what merely looks different.
//!
//! Pure, and by stable keys (ids of cases and requirements, operations, places in bodies): the order of
//! anything says nothing. Both sides are a [`Baseline`], be it one that was accepted or what a
//! report says, so there is one way to compare. A comparison changes no verdict and no disposition; only
//! where the gate is asked for regressions does the exit code follow from it.

mod accept;
pub mod baseline_reader;
pub mod baseline_writer;
mod cases;
mod causes;
mod change_points;
mod drift;
mod files;
mod interval;
mod latency;
mod matrix;
mod moment;
mod notes;
mod project;
mod requirements;
mod statement;
mod statement_check;
mod statement_reader;
mod steadiness;
mod streaks;
#[cfg(test)]
mod tests;
mod trend;

pub use crate::model::gate::reasons;
pub use accept::{Lowered, Refusal, accept};
pub use baseline_reader::{RunFile, RunFileError, load_baseline, load_run_file, read_baseline};
pub use files::{HistoryFiles, history_files, report_files};
pub use matrix::{MOST_COLUMNS, MatrixBuilder, MatrixBy};
pub use moment::moment_of;
pub use project::baseline_of;
pub use statement::statement_of;
pub use statement_check::{contradictions, differences};
pub use statement_reader::{StatementError, load_statement, read_statement};
pub use trend::Trends;

use crate::model::{Baseline, Comparison, Gate, Report, Side, outcome_by_contract};

/// Compares an earlier run with a later one.
pub fn compare(old: &Baseline, new: &Baseline) -> Comparison {
    let ids = old.cases.keys().filter(|id| new.cases.contains_key(*id));
    let common = ids.count();
    let (cases, not_selected, edited) = cases::compare(old, new);
    let (drift, is_cut) = drift::compare(old, new);
    let mut comparison = Comparison {
        gate: Gate::Contract,
        old: side(old),
        new: side(new),
        notes: Vec::new(),
        common,
        not_selected,
        edited,
        cases,
        causes: causes::compare(old, new),
        requirements: requirements::compare(old, new),
        drift,
        latency: latency::compare(old, new),
    };
    comparison.notes = notes::of(old, new, &comparison, is_cut);
    if common == 0 {
        // That everything vanished and everything is new says less than the note.
        comparison.cases.clear();
        comparison.causes.clear();
        comparison.requirements.clear();
    }
    comparison
}

fn side(baseline: &Baseline) -> Side {
    Side {
        target: baseline.heading.target.clone(),
        suite: baseline.heading.suite.clone(),
        started: baseline.heading.run.clone(),
        cases: baseline.cases.len(),
    }
}

/// Puts the comparison with an earlier run into a report. Where the gate is asked for regressions, exit
/// code and reasons are those of the comparison.
pub fn hold_against(report: &mut Report, old: &Baseline, gate: Gate) {
    let mut comparison = compare(old, &baseline_of(report));
    comparison.gate = gate;
    // A report whose gate was regressions has their exit code.
    let before = report.comparison.as_deref().map(|one| one.gate);
    let outcome = match (gate, before) {
        (Gate::Regressions, _) => Some(reasons(Some(report), &comparison)),
        (_, Some(Gate::Regressions)) => Some(outcome_by_contract(report)),
        _ => None,
    };
    if let Some((exit, reasons)) = outcome {
        report.exit = exit;
        report.reasons = reasons;
    }
    report.comparison = Some(Box::new(comparison));
}
