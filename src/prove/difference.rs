//! Where two states of a deployment differ.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::json::pointer::push_token;

/// One place at which two states differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Difference {
    /// A JSON Pointer.
    pub(super) place: String,
    /// The value as JSON; empty when there is none.
    pub(super) before: String,
    pub(super) after: String,
}

/// Where two states differ: objects member by member, everything else as a unit.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(Some(before), Some(after), String::new(), &mut found);
    found
}

fn compare(
    before: Option<&Value>,
    after: Option<&Value>,
    place: String,
    found: &mut Vec<Difference>,
) {
    if before == after {
        return;
    }
    let (Some(Value::Object(old)), Some(Value::Object(new))) = (before, after) else {
        let text = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
        found.push(Difference {
            place,
            before: text(before),
            after: text(after),
        });
        return;
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let mut inner = place.clone();
        push_token(&mut inner, name);
        compare(old.get(name), new.get(name), inner, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(before: &Value, after: &Value) -> Vec<(String, String, String)> {
        let found = differences(before, after).into_iter();
        found
            .map(|one| (one.place, one.before, one.after))
            .collect()
    }

    #[test]
    fn equal_states_do_not_differ() {
        let state = json!({ "a": { "b": [1, null] } });
        assert_eq!(changes(&state, &state), []);
    }

    #[test]
    fn additions_removals_and_changes_are_reported_by_place() {
        let before = json!({ "seats": { "p/q": { "alex": "active" } }, "tag": "a" });
        let after = json!({ "seats": { "p/q": { "bo": "active" } }, "tag": null });
        let text = |place: &str, before: &str, after: &str| {
            (place.to_owned(), before.to_owned(), after.to_owned())
        };
        assert_eq!(
            changes(&before, &after),
            [
                text("/seats/p~1q/alex", "\"active\"", ""),
                text("/seats/p~1q/bo", "", "\"active\""),
                text("/tag", "\"a\"", "null"),
            ]
        );
    }
}
