//! What each running case waits for, for someone who watches a run.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::engine::Engine;
use crate::model::{Case, StepPlace};

/// A running case.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its id.
    pub id: String,
    /// When it was started.
    pub started: Instant,
    /// What it waits for, in words: `POST /users/batch of presence`.
    pub waits_for: String,
}

/// The running cases.
#[derive(Debug, Default)]
pub struct Watch {
    running: Mutex<HashMap<String, Running>>,
}

impl Watch {
    /// The case that has been running for the longest time.
    pub fn slowest(&self) -> Option<Running> {
        let running = self.running();
        running.values().min_by_key(|one| one.started).cloned()
    }

    fn set(&self, id: &str, waits_for: String) {
        let mut running = self.running();
        if let Some(known) = running.get_mut(id) {
            known.waits_for = waits_for;
            return;
        }
        let one = Running {
            id: id.to_owned(),
            started: Instant::now(),
            waits_for,
        };
        running.insert(id.to_owned(), one);
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Notes what a case waits for, if someone watches. The words come from the files: no value of a request is in them.
    pub(super) fn waits(&self, case: &Case, what: impl FnOnce() -> String) {
        if let Some(watch) = &self.watch {
            watch.set(&case.id, what());
        }
    }

    /// Notes that a case waits for the answer of a step.
    pub(super) fn waits_for_answer(&self, place: StepPlace<'_>) {
        self.waits(place.case, || request_of(place));
    }

    /// Notes that a case waits before it sends the request of a step.
    pub(super) fn waits_before(&self, place: StepPlace<'_>, why: &str) {
        self.waits(place.case, || format!("{why} {}", request_of(place)));
    }

    /// Notes that a case is done.
    pub(super) fn waits_no_longer(&self, case: &Case) {
        if let Some(watch) = &self.watch {
            watch.running().remove(&case.id);
        }
    }
}

/// `POST /users/batch of presence`, as it is written in the case.
fn request_of(place: StepPlace<'_>) -> String {
    let request = &place.step().request;
    format!("{} {} of {}", request.method, request.path, request.service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_case_is_the_one_that_was_started_first() {
        let watch = Watch::default();
        assert!(watch.slowest().is_none());
        watch.set("a", "a lock".into());
        watch.set("b", "an answer".into());
        watch.set("a", "an answer".into());
        let slowest = watch.slowest().unwrap();
        assert_eq!(
            (slowest.id.as_str(), slowest.waits_for.as_str()),
            ("a", "an answer")
        );
    }
}
