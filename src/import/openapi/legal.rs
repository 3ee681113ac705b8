//! The entries of `requests` in a contract: what is a legal request to an operation.

use serde_json::{Map, json};

use crate::import::openapi::fixture::form;
use crate::import::openapi::location::Location;
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, illegal};
use crate::import::yaml::{Entry, Yaml};

/// The entry of the operation, once its refusals are written. `None` where the document says nothing about its requests,
/// or no requirement is about illegal ones.
pub(crate) fn entry(writer: &Writer<'_, '_, '_>) -> Option<Yaml> {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    let of = |part: &str| {
        let start = format!("{}-{part}-", planned.id());
        let with_case = writer.requirements.iter();
        let with_case = with_case.filter(|one| one.without_case.is_empty());
        let mut ids = with_case.map(|one| one.id.as_str());
        ids.find(|id| id.starts_with(&start)).map(str::to_owned)
    };
    let body = format!("{}-ILLEGAL-BODY", planned.id());
    let has_body = writer.requirements.iter().any(|one| one.id == body);
    let id = has_body.then_some(body);
    let id = id.or_else(|| of("ILLEGAL")).or_else(|| of("WITHOUT"))?;
    let mut entries = vec![Entry::new(
        "operation",
        Yaml::text(format!("{} {}", planned.operation.method, planned.outline)),
    )];
    let mut says_something = false;
    for (key, location) in [("query", Location::Query), ("headers", Location::Header)] {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for (parameter, schema) in planned.parameters(location) {
            let form = schema.and_then(|schema| form(plan, schema));
            if parameter.name.contains("${") {
                continue;
            }
            properties.insert(parameter.name.clone(), form.unwrap_or_else(|| json!({})));
            if parameter.is_required {
                required.push(parameter.name.clone());
            }
        }
        if properties.is_empty() {
            continue;
        }
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        says_something = true;
        entries.push(Entry::new(key, Yaml::json(&schema)));
    }
    let whole = |file: &&str| plan.schemas.gap(file).is_none();
    if let Some(file) = plan.body_schema(planned).filter(whole) {
        says_something = true;
        let name = format!("{}/{file}", plan.name);
        entries.push(Entry::new("body", Yaml::text(name)));
    }
    let (statuses, _) = illegal(writer);
    if statuses != ["4XX"] {
        entries.push(Entry::new("refused", status::list(&statuses)));
    }
    entries.push(Entry::new("proves", Yaml::list([Yaml::text(id)])));
    says_something.then_some(Yaml::Block(entries))
}
