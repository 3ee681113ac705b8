//! Edits of a request as a case writes it: another body, another parameter.

use serde_json::{Map, Value, json};

use crate::fuzz::shape::written;
use crate::import::literal;
use crate::json::pointer::below;

/// The most pointers of one body.
const MOST: usize = 200;

pub(crate) fn same(key: &str, one: &str, other: &str) -> bool {
    one == other || key == "headers" && one.eq_ignore_ascii_case(other)
}

pub(crate) fn is_field_value(value: &Value) -> bool {
    let is_text =
        |text: &str| text.trim() == text && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    match value {
        Value::String(text) => is_text(text),
        // The reading of a field as a list is judged, and none is sent.
        Value::Number(_) | Value::Bool(_) | Value::Array(_) => true,
        _ => false,
    }
}

/// The request with another JSON body.
pub(crate) fn with_body(request: &Map<String, Value>, body: Value) -> Map<String, Value> {
    let mut request = without_schema(request.clone());
    request.insert("json".into(), body);
    request
}

/// The request with a text in place of its JSON body.
pub(crate) fn with_text(request: &Map<String, Value>, text: &str) -> Map<String, Value> {
    let mut request = without_schema(request.clone());
    request.remove("json");
    request.insert("text".into(), literal::template(text).into());
    let headers = request.get("headers").and_then(Value::as_object);
    let has_type = headers.is_some_and(|headers| {
        let mut names = headers.keys();
        names.any(|name| name.eq_ignore_ascii_case("content-type"))
    });
    if !has_type {
        set_header(&mut request, "Content-Type", "application/json");
    }
    request
}

/// A changed body is what its change says, whatever the schema of the unchanged one was.
pub(crate) fn without_schema(mut request: Map<String, Value>) -> Map<String, Value> {
    request.remove("schema");
    request.remove("illegal");
    request
}

pub(crate) fn set_header(request: &mut Map<String, Value>, name: &str, value: &str) {
    let headers = request.entry("headers").or_insert_with(|| json!({}));
    if let Some(headers) = headers.as_object_mut() {
        headers.retain(|known, _| !known.eq_ignore_ascii_case(name));
        headers.insert(name.to_owned(), value.into());
    }
}

pub(crate) fn with_parameter(
    request: &Map<String, Value>,
    key: &str,
    name: &str,
    value: &Value,
) -> Map<String, Value> {
    let mut request = request.clone();
    let members = request.entry(key).or_insert_with(|| json!({}));
    if let Some(members) = members.as_object_mut() {
        members.retain(|known, _| !same(key, known, name));
        let value = match value {
            Value::String(text) => Value::String(literal::text(text)),
            other if key == "headers" => Value::String(other.to_string()),
            other => written(other, None, None),
        };
        members.insert(name.to_owned(), value);
    }
    request
}

pub(crate) fn pointers_of(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                pointers_of(value, below(&at, name), all);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(3) {
                pointers_of(item, format!("{at}/{index}"), all);
            }
        }
        _ => {}
    }
    if all.len() < MOST {
        all.push(at);
    }
}
