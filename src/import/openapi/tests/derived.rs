//! What a small document becomes: the parts of the suite that are about one thing.

use serde_json::{Value, json};

use super::{import, mistakes};

/// The text of the suite of one operation, without mistakes.
fn suite(paths: &Value) -> String {
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "paths": paths,
    });
    let imported = import(&document).unwrap();
    assert_eq!(mistakes(imported.files.clone()), [""; 0]);
    imported
        .files
        .iter()
        .map(|(_, text)| text.as_str())
        .collect()
}

fn case<'t>(text: &'t str, id: &str) -> &'t str {
    let rest = text.split(&format!("  - id: {id}\n")).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no case {id} in {text}"));
    rest.split("\n\n").next().unwrap()
}

fn answers(statuses: &[&str]) -> Value {
    let answers = statuses
        .iter()
        .map(|status| ((*status).to_owned(), json!({ "description": "A" })));
    Value::Object(answers.collect())
}

fn in_path(schema: &Value) -> Value {
    json!([{ "name": "id", "in": "path", "required": true, "schema": schema }])
}

#[test]
fn an_illegal_value_in_a_path_reaches_the_same_operation() {
    let number = || json!({ "type": "integer", "minimum": 1 });
    let text = suite(&json!({
        "/a/{id}": {
            "get": { "operationId": "read", "parameters": in_path(&number()), "responses": answers(&["200", "400", "404"]) },
            "delete": { "operationId": "drop", "parameters": in_path(&number()), "responses": answers(&["204", "400"]) },
        },
        "/a/{id}/b": { "get": { "operationId": "list", "parameters": in_path(&json!({ "type": "string", "format": "uuid" })), "responses": answers(&["200"]) } },
        "/c/{id}.json": { "get": { "operationId": "part", "parameters": in_path(&number()), "responses": answers(&["200"]) } },
        "/d/{id}": { "get": { "operationId": "open", "parameters": in_path(&json!({ "type": "string" })), "responses": answers(&["200", "400"]) } },
        "/d/word": { "get": { "operationId": "fixed", "responses": answers(&["200"]) } },
    }));
    // `word` is a path of its own in this document.
    let read = case(&text, "read-illegal-id");
    assert!(
        read.contains("- { row: too-small, value: \"0\" }"),
        "{read}"
    );
    assert!(
        read.contains("- { row: fraction, value: \"1.5\" }"),
        "{read}"
    );
    assert!(!read.contains("word"), "{read}");
    assert!(read.contains("GET: \"/a/${row.value}\""), "{read}");
    assert!(read.contains("status: [400, 404]"), "{read}");
    // A service that reads `1.5` as 1 would delete what is not ours: there is nothing else to send.
    assert!(!text.contains("- id: drop-illegal-id"), "{text}");
    let why = "# no case: no invalid value is known that reaches the same operation\n  - id: DROP-ILLEGAL-ID\n";
    assert!(text.contains(why), "{text}");
    let list = case(&text, "list-illegal-id");
    assert!(list.contains("- { row: number, value: \"7\" }"), "{list}");
    assert!(list.contains("GET: \"/a/${row.value}/b\""), "{list}");
    assert!(list.contains("status: <4xx>"), "{list}");
    let why = "# no case: a part of a segment of the path may be read in several ways\n  - id: PART-ILLEGAL-ID\n";
    assert!(text.contains(why), "{text}");
    assert!(!text.contains("OPEN-ILLEGAL"), "{text}");
    let sentence = "GET /a/{id} returns 400 or 404 if the path parameter `id` is invalid.";
    assert!(text.contains(sentence), "{text}");
}

#[test]
fn a_required_header_is_checked_as_far_as_its_schema_says() {
    let header = |schema: Value| json!({ "required": true, "schema": schema });
    let mut responses = answers(&["200"]);
    responses["200"]["headers"] = json!({
        "X-Count": header(json!({ "type": "integer", "minimum": 0 })),
        "X-Kind": header(json!({ "type": "string", "enum": ["new", "old"] })),
        "X-Tag": header(json!({ "type": "string", "pattern": "^W/", "maxLength": 9 })),
        "X-List": header(json!({ "type": "array", "items": { "type": "integer" } })),
        "X-Open": header(json!({ "type": "string" })),
        "X-Json": { "required": true, "content": { "application/json": { "schema": { "type": "object" } } } },
        "X-Lost": header(json!({ "$ref": "https://a.example/x.json" })),
    });
    let text =
        suite(&json!({ "/a": { "get": { "operationId": "read", "responses": responses } } }));
    for check in [
        "- { proves: [READ-200-HEADER-X-COUNT], headers: { X-Count: <integer 0..> } }",
        "- { proves: [READ-200-HEADER-X-KIND], headers: { X-Kind: <one-of new old> } }",
        "- { proves: [READ-200-HEADER-X-TAG], headers: { X-Tag: <string ..9> } }",
        "- { proves: [READ-200-HEADER-X-TAG], headers: { X-Tag: </^W//> } }",
        "- { proves: [READ-200-HEADER-X-LIST], headers: { X-List: <present> } }",
        "- { proves: [READ-200-HEADER-X-OPEN], headers: { X-Open: <present> } }",
        "- { proves: [READ-200-HEADER-X-JSON], headers: { X-Json: <json> } }",
        "- { proves: [READ-200-HEADER-X-LOST], headers: { X-Lost: <present> } }",
        "The 200 response of GET /a has the header `X-Count`, which matches its schema.",
        "The 200 response of GET /a has the header `X-Open`.",
        "# no case: the type array of the value of a header cannot be checked\n  - id: READ-200-HEADER-X-LIST-WHOLE\n",
        "  - id: READ-200-HEADER-X-LOST-WHOLE\n",
    ] {
        assert!(text.contains(check), "{check}: {text}");
    }
    assert_eq!(text.matches("-WHOLE\n").count(), 2, "{text}");
}

#[test]
fn no_position_in_a_list_is_made_up() {
    let query =
        |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    let text = json!({ "type": "string" });
    let parameters = json!([
        query("cursor", text.clone()),
        query("pageToken", json!({ "anyOf": [{ "type": "string", "maxLength": 99 }, { "type": "null" }] })),
        query("starting_after", text.clone()),
        query("after", json!({ "type": "string", "format": "date-time" })),
        query("before", json!({ "type": "integer" })),
        query("token", json!({ "type": "string", "enum": ["a"] })),
        { "name": "marker", "in": "query", "schema": text, "example": "m1" },
        query("sort", text.clone()),
    ]);
    let mut required = query("cursor", text);
    required["required"] = true.into();
    let written = suite(&json!({
        "/a": { "get": { "operationId": "list", "parameters": parameters, "responses": answers(&["200"]) } },
        "/b": { "get": { "operationId": "next", "parameters": [required], "responses": answers(&["200"]) } },
    }));
    let with = case(&written, "list-with-optional");
    for name in ["cursor", "pageToken", "starting_after"] {
        assert!(!with.contains(name), "{name}: {with}");
        let sentence = format!("GET /a accepts a value of `{name}` that an earlier response gave.");
        assert!(written.contains(&sentence), "{written}");
    }
    for name in [
        "after:",
        "before: 1",
        "token: a",
        "marker: m1",
        "sort: Probity",
    ] {
        assert!(with.contains(name), "{name}: {with}");
    }
    assert_eq!(
        written.matches("# no case: only the service knows").count(),
        3
    );
    // One that is required is a value of the target.
    let next = case(&written, "next");
    assert!(
        next.contains("cursor: \"${fixture.things.cursor}\""),
        "{next}"
    );
}

#[test]
fn what_is_not_known_of_a_body_is_a_requirement_without_a_case() {
    let body = |schema: Value| {
        let content = json!({ "application/json": { "schema": schema } });
        json!({ "requestBody": { "required": true, "content": content }, "responses": answers(&["200", "400"]) })
    };
    let never = json!({ "type": "object", "required": ["a"], "properties": { "a": { "type": "string", "pattern": "^[0-9]{3}-never$" } } });
    let cut = json!({ "type": "object", "required": ["a"], "properties": { "a": { "type": "string" } }, "not": { "$ref": "https://a.example/x.json" } });
    let text = suite(&json!({ "/a": { "post": body(never) }, "/b": { "post": body(cut) } }));
    for (id, why) in [
        (
            "POST-A-ILLEGAL-BODY",
            "no body is known that its schema accepts",
        ),
        ("POST-B-ILLEGAL-BODY", "the schema could not be read: "),
    ] {
        let (before, _) = text
            .split_once(&format!("\n  - id: {id}\n"))
            .unwrap_or_else(|| panic!("{id}: {text}"));
        let comment = before.lines().last().unwrap();
        assert!(comment.contains(why), "{id}: {comment}");
    }
    // A body that is no JSON can be sent all the same.
    let malformed = case(&text, "post-a-malformed-body");
    assert!(
        malformed.contains("row: no-json") && !malformed.contains("row: cut"),
        "{malformed}"
    );
}

fn parameter(name: &str, place: &str, schema: &Value) -> Value {
    json!({ "name": name, "in": place, "schema": schema })
}

#[test]
fn values_that_are_not_known_or_too_long_are_requirements_without_a_case() {
    let long = json!({ "type": "string", "minLength": 5000 });
    let get = |id: &str, schema: &Value| json!({ "get": { "operationId": id, "parameters": in_path(schema), "responses": answers(&["200", "400"]) } });
    let parameters = json!([
        parameter("q", "query", &long),
        parameter("X-A", "header", &long),
        parameter(
            "short",
            "query",
            &json!({ "type": "string", "maxLength": 400 })
        ),
        parameter("open", "query", &json!({ "type": "string" })),
    ]);
    let text = suite(&json!({
        "/a/{id}": get("one", &long),
        // What these reject is no segment of a path.
        "/b/{id}": get("any", &json!({ "type": "string", "pattern": "^[^/]+$" })),
        "/c": { "get": { "operationId": "list", "parameters": parameters, "responses": answers(&["200", "400"]) } },
    }));
    let unknown = "no valid value is known to change";
    for (id, why) in [
        ("ONE-ILLEGAL-ID", unknown),
        ("LIST-ILLEGAL-Q", unknown),
        ("LIST-ILLEGAL-X-A", unknown),
        (
            "LIST-ILLEGAL-SHORT",
            "its invalid values are too long for a row; `probity fuzz` may send them",
        ),
    ] {
        let entry = format!("# no case: {why}\n  - id: {id}\n");
        assert!(text.contains(&entry), "{entry}: {text}");
    }
    for id in ["ANY-ILLEGAL", "LIST-ILLEGAL-OPEN"] {
        assert!(!text.contains(id), "{id}: {text}");
    }
}

#[test]
fn rows_that_are_left_out_of_a_parameter_are_counted() {
    let tag = json!({ "type": "string", "minLength": 2, "maxLength": 9, "enum": ["ab"], "pattern": "^a", "format": "date" });
    let list = json!({ "type": "array", "minItems": 2, "maxItems": 3, "items": tag });
    let long = json!({ "type": "string", "minLength": 2, "maxLength": 400 });
    let id = json!({ "type": "string", "minLength": 2, "maxLength": 9, "enum": ["ab"], "allOf": [
        { "pattern": "^a" }, { "format": "uuid" }, { "maxLength": 20 }, { "maxLength": 21 }, { "maxLength": 22 }, { "maxLength": 23 }, { "maxLength": 24 },
    ] });
    let text = suite(&json!({
        "/a": { "get": { "operationId": "list", "parameters": [parameter("tags", "query", &list), parameter("X-A", "header", &long)], "responses": answers(&["200", "400"]) } },
        "/b/{id}": { "get": { "operationId": "read", "parameters": in_path(&id), "responses": answers(&["200", "400"]) } },
    }));
    for (id, comment) in [
        (
            "list-illegal-tags",
            "    # 3 more rows are left out: `probity fuzz` sends them\n    rows:\n",
        ),
        (
            "list-illegal-x-a",
            "    # 1 more row is left out: `probity fuzz` sends it\n    rows:\n",
        ),
        (
            "read-illegal-id",
            "    # 3 more rows are left out: `probity fuzz` sends them\n    rows:\n",
        ),
    ] {
        let case = case(&text, id);
        assert!(case.contains(comment), "{case}");
        let rows = case.matches("row: ").count();
        assert!((2..=8).contains(&rows), "{rows}: {case}");
    }
}

#[test]
fn an_unknown_id_is_one_of_a_class_of_refusals() {
    let number = json!({ "type": "integer" });
    let text = suite(&json!({
        "/a/{id}": { "get": { "operationId": "read", "parameters": in_path(&number), "responses": answers(&["200", "404", "4XX"]) } },
    }));
    let read = case(&text, "read-illegal-id");
    assert!(read.contains("status: <4xx>"), "{read}");
}

#[test]
fn an_optional_header_is_sent_with_values_that_its_schema_rejects() {
    let post = json!({
        "operationId": "make",
        "parameters": [
            parameter("X-Count", "header", &json!({ "type": "integer", "minimum": 1 })),
            parameter("Idempotency-Key", "header", &json!({ "type": "string", "format": "uuid" })),
            parameter("Accept", "header", &json!({ "enum": ["a/b"] })),
            parameter("content-type", "header", &json!({ "enum": ["a/b"] })),
            parameter("Authorization", "header", &json!({ "enum": ["a b"] })),
        ],
        "responses": answers(&["201", "400"]),
    });
    let text = suite(&json!({ "/a": { "post": post } }));
    let count = case(&text, "make-illegal-x-count");
    for row in [
        "- { row: too-small, value: \"0\" }",
        "- { row: word, value: word }",
        "- { row: fraction, value: \"1.5\" }",
        "headers: { X-Count: \"${row.value}\" }",
        "proves: [MAKE-ILLEGAL-X-COUNT, MAKE-400]",
    ] {
        assert!(count.contains(row), "{row}: {count}");
    }
    let key = case(&text, "make-illegal-idempotency-key");
    assert!(key.contains("- { row: format, value: word }"), "{key}");
    for name in ["ACCEPT", "CONTENT-TYPE", "AUTHORIZATION"] {
        assert!(!text.contains(&format!("ILLEGAL-{name}")), "{text}");
    }
}

/// A service that accepts what it should refuse has created something, wherever that is.
#[test]
fn what_a_nested_collection_should_have_refused_is_deleted_where_it_was_created() {
    let number = json!({ "type": "integer" });
    let parent = json!({ "name": "id", "in": "path", "required": true, "schema": number });
    let own = json!({ "name": "bId", "in": "path", "required": true, "schema": number });
    let thing = json!({ "type": "object", "required": ["id"], "properties": { "id": number } });
    let made = json!({ "201": { "description": "A", "content": { "application/json": { "schema": thing } } }, "400": { "description": "B" }, "404": { "description": "C" } });
    let body = json!({ "required": true, "content": { "application/json": { "schema": {
        "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } },
    } } } });
    let nested = |parents: Value| {
        let mut paths = json!({
            "/a/{id}/b": { "post": { "operationId": "makeB", "parameters": [parent], "requestBody": body, "responses": made } },
            "/a/{id}/b/{bId}": { "delete": { "operationId": "dropB", "parameters": [parent, own], "responses": answers(&["204"]) } },
        });
        let parents = parents.as_object().unwrap().clone();
        paths.as_object_mut().unwrap().extend(parents);
        suite(&paths)
    };
    let with_parent = nested(json!({
        "/a": { "post": { "operationId": "makeA", "requestBody": body, "responses": made } },
        "/a/{id}": { "delete": { "operationId": "dropA", "parameters": [parent], "responses": answers(&["204"]) } },
    }));
    let alone = nested(json!({}));
    for (text, of_parent) in [
        (with_parent, "${capture.a}"),
        (alone, "${fixture.things.a-id}"),
    ] {
        for (id, below) in [
            ("make-b-illegal-body", of_parent),
            ("make-b-incomplete", of_parent),
            ("make-b-malformed-body", of_parent),
            ("make-b-illegal-id", "${row.value}"),
            ("make-b-unknown", "${fixture.things.unknown-a-id}"),
        ] {
            let case = case(&text, id).replace('"', "");
            assert!(case.contains(&format!("POST: /a/{below}/b")), "{case}");
            let undo = format!("DELETE: /a/{below}/b/${{capture.b}}");
            assert_eq!(case.matches(&undo).count(), 1, "{undo}: {case}");
            assert!(case.contains("    finally:\n"), "{case}");
            assert!(case.contains("capture: { b: $.id }"), "{case}");
        }
    }
}

#[test]
fn references_of_html_in_descriptions_become_characters() {
    let mut responses = answers(&["200", "400"]);
    responses["400"]["description"] = "Q&amp;A is &lt;empty&gt;".into();
    let id = json!({ "name": "id", "in": "path", "required": true, "description": "the id of a Q&amp;A", "schema": { "type": "string" } });
    let get = json!({ "operationId": "read", "summary": "Read a Q&amp;A", "parameters": [id], "responses": responses });
    let text = suite(&json!({ "/a/{id}": { "get": get } }));
    for part in [
        "title: read a Q&A\n",
        "the id of a Q&A",
        "may return 400 (\"Q&A is <empty>\").",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
