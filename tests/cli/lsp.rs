//! `probity lsp`, by a scripted client over standard input and output.

mod client;
mod diagnostics;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::folder::Folder;
use client::{Client, marked};

const CONTRACT: &str = r#"contract: demo
title: a demo
service: users
services: { users: {} }
identities: { reader: who reads }
fixtures:
  user: a user that exists
  secret: a value from the environment
capabilities: { deep: it is deep }
vars: { colour: red }
steps:
  add-user:
    with: [name, req]
    request: { POST: /users, json: { name: "${with.name}" } }
    expect: [{ proves: ["${with.req}"], status: 201 }]
    capture: { id: $.id }
answers:
  - id: a-user
    operation: GET /users/{}
    status: 200
    expect: [{ proves: [DEMO-03], schema: demo/user.schema.json }]
requirements:
  - { id: DEMO-01, level: MUST, sentence: A user can be read., source: the manual }
  - { id: DEMO-02, level: SHOULD, sentence: It is quick., source: the manual }
  - { id: DEMO-03, level: MUST, sentence: It has a name., source: the manual }
"#;

const CASES: &str = r#"contract: demo
effect: write
cases:
  - id: "reading-🦀"
    title: "🦀"
    request: { GET: "/users/${fixture.user}", identity: reader }
    expect:
      - proves: [DEMO-01]
        status: 200
        json: { name: <string> }
  - id: rows
    rows:
      - { row: one, req: [DEMO-02], status: 200 }
      - { row: two, req: [DEMO-02], status: 200 }
    needs: [deep]
    steps:
      - use: add-user
        with: { name: a, req: DEMO-01 }
      - request: { GET: "/users/${capture.id}" }
        expect: [{ proves: "${row.req}", status: "${row.status}" }]
        capture: { next: $.next }
"#;

const SCHEMA: &str = r##"{
  "title": "a user",
  "type": "object",
  "required": ["name"],
  "properties": {
    "name": { "description": "How it is called.", "type": "string", "x-requirement": "DEMO-03" },
    "state": { "enum": ["online", "offline"] },
    "address": { "$ref": "#/$defs/address" }
  },
  "$defs": { "address": { "type": "object", "properties": { "street": { "type": "string" } } } }
}"##;

const TARGET: &str = "name: staging\nservices: { users: \"http://127.0.0.1:1\" }\nfixtures: { demo.user: 7, demo.secret: \"${env.DEMO_SECRET}\" }\nidentities: { demo.reader: { Authorization: \"Bearer ${env.DEMO_TOKEN}\" } }\nnot-applicable: { DEMO-02: it is slow }\n";

fn demo() -> Folder {
    let folder = Folder::new();
    folder.write("cases/demo/contract.yaml", CONTRACT);
    folder.write(
        "cases/demo/users.yaml",
        CASES.replace("reading-🦀", "reading"),
    );
    folder.write("schemas/demo/user.schema.json", SCHEMA);
    folder.write("targets/staging.yaml", TARGET);
    folder.write("files/image.png", "x");
    folder
}

/// The labels of the suggestions at `^`.
fn labels(client: &mut Client, name: &str, text: &str) -> Vec<String> {
    let items = suggestions(client, name, text);
    let label = |item: &Value| item["label"].as_str().unwrap().to_owned();
    items.iter().map(label).collect()
}

fn suggestions(client: &mut Client, name: &str, text: &str) -> Vec<Value> {
    let (text, place) = marked(text);
    client.change(name, &text, 2);
    let items = client.at("textDocument/completion", name, place);
    items.as_array().unwrap().clone()
}

#[test]
#[expect(clippy::too_many_lines, reason = "many questions to one server")]
fn completion_also_while_the_file_is_incomplete() {
    let folder = demo();
    let mut client = Client::ready(&folder, json!({}));
    let file = "cases/demo/users.yaml";
    client.open(file, CASES, 1);
    let above =
        "contract: demo\ncases:\n  - id: a\n    request: { GET: \"/users/${fixture.user}\" }\n";
    let shown = |client: &mut Client, line: &str| labels(client, file, &format!("{above}{line}"));
    let has = |found: &[String], wanted: &[&str]| {
        for one in wanted {
            assert!(
                found.iter().any(|label| label == one),
                "no {one} in {found:?}"
            );
        }
    };

    // Keys, without those that are there; each with its docs.
    let found = shown(&mut client, "    ex^\n");
    has(&found, &["expect", "steps", "effect"]);
    assert!(!found.contains(&"request".to_owned()), "{found:?}");
    let found = suggestions(
        &mut client,
        file,
        &format!("{above}    expect:\n      - stat^\n"),
    );
    let status = found.iter().find(|item| item["label"] == "status").unwrap();
    assert_eq!(status["textEdit"]["newText"], "status: ");
    assert_eq!(
        status["textEdit"]["range"]["start"],
        json!({ "line": 5, "character": 8 })
    );
    assert!(
        status["documentation"]["value"]
            .as_str()
            .unwrap()
            .contains("`<2xx>`")
    );
    // A line above that is half typed, and brackets that are not closed.
    has(
        &shown(&mut client, "    half\n    expect: [{ proves: [^"),
        &["DEMO-01", "DEMO-03"],
    );
    has(
        &shown(
            &mut client,
            "    request: { GET: /users, ident^\n    expect: [{ status: 200 }]\n",
        ),
        &["identity"],
    );
    // Words, markers and names.
    has(&shown(&mut client, "    effect: ^"), &["read", "write"]);
    has(
        &shown(&mut client, "    expect: [{ status: <^ }]"),
        &["<2xx>", "<any>"],
    );
    has(
        &shown(&mut client, "    expect: [{ blames: { ^ } }]"),
        &["DEMO-02"],
    );
    has(
        &shown(&mut client, "    needs: [^]"),
        &["deep", "user", "DEMO-01"],
    );
    has(
        &shown(&mut client, "    steps:\n      - use: ^"),
        &["add-user"],
    );
    has(
        &shown(
            &mut client,
            "    steps:\n      - use: add-user\n        with: { ^ }",
        ),
        &["name", "req"],
    );
    has(&shown(&mut client, "    without:\n      ^"), &["a-user"]);
    has(
        &shown(&mut client, "    expect: [{ schema: ^ }]"),
        &["demo/user.schema.json"],
    );
    has(
        &shown(
            &mut client,
            "    expect: [{ schema: demo/user.schema.json#^ }]",
        ),
        &["demo/user.schema.json#/$defs/address"],
    );
    has(
        &shown(&mut client, "    expect: [{ file: ^ }]"),
        &["files/image.png"],
    );
    let found = shown(&mut client, "  - id: b\n    request: { identity: ^ }");
    has(&found, &["reader", "<none>"]);
    // JSON members: by the schema beside, and by the rule for the operation.
    has(
        &shown(
            &mut client,
            "    expect: [{ schema: demo/user.schema.json, json: { ^ } }]",
        ),
        &["name", "state", "<optional>"],
    );
    has(
        &shown(
            &mut client,
            "    expect:\n      - json:\n          address: { ^",
        ),
        &["street"],
    );
    has(
        &shown(
            &mut client,
            "    expect:\n      - json:\n          state: ^",
        ),
        &["online", "<string>"],
    );
    // Templates: in the scope of the case.
    let found = labels(
        &mut client,
        file,
        &CASES.replace("${capture.id}", "${capt^"),
    );
    has(
        &found,
        &[
            "capture.id",
            "fixture.user",
            "row.req",
            "var.colour",
            "uuid",
            "run.id",
        ],
    );
    assert!(!found.contains(&"capture.next".to_owned()), "{found:?}");
    let found = suggestions(
        &mut client,
        file,
        &format!("{above}    vars: {{ x: \"${{uu^\" }}"),
    );
    let uuid = found.iter().find(|item| item["label"] == "uuid").unwrap();
    assert_eq!(uuid["textEdit"]["newText"], "uuid()}");
    // Nothing in comments and in texts.
    assert_eq!(shown(&mut client, "    # ex^"), [""; 0]);
    assert_eq!(shown(&mut client, "    title: |\n      ^ex\n"), [""; 0]);

    // Other files of the suite.
    let target = "targets/staging.yaml";
    client.open(target, TARGET, 1);
    has(
        &labels(&mut client, target, "name: a\nfixtures:\n  ^"),
        &["demo.user", "demo.secret"],
    );
    has(
        &labels(&mut client, target, "name: a\nnot-applicable: { ^ }"),
        &["DEMO-02"],
    );
    let contract = "cases/demo/contract.yaml";
    client.open(contract, CONTRACT, 1);
    has(
        &labels(
            &mut client,
            contract,
            &CONTRACT.replace("level: MUST", "level: ^"),
        ),
        &["MUST", "MAY"],
    );
    has(
        &labels(
            &mut client,
            contract,
            &CONTRACT.replace("${with.name}", "${^}"),
        ),
        &["with.name", "fixture.user"],
    );
    let schema = "schemas/demo/user.schema.json";
    client.open(schema, SCHEMA, 1);
    has(
        &labels(&mut client, schema, &SCHEMA.replace("DEMO-03", "^")),
        &["DEMO-01"],
    );
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn hover_definition_and_references() {
    let folder = demo();
    let mut client = Client::ready(&folder, json!({}));
    let file = "cases/demo/users.yaml";
    let text = folder.read(file);
    client.open(file, &text, 1);
    let at = |words: &str, more: usize| {
        let offset = text.find(words).unwrap() + more;
        let line = text[..offset].matches('\n').count();
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        (line, text[start..offset].encode_utf16().count())
    };
    let hover = |client: &mut Client, place| {
        let found = client.at("textDocument/hover", file, place);
        found["contents"]["value"]
            .as_str()
            .unwrap_or("nothing")
            .to_owned()
    };
    let said = hover(&mut client, at("DEMO-01", 3));
    assert_eq!(
        said,
        "**DEMO-01** MUST (`demo`)\n\nA user can be read.\n\nSource: the manual"
    );
    assert!(hover(&mut client, at("${fixture.user}", 11)).contains("a user that exists"));
    assert!(hover(&mut client, at("<string>", 3)).starts_with("`<string>`: a string"));
    assert!(hover(&mut client, at("status: 200", 2)).contains("`<2xx>`"));
    assert!(hover(&mut client, at("name: <string>", 2)).contains("How it is called."));
    assert!(hover(&mut client, at("add-user", 2)).contains("Captures: `id`"));
    assert_eq!(hover(&mut client, at("🦀", 0)), "nothing");

    let places = |found: &Value| -> Vec<String> {
        let one = |place: &Value| {
            let name = place["uri"]
                .as_str()
                .unwrap()
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned();
            let start = &place["range"]["start"];
            format!("{name}:{}:{}", start["line"], start["character"])
        };
        match found {
            Value::Array(all) => all.iter().map(one).collect(),
            Value::Null => Vec::new(),
            only => vec![one(only)],
        }
    };
    let definition = |client: &mut Client, place| {
        let found = client.at("textDocument/definition", file, place);
        places(&found).join(" ")
    };
    assert_eq!(
        definition(&mut client, at("DEMO-01", 0)),
        "contract.yaml:22:10"
    );
    assert_eq!(
        definition(&mut client, at("${fixture.user}", 10)),
        "contract.yaml:6:2"
    );
    assert_eq!(
        definition(&mut client, at("identity: reader", 12)),
        "contract.yaml:4:14"
    );
    assert_eq!(
        definition(&mut client, at("add-user", 0)),
        "contract.yaml:11:2"
    );
    assert_eq!(
        definition(&mut client, at("${capture.id}", 11)),
        "contract.yaml:15:15"
    );
    assert_eq!(
        definition(&mut client, at("${row.req}", 7)),
        "users.yaml:12:20 users.yaml:13:20"
    );
    assert_eq!(
        definition(&mut client, at("with: { name", 9)),
        "contract.yaml:12:11"
    );
    let references = client.at("textDocument/references", file, at("DEMO-01", 0));
    assert_eq!(
        places(&references),
        ["contract.yaml:22:10", "users.yaml:7:17", "users.yaml:17:30"]
    );
    let contract = "cases/demo/contract.yaml";
    client.open(contract, CONTRACT, 1);
    let found = client.at("textDocument/definition", contract, (20, 50));
    assert_eq!(places(&found), ["user.schema.json:0:0"]);
    let found = client.at("textDocument/references", contract, (6, 3));
    assert_eq!(
        places(&found),
        ["contract.yaml:6:2", "users.yaml:5:38", "staging.yaml:2:12"]
    );

    assert_eq!(client.leave(), Some(0));
}

#[test]
fn a_lens_runs_a_case_and_has_its_last_verdict() {
    let folder = demo();
    let report = json!({ "format": "probity-report/1", "cases": [
        { "id": "demo/users/reading", "verdict": "fail", "digest": "1".repeat(16) },
        { "id": "demo/users/rows[one]", "verdict": "pass" },
        { "id": "demo/users/rows[two]", "verdict": "skip" },
        { "id": "demo/users/rows[gone]", "verdict": "fail" },
    ] });
    folder.write("probity-report/report.json", report.to_string());
    let mut client = Client::ready(&folder, json!({}));
    let file = "cases/demo/users.yaml";
    client.open(file, &folder.read(file), 1);
    let lenses = client.at("textDocument/codeLens", file, (0, 0));
    let titles: Vec<_> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| &lens["command"]["title"])
        .collect();
    assert_eq!(
        titles,
        [
            "Run this case (last: fail, changed since)",
            "Run this case (last: 1 pass, 1 skip)"
        ]
    );
    assert_eq!(
        lenses[0]["range"]["start"],
        json!({ "line": 3, "character": 9 })
    );
    assert_eq!(lenses[0]["command"]["command"], "probity.run");
    assert_eq!(
        lenses[0]["command"]["arguments"][0]["case"],
        "demo/users/reading"
    );
    assert_eq!(client.leave(), Some(0));
}

/// Applies a `WorkspaceEdit` to the files.
fn apply(folder: &Folder, edit: &Value) {
    for (uri, edits) in edit["changes"].as_object().unwrap() {
        let name = uri.replace(&format!("file://{}/", folder.root().display()), "");
        let mut text = folder.read(&name);
        for edit in edits.as_array().unwrap().iter().rev() {
            let offset = |place: &Value| {
                let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
                let column = usize::try_from(place["character"].as_u64().unwrap()).unwrap();
                let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
                let units: Vec<u16> = text[start..].encode_utf16().take(column).collect();
                start + String::from_utf16(&units).unwrap().len()
            };
            let (start, end) = (
                offset(&edit["range"]["start"]),
                offset(&edit["range"]["end"]),
            );
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
        folder.write(&name, text);
    }
}

#[test]
fn a_requirement_is_renamed_in_all_files() {
    let folder = demo();
    folder.write(
        "targets/staging.waivers.yaml",
        "waivers:\n  - case: demo/users/reading\n    requirement: DEMO-01\n    target: staging\n    reason: known\n    created: \"2026-01-01\"\n    expires: \"2026-06-30\"\n    fingerprint: [\"DEMO-01 step 1: status, 200 expected, 500 found\"]\n",
    );
    folder.write(
        "staging.baseline.jsonl",
        "{\"baseline\":\"x\"}\n{\"requirement\":\"DEMO-01\"}\n",
    );
    let mut client = Client::ready(&folder, json!({}));
    let file = "cases/demo/users.yaml";
    client.open(file, &folder.read(file), 1);
    let ask = |client: &mut Client, line: usize, character: usize, new: &str| {
        let params = json!({
            "textDocument": { "uri": client.uri(file) },
            "position": { "line": line, "character": character },
            "newName": new
        });
        client.request("textDocument/rename", params)
    };
    let refused =
        |answer: Result<Value, Value>| answer.unwrap_err()["message"].as_str().unwrap().to_owned();
    let why = refused(ask(&mut client, 7, 18, "DEMO 9"));
    assert!(why.contains("invalid requirement id"), "{why}");
    let why = refused(ask(&mut client, 7, 18, "DEMO-03"));
    assert!(why.contains("exists already"), "{why}");
    let why = refused(ask(&mut client, 5, 32, "DEMO-09"));
    assert!(why.contains("only the id of a requirement"), "{why}");
    // A file that cannot be read could have it, too.
    client.open("cases/demo/more.yaml", "contract: demo\ncases: [\n", 1);
    let why = refused(ask(&mut client, 7, 18, "DEMO-09"));
    assert!(why.contains("more.yaml"), "{why}");
    client.close("cases/demo/more.yaml");
    client.change(file, &folder.read(file), 2);
    client.diagnostics_of(file, 2);
    for (old, line, new) in [("DEMO-01", 7, "DEMO-11"), ("DEMO-02", 12, "DEMO-12")] {
        let column = folder
            .read(file)
            .lines()
            .nth(line)
            .unwrap()
            .find(old)
            .unwrap();
        let edit = ask(&mut client, line, column, new).unwrap();
        apply(&folder, &edit);
        client.change(file, &folder.read(file), 3);
    }
    for name in folder.files() {
        let text = folder.read(&name);
        assert!(
            !text.contains("DEMO-01") && !text.contains("DEMO-02"),
            "{name}: {text}"
        );
    }
    assert_eq!(
        folder
            .read("targets/staging.waivers.yaml")
            .matches("DEMO-11")
            .count(),
        2
    );
    assert_eq!(client.leave(), Some(0));
    folder.run(&["check", "--suite", "."]).expect_code(0);
}

#[test]
fn changes_are_applied_in_both_encodings_and_shown() {
    let folder = demo();
    for (offered, encoding) in [
        (json!(["utf-8", "utf-16"]), "utf-8"),
        (json!(["utf-32"]), "utf-16"),
    ] {
        let mut client = Client::start(&folder, &[]);
        let answer = client.initialize(json!({ "general": { "positionEncodings": offered } }));
        assert_eq!(answer["capabilities"]["positionEncoding"], encoding);
        let file = "cases/demo/users.yaml";
        client.open(file, "contract: demo\r\n", 1);
        let found = client.diagnostics_of(file, 1);
        assert_eq!(
            found[file][0]["message"],
            "missing key `cases` in a case file: in this object\nhelp: add `cases:`"
        );
        // Two changes in one message: the second is about the text after the first.
        let at = |line: u32, from: u32, to: u32, text: &str| {
            let place = |character: u32| json!({ "line": line, "character": character });
            json!({ "range": { "start": place(from), "end": place(to) }, "text": text })
        };
        let units = if encoding == "utf-8" { 4 } else { 2 };
        let changes = json!([
            at(1, 0, 0, "title: \"🦀\"\r\ncases: []\r\n"),
            at(1, 8, 8 + units, "é"),
            at(1, 9 + units / 4, 9 + units / 4, "")
        ]);
        let document = json!({ "uri": client.uri(file), "version": 2 });
        client.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
        let found = client.diagnostics_of(file, 2);
        assert_eq!(found[file][0]["code"], "case/no-cases");
        assert_eq!(
            found[file][0]["range"]["start"],
            json!({ "line": 2, "character": 0 })
        );
        // The file on disk is right, and the buffer is gone.
        client.close(file);
        client.open("cases/demo/contract.yaml", CONTRACT, 3);
        assert!(
            !client
                .diagnostics_of("cases/demo/contract.yaml", 3)
                .contains_key(file)
        );
        assert_eq!(client.leave(), Some(0));
    }
}

#[test]
fn files_that_change_on_disk_are_read_again() {
    let folder = demo();
    let capabilities =
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let mut client = Client::ready(&folder, capabilities);
    let file = "cases/demo/users.yaml";
    client.open(file, &folder.read(file), 1);
    assert!(client.diagnostics_of(file, 1).is_empty());
    let is_registration = |(method, params): &(String, Value)| {
        method == "client/registerCapability"
            && params["registrations"][0]["method"] == "workspace/didChangeWatchedFiles"
    };
    assert!(client.received.iter().any(is_registration));
    folder.write(
        "cases/demo/contract.yaml",
        CONTRACT.replace("id: DEMO-01", "id: DEMO-10"),
    );
    let uri = client.uri("cases/demo/contract.yaml");
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({ "changes": [{ "uri": uri, "type": 2 }] }),
    );
    let case = client.uri(file);
    while client.published[&case].0.as_array().unwrap().is_empty() {
        client.read().unwrap();
    }
    assert_eq!(
        client.published[&case].0[0]["code"],
        "case/unknown-requirement"
    );
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn the_protocol_is_kept_whatever_comes() {
    let folder = demo();
    let code = |answer: Result<Value, Value>| answer.unwrap_err()["code"].as_i64().unwrap();
    let mut client = Client::start(&folder, &[]);
    assert_eq!(
        code(client.request("textDocument/hover", json!({}))),
        -32002
    );
    client.initialize(json!({}));
    assert_eq!(code(client.request("initialize", json!({}))), -32600);
    assert_eq!(
        code(client.request("workspace/symbol", json!({ "query": "x" }))),
        -32601
    );
    assert_eq!(
        code(client.request("textDocument/hover", json!({}))),
        -32602
    );
    assert_eq!(
        code(client.request("textDocument/rename", json!([1]))),
        -32602
    );
    client.notify("$/unknown", json!([]));
    client.notify("textDocument/didChange", json!({ "textDocument": 7 }));
    client.send(&json!({ "id": 99, "result": null }));
    client.send(&json!([1, 2]));
    assert_eq!(code(client.answer(&Value::Null)), -32600);
    client.send(&json!({ "jsonrpc": "2.0", "id": { "a": 1 }, "method": "x" }));
    assert_eq!(code(client.answer(&Value::Null)), -32600);
    client.send_bytes(b"Content-Length: 3\r\n\r\n{]}");
    assert_eq!(code(client.answer(&Value::Null)), -32700);
    let deep = "[".repeat(100_000);
    client.send_bytes(format!("Content-Length: {}\r\n\r\n{deep}", deep.len()).as_bytes());
    assert_eq!(code(client.answer(&Value::Null)), -32700);
    // A cancelled request is answered, whether or not it was looked at.
    let batch = [
        json!({ "jsonrpc": "2.0", "id": "c", "method": "textDocument/hover", "params": {} }),
        json!({ "jsonrpc": "2.0", "method": "$/cancelRequest", "params": { "id": "c" } }),
    ];
    let bytes = batch.map(|one| {
        let text = one.to_string();
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    });
    let bytes = bytes.concat();
    client.send_bytes(bytes.as_bytes());
    assert!([-32800, -32602].contains(&code(client.answer(&json!("c")))));
    // A document outside of any suite, and one that is no file.
    for uri in ["untitled:x", "file:///nowhere/a.yaml"] {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": "a: " });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        let params =
            json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 3 } });
        assert_eq!(
            client.request("textDocument/completion", params),
            Ok(json!([]))
        );
    }
    assert_eq!(client.request("shutdown", Value::Null), Ok(Value::Null));
    assert_eq!(
        code(client.request("textDocument/hover", json!({}))),
        -32600
    );
    assert_eq!(client.hang_up(), Some(0));

    // Without goodbye, and with a broken header.
    let mut client = Client::start(&folder, &[]);
    client.initialize(json!({}));
    assert_eq!(client.hang_up(), Some(1));
    let mut client = Client::start(&folder, &[]);
    client.send_bytes(b"nonsense\r\n\r\n");
    assert_eq!(code(client.answer(&Value::Null)), -32700);
    assert_eq!(client.hang_up(), Some(1));
}

#[test]
fn values_of_the_environment_are_never_shown() {
    let folder = demo();
    let secret = "kept-to-itself-4711";
    let mut client = Client::start(&folder, &[("DEMO_SECRET", secret), ("DEMO_TOKEN", secret)]);
    client.initialize(json!({}));
    let target = "targets/staging.yaml";
    client.open(target, TARGET, 1);
    client.diagnostics_of(target, 1);
    for column in 0..70 {
        client.at("textDocument/hover", target, (2, column));
        client.at("textDocument/definition", target, (2, column));
        client.at("textDocument/completion", target, (3, column));
    }
    assert!(!client.transcript.contains(secret));
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn the_extension_is_what_its_package_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/vscode");
    let package = std::fs::read_to_string(folder.join("package.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    let main = folder.join(package["main"].as_str().unwrap());
    let code = std::fs::read_to_string(&main).unwrap();
    assert!(code.contains("args: [\"lsp\"]") && code.contains("registerCommand(\"probity.run\""));
    for command in package["contributes"]["commands"].as_array().unwrap() {
        assert!(
            code.contains(command["command"].as_str().unwrap()),
            "{command}"
        );
    }
    // Where there is no Node, its syntax is not checked.
    if let Ok(output) = std::process::Command::new("node")
        .arg("--check")
        .arg(&main)
        .output()
    {
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
