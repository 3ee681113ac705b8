//! Documents in which a little text stands for very much: requests that would be repeated for each of their members, and
//! schemas that lead to others in very many ways.

use serde_json::{Map, Value, json};

use super::{import, mistakes};
use crate::import::openapi::Imported;
use crate::import::openapi::room::NO_ROOM;

fn document(operation: &Value, schemas: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Many", "version": "1" },
        "paths": { "/a": { "post": operation } },
        "components": { "schemas": schemas },
    })
}

fn answers() -> Value {
    json!({ "200": { "description": "ok" }, "400": { "description": "bad" } })
}

fn size(imported: &Imported) -> usize {
    imported.files.iter().map(|(_, text)| text.len()).sum()
}

fn contract(imported: &Imported) -> &str {
    let is_contract = |(name, _): &&(String, String)| name.ends_with("contract.yaml");
    &imported.files.iter().find(is_contract).unwrap().1
}

/// A request with a thousand required members, fields or parameters, and a thousand that are optional.
#[test]
fn a_large_request_is_repeated_in_a_few_rows_and_the_rest_is_said() {
    let named = |start: &str| {
        (0..1000)
            .map(|at| format!("{start}{at}"))
            .collect::<Vec<_>>()
    };
    let text = || json!({ "type": "string", "minLength": 1 });
    let (required, optional) = (named("must"), named("may"));
    let all = required.iter().chain(&optional);
    let properties: Map<String, Value> = all.map(|name| (name.clone(), text())).collect();
    let object = json!({ "type": "object", "required": required, "properties": properties });
    let body = |media: &str| {
        let content = Map::from_iter([(media.to_owned(), json!({ "schema": object }))]);
        json!({ "requestBody": { "required": true, "content": content }, "responses": answers() })
    };
    let parameters = |place: &str| {
        let all = required.iter().map(|name| {
            json!({ "name": name, "in": place, "required": true, "schema": { "type": "integer" } })
        });
        json!({ "parameters": all.collect::<Value>(), "responses": answers() })
    };
    for (operation, sentence) in [
        (
            body("application/json"),
            "POST /a returns 400 if any other required member of the body is missing (must",
        ),
        (
            body("application/x-www-form-urlencoded"),
            "POST /a returns 400 if any other required member of the body is missing (must",
        ),
        (
            parameters("query"),
            "POST /a returns 400 if any other required query parameter is missing (must",
        ),
        (
            parameters("query"),
            "POST /a returns 400 if any other query parameter is invalid (must",
        ),
        (
            parameters("header"),
            "POST /a returns 400 if any other required header is missing (must",
        ),
        (
            parameters("header"),
            "POST /a returns 400 if any other header is invalid (must",
        ),
    ] {
        let imported = import(&document(&operation, &json!({}))).unwrap();
        let size = size(&imported);
        assert!(size < 1_500_000, "{sentence}: {size}");
        let contract = contract(&imported);
        let at = contract
            .find(sentence)
            .unwrap_or_else(|| panic!("{sentence}: {contract}"));
        let entry = contract[..at].rsplit("# no case: ").next().unwrap();
        assert!(entry.starts_with(NO_ROOM), "{entry}");
        let line = contract[at..].lines().next().unwrap();
        assert!(line.contains(" more)."), "{line}");
        let mut reasons = imported.figures.without_case.iter();
        assert!(reasons.any(|(_, why)| why == NO_ROOM));
        assert_eq!(mistakes(imported.files), [""; 0]);
    }
}

/// Each of 40 schemas combines the next one twice: 2 to the power of 40 ways lead to the last.
#[test]
fn schemas_to_which_very_many_ways_lead_take_no_time() {
    let next = |level: usize| json!({ "$ref": format!("#/components/schemas/L{level}") });
    for keyword in ["oneOf", "anyOf", "allOf"] {
        let mut schemas = Map::new();
        for level in 0..40 {
            let both = json!({ keyword: [next(level + 1), next(level + 1)] });
            schemas.insert(format!("L{level}"), both);
        }
        let last = json!({ "type": "object", "required": ["a"], "properties": { "a": { "type": "integer", "readOnly": true } } });
        schemas.insert("L40".into(), last);
        // The same through members and elements, and back to the beginning.
        let list = json!({ "type": "array", "items": next(0) });
        let members = json!({ "type": "object", "additionalProperties": { "$ref": "#/components/schemas/Members" }, "properties": { "own": next(0), "all": list } });
        schemas.insert("Members".into(), members);
        let content = |name: &str| {
            let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
            json!({ "content": { "application/json": { "schema": schema } } })
        };
        let mut parameters = Vec::new();
        for place in ["query", "header", "cookie"] {
            parameters
                .push(json!({ "name": format!("p-{place}"), "in": place, "schema": next(0) }));
        }
        let mut responses = answers();
        responses["200"]["content"] = content("L0")["content"].clone();
        responses["200"]["headers"] = json!({ "X-A": { "required": true, "schema": next(0) } });
        responses["400"]["content"] = content("Members")["content"].clone();
        let mut whole = document(
            &json!({ "parameters": parameters, "requestBody": content("L0"), "responses": responses }),
            &Value::Object(schemas),
        );
        whole["paths"]["/b"]["put"] =
            json!({ "requestBody": content("Members"), "responses": answers() });
        let imported = import(&whole).unwrap();
        assert!(
            size(&imported) < 1_000_000,
            "{keyword}: {}",
            size(&imported)
        );
        assert_eq!(mistakes(imported.files), [""; 0], "{keyword}");
    }
}
