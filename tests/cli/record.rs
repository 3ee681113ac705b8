//! `probity run --record` and `probity judge`: the same verdicts again, without a network.

use std::net::TcpListener;

use serde_json::Value;

use crate::deployment::Deployment;
use crate::folder::{Ended, Folder};

/// A report without what is no verdict: times, and whether it was made from a recording.
pub(crate) fn verdicts(report: &Value) -> String {
    fn strip(value: &Value) -> Value {
        const FACTS: [&str; 7] = [
            "liveness_requests",
            "started",
            "started_ms",
            "duration_ms",
            "first_byte_ms",
            "recording",
            "run_id",
        ];
        match value {
            Value::Object(members) => members
                .iter()
                .filter(|(name, _)| !FACTS.contains(&name.as_str()))
                .map(|(name, member)| (name.clone(), strip(member)))
                .collect(),
            Value::Array(items) => items.iter().map(strip).collect(),
            other => other.clone(),
        }
    }
    serde_json::to_string_pretty(&strip(report)).unwrap()
}

/// Judges `run.har`, and asserts that it says octet by octet what the run said.
#[track_caller]
pub(crate) fn is_judged_the_same(folder: &Folder, ran: &Ended, more: &[&str]) {
    let arguments = ["judge", "run.har", "--report", "json=judge.json"];
    let judged = folder.run(&[&arguments[..], more].concat());
    assert_eq!(judged.code, ran.code, "{judged}");
    let (run, judge) = (folder.report("run.json"), folder.report("judge.json"));
    assert_eq!(verdicts(&run), verdicts(&judge));
    assert_eq!(judge["recording"]["unmatched"], Value::Array(Vec::new()));
    assert_eq!(judge["recording"]["is_other_suite"], false);
}

fn record(folder: &Folder, more: &[&str]) -> Ended {
    let arguments = ["run", "--record", "run.har", "--report", "json=run.json"];
    folder.run(&[&arguments[..], more].concat())
}

#[test]
fn a_green_run_is_judged_the_same() {
    let folder = Folder::new();
    let ran = record(&folder, &[]).expect_code(0);
    assert!(ran.stdout.contains("recording: run.har"), "{ran}");
    is_judged_the_same(&folder, &ran, &[]);
    assert_eq!(
        folder.files(),
        ["judge.json", "run.har", "run.json"],
        "nothing else is left"
    );
}

fn a_fault_is_judged_the_same(fault: &str) {
    let folder = Folder::new();
    let ran = {
        let deployment = Deployment::start(&folder, &["--fault", fault]);
        record(&folder, &["--target", &deployment.url]).expect_code(1)
    };
    is_judged_the_same(&folder, &ran, &[]);
}

#[test]
fn a_wrong_status_is_judged_the_same() {
    a_fault_is_judged_the_same("wrong-status");
}

#[test]
fn a_missing_member_is_judged_the_same() {
    a_fault_is_judged_the_same("missing-member");
}

#[test]
fn a_stale_state_is_judged_the_same() {
    a_fault_is_judged_the_same("stale-state");
}

#[test]
fn octets_after_the_answer_are_judged_the_same() {
    a_fault_is_judged_the_same("body-on-204");
}

#[test]
fn a_dead_target_is_judged_the_same() {
    let folder = Folder::new();
    let port = TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let ran = record(&folder, &["--target", &url]).expect_code(5);
    is_judged_the_same(&folder, &ran, &[]);
}

#[test]
fn a_selection_stands_in_the_recording_and_can_be_narrowed() {
    let folder = Folder::new();
    let ran = record(&folder, &["--only", "presence"]).expect_code(0);
    is_judged_the_same(&folder, &ran, &[]);
    let narrowed = [
        "judge",
        "run.har",
        "--only",
        "presence/levels",
        "--report",
        "json=j.json",
    ];
    folder.run(&narrowed).expect_code(0);
    assert_eq!(
        folder.report("j.json")["selection"],
        serde_json::json!(["presence/levels"])
    );
    // What was never recorded is skipped, and so the run is incomplete.
    let wider = ["judge", "run.har", "--only", "license"];
    folder
        .run(&wider)
        .expect_code(4)
        .expect_said("the recording has no exchange of this case");
}
