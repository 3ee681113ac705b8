//! Row values in the JSON Schema of case files: the loader fills `${row.x}` in before it reads a value, so it is valid in
//! place of every value of a case. In the shared steps of a contract, `${with.x}` is.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::load::value_patterns::{PARAMETER, ROW};
use crate::model::TextPattern;

/// Definitions that are never a value of a row: rows themselves, and a case, which has the rows.
const WITHOUT_ROWS: &[&str] = &["Rows"];

/// Lets every value of a case be `${row.x}`, too.
pub(crate) fn allow_rows(schema: &mut Value) {
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, definition) in definitions {
        match name.as_str() {
            name if WITHOUT_ROWS.contains(&name) => {}
            "Case" => allow_below(definition, ROW),
            _ => allow(definition, ROW),
        }
    }
}

/// Lets every value of a shared step be `${with.x}`, too.
pub(crate) fn allow_parameters(schema: &mut Value) {
    let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) else {
        return;
    };
    let mut reached = BTreeSet::new();
    let mut pending = vec!["SharedStep".to_owned()];
    while let Some(name) = pending.pop() {
        if let Some(definition) = definitions.get(&name)
            && reached.insert(name)
        {
            references(definition, &mut pending);
        }
    }
    for (name, definition) in definitions
        .iter_mut()
        .filter(|(name, _)| reached.contains(*name))
    {
        match name.as_str() {
            "Parameters" | "Kebab" => {}
            "SharedStep" => allow_below(definition, PARAMETER),
            _ => allow(definition, PARAMETER),
        }
    }
}

/// The names of the definitions that a schema refers to.
fn references(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            names.extend(
                reference
                    .and_then(|to| to.rsplit('/').next())
                    .map(str::to_owned),
            );
            members.values().for_each(|value| references(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

/// The schema of a value: it accepts such a template, and so do those of the values in it.
fn allow(schema: &mut Value, template: &str) {
    allow_below(schema, template);
    let Value::Object(members) = schema else {
        return;
    };
    if ["const", "enum"]
        .iter()
        .any(|key| members.contains_key(*key))
    {
        let description = members.remove("description");
        let mut either =
            json!({ "anyOf": [schema.take(), { "type": "string", "pattern": template }] });
        if let Some(description) = description {
            either["description"] = description;
        }
        *schema = either;
        return;
    }
    let (types, accepts_text) = match members.get("type") {
        Some(Value::String(one)) => (vec![json!(one)], one == "string"),
        Some(Value::Array(several)) => (several.clone(), several.contains(&json!("string"))),
        // A reference, alternatives, or any value.
        _ => return,
    };
    let example = if template == ROW {
        "${row.x}"
    } else {
        "${with.x}"
    };
    if !accepts_text {
        let types: Vec<Value> = types.into_iter().chain([json!("string")]).collect();
        members.insert("type".to_owned(), types.into());
        members.insert("pattern".to_owned(), template.into());
    } else if let Some(Value::String(pattern)) = members.get("pattern")
        && !TextPattern::new(pattern).is_ok_and(|known| known.is_match(example))
    {
        let either = format!("({pattern})|({template})");
        members.insert("pattern".to_owned(), either.into());
    }
}

/// The schemas of the values in a value.
fn allow_below(schema: &mut Value, template: &str) {
    let Value::Object(members) = schema else {
        return;
    };
    for (keyword, value) in members {
        match (keyword.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(properties)) => {
                properties
                    .values_mut()
                    .for_each(|value| allow(value, template));
            }
            ("items" | "additionalProperties", value) => allow(value, template),
            // An alternative for the template is enough; the others are looked at for what is in them.
            ("anyOf", Value::Array(alternatives)) => {
                for value in alternatives {
                    allow_below(value, template);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_may_be_a_row_value() {
        let mut schema = json!({ "$defs": {
            "Flag": { "type": "boolean" },
            "List": { "type": "array", "items": { "type": "integer" } },
            "Word": { "type": "string" },
            "Name": { "type": "string", "pattern": "^a$" },
            "None": { "description": "nothing", "const": "<none>" },
            "Case": { "type": "object", "properties": { "a": { "type": "boolean" } } },
            "Rows": { "type": "array" },
        } });
        allow_rows(&mut schema);
        let row = json!({ "type": "string", "pattern": ROW });
        let flag = json!({ "type": ["boolean", "string"], "pattern": ROW });
        let expected = json!({ "$defs": {
            "Flag": flag,
            "List": {
                "type": ["array", "string"],
                "pattern": ROW,
                "items": { "type": ["integer", "string"], "pattern": ROW }
            },
            "Word": { "type": "string" },
            "Name": { "type": "string", "pattern": format!("(^a$)|({ROW})") },
            "None": { "description": "nothing", "anyOf": [{ "const": "<none>" }, row] },
            "Case": { "type": "object", "properties": { "a": flag } },
            "Rows": { "type": "array" },
        } });
        assert_eq!(schema, expected);
    }
}
