//! Cases of parameters with values that their schemas reject, where the document describes such a refusal.

use serde_json::{Value, json};

use crate::import::literal;
use crate::import::name::kebab;
use crate::import::openapi::api::Location;
use crate::import::openapi::fixture::form;
use crate::import::openapi::request::Sent;
use crate::import::openapi::requirement::Level;
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, expect_any, illegal, require};
use crate::import::yaml::{Entry, Yaml};

/// Writes a case for each parameter of the query that can be illegal. `sent` is a request that is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, sent: &Sent) {
    let planned = writer.planned;
    let (statuses, level) = illegal(writer);
    if level != Level::Must {
        return;
    }
    let plan = writer.requests.plan;
    let all: Vec<_> = planned.parameters(Location::Query).collect();
    for (parameter, schema) in all {
        let values = schema
            .and_then(|schema| form(plan, schema))
            .map(|form| rejected(&form))
            .unwrap_or_default();
        if values.is_empty() {
            continue;
        }
        let proves = require(
            writer,
            "ILLEGAL",
            &format!("with an illegal {}", parameter.name),
            &parameter.name,
            &parameter.place,
        );
        let rows = values.into_iter().map(|(row, value)| {
            Yaml::map([
                Entry::new("row", Yaml::text(row)),
                Entry::new("value", literal::value(&value)),
            ])
        });
        let rows = Yaml::Lines(rows.collect());
        let mut with = sent.clone();
        with.query.retain(|(name, _)| *name != parameter.name);
        with.query
            .push((parameter.name.clone(), Yaml::text("${row.value}")));
        let steps = vec![vec![
            with.entry(),
            expect_any(&proves, status::list(&statuses)),
        ]];
        let name = format!(
            "{}-illegal-{}",
            planned.name,
            kebab(&parameter.name, "value")
        );
        writer.case(
            &name,
            format!("an illegal {} is refused", parameter.name),
            &sent.setup,
            steps,
            Some(rows),
        );
    }
}

/// Values that a schema rejects, each with the name of its row.
fn rejected(schema: &Value) -> Vec<(&'static str, Value)> {
    let mut values = Vec::new();
    let number = |name: &str| schema.get(name).and_then(Value::as_i64);
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => {
            let least = number("minimum")
                .and_then(|least| least.checked_sub(1))
                .or_else(|| number("exclusiveMinimum"));
            let most = number("maximum")
                .and_then(|most| most.checked_add(1))
                .or_else(|| number("exclusiveMaximum"));
            values.extend(least.map(|value| ("too-small", json!(value))));
            values.extend(most.map(|value| ("too-large", json!(value))));
            values.push(("fraction", json!("1.5")));
            values.push(("word", json!("word")));
        }
        Some("number" | "boolean") => values.push(("word", json!("word"))),
        Some("string") => {
            if schema.get("enum").is_some() {
                values.push(("unknown", json!("no-such-value")));
            }
            if schema.get("format").is_some_and(|format| {
                ["date", "date-time", "uuid"]
                    .iter()
                    .any(|known| format == known)
            }) {
                values.push(("word", json!("word")));
            }
        }
        _ => {}
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejected_value_is_rejected_by_its_schema() {
        let names = |schema: Value| {
            rejected(&schema)
                .into_iter()
                .map(|(row, _)| row)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names(json!({ "type": "integer", "minimum": 1, "maximum": 9 })),
            ["too-small", "too-large", "fraction", "word"]
        );
        assert_eq!(
            names(json!({ "type": "string", "enum": ["a"] })),
            ["unknown"]
        );
        assert_eq!(names(json!({ "type": "string" })), [""; 0]);
        assert_eq!(
            names(json!({ "type": "integer", "minimum": i64::MIN })),
            ["fraction", "word"]
        );
    }
}
