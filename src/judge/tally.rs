//! The results of the checks of one block.

use crate::judge::mismatch::{Mismatch, WithoutDocument};
use crate::model::Level;

/// Counts and mismatches of one block.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) unjudged: usize,
    /// How many of the failed checks look inside a document that is not there.
    pub(super) without_document: usize,
    /// Were checks of the content skipped, because the answer to such a request cannot have any?
    pub(super) lacks_content: bool,
    /// Is the block about other answers?
    pub(super) is_elsewhere: bool,
    /// Is the answer not complete? Then it upholds nothing.
    pub(super) is_incomplete: bool,
    /// The first alternative that holds, from 0.
    pub(super) alternative: Option<usize>,
    /// What the status check found.
    pub(super) status: Option<Mismatch>,
    /// What headers and body found, in the order of the file.
    pub(super) rest: Vec<Mismatch>,
}

impl Tally {
    /// Counts the status check.
    pub(super) fn record_status(&mut self, mismatch: Option<Mismatch>) {
        self.count(mismatch.is_none());
        self.status = mismatch;
    }

    /// Counts one check of headers or body.
    pub(super) fn record(&mut self, mismatches: Vec<Mismatch>) {
        self.count(mismatches.is_empty());
        self.rest.extend(mismatches);
    }

    /// Counts checks that passed without being judged one by one.
    pub(super) fn pass(&mut self, checks: usize) {
        self.passed += checks;
    }

    /// Counts checks that failed for a reason that was reported already.
    pub(super) fn fail_unreported(&mut self, checks: usize) {
        self.failed += checks;
    }

    /// Do the mismatches say nothing about the requirements of the block that they do not blame? So it is without a
    /// document, and where the block says what a status violates.
    pub(super) fn has_partial_blame(&self) -> bool {
        let status = self.status.as_ref();
        status.is_some_and(|mismatch| mismatch.blamed.is_some())
            || self
                .rest
                .iter()
                .any(|mismatch| mismatch.without_document.is_some())
    }

    /// Takes back that checks failed for lack of a document: a check of this level at least is to blame for it.
    pub(super) fn excuse(&mut self, level: Option<Level>, blamed: Level) {
        if level.is_none_or(|level| level > blamed) {
            return;
        }
        let before = self.rest.len();
        self.rest
            .retain(|mismatch| mismatch.without_document != Some(WithoutDocument::NothingToJudge));
        if self.rest.len() < before {
            let checks = std::mem::take(&mut self.without_document);
            self.failed -= checks;
            self.unjudged += checks;
        }
    }

    fn count(&mut self, held: bool) {
        if held {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}
