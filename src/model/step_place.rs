//! Which step of which case is running.

use super::case::{Case, Step};

/// A step of a case, and the attempt of the case that it belongs to.
#[derive(Clone, Copy, Debug)]
pub struct StepPlace<'c> {
    /// The case.
    pub case: &'c Case,
    /// The attempt of the case, from 0: `--retries` runs a failed case again.
    pub attempt: usize,
    /// Index into the steps, with those of `finally` after all others.
    pub number: usize,
}

impl<'c> StepPlace<'c> {
    /// The step.
    pub fn step(self) -> &'c Step {
        match self.number.checked_sub(self.case.steps.len()) {
            None => &self.case.steps[self.number],
            Some(number) => &self.case.finally[number],
        }
    }
}
