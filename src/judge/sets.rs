//! Selected nodes compared with a set of values.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use crate::judge::canonical::canonical;
use crate::judge::form::fill;
use crate::judge::mismatch::{Mismatch, SHOWN, brief, shown};
use crate::judge::selected::{Outcome, Selected};
use crate::judge::sink::KEPT;
use crate::model::{Draft, FindingKind, Span};
use crate::text::excerpt::short_json;

impl Selected<'_> {
    pub(super) fn subset_of(&self, draft: &Draft, span: Span) -> Outcome {
        let set = fill(draft, self.scope, span)?;
        let allowed: HashSet<String> = list(&set, span)?.iter().map(canonical).collect();
        let mut found = self.nothing_selected(span);
        for (pointer, value) in &self.nodes {
            if found.len() >= KEPT {
                break;
            }
            let inexact = self.inexact_within(pointer, span);
            if !inexact.is_empty() {
                found.extend(inexact);
            } else if !allowed.contains(&canonical(value)) {
                found.push(extra(pointer, value, &set, span));
            }
        }
        Ok(found)
    }

    pub(super) fn superset_of(&self, draft: &Draft, span: Span) -> Outcome {
        let needed = fill(draft, self.scope, span)?;
        let needed = list(&needed, span)?;
        let mut found = self.inexact_nodes(span);
        if needed.is_empty() && !self.or_none {
            let message = "nothing to compare: the list of `superset-of` is empty";
            found.push(Mismatch::new(FindingKind::Count, span, message));
        }
        let there: HashSet<String> = self
            .nodes
            .iter()
            .map(|(_, value)| canonical(value))
            .collect();
        let missing = needed
            .iter()
            .filter(|value| !there.contains(&canonical(value)));
        found.extend(missing.map(|value| self.missing(value, span)));
        Ok(found)
    }

    pub(super) fn same_set(&self, draft: &Draft, span: Span) -> Outcome {
        let expected = fill(draft, self.scope, span)?;
        let mut left: HashMap<String, Vec<&Value>> = HashMap::new();
        for value in list(&expected, span)? {
            left.entry(canonical(value)).or_default().push(value);
        }
        let mut found = self.inexact_nodes(span);
        for (pointer, value) in &self.nodes {
            if found.len() >= KEPT {
                break;
            }
            if left.get_mut(&canonical(value)).and_then(Vec::pop).is_none() {
                found.push(extra(pointer, value, &expected, span));
            }
        }
        let missing: BTreeMap<&String, &Vec<&Value>> = left.iter().collect();
        let missing = missing.into_values().flatten();
        found.extend(missing.take(KEPT).map(|value| self.missing(value, span)));
        Ok(found)
    }
}

/// A node that is not in the set, or in it less often.
fn extra(pointer: &str, value: &Value, set: &Value, span: Span) -> Mismatch {
    let message = format!("{} is not one of the values allowed", brief(value));
    Mismatch::new(FindingKind::Extra, span, message)
        .at(pointer)
        .expected(format!("one of {}", short_json(set, SHOWN)))
        .actual(shown(value))
}

/// The elements of the array that a set condition gives.
fn list(value: &Value, span: Span) -> Result<&Vec<Value>, Box<Mismatch>> {
    value.as_array().ok_or_else(|| {
        let message = format!("{} is not an array to compare with", brief(value));
        Box::new(Mismatch::new(FindingKind::Type, span, message).expected("an array"))
    })
}
