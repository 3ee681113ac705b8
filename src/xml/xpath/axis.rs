//! The nodes of an axis, in the order in which positions are counted (XPath 1.0 section 2.2).

use crate::xml::document::{Document, Kind, NodeId, ROOT};
use crate::xml::xpath::syntax::{Axis, Test};

/// Calls `see` with each node of the axis until it returns false.
pub(super) fn visit(
    document: &Document,
    axis: Axis,
    node: NodeId,
    mut see: impl FnMut(NodeId) -> bool,
) {
    let nodes = document.nodes();
    let here = document.node(node);
    let is_attribute = here.kind == Kind::Attribute;
    let is_not_attribute = |id: &NodeId| nodes[*id].kind != Kind::Attribute;
    let all = |found: &mut dyn Iterator<Item = NodeId>, see: &mut dyn FnMut(NodeId) -> bool| {
        for id in found {
            if !see(id) {
                return false;
            }
        }
        true
    };
    let ancestors = |see: &mut dyn FnMut(NodeId) -> bool| {
        let mut id = node;
        while id != ROOT {
            id = document.node(id).parent;
            if !see(id) {
                return;
            }
        }
    };
    match axis {
        Axis::Itself => {
            see(node);
        }
        Axis::Parent => {
            if node != ROOT {
                see(here.parent);
            }
        }
        Axis::Child if is_attribute => {}
        Axis::Child => {
            all(&mut document.children(node), &mut see);
        }
        Axis::Attribute => {
            all(&mut document.attributes(node), &mut see);
        }
        Axis::Descendant => {
            all(&mut (node + 1..here.end).filter(is_not_attribute), &mut see);
        }
        Axis::DescendantOrSelf => {
            if see(node) {
                all(&mut (node + 1..here.end).filter(is_not_attribute), &mut see);
            }
        }
        Axis::Ancestor => ancestors(&mut see),
        Axis::AncestorOrSelf => {
            if see(node) {
                ancestors(&mut see);
            }
        }
        Axis::FollowingSibling | Axis::PrecedingSibling if is_attribute || node == ROOT => {}
        Axis::FollowingSibling => {
            let end = document.node(here.parent).end;
            let mut next = here.end;
            while next < end {
                if !see(next) {
                    return;
                }
                next = document.node(next).end;
            }
        }
        Axis::PrecedingSibling => {
            let before = document.children(here.parent).take_while(|id| *id != node);
            let before: Vec<NodeId> = before.collect();
            all(&mut before.into_iter().rev(), &mut see);
        }
        Axis::Following => {
            all(
                &mut (here.end..nodes.len()).filter(is_not_attribute),
                &mut see,
            );
        }
        Axis::Preceding => {
            let is_before = |id: &NodeId| is_not_attribute(id) && nodes[*id].end <= node;
            all(&mut (1..node).rev().filter(is_before), &mut see);
        }
    }
}

/// How many nodes are passed over to find those of the axis, at least.
pub(super) fn cost(document: &Document, axis: Axis, node: NodeId) -> usize {
    match axis {
        Axis::Preceding | Axis::PrecedingSibling => node - document.node(node).parent.min(node),
        _ => 1,
    }
}

/// Is the order of the axis the reverse of that of the document?
pub(super) fn is_reverse(axis: Axis) -> bool {
    matches!(
        axis,
        Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling
    )
}

/// Does a node pass the test? `*` and names stand for attributes on the attribute axis, and for elements elsewhere.
pub(super) fn passes(document: &Document, axis: Axis, test: &Test, id: NodeId) -> bool {
    let node = document.node(id);
    let principal = match axis {
        Axis::Attribute => Kind::Attribute,
        _ => Kind::Element,
    };
    let is_principal = node.kind == principal;
    let name = node.name.as_deref();
    match test {
        Test::Node => true,
        Test::Text => node.kind == Kind::Text,
        Test::Comment => node.kind == Kind::Comment,
        Test::Instruction(target) => {
            let is_target = |target: &String| name.is_some_and(|name| name.local == *target);
            node.kind == Kind::Instruction && target.as_ref().is_none_or(is_target)
        }
        Test::Any => is_principal,
        Test::In(namespace) => {
            is_principal && name.is_some_and(|name| name.namespace == *namespace)
        }
        Test::Name { namespace, local } => {
            is_principal
                && name.is_some_and(|name| name.local == *local && name.namespace == *namespace)
        }
    }
}
