//! The order of selected nodes: numbers exactly, date-times as moments, other texts by their characters.

use std::cmp::Ordering;

use serde_json::Value;

use crate::json::date_time::Instant;
use crate::json::decimal::Decimal;
use crate::json::{Document, Selector};
use crate::judge::mismatch::brief;

/// What a node is sorted by.
#[derive(Debug)]
pub(super) enum Key {
    Number(Decimal),
    Moment(Instant, String),
    Text(String),
}

impl Key {
    /// The order of two keys; `None` when a number is compared with a text. Two texts are moments only if both are.
    pub(super) fn compare(&self, other: &Key) -> Option<Ordering> {
        match (self, other) {
            (Key::Number(one), Key::Number(other)) => Some(one.cmp(other)),
            (Key::Moment(one, _), Key::Moment(other, _)) => Some(one.cmp(other)),
            _ => Some(self.text()?.cmp(other.text()?)),
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Key::Number(_) => None,
            Key::Moment(_, text) | Key::Text(text) => Some(text),
        }
    }
}

/// The key of a node, and the key for people.
///
/// # Errors
///
/// Why the node has no key.
pub(super) fn key(
    document: &Document,
    pointer: &str,
    value: &Value,
    by: Option<&Selector>,
) -> Result<(Key, String), String> {
    let (pointer, value) = match by {
        None => (pointer.to_owned(), value),
        Some(by) => {
            let nodes = by.select(value);
            let [(below, value)] = nodes.as_slice() else {
                return Err(match nodes.len() {
                    0 => format!("{} selects nothing in this node", by.as_str()),
                    several => format!("{} selects {several} nodes in this node", by.as_str()),
                });
            };
            (format!("{pointer}{below}"), *value)
        }
    };
    match value {
        Value::Number(number) => {
            let exact = document.inexact.get(&pointer);
            let key = exact.map_or_else(|| Decimal::of(number), |text| Decimal::parse(text));
            let shown = exact.cloned().unwrap_or_else(|| number.to_string());
            Ok((Key::Number(key), shown))
        }
        Value::String(text) => {
            let key = match Instant::of(text) {
                Some(moment) => Key::Moment(moment, text.clone()),
                None => Key::Text(text.clone()),
            };
            Ok((key, brief(value)))
        }
        other => Err(format!("{} has no order", brief(other))),
    }
}
