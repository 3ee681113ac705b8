//! What an operation promises and requires, and how that changed from one document to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The operations of a document: `GET /pets/{}`.
pub type Outlines = BTreeMap<String, Outline>;

/// What matters to the callers of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// The documented statuses.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub statuses: BTreeSet<String>,
    /// What a request must have: `the query parameter limit`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub requires: BTreeSet<String>,
    /// What an answer has: `the member id of 200`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub has: BTreeSet<String>,
}

/// A difference between two documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Can a caller that worked before fail now?
    pub is_breaking: bool,
    /// What changed, in one line.
    pub text: String,
}

/// What changed, breaking changes first.
pub fn changes(before: &Outlines, after: &Outlines) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |is_breaking: bool, text: String| changes.push(Change { is_breaking, text });
    for (name, old) in before {
        let Some(new) = after.get(name) else {
            note(true, format!("{name} is removed"));
            continue;
        };
        for status in old.statuses.difference(&new.statuses) {
            note(
                status.starts_with('2'),
                format!("{name} has no {status} any more"),
            );
        }
        for status in new.statuses.difference(&old.statuses) {
            note(false, format!("{name} has {status}"));
        }
        for what in new.requires.difference(&old.requires) {
            note(true, format!("{name} requires {what}"));
        }
        for what in old.requires.difference(&new.requires) {
            note(false, format!("{name} does not require {what} any more"));
        }
        for what in old.has.difference(&new.has) {
            note(true, format!("{name} does not have {what} any more"));
        }
        for what in new.has.difference(&old.has) {
            note(false, format!("{name} has {what}"));
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        note(false, format!("{name} is new"));
    }
    changes.sort_by_key(|change| !change.is_breaking);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(statuses: &[&str], requires: &[&str], has: &[&str]) -> Outline {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Outline {
            statuses: set(statuses),
            requires: set(requires),
            has: set(has),
        }
    }

    #[test]
    fn breaking_changes_come_first() {
        let before = Outlines::from([
            (
                "GET /a".into(),
                outline(
                    &["200", "404"],
                    &[],
                    &["the member id of 200", "the member x of 200"],
                ),
            ),
            ("GET /b".into(), outline(&["200"], &[], &[])),
        ]);
        let after = Outlines::from([
            (
                "GET /a".into(),
                outline(
                    &["201"],
                    &["the query parameter q"],
                    &["the member id of 200", "the member y of 200"],
                ),
            ),
            ("GET /c".into(), outline(&["200"], &[], &[])),
        ]);
        let texts = |is_breaking: bool| {
            let changes = changes(&before, &after).into_iter();
            changes
                .filter(|change| change.is_breaking == is_breaking)
                .map(|change| change.text)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(true),
            [
                "GET /a has no 200 any more",
                "GET /a requires the query parameter q",
                "GET /a does not have the member x of 200 any more",
                "GET /b is removed",
            ]
        );
        assert_eq!(
            texts(false),
            [
                "GET /a has no 404 any more",
                "GET /a has 201",
                "GET /a has the member y of 200",
                "GET /c is new"
            ]
        );
        assert!(changes(&before, &after)[0].is_breaking);
        assert_eq!(changes(&before, &before), []);
    }
}
