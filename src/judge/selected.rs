//! The nodes that a path has selected, as conditions see them.

use serde_json::Value;

use crate::json::selector::STEPS;
use crate::json::{Document, Selector, Unselectable};
use crate::judge::mismatch::{Mismatch, brief, count, shown};
use crate::judge::pattern::Checker;
use crate::judge::refusal::{inexact_number, inexact_numbers};
use crate::judge::sink::KEPT;
use crate::model::finding::NO_NODE;
use crate::model::{FindingKind, Scope, Span};

/// What a condition checks.
pub(super) struct Selected<'s> {
    /// The path as it is reported, filled in.
    pub(super) path: &'s str,
    /// The path in the case file.
    pub(super) span: Span,
    /// Does the case allow that nothing is selected?
    pub(super) or_none: bool,
    /// Each with its pointer.
    pub(super) nodes: Vec<(String, &'s Value)>,
    /// Why that nothing is selected is no evidence, if it is not.
    pub(super) dead_end: Option<DeadEnd>,
    pub(super) document: &'s Document,
    /// Are the nodes texts that are no JSON?
    pub(super) are_texts: bool,
    pub(super) scope: Scope<'s>,
}

/// Why that a path selects nothing is no evidence.
#[derive(Clone, Debug)]
pub(super) struct DeadEnd {
    /// The fact in one line.
    pub(super) message: String,
    /// What would have to be there.
    pub(super) expected: String,
}

impl DeadEnd {
    /// Of a `JSONPath`.
    pub(super) fn of(selector: &Selector, document: &Document) -> Option<DeadEnd> {
        let (part, needed) = selector.dead_end(&document.value)?;
        let path = selector.as_str();
        let message = format!("the path {path} leads nowhere: there is not {needed} at {part}");
        Some(DeadEnd {
            message: message.replace("there is not a value", "there is nothing"),
            expected: format!("{needed} at {part}"),
        })
    }
}

/// The mismatches of a condition, or why it cannot be checked.
pub(super) type Outcome = Result<Vec<Mismatch>, Box<Mismatch>>;

impl Selected<'_> {
    pub(super) fn checker(&self) -> Checker<'_> {
        if self.are_texts {
            return Checker::of_text();
        }
        Checker::open(&self.document.inexact).within(self.document)
    }

    /// The mismatch of a condition on each node where there is none, unless the case allows it.
    pub(super) fn nothing_selected(&self, span: Span) -> Vec<Mismatch> {
        if !self.nodes.is_empty() || self.or_none {
            return Vec::new();
        }
        let mismatch = Mismatch::new(FindingKind::Count, span, self.selects_nothing());
        vec![mismatch.expected("at least one node").actual(NO_NODE)]
    }

    /// The mismatch of a condition that holds of no node, where the path leads nowhere: a misspelt name would make it
    /// pass forever. Its place is the path, because the condition itself did not fail.
    pub(super) fn dead_end(&self) -> Vec<Mismatch> {
        if !self.nodes.is_empty() || self.or_none {
            return Vec::new();
        }
        let Some(DeadEnd { message, expected }) = &self.dead_end else {
            return Vec::new();
        };
        let mismatch = Mismatch::new(FindingKind::Count, self.span, message);
        vec![mismatch.expected(expected).actual(NO_NODE)]
    }

    pub(super) fn selects_nothing(&self) -> String {
        format!("{} selects nothing", self.path)
    }

    pub(super) fn wrong_count(&self, expected: &str, span: Span) -> Mismatch {
        let selected = count(self.nodes.len(), "node");
        let path = self.path;
        let message = format!("{selected} at {path}, expected {expected}");
        Mismatch::new(FindingKind::Count, span, message)
            .expected(expected)
            .actual(selected)
    }

    pub(super) fn missing(&self, value: &Value, span: Span) -> Mismatch {
        let path = self.path;
        let message = format!("{} is not at {path}", brief(value));
        Mismatch::new(FindingKind::Missing, span, message)
            .expected(shown(value))
            .actual(format!("none of {}", count(self.nodes.len(), "node")))
    }

    /// Numbers that cannot be compared in any node.
    pub(super) fn inexact_nodes(&self, span: Span) -> Vec<Mismatch> {
        if self.document.inexact.is_empty() {
            return Vec::new();
        }
        let pointers = self.nodes.iter().map(|(pointer, _)| pointer);
        pointers
            .flat_map(|pointer| self.inexact_within(pointer, span))
            .take(KEPT)
            .collect()
    }

    /// Numbers that cannot be compared at or below a place.
    pub(super) fn inexact_within(&self, pointer: &str, span: Span) -> Vec<Mismatch> {
        inexact_within(self.document, pointer)
            .take(KEPT)
            .map(|pointer| inexact_number(&self.document.inexact, pointer, span))
            .collect()
    }
}

/// The mismatches where the nodes of a path cannot be selected.
pub(super) fn unselectable(
    selector: &Selector,
    why: &Unselectable,
    document: &Document,
    span: Span,
) -> Vec<Mismatch> {
    match why {
        Unselectable::Inexact(pointers) => inexact_numbers(document, pointers, span),
        Unselectable::TooMany => {
            let path = selector.as_str();
            let message = format!("{path} was not evaluated: it takes more than {STEPS} steps");
            let mismatch = Mismatch::new(FindingKind::Count, span, message);
            vec![mismatch.expected(format!("at most {STEPS} steps"))]
        }
    }
}

/// The pointers of numbers that did not survive, at or below a place.
pub(super) fn inexact_within<'d>(
    document: &'d Document,
    pointer: &str,
) -> impl Iterator<Item = &'d str> {
    let at = document
        .inexact
        .get_key_value(pointer)
        .map(|(place, _)| place);
    let below = format!("{pointer}/");
    let start = below.clone();
    let inside = document
        .inexact
        .range(start..)
        .map(|(place, _)| place)
        .take_while(move |place| place.starts_with(&below));
    at.into_iter().chain(inside).map(String::as_str)
}
