//! The runs of each target, and what they say together.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::history::change_points::splits;
use crate::history::steadiness::steadiness;
use crate::model::history::{Moment, by_target};
use crate::model::trend::{LatencyChange, Trend};

/// Of so many runs of a target, the last ones, results of cases are kept: it bounds memory, and old results say little
/// about now.
const RUNS_OF_CASES: usize = 200;

/// Runs in which changes of latency are searched, the last ones.
const RUNS_OF_LATENCY: usize = 500;

/// A change is shown where the medians differ by a fifth and by a millisecond: below that, timers are what is seen.
const FACTOR: f64 = 1.2;
const MILLISECONDS: f64 = 1.0;

/// Runs that are read one at a time, in any order.
#[derive(Debug, Default)]
pub struct Trends {
    moments: Vec<Moment>,
    /// Each id once, however many runs have it.
    ids: HashSet<Arc<str>>,
    /// The runs of which results of cases are kept, by target: when they started, and the index.
    kept: BTreeMap<String, BTreeSet<(String, usize)>>,
}

impl Trends {
    /// Adds a run.
    pub fn add(&mut self, mut moment: Moment) {
        let kept = self.kept.entry(moment.target.clone()).or_default();
        kept.insert((moment.started.clone(), self.moments.len()));
        if kept.len() > RUNS_OF_CASES
            && let Some((_, index)) = kept.pop_first()
        {
            match self.moments.get_mut(index) {
                Some(earlier) => earlier.results = Vec::new(),
                None => moment.results = Vec::new(),
            }
        }
        for result in &mut moment.results {
            if let Some(known) = self.ids.get(&result.case) {
                result.case = Arc::clone(known);
            } else {
                self.ids.insert(Arc::clone(&result.case));
            }
        }
        self.moments.push(moment);
    }

    /// Is there no run?
    pub fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// The trend of each target, by name.
    pub fn by_target(self) -> BTreeMap<String, Trend> {
        let targets = by_target(self.moments).into_iter();
        targets
            .map(|(target, runs)| (target, trend(runs)))
            .collect()
    }
}

impl FromIterator<Moment> for Trends {
    fn from_iter<I: IntoIterator<Item = Moment>>(moments: I) -> Trends {
        let mut trends = Trends::default();
        moments.into_iter().for_each(|moment| trends.add(moment));
        trends
    }
}

fn trend(runs: Vec<Moment>) -> Trend {
    let sorted = steadiness(&runs);
    let operations: BTreeSet<&String> = runs.iter().flat_map(|run| run.latency.keys()).collect();
    let shifts = operations.into_iter().filter_map(|operation| {
        let found = shifts(&runs, operation);
        (!found.is_empty()).then(|| (operation.clone(), found))
    });
    Trend {
        shifts: shifts.collect(),
        unsteady: sorted.unsteady,
        changed: sorted.changed,
        steady: sorted.steady,
        runs,
    }
}

/// Where the latency of an operation changed.
fn shifts(runs: &[Moment], operation: &str) -> Vec<LatencyChange> {
    let medians = runs.iter().enumerate();
    let mut medians: Vec<(usize, f64)> = medians
        .filter_map(|(run, moment)| Some((run, moment.latency.get(operation)?.median_ms)))
        .collect();
    let surplus = medians.len().saturating_sub(RUNS_OF_LATENCY);
    medians.drain(..surplus);
    let series: Vec<f64> = medians.iter().map(|(_, median)| *median).collect();
    let splits = splits(&series);
    let ends = |index: usize| splits.get(index).map_or(series.len(), |split| split.at);
    let changes = splits.iter().enumerate().filter_map(|(index, split)| {
        let start = index.checked_sub(1).map_or(0, ends);
        let (before, after) = (&series[start..split.at], &series[split.at..ends(index + 1)]);
        let (before_ms, after_ms) = (median(before), median(after));
        let (low, high) = (before_ms.min(after_ms), before_ms.max(after_ms));
        let is_large = high >= low * FACTOR && high >= low + MILLISECONDS;
        is_large.then_some(LatencyChange {
            run: medians[split.at].0,
            before_ms,
            after_ms,
            runs: (before.len(), after.len()),
            p: split.p,
        })
    });
    changes.collect()
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.get(middle) {
        Some(upper) if sorted.len().is_multiple_of(2) => (sorted[middle - 1] + upper) / 2.0,
        Some(middle) => *middle,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::moment_of;
    use crate::model::{LatencySummary, Verdict};
    use crate::report::sample;

    fn run(minute: usize, median_ms: f64, verdict: Verdict) -> Moment {
        let mut report = sample::green();
        report.started = format!("2026-01-01T{:02}:{:02}:00Z", minute / 60, minute % 60);
        report.cases[0].verdict = verdict;
        report.cases[0].digest = Some(crate::json::digest::Digest::new([1; 8]));
        let mut moment = moment_of(format!("{minute}.json"), &report);
        let summary = LatencySummary {
            answers: 9,
            median_ms,
            p95_ms: 2.0 * median_ms,
        };
        moment.latency = [("a GET /".to_owned(), summary)].into();
        moment
    }

    #[test]
    fn a_step_of_latency_is_dated_and_a_small_one_is_not_shown() {
        for (after, expected) in [(60.0, vec![(12, 20.0, 60.0)]), (21.0, vec![])] {
            let runs = (0..30).map(|minute| {
                let median = if minute < 12 { 20.0 } else { after };
                run(minute, median, Verdict::Pass)
            });
            let trends = runs.collect::<Trends>().by_target();
            let changes = trends["reference"].shifts.get("a GET /").cloned();
            let changes: Vec<(usize, f64, f64)> = changes
                .unwrap_or_default()
                .iter()
                .map(|one| (one.run, one.before_ms, one.after_ms))
                .collect();
            assert_eq!(changes, expected);
        }
    }

    #[test]
    fn results_of_the_last_runs_are_kept_in_any_order() {
        let runs: Vec<Moment> = (0..RUNS_OF_CASES + 7)
            .map(|minute| run(minute, 1.0, Verdict::Pass))
            .collect();
        let forward = runs.iter().cloned().collect::<Trends>().by_target();
        let backward = runs.into_iter().rev().collect::<Trends>().by_target();
        assert_eq!(forward, backward);
        let with_results = forward["reference"]
            .runs
            .iter()
            .filter(|run| !run.results.is_empty());
        assert_eq!(with_results.count(), RUNS_OF_CASES);
        assert_eq!(forward["reference"].steady.unwrap().runs, RUNS_OF_CASES);
    }

    #[test]
    fn an_edited_case_starts_again_and_a_run_without_a_result_does_not_count() {
        let mut runs: Vec<Moment> = [Verdict::Fail, Verdict::Pass, Verdict::Skip, Verdict::Pass]
            .into_iter()
            .enumerate()
            .map(|(minute, verdict)| run(minute, 1.0, verdict))
            .collect();
        let trend = |runs: &[Moment]| {
            let mut trends = runs.iter().cloned().collect::<Trends>().by_target();
            trends.remove("reference").unwrap()
        };
        let found = trend(&runs).changed;
        assert_eq!((found[0].failed, found[0].runs), (1, 3));
        assert_eq!(found[0].points[0].run, 1);
        runs[0].results[0].digest = crate::json::digest::Digest::new([2; 8]);
        let trend = trend(&runs);
        assert_eq!((trend.unsteady, trend.changed), (vec![], vec![]));
        assert_eq!(trend.steady.unwrap().runs, 2);
    }
}
