//! The keywords of schemas in `OpenAPI` documents, and their form in draft 2020-12.

use std::collections::BTreeSet;

use crate::json::{FORMATS, TYPES};
use serde_json::{Map, Value, json};

/// What the value of a keyword is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A schema.
    Schema,
    /// A list of schemas.
    Schemas,
    /// Schemas by name.
    SchemasByName,
    /// Names of members.
    Required,
    /// One example.
    Example,
    /// The member that tells alternatives apart.
    Discriminator,
    /// Anything else.
    Value,
    /// It rejects nothing, or it is resolved elsewhere.
    Ignored,
    /// Not a keyword.
    Unknown,
}

/// The form of the value of a keyword.
pub(crate) fn form(name: &str) -> Form {
    match name {
        "additionalProperties"
        | "contains"
        | "contentSchema"
        | "else"
        | "if"
        | "items"
        | "not"
        | "propertyNames"
        | "then"
        | "unevaluatedItems"
        | "unevaluatedProperties" => Form::Schema,
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => Form::Schemas,
        "dependentSchemas" | "patternProperties" | "properties" => Form::SchemasByName,
        "required" => Form::Required,
        "example" => Form::Example,
        "discriminator" => Form::Discriminator,
        "const" | "contentEncoding" | "contentMediaType" | "default" | "dependentRequired"
        | "deprecated" | "description" | "enum" | "examples" | "exclusiveMaximum"
        | "exclusiveMinimum" | "format" | "maxContains" | "maxItems" | "maxLength"
        | "maxProperties" | "maximum" | "minContains" | "minItems" | "minLength"
        | "minProperties" | "minimum" | "multipleOf" | "pattern" | "readOnly" | "title"
        | "type" | "uniqueItems" | "writeOnly" => Form::Value,
        "$anchor" | "$comment" | "$defs" | "$dynamicAnchor" | "$id" | "$ref" | "$schema"
        | "definitions" | "externalDocs" | "id" | "nullable" | "xml" => Form::Ignored,
        _ if name.starts_with("x-") => Form::Ignored,
        _ => Form::Unknown,
    }
}

/// Is it a keyword that no value can break?
pub(crate) fn rejects_nothing(name: &str) -> bool {
    matches!(
        name,
        "$schema"
            | "default"
            | "deprecated"
            | "description"
            | "examples"
            | "readOnly"
            | "title"
            | "writeOnly"
    ) || name.starts_with("x-")
}

/// The schema without some keywords, wherever schemas are in it.
pub(crate) fn without(schema: &Value, is_left_out: &dyn Fn(&str) -> bool) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let members = members.iter().filter(|(name, _)| !is_left_out(name));
    let members = members.map(|(name, value)| {
        let value = match (form(name), value) {
            (Form::Schema, value) => without(value, is_left_out),
            (Form::Schemas, Value::Array(items)) => {
                items.iter().map(|one| without(one, is_left_out)).collect()
            }
            (Form::SchemasByName, Value::Object(named)) => {
                let named = named.iter();
                let named = named.map(|(name, one)| (name.clone(), without(one, is_left_out)));
                Value::Object(named.collect())
            }
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    Value::Object(members.collect())
}

/// The members of the converted schema that a keyword becomes; otherwise what was expected. `beside` are other keywords of the
/// schema.
#[expect(clippy::too_many_lines, reason = "one table of keywords")]
pub(crate) fn converted(
    name: &str,
    value: Value,
    beside: &dyn Fn(&str) -> Option<Value>,
) -> Result<Map<String, Value>, &'static str> {
    let one = |name: &str, value: Value| Ok(Map::from_iter([(name.to_owned(), value)]));
    let is_texts = |value: &Value| {
        value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_string))
    };
    match name {
        "type" => {
            let is_type = |value: &Value| value.as_str().is_some_and(|text| TYPES.contains(&text));
            let are_types = value
                .as_array()
                .is_some_and(|all| !all.is_empty() && all.iter().all(is_type));
            if is_type(&value) || are_types {
                one(name, value)
            } else {
                Err("the name of a type")
            }
        }
        "format" => match value.as_str() {
            Some("int32") if beside("type") == Some("integer".into()) => {
                let mut members = Map::new();
                for (bound, number) in [("minimum", i32::MIN), ("maximum", i32::MAX)] {
                    if beside(bound).is_none() {
                        members.insert(bound.into(), number.into());
                    }
                }
                Ok(members)
            }
            Some(text) if FORMATS.contains(&text) => one(name, value),
            Some(_) => one("x-format", value),
            None => Err("the name of a format"),
        },
        "exclusiveMinimum" | "exclusiveMaximum" => {
            let bound = if name == "exclusiveMinimum" {
                "minimum"
            } else {
                "maximum"
            };
            match (value, beside(bound)) {
                (Value::Bool(true), Some(limit)) if limit.is_number() => one(name, limit),
                (Value::Bool(_), _) => Ok(Map::new()),
                (number @ Value::Number(_), _) => one(name, number),
                _ => Err("a number"),
            }
        }
        "minimum" | "maximum" => {
            let flag = if name == "minimum" {
                "exclusiveMinimum"
            } else {
                "exclusiveMaximum"
            };
            match value {
                Value::Number(_) if beside(flag) == Some(Value::Bool(true)) => Ok(Map::new()),
                number @ Value::Number(_) => one(name, number),
                _ => Err("a number"),
            }
        }
        "multipleOf" if value.as_f64().is_some_and(|number| number > 0.0) => one(name, value),
        "multipleOf" => Err("a number above 0"),
        "maxContains" | "minContains" if beside("contains").is_none() => Ok(Map::new()),
        "then" | "else" if beside("if").is_none() => Ok(Map::new()),
        "maxContains" | "maxItems" | "maxLength" | "maxProperties" | "minContains" | "minItems"
        | "minLength" | "minProperties" => {
            if value.as_u64().is_some() {
                one(name, value)
            } else {
                Err("a whole number from 0")
            }
        }
        "deprecated" | "readOnly" | "uniqueItems" | "writeOnly" if value.is_boolean() => {
            one(name, value)
        }
        "deprecated" | "readOnly" | "uniqueItems" | "writeOnly" => Err("true or false"),
        "contentEncoding" | "contentMediaType" | "description" | "pattern" | "title" => {
            if value.is_string() {
                one(name, value)
            } else {
                Err("a text")
            }
        }
        "enum" | "examples" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => match value {
            Value::Array(items) if !items.is_empty() => one(name, items.into()),
            // Also a misplaced map of named examples.
            Value::Array(_) | Value::Object(_) if name == "examples" => Ok(Map::new()),
            _ => Err("a list that is not empty"),
        },
        "required" => match value {
            Value::Array(items) => {
                let mut known = BTreeSet::new();
                let is_new = |item: &Value| known.insert(item.to_string());
                let names: Vec<Value> = items.into_iter().filter(is_new).collect();
                if names.is_empty() {
                    Ok(Map::new())
                } else {
                    one(name, names.into())
                }
            }
            _ => Err("a list of names"),
        },
        "dependentRequired" => {
            let is_lists = value
                .as_object()
                .is_some_and(|lists| lists.values().all(is_texts));
            if is_lists {
                one(name, value)
            } else {
                Err("lists of names")
            }
        }
        "example" => one("examples", json!(value)),
        _ => one(name, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(schema: &Value) -> Value {
        let members = schema.as_object().unwrap().iter();
        let members = members.filter_map(|(name, value)| {
            converted(name, value.clone(), &|other| schema.get(other).cloned()).ok()
        });
        Value::Object(members.flatten().collect())
    }

    #[test]
    fn what_openapi_writes_differently_is_converted() {
        for (schema, expected) in [
            (
                json!({ "minimum": 3, "exclusiveMinimum": true }),
                json!({ "exclusiveMinimum": 3 }),
            ),
            (
                json!({ "maximum": 3, "exclusiveMaximum": false }),
                json!({ "maximum": 3 }),
            ),
            (
                json!({ "exclusiveMaximum": 3 }),
                json!({ "exclusiveMaximum": 3 }),
            ),
            (
                json!({ "type": "integer", "format": "int32", "minimum": 0 }),
                json!({ "type": "integer", "maximum": 2_147_483_647, "minimum": 0 }),
            ),
            (
                json!({ "format": "binary" }),
                json!({ "x-format": "binary" }),
            ),
            (json!({ "format": "uuid" }), json!({ "format": "uuid" })),
            (json!({ "example": 1 }), json!({ "examples": 1 })),
            (json!({ "then": {}, "minContains": 1 }), json!({})),
            (
                json!({ "required": ["a", "a"] }),
                json!({ "required": ["a"] }),
            ),
        ] {
            assert_eq!(convert(&schema), expected);
        }
    }

    #[test]
    fn a_wrong_value_names_what_is_expected() {
        for (name, value) in [
            ("type", json!("any")),
            ("minimum", json!("3")),
            ("minLength", json!(-1)),
            ("enum", json!([])),
            ("multipleOf", json!(0)),
            ("pattern", json!(1)),
            ("dependentRequired", json!({ "a": [1] })),
        ] {
            assert!(converted(name, value, &|_| None).is_err(), "{name}");
        }
    }
}
