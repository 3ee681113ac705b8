//! The values of a row in the case that is written for all rows.

use serde_json::{Map, Value};

/// The case with the values of a row. A text that is only `${row.x}` becomes the value.
pub(crate) fn filled(value: &Value, row: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => fill_text(text, row),
        Value::Array(items) => items.iter().map(|item| filled(item, row)).collect(),
        Value::Object(members) => {
            let members = members.iter();
            Value::Object(
                members
                    .map(|(name, value)| (name.clone(), filled(value, row)))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

fn fill_text(text: &str, row: &Map<String, Value>) -> Value {
    let alone = text
        .strip_prefix("${row.")
        .and_then(|rest| rest.strip_suffix('}'))
        .filter(|name| !name.contains(['}', '$']));
    if let Some(value) = alone.and_then(|name| row.get(name)) {
        // A row can use its own values.
        return if *value == Value::String(text.to_owned()) {
            value.clone()
        } else {
            filled_once(value, row)
        };
    }
    let mut made = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${row.") {
        let (before, inside) = rest.split_at(at);
        made.push_str(before);
        let end = inside.find('}').map_or(inside.len(), |end| end + 1);
        let (template, after) = inside.split_at(end);
        let name = template.trim_start_matches("${row.").trim_end_matches('}');
        match row.get(name).filter(|_| !before.ends_with('$')) {
            Some(Value::String(value)) => made.push_str(value),
            Some(value) => made.push_str(&value.to_string()),
            None => made.push_str(template),
        }
        rest = after;
    }
    made.push_str(rest);
    Value::String(made)
}

/// One level of values in values: rows do not go deeper in what people write, and nothing can go around in circles.
fn filled_once(value: &Value, row: &Map<String, Value>) -> Value {
    let mut others = row.clone();
    others.retain(|_, other| !other.to_string().contains("${row."));
    if value.to_string().contains("${row.") {
        filled(value, &others)
    } else {
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_keeps_its_type_and_a_text_is_filled() {
        let row = json!({ "row": "a", "n": 1, "t": "x-${row.n}", "loop": "${row.loop}", "body": { "a": "${row.n}" } });
        let row = row.as_object().unwrap();
        for (text, expected) in [
            ("${row.n}", json!(1)),
            ("<${row.n}>", json!("<1>")),
            ("$${row.n}", json!("$${row.n}")),
            ("${row.t}", json!("x-1")),
            ("${row.body}", json!({ "a": 1 })),
            ("${row.loop}", json!("${row.loop}")),
            (
                "${row.unknown} ${fixture.a}",
                json!("${row.unknown} ${fixture.a}"),
            ),
            ("${row.", json!("${row.")),
        ] {
            assert_eq!(filled(&json!([text]), row), json!([expected]), "{text}");
        }
    }
}
