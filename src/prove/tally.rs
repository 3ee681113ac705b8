//! What became of the mutants at one place.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// A place in the answers of one operation with one status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Spot {
    pub(super) contract: usize,
    pub(super) operation: String,
    pub(super) place: String,
}

/// The mutants at one place.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    pub(super) killed: usize,
    /// The changes that some case detects.
    pub(super) detected: BTreeSet<String>,
    /// Was a mutant with another type killed?
    pub(super) is_typed: bool,
    /// Mutants with another type that were not.
    pub(super) untyped: BTreeMap<String, usize>,
    /// Undetected changes, and how many answers each was.
    pub(super) survived: BTreeMap<String, usize>,
    /// Does a schema say anything about it in some answer, or is one not held to a schema? Only known where a contract allows
    /// what is undescribed.
    pub(super) is_described: bool,
    /// A case whose answer has the place.
    pub(super) case: String,
}

impl Tally {
    pub(super) fn survivors(&self) -> usize {
        self.survived.values().sum()
    }

    /// The changes that survived: all of them, or those of the type.
    pub(super) fn surviving(&self) -> &BTreeMap<String, usize> {
        static NOTHING: BTreeMap<String, usize> = BTreeMap::new();
        match (self.killed, self.is_typed) {
            (0, _) => &self.survived,
            (_, false) => &self.untyped,
            (_, true) => &NOTHING,
        }
    }
}
