//! Values of a collection.

use crate::load::{Kind, Node};

/// The elements of a list; none of anything else.
pub(crate) fn list(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.kind) {
        Some(Kind::List(items)) => items,
        _ => &[],
    }
}

/// Is the element switched off?
pub(crate) fn is_disabled(node: &Node) -> bool {
    node.get("disabled")
        .is_some_and(|node| node.kind == Kind::Bool(true))
}

/// A text, or a scalar as one.
pub(crate) fn scalar_text(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Text(text) => Some(text.clone()),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
