//! Variables: constants, and values made once in each attempt of a case, under `vars` of a contract, a file or a case.
//!
//! A variable is read where it is first used, so that a case needs only what it uses. What it is made of comes before it
//! in the values of the case.

use std::collections::BTreeSet;

use crate::load::node::{Key, Node};
use crate::load::record::Entries;

/// The variables that a case can use.
#[derive(Debug, Default)]
pub(crate) struct Variables<'a> {
    /// Those of the contract, of the file, of the case: an inner one replaces an outer one of its name.
    pub(crate) layers: [Vec<(&'a Key, &'a Node)>; 3],
    /// Those that were read.
    pub(crate) read: BTreeSet<String>,
    /// Those that are being read, each used by the one before.
    pub(crate) reading: Vec<String>,
}

impl<'a> Variables<'a> {
    pub(crate) fn new(
        contract: &'a [(Key, Node)],
        file: Option<&Entries<'a, &'a Node>>,
        case: Option<&Entries<'a, &'a Node>>,
    ) -> Variables<'a> {
        let entries = |entries: Option<&Entries<'a, &'a Node>>| {
            entries.map_or_else(Vec::new, |entries| entries.0.clone())
        };
        Variables {
            layers: [
                contract.iter().map(|(key, node)| (key, node)).collect(),
                entries(file),
                entries(case),
            ],
            ..Variables::default()
        }
    }

    /// Is the value of a variable being read?
    pub(crate) fn are_read(&self) -> bool {
        !self.reading.is_empty()
    }

    /// The innermost variable of this name.
    pub(crate) fn find(&self, name: &str) -> Option<(&'a Key, &'a Node)> {
        let mut innermost_first = self.layers.iter().rev().flatten();
        innermost_first.find(|(key, _)| key.text == name).copied()
    }
}
