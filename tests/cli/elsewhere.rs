//! `probity prove` and mutants that are killed elsewhere: a check that one exchange makes and another one lacks.

use std::path::Path;

use serde_json::{Value, json};

use crate::bookshelf::shelf;
use crate::peer::{Peer, json as answer};
use crate::prove::{Copy, Proof, copy};
use crate::support::folder::Folder;
use crate::things;

const RESULT_SET: &str = "      - proves: [SEATS-15, SEATS-16, SEATS-17, SEATS-19, SEATS-20, SEATS-21, SEATS-23, SEATS-25]
        schema: seats/result-set.schema.json\n";

impl Proof {
    /// A mutant of a MUST that survives in one case and is killed in another.
    fn names_pair(self, case: &str, killed_in: &str, requirement: &str) -> Proof {
        let elsewhere = &self.json["mutants"]["elsewhere"];
        let is_it = |pair: &Value| {
            pair["case"] == case
                && pair["killed_by"]["case"] == killed_in
                && pair["level"] == "MUST"
                && pair["accepted"].is_null()
                && pair["requirements"]
                    .as_array()
                    .unwrap()
                    .contains(&json!(requirement))
        };
        let pairs = elsewhere["pairs"].as_array().unwrap();
        assert!(pairs.iter().any(is_it), "{elsewhere:#}\n{}", self.said);
        let reasons = self.json["reasons"].as_array().unwrap();
        let is_reason = |one: &Value| one.as_str().unwrap().starts_with("killed elsewhere: ");
        assert!(reasons.iter().any(is_reason), "{}", self.said);
        assert!(
            self.said.contains(case) && self.said.contains(killed_in),
            "{}",
            self.said
        );
        self
    }
}

#[test]
fn a_schema_that_one_of_several_calls_alone_is_checked_with_is_red() {
    Copy::of("seats/assign-and-reclaim/assign seats/assign-and-reclaim/several-users seats/assign-and-reclaim/reclaim")
        .change("cases/seats/contract.yaml", RESULT_SET, "")
        .change(
            "cases/seats/assign-and-reclaim.yaml",
            "      - proves: [SEATS-04]\n",
            &format!("{RESULT_SET}      - proves: [SEATS-04]\n"),
        )
        .loss()
        .names_pair(
            "seats/assign-and-reclaim/several-users",
            "seats/assign-and-reclaim/assign",
            "SEATS-21",
        )
        .names_pair(
            "seats/assign-and-reclaim/reclaim",
            "seats/assign-and-reclaim/assign",
            "SEATS-15",
        );
}

#[test]
fn a_status_that_one_of_several_calls_alone_requires_is_red() {
    Copy::of("license/answer/reprocess license/permissions/sufficient-permission")
        .change(
            "cases/license/contract.yaml",
            "      - proves: [LICENSE-05]\n        status: 200\n",
            "",
        )
        .change(
            "cases/license/answer.yaml",
            "      - proves: [LICENSE-18]\n",
            "      - proves: [LICENSE-05]\n        status: 200\n      - proves: [LICENSE-18]\n",
        )
        .loss()
        .names_pair(
            "license/permissions/sufficient-permission[user-application]",
            "license/answer/reprocess",
            "LICENSE-05",
        );
}

#[test]
fn a_header_that_one_of_several_calls_alone_is_checked_for_is_red() {
    let header = "      - proves: [LICENSE-07]\n        headers: { Content-Type: <media-type application/json> }\n";
    Copy::of("license/answer/reprocess license/permissions/sufficient-permission")
        .change("cases/license/contract.yaml", header, "")
        .change(
            "cases/license/answer.yaml",
            "      - proves: [LICENSE-18]\n",
            &format!("{header}      - proves: [LICENSE-18]\n"),
        )
        .loss()
        .names_pair(
            "license/permissions/sufficient-permission[directory-delegated]",
            "license/answer/reprocess",
            "LICENSE-07",
        );
}

const ROUTE_A: &str = "      - proves: [AUTOPILOT-01, AUTOPILOT-03, AUTOPILOT-07, AUTOPILOT-10]
        status: <2xx>
        blames: { AUTOPILOT-03: [400, 411, 415, 422], AUTOPILOT-07: 406, AUTOPILOT-10: [401, 403] }
";

#[test]
fn a_body_that_one_of_several_calls_alone_must_not_have_is_red() {
    Copy::of("autopilot/answer/route-a autopilot/effect/route-a-unassigns")
        .change(
            "cases/autopilot/contract.yaml",
            "      - proves: [AUTOPILOT-05]\n        body: <empty>\n",
            "",
        )
        .change(
            "cases/autopilot/answer.yaml",
            ROUTE_A,
            &format!("{ROUTE_A}      - proves: [AUTOPILOT-05]\n        body: <empty>\n"),
        )
        .loss()
        .names_pair(
            "autopilot/effect/route-a-unassigns",
            "autopilot/answer/route-a",
            "AUTOPILOT-05",
        );
}

#[test]
fn a_deleted_rule_whose_schema_only_some_cases_repeat_is_red() {
    Copy::of("presence/batch/two-users presence/online-only/true-drops-offline-users")
        .change(
            "cases/presence/contract.yaml",
            "      - proves:
          [PRESENCE-38, PRESENCE-40, PRESENCE-41, PRESENCE-43, PRESENCE-44, PRESENCE-45,
           PRESENCE-46, PRESENCE-48, PRESENCE-49, PRESENCE-52, PRESENCE-53]
        schema: presence/records.schema.json\n",
            "",
        )
        .loss()
        .names_pair(
            "presence/online-only/true-drops-offline-users",
            "presence/batch/two-users",
            "PRESENCE-41",
        );
}

/// The bookshelf in `suite/`, to be weakened.
fn bookshelf() -> Folder {
    let folder = Folder::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bookshelf");
    for part in ["cases", "schemas", "targets"] {
        copy(&example.join(part), part, &folder);
    }
    folder
}

const TWO: &str = "\
- id: strict
  request: { query: { n: 1 } }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Content-Type: <media-type application/json> },
             json: { a: <integer>, b: <string> } }]
- id: lax
  request: { query: { n: 2 } }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Content-Type: <media-type application/json> },
             json: { a: <integer> } }]
";

/// A suite of two cases, on a target that answers this body.
fn two(cases: &str, body: &'static str) -> (Folder, Peer) {
    let folder = Folder::new();
    things::write(&folder, cases);
    (folder, Peer::answering(move |_, _| answer(200, body)))
}

#[test]
fn a_member_that_one_case_checks_and_another_does_not_is_red_until_it_is_allowed() {
    let (folder, peer) = two(TWO, r#"{"a":1,"b":"x"}"#);
    let url = peer.url();
    let prove = [
        "prove",
        "--suite",
        "suite",
        "--target",
        &url,
        "--report",
        "proof.json",
    ];
    let ended = folder
        .run(&prove)
        .expect_code(1)
        .expect_said("killed elsewhere: ")
        .expect_said("things/all/lax, step 1")
        .expect_said("killed in things/all/strict, step 1, by json for THINGS-01 (MUST)");
    let elsewhere = &folder.report("proof.json")["mutants"]["elsewhere"];
    assert_eq!(elsewhere["pairs"].as_array().unwrap().len(), 1, "{ended}");
    assert_eq!(elsewhere["must"], elsewhere["mutants"]);
    assert_eq!(elsewhere["pairs"][0]["places"][0]["place"], "/b");

    let contract = folder.read("suite/cases/things/contract.yaml");
    let entry = |case: &str, at: &str| {
        let entry = format!(
            "unchecked: [{{ cases: {case}, operation: GET /things, at: {at}, reason: for the test }}]"
        );
        let allowing = contract.replace("requirements:", &format!("{entry}\nrequirements:"));
        folder.write("suite/cases/things/contract.yaml", allowing);
    };
    entry("things/all/lax", "/b");
    folder.run(&prove).expect_code(0).expect_said("; ");
    let elsewhere = &folder.report("proof.json")["mutants"]["elsewhere"];
    assert_eq!(elsewhere["mutants"], 0);
    assert_eq!(elsewhere["pairs"][0]["accepted"], "for the test");
    folder
        .run(&[&prove[..], &["--verbose"]].concat())
        .expect_code(0)
        .expect_said("things/all/lax, step 1  for the test");

    // Of a list of operations, each must allow something.
    entry("things/all/lax", "/b");
    let allowing = folder.read("suite/cases/things/contract.yaml");
    let listing = |other: &str| {
        let list = format!("operation: [GET /things 200, {other}]");
        let listing = allowing.replace("operation: GET /things", &list);
        folder.write("suite/cases/things/contract.yaml", listing);
    };
    listing("GET /things");
    folder
        .run(&prove)
        .expect_code(1)
        .expect_said("things/all/lax: GET /things: /b");
    listing("GET /thing");
    folder
        .run(&prove)
        .expect_code(1)
        .expect_said("match nothing")
        .expect_said("things/all/lax: GET /thing: /b");

    // An entry for a case that checks the place, or for a place that is checked, allows nothing.
    for (case, at) in [("things/all/strict", "/b"), ("things/all/lax", "/a")] {
        entry(case, at);
        folder
            .run(&prove)
            .expect_code(1)
            .expect_said("match nothing")
            .expect_said(&format!("{case}: GET /things: {at}"))
            .expect_said("killed elsewhere: ");
    }
}

/// `lax` beside a case with another check of `/b`.
fn beside(check: &str, proves: &str) -> String {
    format!(
        "- id: other\n  request: {{ query: {{ n: 1 }} }}\n  expect: [{{ proves: [THINGS-01], status: 200, headers: \
         {{ Content-Type: <media-type application/json> }}, json: {{ a: <integer> }} }}, {{ {proves}{check} }}]\n\
         - id: lax\n  request: {{ query: {{ n: 2 }} }}\n  expect: [{{ proves: [THINGS-01], status: 200, headers: \
         {{ Content-Type: <media-type application/json> }}, json: {{ a: <integer> }} }}]\n"
    )
}

/// How many mutants are killed elsewhere where `other` makes this check.
fn killed_elsewhere(check: &str, proves: &str) -> u64 {
    let (folder, peer) = two(&beside(check, proves), r#"{"a":1,"b":"x"}"#);
    let url = peer.url();
    folder.run(&[
        "prove",
        "--suite",
        "suite",
        "--target",
        &url,
        "--report",
        "proof.json",
    ]);
    let proof = folder.report("proof.json");
    proof["mutants"]["elsewhere"]["mutants"].as_u64().unwrap()
}

#[test]
fn a_check_with_a_value_of_its_case_does_not_carry_over() {
    let must = "proves: [THINGS-01], ";
    for general in [
        "json: { b: <string> }",
        "json: { b: </x/> }",
        "json: { b: <one-of x y> }",
        "schema: { properties: { b: { type: string } } }",
        "select: [{ path: $.b, each: <string> }]",
        "select: [{ path: $.b, none: <null> }]",
        "text: <not /null/>",
    ] {
        assert!(killed_elsewhere(general, must) > 0, "{general}");
    }
    for specific in [
        "json: { b: x }",
        "json: { b: <one-of x> }",
        "json: { b: <ignore-case x> }",
        "json: { b: <not y> }",
        "select: [{ path: $.b, some: <string> }]",
        "select: [{ path: $.b, count: 1 }]",
        "select: [{ path: $.b, equal: x }]",
        "select: [{ path: $.b, subset-of: [x] }]",
    ] {
        assert_eq!(killed_elsewhere(specific, must), 0, "{specific}");
    }
    // What proves nothing only arranges, and what does not hold on the other answer is not about it.
    assert_eq!(killed_elsewhere("json: { b: <string> }", ""), 0);
}

#[test]
fn recommendations_that_are_only_checked_elsewhere_are_red_where_it_is_asked_for() {
    let folder = Folder::new();
    things::write(
        &folder,
        &beside("json: { b: <string> }", "proves: [THINGS-02], "),
    );
    let contract = folder.read("suite/cases/things/contract.yaml");
    let should = "\x20 - { id: THINGS-02, level: SHOULD, sentence: b is text., source: here }\n";
    folder.write("suite/cases/things/contract.yaml", contract + should);
    let peer = Peer::answering(|_, _| answer(200, r#"{"a":1,"b":"x"}"#));
    let url = peer.url();
    let prove = ["prove", "--suite", "suite", "--target", &url];
    let ended = folder
        .run(&prove)
        .expect_code(0)
        .expect_said("0 of a MUST")
        .expect_said("6 of a\n                SHOULD");
    assert!(!format!("{ended}").contains("things/all/lax"), "{ended}");
    folder
        .run(&[&prove[..], &["--verbose"]].concat())
        .expect_code(0)
        .expect_said("things/all/lax, step 1");
    folder
        .run(&[&prove[..], &["--min-everywhere", "50"]].concat())
        .expect_code(0);
    folder
        .run(&[&prove[..], &["--min-everywhere", "100"]].concat())
        .expect_code(1)
        .expect_said("% of the mutants are killed in their own exchange, 100% required");
}

#[test]
fn a_row_of_the_bookshelf_without_its_schema_is_red_from_a_recording_too() {
    let folder = bookshelf();
    let contract = folder.read("suite/cases/books/contract.yaml");
    let start = contract
        .find("answers:")
        .expect("the rules of the bookshelf");
    let end = start
        + contract[start..]
            .find("unchecked:")
            .expect("the end of the rules");
    let weaker = format!("{}{}", &contract[..start], &contract[end..]);
    folder.write("suite/cases/books/contract.yaml", weaker);
    let reading = folder.read("suite/cases/books/reading.yaml");
    let stronger = reading.replace(
        "every mismatch is reported\n        status: 200\n",
        "every mismatch is reported\n        status: 200\n        schema: books/books.schema.json\n",
    );
    assert_ne!(reading, stronger);
    folder.write("suite/cases/books/reading.yaml", stronger);
    {
        let (_runtime, address) = shelf();
        let target = format!("http://{address}");
        let run = [
            "run",
            "--suite",
            "suite",
            "--target",
            &target,
            "--record",
            "run.har",
            "--no-report",
        ];
        folder.run(&run).expect_code(0);
    }
    folder
        .run(&["prove", "--suite", "suite", "--recording", "run.har"])
        .expect_code(1)
        .expect_said("books/reading/by-author[has-books], step 1")
        .expect_said("killed in books/reading/all-books, step 1, by schema");
}

#[test]
fn a_row_with_a_weaker_check_than_the_others_is_red() {
    let rows = "\
- id: rows
  rows:
    - { row: strict, schema: { properties: { b: { type: string } } } }
    - { row: lax, schema: { properties: { b: true } } }
  request: { query: { n: \"${row.row}\" } }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Content-Type: <media-type application/json> },
             json: { a: <integer> }, schema: \"${row.schema}\" }]
";
    let (folder, peer) = two(rows, r#"{"a":1,"b":"x"}"#);
    let url = peer.url();
    folder
        .run(&["prove", "--suite", "suite", "--target", &url])
        .expect_code(1)
        .expect_said("things/all/rows[lax], step 1")
        .expect_said("killed in things/all/rows[strict], step 1, by schema for THINGS-01 (MUST)");
}
