//! Baselines through the binary: what is accepted, what a comparison says, and the table of the gate:
//! what each verdict and each change means for a pull request.

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};
use crate::things;

const SUITE: [&str; 2] = ["--suite", "suite"];

/// A contract of three sentences about one operation of the reference deployment.
const CONTRACT: &str = r"contract: books
title: the bookshelf
service: books
services: { books: {} }
capabilities:
  search: books can be found
requirements:
  - { id: BOOKS-01, level: MUST, sentence: The reference answers a batch with 200., source: us }
  - { id: BOOKS-02, level: SHOULD, sentence: It is called presence., source: us }
  - { id: BOOKS-03, level: MUST, sentence: A record has a state., source: us }
";

const REQUEST: &str = r#"contract: books
request:
  POST: /users/batch
  headers: { Authorization: "XBL3.0 x=1001;presence-caller", x-xbl-contract-version: "3", Accept: application/json, Content-Type: application/json }
  json: { users: ["1234567890"] }
cases:
"#;

/// A case that proves one requirement by a status.
fn case(id: &str, requirement: &str, status: &str, more: &str) -> String {
    format!("  - id: {id}\n    expect: [{{ proves: [{requirement}], status: {status} }}]\n{more}")
}

/// The suite with these cases.
fn suite(folder: &Folder, cases: &[String]) {
    folder.write("suite/cases/books/contract.yaml", CONTRACT);
    let text = format!("{REQUEST}{}", cases.concat());
    folder.write("suite/cases/books/file.yaml", &text);
}

/// A target file, so that baselines and waivers have a place beside it.
fn target(folder: &Folder, url: &str, more: &str) {
    folder.write(
        "staging.yaml",
        format!("name: staging\nservices: {{ books: \"{url}\" }}\n{more}"),
    );
}

fn run(folder: &Folder, more: &[&str]) -> Ended {
    let arguments = ["run", "--target", "staging.yaml", "--report", "run.json"];
    folder.run(&[&arguments[..], &SUITE, more].concat())
}

fn gated(folder: &Folder, more: &[&str]) -> Ended {
    let gate = [
        "--baseline",
        "staging.baseline.jsonl",
        "--gate",
        "regressions",
    ];
    run(folder, &[&gate[..], more].concat())
}

/// A run of these cases, accepted as the baseline.
fn accepted(cases: &[String]) -> (Folder, Deployment) {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &[]);
    target(&folder, &deployment.url, "");
    suite(&folder, cases);
    run(&folder, &[]);
    folder
        .run(&["accept", "run.json"])
        .expect_code(0)
        .expect_said("in staging.baseline.jsonl");
    (folder, deployment)
}

/// The status of the answer, and one that it never has.
const OK: &str = "200";
const NEVER: &str = "299";

fn sound() -> Vec<String> {
    vec![
        case("first", "BOOKS-01", OK, ""),
        case("second", "BOOKS-02", OK, ""),
        case("third", "BOOKS-03", OK, ""),
    ]
}

fn class(folder: &Folder, id: &str) -> String {
    let report = folder.report("run.json");
    let cases = report["comparison"]["cases"].as_array().unwrap();
    let change = cases.iter().find(|change| change["id"] == id);
    change.map_or_else(String::new, |change| {
        change["class"].as_str().unwrap().into()
    })
}

#[test]
fn pass_is_green_and_nothing_changed() {
    let (folder, _deployment) = accepted(&sound());
    gated(&folder, &[])
        .expect_code(0)
        .expect_said("nothing changed in 3 cases")
        .expect_said("NO REGRESSION: nothing got worse (exit 0)");
    let comparison = &folder.report("run.json")["comparison"];
    assert_eq!(comparison["gate"], "regressions");
    assert_eq!(comparison["cases"], Value::Array(Vec::new()));
}

#[test]
fn a_must_that_fails_is_red_and_so_is_a_should_that_held_before() {
    for (position, id, requirement) in [
        (0, "books/file/first", "BOOKS-01"),
        (1, "books/file/second", "BOOKS-02"),
    ] {
        let (folder, _deployment) = accepted(&sound());
        let mut cases = sound();
        let name = id.rsplit('/').next().unwrap();
        cases[position] = case(name, requirement, NEVER, "");
        suite(&folder, &cases);
        gated(&folder, &[])
            .expect_code(1)
            .expect_said("REGRESSED: something got worse (exit 1)")
            .expect_said("and the case was edited");
        assert_eq!(class(&folder, id), "regression");
        // By the other gate a recommendation alone is no failure, with or without a baseline.
        let contract = run(&folder, &["--baseline", "staging.baseline.jsonl"]);
        contract.expect_code(i32::from(position == 0));
    }
}

#[test]
fn what_failed_before_may_fail_on_in_the_same_way_and_in_no_other() {
    let failing = |status: &str| {
        let mut cases = sound();
        cases[0] = case("first", "BOOKS-01", status, "");
        cases
    };
    let (folder, _deployment) = accepted(&failing(NEVER));
    gated(&folder, &[])
        .expect_code(0)
        .expect_said("NO REGRESSION")
        .expect_said("still failing")
        .expect_said("known failure");
    let quiet = gated(&folder, &["-q"]).expect_code(0);
    assert!(!quiet.stdout.contains("FAIL books/file/first"), "{quiet}");
    let page = gated(
        &folder,
        &["--report", "html=run.html", "--report", "markdown=run.md"],
    );
    page.expect_code(0);
    assert!(folder.read("run.html").contains("known failure"));
    assert!(folder.read("run.md").contains("### Known failures"));
    // What got worse comes last on a terminal, next to the verdict, and first where one begins at the top.
    let mut worse = failing(NEVER);
    worse[1] = case("second", "BOOKS-02", NEVER, "");
    suite(&folder, &worse);
    gated(&folder, &[]).expect_said("WARN books/file/second");
    suite(&folder, &failing(NEVER));
    run(&folder, &["--baseline", "staging.baseline.jsonl"]).expect_code(1);
    suite(&folder, &failing("298"));
    gated(&folder, &[]).expect_code(1);
    assert_eq!(class(&folder, "books/file/first"), "failing-differently");
    // Fixed against the baseline is green, and is news.
    suite(&folder, &sound());
    gated(&folder, &[]).expect_code(0).expect_said("1 fixed");
}

#[test]
fn an_error_is_red() {
    let (folder, deployment) = accepted(&sound());
    drop(deployment);
    gated(&folder, &[]).expect_code(5);
    assert_eq!(class(&folder, "books/file/first"), "lost-evidence");
}

#[test]
fn a_skip_of_what_was_judged_is_red_and_a_selection_that_was_asked_for_is_green() {
    let (folder, _deployment) = accepted(&sound());
    gated(&folder, &["--only", "books/file/first"])
        .expect_code(0)
        .expect_said("only books/file/first was selected now");
    // And never becomes a baseline.
    folder
        .run(&["accept", "run.json"])
        .expect_code(4)
        .expect_complaint("the run was partial");
    gated(
        &folder,
        &["--only", "books/file/first", "--only", "nowhere"],
    )
    .expect_code(4);
    let mut cases = sound();
    cases[1] = case("second", "BOOKS-02", OK, "    needs: [search]\n");
    suite(&folder, &cases);
    gated(&folder, &[]).expect_code(4);
    assert_eq!(class(&folder, "books/file/second"), "lost-coverage");
}

#[test]
fn a_known_failure_is_green_and_a_stale_waiver_red() {
    let (folder, _deployment) = accepted(&sound());
    let mut cases = sound();
    cases[0] = case("first", "BOOKS-01", NEVER, "");
    suite(&folder, &cases);
    run(&folder, &[]).expect_code(1);
    let waive = ["waive", "books/file/first", "--report", "run.json"];
    let why = ["--reason", "fixed in 2.4", "--expires", "2026-03-31"];
    let today = ["--today", "2026-01-01"];
    folder
        .run(&[&waive[..], &why, &today].concat())
        .expect_code(0);
    gated(&folder, &today)
        .expect_code(0)
        .expect_said("days left (2026-03-31)");
    // A waiver is also the decision by which a worse run is accepted.
    folder
        .run(&[&["accept", "run.json"][..], &today].concat())
        .expect_code(0);
    gated(&folder, &["--today", "2026-05-01"]).expect_code(3);
    suite(&folder, &sound());
    gated(&folder, &today)
        .expect_code(3)
        .expect_said("is stale");
}

#[test]
fn a_case_that_vanished_is_red_until_that_is_accepted() {
    let (folder, _deployment) = accepted(&sound());
    suite(&folder, &sound()[..2]);
    gated(&folder, &[])
        .expect_code(4)
        .expect_said("vanished: books/file/third");
    let cases = [sound(), vec![case("fourth", "BOOKS-03", OK, "")]].concat();
    suite(&folder, &[&cases[..2], &cases[3..]].concat());
    run(&folder, &[]).expect_code(0);
    folder
        .run(&["accept", "run.json"])
        .expect_code(1)
        .expect_complaint("books/file/third: vanished, pass before, nothing now");
    let lower = ["accept", "run.json", "--lower", "books/file/third"];
    folder
        .run(&[&lower[..], &["--reason", "the fourth says it better"]].concat())
        .expect_code(0);
    gated(&folder, &[]).expect_code(0);
}

#[test]
fn a_new_case_that_fails_is_red_and_one_that_passes_green() {
    let (folder, _deployment) = accepted(&sound());
    suite(
        &folder,
        &[sound(), vec![case("new", "BOOKS-01", OK, "")]].concat(),
    );
    gated(&folder, &[]).expect_code(0).expect_said("1 new");
    suite(
        &folder,
        &[sound(), vec![case("new", "BOOKS-01", NEVER, "")]].concat(),
    );
    gated(&folder, &[])
        .expect_code(1)
        .expect_said("fail and are not in the baseline: books/file/new");
}

#[test]
fn to_declare_something_not_applicable_is_red_where_it_was_applicable() {
    let (folder, deployment) = accepted(&sound());
    target(
        &folder,
        &deployment.url,
        "not-applicable: { BOOKS-01: we have none }\n",
    );
    run(&folder, &[]).expect_code(0);
    gated(&folder, &[])
        .expect_code(1)
        .expect_said("declared not applicable, and were applicable before: BOOKS-01");
}

#[test]
fn the_same_run_compared_with_itself_shows_nothing_in_every_format() {
    let (folder, _deployment) = accepted(&sound());
    folder
        .run(&["compare", "run.json", "run.json", "--report", "out/"])
        .expect_code(0)
        .expect_said("nothing changed in 3 cases");
    assert!(
        folder
            .read("out/report.md")
            .contains("nothing changed in 3 cases")
    );
    assert!(
        folder
            .read("out/index.html")
            .contains("nothing changed in 3 cases")
    );
    assert!(folder.read("out/junit.xml").contains("compared-with"));
    folder
        .run(&["compare", "staging.baseline.jsonl", "run.json"])
        .expect_code(0)
        .expect_said("nothing changed in 3 cases");
    folder
        .run(&[
            "compare",
            "staging.baseline.jsonl",
            "staging.baseline.jsonl",
            "--gate",
            "regressions",
        ])
        .expect_code(0);
}

#[test]
fn a_baseline_that_lost_a_line_is_refused_before_the_first_request() {
    let (folder, _deployment) = accepted(&sound());
    let text = folder.read("staging.baseline.jsonl");
    let lost: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("file/third\",\"verdict"))
        .collect();
    folder.write("staging.baseline.jsonl", lost.join("\n"));
    std::fs::remove_file(folder.path("run.json")).unwrap();
    gated(&folder, &[])
        .expect_code(2)
        .expect_complaint("the heading says 3 cases, but the file has 2");
    assert!(!folder.files().contains(&"run.json".to_owned()));
    folder
        .run(&["compare", "nowhere.json", "staging.yaml"])
        .expect_code(2);
}

#[test]
fn a_body_that_looks_different_is_told_although_everything_passes() {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &[]);
    let arguments = |url: &str, path: &str| {
        let all = [
            "run", "--only", "license", "--target", url, "--report", path,
        ];
        folder.run(&all)
    };
    arguments(&deployment.url, "old.json").expect_code(0);
    let report = folder.report("old.json");
    let outlines: Vec<&Value> = report["cases"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|case| case["steps"].as_array().unwrap())
        .filter_map(|step| step.get("outline"))
        .collect();
    assert!(!outlines.is_empty(), "no body was judged");
    let text = folder.read("old.json");
    // The same run, whose users had no name.
    assert!(text.contains("displayName:text"), "{outlines:?}");
    folder.write(
        "new.json",
        text.replace("displayName:text", "displayName:number,nick:text"),
    );
    folder
        .run(&["compare", "old.json", "new.json", "--gate", "regressions"])
        .expect_code(0)
        .expect_said("/displayName: text -> number")
        .expect_said("/nick: appeared (text)");
}

#[test]
fn what_is_not_accepted_is_listed_or_counted() {
    let folder = Folder::new();
    let cases: Vec<String> = (0..23)
        .map(|number| things::simple(&format!("case-{number:02}")))
        .collect();
    things::write(&folder, &cases.concat());
    let run = |status: u16, code: i32| {
        let peer = Peer::answering(move |_, _| json(status, "{}"));
        let (target, report) = (peer.url(), ["--report", "json=r.json"]);
        let run = ["run", "--suite", "suite", "--target", &target];
        folder.run(&[&run[..], &report].concat()).expect_code(code);
        folder.run(&["accept", "r.json", "--baseline", "b.jsonl"])
    };
    run(200, 0).expect_code(0);
    let ended = run(500, 1).expect_code(1);
    let listed = ended
        .stderr
        .lines()
        .filter(|line| line.contains("things/all/case-"));
    assert_eq!(listed.count(), 20, "{ended}");
    ended
        .expect_complaint("  and 3 more: `probity compare` shows all")
        .expect_complaint("the run is worse than the baseline");
}
