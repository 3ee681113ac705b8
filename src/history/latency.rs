//! Latency by operation: reported where it clearly shifted, and never a verdict.

use crate::model::{Baseline, LatencyShift, LatencySummary};

/// With fewer answers than this, two runs are not compared.
pub(super) const ENOUGH: usize = 5;

/// The slower side takes at least so many times as long, in the median and at the 95th percentile.
/// Machines that are shared are easily off by a third.
const FACTOR: f64 = 1.5;

/// And it takes at least so many milliseconds more: below that, schedulers and timers are what is seen.
const MILLISECONDS: f64 = 10.0;

/// Median and 95th percentile (nearest rank) of durations; nothing when there are too few. The 95th
/// percentile of fewer than twenty is the longest.
pub(crate) fn summary(mut durations: Vec<f64>, at_least: usize) -> Option<LatencySummary> {
    durations.sort_by(f64::total_cmp);
    let rank = |percent: usize| (durations.len() * percent).div_ceil(100).max(1) - 1;
    (durations.len() >= at_least.max(1)).then(|| LatencySummary {
        answers: durations.len(),
        median_ms: durations[rank(50)],
        p95_ms: durations[rank(95)],
    })
}

/// Operations of both sides that take longer or shorter.
pub(crate) fn compare(old: &Baseline, new: &Baseline) -> Vec<LatencyShift> {
    let both = old.latency.iter().filter_map(|(operation, then)| {
        let now = new.latency.get(operation)?;
        let of = |entry: &crate::model::baseline::LatencyEntry| LatencySummary {
            answers: entry.answers,
            median_ms: entry.median_ms,
            p95_ms: entry.p95_ms,
        };
        Some(LatencyShift {
            operation: operation.clone(),
            old: of(then),
            new: of(now),
        })
    });
    both.filter(|shift| is_above(&shift.old, &shift.new) || is_above(&shift.new, &shift.old))
        .collect()
}

/// Is the second clearly above the first?
fn is_above(low: &LatencySummary, high: &LatencySummary) -> bool {
    let is_enough = low.answers >= ENOUGH && high.answers >= ENOUGH;
    let is_far = |low: f64, high: f64| high >= low * FACTOR && high >= low + MILLISECONDS;
    is_enough && is_far(low.median_ms, high.median_ms) && is_far(low.p95_ms, high.p95_ms)
}
