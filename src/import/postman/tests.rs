//! Collections, and the calls that they are.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::import::traffic::{Body, Call, Credential, Traffic, marked};
use crate::model::Sources;
use crate::report::diagnostics;

fn read(collection: &Value) -> (Traffic, String) {
    read_text(&serde_json::to_string_pretty(collection).unwrap())
}

fn read_text(text: &str) -> (Traffic, String) {
    let mut sources = Sources::default();
    let file = sources.add("a.json", text);
    let (mut traffic, mut found) = (Traffic::default(), Vec::new());
    super::read(&sources, file, "a.json", None, &mut traffic, &mut found);
    let mut out = Vec::new();
    diagnostics::render(&found, &sources, false, 100, &mut out).unwrap();
    (traffic, String::from_utf8(out).unwrap())
}

#[expect(clippy::needless_pass_by_value, reason = "it is made for this")]
fn collection(item: Value) -> Value {
    json!({ "info": { "name": "a", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }, "item": item })
}

fn with_script(lines: &[&str]) -> (Call, String) {
    let (mut traffic, found) = read(&collection(json!([{
        "name": "one",
        "request": "https://a.example",
        "event": [{ "listen": "test", "script": { "exec": lines } }],
    }])));
    (traffic.calls.remove(0), found)
}

#[test]
fn requests_are_calls() {
    let mut document = collection(json!([{
        "name": "Pets",
        "auth": { "type": "basic", "basic": [{ "key": "username", "value": "ada" }, { "key": "password", "value": "{{pw}}" }] },
        "item": [{
            "name": "Get a pet",
            "request": {
                "method": "GET",
                "header": [{ "key": "X-A", "value": "1" }, { "key": "X-B", "value": "2", "disabled": true }],
                "url": { "raw": "{{base}}/pets/:id?x={{y}}", "variable": [{ "key": "id", "value": "4" }] },
            },
            "response": [
                { "name": "ok", "code": 200, "header": [{ "key": "Content-Type", "value": "application/json" }], "body": "{}" },
                { "name": "missing", "code": 404, "originalRequest": { "method": "GET", "url": "{{base}}/pets/0" } },
            ],
        }, {
            "name": "Add",
            "request": {
                "method": "POST", "url": "{{base}}/pets", "auth": { "type": "noauth" },
                "body": { "mode": "raw", "raw": "{\"id\": {{n}}, \"u\": \"{{$guid}}\"}", "options": { "raw": { "language": "json" } } },
            },
        }],
    }]));
    document["variable"] = json!([{ "key": "base", "value": "https://a.example/v1" }]);
    let (traffic, found) = read(&document);
    assert_eq!(found, "");
    let [get, missing, add] = traffic.calls.as_slice() else {
        panic!("{traffic:?}")
    };
    let v = marked::variable;
    assert_eq!(
        get.url,
        format!("{}/pets/{}?x={}", v("base"), v("id"), v("y"))
    );
    assert_eq!(get.headers, [("X-A".to_owned(), "1".to_owned())]);
    assert_eq!(
        get.credential,
        Some(Credential::Basic {
            user: "ada".into(),
            password: v("pw")
        })
    );
    assert_eq!((get.answers.len(), missing.answers[0].status), (1, 404));
    assert_eq!(missing.name.as_deref(), Some("Get a pet: missing"));
    assert_eq!(add.credential, None);
    assert!(matches!(&add.body, Body::Json(_)), "{add:?}");
}

#[test]
fn simple_tests_are_checks() {
    let (call, found) = with_script(&[
        "// comment",
        "pm.test(\"Status\", () => pm.response.to.have.status(201));",
        "pm.test('two', function () { pm.expect(pm.response.code).to.be.oneOf([200, 201]); });",
        "const jsonData = pm.response.json();",
        "pm.test(\"body\", function () {",
        "    pm.expect(jsonData.name).to.eql('Tom');",
        "    pm.expect(jsonData.tags[0]).to.be.a('string');",
        "    pm.expect(jsonData.items.length).to.be.above(2);",
        "    pm.expect(jsonData).to.have.property('id');",
        "    pm.expect(pm.response.responseTime).to.be.below(300);",
        "    pm.expect(pm.response.headers.get('Content-Type')).to.include('json');",
        "});",
        "pm.environment.set(\"token\", jsonData.token);",
    ]);
    assert_eq!(found, "");
    insta::assert_debug_snapshot!((call.checks, call.captures));
}

/// A check of a length that is right for a list is wrong for a text: the saved answers say which it is.
#[test]
fn a_length_is_that_of_a_text_or_of_a_list() {
    let lengths = |answers: &[&str]| {
        let answers: Vec<Value> = answers
            .iter()
            .map(|body| json!({ "code": 200, "body": body }))
            .collect();
        let (traffic, found) = read(&collection(json!([{
            "name": "one",
            "request": "https://a.example",
            "response": answers,
            "event": [{ "listen": "test", "script": { "exec": [
                "const j = pm.response.json();",
                "pm.expect(j.text.length).to.be.above(2);",
                "pm.expect(j.items).to.have.lengthOf(16);",
            ] } }],
        }])));
        assert_eq!(found, "");
        format!("{:?}", traffic.calls[0].checks)
    };
    let known = lengths(&["{\"text\": \"Milk\", \"items\": []}", "{\"text\": \"Tea\"}"]);
    assert!(
        known.contains("<string 3..>") && known.contains("<array 16>"),
        "{known}"
    );
    assert!(
        !known.contains("<array 3..>") && !known.contains("AnyOf"),
        "{known}"
    );
    for answers in [
        &[][..],
        &["no JSON"],
        &["{\"text\": 1}"],
        &[
            "{\"text\": \"a\", \"items\": []}",
            "{\"text\": [], \"items\": \"\"}",
        ],
    ] {
        let either = lengths(answers);
        assert_eq!(either.matches("AnyOf").count(), 2, "{either}");
        for marker in ["<string 3..>", "<array 3..>", "<string 16>", "<array 16>"] {
            assert!(either.contains(marker), "{either}");
        }
    }
}

#[test]
fn what_is_not_imported_is_said() {
    let (call, found) = with_script(&[
        "pm.test('x', () => {",
        "  pm.expect(_.get(pm.response.json(), 'a')).to.eql(1);",
        "  for (const x of jsonData) {",
        "  pm.expect(pm.response.code).to.be.below(250);",
        "});",
        "pm.sendRequest('https://b.example')",
    ]);
    assert_eq!(call.checks, []);
    insta::assert_snapshot!(found);
    let (_, found) = read(&collection(json!([
        { "name": "a" },
        { "name": "b", "request": { "url": "https://a", "auth": { "type": "hawk" }, "body": { "mode": "file", "file": { "src": "/etc/passwd" } } } },
        { "name": "c", "request": "https://a", "event": [{ "listen": "prerequest", "script": { "exec": ["x = 1"] } }] },
    ])));
    insta::assert_snapshot!("wrong", found);
    assert!(
        read(&json!({ "a": 1 }))
            .1
            .contains("not a Postman collection")
    );
}

#[test]
fn code_beside_comments_is_read_and_what_does_not_run_is_not() {
    let (call, found) = with_script(&[
        "/* one */ pm.response.to.have.status(500);",
        "/*",
        "pm.response.to.have.status(404);",
        "*/ pm.expect(pm.response.json().a).to.eql('/* no comment // */'); // said",
        "pm.test.skip('later', function () {",
        "    pm.response.to.have.status(204);",
        "});",
        "wibble(); /* two */ wobble();",
    ]);
    assert_eq!(call.checks.len(), 2, "{:?}", call.checks);
    assert_eq!(found.matches("is not imported").count(), 1, "{found}");
    let (call, found) = with_script(&["/* open", "pm.response.to.have.status(404);"]);
    assert!(call.checks.is_empty());
    assert!(found.contains("is not closed"), "{found}");
    let (traffic, found) = read(&collection(json!([{
        "name": "one",
        "request": "https://a.example",
        "event": [
            { "listen": "test", "script": { "src": "tests.js" } },
            { "listen": "test", "disabled": true, "script": { "exec": "pm.response.to.have.status(500);" } },
        ],
    }])));
    assert!(traffic.calls[0].checks.is_empty());
    assert!(found.contains("a file of its own"), "{found}");
}

proptest! {
    #[test]
    fn any_collection_is_read(
        method in "[A-Za-z ]{0,5}",
        url in "[a-z:/?&={}.$ \u{e4}]{0,30}",
        script in "(pm\\.(expect|response|test)|[a-z.()\\[\\]'\"=>{};, 0-9]){0,12}",
        mode in "raw|urlencoded|formdata|graphql|x",
    ) {
        let document = collection(json!([{
            "name": url,
            "request": { "method": method, "url": { "raw": url }, "body": { "mode": mode, "raw": url, "formdata": [{ "key": "a" }] } },
            "event": [{ "listen": "test", "script": { "exec": [script] } }],
        }]));
        let _ = read(&document);
    }

    #[test]
    fn any_json_is_read(text in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        let _ = read_text(&text);
    }
}
