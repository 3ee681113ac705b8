//! Conditions on what a path selects.

use crate::json::selector::Selector;
use crate::model::pattern::Pattern;
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
