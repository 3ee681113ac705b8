//! What is wrong before the first request (exit 2): arguments and files of ours.

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::things;

#[test]
fn a_misspelt_key_is_told_with_a_caret_under_it() {
    let folder = Folder::new();
    let case = "- id: one\n  expect: [{ proves: [THINGS-01], statsu: 200 }]\n";
    things::write(&folder, case);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let ended = folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(2)
        .expect_complaint("`statsu`")
        .expect_complaint("suite/cases/things/all.yaml:6:")
        .expect_complaint("did you mean `status`?")
        .expect_complaint("nothing was sent");
    let mut lines = ended
        .stderr
        .lines()
        .skip_while(|line| !line.contains("unknown key `statsu`"));
    let source = lines.find(|line| line.starts_with(" 6 | ")).unwrap();
    let caret = lines.next().unwrap();
    assert_eq!(caret.find('^'), source.find("statsu"), "{ended}");
    assert_eq!(caret.matches('^').count(), "statsu".len(), "{ended}");
    assert_eq!(ended.stdout, "");
    assert_eq!(peer.lines(), [""; 0]);
    // No report: nothing was run.
    assert!(!folder.path("probity-report").exists());
}

#[test]
fn every_mistake_of_every_file_is_told_in_one_go() {
    let folder = Folder::new();
    things::write(&folder, "- id: one\n  expct: []\n- id: Two\n  expect: []\n");
    things::write_cases(
        &folder,
        "more",
        "- { id: three, expect: [{ proves: [THINGS-1], status: 200 }] }\n",
    );
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("`expct`")
        .expect_complaint("`Two`")
        .expect_complaint("`THINGS-1`")
        .expect_complaint("in 2 files");
}

#[test]
fn a_missing_environment_variable_stops_before_the_first_request() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nidentities: {{ things.user: {{ Authorization: 'Bearer ${{env.THINGS_TOKEN}}' }} }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
    let target = ["--suite", "suite", "--target", "target.yaml"];
    folder
        .run(&[&["run"][..], &target].concat())
        .expect_code(2)
        .expect_complaint("the environment variable `THINGS_TOKEN` is not set")
        .expect_complaint("target.yaml:3:");
    folder
        .run(&[&["check"][..], &target].concat())
        .expect_code(2)
        .expect_complaint("1 environment variable is not set")
        .expect_said("THINGS_TOKEN");
    assert_eq!(peer.lines(), [""; 0]);
}

#[test]
fn contradictory_or_unknown_arguments_are_usage_errors() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let cases: [(&[&str], &str); 12] = [
        (
            &["run", "--only", "a{b"],
            "`a{b` is not a pattern for cases",
        ),
        (
            &["list", "--only", "a{b"],
            "`a{b` is not a pattern for cases",
        ),
        (&["run", "--report", "pdf=x"], "unknown report format `pdf`"),
        (&["run", "--report", "json="], "missing path"),
        (
            &["run", "--report", "json=a", "--report", "json=a"],
            "two reports have the same path: a",
        ),
        (&["run", "--jobs", "0"], "--jobs"),
        (
            &["run", "--target", "http://user:hunter2@127.0.0.1:1"],
            "contains credentials",
        ),
        (&["run", "--target", "http://"], "has no host"),
        (
            &["run", "--target", "localhost:4040"],
            "starts with http:// or https://",
        ),
        (&["run", "--suite", "nowhere"], "no directory `nowhere`"),
        (
            &["run", "--suite", "suite"],
            "the built-in reference deployment does not serve `things`",
        ),
        (&["run", "--no-such-option"], "--no-such-option"),
    ];
    for (arguments, complaint) in cases {
        let ended = folder
            .run(arguments)
            .expect_code(2)
            .expect_complaint("error")
            .expect_complaint(complaint);
        assert!(!ended.stderr.contains("hunter2"), "{ended}");
        assert_eq!(ended.stdout, "");
    }
    folder.run(&[]).expect_code(2).expect_complaint("Usage:");
}
