//! What operations promise and require, for comparisons with the next document.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::import::change::{Outline, Outlines};
use crate::import::openapi::api::Location;
use crate::import::openapi::fixture::resolved;
use crate::import::openapi::plan::Plan;

/// The outlines of all operations.
pub(crate) fn outlines(plan: &Plan<'_>) -> Outlines {
    let operations = plan.operations.iter().map(|planned| {
        let mut outline = Outline::default();
        for (location, kind) in [
            (Location::Query, "query parameter"),
            (Location::Header, "header"),
            (Location::Cookie, "cookie"),
        ] {
            let required = planned
                .parameters(location)
                .filter(|(parameter, _)| parameter.is_required);
            outline
                .requires
                .extend(required.map(|(parameter, _)| format!("the {kind} {}", parameter.name)));
        }
        if planned
            .operation
            .body
            .as_ref()
            .is_some_and(|body| body.is_required)
        {
            outline.requires.insert("a body".into());
        }
        if let Some(schema) = plan
            .body_schema(planned)
            .and_then(|file| plan.schemas.written(file))
        {
            let required = required(plan, schema).into_iter();
            outline
                .requires
                .extend(required.map(|name| format!("the member {name} of its body")));
        }
        for (response, file) in plan.responses(planned) {
            outline.statuses.insert(response.status.clone());
            let headers = response.headers.iter();
            outline.has.extend(
                headers.map(|(name, _)| format!("the header {name} of {}", response.status)),
            );
            let schema = file.and_then(|file| plan.schemas.written(file));
            let members = schema
                .map(|schema| members(plan, schema))
                .unwrap_or_default();
            outline.has.extend(
                members
                    .into_iter()
                    .map(|name| format!("the member {name} of {}", response.status)),
            );
        }
        (
            format!("{} {}", planned.operation.method, planned.outline),
            outline,
        )
    });
    operations.collect()
}

/// The schema, and the schemas that it combines.
fn parts(plan: &Plan<'_>, schema: &Value) -> Vec<Value> {
    let Some(schema) = resolved(plan, schema) else {
        return Vec::new();
    };
    let combined = schema
        .get("allOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let combined: Vec<Value> = combined.filter_map(|part| resolved(plan, part)).collect();
    std::iter::once(schema).chain(combined).collect()
}

/// The names that a value must have, in their order.
pub(crate) fn required(plan: &Plan<'_>, schema: &Value) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in parts(plan, schema) {
        let required = part
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for name in required.filter_map(Value::as_str) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// The members that the document describes: of an object, or of the elements of a list.
pub(crate) fn members(plan: &Plan<'_>, schema: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in parts(plan, schema) {
        let properties = part.get("properties").and_then(Value::as_object);
        names.extend(
            properties
                .into_iter()
                .flat_map(|properties| properties.keys().cloned()),
        );
        if let Some(items) = part.get("items") {
            for part in parts(plan, items) {
                let properties = part.get("properties").and_then(Value::as_object);
                names.extend(
                    properties
                        .into_iter()
                        .flat_map(|properties| properties.keys().map(|name| format!("[].{name}"))),
                );
            }
        }
    }
    names
}
