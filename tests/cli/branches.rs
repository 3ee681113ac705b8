//! Blocks that are about some answers (`when`), and alternatives (`any-of`): which branch is taken, and what that proves.

use serde_json::{Value, json};

use crate::peer::{Peer, json as answer};
use crate::support::folder::{Ended, Folder};
use crate::things;

const CONTRACT: &str = "\
contract: things
title: things
service: things
services: { things: {} }
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing is as it is., source: here }
  - { id: THINGS-02, level: MUST, sentence: A part says which., source: here }
  - { id: THINGS-03, level: MUST, sentence: A thing has one of two forms., source: here }
";

const CASES: &str = r#"- id: part
  request: { GET: /part, headers: { Range: bytes=0-0 } }
  expect:
    - { proves: [THINGS-01], status: [200, 206] }
    - proves: [THINGS-02]
      when: { status: 206 }
      headers: { Content-Range: "</^bytes 0-0/>" }
- id: form
  request: { GET: /form }
  expect:
    - { proves: [THINGS-01], status: 200 }
    - proves: [THINGS-03]
      any-of:
        - { json-exactly: { id: <integer> } }
        - { json-exactly: { name: <non-empty>, url: <non-empty> } }
"#;

/// Answers the two requests with this head and this form.
fn peer(part: &'static str, form: &'static str) -> Peer {
    Peer::answering(move |heard, _| {
        if heard.line.contains("/form") {
            return answer(200, form);
        }
        format!("HTTP/1.1 {part}Content-Length: 2\r\n\r\n{{}}")
    })
}

fn suite() -> Folder {
    let folder = Folder::new();
    things::write(&folder, CASES);
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/targets/reference.yaml", "name: things\n");
    folder
}

fn run(folder: &Folder, command: &str, peer: &Peer) -> Ended {
    let url = peer.url();
    let arguments = [command, "--suite", "suite", "--target", &url];
    folder.run(&[&arguments[..], &["--report", "report.json"]].concat())
}

fn disposition(report: &Value, id: &str) -> String {
    let all = report["requirements"].as_array().unwrap();
    let one = all.iter().find(|one| one["id"] == id).unwrap();
    one["disposition"].as_str().unwrap().to_owned()
}

const PART: &str = "206 Partial Content\r\nContent-Range: bytes 0-0/2\r\n";

#[test]
fn a_branch_that_is_taken_proves_its_requirement() {
    let folder = suite();
    let peer = peer(PART, r#"{"name":"a","url":"b"}"#);
    run(&folder, "run", &peer).expect_code(0);
    let report = folder.report("report.json");
    let branches = |case: usize| report["cases"][case]["steps"][0]["branches"].clone();
    assert_eq!(
        branches(0),
        json!([{ "block": 1, "line": 9, "when": "status 206", "taken": true }])
    );
    assert_eq!(
        branches(1),
        json!([{ "block": 1, "line": 16, "taken": true, "alternatives": 2, "alternative": 1 }])
    );
}

#[test]
fn a_branch_that_is_not_taken_proves_nothing_and_is_no_failure() {
    let folder = suite();
    let peer = peer("200 OK\r\n", r#"{"id":1}"#);
    run(&folder, "run", &peer)
        .expect_code(4)
        .expect_said("no answer was one that the check is about (`when` status 206)")
        .expect_said("THINGS-02");
    let report = folder.report("report.json");
    assert_eq!(report["cases"][0]["verdict"], "pass");
    assert_eq!(report["cases"][0]["unproven"], json!(["THINGS-02"]));
    for (id, expected) in [
        ("THINGS-01", "upheld"),
        ("THINGS-02", "unproven"),
        ("THINGS-03", "upheld"),
    ] {
        assert_eq!(disposition(&report, id), expected, "{id}");
    }
}

#[test]
fn findings_of_alternatives_are_those_of_the_nearest_and_a_line_for_each_other() {
    let folder = suite();
    let peer = peer(PART, r#"{"name":"a","url":""}"#);
    run(&folder, "run", &peer)
        .expect_code(1)
        .expect_said("line 16: any-of: no alternative of 2 taken");
    let report = folder.report("report.json");
    let findings = report["cases"][1]["findings"].as_array().unwrap();
    let messages: Vec<&str> = findings
        .iter()
        .map(|one| one["message"].as_str().unwrap())
        .collect();
    insta::assert_snapshot!(messages.join("\n"));
    assert!(findings.iter().all(|one| one["requirement"] == "THINGS-03"));
    assert_eq!(findings[0]["place"]["line"], 19);
    assert_eq!(findings[1]["place"]["line"], 18);
    assert_eq!(disposition(&report, "THINGS-03"), "violated");
}

#[test]
fn prove_reports_a_branch_that_no_answer_takes() {
    let folder = suite();
    let peer = peer("200 OK\r\n", r#"{"id":1}"#);
    run(&folder, "prove", &peer)
        .expect_code(1)
        .expect_said("no answer takes this branch");
    let proof = folder.report("report.json");
    let blind = proof["inverted"]["blind"].as_array().unwrap();
    let blind: Vec<&str> = blind
        .iter()
        .map(|one| one["check"].as_str().unwrap())
        .collect();
    assert_eq!(blind, ["any-of, alternative 2", "when status 206"]);
}

#[test]
fn prove_inverts_the_checks_of_the_branches_that_are_taken() {
    let folder = suite();
    let cases = CASES.replace(
        "        - { json-exactly: { name",
        "        - { status: 404 }\n        - { json-exactly: { name",
    );
    let cases = cases.replace("status: 200 }", "status: [200, 404] }");
    things::write_cases(&folder, "all", &cases);
    let peer = peer(PART, r#"{"name":"a","url":"b"}"#);
    run(&folder, "prove", &peer);
    let proof = folder.report("report.json");
    let inverted = &proof["inverted"];
    let blind = inverted["blind"].as_array().unwrap();
    let blind: Vec<&str> = blind
        .iter()
        .map(|one| one["check"].as_str().unwrap())
        .collect();
    assert_eq!(blind, ["any-of, alternative 1", "any-of, alternative 2"]);
    // The statuses; the condition and the header; three alternatives, and the two members of the third.
    assert_eq!(inverted["total"], 2 + 2 + 3 + 2);
}
