//! What one process has left of its shard: a report, or an event stream that may be cut off.

use std::collections::HashSet;
use std::io;

use crate::engine::merge::error::MergeError;
use crate::engine::partial::partial_report;
use crate::model::{Report, Shard, ShardReport, Shelf};
use crate::persist::EventStream;

/// How a process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Every case was done.
    Complete,
    /// It was stopped, and has reported that.
    Interrupted,
    /// It was killed: its event stream has no end.
    Killed,
}

/// A shard, as one process has run it.
#[derive(Clone, Debug)]
pub struct ShardRun {
    /// The file.
    pub(super) file: String,
    /// Its report, with the cases that were done.
    pub(super) report: Report,
    pub(super) state: State,
    /// The ids of all its cases.
    pub(super) own: Vec<String>,
    facts: Box<ShardReport>,
}

impl ShardRun {
    /// The shard of a report. Its cases are put on the shelf: shards are read one after the other, and only one is in
    /// memory.
    ///
    /// # Errors
    ///
    /// When it is the report of a whole run, or of a recording, or when the shelf has no room.
    pub fn of_report(file: String, report: Report, shelf: &Shelf) -> Result<ShardRun, MergeError> {
        let state = if report.interrupted {
            State::Interrupted
        } else {
            State::Complete
        };
        ShardRun::new(file, report, state, |_| true, shelf)
    }

    /// The shard of an event stream.
    ///
    /// # Errors
    ///
    /// As [`ShardRun::of_report`].
    pub fn of_stream(
        file: String,
        stream: EventStream,
        shelf: &Shelf,
    ) -> Result<ShardRun, MergeError> {
        if let Some(report) = stream.finished {
            return ShardRun::of_report(file, report, shelf);
        }
        let done: HashSet<String> = stream.done.iter().map(|case| case.id.clone()).collect();
        let partial = partial_report(stream.not_started, stream.done);
        ShardRun::new(file, partial, State::Killed, |id| done.contains(id), shelf)
    }

    fn new(
        file: String,
        mut report: Report,
        state: State,
        is_done: impl Fn(&str) -> bool,
        shelf: &Shelf,
    ) -> Result<ShardRun, MergeError> {
        let Some(facts) = report.shard.clone() else {
            let message = format!("{file} is the report of a whole run, not of a shard");
            let help = "leave it out: `probity merge` takes what `probity run --shard` has written";
            return Err(MergeError::new(message, vec![help.into()]));
        };
        let own = report.cases.iter().map(|case| case.id.clone()).collect();
        let done = report.cases.iter().filter(|case| is_done(&case.id));
        let slips = done.map(|case| shelf.add(&case));
        report.cases = shelf.cases(slips.collect::<io::Result<_>>()?);
        // What the shard says about them is decided again, from the cases of all.
        report.requirements = Vec::new();
        report.contracts = Vec::new();
        report.causes = Vec::new();
        Ok(ShardRun {
            file,
            report,
            state,
            own,
            facts,
        })
    }

    /// Which shard it is.
    pub fn shard(&self) -> Shard {
        self.facts.shard
    }

    /// What it says about its run.
    pub(super) fn facts(&self) -> &ShardReport {
        &self.facts
    }
}
