//! What operations promise and require, for comparisons with the next document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::import::change::{self, Outline, Outlines};
use crate::import::openapi::fixture::resolved;
use crate::import::openapi::keyword;
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::schema::references;

/// The outlines of all operations, and the schemas in files that they name.
pub(crate) fn outlines(plan: &Plan<'_>) -> Outlines {
    let mut named = BTreeSet::new();
    let operations = plan.operations.iter().map(|planned| {
        let operation = planned.operation;
        let mut outline = Outline::default();
        for (location, kind) in [
            (Location::Path, "path parameter"),
            (Location::Query, "query parameter"),
            (Location::Header, "header"),
            (Location::Cookie, "cookie"),
        ] {
            for (number, (parameter, schema)) in planned.parameters(location).enumerate() {
                // Names in a path can change.
                let key = if location == Location::Path {
                    format!("{kind} {}", number + 1)
                } else {
                    format!("{kind} {}", parameter.name)
                };
                let schema = schema.map_or(Value::Null, bare);
                let mut names = Vec::new();
                references(&schema, &mut names);
                named.extend(names.into_iter().map(str::to_owned));
                outline.parameters.insert(
                    key,
                    change::Parameter {
                        required: parameter.is_required,
                        schema,
                    },
                );
            }
        }
        let name = |file: &str| file.to_owned();
        outline.body = operation.body.as_ref().map(|body| change::Body {
            required: body.is_required,
            media: body.media.iter().map(|media| media.name.clone()).collect(),
            schema: plan.body_schema(planned).map(name),
        });
        for (response, file) in plan.responses(planned) {
            outline.statuses.insert(response.status.clone());
            let answer = change::Answer {
                media: response.media.iter().map(|one| one.name.clone()).collect(),
                headers: response
                    .headers
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
                schema: file.map(name),
            };
            outline.answers.insert(response.status.clone(), answer);
        }
        named.extend(outline.body.iter().filter_map(|body| body.schema.clone()));
        named.extend(
            outline
                .answers
                .values()
                .filter_map(|answer| answer.schema.clone()),
        );
        outline.security = security(planned);
        (format!("{} {}", operation.method, planned.outline), outline)
    });
    let operations = operations.collect();
    let schemas = plan.schemas.reachable(&named).into_iter();
    Outlines {
        operations,
        schemas: schemas
            .map(|(name, schema)| (name, bare(&schema)))
            .collect(),
    }
}

fn security(planned: &Planned<'_>) -> Vec<BTreeMap<String, BTreeSet<String>>> {
    let operation = planned.operation;
    let alternatives = operation.security.iter().zip(&operation.scopes);
    let alternatives = alternatives.map(|(schemes, scopes)| {
        let schemes = schemes.iter();
        let scopes: BTreeSet<String> = scopes.iter().cloned().collect();
        schemes
            .map(|scheme| (scheme.clone(), scopes.clone()))
            .collect()
    });
    alternatives.collect()
}

/// The schema without what rejects nothing.
fn bare(schema: &Value) -> Value {
    keyword::without(schema, &keyword::rejects_nothing)
}

/// The schema, and the schemas that it combines.
pub(crate) fn parts(plan: &Plan<'_>, schema: &Value) -> Vec<Value> {
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
    let mut known = BTreeSet::new();
    for part in parts(plan, schema) {
        let required = part
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for name in required.filter_map(Value::as_str) {
            if known.insert(name.to_owned()) {
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
