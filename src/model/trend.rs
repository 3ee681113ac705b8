//! The trend of a target: its runs in the order of time, and what they say together.

use std::collections::BTreeMap;

use crate::model::history::Moment;

/// Fewer runs than this say little about how steady a case is: an interval of the confidence is wider than a quarter.
pub const ENOUGH_RUNS: usize = 10;

/// The runs of one target, and what follows from all of them.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Trend {
    /// The runs, earliest first.
    pub runs: Vec<Moment>,
    /// The cases that were unsteady, the most certain first.
    pub unsteady: Vec<Steadiness>,
    /// The other cases together; `None` if there are none.
    pub steady: Option<SteadyCases>,
    /// Where the latency of an operation changed, by operation, in the order of time.
    pub shifts: BTreeMap<String, Vec<LatencyChange>>,
}

/// How often a case was unsteady, in the last runs in which it was the same case (its digest).
#[derive(Clone, Debug, PartialEq)]
pub struct Steadiness {
    /// The case.
    pub case: String,
    /// In how many runs it gave a result.
    pub runs: usize,
    /// In how many of them it was unsteady: flaky within the run, or with another result than in the run before.
    pub unsteady: usize,
    /// In how many of them it failed, at first or always.
    pub failed: usize,
    /// The 95 % confidence interval of the share of runs in which it is unsteady.
    pub interval: Interval,
}

impl Steadiness {
    /// Are there too few runs to say how unsteady it is?
    pub fn is_little_known(&self) -> bool {
        self.runs < ENOUGH_RUNS
    }
}

/// The cases that were never unsteady.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SteadyCases {
    /// How many there are.
    pub cases: usize,
    /// The most runs in which one of them gave a result.
    pub runs: usize,
    /// The share of runs in which such a case may be unsteady all the same (95 % confidence).
    pub interval: Interval,
}

/// A part of the range from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A run from which on an operation took longer or shorter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LatencyChange {
    /// The index of the first run after it.
    pub run: usize,
    /// The median of the medians before it, since the change before, in milliseconds.
    pub before_ms: f64,
    /// The same after it, up to the next change.
    pub after_ms: f64,
    /// How many runs with latencies there are on both sides.
    pub runs: (usize, usize),
    /// How likely such a split is if nothing changed, at most.
    pub p: f64,
}
