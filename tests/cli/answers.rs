//! Rules of a contract: checks on every answer of an operation, whatever case sent the request.

use serde_json::{Value, json};

use crate::folder::{Ended, Folder};
use crate::peer::{Peer, json as answer};
use crate::things;

const CONTRACT: &str = "\
contract: things
title: things
service: things
services: { things: {} }
answers:
  - id: thing
    operation: [\"GET /things/{}\", \"DELETE /things/{}\"]
    status: <2xx>
    expect:
      - { proves: [THINGS-02], json: { id: <string> } }
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing is as it is., source: here }
  - { id: THINGS-02, level: MUST, sentence: A thing has an id., source: here }
fixtures: { name: a name }
";

const CASES: &str = "\
- id: plain
  request: { GET: \"/things/${fixture.name}\", headers: { Case: plain } }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: arranged
  request: { headers: { Case: arranged } }
  steps:
    - title: look
      request: { GET: \"/things/${fixture.name}\" }
      expect: [{ status: <2xx> }]
    - request: { GET: /other }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - title: tidy
      request: { DELETE: \"/things/${fixture.name}\", headers: { Case: tidy } }
      expect: [{ status: <any> }]
";

/// Writes the suite with these cases.
fn write(folder: &Folder, cases: &str) {
    things::write(folder, cases);
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    let target = "name: things\nfixtures: { things.name: something }\n";
    folder.write("suite/targets/reference.yaml", target);
}

/// A server on which the things of some requests, by their header `Case`, have no id.
fn without_id(of: &'static str) -> Peer {
    Peer::answering(move |heard, _| {
        let rest = heard.rest.to_ascii_lowercase();
        if !of.is_empty() && rest.contains(&format!("case: {of}\r\n")) {
            answer(200, "{}")
        } else {
            answer(200, r#"{"id": "a"}"#)
        }
    })
}

fn run(folder: &Folder, peer: &Peer) -> Ended {
    let target = peer.url();
    let report = "json=report.json";
    folder.run(&[
        "run", "--suite", "suite", "--target", &target, "--report", report,
    ])
}

/// The disposition of a requirement in the report.
fn disposition(folder: &Folder, id: &str) -> Value {
    let report = folder.report("report.json");
    let requirements = report["requirements"].as_array().unwrap().iter();
    let mut found = requirements.filter(|one| one["id"] == id);
    found.next().unwrap()["disposition"].clone()
}

#[test]
fn a_rule_holds_for_arranging_steps_finally_steps_and_other_cases() {
    for (of, case, step) in [
        ("plain", "things/all/plain", 0),
        ("arranged", "things/all/arranged", 0),
        ("tidy", "things/all/arranged", 2),
    ] {
        let folder = Folder::new();
        write(&folder, CASES);
        run(&folder, &without_id(of))
            .expect_code(1)
            .expect_said("rule: thing of things")
            .expect_said("cases/things/contract.yaml:10:44");
        let report = folder.report("report.json");
        let failed = report["cases"].as_array().unwrap().iter();
        let failed: Vec<&Value> = failed.filter(|case| case["verdict"] == "fail").collect();
        assert_eq!(failed.len(), 1, "{of}");
        assert_eq!(failed[0]["id"], case);
        assert_eq!(failed[0]["violated"], json!(["THINGS-02"]));
        let finding = &failed[0]["findings"][0];
        assert_eq!(
            (&finding["rule"], &finding["step"]),
            (&json!("thing"), &json!(step))
        );
        // The rule keeps no step from doing its work.
        assert_eq!(failed[0]["left_behind"], json!([]));
        assert_eq!(disposition(&folder, "THINGS-01"), "upheld");
        assert_eq!(disposition(&folder, "THINGS-02"), "violated");
    }
}

#[test]
fn a_rule_that_was_judged_and_held_proves_its_requirement() {
    let folder = Folder::new();
    write(&folder, CASES);
    run(&folder, &without_id("")).expect_code(0);
    assert_eq!(disposition(&folder, "THINGS-02"), "upheld");
}

#[test]
fn a_rule_does_not_hold_for_a_case_that_opts_out() {
    let folder = Folder::new();
    let reason = "- id: plain\n  without: { thing: it is about something else }\n";
    write(&folder, &CASES.replace("- id: plain\n", reason));
    run(&folder, &without_id("plain")).expect_code(0);
    assert_eq!(disposition(&folder, "THINGS-02"), "upheld");
}

#[test]
fn a_rule_that_was_never_judged_upholds_nothing() {
    // The answers have another status than the rule describes.
    let folder = Folder::new();
    let cases = "\
- id: missing
  request: { GET: \"/things/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: [200, 404] }]
";
    write(&folder, cases);
    run(&folder, &Peer::answering(|_, _| answer(404, "{}"))).expect_code(4);
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
    // It might have been judged, but the step accepts other answers, too: it proves nothing about it.
    run(&folder, &without_id("")).expect_code(4);
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
    // A violation counts nevertheless.
    run(&folder, &Peer::answering(|_, _| answer(200, "{}"))).expect_code(1);
    assert_eq!(disposition(&folder, "THINGS-02"), "violated");

    // The status is not the required one, so the rule is not judged and the requirement unproven, never upheld.
    let folder = Folder::new();
    write(&folder, &cases.replace("[200, 404]", "200"));
    run(&folder, &Peer::answering(|_, _| answer(404, "{}"))).expect_code(1);
    assert_eq!(disposition(&folder, "THINGS-01"), "violated");
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
}

#[test]
fn a_skipped_case_leaves_no_gap_where_the_rule_was_judged_elsewhere() {
    let folder = Folder::new();
    let skipped = "\
- id: skipped
  effect: write
  request: { GET: \"/things/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: 200 }]
";
    write(&folder, skipped);
    let peer = without_id("");
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\npermits: [read]\nfixtures: {{ things.name: a }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
    let all = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=report.json",
    ];
    let _ = folder.run(&all);
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
    things::write_cases(
        &folder,
        "more",
        &CASES.replace("- id: arranged", "- id: also"),
    );
    let _ = folder.run(&all);
    assert_eq!(disposition(&folder, "THINGS-02"), "upheld");
    assert_eq!(disposition(&folder, "THINGS-01"), "unproven");
}

#[test]
fn a_changed_rule_changes_the_digest_of_the_cases_it_holds_for() {
    let folder = Folder::new();
    let other = "- id: other\n  request: { GET: /other }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    write(&folder, &format!("{CASES}{other}"));
    let digests = || {
        run(&folder, &without_id("")).expect_code(0);
        let report = folder.report("report.json");
        let cases = report["cases"].as_array().unwrap().iter();
        cases
            .map(|case| case["digest"].clone())
            .collect::<Vec<Value>>()
    };
    let before = digests();
    let changed = CONTRACT.replace("id: <string>", "id: <non-empty>");
    folder.write("suite/cases/things/contract.yaml", &changed);
    let after = digests();
    assert!(before[0] != after[0] && before[1] != after[1]);
    assert_eq!(before[2], after[2]);
}

/// The suite with a rule about GET, HEAD and DELETE whose block says this.
fn write_with(folder: &Folder, block: &str, cases: &str) {
    write(folder, cases);
    let contract = CONTRACT
        .replace(
            "\"DELETE /things/{}\"",
            "\"HEAD /things/{}\", \"DELETE /things/{}\"",
        )
        .replace("json: { id: <string> }", block);
    folder.write("suite/cases/things/contract.yaml", contract);
}

const WITHOUT_CONTENT: &str = "\
- id: head
  request: { HEAD: \"/things/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: deleted
  effect: write
  request: { DELETE: \"/things/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: [200, 204] }]
";

const WITH_CONTENT: &str = "\
- id: got
  request: { GET: \"/things/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: <2xx> }]
";

/// A server whose answers to GET have this status, and no content if it is 204.
fn server(status: u16) -> Peer {
    Peer::answering(move |heard, _| {
        let typed = "Content-Type: application/json\r\n";
        match heard.line.split(' ').next() {
            Some("HEAD") => crate::peer::answer(200, typed, ""),
            Some("DELETE") => crate::peer::answer(204, typed, ""),
            _ if status == 204 => crate::peer::answer(204, typed, ""),
            _ => answer(status, r#"{"id": "a"}"#),
        }
    })
}

#[test]
fn a_rule_asks_for_no_content_where_http_forbids_it_and_shows_nothing_there() {
    let folder = Folder::new();
    let both = format!("{WITHOUT_CONTENT}{WITH_CONTENT}");
    write_with(&folder, "json: { id: <string> }", &both);
    run(&folder, &server(200)).expect_code(0);
    assert_eq!(disposition(&folder, "THINGS-02"), "upheld");
    // An answer that can have content must have it.
    let empty = Peer::answering(|_, _| crate::peer::answer(200, "", ""));
    run(&folder, &empty).expect_code(1);
    assert_eq!(disposition(&folder, "THINGS-02"), "violated");

    write_with(&folder, "json: { id: <string> }", WITHOUT_CONTENT);
    run(&folder, &server(200)).expect_code(4);
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
    // What is not about content is judged.
    let header = "headers: { X-Id: <present> }, json: { id: <string> }";
    write_with(&folder, header, WITHOUT_CONTENT);
    run(&folder, &server(200)).expect_code(1);
    assert_eq!(disposition(&folder, "THINGS-02"), "violated");
}

#[test]
fn a_204_that_nobody_names_is_no_answer_with_content() {
    let folder = Folder::new();
    let cases_name_it = WITH_CONTENT.replace("<2xx>", "[200, 204]");
    let cases_deny_it = WITH_CONTENT.replace("<2xx>", "200");
    let (plain, with_status) = (
        "json: { id: <string> }",
        "status: 200, json: { id: <string> }",
    );
    for (block, cases, code, found) in [
        (plain, WITH_CONTENT, 1, "violated"),
        (plain, cases_deny_it.as_str(), 1, "violated"),
        // The case says that there may be none. That things have an id is not shown then.
        (plain, cases_name_it.as_str(), 4, "unproven"),
        (with_status, cases_name_it.as_str(), 1, "violated"),
    ] {
        write_with(&folder, block, cases);
        run(&folder, &server(204)).expect_code(code);
        assert_eq!(disposition(&folder, "THINGS-02"), found, "{block} {cases}");
    }
}
