//! JSON as a careful person writes it: short objects and lists on one line.

use serde_json::Value;

use crate::json::writer;

/// Longest line, if what is on it can be on several.
const WIDTH: usize = 100;

/// Longest path to a value on one line: deeper ones are hard to read.
const NESTED: usize = 2;

/// A JSON file.
pub(crate) fn text(value: &Value) -> String {
    let mut out = String::new();
    push(&mut out, 0, 0, value);
    out.push('\n');
    out
}

/// `used` characters are on the line already.
fn push(out: &mut String, indent: usize, used: usize, value: &Value) {
    if depth(value) <= NESTED {
        let line = one_line(value);
        if used + line.chars().count() < WIDTH {
            out.push_str(&line);
            return;
        }
    }
    let end = |out: &mut String, is_last: bool, indent: usize| {
        out.push_str(if is_last { "\n" } else { ",\n" });
        out.extend(std::iter::repeat_n(
            ' ',
            if is_last { indent } else { indent + 2 },
        ));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push_str("[\n");
            out.extend(std::iter::repeat_n(' ', indent + 2));
            for (index, item) in items.iter().enumerate() {
                push(out, indent + 2, indent + 2, item);
                end(out, index + 1 == items.len(), indent);
            }
            out.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            out.push_str("{\n");
            out.extend(std::iter::repeat_n(' ', indent + 2));
            for (index, (name, member)) in members.iter().enumerate() {
                let key = format!("{}: ", scalar(&Value::from(name.as_str())));
                out.push_str(&key);
                push(out, indent + 2, indent + 2 + key.chars().count(), member);
                end(out, index + 1 == members.len(), indent);
            }
            out.push('}');
        }
        other => out.push_str(&one_line(other)),
    }
}

/// How many objects and lists are in each other.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn one_line(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".into(),
        Value::Object(members) => {
            let members = members.iter();
            let members = members.map(|(name, member)| {
                format!(
                    "{}: {}",
                    scalar(&Value::from(name.as_str())),
                    one_line(member)
                )
            });
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        other => scalar(other),
    }
}

fn scalar(value: &Value) -> String {
    // Writing to memory cannot fail.
    let bytes = writer::compact(value).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_is_on_one_line() {
        let value = json!({
            "type": "object",
            "required": ["id", "name"],
            "properties": {
                "id": { "type": "integer" },
                "owner": { "anyOf": [{ "$ref": "owner.schema.json" }, { "type": "null" }] },
                "long": { "enum": ["0123456789012345678901234567890123456789", "0123456789012345678901234567890123456789x"] },
                "none": {},
            },
        });
        let written = text(&value);
        insta::assert_snapshot!(written);
        assert_eq!(serde_json::from_str::<Value>(&written).unwrap(), value);
    }
}
