//! Files and streams: what is written where, whole, and in which shape.

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::support::request::nobody;
use crate::things;

/// A run with something of everything: pass, fail, error, skip.
fn mixed(folder: &Folder) -> Peer {
    let cases = ["passes", "fails", "has-no-answer", "skipped"].map(things::simple);
    things::write(folder, &(cases.concat() + "  needs: [counting]\n"));
    Peer::answering(|heard, _| match heard.line.as_str() {
        line if line.contains("fails") => json(404, "{\"what\": [1, 2.50, \"\\u001b[31m\"]}"),
        line if line.contains("has-no") => String::new(),
        _ => json(200, "{}"),
    })
}

fn assert_valid(report: &Value) {
    let schema = probity::report::json::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn the_json_report_has_the_published_shape() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "out/deep/r.json",
        ])
        .expect_code(1)
        .expect_said("json: out/deep/r.json")
        .expect_said("VIOLATED");
    let report = folder.report("out/deep/r.json");
    assert_valid(&report);
    for key in ["format", "exit", "summary", "requirements", "cases"] {
        assert!(report.get(key).is_some(), "{key}");
    }
    assert_eq!(report["format"], "probity-report/1");
    assert_eq!(report["target"]["given"], *peer.url());
    let counts = ["pass", "fail", "error", "skip"].map(|key| report["summary"][key].as_u64());
    assert_eq!(counts, [Some(1); 4]);
    // The default place is for those who name none, and nothing half written stays anywhere.
    let written: Vec<String> = folder.files();
    let written = written.iter().filter(|name| !name.starts_with("suite/"));
    assert_eq!(written.collect::<Vec<_>>(), ["out/deep/r.json"]);
}

#[test]
fn a_report_replaces_an_older_one_whole() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder.write("r.json", "x".repeat(1 << 20));
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "json=r.json",
        ])
        .expect_code(0);
    assert_valid(&folder.report("r.json"));
}

#[test]
fn a_report_on_standard_output_is_alone_there() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    let ended = folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "json=-",
        ])
        .expect_code(1)
        .expect_complaint("VIOLATED")
        .expect_complaint("things/all/fails");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_valid(&report);
    assert!(!folder.path("probity-report").exists());
}

#[test]
fn a_report_beside_the_one_on_standard_output_is_written_too() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    let run = ["run", "--suite", "suite", "--target", &peer.url()];
    let ended = folder.run(&[&run[..], &["--report", "json=-", "--report", "r.json"]].concat());
    let shown: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(shown, folder.report("r.json"));
}

#[test]
fn choosing_reports_or_none_never_silences_the_terminal() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    let target = peer.url();
    let choices: [&[&str]; 4] = [
        &[],
        &["--no-report"],
        &["--report", "json=r.json"],
        &["--quiet"],
    ];
    for choice in choices {
        folder
            .run(&[&["run", "--suite", "suite", "--target", &target], choice].concat())
            .expect_code(1)
            .expect_said("FAIL things/all/fails")
            .expect_said("got 404")
            .expect_said("violated: 1 MUST (THINGS-01)");
    }
}

#[test]
fn no_report_writes_none() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let before = folder.files();
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &nobody(),
            "--no-report",
        ])
        .expect_code(5);
    assert_eq!(folder.files(), before);
    assert!(!folder.path("probity-report").exists());
}

#[test]
fn a_failure_says_how_to_run_it_again_against_the_same_target() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    let target = peer.url();
    folder
        .run(&["run", "--suite", "suite", "--target", &target])
        .expect_said(&format!(
            "rerun: probity run --suite 'suite' --target '{target}' --only 'things/all/fails'\n"
        ));
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    let ended = folder.run(&run);
    assert!(!ended.stdout.contains('\u{1b}'), "{ended}");
    let ended = folder.run(&[&run[..], &["--color", "always"]].concat());
    assert!(ended.stdout.contains("\u{1b}["), "{ended}");
    // What the target says does not colour anything.
    assert!(!ended.stdout.contains("\u{1b}[31m\""), "{ended}");
}

#[test]
fn a_run_that_was_compared_is_told_again_from_its_events_as_it_was() {
    let folder = Folder::new();
    let peer = mixed(&folder);
    let run = |more: &[&str]| {
        let arguments = ["run", "--suite", "suite", "--target", &peer.url()].map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        folder.run(&[&arguments[..], more].concat()).expect_code(1);
    };
    run(&["--report", "json=old.json"]);
    let reports = ["--report", "json=new.json", "--report", "events=new.jsonl"];
    run(&[&["--baseline", "old.json"][..], &reports].concat());
    folder
        .run(&["report", "new.jsonl", "--report", "json=again.json"])
        .expect_code(0)
        .expect_said("still failing");
    let new = folder.report("new.json");
    assert!(new["comparison"].is_object());
    assert_eq!(folder.report("again.json"), new);
}
