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
    /// The cases that began to fail or to pass, those that fail now first.
    pub changed: Vec<ChangedCase>,
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
    /// In how many of them it was unsteady: flaky within the run, or, if it comes and goes, with another result than in the
    /// run before.
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

/// A case that began to fail or to pass while it was the same case (its digest), and does not come and go.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedCase {
    /// The case.
    pub case: String,
    /// In how many runs it gave a result, without those in which it was flaky.
    pub runs: usize,
    /// In how many of them it failed.
    pub failed: usize,
    /// Where its result changed, in the order of time; never empty.
    pub points: Vec<ChangePoint>,
    /// How likely it is that as many failures are in as few streaks in a random order of the runs.
    pub p: f64,
}

/// A run from which on a case has another result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePoint {
    /// The index of the run.
    pub run: usize,
    /// Does it fail from there on?
    pub fails: bool,
    /// What else is known to have changed there: `the suite`.
    pub with: Vec<&'static str>,
}

/// The cases that always had the same result.
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
