//! Documents in which a little text stands for very much: requests that would be repeated for each of their members, and
//! schemas that lead to others in very many ways.

use serde_json::{Map, Value, json};

use super::{import, mistakes};
use crate::import::openapi::room::NO_ROOM;
use crate::import::openapi::{Imported, import_text};
use crate::model::Sources;

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

fn warnings(document: &Value) -> (Imported, Vec<String>) {
    let mut found = Vec::new();
    let text = document.to_string();
    let imported = import_text("api.json", &text, &mut Sources::default(), &mut found).unwrap();
    let messages = found.into_iter().map(|one| one.message);
    (imported, messages.collect())
}

/// An example, and a schema of a parameter, that many operations refer to.
#[test]
fn what_many_operations_refer_to_is_not_repeated_without_bounds() {
    let long = "x".repeat(1 << 20);
    let reference = |kind: &str| json!({ "$ref": format!("#/components/{kind}/Long") });
    let operation = json!({
        "parameters": [reference("parameters")],
        "requestBody": { "content": { "text/plain": { "examples": { "a": reference("examples") } } } },
        "responses": answers(),
    });
    let paths = (0..14).map(|at| (format!("/a{at}"), json!({ "put": operation })));
    let (imported, warnings) = warnings(&json!({
        "openapi": "3.1.0",
        "info": { "title": "Many", "version": "1" },
        "paths": paths.collect::<Map<_, _>>(),
        "components": {
            "examples": { "Long": { "value": long } },
            "parameters": { "Long": { "name": "q", "in": "query", "schema": { "type": "integer", "description": long } } },
        },
    }));
    for message in [
        "the requests of the document would repeat more than 8 MiB of examples",
        "the schemas of parameters and headers are repeated in more than 8 MiB",
    ] {
        let count = { warnings.iter() }
            .filter(|warning| *warning == message)
            .count();
        assert_eq!(count, 1, "{message}: {warnings:?}");
    }
    let size = size(&imported);
    assert!(size < 25 << 20, "{size}");
    // Without its example, it is any text.
    let files = imported.files.iter();
    let short = files.filter(|(_, text)| text.contains("text: Probity"));
    assert!(short.count() > 2);
}

#[test]
fn members_of_very_many_combined_schemas_are_not_looked_for_and_that_is_said() {
    let schema = |count: usize| {
        let part = |at: usize| json!({ "properties": { format!("m{at}"): { "readOnly": true } } });
        let parts = (0..count).map(part).collect::<Value>();
        let content = json!({ "application/json": { "schema": { "allOf": parts } } });
        document(
            &json!({ "requestBody": { "content": content }, "responses": answers() }),
            &json!({}),
        )
    };
    let message = "more than 1000 schemas are combined by `allOf`";
    let (imported, found) = warnings(&schema(1100));
    assert_eq!(found, [message]);
    assert_eq!(mistakes(imported.files), [""; 0]);
    assert_eq!(warnings(&schema(900)).1, [""; 0]);
}

#[test]
fn optional_members_that_are_not_tried_are_counted() {
    let properties = (0..5000).map(|at| (format!("{at:0>190}"), json!({ "type": "integer" })));
    let properties: Map<_, _> = properties.collect();
    let body = |most: usize| {
        let schema = json!({ "type": "object", "properties": properties, "maxProperties": most });
        json!({ "requestBody": { "content": { "application/json": { "schema": schema } } }, "responses": answers() })
    };
    let text = |imported: &Imported| {
        let texts = imported.files.iter().map(|(_, text)| text.as_str());
        texts.collect::<String>()
    };
    let some = import(&document(&body(4), &json!({}))).unwrap();
    let text_of_some = text(&some);
    let note = " optional members are not tried: the body is too large\n    title: with ";
    assert!(text_of_some.contains(note));
    let none = import(&document(&body(1), &json!({}))).unwrap();
    let text_of_none = text(&none);
    let at = text_of_none.find("  - id: POST-A-OPTIONAL\n").unwrap();
    let comment = text_of_none[..at].lines().last().unwrap();
    assert!(
        comment.ends_with(" optional members are not tried: the body is too large"),
        "{comment}"
    );
    assert_eq!(mistakes(some.files), [""; 0]);
    assert_eq!(mistakes(none.files), [""; 0]);
}
