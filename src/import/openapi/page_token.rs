//! Parameters that say where the next part of a list begins: only answers of the service have values of them.

use serde_json::Value;

use crate::import::name::words;
use crate::import::openapi::api::Parameter;
use crate::import::openapi::fixture::resolved;
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::Plan;

/// Words of which one is enough.
const WORDS: [&str; 6] = [
    "bookmark",
    "continuation",
    "cursor",
    "marker",
    "scroll",
    "token",
];

/// Whole names, as their words.
const NAMES: [&str; 12] = [
    "after",
    "before",
    "ending before",
    "exclusive start key",
    "last key",
    "next",
    "next page",
    "page",
    "prev",
    "previous",
    "start after",
    "starting after",
];

/// How many schemas are read of one.
const MOST: usize = 100;

/// Is it an opaque position in a list? A service refuses one that is made up. The document has no value of it either: one
/// with a number, a format or a list of values is no such parameter.
pub(crate) fn is_page_token(
    plan: &Plan<'_>,
    parameter: &Parameter<'_>,
    schema: Option<&Value>,
) -> bool {
    let names_position = || {
        let words = words(&parameter.name);
        let has_word = words.iter().any(|word| {
            let word = word.strip_suffix('s').unwrap_or(word);
            WORDS.contains(&word) || word.ends_with("token")
        });
        has_word || NAMES.contains(&words.join(" ").as_str())
    };
    let is_open = |schema: &Value| match resolved(plan, schema) {
        Some(resolved) => !says(schema) && takes_any_text(plan, &resolved, &mut { MOST }),
        None => false,
    };
    parameter.location == Location::Query
        && parameter.example.is_none()
        && names_position()
        && schema.is_none_or(is_open)
}

/// Does a schema say nothing about which texts there are?
fn takes_any_text(plan: &Plan<'_>, schema: &Value, left: &mut usize) -> bool {
    let Some(rest) = left.checked_sub(1) else {
        return false;
    };
    *left = rest;
    if says(schema) {
        return false;
    }
    let is_text = |kind: &Value| kind == "string" || kind == "null";
    let is_kind = match schema.get("type") {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().all(is_text),
        Some(kind) => is_text(kind),
    };
    let mut parts = ["allOf", "anyOf", "oneOf"]
        .into_iter()
        .filter_map(|name| schema.get(name)?.as_array())
        .flatten();
    is_kind
        && parts.all(|part| {
            let resolved = resolved(plan, part);
            !says(part) && resolved.is_some_and(|one| takes_any_text(plan, &one, left))
        })
}

/// Has it a value, or a rule for values? Also beside a reference.
fn says(schema: &Value) -> bool {
    let all = ["const", "default", "enum", "examples", "format", "pattern"];
    all.iter().any(|name| schema.get(*name).is_some())
}
