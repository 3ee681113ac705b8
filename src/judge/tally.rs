//! The results of the checks of one block.

use crate::judge::mismatch::Mismatch;

/// Counts and mismatches of one block.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) unjudged: usize,
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

    fn count(&mut self, held: bool) {
        if held {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}
