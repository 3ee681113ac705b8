//! `probity export openapi` and `probity coverage --openapi`: a suite as a document, and how much of one is exercised.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::deployment::Deployment;
use crate::support::folder::Folder;
use crate::support::recorder::Recorder;

fn names(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_shipped_contracts_are_a_document_that_can_be_imported_again() {
    let folder = Folder::new();
    folder
        .run(&[
            "export",
            "openapi",
            "--out",
            "api.json",
            "--server",
            "http://127.0.0.1:9",
        ])
        .expect_code(0)
        .expect_said("12 operations: api.json")
        .expect_complaint("left out: no case succeeds on it and no rule is about it: GET /");
    let api = folder.report("api.json");
    assert_eq!(api["openapi"], "3.1.0");
    assert_eq!(api["servers"][0]["url"], "http://127.0.0.1:9");
    let reprocess = &api["paths"]["/v1.0/users/{user}/reprocessLicenseAssignment"]["post"];
    assert_eq!(
        names(&reprocess["responses"]),
        ["200", "401", "403", "404", "4XX", "default"]
    );
    let content = &reprocess["responses"]["200"]["content"]["application/json"];
    assert_eq!(
        content["schema"]["$ref"],
        "#/components/schemas/license.user"
    );
    assert_eq!(
        reprocess["parameters"][0]["example"],
        "047dd774-f1c4-40f2-82f0-278de79f9b83"
    );
    assert_eq!(reprocess["security"], json!([{ "bearer": [] }]));
    let ids = reprocess["x-probity-requirements"].as_array().unwrap();
    assert!(ids.contains(&json!("LICENSE-05")), "{ids:?}");
    assert_eq!(api["x-probity-requirements"]["LICENSE-05"]["level"], "MUST");
    // No credential, and no reference out of the document.
    let text = folder.read("api.json");
    assert!(!text.contains("readwrite-all") && !text.contains("store-admin"));
    assert!(!text.contains(".json#") && !text.contains(".schema.json\""));

    folder
        .run(&["import", "openapi", "api.json", "--into", "again"])
        .expect_code(0)
        .expect_said("12 operations in 4 contracts");
    let checked = folder.run(&["check", "--suite", "again"]).expect_code(0);
    checked.expect_said("no mistakes: 4 contracts");

    let one = folder
        .run(&["export", "openapi", "--contract", "license"])
        .expect_code(0);
    let one: Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!(
        names(&one["components"]["schemas"]),
        ["license.user", "graph.error"]
    );
    folder
        .run(&["export", "openapi", "--contract", "licence"])
        .expect_code(2)
        .expect_complaint("did you mean `license`?");
}

#[test]
fn an_example_is_exported_and_covers_itself() {
    let folder = Folder::new();
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bookshelf");
    let suite = suite.to_str().unwrap();
    folder
        .run(&["export", "openapi", "--suite", suite, "--out", "api.json"])
        .expect_code(0);
    let coverage = ["coverage", "--openapi", "api.json", "--suite", suite];
    let all = folder
        .run(&[&coverage[..], &["--json"]].concat())
        .expect_code(0);
    let all: Value = serde_json::from_str(&all.stdout).unwrap();
    assert_eq!(all["format"], "probity-api-coverage/1");
    let operations = &all["sums"][0];
    assert_eq!(operations["kind"], "operation");
    assert_eq!(operations["described"], operations["exercised"]);
    // A DELETE only arranges and undoes: no check of its answer proves anything.
    assert_eq!(operations["proven"], 3);
    // A document of another service: nothing of it is exercised.
    let other = r#"{ "openapi": "3.1.0", "info": { "title": "x", "version": "1" }, "paths": { "/dogs": { "get": { "responses": { "200": { "description": "dogs" } } } } } }"#;
    folder.write("dogs.json", other);
    let dogs = ["coverage", "--openapi", "dogs.json", "--suite", suite];
    folder
        .run(&dogs)
        .expect_code(0)
        .expect_said("GET /dogs: never exercised")
        .expect_said("not in the document")
        .expect_said("0.0 % exercised");
    folder
        .run(&[&dogs[..], &["--fail-under", "1"]].concat())
        .expect_code(4)
        .expect_complaint("0.0 % exercised, less than 1 %");
    // What cannot be read is not counted as covered.
    let lost = other.replace(
        "\"/dogs\":",
        "\"/cats\": { \"$ref\": \"cats.json\" }, \"/books\":",
    );
    folder.write("lost.json", lost);
    let lost = ["coverage", "--openapi", "lost.json", "--suite", suite];
    folder
        .run(&[&lost[..], &["--fail-under", "0"]].concat())
        .expect_code(4)
        .expect_complaint("the share of the whole is not known: 1 reference could not be followed")
        .expect_complaint("cats.json");
    folder.write("none.json", "[]");
    folder
        .run(&["coverage", "--openapi", "none.json", "--suite", suite])
        .expect_code(2)
        .expect_complaint("this is not an OpenAPI document");
}

#[test]
fn a_run_and_a_recording_exercise_what_they_sent_and_received() {
    let folder = Folder::new();
    folder
        .run(&[
            "export",
            "openapi",
            "--contract",
            "license",
            "--out",
            "api.json",
        ])
        .expect_code(0);
    folder.run(&[
        "run",
        "--only",
        "license/refusals",
        "--report",
        "json=r.json",
        "--quiet",
    ]);
    let coverage = ["coverage", "--openapi", "api.json"];
    let run = folder
        .run(&[&coverage[..], &["--report", "r.json"]].concat())
        .expect_code(0);
    run.expect_said("r.json exercises").expect_said("statuses");
    what_a_case_did_not_send_is_not_exercised(&folder);

    let server = Deployment::start(&folder, &[]);
    let recorder = Recorder::start(&folder, &server.url, &["--out", "t.har"]);
    let user = "/v1.0/users/047dd774-f1c4-40f2-82f0-278de79f9b83";
    let token = "Authorization: Bearer delegated-user-readwrite-all\r\n";
    recorder.request(&format!("GET {user}?%24select=id"), token);
    recorder.request(&format!("POST {user}/reprocessLicenseAssignment"), "");
    recorder.request("GET /nothing", "");
    recorder.end().expect_code(0);
    let recorded = folder.run(&[&coverage[..], &["--har", "t.har", "--json"]].concat());
    let recorded: Value = serde_json::from_str(&recorded.expect_code(0).stdout).unwrap();
    assert_eq!(recorded["unknown"], json!(["GET /nothing"]));
    let parts = recorded["operations"].as_array().unwrap().iter();
    let parts = parts.flat_map(|one| one["parts"].as_array().unwrap());
    let exercised: Vec<&str> = parts
        .filter(|part| part["exercised"] == true)
        .inspect(|part| assert_eq!(part["proven"], Value::Null))
        .map(|part| part["name"].as_str().unwrap())
        .collect();
    let expected = [
        "GET /v1.0/users/{user}",
        "200",
        "query $select",
        "POST /v1.0/users/{user}/reprocessLicenseAssignment",
        "401",
    ];
    for name in expected {
        assert!(exercised.contains(&name), "{name} in {exercised:?}");
    }
}

/// A case that ended after its first step has a report of that step, and of its `finally`.
fn what_a_case_did_not_send_is_not_exercised(folder: &Folder) {
    let case = "seats/assign-and-reclaim/assigned-seat-is-active";
    folder
        .run(&["run", "--only", case, "--report", "json=s.json", "--quiet"])
        .expect_code(0);
    folder
        .run(&[
            "export",
            "openapi",
            "--contract",
            "seats",
            "--out",
            "s-api.json",
        ])
        .expect_code(0);
    let mut report: Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    let steps = report["cases"][0]["steps"].as_array_mut().unwrap();
    assert_eq!(steps.len(), 3);
    steps.remove(1);
    // A report is refused whose counts do not follow from its cases.
    report["summary"]["requests"] = json!(2);
    let contracts = report["contracts"].as_array_mut().unwrap();
    for contract in contracts.iter_mut().filter(|one| one["name"] == "seats") {
        contract["cases"]["requests"] = json!(2);
    }
    folder.write("s.json", report.to_string());
    let coverage = ["coverage", "--openapi", "s-api.json", "--report", "s.json"];
    folder
        .run(&coverage)
        .expect_code(0)
        .expect_said("GET /V1/Inventory/{product}/{sku}/Seats/{user}: never exercised");
}

/// A suite of somebody who wrote credentials into cases.
const CASES_WITH_CREDENTIALS: &str = r#"
- id: a
  request:
    POST: /login
    query: { api_key: CANARY-query, limit: "10", note: of-the-target-1 }
    headers: { X-Api-Key: CANARY-header, Cookie: sid=CANARY-cookie, X-Colour: blue, X-Trace: ghp_0123456789CANARYabc }
    json: { user: ann, password: CANARY-json }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: b
  title: It sends of-the-target-1
  request:
    POST: /form
    form: { user: ann, client_secret: CANARY-form }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: c
  request: { POST: /text, text: "<a><password>CANARY-text</password></a>", query: { session: CANARY-session } }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: e
  request: { POST: /hooks/q8Zr2LmXv0PtK4aB }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: d
  request: { POST: /fine, json: { user: bob }, query: { limit: "20" } }
  expect: [{ proves: [THINGS-01], status: 200 }]
"#;

#[test]
fn no_credential_of_a_case_is_an_example() {
    let folder = Folder::new();
    crate::things::write(&folder, CASES_WITH_CREDENTIALS);
    let target = "name: s\nservices: { things: 'http://127.0.0.1:9' }\n\
                  identities: { things.user: { Authorization: 'Bearer of-the-target-1' } }\nfixtures: { things.name: x }\n";
    folder.write("suite/targets/staging.yaml", target);
    let ended = folder
        .run(&["export", "openapi", "--suite", "suite", "--out", "api.json"])
        .expect_code(0);
    let text = folder.read("api.json");
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| {
            ["CANARY", "of-the-target-1", "q8Zr2LmXv0PtK4aB"]
                .iter()
                .any(|secret| line.contains(secret))
        })
        .collect();
    assert_eq!(lines, [""; 0], "{text}");
    let document = folder.report("api.json");
    // They are still described, and what is no credential has its example.
    assert!(
        ended.stderr.contains("a credential is written in its path"),
        "{ended}"
    );
    assert!(!ended.stderr.contains("q8Zr2"), "{ended}");
    for shown in ["X-Api-Key", "api_key", "blue", "\"20\"", "bob", "session"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let parameters = document["paths"]["/fine"]["post"]["parameters"].as_array();
    assert_eq!(parameters.unwrap()[0]["example"], "20");
}

#[test]
fn no_secret_of_a_target_is_shown_of_a_suite_in_a_folder_named_cases() {
    let folder = Folder::new();
    crate::things::write(&folder, CASES_WITH_CREDENTIALS);
    std::fs::rename(folder.path("suite"), folder.path("cases")).unwrap();
    let target = "name: s\nservices: { things: '${env.BASE_URL}' }\n\
                  identities: { things.user: { Authorization: 'Bearer of-the-target-1' } }\n";
    folder.write("cases/targets/staging.yaml", target);
    for suite in ["cases", "cases/cases"] {
        let export = ["export", "openapi", "--suite", suite, "--out", "api.json"];
        let ended = folder.run(&export).expect_code(0);
        assert!(!ended.stderr.contains("are unknown"), "{ended}");
        let text = folder.read("api.json");
        assert!(!text.contains("of-the-target-1"), "{text}");
    }
}

#[test]
fn a_target_file_whose_secrets_are_unknown_is_warned_about() {
    let folder = Folder::new();
    crate::things::write(&folder, CASES_WITH_CREDENTIALS);
    folder.write("suite/targets/broken.yaml", "name: [\n");
    folder.write("suite/targets/other.json", "{\"nmae\": \"s\"}");
    let export = ["export", "openapi", "--suite", "suite", "--out", "api.json"];
    let ended = folder.run(&export).expect_code(0);
    for name in ["broken.yaml", "other.json"] {
        let warning = format!("the secrets in suite/targets/{name} are unknown");
        let lines = ended.stderr.lines();
        let found = lines.filter(|line| line.contains(&warning)).count();
        assert_eq!(found, 1, "{ended}");
    }
    ended.expect_complaint(
        "correct it (probity check --suite suite --target suite/targets/broken.yaml)",
    );
}
