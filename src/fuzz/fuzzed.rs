//! What came of a session.

use std::collections::BTreeMap;

use crate::fuzz::found::{Found, Tally};
use crate::model::ExchangeReport;

/// What came of a session.
#[derive(Clone, Debug, Default)]
pub struct Fuzzed {
    /// Findings, in the order in which they were found.
    pub found: Vec<Found>,
    /// By operation.
    pub tallies: BTreeMap<String, Tally>,
    /// Operations without a changed request that was answered.
    pub untouched: Vec<Untouched>,
    /// Operations with changed requests of which no contract says what is legal: no illegal request of them was tried.
    pub undescribed: Vec<String>,
    /// The first request of a case without evidence that was not answered.
    pub unanswered: Option<Box<ExchangeReport>>,
    /// How many cases had not run without a change when the session ended.
    pub unfinished: usize,
    /// How many cases were to run without a change.
    pub cases: usize,
    /// Cases that fail without any change.
    pub failing: Vec<String>,
    /// Cases that give no evidence without any change, with the reason.
    pub errors: Vec<(String, String)>,
    /// The first changed requests without an answer, with their operation.
    pub silent: Vec<(String, String)>,
    /// All requests that were sent.
    pub requests: usize,
    /// Changes that cannot be written as a case.
    pub unwritable: usize,
    /// What could not be undone.
    pub left_behind: Vec<String>,
    /// Why it ended before its time, if it did; empty otherwise.
    pub ended: String,
    /// The target could not be judged any more.
    pub is_lost: bool,
}

/// An operation of which nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untouched {
    /// The operation.
    pub operation: String,
    /// Why no changed request of it was answered.
    pub reason: String,
    /// Does a contract say what its legal requests are?
    pub is_described: bool,
}

impl Fuzzed {
    /// Changed requests that were answered.
    pub fn answered(&self) -> usize {
        self.tallies.values().map(|tally| tally.answered).sum()
    }

    /// Changed requests that were not answered.
    pub fn silent(&self) -> usize {
        self.tallies.values().map(|tally| tally.silent).sum()
    }

    /// Was no changed request accepted, although not all are illegal? Perhaps the target compares requests with what it
    /// knows, or refuses them for a reason of its own.
    pub fn is_shut(&self) -> bool {
        let mut tallies = self.tallies.values();
        let illegal: usize = self.tallies.values().map(|tally| tally.illegal).sum();
        self.answered() > illegal && tallies.all(|tally| tally.accepted == 0)
    }
}
