//! What a walk through a pattern collects: a yes or no, a weight, or every mismatch.

use crate::judge::mismatch::Mismatch;
use crate::model::FindingKind;

/// The most mismatches of one check that are kept.
pub(super) const KEPT: usize = 100;

/// The result of a walk. The same walk accepts, compares candidates and explains, so that the three cannot disagree.
#[derive(Debug)]
pub(super) struct Sink {
    wanted: Wanted,
    /// How much does not match, in scalars.
    pub(super) weight: usize,
    /// Was there a number that cannot be compared?
    pub(super) saw_inexact: bool,
    pub(super) mismatches: Vec<Mismatch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Is there any?
    Any,
    /// How much?
    Weight,
    /// What and where?
    All,
}

impl Sink {
    /// For a yes or no.
    pub(super) fn any() -> Sink {
        Sink::new(Wanted::Any)
    }

    /// For comparing candidates.
    pub(super) fn weight() -> Sink {
        Sink::new(Wanted::Weight)
    }

    /// For explaining.
    pub(super) fn all() -> Sink {
        Sink::new(Wanted::All)
    }

    fn new(wanted: Wanted) -> Sink {
        Sink {
            wanted,
            weight: 0,
            saw_inexact: false,
            mismatches: Vec::new(),
        }
    }

    /// Takes one mismatch; `explain` is called only if the mismatch is kept.
    pub(super) fn report(
        &mut self,
        kind: FindingKind,
        weight: usize,
        explain: impl FnOnce() -> Mismatch,
    ) {
        self.weight += weight.max(1);
        self.saw_inexact |= kind == FindingKind::Inexact;
        if self.explains() && self.mismatches.len() < KEPT {
            self.mismatches.push(explain());
        }
    }

    /// Is the result known?
    pub(super) fn is_done(&self) -> bool {
        self.wanted == Wanted::Any && self.weight > 0
    }

    /// Are mismatches collected?
    pub(super) fn explains(&self) -> bool {
        self.wanted == Wanted::All
    }

    /// Did everything match?
    pub(super) fn is_clean(&self) -> bool {
        self.weight == 0
    }
}
