//! A suite as the description of a service that other tools read: an `OpenAPI` 3.1 document.
//!
//! The operations are those of the rules of the contracts and those that a case succeeds on. `operation` collects what rules
//! and cases say about each, `request` and `response` make parameters, bodies and answers of it, `schema` puts the schemas
//! of the suite into one document. What a document of this kind cannot say is left out, with a note.

mod collect;
pub mod coverage;
mod private;
mod request;
mod response;
mod schema;
mod security;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::{Secret, Suite, Target};
use crate::text::names::{Unique, slug};
use collect::{Collected, Operation, collect};
use private::Private;
use schema::Components;

/// The version of the specification that a document follows.
const VERSION: &str = "3.1.0";

/// A document, and what is not in it.
#[derive(Debug)]
pub struct Exported {
    /// The document.
    pub document: Value,
    /// How many operations it has.
    pub operations: usize,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

/// Makes a document of a suite. Of the target only names, forms and literal fixtures are used, never a credential; and what
/// looks like one in a case, or is one of `secrets`, is no example. With `server`, requests go there.
pub fn openapi(
    suite: &Suite,
    target: &Target,
    fixtures: &BTreeMap<String, Value>,
    secrets: &[Secret],
    server: Option<&str>,
) -> Exported {
    let private = Private::new(secrets);
    let Collected {
        mut operations,
        mut left_out,
    } = collect(suite);
    let before = operations.len();
    operations.retain(|one| !private.has(&one.path.as_str().into()));
    if operations.len() < before {
        let number = before - operations.len();
        left_out.push(format!(
            "a credential is written in its path: {number} in all"
        ));
    }
    let mut components = Components::new(suite);
    let schemes = security::schemes(suite, target);
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut ids = Unique::default();
    for operation in &operations {
        let item = paths.entry(&operation.path).or_default();
        let described = describe(
            operation,
            (fixtures, &private),
            &schemes,
            &mut components,
            &mut ids,
        );
        item.insert(operation.method.to_ascii_lowercase(), described);
    }
    let paths: Map<String, Value> = paths
        .into_iter()
        .map(|(path, item)| (path.to_owned(), Value::Object(item)))
        .collect();
    let number = operations.len();
    let tags: Vec<Value> = (suite.contracts.iter())
        .filter(|contract| {
            operations
                .iter()
                .any(|one| one.contract.name == contract.name)
        })
        .map(|contract| json!({ "name": contract.name, "description": contract.title }))
        .collect();
    let requirements = suite.requirements().map(|requirement| {
        let value = json!({
            "level": requirement.level.to_string(),
            "sentence": requirement.sentence,
            "source": requirement.source,
        });
        (requirement.id.clone(), value)
    });
    let mut document = json!({
        "openapi": VERSION,
        "info": {
            "title": suite.name,
            "version": suite.digest.get(..12).unwrap_or(&suite.digest),
            "description": "Exported by probity: what the contracts of a suite require. `x-probity-requirements` names the requirements.",
        },
        "servers": [{ "url": server.unwrap_or("/") }],
        "tags": tags,
        "paths": paths,
        "x-probity-requirements": requirements.collect::<Map<String, Value>>(),
    });
    let (schemas, mut notes) = components.finish();
    left_out.append(&mut notes);
    let mut parts = Map::new();
    if !schemas.is_empty() {
        parts.insert("schemas".into(), schemas.into());
    }
    if !schemes.is_empty() {
        parts.insert("securitySchemes".into(), security::described(&schemes));
    }
    if !parts.is_empty() {
        document["components"] = parts.into();
    }
    private.hide(&mut document);
    let left_out = left_out.iter().map(|note| private.shown(note)).collect();
    Exported {
        document,
        operations: number,
        left_out,
    }
}

fn describe(
    operation: &Operation<'_>,
    (fixtures, private): (&BTreeMap<String, Value>, &Private),
    schemes: &BTreeMap<String, security::Scheme>,
    components: &mut Components<'_>,
    ids: &mut Unique,
) -> Value {
    let mut described = Map::new();
    let name = slug(&format!("{} {}", operation.method, operation.path));
    described.insert("operationId".into(), ids.take(&name).into());
    described.insert("tags".into(), json!([operation.contract.name]));
    let parameters = request::parameters(operation, fixtures, private);
    if !parameters.is_empty() {
        described.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = request::body(operation, fixtures, private, components) {
        described.insert("requestBody".into(), body);
    }
    described.insert(
        "responses".into(),
        response::responses(operation, components),
    );
    if let Some(security) = security::of_operation(operation, schemes) {
        described.insert("security".into(), security);
    }
    let requirements = operation.requirements();
    described.insert("x-probity-requirements".into(), json!(requirements));
    Value::Object(described)
}
