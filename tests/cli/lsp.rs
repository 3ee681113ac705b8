//! `probity lsp`, by a scripted client over standard input and output.

mod client;
mod completion;
mod diagnostics;
mod names;
mod protocol;

use std::path::Path;

use serde_json::{Value, json};

use crate::support::folder::Folder;
use client::Client;

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
