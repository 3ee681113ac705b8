//! A run that is cut off: what it left can be read, rendered, and gone on with, and the report is then that of a run
//! that was never cut off.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::{Folder, signal};
use crate::things;

const CASES: usize = 12;
const KEPT: &str = "probity-report/report.run.jsonl";
const REPORT: &str = "probity-report/report.json";

/// Twelve cases, of which every fourth fails.
fn write(folder: &Folder) {
    let mut cases = String::new();
    for number in 0..CASES {
        cases.push_str(&things::simple(&format!("case-{number:02}")));
    }
    cases.push_str("- id: lacking\n  needs: [counting]\n  request: { GET: /x }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n");
    things::write(folder, &cases);
}

/// Answers at once, but holds the request that comes as the `at`th, for ever.
fn holding(at: Arc<AtomicUsize>) -> Peer {
    Peer::answering(move |heard, knowledge| {
        if knowledge.heard_like("GET ") == at.load(Ordering::SeqCst) {
            knowledge.wait_for_heard(usize::MAX);
        }
        let path = heard.line.split(' ').nth(1).unwrap_or_default();
        let fails = ["00", "04", "08"].iter().any(|end| path.ends_with(end));
        json(if fails { 500 } else { 200 }, "{\"name\":\"ä\"}")
    })
}

/// A report without what hangs on the clock.
fn timeless(mut value: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|name, _| {
                    !name.ends_with("_ms") && name != "started" && name != "timing"
                });
                members.values_mut().for_each(clean);
            }
            Value::Array(elements) => elements.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut value);
    value
}

fn run<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let own = ["run", "--suite", "suite", "--target", url, "--jobs", "1"];
    [&own[..], more].concat()
}

#[test]
fn a_run_that_is_killed_anywhere_is_gone_on_with_to_the_same_report() {
    let folder = Folder::new();
    write(&folder);
    let at = Arc::new(AtomicUsize::new(usize::MAX));
    let peer = holding(Arc::clone(&at));
    let url = peer.url();
    folder.run(&run(&url, &[])).expect_code(1);
    assert!(
        !folder.path(KEPT).exists(),
        "nobody needs it after a whole run"
    );
    let whole = timeless(folder.report(REPORT));
    let mut heard = CASES;
    for kill_at in [1, 2, 5, 9, CASES] {
        at.store(heard + kill_at, Ordering::SeqCst);
        let mut child = folder.start(&run(&url, &[]));
        peer.knowledge.wait_for_heard(heard + kill_at);
        child.kill().unwrap();
        child.wait().unwrap();
        heard += kill_at;
        // What is there can be rendered, and is not green.
        let ended = folder
            .run(&[
                "report",
                KEPT,
                "--report",
                "html=p.html",
                "--report",
                "p.json",
            ])
            .expect_code(0)
            .expect_said("INTERRUPTED: the report covers only the cases that finished (exit 130)");
        let partial = folder.report("p.json");
        let skipped = partial["summary"]["skip"].as_u64().unwrap();
        let left = u64::try_from(CASES - (kill_at - 1)).unwrap();
        assert_eq!(skipped, left + 1, "{ended}");
        assert!(folder.read("p.html").contains("INTERRUPTED"));
        // What is missing is done, and nothing else.
        folder
            .run(&["run", "--resume", KEPT])
            .expect_code(1)
            .expect_complaint(&format!("{} of 13 cases are done", kill_at - 1));
        heard += CASES - (kill_at - 1);
        assert_eq!(peer.lines().len(), heard);
        assert_eq!(timeless(folder.report(REPORT)), whole);
        assert!(!folder.path(KEPT).exists());
    }
}

#[test]
fn an_interrupted_run_can_be_resumed() {
    let folder = Folder::new();
    write(&folder);
    let at = Arc::new(AtomicUsize::new(6));
    let peer = holding(Arc::clone(&at));
    let url = peer.url();
    let child = folder.start(&run(
        &url,
        &["--report", "json=r.json", "--report", "events=r.jsonl"],
    ));
    peer.knowledge.wait_for_heard(6);
    signal("-INT", &child);
    let ended: crate::support::folder::Ended = child.wait_with_output().unwrap().into();
    ended
        .expect_code(130)
        .expect_complaint("to resume the run: probity run --resume r.jsonl");
    folder.run(&["run", "--resume", "r.jsonl"]).expect_code(1);
    assert_eq!(peer.lines().len(), CASES + 1);
    let resumed = timeless(folder.report("r.json"));
    folder
        .run(&run(&url, &["--report", "json=w.json"]))
        .expect_code(1);
    assert_eq!(resumed, timeless(folder.report("w.json")));
    // The stream that was asked for stays, is whole, and has nothing left to do.
    folder
        .run(&["report", "r.jsonl", "--report", "json=again.json"])
        .expect_code(0);
    assert_eq!(timeless(folder.report("again.json")), resumed);
    let before = peer.lines().len();
    folder.run(&["run", "--resume", "r.jsonl"]).expect_code(1);
    assert_eq!(peer.lines().len(), before);
}

/// A run that was killed before its fourth case.
fn killed(folder: &Folder) -> (Peer, String) {
    write(folder);
    let at = Arc::new(AtomicUsize::new(4));
    let peer = holding(at);
    let url = peer.url();
    let mut child = folder.start(&run(&url, &["--only", "things"]));
    peer.knowledge.wait_for_heard(4);
    child.kill().unwrap();
    child.wait().unwrap();
    (peer, url)
}

#[test]
fn another_suite_target_or_option_is_another_run() {
    let folder = Folder::new();
    let (peer, _) = killed(&folder);
    let resume = |more: &[&str]| folder.run(&[&["run", "--resume", KEPT], more].concat());
    resume(&["--target", "http://127.0.0.1:1"])
        .expect_code(2)
        .expect_complaint("this is not the run that probity-report/report.run.jsonl started")
        .expect_complaint("it was started with `--target http://127.0.0.1:");
    resume(&["--only", "thin*", "--strict", "--retries", "2"])
        .expect_code(2)
        .expect_complaint("it was started with `--only things`")
        .expect_complaint("it was started without `--strict`")
        .expect_complaint("it was started with `--retries 0`");
    let file = "suite/cases/things/all.yaml";
    let text = folder.read(file);
    folder.write(file, text.replace("status: 200", "status: 204"));
    resume(&[])
        .expect_code(2)
        .expect_complaint("the suite has changed");
    folder.write(file, &text);
    let reference = folder.read("suite/targets/reference.yaml");
    folder.write(
        "suite/targets/reference.yaml",
        reference.replace("something", "another"),
    );
    resume(&[])
        .expect_code(2)
        .expect_complaint("the fixtures of the target differ");
    folder.write("suite/targets/reference.yaml", &reference);
    assert_eq!(peer.lines().len(), 4, "nothing was sent");
    resume(&[]).expect_code(1);
}

#[test]
fn an_incomplete_last_line_is_reported_and_a_damaged_one_is_an_error() {
    let folder = Folder::new();
    let (peer, _) = killed(&folder);
    let text = folder.read(KEPT);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "header, plan and three cases");
    let mut damaged = lines.clone();
    damaged[3] = &lines[3][..40];
    folder.write("damaged.jsonl", format!("{}\n", damaged.join("\n")));
    folder
        .run(&["run", "--resume", "damaged.jsonl"])
        .expect_code(2)
        .expect_complaint("damaged.jsonl:4: not a line of an event stream");
    folder
        .run(&["report", "damaged.jsonl"])
        .expect_code(2)
        .expect_complaint("damaged.jsonl:4:");
    folder.write(KEPT, &text[..text.len() - 30]);
    folder
        .run(&["run", "--resume", KEPT])
        .expect_code(1)
        .expect_complaint("report.run.jsonl:5: the last line is incomplete")
        .expect_complaint("2 of 13 cases are done");
    assert_eq!(peer.lines().len(), 4 + CASES - 2);
    folder.write("empty.jsonl", "");
    folder
        .run(&["run", "--resume", "empty.jsonl"])
        .expect_code(2)
        .expect_complaint("nothing was done");
}

#[test]
fn a_run_that_is_still_running_cannot_be_resumed() {
    let folder = Folder::new();
    write(&folder);
    let peer = holding(Arc::new(AtomicUsize::new(3)));
    let url = peer.url();
    let mut child = folder.start(&run(&url, &[]));
    peer.knowledge.wait_for_heard(3);
    folder
        .run(&["run", "--resume", KEPT])
        .expect_code(2)
        .expect_complaint("another run is writing to it");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_report_that_cannot_be_written_is_reported_beside_the_verdict() {
    let folder = Folder::new();
    write(&folder);
    let peer = holding(Arc::new(AtomicUsize::new(usize::MAX)));
    let url = peer.url();
    // A directory in its place, a file where a directory should be.
    std::fs::create_dir_all(folder.path("taken.json")).unwrap();
    folder.write("file", "");
    let mut wrong = vec!["json=taken.json", "json=file/r.json"];
    if cfg!(target_os = "linux") {
        wrong.push("events=/dev/full");
    }
    for report in wrong {
        let ended = folder.run(&run(&url, &["--report", report]));
        let path = report.split_once('=').unwrap().1;
        ended
            .expect_code(70)
            .expect_complaint(&format!("the report {path} could not be written: "))
            .expect_said("VIOLATED: the target breaks the contract");
    }
    // What was done is not lost with the report.
    folder
        .run(&run(&url, &["--report", "json=taken.json"]))
        .expect_complaint("to write the report again: probity report taken.run.jsonl");
    folder
        .run(&["report", "taken.run.jsonl", "--report", "json=saved.json"])
        .expect_code(0);
    assert_eq!(folder.report("saved.json")["exit"], 1);
}

#[test]
fn a_stream_that_fails_in_the_middle_of_the_run_is_told_and_the_verdict_stands() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = Folder::new();
    write(&folder);
    let peer = holding(Arc::new(AtomicUsize::new(usize::MAX)));
    let url = peer.url();
    // A file may grow to ten kilobytes (20 times 512 octets, POSIX): room for the header, and not for all cases.
    let mut script = String::from("trap '' XFSZ; ulimit -f 20; exec \"$0\"");
    for argument in run(&url, &["--report", "events=e.jsonl"]) {
        let _ = write!(script, " '{argument}'");
    }
    let output = folder.shell(&script).output().unwrap();
    let ended: crate::support::folder::Ended = output.into();
    ended
        .expect_code(70)
        .expect_complaint("the report e.jsonl could not be written: File too large")
        .expect_said("VIOLATED: the target breaks the contract");
    let lines = folder.read("e.jsonl").lines().count();
    assert!((3..CASES).contains(&lines), "{lines}");
    folder.run(&["run", "--resume", "e.jsonl"]).expect_code(1);
}
