//! `--retries`: a case that failed is run again whole, and a pass after a failure is not a pass.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use crate::peer::{Peer, answer, json};
use crate::support::folder::{Ended, Folder};
use crate::things;

const READ: &str = "\
- id: sometimes
  request: { GET: /sometimes }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

/// Creates, reads, and undoes.
const WRITE: &str = "\
- id: made
  effect: write
  steps:
    - request: { POST: /things }
      expect: [{ status: 200 }]
    - request: { GET: /sometimes }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - request: { DELETE: /things }
      expect: [{ status: 204 }]
";

/// `GET /sometimes` fails so many times, then holds.
fn failing(times: usize, deleted: u16) -> Peer {
    Peer::answering(move |heard, knowledge| match heard.line.split(' ').next() {
        Some("GET") if knowledge.heard_like("GET ") <= times => json(500, "{}"),
        Some("DELETE") => answer(deleted, "", ""),
        _ => json(200, "{}"),
    })
}

fn run(folder: &Folder, peer: &Peer, more: &[&str]) -> Ended {
    let url = peer.url();
    let arguments = ["run", "--suite", "suite", "--target", &url];
    let report = [
        "--report",
        "run.json",
        "--report",
        "junit.xml",
        "--report",
        "run.html",
    ];
    folder.run(&[&arguments[..], &report, more].concat())
}

#[test]
fn a_pass_after_failures_is_flaky_and_red_with_every_attempt_in_the_report() {
    let folder = Folder::new();
    things::write(&folder, READ);
    let peer = failing(2, 204);
    run(&folder, &peer, &["--retries", "5"])
        .expect_code(1)
        .expect_said("FLAKY things/all/sometimes")
        .expect_said("flaky, run 3 times: fail, fail, pass")
        .expect_said("- violated: 1 MUST (THINGS-01)")
        .expect_said("- flaky: 1 case failed, and passed when run again (things/all/sometimes)");
    assert_eq!(peer.lines().len(), 3);
    let report = folder.report("run.json");
    let case = &report["cases"][0];
    assert_eq!(case["verdict"], "flaky");
    assert_eq!(case["findings"].as_array().unwrap().len(), 1);
    let verdicts: Vec<&str> = case["reruns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rerun| rerun["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts, ["fail", "pass"]);
    assert_eq!(case["reruns"][0]["findings"][0]["actual"], "500 X");
    assert_eq!(report["summary"]["flaky"], 1);
    assert_eq!(report["summary"]["requests"], 3);
    let requirement = &report["requirements"][0];
    assert_eq!(requirement["disposition"], "violated");
    assert_eq!(
        requirement["reason"],
        "flaky: things/all/sometimes passed when it was run again"
    );
    assert!(folder.read("junit.xml").contains("<failure type=\"flaky\""));
    assert!(folder.read("junit.xml").contains("<rerunFailure"));
    assert!(folder.read("run.html").contains("v-flaky"));
}

#[test]
fn what_fails_every_time_stays_a_failure() {
    let folder = Folder::new();
    things::write(&folder, READ);
    let peer = failing(9, 204);
    run(&folder, &peer, &["--retries", "2"])
        .expect_code(1)
        .expect_said("FAIL things/all/sometimes")
        .expect_said("run 3 times: fail, fail, fail");
    assert_eq!(peer.lines().len(), 3);
}

#[test]
fn without_retries_nothing_is_sent_twice() {
    let folder = Folder::new();
    things::write(&folder, READ);
    let peer = failing(1, 204);
    run(&folder, &peer, &[])
        .expect_code(1)
        .expect_said("FAIL things/all/sometimes");
    assert_eq!(peer.lines().len(), 1);
    let cut = Peer::answering(|_, _| String::new());
    run(&folder, &cut, &[]).expect_code(5);
    assert_eq!(cut.lines().len(), 1);
}

#[test]
fn a_case_that_writes_is_undone_before_it_is_run_again() {
    let folder = Folder::new();
    things::write(&folder, WRITE);
    let peer = failing(1, 204);
    run(&folder, &peer, &["--retries", "1"]).expect_code(1);
    let lines = peer.lines();
    let methods: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(methods, ["POST", "GET", "DELETE", "POST", "GET", "DELETE"]);
    assert_eq!(folder.report("run.json")["cases"][0]["verdict"], "flaky");
}

#[test]
fn a_case_that_could_not_undo_is_not_run_again() {
    let folder = Folder::new();
    things::write(&folder, WRITE);
    let peer = failing(1, 500);
    run(&folder, &peer, &["--retries", "3"])
        .expect_code(1)
        .expect_said("FAIL things/all/made")
        .expect_said("not run again: what it did could not be undone");
    assert_eq!(peer.lines().len(), 3);
}

#[test]
fn a_pass_that_did_not_look_at_what_was_violated_is_no_pass() {
    let folder = Folder::new();
    // Once it fails; then the answer is one for which the check is not made.
    let two = "\
- id: sometimes
  request: { GET: /sometimes }
  expect:
    - { status: [200, 404] }
    - { proves: [THINGS-01], status: 200, json: { a: 1 } }
    - { status: 404 }
";
    things::write(&folder, two);
    let peer = Peer::answering(|_, knowledge| match knowledge.heard_like("GET ") {
        1 => json(200, "{\"a\":2}"),
        _ => json(404, "{}"),
    });
    let ended = run(&folder, &peer, &["--retries", "1"]).expect_code(1);
    let report = folder.report("run.json");
    assert_ne!(report["cases"][0]["verdict"], "flaky", "{ended}");
}

#[test]
fn a_connection_that_is_cut_before_an_answer_is_told_when_the_request_is_sent_again() {
    let folder = Folder::new();
    things::write(&folder, READ);
    let peer = Peer::answering(|_, knowledge| match knowledge.heard_like("GET ") {
        1 => String::new(),
        _ => json(200, "{}"),
    });
    run(&folder, &peer, &["--retries", "1"])
        .expect_code(0)
        .expect_said("1 request was resent");
    let report = folder.report("run.json");
    assert_eq!(report["cases"][0]["verdict"], "pass");
    assert_eq!(report["cases"][0]["steps"][0]["resent"], 1);
    assert_eq!(report["summary"]["requests"], 2);
    // Only once, and not when an answer had begun.
    let silent = Peer::answering(|_, _| String::new());
    run(&folder, &silent, &["--retries", "1"]).expect_code(5);
    assert_eq!(silent.lines().len(), 2);
    let half = Peer::answering(|_, _| "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".into());
    run(&folder, &half, &["--retries", "1"]).expect_code(5);
    assert_eq!(half.lines().len(), 1);
}

/// A server whose first connection answers once, hears one request more, and is closed without a word.
fn closing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let mut answered = 0;
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                    if line == "\r\n" {
                        if number == 0 && answered == 1 {
                            return;
                        }
                        answered += 1;
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
                        reader.get_mut().write_all(answer).unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    url
}

#[test]
fn a_connection_that_had_served_and_is_closed_under_a_request_is_replaced() {
    let folder = Folder::new();
    things::write(&folder, &(things::simple("one") + &things::simple("two")));
    let arguments = [
        "run", "--suite", "suite", "--jobs", "1", "--report", "run.json",
    ];
    let url = closing();
    folder
        .run(&[&arguments[..], &["--target", &url]].concat())
        .expect_code(0)
        .expect_said("1 request was resent");
    assert_eq!(
        folder.report("run.json")["cases"][1]["steps"][0]["resent"],
        1
    );
    // What changes the target is not sent again: the server may have done it.
    let write = things::simple("two").replace("GET:", "POST:") + "  effect: write\n";
    things::write(&folder, &(things::simple("one") + &write));
    let url = closing();
    folder
        .run(&[&arguments[..], &["--target", &url]].concat())
        .expect_code(5)
        .expect_said("connection lost");
    // Nor is anything on a connection that is new: that it is cut is the server's answer.
    things::write(&folder, READ);
    let silent = Peer::answering(|_, _| String::new());
    run(&folder, &silent, &[]).expect_code(5);
    assert_eq!(silent.lines().len(), 1);
}

#[test]
fn a_request_that_changes_something_is_not_sent_again() {
    let folder = Folder::new();
    things::write(&folder, WRITE);
    let peer = Peer::answering(|heard, _| {
        if heard.line.starts_with("POST") {
            String::new()
        } else {
            answer(204, "", "")
        }
    });
    run(&folder, &peer, &["--retries", "1"]).expect_code(5);
    let lines = peer.lines();
    assert_eq!(
        lines.iter().filter(|line| line.starts_with("POST")).count(),
        1
    );
}

/// A target file, so that waivers have a place, and a waiver for the flaky case.
fn waived(folder: &Folder, peer: &Peer) {
    let url = peer.url();
    folder.write(
        "t.yaml",
        format!("name: t\nservices: {{ things: {url} }}\n"),
    );
    let run = [
        "run", "--suite", "suite", "--target", "t.yaml", "--report", "run.json",
    ];
    folder
        .run(&[&run[..], &["--retries", "2"]].concat())
        .expect_code(1);
    let reason = [
        "--reason",
        "race in the cache",
        "--expires",
        "2026-03-31",
        "--today",
        "2026-01-01",
    ];
    let waive = ["waive", "things/all/sometimes", "--report", "run.json"];
    folder.run(&[&waive[..], &reason].concat()).expect_code(0);
    assert!(folder.read("t.waivers.yaml").contains("kind: \"flaky\""));
}

fn run_waived(folder: &Folder, peer: &Peer, more: &[&str]) -> Ended {
    let url = peer.url();
    folder.write(
        "t.yaml",
        format!("name: t\nservices: {{ things: {url} }}\n"),
    );
    let run = [
        "run", "--suite", "suite", "--target", "t.yaml", "--report", "run.json",
    ];
    folder.run(&[&run[..], &["--today", "2026-02-01"], more].concat())
}

#[test]
fn a_waiver_of_kind_flaky_forgives_a_flaky_case_and_no_broken_one() {
    let folder = Folder::new();
    things::write(&folder, READ);
    waived(&folder, &failing(1, 204));
    run_waived(&folder, &failing(1, 204), &["--retries", "2"])
        .expect_code(0)
        .expect_said("FLAKY things/all/sometimes")
        .expect_said("WAIVED");
    // Passing at once is what a flaky case does.
    run_waived(&folder, &failing(0, 204), &["--retries", "2"])
        .expect_code(0)
        .expect_said("not applied: it passed this time");
    run_waived(&folder, &failing(9, 204), &["--retries", "2"])
        .expect_code(1)
        .expect_said("it failed 3 times of 3");
    run_waived(&folder, &failing(9, 204), &[])
        .expect_code(1)
        .expect_said("run with `--retries` to see whether it is flaky");
}

#[test]
fn a_waiver_of_a_failure_forgives_no_flaky_case() {
    let folder = Folder::new();
    things::write(&folder, READ);
    waived(&folder, &failing(1, 204));
    let waiver = folder
        .read("t.waivers.yaml")
        .replace("kind: \"flaky\"", "kind: failure");
    folder.write("t.waivers.yaml", &waiver);
    run_waived(&folder, &failing(9, 204), &["--retries", "2"]).expect_code(0);
    run_waived(&folder, &failing(1, 204), &["--retries", "2"])
        .expect_code(1)
        .expect_said("write it again with `kind: flaky`");
}

/// A server that answers one request on each connection, and closes the connection when it hears another. The
/// first two are answered together.
fn forgetful() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let together = Arc::new(Barrier::new(2));
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let together = Arc::clone(&together);
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                let mut answered = 0;
                while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                    if line == "\r\n" {
                        if answered == 1 {
                            // Until the other connection is idle too.
                            std::thread::sleep(Duration::from_millis(100));
                            return;
                        }
                        if number < 2 {
                            together.wait();
                        }
                        answered += 1;
                        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
                        reader.get_mut().write_all(answer).unwrap();
                    }
                    line.clear();
                }
            });
        }
    });
    url
}

#[test]
fn a_request_that_is_sent_again_gets_a_new_connection() {
    let folder = Folder::new();
    let cases = ["one", "two", "three"].map(things::simple);
    things::write(&folder, &cases.concat());
    // On a busy machine a connection may not be idle yet, or no longer, when the next case starts.
    let was_resent = (0..10).any(|_| {
        let url = forgetful();
        let arguments = ["run", "--suite", "suite", "--jobs", "2", "--target", &url];
        let ended = folder.run(&[&arguments[..], &["--report", "run.json"]].concat());
        ended.expect_code(0);
        let report = folder.report("run.json");
        let cases = report["cases"].as_array().unwrap();
        cases.iter().all(|case| case["verdict"] == "pass")
            && cases.iter().any(|case| case["steps"][0]["resent"] == 1)
    });
    assert!(was_resent);
}
