//! Completion.

use serde_json::{Value, json};

use super::client::{Client, marked};
use super::{CASES, CONTRACT, SCHEMA, TARGET, demo};

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
