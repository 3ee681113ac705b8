//! A schema with all that it combines, as one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

pub(super) fn members_of(schema: &Map<String, Value>) -> BTreeMap<String, Value> {
    let members = schema.get("properties").and_then(Value::as_object);
    let members = members.into_iter().flatten();
    members
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect()
}

pub(super) fn required_of(schema: &Map<String, Value>) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

pub(super) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()
}

/// The name of the schema that this one is, and nothing else: `{ $ref }`, or `{ allOf: [{ $ref }] }`.
pub(super) fn only_reference(schema: &Value) -> Option<&str> {
    let members = schema.as_object().filter(|members| members.len() == 1)?;
    match members.get("allOf").and_then(Value::as_array) {
        Some(parts) => reference(parts.first().filter(|_| parts.len() == 1)?)
            .filter(|_| parts[0].as_object().is_some_and(|part| part.len() == 1)),
        None => reference(schema),
    }
}

pub(super) fn has_reference(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(has_reference),
        Value::Object(members) => {
            members.contains_key("$ref") || members.values().any(has_reference)
        }
        _ => false,
    }
}

/// The schema without the alternative null, and whether it had one.
pub(super) fn without_null(schema: &Value) -> (&Value, bool) {
    let is_null = |one: &&Value| one.get("type").and_then(Value::as_str) == Some("null");
    for name in ["anyOf", "oneOf"] {
        if let Some([one, other]) = schema
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            && schema.as_object().is_some_and(|members| members.len() == 1)
        {
            if is_null(&other) {
                return (one, true);
            }
            if is_null(&one) {
                return (other, true);
            }
        }
    }
    (schema, false)
}

/// The schema with all that it combines, as one. `None` if it accepts nothing.
pub(super) fn flattened(
    schema: &Value,
    all: &BTreeMap<String, Value>,
    depth: usize,
) -> Option<Map<String, Value>> {
    combined(schema, all, depth, &mut BTreeSet::new())
}

/// `seen` are the named schemas that are in already: another time, they add nothing.
fn combined<'s>(
    schema: &'s Value,
    all: &'s BTreeMap<String, Value>,
    depth: usize,
    seen: &mut BTreeSet<&'s str>,
) -> Option<Map<String, Value>> {
    let members = match schema {
        Value::Bool(false) => return None,
        Value::Object(members) => members,
        _ => return Some(Map::new()),
    };
    let Some(depth) = depth.checked_sub(1) else {
        return Some(Map::new());
    };
    let mut flat = members.clone();
    flat.remove("$ref");
    flat.remove("allOf");
    let name = reference(schema).filter(|name| seen.insert(name));
    let target = name.and_then(|name| all.get(name));
    let parts = members.get("allOf").and_then(Value::as_array);
    for part in target.into_iter().chain(parts.into_iter().flatten()) {
        for (name, value) in combined(part, all, depth, seen)? {
            combine(&mut flat, name, value);
        }
    }
    Some(flat)
}

/// Adds a keyword of another part.
fn combine(flat: &mut Map<String, Value>, name: String, value: Value) {
    let Some(known) = flat.get_mut(&name) else {
        flat.insert(name, value);
        return;
    };
    match (name.as_str(), known, value) {
        ("required", Value::Array(known), Value::Array(more)) => {
            for one in more {
                if !known.contains(&one) {
                    known.push(one);
                }
            }
        }
        ("properties", Value::Object(known), Value::Object(more)) => {
            for (member, schema) in more {
                match known.get_mut(&member) {
                    None => {
                        known.insert(member, schema);
                    }
                    Some(other) if *other != schema => {
                        let both = vec![other.take(), schema];
                        *other = serde_json::json!({ "allOf": both });
                    }
                    Some(_) => {}
                }
            }
        }
        // The first part that says it is taken.
        _ => {}
    }
}
