//! How a session of `probity fuzz` ends: what is undone, and what is said about what was not tried.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::fuzz::{CONTRACT, FUZZ, target, things};
use crate::peer::{Heard, Peer, json};
use crate::support::folder::{Ended, Folder, signal};
use crate::things::simple;

/// A case that creates a thing and deletes it.
const CREATES: &str = "\
- id: creates
  effect: write
  steps:
    - request: { POST: /things, json: { name: x, n: 1 } }
      expect: [{ proves: [THINGS-01], status: 200 }]
      capture: { id: $.id }
  finally: [{ request: { DELETE: \"/things/${capture.id}\" }, expect: [{ status: 200 }] }]
";

/// The arguments up to `--seed 1`.
const SEEDED: usize = 7;

fn is_legal(heard: &Heard) -> bool {
    let body = heard.rest.split("\r\n\r\n").nth(1).unwrap_or("");
    let read = serde_json::from_str::<Value>(body).unwrap_or_default();
    let is_list = |list: &Value| {
        let items = list.as_array();
        items.is_some_and(|items| items.iter().all(Value::is_i64))
    };
    read["name"].is_string() && read["n"].is_i64() && read.get("m").is_none_or(is_list)
}

#[test]
fn what_is_under_way_at_the_end_of_the_time_is_undone() {
    let folder = things(CREATES);
    let there = Arc::new(Mutex::new((0, BTreeSet::new())));
    let known = Arc::clone(&there);
    let peer = Peer::answering(move |heard, _| {
        let path = heard.line.split(' ').nth(1).unwrap_or("");
        if heard.line.starts_with("POST") {
            if !is_legal(heard) {
                return json(400, "{}");
            }
            let id = {
                let mut known = known.lock().unwrap();
                known.0 += 1;
                let id = format!("t{}", known.0);
                known.1.insert(id.clone());
                id
            };
            // Most of the time something is created whose id nobody knows yet.
            std::thread::sleep(Duration::from_millis(150));
            return json(200, &format!("{{\"id\":\"{id}\"}}"));
        }
        let id = path.rsplit('/').next().unwrap_or("");
        let mut known = known.lock().unwrap();
        let is_there = if heard.line.starts_with("DELETE") {
            known.1.remove(id)
        } else {
            known.1.contains(id)
        };
        json(if is_there { 200 } else { 404 }, "{}")
    });
    target(&folder, &peer.url(), "");
    let more = ["--time", "1s", "--jobs", "4"];
    let ended = folder.run(&[&FUZZ[..SEEDED], &more].concat());
    let (created, left) = there.lock().unwrap().clone();
    assert!(created > 1, "{ended}");
    assert!(left.is_empty(), "{created} {left:?}\n{ended}");
    assert!(!ended.stdout.contains("left behind"), "{ended}");
}

#[test]
fn what_an_abandoned_request_may_have_created_is_listed() {
    let folder = things(CREATES);
    let peer = Peer::answering(|heard, knowledge| {
        if heard.line.starts_with("POST") && knowledge.heard_like("POST") > 1 {
            std::thread::sleep(Duration::from_secs(15));
        }
        json(200, "{\"id\":\"1\"}")
    });
    target(&folder, &peer.url(), "");
    let process = folder.start(&[&FUZZ[..SEEDED], &["--time", "10m"]].concat());
    peer.knowledge.wait_for_heard(3);
    signal("-INT", &process);
    Ended::from(process.wait_with_output().unwrap())
        .expect_code(130)
        .expect_said("\nleft behind:\n  may exist: DELETE ");
}

#[test]
fn a_time_that_is_too_short_for_the_cases_is_not_the_fault_of_the_target() {
    let steps = "- id: long
  steps:
    - { request: { GET: /a }, expect: [{ proves: [THINGS-01], status: 200 }] }
    - { request: { GET: /b }, expect: [{ proves: [THINGS-01], status: 200 }] }
";
    let folder = things(&format!("{steps}{}", simple("other")));
    let peer = Peer::answering(|_, _| {
        std::thread::sleep(Duration::from_millis(1300));
        json(200, "{}")
    });
    target(&folder, &peer.url(), "");
    let more = ["--time", "1s", "--jobs", "1"];
    let ended = folder
        .run(&[&FUZZ[..SEEDED], &more].concat())
        .expect_code(4)
        .expect_said("the time was over before 2 of 2 cases had run without a change: give more with `--time`");
    assert!(!ended.stdout.contains("no evidence"), "{ended}");
    assert!(peer.lines().len() <= 1, "{:?}", peer.lines());
}

/// A service with one thing, that of the fixture.
fn one_thing() -> Peer {
    Peer::answering(|heard, _| {
        let path = heard.line.split(' ').nth(1).unwrap_or("");
        let is_there = path.split('?').next() == Some("/things/s3cret-thing");
        let is_right = !heard.line.starts_with("PATCH") || is_legal(heard);
        json(
            match (is_there, is_right) {
                (true, true) => 200,
                (true, false) => 400,
                (false, _) => 404,
            },
            "{}",
        )
    })
}

/// Cases with literal values in their paths, as `import openapi` writes them.
const LITERALS: &str = "\
- id: changes
  effect: write
  request: { PATCH: \"/things/${fixture.name}\", json: { name: x, n: 1 } }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: changes-illegal-id
  effect: write
  rows: [{ row: a-word, value: word }, { row: beyond, value: '1001' }]
  request: { PATCH: \"/things/${row.value}\", json: { name: x, n: 1 } }
  expect: [{ proves: [THINGS-02], status: 404 }]
- id: reads
  request: { GET: \"/things/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: reads-illegal-id
  request: { GET: /things/7 }
  expect: [{ proves: [THINGS-02], status: 404 }]
";

fn with_literals(requests: &str) -> Folder {
    let folder = things(LITERALS);
    let rule = "answers:
  - id: reads
    operation: GET /things/{}
    expect: [{ proves: [THINGS-02], status: [200, 404] }]
requirements:
";
    let contract = CONTRACT
        .replace("POST /things", "PATCH /things/{}")
        .replace("requirements:\n", &format!("{requests}{rule}"));
    folder.write("suite/cases/things/contract.yaml", contract);
    folder
}

#[test]
fn a_literal_value_in_a_path_is_no_operation_that_was_not_tried() {
    let peer = one_thing();
    let folder = with_literals("");
    target(&folder, &peer.url(), "");
    let ended = folder.run(&FUZZ).expect_code(0);
    for other in ["\nnot tried:", "/things/word", "/things/7"] {
        assert!(!ended.stdout.contains(other), "{ended}");
    }
}

#[test]
fn an_operation_of_which_only_refused_requests_were_sent_is_named() {
    let peer = one_thing();
    let folder = with_literals(
        "  - { operation: \"DELETE /things/{}\", body: { type: object }, proves: [THINGS-02] }\n",
    );
    target(&folder, &peer.url(), "");
    folder
        .run(&FUZZ)
        .expect_code(4)
        .expect_said("DELETE /things/{}: no case sends such a request")
        .expect_said("no changed request of 1 described operation was answered: DELETE /things/{}");
    folder
        .run(&[&FUZZ[..], &["--skip", "*/changes"]].concat())
        .expect_code(4)
        .expect_said("PATCH /things/{}: no case has an answer that accepts the request")
        .expect_said("no changed request of 1 described operation was answered: PATCH /things/{}");
}
