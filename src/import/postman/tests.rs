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
        "    pm.expect(x.a).to.eql(1);",
        "  }",
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

/// Code in which a check may not run: it is none of every answer, and reported.
#[test]
fn a_check_that_may_not_run_is_left_out() {
    let check = "pm.expect(pm.response.code).to.eql(200)";
    for code in [
        "if (pm.response.code === 200) { CHECK; }",
        "if (a)\n  CHECK;",
        "if (a) {\n} else {\n  CHECK;\n}",
        "if (a) x(); else if (b) y()\nelse CHECK",
        "pm.test('x', function () {\n  if (a) {\n    CHECK;\n  }\n});",
        "if (a) {\n  pm.test('x', () => {\n    CHECK;\n  });\n}",
        "a === 200 ? CHECK : b();",
        "a === 200\n  ? CHECK\n  : b();",
        "a &&\n  CHECK;",
        "a\n  && CHECK;",
        "a ||\n\n  // or\n  CHECK;",
        "switch (a) {\n  case 200:\n    CHECK;\n    break;\n}",
        "for (const x of items) CHECK;",
        "for (let i = 0; i < 3; i++) {\n  CHECK;\n}",
        "for await (const x of y) { CHECK }",
        "while (a) { CHECK; }",
        "do { CHECK; } while (a)",
        "do\n  CHECK;\nwhile (a)",
        "items.forEach(item => { CHECK; });",
        "items.forEach(function (item) {\n  CHECK;\n});",
        "items.forEach(item =>\n  CHECK\n);",
        "pm.sendRequest('x', (error, response) => {\n  pm.test('x', () => { CHECK; });\n});",
        "setTimeout(() => {\n  CHECK;\n}, 1);",
        "try {\n  CHECK;\n} catch (e) {\n}",
        "try { a() } catch { CHECK } finally {\n  CHECK\n}",
        "function check() {\n  CHECK;\n}",
        "async function check() { CHECK }",
        "const check = () => { CHECK; };",
        "const check = function () {\n  CHECK;\n}",
        "class A { b() { CHECK; } }",
        "label: { if (a) break label; CHECK; }",
        "with (a) CHECK;",
        "pm.test('x', () => {\n  if (a) return;\n  CHECK;\n});",
        "pm.test('x', () => {\n  if (a) { b(); return }\n\n  CHECK;\n});",
        "if (a) { return; }\nCHECK;",
        "{ if (a) return; }\nCHECK;",
        "for (const x of y) { if (x) { return; } }\npm.test('x', () => CHECK);",
        "try { a(); } catch (e) { return; }\nCHECK",
        "return;\nCHECK;",
        "return\nCHECK;",
        "pm.test('x', () => { return; CHECK; });",
        "(a ? pm.test : pm.test.skip)('x', () => {\n  CHECK;\n});",
        "a && pm.test('x', () => { CHECK; });",
        "pm.test('x', a && (() => { CHECK; }));",
        "pm.test('x', () => a && CHECK);",
        "pm.test('x', () => (CHECK, b()));",
        "pm.test('x', () => { CHECK; }) || b;",
        "(() => { CHECK; })",
        "new Promise(() => { CHECK; });",
        "if (/[/]'{/.test(a)) { CHECK; }",
        "if (a /* ) { */) {\n  CHECK;\n}",
        "if (`${b ? `}` : '{'}`) {\n  CHECK;\n}",
        "if (a) if (b)\n  CHECK;",
        "if (a) { CHECK",
        "x = '\nCHECK",
        "x = `\nCHECK",
        "x = (]\nCHECK",
    ] {
        let code = code.replace("CHECK", check);
        let (call, found) = with_script(&[&code]);
        assert_eq!(call.checks, [], "{code}\n{found}");
        assert!(found.contains("imported"), "{code}\n{found}");
        let lines: Vec<&str> = code.lines().collect();
        let (call, found) = with_script(&lines);
        assert_eq!(call.checks, [], "{code}\n{found}");
        assert!(
            found.contains("pm.expect(") || found.contains("is not closed"),
            "the check is not shown: {code}\n{found}"
        );
    }
}

#[test]
fn a_check_that_always_runs_is_one() {
    for code in [
        "CHECK",
        "CHECK;;",
        "pm.test('x', () => CHECK);",
        "pm.test('x', () => CHECK)",
        "pm.test('x', () => { CHECK });",
        "pm.test(`x ${'y'}`, async function named(done) {\n  CHECK;\n})",
        "pm.test('a, (b', () =>\n  CHECK\n);",
        "pm.test('x', () => {\n  pm.test('y', () => { CHECK; });\n});",
        "pm.test('x', () => {\n  return CHECK;\n});",
        "{ CHECK; }",
        "(function () {\n  CHECK;\n})();",
        "(() => { CHECK; })()",
        "pm\n  .expect(pm.response.code)\n  .to.eql(200);",
        "if (a) { b(); }\nCHECK;",
        "if (a) b()\nCHECK;",
        "if (a) b(); else c()\nCHECK;",
        "do { b() } while (a)\nCHECK",
        "try { a() } catch (e) { b() }\nCHECK",
        "function a() { return 1; }\nCHECK",
        "if (a) { items.map(function (x) { return x; }); }\nCHECK",
        "if (a) { throw new Error('x'); }\nCHECK;",
        "pm.test('x', () => { if (a) return; });\nCHECK;",
        "const re = /[/]'{/;\nCHECK",
        "const half = a / 2 / b;\nCHECK",
        "let i = 0; i++\nCHECK",
        "const s = `}\n{ ${'`'} `\nCHECK",
        "x = 'if (a) {'\nCHECK",
        "// if (a) {\nCHECK",
        "a.return\nCHECK",
    ] {
        let code = code.replace("CHECK", "pm.expect(pm.response.code).to.eql(200)");
        for lines in [vec![code.as_str()], code.lines().collect()] {
            let (call, found) = with_script(&lines);
            assert_eq!(call.checks.len(), 1, "{code}\n{found}");
        }
    }
}

/// Behind code that is not imported, a name may be something else.
#[test]
fn a_name_is_what_it_is_where_it_is_used() {
    let is_known = |code: &str| {
        let (call, found) = with_script(&[
            "const j = pm.response.json();",
            code,
            "pm.expect(j.a).to.eql(1);",
        ]);
        assert_eq!(found.contains("j.a).to"), call.checks.is_empty(), "{found}");
        !call.checks.is_empty()
    };
    for code in [
        "j = other();",
        "j.a = 1;",
        "j['a'] += 1;",
        "j.a++;",
        "--j.a;",
        "delete j.a;",
        "j.items.sort();",
        "if (x) { j = other(); }",
        "if (x) { j.a = 1; }",
        "({ b, j } = other());",
        "[j] = other();",
        "const j = other();",
        "const { j } = other();",
        "for (j of items) {}",
        "pm.test('x', () => { j = other(); });",
        "items.forEach(x => { j.a = x; });",
    ] {
        assert!(!is_known(code), "{code}");
    }
    for code in [
        "b.j = 1;",
        "b = j.a;",
        "if (j.a == 1 || j === 2 || j.a <= 3 || 1 <= j.a) {}",
        "items.map(j => 1);",
        "b = j.items.map(x => x.id);",
        "pm.test('x', () => { const j = other(); });",
        "pm.test('x', () => { const j = pm.response.json().b; });",
        "{ let j = 1; }",
    ] {
        assert!(is_known(code), "{code}");
    }
}

#[test]
fn deep_and_long_scripts_are_read() {
    for code in [
        "{".repeat(5000) + &"}".repeat(5000),
        "pm.test('x', () => {".repeat(2000) + &"});".repeat(2000),
        "if (a) ".repeat(5000) + "b()",
        "if (a) b(); else ".repeat(5000) + "c()",
        "`${".repeat(5000),
        "`${".repeat(2000) + &"}`".repeat(2000),
        "[/".repeat(5000),
        "a = \n\n".repeat(5000),
        format!("a =\n{}b", "\n".repeat(20000)),
        "const j = pm.response.json();{".repeat(2000) + &"}".repeat(2000),
        "if (a) {b} ".repeat(5000),
        "[a] = ".repeat(5000) + "b",
        "a.b[c]".repeat(5000),
    ] {
        let _ = with_script(&[&code]);
    }
}

proptest! {
    #[test]
    fn any_collection_is_read(
        method in "[A-Za-z ]{0,5}",
        url in "[a-z:/?&={}.$ \u{e4}]{0,30}",
        script in "(pm\\.(expect|response|test)|if|return|else|=>|[a-z.()\\[\\]'\"`$/\\\\\n\r=>{};, 0-9\u{e4}]){0,16}",
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
