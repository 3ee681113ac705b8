//! Green and wrong? Whatever shows nothing never exits 0.

use crate::peer::{Peer, answer, json};
use crate::support::folder::Folder;
use crate::things;

#[test]
fn an_empty_suite_is_not_green() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("suite/cases")).unwrap();
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = peer.url();
    for command in ["run", "check"] {
        folder
            .run(&[command, "--suite", "suite", "--target", &target])
            .expect_code(2)
            .expect_complaint("the suite has no files below `cases/`");
    }
    for command in ["list", "coverage"] {
        folder.run(&[command, "--suite", "suite"]).expect_code(2);
    }
}

#[test]
fn a_contract_without_cases_is_not_green() {
    let folder = Folder::new();
    things::write(&folder, "");
    std::fs::remove_file(folder.path("suite/cases/things/all.yaml")).unwrap();
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(4)
        .expect_said("the suite has no cases");
}

#[test]
fn a_suite_whose_only_file_does_not_parse_is_not_green() {
    let folder = Folder::new();
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = peer.url();
    for broken in [
        "- id: [\n",
        "- id: one\n  expect: []\n",
        "- { id: one }\n",
        "[]\n",
    ] {
        things::write(&folder, broken);
        for command in ["run", "check"] {
            folder
                .run(&[command, "--suite", "suite", "--target", &target])
                .expect_code(2);
        }
        folder.run(&["list", "--suite", "suite"]).expect_code(2);
    }
    folder.write("suite/cases/things/all.yaml", "");
    folder
        .run(&["run", "--suite", "suite", "--target", &target])
        .expect_code(2);
}

#[test]
fn checks_that_were_not_made_are_not_green() {
    let folder = Folder::new();
    // The arrangement accepts what comes, and the check describes another answer.
    let unjudged = "\
- id: unjudged
  request: { GET: /things }
  expect:
    - status: <any>
    - proves: [THINGS-01]
      status: 200
      json: { state: ready }
";
    things::write(&folder, unjudged);
    let peer = Peer::answering(|_, _| json(404, "{}"));
    let ended = folder.run(&["run", "--suite", "suite", "--target", &peer.url()]);
    assert_ne!(ended.code, Some(0), "{ended}");
}

#[test]
fn a_check_over_nothing_is_not_green() {
    let folder = Folder::new();
    let cases = "\
- id: each-of-none
  expect: [{ proves: [THINGS-01], status: 200, select: [{ path: '$[*].id', each: <string> }] }]
- id: unique-of-none
  expect: [{ proves: [THINGS-01], status: 200, select: [{ path: '$[*].id', unique: true }] }]
- id: subset-of-none
  expect: [{ proves: [THINGS-01], status: 200, select: [{ path: '$[*].id', subset-of: [a] }] }]
- id: every-element-of-none
  expect: [{ proves: [THINGS-01], status: 200, json: { <each>: <string> } }]
";
    things::write(&folder, cases);
    let peer = Peer::answering(|_, _| json(200, "[]"));
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(1)
        .expect_said("4 cases: 4 fail");
}

#[test]
fn all_cases_skipped_is_not_green() {
    let folder = Folder::new();
    things::write(&folder, &(things::simple("one") + "  needs: [counting]\n"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(4)
        .expect_said("every selected case was skipped");
    assert_eq!(peer.lines(), [""; 0]);
}

#[test]
fn a_whole_contract_declared_not_applicable_is_not_green() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nnot-applicable: {{ THINGS-01: never }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
    folder
        .run(&["run", "--suite", "suite", "--target", "target.yaml"])
        .expect_code(4)
        .expect_said("every selected case was skipped");
}

#[test]
fn a_target_that_answers_everything_with_an_empty_200_is_not_green() {
    let folder = Folder::new();
    let peer = Peer::answering(|_, _| answer(200, "", ""));
    let target = peer.url();
    // Left out is what waits for a state: it would wait for its whole time.
    let selection = ["presence", "seats", "license", "autopilot/answer"];
    let mut arguments = vec!["run", "--target", &target];
    arguments.extend(selection.iter().flat_map(|name| ["--only", name]));
    folder
        .run(&arguments)
        .expect_code(1)
        .expect_said("VIOLATED");
    let report = folder.report("probity-report/report.json");
    // No contract comes away unhurt.
    for contract in report["contracts"].as_array().unwrap() {
        assert_ne!(
            contract["requirements"]["violated"], 0,
            "{}",
            contract["name"]
        );
    }
}

#[test]
fn a_report_directory_that_is_missing_is_made() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "json=a/b/c.json",
        ])
        .expect_code(0);
    assert_eq!(folder.report("a/b/c.json")["exit"], 0);
}
