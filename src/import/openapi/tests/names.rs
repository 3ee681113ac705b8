//! Names that a document may have and a suite cannot: each is left out with a warning, and what is written has no mistakes.

use serde_json::{Value, json};

use super::mistakes;
use crate::import::openapi::import_text;
use crate::model::Sources;

/// The suite of paths beside `GET /good`, and the messages of the import.
fn suite(paths: &Value, schemes: &Value) -> (String, Vec<String>) {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": { "/good": { "get": { "responses": { "200": { "description": "A" } } } } },
        "components": { "securitySchemes": schemes },
    });
    for (path, item) in paths.as_object().unwrap() {
        document["paths"][path] = item.clone();
    }
    let mut found = Vec::new();
    let text = document.to_string();
    let imported = import_text("api.json", &text, &mut Sources::default(), &mut found);
    let imported = imported.unwrap_or_else(|| panic!("{found:?}: {document}"));
    assert_eq!(mistakes(imported.files.clone()), [""; 0], "{document}");
    let text = imported.files.into_iter().map(|(_, text)| text).collect();
    (text, found.into_iter().map(|one| one.message).collect())
}

fn get(parameters: &Value) -> Value {
    let responses = json!({ "200": { "description": "A" }, "400": { "description": "B" } });
    json!({ "get": { "operationId": "get", "parameters": parameters, "responses": responses } })
}

const TEMPLATES: [&str; 2] = ["${fixture.x}", "${env.HOME}"];

#[test]
fn a_parameter_that_cannot_be_sent_is_left_out() {
    let long = "a".repeat(1025);
    let escaped = "\u{1}".repeat(400);
    let named = ["x:y", ":p", "", "a\r\nb", "\0", "a b", "X-Ü", &long];
    let headers = named
        .into_iter()
        .chain(TEMPLATES)
        .map(|name| ("header", name));
    let queries = [long.as_str(), &escaped].into_iter().chain(TEMPLATES);
    let queries = queries.map(|name| ("query", name));
    let cookies = ["a\r\nb", "\0", "\u{1}"].map(|name| ("cookie", name));
    for (location, name) in headers.chain(queries).chain(cookies) {
        for (is_required, schema) in [
            (true, json!({ "type": "string" })),
            (false, json!({ "type": "integer", "example": 3 })),
        ] {
            let parameter =
                json!({ "name": name, "in": location, "required": is_required, "schema": schema });
            let (text, found) = suite(&json!({ "/a": get(&json!([parameter])) }), &json!({}));
            assert_eq!(found.len(), 1, "{location} {name}: {found:?}");
            assert!(found[0].contains(" cannot be sent: "), "{}", found[0]);
            assert!(text.contains("# no case: it could not be read: "), "{text}");
            // A request without what is required would only be refused.
            assert_eq!(text.contains("GET: /a }"), !is_required, "{text}");
            assert_eq!(
                text.contains("# no case: the required parameter"),
                is_required,
                "{text}"
            );
        }
        let key = json!({ "k": { "type": "apiKey", "in": location, "name": name } });
        let mut item = get(&json!([]));
        item["get"]["security"] = json!([{ "k": [] }]);
        let (_, found) = suite(&json!({ "/a": item }), &key);
        assert_eq!(found.len(), 1, "{location} {name}: {found:?}");
    }
}

#[test]
fn other_odd_names_are_sent_as_they_are() {
    for (location, name, written) in [
        ("header", "X!", "X!: Probity"),
        ("query", "a\r\nb", "\"a\\x0d\\nb\": Probity"),
        ("query", "", "\"\": Probity"),
        ("query", "<a>", "<a>: Probity"),
        ("cookie", "${env.HOME}", "\"$${env.HOME}=Probity\""),
        ("cookie", "<a>", "\\<a>=Probity"),
    ] {
        let parameter = json!([{ "name": name, "in": location, "required": true, "schema": { "type": "string" } }]);
        let (text, found) = suite(&json!({ "/a": get(&parameter) }), &json!({}));
        assert_eq!(found, [""; 0], "{location} {name}");
        assert!(text.contains(written), "{text}");
    }
    let cookie = |name: &str| json!({ "name": name, "in": "cookie", "required": true, "schema": { "type": "string" } });
    let (text, _) = suite(
        &json!({ "/a": get(&json!([cookie("a"), cookie("b")])) }),
        &json!({}),
    );
    assert!(text.contains("Cookie: a=Probity; b=Probity"), "{text}");
}

#[test]
fn a_member_that_would_be_a_template_is_no_key() {
    for name in TEMPLATES {
        let object = json!({ "type": "object" });
        let deep = json!([{ "name": "q", "in": "query", "required": true, "style": "deepObject", "schema": object, "example": { name: "a" } }]);
        suite(&json!({ "/a": get(&deep) }), &json!({}));
        let form = json!({ "type": "object", "required": [name], "properties": { name: { "type": "string" } } });
        let mut item = get(&json!([]));
        item["post"] = item["get"].take();
        item.as_object_mut().unwrap().remove("get");
        item["post"]["requestBody"] = json!({ "required": true, "content": { "application/x-www-form-urlencoded": { "schema": form } } });
        let (text, _) = suite(&json!({ "/a": item }), &json!({}));
        assert!(text.contains("text: ${fixture.things.get-body}"), "{text}");
    }
}

#[test]
fn an_operation_that_cannot_be_requested_is_left_out() {
    for path in [
        "/${env.HOME}",
        "/x/${fixture.y}/z",
        "/{a",
        "/a}",
        "/{a}}",
        "/a{",
        "/{a{b}",
        "/a\n",
        "/a\0",
        "/*",
    ] {
        let (text, found) = suite(&json!({ path: get(&json!([])) }), &json!({}));
        assert_eq!(found.len(), 1, "{path}: {found:?}");
        assert!(found[0].contains("is not a"), "{}", found[0]);
        assert!(!text.contains("GET-200"), "{text}");
    }
    let item = json!({ "additionalOperations": { "DELET": get(&json!([]))["get"] } });
    let (_, found) = suite(&json!({ "/a": item }), &json!({}));
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_media_type_that_is_none_is_left_out() {
    let odd = [
        "application/x\r\ny",
        "text/\0",
        "<a>",
        "${env.HOME}+json",
        "",
        "text/plain; a=\"${fixture.x}\"",
    ];
    for name in odd.into_iter().chain(["application/${fixture.x}"]) {
        let content = json!({ name: { "schema": { "type": "object" }, "example": "x" } });
        let mut item = json!({ "post": get(&json!([]))["get"] });
        item["post"]["requestBody"] = json!({ "required": true, "content": content });
        let (text, found) = suite(&json!({ "/a": item }), &json!({}));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(
            text.contains("# no case: the body of the request has no media type"),
            "{text}"
        );
        let mut item = get(&json!([]));
        item["get"]["responses"]["200"]["content"] = content;
        let (text, found) = suite(&json!({ "/a": item }), &json!({}));
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(text.contains("# no case: it could not be read: "), "{text}");
    }
}

#[test]
fn a_header_of_an_answer_with_another_name_is_a_requirement_without_a_case() {
    for name in ["", "x:y", "a b", "\r\n", TEMPLATES[0], TEMPLATES[1]] {
        let mut item = get(&json!([]));
        item["get"]["responses"]["200"]["headers"] = json!({ name: { "required": true } });
        let (text, found) = suite(&json!({ "/a": item }), &json!({}));
        assert_eq!(found, ["not a valid header name"], "{name}");
        assert!(
            text.contains("# no case: not a valid header name"),
            "{text}"
        );
    }
}

#[test]
fn a_path_outside_ascii_is_written_as_it_is_sent() {
    let id =
        json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
    let (text, found) = suite(
        &json!({ "/ü": get(&json!([])), "/ü/{id}/é": get(&id) }),
        &json!({}),
    );
    assert_eq!(found, ["duplicate operationId `get`"]);
    assert!(text.contains("operation: GET /%C3%BC\n"), "{text}");
    assert!(
        text.contains("operation: GET /%C3%BC/{}/%C3%A9\n"),
        "{text}"
    );
    // What is created there has a name.
    let thing = json!({ "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } });
    let created =
        json!({ "description": "A", "content": { "application/json": { "schema": thing } } });
    let (text, _) = suite(
        &json!({
            "/ü": { "post": { "responses": { "201": created } } },
            "/ü/{id}": { "parameters": id, "delete": { "responses": { "204": { "description": "A" } } } },
        }),
        &json!({}),
    );
    assert!(text.contains("DELETE: \"/ü/${capture.thing}\""), "{text}");
}
