//! Steps that a contract defines once, and cases use by name.

use crate::peer::{Peer, answer, json};
use crate::support::folder::Folder;
use crate::things;

const STEPS: &str = r#"steps:
  create:
    with: [name, colour]
    title: a new thing
    request: { POST: "/things/${with.name}", json: { colour: "${with.colour}" } }
    expect:
      - { proves: [THINGS-01], status: 201, json: { colour: "${with.colour}", state: made } }
    capture: { id: $.id }
    finally:
      - request: { DELETE: "/things/${capture.id}" }
        expect: [{ status: 204 }]
"#;

const CASES: &str = r#"- id: red
  effect: write
  rows: [{ row: one, colour: red }, { row: two, colour: [1, 2] }]
  steps:
    - { use: create, with: { name: "a b", colour: "${row.colour}" } }
    - request: { GET: "/things/${capture.id}" }
      expect: [{ status: 200 }]
"#;

/// A folder with the contract, its steps and these cases.
fn suite(cases: &str) -> Folder {
    let folder = Folder::new();
    things::write(&folder, cases);
    let contract = folder.read("suite/cases/things/contract.yaml");
    folder.write("suite/cases/things/contract.yaml", &(contract + STEPS));
    folder
}

/// Answers as the step expects it, with this state.
fn server(state: &'static str) -> Peer {
    Peer::answering(move |heard, _| match heard.line.split(' ').next() {
        Some("POST") => {
            let colour = if heard.rest.contains("red") {
                "\"red\""
            } else {
                "[1, 2]"
            };
            let body = format!(r#"{{"id": 7, "colour": {colour}, "state": "{state}"}}"#);
            json(201, &body)
        }
        Some("DELETE") => answer(204, "", ""),
        _ => json(200, "{}"),
    })
}

fn run(folder: &Folder, peer: &Peer, more: &[&str]) -> crate::support::folder::Ended {
    let target = peer.url();
    let run = [
        "run", "--suite", "suite", "--target", &target, "--jobs", "1",
    ];
    folder.run(&[&run[..], more].concat())
}

#[test]
fn a_shared_step_is_sent_and_undone_in_each_case_that_uses_it() {
    let folder = suite(CASES);
    let peer = server("made");
    run(&folder, &peer, &["--record", "run.har"])
        .expect_code(0)
        .expect_said("6 requests");
    let of_one_case = [
        "POST /things/a%20b HTTP/1.1",
        "GET /things/7 HTTP/1.1",
        "DELETE /things/7 HTTP/1.1",
    ];
    assert_eq!(peer.lines(), [of_one_case, of_one_case].concat());
    let report = folder.report("probity-report/report.json");
    let titles = report["cases"][0]["steps"].as_array().unwrap().iter();
    let titles: Vec<_> = titles.map(|step| step["title"].as_str().unwrap()).collect();
    assert_eq!(titles[0], "a new thing");
    folder
        .run(&["judge", "run.har", "--suite", "suite"])
        .expect_code(0);
    folder
        .run(&["list", "--suite", "suite"])
        .expect_code(0)
        .expect_said("things/all/red[two]");
}

#[test]
fn a_finding_shows_the_check_and_where_the_case_uses_the_step() {
    let folder = suite(CASES);
    let peer = server("broken");
    let ended = run(
        &folder,
        &peer,
        &[
            "--report",
            "json=probity-report/report.json",
            "--report",
            "html=report.html",
            "--report",
            "markdown=report.md",
        ],
    )
    .expect_code(1)
    .expect_said("cases/things/contract.yaml:")
    .expect_said("shared step: create, used at suite/cases/things/all.yaml:9:14");
    assert!(format!("{ended}").contains("state: made"), "{ended}");
    let report = folder.report("probity-report/report.json");
    let finding = &report["cases"][0]["findings"][0];
    assert!(
        finding["place"]["file"]
            .as_str()
            .unwrap()
            .ends_with("contract.yaml")
    );
    assert_eq!(finding["used"]["name"], "create");
    assert_eq!(finding["used"]["place"]["line"], 9);
    let place = "create, used at suite/cases/things/all.yaml:9:14";
    assert!(folder.read("report.html").contains(place));
    assert!(folder.read("report.md").contains(place));
}

#[test]
fn a_finding_about_a_value_of_a_case_shows_the_check_and_the_value() {
    let cases = CASES.replace("[1, 2]", "blue").replace("\"a b\"", "ab");
    let folder = suite(&cases);
    let peer = server("made");
    let ended = run(
        &folder,
        &peer,
        &[
            "--report",
            "json=probity-report/report.json",
            "--report",
            "html=report.html",
            "--report",
            "markdown=report.md",
            "--report",
            "sarif=report.sarif",
        ],
    )
    .expect_code(1);
    let shown = format!("{ended}");
    assert!(shown.contains("the value comes from here"), "{shown}");
    let report = folder.report("probity-report/report.json");
    let finding = &report["cases"][1]["findings"][0];
    let source = |place: &serde_json::Value| place["source"].as_str().unwrap().to_owned();
    assert!(
        source(&finding["place"]).contains("proves: [THINGS-01]"),
        "{finding}"
    );
    assert_eq!(finding["place"]["length"], "\"${with.colour}\"".len());
    assert!(
        source(&finding["used"]["value"]).contains("rows: ["),
        "{finding}"
    );
    assert_eq!(finding["used"]["value"]["length"], "blue".len());
    assert!(folder.read("report.html").contains("the value comes from"));
    assert!(folder.read("report.md").contains("the value comes from"));
    assert!(
        folder
            .read("report.sarif")
            .contains("the value comes from here")
    );
}

#[test]
fn proving_breaks_the_checks_of_a_shared_step() {
    let folder = suite(CASES);
    let peer = server("made");
    let target = peer.url();
    folder.run(&[
        "prove",
        "--suite",
        "suite",
        "--target",
        &target,
        "--report",
        "proof.json",
        "--verbose",
    ]);
    let proof = folder.report("proof.json");
    // The state of the created thing is checked, its id is not.
    let survivors = proof["mutants"].to_string();
    assert!(!survivors.contains("/state"), "{survivors}");
    assert!(survivors.contains("POST /things/"), "{survivors}");
    assert!(proof["mutants"]["killed"].as_u64().unwrap() > 0, "{proof}");
}
