//! Documents in which something is wrong: the suite that is made of them has no mistakes.

mod derived;
mod large;
mod names;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Imported, import_text};
use crate::json::pointer::below;
use crate::load::{SuiteSource, Thoroughness, load_suite};
use crate::model::{Severity, Sources};

const PETSTORE: &str = include_str!("../../../tests/cli/import/petstore.yaml");

fn import(document: &Value) -> Option<Imported> {
    let mut found = Vec::new();
    let text = document.to_string();
    let imported = import_text("api.json", &text, &mut Sources::default(), &mut found);
    let is_refused = found.iter().any(|one| one.severity == Severity::Error);
    assert_eq!(imported.is_none(), is_refused, "{found:?}");
    imported
}

fn mistakes(files: Vec<(String, String)>) -> Vec<String> {
    let loaded = load_suite(&SuiteSource::Texts(files), Thoroughness::Everything);
    let sources = &loaded.suite.sources;
    let shown = loaded.diagnostics.iter().map(|one| {
        let place = one.span.map(|span| {
            let place = sources.place(span);
            format!("{}:{} {}", place.file, place.line, sources.slice(span))
        });
        format!("{} {} {}", one.code, one.message, place.unwrap_or_default())
    });
    shown.collect()
}

fn petstore() -> Value {
    let mut sources = Sources::default();
    let file = sources.add("petstore.yaml", PETSTORE);
    crate::load::to_json(&sources, file).unwrap()
}

#[test]
fn a_document_names_no_variable_of_the_environment() {
    let mut document = petstore().to_string();
    document = document.replace("petId", "${env.HOME}");
    let mut document: Value = serde_json::from_str(&document).unwrap();
    let parameter = json!({ "name": "key", "in": "query", "required": true, "example": "${env.HOME}", "schema": { "type": "string" } });
    document["paths"]["/pets"]["get"]["parameters"] = json!([parameter]);
    document["paths"]["/homes/{home}"]["get"] = json!({
        "parameters": [{ "name": "home", "in": "path", "required": true, "example": "${env.HOME}", "schema": { "type": "string" } }],
        "responses": { "200": { "description": "A home" } },
    });
    document["components"]["securitySchemes"]["odd"] =
        json!({ "type": "apiKey", "in": "cookie", "name": "${env.HOME}" });
    document["security"] = json!([{ "odd": [] }]);
    let imported = import(&document).unwrap();
    assert!(!imported.figures.variables.contains(&"HOME".to_owned()));
    let (_, target) = imported
        .files
        .iter()
        .find(|(name, _)| name.starts_with("targets/"))
        .unwrap();
    assert!(target.contains("$${env.HOME}"), "{target}");
    assert!(
        !target.replace("$${env.HOME}", "").contains("${env.HOME}"),
        "{target}"
    );
}

/// The pointers of all values.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &below(at, name), found);
            }
        }
        _ => {}
    }
}

/// What is put in place of a value of a document.
fn any_replacement() -> impl Strategy<Value = Value> {
    let schemas = [
        json!({ "type": "string", "pattern": "^[a-z]{3}-[0-9]+$" }),
        json!({ "type": "string", "enum": ["${fixture.x}", "<any>", "- a", "#", "a: b"] }),
        json!({ "type": "string", "example": "<4xx>" }),
        json!({ "type": "object", "required": ["<each>", "${x}"], "properties": { "<each>": { "type": "string" }, "${x}": {} } }),
        json!({ "type": "object", "required": ["a"], "properties": { "a": { "$ref": "#/components/schemas/Pet" } } }),
        json!({ "allOf": [{ "$ref": "#/components/schemas/Owner" }, { "required": ["x"], "properties": { "x": { "writeOnly": true } } }] }),
        json!({ "oneOf": [{ "$ref": "#/components/schemas/Pet" }, { "type": "null" }], "discriminator": { "propertyName": "kind" } }),
        json!({ "type": "array", "items": { "type": "array", "minItems": 2, "items": { "type": "integer", "multipleOf": 7 } } }),
        json!({ "$ref": "#/components/schemas/Owner/properties/name" }),
        json!({ "$ref": "#/paths/~1pets" }),
        json!({ "$ref": "#" }),
        json!({ "minContains": 1, "then": {}, "dependentRequired": { "a": ["b"] }, "maximum": 1e300, "exclusiveMaximum": true }),
        json!({ "nullable": true, "enum": ["a"], "type": "string", "format": "int32" }),
        json!(false),
    ];
    let others = [
        json!(null),
        json!(7),
        json!(-1.5),
        json!(true),
        json!([]),
        json!({}),
        json!([{}]),
        json!({ "x": { "y": 1 } }),
        json!({ "200": {}, "4XX": {}, "default": {}, "x-y": 1 }),
        json!({ "multipart/form-data": { "schema": { "properties": { "a": { "format": "binary" }, "b": { "type": "integer" } } } } }),
        json!({ "application/x-www-form-urlencoded": { "example": { "a": ["<b>", 1] } } }),
        json!({ "text/plain; charset=utf-8": { "example": "${x} <y>" }, "application/json": { "schema": {} } }),
        json!([{ "name": "q", "in": "query", "required": true, "schema": { "type": "object" } }]),
        json!([{ "name": "a b", "in": "header", "required": true }, { "name": "c", "in": "cookie", "required": true }]),
        json!([{ "name": "limit", "in": "query", "required": true, "schema": { "type": "integer", "minimum": 1 } }]),
        json!([{}, { "token": [] }, { "unknown": [] }]),
        json!({ "type": "apiKey", "in": "query", "name": "key" }),
        json!({ "type": "http", "scheme": "basic" }),
        json!({ "type": "oauth2", "flows": { "clientCredentials": { "tokenUrl": "https://a.example/t" } } }),
    ];
    prop_oneof![
        prop::sample::select(schemas.to_vec()),
        prop::sample::select(others.to_vec()),
        any::<String>().prop_map(Value::from),
        "[-<>${}:#'\"\\\\ a-z0-9/.]{0,12}".prop_map(Value::from),
    ]
}

#[test]
fn the_small_document_has_no_warnings() {
    let imported = import(&petstore()).unwrap();
    assert_eq!(mistakes(imported.files), [""; 0]);
    assert_eq!(imported.figures.operations, 5);
}

#[test]
fn every_requirement_is_proven_or_says_why_not() {
    let imported = import(&petstore()).unwrap();
    let loaded = load_suite(
        &SuiteSource::Texts(imported.files.clone()),
        Thoroughness::Everything,
    );
    let text: String = imported
        .files
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    let without: usize = imported
        .figures
        .without_case
        .iter()
        .map(|(number, _)| number)
        .sum();
    assert_eq!(text.matches("# no case: ").count(), without);
    for requirement in loaded
        .suite
        .contracts
        .iter()
        .flat_map(|contract| &contract.requirements)
    {
        assert!(
            requirement.source.starts_with("api.json#/paths/"),
            "{}",
            requirement.source
        );
    }
}

/// The document of one answer in JSON with this schema, and a component.
fn answering(schema: &Value, a: &Value) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/a": { "get": { "responses": { "200": {
            "description": "A", "content": { "application/json": { "schema": schema } },
        } } } } },
        "components": { "schemas": { "A": a } },
    })
}

#[test]
fn what_could_not_be_read_of_a_schema_is_not_claimed() {
    let remote = json!({ "$ref": "https://example.com/x.json" });
    let to_a = json!({ "$ref": "#/components/schemas/A" });
    let nothing_left = [
        (remote.clone(), json!({})),
        (json!({ "$ref": "#/nowhere" }), json!({})),
        (json!({ "$ref": 7 }), json!({})),
        (to_a.clone(), to_a.clone()),
        (to_a.clone(), remote.clone()),
        (json!({ "allOf": [remote, { "title": "x" }] }), json!({})),
        (json!({ "type": "any" }), json!({})),
        (json!({ "pattern": "(?=a)" }), json!({})),
        (json!({ "$dynamicRef": "#x" }), json!({})),
        (json!({ "properties": [] }), json!({})),
        (json!({ "required": true }), json!({})),
        (json!(null), json!({})),
        (json!({ "properties": { "a": to_a } }), remote.clone()),
        // What is left could reject what is right.
        (json!({ "type": "object", "not": remote }), json!({})),
        (
            json!({ "type": "object", "oneOf": [remote, { "type": "object" }] }),
            json!({}),
        ),
        (
            json!({ "type": "object", "patternProperties": { "(?=a)": {} }, "additionalProperties": false }),
            json!({}),
        ),
    ];
    let something_left = [
        (
            json!({ "type": "object", "properties": { "a": remote } }),
            json!({}),
        ),
        (json!({ "type": "array", "items": to_a }), remote.clone()),
        (json!({ "type": "string", "pattern": "(?=a)" }), json!({})),
    ];
    let all = nothing_left.into_iter().map(|one| (one, false));
    for ((schema, a), is_checked) in all.chain(something_left.map(|one| (one, true))) {
        let imported = import(&answering(&schema, &a)).unwrap();
        let text = imported.files.iter().map(|(_, text)| text.as_str());
        let text = text.collect::<Vec<_>>().concat();
        assert_eq!(
            text.contains("- schema: ") || text.contains(" schema: things/"),
            is_checked,
            "{schema}: {text}"
        );
        assert!(
            text.contains("# no case: it could not be read: "),
            "{schema}: {text}"
        );
        assert!(!text.contains("and matches the schema"), "{schema}: {text}");
        assert_eq!(
            text.contains("and matches what could be read of the schema"),
            is_checked,
            "{schema}"
        );
        assert_eq!(mistakes(imported.files), [""; 0], "{schema}");
    }
    let whole = import(&answering(&json!({ "type": "string" }), &json!({}))).unwrap();
    let text: String = whole.files.iter().map(|(_, text)| text.as_str()).collect();
    assert!(text.contains("and matches the schema") && !text.contains("could not be read"));
}

/// The reasons of the requirements of an operation whose parameters are these, by id.
fn without_case(parameters: &Value) -> Vec<String> {
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/a/{id}": { "get": {
            "operationId": "get",
            "parameters": parameters,
            "responses": { "200": { "description": "A" }, "400": { "description": "B" } },
        } } },
        "components": { "schemas": { "A": { "enum": [1] } } },
    });
    let imported = import(&document).unwrap();
    assert_eq!(mistakes(imported.files.clone()), [""; 0], "{parameters}");
    let contract = imported.files.iter();
    let contract = contract.filter(|(name, _)| name.ends_with("contract.yaml"));
    let text: String = contract.map(|(_, text)| text.as_str()).collect();
    let all = text.split("# no case: ").skip(1).map(|rest| {
        let (why, rest) = rest.split_once("\n  - id: ").unwrap();
        format!("{}: {why}", rest.lines().next().unwrap())
    });
    let is_about_parameters = |one: &String| !one.starts_with("GET-400: ");
    all.filter(is_about_parameters).collect()
}

#[test]
fn what_is_left_out_of_a_parameter_is_a_requirement_without_a_case() {
    let id =
        json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });
    let remote = json!({ "$ref": "https://example.com/x.json" });
    let query = |schema: Value| json!({ "name": "q", "in": "query", "schema": schema });
    let with = |key: &str, value: Value| {
        let mut parameter = query(json!({ "type": "integer", "minimum": 1 }));
        parameter[key] = value;
        parameter
    };
    let whole = "GET-PARAMETER-Q-WHOLE: it could not be read: ";
    let object = json!({ "type": "object", "properties": { "a": { "type": "integer" } } });
    for (parameter, expected) in [
        (
            query(remote.clone()),
            format!("{whole}`https://example.com/x.json` is not a file"),
        ),
        (
            query(json!({ "type": "integer", "pattern": "(?=a)" })),
            format!("{whole}unsupported regular expression"),
        ),
        (
            query(json!({ "type": "array", "items": remote })),
            format!("{whole}`https://example.com/x.json` is not a file"),
        ),
        (query(json!(7)), format!("{whole}expected a schema")),
        (
            with("style", json!("matrix")),
            format!("{whole}values in the style matrix are not derived"),
        ),
        (with("style", json!(7)), format!("{whole}expected a style")),
        (
            json!({ "name": "q", "in": "query", "content": { "text/csv": { "schema": { "type": "integer" } } } }),
            format!("{whole}values in text/csv are not derived"),
        ),
        (
            json!({ "name": "q", "in": "query", "content": {} }),
            format!("{whole}its `content` has no media type"),
        ),
        (
            json!({ "name": "q", "in": "querystring" }),
            format!("{whole}expected path, query, header or cookie in `in`"),
        ),
        (
            json!({ "$ref": "#/components/parameters/limit" }),
            "GET-PARAMETER-LIMIT-WHOLE: it could not be read: ".into(),
        ),
        (
            json!({ "in": "query" }),
            "GET-PARAMETER-1-WHOLE: it could not be read: a parameter without `name`".into(),
        ),
        (
            json!(7),
            "GET-PARAMETER-1-WHOLE: it could not be read: expected an object".into(),
        ),
        (
            json!({ "name": "q", "in": "query", "style": "deepObject", "schema": object }),
            "GET-ILLEGAL-Q: invalid values of an object are not derived".into(),
        ),
        (
            query(json!({ "type": "array", "items": { "$ref": "#/components/schemas/A" } })),
            "GET-ILLEGAL-Q: invalid values of a schema that refers to others are not derived"
                .into(),
        ),
        (
            json!({ "name": "q", "in": "cookie", "schema": { "enum": ["a"] } }),
            "GET-ILLEGAL-Q: invalid cookies are not derived".into(),
        ),
    ] {
        let all = without_case(&json!([id, parameter]));
        assert!(
            all.iter().any(|one| one.starts_with(&expected)),
            "{parameter}: {all:?}"
        );
    }
    for parameter in [
        query(json!({ "type": "string" })),
        query(json!({ "type": "integer" })),
        query(json!({ "$ref": "#/components/schemas/A" })),
        json!({ "name": "q", "in": "query", "content": { "application/json": { "schema": { "type": "integer" } } } }),
        json!({ "name": "q", "in": "cookie", "schema": { "type": "string" } }),
        json!({ "name": "Accept", "in": "header", "schema": { "type": "integer" } }),
    ] {
        assert_eq!(
            without_case(&json!([id, parameter])),
            [""; 0],
            "{parameter}"
        );
    }
}

#[test]
fn schemas_that_lead_to_very_many_others_take_no_time() {
    let next = |level: usize| json!({ "$ref": format!("#/components/schemas/Wide{}", level + 1) });
    let names: Vec<String> = (0..20).map(|at| format!("m{at}")).collect();
    let mut schemas = json!({
        "Choice": { "oneOf": names.iter().map(|name| json!({
            "type": "object",
            "required": [name, "never"],
            "properties": {
                name: { "$ref": "#/components/schemas/Choice" },
                "never": { "type": "string", "minLength": 5000 },
            },
        })).collect::<Value>() },
        "List": {},
        "Wide5": { "type": "string", "pattern": "^a" },
    });
    let list = json!({ "type": "string" });
    schemas["List"] = (0..10).fold(
        list,
        |items, _| json!({ "type": "array", "minItems": 20, "items": items }),
    );
    for level in 0..5 {
        let properties = names.iter().map(|name| (name.clone(), next(level)));
        let properties = Value::Object(properties.collect());
        schemas[format!("Wide{level}")] =
            json!({ "type": "object", "required": names, "properties": properties });
    }
    let body = |name: &str| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let parameter = json!({ "name": "q", "in": "query", "required": true, "schema": schema });
        json!({ "post": {
            "parameters": [parameter],
            "requestBody": { "required": true, "content": { "application/json": { "schema": schema } } },
            "responses": { "200": { "description": "ok" }, "400": { "description": "bad" } },
        } })
    };
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Many", "version": "1" },
        "paths": { "/choice": body("Choice"), "/list": body("List"), "/wide": body("Wide0") },
        "components": { "schemas": schemas },
    });
    let imported = import(&document).unwrap();
    let size: usize = imported.files.iter().map(|(_, text)| text.len()).sum();
    assert!(size < 1_000_000, "{size}");
    let target = imported
        .files
        .iter()
        .find(|(name, _)| name.starts_with("targets/"))
        .unwrap();
    for path in ["choice", "list", "wide"] {
        let why = format!("a JSON body for POST /{path} (its schema is too large to generate one)");
        assert!(target.1.contains(&why), "{}", target.1);
    }
    assert_eq!(mistakes(imported.files), [""; 0]);
}

#[test]
fn what_is_optional_is_sent_once_with_legal_values() {
    let query = |name: &str, more: Value| {
        let mut parameter =
            json!({ "name": name, "in": "query", "schema": { "type": "integer", "minimum": 3 } });
        let members = parameter.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        parameter
    };
    let parameters = json!([
        query("made", json!({})),
        query("named", json!({ "example": 7 })),
        query(
            "referred",
            json!({ "schema": { "$ref": "#/components/schemas/Kind" } })
        ),
        query("wrong-example", json!({ "example": 1 })),
        query("old", json!({ "deprecated": true })),
        query(
            "unknown",
            json!({ "schema": { "type": "string", "pattern": "^[0-9]{3}-never$" } })
        ),
    ]);
    let members = json!({
        "title": { "type": "string", "example": "a" },
        "done": { "type": "boolean" },
        "number": { "type": "integer", "readOnly": true },
        "past": { "type": "string", "deprecated": true },
        "code": { "type": "string", "pattern": "^[0-9]{3}-never$" },
    });
    let body = json!({ "required": true, "content": { "application/json": { "schema":
        { "type": "object", "required": ["title"], "properties": members } } } });
    let answer = |status: &str| json!({ status: { "description": "A" } });
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": {
            "/a": {
                "get": { "operationId": "list", "parameters": parameters, "responses": answer("200") },
                "put": { "operationId": "set", "requestBody": body, "responses": answer("204") },
                "post": { "operationId": "odd", "requestBody": body, "responses": answer("default") },
            },
            "/a/{id}": { "delete": { "operationId": "drop", "responses": answer("204"), "parameters": [
                { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } },
                query("made", json!({})),
            ] } },
        },
        "components": { "schemas": { "Kind": { "enum": ["x", "y"] } } },
    });
    let imported = import(&document).unwrap();
    assert_eq!(mistakes(imported.files.clone()), [""; 0]);
    let text: String = imported
        .files
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    let case = |id: &str| text.split(&format!("  - id: {id}\n")).nth(1);
    let with = case("list-with-optional").unwrap();
    let with = with.split("\n\n").next().unwrap();
    let expected = "query: { made: 3, named: 7, referred: x, wrong-example: 3 }";
    assert!(with.contains(expected), "{with}");
    let with = case("set-with-optional").unwrap();
    assert!(with.contains("json: { title: a, done: true }"), "{with}");
    let sentence = "PUT /a accepts the optional members of its body and returns 204.";
    assert!(text.contains(sentence), "{text}");
    // Without a documented success nothing is promised, and what is deleted once is not there again.
    assert_eq!(
        (case("odd-with-optional"), case("drop-with-optional")),
        (None, None)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 250 } else { 2000 }))]
    #[test]
    fn a_document_with_any_mistake_becomes_a_suite_without(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_replacement()), 1..4),
    ) {
        let mut document = petstore();
        for (at, replacement) in changes {
            let mut all = Vec::new();
            pointers(&document, "", &mut all);
            let pointer = &all[at.index(all.len())];
            if let Some(value) = document.pointer_mut(pointer) {
                *value = replacement;
            }
        }
        if let Some(imported) = import(&document) {
            prop_assert_eq!(mistakes(imported.files), [""; 0], "{}", document);
        }
    }
}
