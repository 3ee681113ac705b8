//! `probity import hurl`: the imported suite judges answers as Hurl does.

use std::fmt::Write as _;

use serde_json::Value;

use crate::peer::{Peer, answer};
use crate::support::folder::Folder;

/// Names and bodies of answers.
const ANSWERS: [(&str, &str); 16] = [
    ("missing", "{}"),
    ("null", r#"{"a": null}"#),
    ("text", r#"{"a": "x"}"#),
    ("one", r#"{"a": 1}"#),
    ("other", r#"{"a": 2}"#),
    ("float", r#"{"a": 1.5}"#),
    ("digits", r#"{"a": "1"}"#),
    ("empty", r#"{"a": ""}"#),
    ("true", r#"{"a": true}"#),
    ("object", r#"{"a": {"b": 1}}"#),
    ("none", r#"{"a": []}"#),
    ("single", r#"{"a": ["x"]}"#),
    ("two", r#"{"a": ["x", "y"]}"#),
    ("number", r#"{"a": [1]}"#),
    ("numbers", r#"{"a": [1, 2]}"#),
    ("no-json", "hello"),
];

/// Asserts, and the answers on which Hurl 8.0.1 says that they hold.
const ASSERTS: [(&str, &str); 27] = [
    ("$.a == 1", "one"),
    (
        "$.a != 1",
        "null text other float digits empty true object none single two number numbers",
    ),
    (
        "$.a not == 1",
        "missing null text other float digits empty true object none single two number numbers",
    ),
    ("$.a not != 1", "missing one"),
    (
        "$.a != \"x\"",
        "null one other float digits empty true object none single two number numbers",
    ),
    (
        "$.a != null",
        "text one other float digits empty true object none single two number numbers",
    ),
    (
        "$.a exists",
        "null text one other float digits empty true object none single two number numbers",
    ),
    ("$.a not exists", "missing"),
    ("$.a.b != 1", ""),
    (
        "$.a.b not == 1",
        "missing null text one other float digits empty true none single two number numbers",
    ),
    ("$.a > 1", "other float"),
    ("$.a <= 1", "one"),
    ("$.a contains \"x\"", "text single two"),
    ("$.a startsWith \"x\"", "text"),
    ("$.a matches /x/", "text"),
    ("$.a isString", "text digits empty"),
    ("$.a isInteger", "one other"),
    ("$.a count >= 1", "single two number numbers"),
    ("$.a toInt == 1", "one float digits"),
    ("$.a toString == \"1\"", "one digits"),
    ("$.a[*] == \"x\"", "single"),
    ("$.a[*] != \"x\"", "object two number numbers"),
    (
        "$.a[*] not == \"x\"",
        "missing null text one other float digits empty true object none two number numbers",
    ),
    ("$.a[*] contains \"x\"", "single two"),
    ("$.a[*] contains 1", "numbers"),
    ("$.a[*] > 0", "object number"),
    ("$.a[*] count == 2", "two numbers"),
];

#[test]
fn an_imported_assert_judges_answers_as_hurl_does() {
    let peer = Peer::answering(|heard, _| {
        let path = heard.line.split(' ').nth(1).unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let body = ANSWERS.iter().find(|(known, _)| *known == name);
        answer(
            200,
            "Content-Type: application/json\r\n",
            body.map_or("", |(_, body)| body),
        )
    });
    let folder = Folder::new();
    let mut text = String::new();
    for (number, (assert, _)) in ASSERTS.iter().enumerate() {
        let (path, predicate) = assert.split_once(' ').unwrap();
        for (name, _) in ANSWERS {
            let url = format!("{}/q{number}/{name}", peer.url());
            writeln!(
                text,
                "GET {url}\nHTTP 200\n[Asserts]\njsonpath \"{path}\" {predicate}\n"
            )
            .unwrap();
        }
    }
    folder.write("all.hurl", &text);
    let ended = folder
        .run(&["import", "hurl", "all.hurl", "--into", "suite"])
        .expect_code(0);
    // One assert of each answer has a check that is weaker than it, and all of them say so.
    assert_eq!(
        ended.stderr.matches("weaker than `isInteger`").count(),
        ANSWERS.len(),
        "{ended}"
    );
    assert!(
        ended.stderr.contains("16 warnings in 1 file"),
        "{}",
        ended.stderr
    );
    let run = [
        "run",
        "--suite",
        "suite",
        "--target",
        &peer.url(),
        "--report",
        "json=r.json",
    ];
    folder.run(&run).expect_code(1);
    let report: Value = serde_json::from_str(&folder.read("r.json")).unwrap();
    let cases = report["cases"].as_array().unwrap();
    let mut wrong = String::new();
    for (number, (assert, holds)) in ASSERTS.iter().enumerate() {
        let holds: Vec<&str> = holds.split(' ').collect();
        for (name, body) in ANSWERS {
            let id = format!("-q{number}-{name}");
            let case = cases
                .iter()
                .find(|case| case["id"].as_str().unwrap().ends_with(&id))
                .unwrap_or_else(|| panic!("{id} in {report}"));
            let expected = if holds.contains(&name) {
                "pass"
            } else {
                "fail"
            };
            if case["verdict"] != expected {
                writeln!(
                    wrong,
                    "{assert} on {body}: {}, in Hurl {expected}",
                    case["verdict"]
                )
                .unwrap();
            }
        }
    }
    // It converts 1.5 to 1: here it is neither 1 nor "1".
    assert_eq!(
        wrong,
        "$.a toInt == 1 on {\"a\": 1.5}: \"fail\", in Hurl pass\n"
    );
}

/// Where every check of a source is lost, what is left is an assumption: the output, the contract and the case say so.
#[test]
fn an_import_that_lost_its_checks_says_so_and_is_no_must() {
    let peer = Peer::answering(|_, _| answer(200, "", "{}"));
    let folder = Folder::new();
    let url = peer.url();
    folder.write(
        "a.hurl",
        format!("GET {url}/a\nHTTP *\n[Asserts]\nmd5 == hex,00;\n\nGET {url}/b\nHTTP 200\n[Asserts]\nxpath \"//b\" != \"x\"\n"),
    );
    let script = [
        "if (pm.response.code === 200) {",
        "  pm.expect(1).to.eql(1);",
        "}",
    ];
    let event = serde_json::json!([{ "listen": "test", "script": { "exec": script } }]);
    let item = serde_json::json!({ "name": "a", "request": format!("{url}/a"), "event": event });
    let collection = serde_json::json!({ "info": { "name": "c" }, "item": [item] });
    folder.write("c.json", collection.to_string());
    for (kind, file, said) in [
        ("hurl", "a.hurl", "2 steps check less than the source does"),
        (
            "postman",
            "c.json",
            "1 step checks less than the source does",
        ),
    ] {
        folder
            .run(&["import", kind, file, "--into", kind])
            .expect_code(0)
            .expect_said(said)
            .expect_said("1 step has no known answer");
        let texts = crate::traffic::files(&folder, kind);
        assert!(
            texts.contains("says more about the answer than is checked here"),
            "{texts}"
        );
        assert!(texts.contains("source: \"assumed: "), "{texts}");
        let run = folder.run(&["run", "--suite", kind, "--target", &url, "--no-report"]);
        if kind == "postman" {
            run.expect_code(0)
                .expect_said("the suite has no MUST requirement");
        }
    }
}
