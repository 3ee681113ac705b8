//! Answers that are not complete: their head is judged, and never lets a case pass.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::folder::{Ended, Folder};
use crate::peer::Peer;
use crate::things;

const CUT: &str = "Content-Length: 50\r\nConnection: close\r\n\r\n{\"a\": \"beg";

/// Cases of the two levels: one looks at the body, the others at the head only.
const CASES: &str = "\
- id: status
  request: { GET: /status }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: body
  request: { GET: /body }
  expect: [{ proves: [THINGS-01], status: 200, json: { a: <string> } }]
- id: header
  request: { GET: /header }
  expect: [{ proves: [THINGS-01], status: 200, headers: { X-Kind: plain } }]
";

/// A server that says the same to everybody.
fn saying(answer: impl Into<String>) -> Peer {
    let answer = answer.into();
    Peer::answering(move |_, _| answer.clone())
}

/// A server that never ends its answer.
fn without_end(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
            open.push(stream);
        }
    });
    url
}

fn run_with(folder: &Folder, peer: &Peer, more: &[&str]) -> Ended {
    let target = peer.url();
    let all = ["run", "--suite", "suite", "--report", "json=r.json"];
    folder.run(&[&all[..], &["--target", &target], more].concat())
}

fn run(folder: &Folder, peer: &Peer, cases: &str) -> Ended {
    things::write(folder, cases);
    run_with(folder, peer, &[])
}

fn cases(folder: &Folder) -> Vec<Value> {
    let report = folder.report("r.json");
    report["cases"].as_array().unwrap().clone()
}

fn verdicts(folder: &Folder) -> Vec<String> {
    let cases = cases(folder).into_iter();
    cases
        .map(|case| case["verdict"].as_str().unwrap().to_owned())
        .collect()
}

fn kinds(case: &Value) -> Vec<&str> {
    let findings = case["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["kind"].as_str().unwrap())
        .collect()
}

#[test]
fn a_cut_answer_with_the_right_head_is_no_evidence() {
    let head = "HTTP/1.1 200 OK\r\nX-Kind: plain\r\n";
    let chunk = "Transfer-Encoding: chunked\r\n\r\n14\r\n{\"a\": \"beg";
    for rest in [CUT, chunk] {
        let folder = Folder::new();
        run(&folder, &saying(format!("{head}{rest}")), CASES)
            .expect_code(5)
            .expect_said("-> 200 OK, not complete (cut)")
            .expect_said("< X-Kind: plain".to_lowercase().as_str())
            .expect_said("\"a\": \"beg…");
        assert_eq!(verdicts(&folder), ["error"; 3]);
        for case in cases(&folder) {
            assert_eq!(case["unproven"], json!(["THINGS-01"]), "{rest}");
            assert_eq!(case["findings"], json!([]));
            let reason = case["reason"].as_str().unwrap();
            assert!(reason.starts_with("connection lost: "), "{reason}");
        }
    }
}

#[test]
fn a_cut_answer_with_the_wrong_status_violates_what_says_so() {
    for transport in ["normal", "exact", "raw"] {
        let folder = Folder::new();
        let case = format!(
            "- id: status\n  request: {{ GET: /status, transport: {transport} }}\n  \
             expect: [{{ proves: [THINGS-01], status: 200, json: {{ a: 1 }} }}]\n"
        );
        let peer = saying(format!("HTTP/1.1 500 Broken\r\n{CUT}"));
        run(&folder, &peer, &case)
            .expect_code(1)
            .expect_said("got 500 Broken")
            .expect_said("the rest of the answer, which proves no requirement")
            .expect_said("not complete: connection closed after 10 bytes of the body");
        let case = &cases(&folder)[0];
        assert_eq!(case["verdict"], "fail", "{transport}");
        assert_eq!(case["violated"], json!(["THINGS-01"]));
        assert_eq!(kinds(case), ["status", "incomplete"]);
        assert_eq!(case["findings"][1]["level"], Value::Null);
        let exchange = &case["steps"][0]["exchange"];
        assert_eq!(exchange["response"]["status"], 500);
        assert_eq!(exchange["response"]["body"]["octets"], 10);
        assert_eq!(exchange["no_answer"]["kind"], "cut");
    }
}

#[test]
fn a_wrong_header_of_a_cut_answer_is_found_and_its_body_is_not_judged() {
    let folder = Folder::new();
    let peer = saying(format!("HTTP/1.1 200 OK\r\nX-Kind: other\r\n{CUT}"));
    run(&folder, &peer, CASES).expect_code(1);
    assert_eq!(verdicts(&folder), ["error", "error", "fail"]);
    assert_eq!(kinds(&cases(&folder)[2]), ["header", "incomplete"]);
}

#[test]
fn an_answer_without_end_is_judged_by_its_head() {
    for (limit, kind) in [("body: 1KiB", "too-large"), ("timeout: 500ms", "timed-out")] {
        let folder = Folder::new();
        things::write(&folder, CASES);
        let answer = "HTTP/1.1 503 Busy\r\n\r\n".to_owned();
        let url = if kind == "too-large" {
            saying(answer + &"x".repeat(5000)).url()
        } else {
            without_end(answer + "some")
        };
        folder.write(
            "target.yaml",
            format!("name: t\nservices: {{ things: '{url}' }}\nlimits: {{ {limit} }}\n"),
        );
        let all = ["run", "--suite", "suite", "--report", "json=r.json"];
        folder
            .run(&[&all[..], &["--target", "target.yaml"]].concat())
            .expect_code(1);
        assert_eq!(verdicts(&folder), ["fail"; 3], "{kind}");
        for case in cases(&folder) {
            assert_eq!(kinds(&case), ["status", "incomplete"]);
        }
    }
}

#[test]
fn who_is_asked_to_wait_has_no_answer_yet() {
    let folder = Folder::new();
    let peer = saying(format!("HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n{CUT}"));
    run(&folder, &peer, CASES).expect_code(5);
    assert_eq!(verdicts(&folder), ["error"; 3]);
}

#[test]
fn a_redirect_that_was_to_be_followed_is_not_the_answer() {
    let folder = Folder::new();
    let peer = saying(format!("HTTP/1.1 302 Found\r\nLocation: /other\r\n{CUT}"));
    let follows = "- id: a\n  request: { GET: /a, follow: { max: 2 } }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    run(&folder, &peer, follows).expect_code(5);
    assert_eq!(verdicts(&folder), ["error"]);
    run(&folder, &peer, &things::simple("a")).expect_code(1);
    assert_eq!(verdicts(&folder), ["fail"]);
}

#[test]
fn a_cut_answer_shows_no_secret() {
    let folder = Folder::new();
    let head = "HTTP/1.1 500 Broken\r\nSet-Cookie: sid=planted-session-1234; Path=/\r\n";
    // It ends in the middle of the token of the identity.
    let body = "{\"sid\": \"planted-session-1234\", \"token\": \"user-of-thi";
    let peer = saying(format!("{head}Content-Length: 500\r\n\r\n{body}"));
    let case = "- id: a\n  request: { GET: /a, identity: user }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    things::write(&folder, case);
    let target = peer.url();
    folder.write(
        "target.yaml",
        format!(
            "name: t\nservices: {{ things: '{target}' }}\nidentities: {{ things.user: {{ Authorization: 'Bearer ${{env.PLANTED}}' }} }}\n"
        ),
    );
    let all = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=r.json",
    ];
    let more = ["--report", "html=r.html", "--record", "r.har"];
    let mut command = folder.command(&[&all[..], &more].concat());
    let ended = Ended::from(
        command
            .env("PLANTED", "user-of-things-and-all")
            .output()
            .unwrap(),
    );
    let ended = ended.expect_code(1);
    let written = ["r.json", "r.html", "r.har"].map(|file| folder.read(file));
    for text in written.iter().chain([&ended.to_string()]) {
        for secret in ["planted-session", "user-of-thi"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn a_recorded_fragment_is_judged_as_it_was() {
    let folder = Folder::new();
    let peer = saying(format!("HTTP/1.1 200 OK\r\nX-Kind: other\r\n{CUT}"));
    things::write(&folder, CASES);
    run_with(&folder, &peer, &["--record", "r.har"]).expect_code(1);
    let before = cases(&folder);
    let entry = &folder.report("r.har")["log"]["entries"][2];
    assert_eq!(entry["response"]["status"], 200);
    assert!(
        entry["response"]["_error"]
            .as_str()
            .unwrap()
            .starts_with("connection lost: ")
    );
    folder
        .run(&[
            "judge",
            "r.har",
            "--suite",
            "suite",
            "--report",
            "json=r.json",
        ])
        .expect_code(1);
    for (before, after) in before.iter().zip(cases(&folder)) {
        assert_eq!(before["findings"], after["findings"]);
        assert_eq!(before["verdict"], after["verdict"]);
    }
}

#[test]
fn a_waiver_is_for_what_it_was_written_for() {
    let folder = Folder::new();
    let peer = saying(format!("HTTP/1.1 500 Broken\r\n{CUT}"));
    things::write(&folder, &things::simple("a"));
    let target = |peer: &Peer| {
        let text = format!("name: t\nservices: {{ things: '{}' }}\n", peer.url());
        folder.write("target.yaml", text);
    };
    target(&peer);
    let all = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "run.json",
    ];
    folder.run(&all).expect_code(1);
    folder
        .run(&[
            "waive",
            "things/all/a",
            "--report",
            "run.json",
            "--today",
            "2026-01-01",
            "--expires",
            "2026-03-31",
            "--reason",
            "broken",
        ])
        .expect_code(0);
    let today = [&all[..], &["--today", "2026-02-01"]].concat();
    folder.run(&today).expect_code(0).expect_said("WAIVED");
    // With a complete body it fails in another way; complete or not, 200 without a body is no evidence.
    target(&saying("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n"));
    folder.run(&today).expect_code(1);
    target(&saying(format!("HTTP/1.1 200 OK\r\n{CUT}")));
    folder.run(&today).expect_code(5);
}
