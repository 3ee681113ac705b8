//! Hover, definition, references and rename.

use serde_json::{Value, json};

use super::client::Client;
use super::{CONTRACT, demo};
use crate::support::folder::Folder;

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
