//! Conditions on what a path selects.

use std::ops::{Deref, DerefMut};

use crate::json::selector::Selector;
use crate::model::pattern::Pattern;
use crate::model::source::Span;
use crate::model::template::Draft;

/// One condition on a list of selected nodes.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Every node matches, and there is at least one (unless the selection says `or_none`).
    Each(Pattern),
    /// At least one node matches.
    Some(Pattern),
    /// No node matches. An empty selection passes.
    None(Pattern),
    /// The number of nodes, with inclusive bounds.
    Count {
        /// At least.
        min: u64,
        /// At most; `None` is no bound.
        max: Option<u64>,
    },
    /// No two nodes are equal; there is at least one.
    Unique,
    /// No node comes before one that belongs before it; there are at least two.
    Sorted {
        /// From the greatest to the least?
        is_descending: bool,
        /// What the nodes are sorted by, from each node; `None` is the node itself.
        by: Option<Selector>,
    },
    /// Exactly one node, equal to the value as JSON.
    Equal(Draft),
    /// Every node is an element of this array; there is at least one.
    SubsetOf(Draft),
    /// Every element of this array is a node.
    SupersetOf(Draft),
    /// The same elements, each as often, in any order.
    SameSet(Draft),
}

/// Conditions, each with the place where it is written. Nearly all lists are of one condition, which needs no allocation.
#[derive(Clone, Debug)]
pub enum Conditions {
    /// One condition.
    One([(Condition, Span); 1]),
    /// Any other number of them.
    Many(Box<[(Condition, Span)]>),
}

impl Deref for Conditions {
    type Target = [(Condition, Span)];

    fn deref(&self) -> &[(Condition, Span)] {
        match self {
            Conditions::One(one) => one,
            Conditions::Many(many) => many,
        }
    }
}

impl DerefMut for Conditions {
    fn deref_mut(&mut self) -> &mut [(Condition, Span)] {
        match self {
            Conditions::One(one) => one,
            Conditions::Many(many) => many,
        }
    }
}

impl From<Vec<(Condition, Span)>> for Conditions {
    fn from(conditions: Vec<(Condition, Span)>) -> Conditions {
        match <[(Condition, Span); 1]>::try_from(conditions) {
            Ok(one) => Conditions::One(one),
            Err(many) => Conditions::Many(many.into()),
        }
    }
}

impl FromIterator<(Condition, Span)> for Conditions {
    fn from_iter<I: IntoIterator<Item = (Condition, Span)>>(conditions: I) -> Conditions {
        conditions.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'c> IntoIterator for &'c Conditions {
    type Item = &'c (Condition, Span);
    type IntoIter = std::slice::Iter<'c, (Condition, Span)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A suite has as many as it has checks of members.
    #[test]
    fn conditions_are_small() {
        assert!(size_of::<Condition>() <= 32);
        assert!(size_of::<Conditions>() <= 48);
        assert!(size_of::<crate::model::BodyCheck>() <= 80);
    }
}
