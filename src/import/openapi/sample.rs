//! Values that a schema accepts: its examples, or the smallest one that can be made.

use serde_json::{Map, Value, json};

use crate::import::openapi::schema::Schemas;
use crate::json::{SchemaDocuments, SchemaLibrary};

/// How deep values are made.
const DEPTH: usize = 12;

/// Texts that are tried where a schema has a regular expression.
const TRIED: [&str; 14] = [
    "a",
    "A",
    "1",
    "abc",
    "ABC",
    "123",
    "a1",
    "abc-def",
    "abcdef",
    "123456",
    "2026-01-31",
    "12:00",
    "#a1b2c3",
    "v1.0.0",
];

/// A value of the schema, if one can be made.
pub(crate) fn value(schema: &Value, schemas: &Schemas) -> Option<Value> {
    make(schema, schemas, DEPTH)
}

fn make(schema: &Value, schemas: &Schemas, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let Value::Object(members) = schema else {
        return (*schema == Value::Bool(true)).then(|| "Probity".into());
    };
    if let Some(given) = given(members) {
        return Some(given);
    }
    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
        return make(schemas.described(reference)?, schemas, depth);
    }
    for name in ["oneOf", "anyOf"] {
        let alternatives = members.get(name).and_then(Value::as_array);
        let is_null = |one: &&Value| one.get("type") == Some(&json!("null"));
        let alternatives = alternatives
            .into_iter()
            .flatten()
            .filter(|one| !is_null(one));
        let made = alternatives.filter_map(|one| {
            let mut all = members.clone();
            all.remove(name);
            merged(&[Value::Object(all), one.clone()], schemas, depth)
        });
        if let Some(made) = { made }.next() {
            return Some(made);
        }
    }
    if let Some(parts) = members.get("allOf").and_then(Value::as_array) {
        let mut all = members.clone();
        all.remove("allOf");
        let mut all = vec![Value::Object(all)];
        all.extend(parts.iter().cloned());
        return merged(&all, schemas, depth);
    }
    match kind(members) {
        "object" => object(members, schemas, depth),
        "array" => {
            let count = members.get("minItems").and_then(Value::as_u64).unwrap_or(1);
            if count > 20 {
                return None;
            }
            let item = members
                .get("items")
                .map_or(Some(json!("Probity")), |items| make(items, schemas, depth));
            match item {
                Some(item) => Some(vec![item; usize::try_from(count).ok()?].into()),
                None if members.get("minItems").is_none() => Some(json!([])),
                None => None,
            }
        }
        "integer" => number(members, true),
        "number" => number(members, false),
        "boolean" => Some(true.into()),
        "null" => Some(Value::Null),
        _ => text(members),
    }
}

/// The value that the schema names.
fn given(schema: &Map<String, Value>) -> Option<Value> {
    if let Some(first) = schema.get("examples").and_then(|examples| examples.get(0)) {
        return Some(first.clone());
    }
    for name in ["const", "default"] {
        if let Some(value) = schema.get(name).filter(|value| !value.is_null()) {
            return Some(value.clone());
        }
    }
    let listed = schema.get("enum")?.as_array()?;
    listed.iter().find(|value| !value.is_null()).cloned()
}

fn kind(schema: &Map<String, Value>) -> &str {
    let named = match schema.get("type") {
        Some(Value::String(name)) => Some(name.as_str()),
        Some(Value::Array(names)) => names
            .iter()
            .filter_map(Value::as_str)
            .find(|name| *name != "null"),
        _ => None,
    };
    named.unwrap_or(if schema.contains_key("properties") {
        "object"
    } else {
        "string"
    })
}

fn object(schema: &Map<String, Value>, schemas: &Schemas, depth: usize) -> Option<Value> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    let mut made = Map::new();
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        let property = properties.and_then(|properties| properties.get(name));
        made.insert(
            name.to_owned(),
            make(property.unwrap_or(&Value::Bool(true)), schemas, depth)?,
        );
    }
    if made.is_empty() {
        // An object without members says nothing: one that can be sent.
        let sent = properties.into_iter().flatten();
        let sent =
            sent.filter(|(_, property)| property.get("readOnly") != Some(&Value::Bool(true)));
        let first = { sent }
            .find_map(|(name, property)| Some((name.clone(), make(property, schemas, depth)?)));
        made.extend(first);
    }
    Some(Value::Object(made))
}

/// An object of all of the parts; of other values, the first that can be made.
fn merged(parts: &[Value], schemas: &Schemas, depth: usize) -> Option<Value> {
    let mut object: Option<Map<String, Value>> = None;
    for part in parts {
        if part.as_object().is_some_and(Map::is_empty) {
            continue;
        }
        let says_nothing = [
            "type",
            "properties",
            "required",
            "$ref",
            "allOf",
            "oneOf",
            "anyOf",
            "enum",
            "const",
        ];
        if !says_nothing.iter().any(|name| part.get(name).is_some()) {
            continue;
        }
        match make(part, schemas, depth)? {
            Value::Object(members) => object.get_or_insert_default().extend(members),
            other if object.is_none() => return Some(other),
            _ => return None,
        }
    }
    object.map(Value::Object)
}

fn number(schema: &Map<String, Value>, is_whole: bool) -> Option<Value> {
    let get = |name: &str| schema.get(name).and_then(Value::as_f64);
    let step = get("multipleOf").unwrap_or(1.0);
    let least = get("minimum").or_else(|| get("exclusiveMinimum").map(|limit| limit + step));
    let most = get("maximum").or_else(|| get("exclusiveMaximum").map(|limit| limit - step));
    let wanted = match (least, most) {
        (Some(least), _) if least > 1.0 => least,
        (_, Some(most)) if most < 1.0 => most,
        _ => step.max(1.0),
    };
    let rounded = (wanted / step).ceil() * step;
    if !rounded.is_finite() || rounded.abs() > 9e15 {
        return None;
    }
    if is_whole || rounded.fract() == 0.0 {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is whole, and within 53 bits"
        )]
        return Some(Value::from(rounded as i64));
    }
    Some(rounded.into())
}

fn text(schema: &Map<String, Value>) -> Option<Value> {
    let format = ["format", "x-format"]
        .iter()
        .find_map(|name| schema.get(*name)?.as_str());
    let made = match format {
        Some("date-time") => "2026-01-31T12:00:00Z",
        Some("date") => "2026-01-31",
        Some("time") => "12:00:00Z",
        Some("duration") => "PT1H",
        Some("uuid") => "00000000-0000-4000-8000-000000000001",
        Some("email" | "idn-email") => "probity@example.com",
        Some("uri" | "url" | "iri") => "https://example.com/probity",
        Some("uri-reference" | "iri-reference") => "/probity",
        Some("hostname" | "idn-hostname") => "example.com",
        Some("ipv4") => "192.0.2.1",
        Some("ipv6") => "2001:db8::1",
        Some("byte") => "UHJvYml0eQ==",
        _ => "Probity",
    };
    let count = |name: &str| {
        schema
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|count| usize::try_from(count).ok())
    };
    let least = count("minLength").unwrap_or(0);
    if least > 4096 {
        return None;
    }
    let mut made = made.to_owned();
    while made.chars().count() < least {
        made.push_str(" Probity");
    }
    let most = count("maxLength").unwrap_or(usize::MAX);
    made = made.chars().take(most.max(least)).collect();
    if least > 0 {
        let start: String = made.chars().take(least.max(7)).collect();
        start.trim_end().clone_into(&mut made);
        while made.chars().count() < least {
            made.push('y');
        }
    }
    if schema.contains_key("pattern") {
        let library = SchemaLibrary::new(&SchemaDocuments::new()).ok()?;
        let compiled = library
            .compile_inline(&Value::Object(schema.clone()))
            .ok()?;
        let tried = std::iter::once(made.as_str()).chain(TRIED);
        return { tried }
            .map(Value::from)
            .find(|value| compiled.accepts(value));
    }
    Some(made.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(schema: &Value) -> Value {
        let finished = crate::import::openapi::convert::Finished {
            files: Vec::new(),
            names: Vec::new(),
            found: Vec::new(),
        };
        let schemas = Schemas::new(finished, &mut Vec::new());
        value(schema, &schemas).unwrap_or_default()
    }

    #[test]
    fn a_made_value_is_accepted_by_its_schema() {
        for schema in [
            json!({ "type": "string" }),
            json!({ "type": "string", "minLength": 30, "maxLength": 31 }),
            json!({ "type": "string", "minLength": 2, "maxLength": 3 }),
            json!({ "type": "string", "maxLength": 3 }),
            json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
            json!({ "type": "string", "format": "date-time" }),
            json!({ "type": "string", "format": "ipv6" }),
            json!({ "type": ["null", "integer"], "minimum": 7 }),
            json!({ "type": "integer", "exclusiveMinimum": 7 }),
            json!({ "type": "number", "multipleOf": 0.5, "maximum": 0.5 }),
            json!({ "type": "integer", "minimum": 3, "multipleOf": 5 }),
            json!({ "enum": [null, "b"] }),
            json!({ "type": "array", "minItems": 2, "items": { "type": "boolean" } }),
            json!({ "type": "object", "required": ["a", "b"], "properties": { "a": { "const": 3 } } }),
            json!({ "allOf": [
                { "required": ["a"], "properties": { "a": { "type": "integer" } } },
                { "required": ["b"], "properties": { "b": { "examples": ["c"], "type": "string" } } },
            ] }),
            json!({ "oneOf": [{ "type": "null" }, { "type": "string", "format": "uuid" }] }),
            json!({ "properties": { "a": { "readOnly": true }, "b": { "type": "boolean" } } }),
        ] {
            let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
            let value = made(&schema);
            assert!(
                library.compile_inline(&schema).unwrap().accepts(&value),
                "{schema}: {value}"
            );
        }
    }

    #[test]
    fn what_cannot_be_made_is_not() {
        for schema in [
            json!({ "type": "string", "pattern": "^very special$" }),
            json!({ "type": "string", "minLength": 1_000_000_000 }),
            json!({ "type": "array", "minItems": 1_000_000_000 }),
            json!(false),
        ] {
            assert_eq!(made(&schema), Value::Null, "{schema}");
        }
    }
}
