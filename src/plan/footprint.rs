//! Counts what a plan would do to its target.

use std::collections::BTreeMap;

use crate::model::{Effect, Step, Stretch, Suite, Target};
use crate::plan::Plan;

/// The requests that a plan would send if every step passed at once. Steps with `eventually` may send more, cases that
/// end early fewer. Requests that are sent again (throttled or unanswered) are not counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Cases that would run.
    pub run: usize,
    /// By service.
    pub services: BTreeMap<String, Requests>,
    /// By identity; `None` is for requests without one.
    pub identities: BTreeMap<Option<String>, Requests>,
    /// Steps with `eventually`.
    pub waiting: usize,
    /// How many more requests these may send; `None` if that cannot be counted.
    pub repeated: Option<usize>,
    /// Ids of the cases that may change the target, in the order of the plan.
    pub writing: Vec<String>,
    /// Reasons to skip, the most frequent first, with the ids of the cases.
    pub skipped: Vec<(String, Vec<String>)>,
}

/// A number of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Of cases that only read.
    pub read: usize,
    /// Of cases that may change the target; some of these requests read, and some undo.
    pub write: usize,
}

impl Requests {
    /// All of them.
    pub fn all(self) -> usize {
        self.read + self.write
    }

    fn add(&mut self, effect: Effect) {
        match effect {
            Effect::Read => self.read += 1,
            Effect::Write => self.write += 1,
        }
    }
}

impl Footprint {
    /// Counts what a plan would do.
    pub fn of(plan: &Plan, suite: &Suite, target: &Target) -> Footprint {
        let mut footprint = Footprint {
            repeated: Some(0),
            ..Footprint::default()
        };
        let mut skipped: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for planned in &plan.cases {
            let case = &suite.cases[planned.index];
            if let Some(reason) = &planned.skip {
                skipped.entry(reason).or_default().push(case.id.clone());
                continue;
            }
            footprint.run += 1;
            if case.effect == Effect::Write {
                footprint.writing.push(case.id.clone());
            }
            for step in case.steps.iter().chain(&case.finally) {
                footprint.add(step, case.effect, target.limits.eventually);
            }
        }
        footprint.skipped = skipped
            .into_iter()
            .map(|(reason, ids)| (reason.to_owned(), ids))
            .collect();
        footprint
            .skipped
            .sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
        footprint
    }

    fn add(&mut self, step: &Step, effect: Effect, stretch: Stretch) {
        let request = &step.request;
        let of_service = self.services.entry(request.service.clone());
        of_service.or_default().add(effect);
        let of_identity = self.identities.entry(request.identity.clone());
        of_identity.or_default().add(effect);
        let Some(eventually) = step.eventually else {
            return;
        };
        self.waiting += 1;
        // Each but the first begins at least `every` after the one before, and all within the window.
        let (window, every) = (stretch.of(eventually.within), eventually.every);
        let most = window.as_nanos().div_ceil(every.as_nanos().max(1));
        let more = usize::try_from(most.saturating_sub(1)).ok();
        self.repeated = self
            .repeated
            .zip(more)
            .and_then(|(sum, more)| sum.checked_add(more));
    }

    /// All requests.
    pub fn requests(&self) -> Requests {
        let mut all = Requests::default();
        for requests in self.services.values() {
            all.read += requests.read;
            all.write += requests.write;
        }
        all
    }
}
