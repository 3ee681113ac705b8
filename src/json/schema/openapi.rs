//! What `OpenAPI` 3.0 writes differently: the form in draft 2020-12, for messages.

use serde_json::{Map, Value, json};

use crate::text::excerpt::short_json;

/// Longest text of an example in a message, in characters.
const SHOWN: usize = 100;

/// What to write in place of a keyword of `OpenAPI` 3.0 that JSON Schema does not have.
pub(super) fn instead(schema: &Map<String, Value>, name: &str, value: &Value) -> Option<String> {
    Some(match name {
        "nullable" if *value == Value::Bool(false) => "remove it: no type includes null".into(),
        "nullable" => nullable(schema),
        "example" => {
            let examples = short_json(&json!([value]), SHOWN);
            format!("write `\"examples\": {examples}`, or remove it")
        }
        "discriminator" => {
            "remove it, and write a `const` for its property in each alternative of `oneOf`".into()
        }
        "xml" | "externalDocs" => "remove it: it rejects no value".into(),
        _ => return None,
    })
}

fn nullable(schema: &Map<String, Value>) -> String {
    if let Some(reference) = schema.get("$ref") {
        let either = short_json(&json!([{ "$ref": reference }, { "type": "null" }]), SHOWN);
        return format!("write `\"anyOf\": {either}`");
    }
    let Some(Value::String(name)) = schema.get("type") else {
        return "write `null` among the types: `\"type\": [\"string\", \"null\"]`".into();
    };
    let types = short_json(&json!([name, "null"]), SHOWN);
    let listed = schema.get("enum").and_then(Value::as_array);
    if listed.is_some_and(|values| !values.contains(&Value::Null)) {
        return format!("write `\"type\": {types}`, and add `null` to `enum`");
    }
    format!("write `\"type\": {types}`")
}

/// What to write in place of a bound that is excluded by a flag, as in `OpenAPI` 3.0.
pub(super) fn exclusive(schema: &Map<String, Value>, name: &str, value: &Value) -> Option<String> {
    let bound = match name {
        "exclusiveMinimum" => "minimum",
        "exclusiveMaximum" => "maximum",
        _ => return None,
    };
    Some(match (value, schema.get(bound)) {
        (Value::Bool(true), Some(limit)) => {
            format!("write `\"{name}\": {limit}`, and remove `{bound}`")
        }
        (Value::Bool(true), None) => format!("write the bound itself: `\"{name}\": 0`"),
        (Value::Bool(false), _) => format!("remove it: `{bound}` is included"),
        _ => return None,
    })
}

/// What to write in place of a format that only `OpenAPI` has.
pub(super) fn format(name: &str) -> Option<&'static str> {
    Some(match name {
        "int32" => {
            "remove it, and write `\"minimum\": -2147483648, \"maximum\": 2147483647` if it matters"
        }
        "int64" => {
            "remove it, and write `\"minimum\": -9223372036854775808, \"maximum\": 9223372036854775807` if it matters"
        }
        "float" | "double" => "remove it: `\"type\": \"number\"` has no precision",
        "byte" => {
            "write `\"contentEncoding\": \"base64\"`, or a `pattern` to check it: `^[A-Za-z0-9+/]*={0,2}$`"
        }
        "binary" | "password" => "remove it: it rejects no text",
        _ => return None,
    })
}
