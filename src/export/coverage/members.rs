//! The members of JSON values, patterns and schemas: those of an object, or of the elements of a list.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json::schema::Schema;
use crate::model::{Block, BodyCheck, Draft, Pattern, Shape, Suite};

pub(super) fn members_of_draft(draft: &Draft) -> BTreeSet<String> {
    match draft {
        Draft::Literal(value) => members_of_value(value),
        Draft::Object(members) => members.iter().map(|(name, _)| name.clone()).collect(),
        Draft::Array(items) => below(items.iter().map(members_of_draft)),
        Draft::Template(_) => BTreeSet::new(),
    }
}

/// The members of an object, or of the elements of a list: `name`, `[].name`.
pub fn members_of_value(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Object(members) => members.keys().cloned().collect(),
        Value::Array(items) => below(items.iter().map(members_of_value)),
        _ => BTreeSet::new(),
    }
}

/// The members of elements, as those of their list. Of lists in lists nothing is said.
fn below(items: impl Iterator<Item = BTreeSet<String>>) -> BTreeSet<String> {
    let names = items.flatten().filter(|name| !name.starts_with("[]."));
    names.map(|name| format!("[].{name}")).collect()
}

pub(super) fn members_of_block(suite: &Suite, block: &Block) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for check in block.body_checks() {
        match check {
            BodyCheck::Json { pattern, .. } | BodyCheck::JsonExactly { pattern, .. } => {
                members.extend(members_of_pattern(pattern));
            }
            BodyCheck::Schema { schema, .. } => {
                members.extend(members_of_schema(suite.schema(*schema)));
            }
            _ => {}
        }
    }
    members
}

fn members_of_pattern(pattern: &Pattern) -> BTreeSet<String> {
    match &*pattern.shape {
        Shape::Value(draft) => members_of_draft(draft),
        Shape::Object(members) => members.iter().map(|(name, _)| name.clone()).collect(),
        Shape::Array(items) | Shape::Unordered(items) | Shape::Contains(items) => {
            below(items.iter().map(members_of_pattern))
        }
        Shape::Each { pattern, .. } => below(std::iter::once(members_of_pattern(pattern))),
        Shape::Optional(pattern) => members_of_pattern(pattern),
        Shape::Marker(_) => BTreeSet::new(),
    }
}

/// The members that a schema says something about. Each place is looked at once: a schema may contain itself.
fn members_of_schema(schema: &Schema) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    let (document, pointer) = schema.place();
    // Whether a place is one of elements, too.
    let mut open = vec![(document.to_owned(), pointer.to_owned(), false)];
    let mut seen = BTreeSet::new();
    while let Some(place) = open.pop() {
        if !seen.insert(place.clone()) {
            continue;
        }
        let (document, pointer, is_of_element) = place;
        let whole = schema.document(&document);
        let Some(value) = whole.and_then(|whole| whole.pointer(&pointer)) else {
            continue;
        };
        if let Some(properties) = value.get("properties").and_then(Value::as_object) {
            let lead = if is_of_element { "[]." } else { "" };
            members.extend(properties.keys().map(|name| format!("{lead}{name}")));
        }
        if let Some(reference) = value.get("$ref").and_then(Value::as_str)
            && let Some((other, place)) = schema.resolved(&document, reference)
        {
            open.push((other, place, is_of_element));
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let parts = value.get(keyword).and_then(Value::as_array);
            for number in 0..parts.map_or(0, Vec::len) {
                let place = format!("{pointer}/{keyword}/{number}");
                open.push((document.clone(), place, is_of_element));
            }
        }
        // Of lists in lists nothing is said.
        if !is_of_element && value.get("items").is_some() {
            open.push((document, format!("{pointer}/items"), true));
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{SchemaDocuments, SchemaLibrary};
    use serde_json::json;

    #[test]
    fn members_are_those_of_objects_and_of_elements() {
        let members = |value| members_of_value(&value).into_iter().collect::<Vec<_>>();
        assert_eq!(members(json!({ "a": { "b": 1 } })), ["a"]);
        assert_eq!(members(json!([{ "a": 1 }, { "b": 1 }])), ["[].a", "[].b"]);
        assert_eq!(members(json!([[{ "a": 1 }], 1])), [""; 0]);
    }
    #[test]
    fn a_schema_that_contains_itself_many_times_ends() {
        let again = json!({ "$ref": "#" });
        let whole = json!({
            "oneOf": vec![again.clone(); 50],
            "properties": { "a": {} },
            "items": { "anyOf": vec![again; 50], "properties": { "b": {} } },
        });
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        let schema = library.compile_inline(&whole).unwrap();
        let members: Vec<String> = members_of_schema(&schema).into_iter().collect();
        assert_eq!(members, ["[].a", "[].b", "a"]);
    }
}
