//! `probity run --watch`: the cases that failed when they were last run come first, and what became of them is printed as
//! soon as it is known, before the report.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::model::{CaseReport, Report, Suite, Verdict};
use crate::plan::Plan;

use crate::cli::arguments::RunOptions;
use crate::cli::output::count;

/// The cases of a run that failed before.
#[derive(Debug, Default)]
pub(crate) struct FailedFirst {
    strict: bool,
    total: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Those that are not done yet.
    waiting: BTreeSet<String>,
    /// How many fail again.
    failed: usize,
}

impl FailedFirst {
    /// Those of a plan. If the plan has no others, there is nothing to say before the report.
    pub(crate) fn of(options: &RunOptions, plan: &Plan, suite: &Suite) -> FailedFirst {
        if options.first.is_empty() {
            return FailedFirst::default();
        }
        let run = plan.cases.iter().filter(|planned| planned.skip.is_none());
        let ids = run.map(|planned| &suite.cases[planned.index].id);
        let (first, others): (BTreeSet<&String>, BTreeSet<&String>) =
            ids.partition(|id| options.first.contains(*id));
        if others.is_empty() {
            return FailedFirst::default();
        }
        let waiting: BTreeSet<String> = first.into_iter().cloned().collect();
        FailedFirst {
            strict: options.strict,
            total: waiting.len(),
            state: Mutex::new(State { waiting, failed: 0 }),
        }
    }

    /// Notes a case that is done. After the last one that failed before: what became of them.
    pub(crate) fn finished(&self, case: &CaseReport) -> Option<String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.waiting.remove(&case.id) {
            return None;
        }
        state.failed += usize::from(case.verdict.is_red(self.strict));
        if !state.waiting.is_empty() {
            return None;
        }
        let cases = count(self.total, "case");
        let outcome = match (state.failed, self.total) {
            (0, 1) => "passes now".to_owned(),
            (0, _) => "all pass now".to_owned(),
            (failed, total) if failed == total => "still failing".to_owned(),
            (failed, _) => format!("{failed} still failing"),
        };
        Some(format!("previously failed, {cases}: {outcome}"))
    }
}

/// A case of a run that watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its id.
    pub(crate) case: String,
    /// Where it is written.
    pub(crate) file: String,
    /// Did it fail? A waived failure is none. `None` if it was not run.
    pub(crate) has_failed: Option<bool>,
}

/// What became of each case, if the run watches.
pub(crate) fn seen(report: &Report, options: &RunOptions) -> Vec<Seen> {
    if !options.watch {
        return Vec::new();
    }
    let seen = report.cases.iter().map(|case| {
        let is_waived = || case.waiver_of(&report.waivers).is_some();
        let failed = case.verdict.is_red(options.strict) && !is_waived();
        Seen {
            case: case.id.clone(),
            file: case.place.file.to_string(),
            has_failed: (case.verdict != Verdict::Skip).then_some(failed),
        }
    });
    seen.collect()
}
