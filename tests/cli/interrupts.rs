//! A run that is stopped (exit 130): what was done is reported, what was changed is undone.

use crate::peer::{Peer, json};
use crate::support::folder::{Ended, Folder, signal};
use crate::things;

/// A case that creates, then waits for an answer that never comes, and undoes in `finally`.
const CASES: &str = "\
- id: done
  request: { GET: /done }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: hanging
  steps:
    - request: { POST: /things }
      expect: [{ status: 200 }]
    - request: { GET: /hangs }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - request: { DELETE: /things }
      expect: [{ status: 200 }]
- id: never-begun
  request: { GET: /never }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

/// Answers everything but `/hangs`, which waits until two more requests have come: for ever, or until
/// the `finally` step and one that nobody sends.
fn hanging_peer() -> Peer {
    Peer::answering(|heard, knowledge| {
        if heard.line.contains("/hangs") {
            knowledge.wait_for_heard(4);
        }
        json(200, "{}")
    })
}

fn is_told_and_undone(name: &str) {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = hanging_peer();
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    let process = folder.start(&[&run[..], &["--jobs", "1", "--report", "json=r.json"]].concat());
    peer.knowledge.wait_for_heard(3);
    signal(name, &process);
    Ended::from(process.wait_with_output().unwrap())
        .expect_code(130)
        .expect_said("interrupted before all cases were done")
        .expect_said("INTERRUPTED");
    let report = folder.report("r.json");
    assert_eq!(report["exit"], 130);
    assert_eq!(report["interrupted"], true);
    let cases = report["cases"].as_array().unwrap();
    let verdicts: Vec<&str> = cases
        .iter()
        .map(|case| case["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["pass", "error", "skip"]);
    assert_eq!(cases[1]["reason"], "interrupted before the case was done");
    assert_eq!(cases[2]["reason"], "interrupted");
    let last = peer.lines().pop().unwrap();
    assert_eq!(last, "DELETE /things HTTP/1.1");
}

#[test]
fn ctrl_c_ends_a_run_early_and_tells() {
    is_told_and_undone("-INT");
}

#[test]
fn sigterm_is_an_interrupt_too() {
    is_told_and_undone("-TERM");
}

#[test]
fn asked_twice_nothing_more_is_waited_for() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = Peer::answering(|heard, knowledge| {
        if heard.line.contains("/hangs") || heard.line.starts_with("DELETE") {
            knowledge.wait_for_heard(9);
        }
        json(200, "{}")
    });
    let process = folder.start(&[
        "run",
        "--suite",
        "suite",
        "--target",
        &peer.url(),
        "--jobs",
        "1",
    ]);
    peer.knowledge.wait_for_heard(3);
    signal("-INT", &process);
    peer.knowledge.wait_for_heard(4);
    signal("-INT", &process);
    Ended::from(process.wait_with_output().unwrap()).expect_code(130);
}

#[test]
fn a_case_that_waits_for_a_lock_does_nothing_after_an_interrupt() {
    let folder = Folder::new();
    let case = |id: &str| {
        format!(
            "- id: {id}\n  lock: it\n  request: {{ GET: /{id} }}\n  \
             expect: [{{ proves: [THINGS-01], status: 200 }}]\n  \
             finally: [{{ request: {{ DELETE: /{id} }}, expect: [{{ status: <any> }}] }}]\n"
        )
    };
    things::write(&folder, &(case("one") + &case("two")));
    let peer = Peer::answering(|heard, knowledge| {
        if heard.line.starts_with("GET") {
            knowledge.wait_for_heard(2);
        }
        json(200, "{}")
    });
    let process = folder.start(&["run", "--suite", "suite", "--target", &peer.url()]);
    peer.knowledge.wait_for_heard(1);
    signal("-INT", &process);
    Ended::from(process.wait_with_output().unwrap()).expect_code(130);
    let lines = peer.lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    let report = folder.report("probity-report/report.json");
    let skipped = report["cases"].as_array().unwrap().iter();
    let skipped = skipped.filter(|case| case["verdict"] == "skip").count();
    assert_eq!(skipped, 1);
}
