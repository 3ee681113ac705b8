//! What a session is asked for.

use std::time::Duration;

use crate::plan::Selection;

/// What to do.
#[derive(Clone, Debug)]
pub struct FuzzOptions {
    /// The cases whose requests are changed.
    pub selection: Selection,
    /// Are these all cases?
    pub selects_all: bool,
    /// What all random numbers come from.
    pub seed: u64,
    /// The time that it takes, with that of the unchanged cases.
    pub time: Duration,
    /// The number of changed requests, if it is limited.
    pub most: Option<usize>,
    /// How many cases are run at the same time.
    pub jobs: usize,
}
