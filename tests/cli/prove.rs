//! `probity prove`: a suite that is whole is proven, and one that was weakened is told what it lost.

use std::path::Path;

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::things;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A copy of the suites that ship with Probity, to be weakened.
pub(crate) struct Copy {
    folder: Folder,
    /// Patterns for `--only`, with spaces between them.
    cases: &'static str,
}

impl Copy {
    /// The whole suite, of which only these cases will be proven: as few as show the loss, for time.
    pub(crate) fn of(cases: &'static str) -> Copy {
        let folder = Folder::new();
        for part in ["cases", "schemas", "targets"] {
            copy(&Path::new(ROOT).join(part), part, &folder);
        }
        Copy { folder, cases }
    }

    /// Puts `new` in the place of `old`, which must be there.
    pub(crate) fn change(self, file: &str, old: &str, new: &str) -> Copy {
        let name = format!("suite/{file}");
        let text = self.folder.read(&name);
        assert!(text.contains(old), "{file} has no {old:?}");
        self.folder.write(&name, text.replace(old, new));
        self
    }

    /// Takes a case out of a file: from its id to the next one.
    fn without_case(self, file: &str, id: &str) -> Copy {
        let text = self.folder.read(&format!("suite/{file}"));
        let start = text.find(&format!("  - id: {id}\n")).expect("the case");
        let rest = &text[start + 1..];
        let end = rest
            .find("\n  - id: ")
            .map_or(text.len(), |at| start + 1 + at + 1);
        let case = text[start..end].to_owned();
        self.change(file, &case, "")
    }

    /// Takes the `finally` out of a case.
    pub(crate) fn without_finally(self, file: &str, id: &str) -> Copy {
        let text = self.folder.read(&format!("suite/{file}"));
        let case = text.find(&format!("  - id: {id}\n")).expect("the case");
        let start = case + text[case..].find("    finally:\n").expect("its finally");
        let end = text[start..]
            .find("\n  - id: ")
            .map_or(text.len(), |at| start + at + 1);
        let whole = format!("{}{}", &text[..start], &text[end..]);
        self.folder.write(&format!("suite/{file}"), &whole);
        self
    }

    /// What `prove` says; the suite must be found wanting.
    pub(crate) fn loss(&self) -> Proof {
        let mut arguments = vec!["prove", "--suite", "suite", "--report", "json=proof.json"];
        for pattern in self.cases.split(' ') {
            arguments.extend(["--only", pattern]);
        }
        let ended = self
            .folder
            .run(&arguments)
            .expect_code(1)
            .expect_said("NOT PROVEN");
        Proof {
            said: format!("{ended}"),
            json: self.folder.report("proof.json"),
        }
    }
}

/// Copies a directory to `suite/NAME`.
pub(crate) fn copy(from: &Path, name: &str, folder: &Folder) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{name}/{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            copy(&path, &name, folder);
        } else {
            folder.write(
                &format!("suite/{name}"),
                std::fs::read_to_string(&path).unwrap(),
            );
        }
    }
}

pub(crate) struct Proof {
    pub(crate) said: String,
    pub(crate) json: Value,
}

impl Proof {
    /// A fault that is not killed by name any more, and what became of it.
    pub(crate) fn names_fault(self, fault: &str, outcome: &str) -> Proof {
        let outcomes = self.json["faults"]["outcomes"].as_array().unwrap();
        let found = outcomes.iter().find(|one| one["fault"] == fault).unwrap();
        assert_eq!(found["outcome"], outcome, "{fault}\n{}", self.said);
        assert!(self.said.contains(fault), "{}", self.said);
        self
    }

    /// A place that nothing looks at any more.
    fn names_place(self, operation: &str, place: &str) -> Proof {
        let places = self.json["mutants"]["unchecked"].as_array().unwrap();
        let is_it = |one: &&Value| {
            one["operation"] == operation && one["place"] == place && one["accepted"].is_null()
        };
        assert!(
            places.iter().any(|one| is_it(&one)),
            "{place}\n{}",
            self.said
        );
        assert!(self.said.contains(place), "{}", self.said);
        self
    }

    /// A requirement that nothing shows to be noticed any more.
    fn names_requirement(self, id: &str) -> Proof {
        let requirements = self.json["requirements"].as_array().unwrap();
        let found = requirements.iter().find(|one| one["id"] == id).unwrap();
        assert_eq!(found["counts"], true, "{id}\n{}", self.said);
        assert!(self.said.contains(id), "{}", self.said);
        self
    }
}

const REPROCESS: &str = "POST /users/{}/reprocessLicenseAssignment 200";

#[test]
fn a_contract_that_ships_is_proven() {
    let folder = Folder::new();
    folder
        .run(&[
            "prove",
            "--only",
            "license",
            "--report",
            "json=proof.json",
            "--verbose",
        ])
        .expect_code(0)
        .expect_said("PROVEN")
        .expect_said("the read of a user is an operation of its own")
        .expect_said("allowed changes, with the reasons of the suite")
        .expect_said("no call takes it back");
    let proof = folder.report("proof.json");
    assert_eq!(proof["format"], "probity-proof/1");
    assert_eq!(proof["mutants"]["survived"], 0);
    // The reference deployment spells the member the other way.
    let idle = proof["rules"]["idle"].as_array().unwrap();
    let of_schemas: Vec<_> = idle.iter().map(|one| &one["schema"]).collect();
    assert_eq!(of_schemas, ["graph/error.recommended.schema.json"]);
    assert_eq!(idle[0]["rules"].as_array().unwrap().len(), 1);
    assert_eq!(proof["faults"]["killed"], proof["faults"]["total"]);
    let schema =
        std::fs::read_to_string(format!("{ROOT}/schemas/probity/proof.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&proof));
}

#[test]
fn a_deleted_member_of_a_schema_is_missed() {
    Copy::of("license/answer/reprocess")
        .change(
            "schemas/license/user.schema.json",
            r#""city": {"#,
            r#""x-city": {"#,
        )
        .change(
            "schemas/license/user.recommended.schema.json",
            r#""city""#,
            r#""id""#,
        )
        .loss()
        .names_place(REPROCESS, "/city");
}

#[test]
fn a_rule_about_a_type_is_missed() {
    let proof = Copy::of("license/refusals")
        .change(
            "schemas/graph/error.schema.json",
            r#""code": { "type": "string" }"#,
            r#""code": {}"#,
        )
        .loss()
        .names_fault("license-error-code-number", "silent")
        .names_place(
            "POST /users/{}/reprocessLicenseAssignment 404",
            "/error/code",
        );
    assert!(
        proof.said.contains("a value of any type survives"),
        "{}",
        proof.said
    );
}

#[test]
fn a_wider_list_of_words_is_missed() {
    Copy::of("seats/assign-and-reclaim")
        .change(
            "schemas/seats/result-set.schema.json",
            "[Rr][Ee][Vv][Oo][Kk][Ee][Dd])$",
            "[Rr][Ee][Vv][Oo][Kk][Ee][Dd]|assigned)$",
        )
        .loss()
        .names_fault("seat-state-assigned", "silent");
}

#[test]
fn a_word_that_one_case_alone_still_checks_is_missed() {
    Copy::of("presence/batch")
        .change(
            "schemas/presence/records.schema.json",
            "[Oo][Ff][Ff][Ll][Ii][Nn][Ee])$\",\n          \"x-requirement\"",
            "[Oo][Ff][Ff][Ll][Ii][Nn][Ee]|playing)$\",\n          \"x-requirement\"",
        )
        .loss()
        .names_fault("state-playing", "killed-by-other");
}

#[test]
fn a_requirement_that_a_row_no_longer_proves_is_missed() {
    Copy::of("license")
        .change(
            "cases/license/permissions.yaml",
            "proves: [LICENSE-24], blames: { LICENSE-24:",
            "proves: [LICENSE-23], blames: { LICENSE-23:",
        )
        .loss()
        .names_fault("directory-writer-refused", "killed-by-other")
        .names_requirement("LICENSE-24");
}

#[test]
fn a_deleted_expectation_is_missed() {
    Copy::of("license")
        .change(
            "cases/license/answer.yaml",
            "      - proves: [LICENSE-18]\n        json: { id: \"<ignore-case ${fixture.user}>\" }\n",
            "",
        )
        .loss()
        .names_fault("other-user", "silent");
}

#[test]
fn a_deleted_header_check_is_missed() {
    Copy::of("license")
        .change(
            "cases/license/contract.yaml",
            "      - proves: [LICENSE-07]\n        headers: { Content-Type: <media-type application/json> }\n",
            "",
        )
        .loss()
        .names_fault("license-text-plain", "silent")
        .names_requirement("LICENSE-07");
}

#[test]
fn a_status_made_wider_is_missed() {
    Copy::of("license/answer")
        .change(
            "cases/license/contract.yaml",
            "      - proves: [LICENSE-05]\n        status: 200",
            "      - proves: [LICENSE-05]\n        status: <2xx>",
        )
        .loss()
        .names_fault("wrong-status", "killed-by-other");
}

#[test]
fn a_deleted_case_is_missed() {
    Copy::of("license")
        .without_case("cases/license/permissions.yaml", "insufficient-permission")
        .loss()
        .names_fault("permission-ignored", "dead");
}

#[test]
fn a_deleted_comparison_of_before_and_after_is_missed() {
    Copy::of("autopilot")
        .without_case(
            "cases/autopilot/authorization.yaml",
            "without-authorization-nothing-changes",
        )
        .loss()
        .names_fault("unassigned-despite-401", "silent");
}

#[test]
fn a_body_that_nobody_asks_to_be_empty_is_missed() {
    Copy::of("autopilot")
        .change(
            "cases/autopilot/contract.yaml",
            "body: <empty>",
            "status: 204",
        )
        .loss()
        .names_fault("body-on-204", "silent")
        .names_place(
            "POST /deviceManagement/windowsAutopilotDeviceIdentities/{}/unassignUserFromDevice 204",
            "body",
        );
}

#[test]
fn a_misspelt_path_is_blind() {
    let proof = Copy::of("autopilot")
        .change(
            "cases/autopilot/effect.yaml",
            "- path: $..addressableUserName\n                none",
            "- path: $..adressableUserName\n                none",
        )
        .loss()
        .names_fault("addressable-name-kept", "silent");
    let blind = proof.json["inverted"]["blind"].as_array().unwrap();
    assert!(
        blind
            .iter()
            .any(|one| one["check"] == "select $..adressableUserName"),
        "{}",
        proof.said
    );
}

#[test]
fn an_unspecific_requirement_is_missed() {
    Copy::of("license/answer/reprocess")
        .change(
            "schemas/license/user.schema.json",
            r#""x-requirement": "LICENSE-10""#,
            r#""x-requirement": "LICENSE-17""#,
        )
        .loss()
        .names_fault("null-assigned-plans", "killed-by-other");
}

#[test]
fn a_check_that_asks_for_too_much_is_a_false_alarm() {
    let proof = Copy::of("seats/assign-and-reclaim")
        .change(
            "cases/seats/assign-and-reclaim.yaml",
            "      - proves: [SEATS-01, SEATS-05, SEATS-07, SEATS-12]\n        status: <2xx>",
            "      - proves: [SEATS-01, SEATS-05, SEATS-07, SEATS-12]\n        status: 200",
        )
        .loss();
    let alarms = proof.json["variants"]["false_alarms"].as_array().unwrap();
    assert!(
        alarms.iter().any(|one| one["variant"] == "seats-201"),
        "{}",
        proof.said
    );
}

#[test]
fn a_place_that_is_not_accepted_any_more_is_told() {
    Copy::of("license/answer")
        .change("cases/license/contract.yaml", "/id, ", "")
        .loss()
        .names_place("GET /users/{} 200", "/id");
}

#[test]
fn an_acceptance_that_matches_nothing_is_red() {
    let proof = Copy::of("license")
        .change("cases/license/contract.yaml", "/id, ", "/id, /shoeSize, ")
        .loss();
    let unmatched = proof.json["mutants"]["unmatched"].as_array().unwrap();
    assert_eq!(unmatched.len(), 1, "{}", proof.said);
    assert_eq!(unmatched[0]["at"], "GET /users/{}: /shoeSize");
}

/// A suite and a target of one's own: no servers with faults, everything else.
fn own(cases: &str, body: &'static str) -> (Folder, Peer) {
    let folder = Folder::new();
    things::write(&folder, cases);
    let peer = Peer::answering(move |_, _| json(200, body));
    (folder, peer)
}

#[test]
fn a_suite_of_ones_own_is_proven_on_a_target_of_ones_own() {
    let case = "- id: one\n  expect: [{ proves: [THINGS-01], status: 200, \
                headers: { Content-Type: <media-type application/json> }, json: { a: 1, b: <string> } }]\n";
    let (folder, peer) = own(case, r#"{"a":1,"b":"x"}"#);
    let arguments = [
        "prove",
        "--suite",
        "suite",
        "--target",
        &peer.url(),
        "--report",
        "proof.json",
    ];
    folder
        .run(&arguments)
        .expect_code(0)
        .expect_said("PROVEN")
        .expect_said("servers       none:");
    let proof = folder.report("proof.json");
    for proof_with_servers in ["faults", "variants", "undoing"] {
        assert_eq!(proof[proof_with_servers], Value::Null);
    }
}

#[test]
fn comparisons_orders_and_times_are_proven() {
    let case = "- id: one\n  vars: { key: '${uuid()}' }\n  request: { GET: /things, query: { key: '${var.key}' } }\n  \
                expect: [{ proves: [THINGS-01], status: 200, within: 60s, \
                headers: { Content-Type: <media-type application/json> }, \
                json-exactly: { a: <integer 1..5>, b: <string 1..3>, c: <array 1..3>, d: <at-least $.a>, \
                t: '<date-time after 2026-01-31T12:00:00Z within 5m>' }, \
                select: [{ path: '$.c[*]', sorted: asc, each: <integer ..9> }] }]\n";
    let body = r#"{"a":3,"b":"xy","c":[1,2],"d":4,"t":"2026-01-31T12:01:00Z"}"#;
    let (folder, peer) = own(case, body);
    let url = peer.url();
    let arguments = [
        "prove",
        "--suite",
        "suite",
        "--target",
        &url,
        "--report",
        "proof.json",
    ];
    let ended = folder.run(&arguments).expect_code(0).expect_said("PROVEN");
    let proof = folder.report("proof.json");
    let inverted = &proof["inverted"];
    assert_eq!(inverted["total"], inverted["caught"], "{ended}");
    assert_eq!(
        proof["mutants"]["unchecked"].as_array().map(Vec::len),
        Some(0),
        "{ended}"
    );
}

#[test]
fn min_killed_is_content_with_less() {
    let (folder, peer) = own(&things::simple("one"), r#"{"a":1}"#);
    let url = peer.url();
    let prove = ["prove", "--suite", "suite", "--target", &url];
    folder
        .run(&prove)
        .expect_code(1)
        .expect_said("surviving mutants")
        .expect_said("body");
    folder
        .run(&[&prove[..], &["--min-killed", "1"]].concat())
        .expect_code(0);
    folder
        .run(&[&prove[..], &["--min-killed", "95"]].concat())
        .expect_code(1)
        .expect_said("95% required");
    folder
        .run(&[&prove[..], &["--min-killed", "195"]].concat())
        .expect_code(2);
}

#[test]
fn nothing_selected_is_nothing_proven() {
    let (folder, peer) = own(&things::simple("one"), "{}");
    let arguments = [
        "prove",
        "--suite",
        "suite",
        "--target",
        &peer.url(),
        "--only",
        "no-such",
    ];
    folder
        .run(&arguments)
        .expect_code(4)
        .expect_said("nothing to prove");
}

#[test]
fn an_acceptance_may_match_nothing_where_a_case_is_not_green() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let contract = folder.read("suite/cases/things/contract.yaml");
    let accepted = "unchecked: [{ at: body, reason: for the test }]\nrequirements:";
    folder.write(
        "suite/cases/things/contract.yaml",
        contract.replace("requirements:", accepted),
    );
    folder
        .run(&[
            "prove",
            "--suite",
            "suite",
            "--target",
            "http://127.0.0.1:1",
        ])
        .expect_code(5);
}

#[test]
fn a_target_that_does_not_answer_proves_nothing() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    folder
        .run(&[
            "prove",
            "--suite",
            "suite",
            "--target",
            "http://127.0.0.1:1",
        ])
        .expect_code(5)
        .expect_said("no evidence");
}
