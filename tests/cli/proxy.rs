//! `probity record`: a reverse proxy that records and judges.

mod passing;

use serde_json::Value;

use crate::peer::{Peer, answer, json};
use crate::support::deployment::Deployment;
use crate::support::folder::Folder;
use crate::support::recorder::Recorder;

const USER: &str = "/v1.0/users/047dd774-f1c4-40f2-82f0-278de79f9b83";
const TOKEN: &str = "Authorization: Bearer delegated-user-readwrite-all\r\n";

fn reprocess() -> String {
    format!("POST {USER}/reprocessLicenseAssignment")
}

fn disposition(report: &Value, id: &str) -> String {
    let requirements = report["requirements"].as_array().unwrap();
    let found = requirements.iter().find(|one| one["id"] == id).unwrap();
    found["disposition"].as_str().unwrap().to_owned()
}

#[test]
fn a_client_is_judged_as_it_passes() {
    let folder = Folder::new();
    let server = Deployment::start(&folder, &[]);
    let options = [
        "--check",
        "--only",
        "license",
        "--out",
        "t.har",
        "--report",
        "json=r.json",
    ];
    let recorder = Recorder::start(&folder, &server.url, &options);
    std::thread::scope(|scope| {
        for _ in 0..40 {
            scope.spawn(|| {
                let answer = recorder.request(&reprocess(), TOKEN);
                assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
                assert!(answer.ends_with('}'), "{answer}");
            });
        }
    });
    assert!(recorder.request(&reprocess(), "").contains(" 401 "));
    let head = recorder.request(&format!("HEAD {USER}"), TOKEN);
    assert!(
        head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"),
        "{head}"
    );

    let ended = recorder.end().expect_code(0);
    let ended = ended
        .expect_said("42 exchanges went through, 41 were judged by a rule of a contract")
        .expect_said("upheld            17  LICENSE-05,")
        .expect_said("no rule of a")
        .expect_said("CONFORMS");
    assert_eq!(ended.stderr, "");
    let report = folder.report("r.json");
    assert_eq!(report["recording"]["is_live"], true);
    assert_eq!(report["recording"]["exchanges"], 42);
    assert_eq!(disposition(&report, "LICENSE-05"), "upheld");
    assert_eq!(disposition(&report, "LICENSE-26"), "unproven");
    // Of forty exchanges that say the same, one is kept.
    assert_eq!(report["cases"].as_array().unwrap().len(), 2);
    let har = folder.read("t.har");
    assert!(!har.contains("delegated-user") && har.contains("Bearer [credentials]"));
    let read: Value = serde_json::from_str(&har).unwrap();
    assert_eq!(read["log"]["entries"].as_array().unwrap().len(), 42);
    // The file is one of another tool: with its target, cases are found in it.
    let judge = [
        "judge",
        "t.har",
        "--only",
        "license",
        "--target",
        &server.url,
    ];
    folder
        .run(&judge)
        .expect_code(4)
        .expect_said("42 exchanges")
        .expect_said("upheld");
}

#[test]
fn what_is_violated_is_told_once_and_what_was_never_exercised_is_no_success() {
    let folder = Folder::new();
    let server = Deployment::start(&folder, &["--fault", "null-assigned-plans"]);
    let only = ["--check", "--only", "license"];
    let recorder = Recorder::start(&folder, &server.url, &only);
    for _ in 0..3 {
        recorder.request(&reprocess(), TOKEN);
    }
    let ended = recorder.end().expect_code(1);
    let ended = ended
        .expect_said("violated           1  LICENSE-10")
        .expect_said("VIOLATED")
        .expect_complaint("/assignedPlans");
    // What was written out when it passed is one line at the end.
    assert_eq!(
        ended.stderr.matches("MUST LICENSE-10").count(),
        1,
        "{ended}"
    );
    assert_eq!(
        ended.stdout.matches("MUST LICENSE-10").count(),
        1,
        "{ended}"
    );
    assert!(!ended.stdout.contains("< HTTP"), "{ended}");
    assert!(!ended.stdout.contains("rerun:"), "{ended}");

    // A client that is only refused has exercised what refusals are about, and nothing else.
    let recorder = Recorder::start(&folder, &server.url, &only);
    recorder.request(&reprocess(), "");
    recorder
        .end()
        .expect_code(4)
        .expect_said("upheld             2  LICENSE-27, LICENSE-28")
        .expect_said("never exercised   15  LICENSE-05,")
        .expect_said("INCOMPLETE");

    // No exchange at all.
    let ended = Recorder::start(&folder, &server.url, &only).end();
    ended
        .expect_code(4)
        .expect_said("no exchange of this operation that a rule could judge");
}

#[test]
fn hostile_clients_and_a_dead_target_are_answered() {
    let folder = Folder::new();
    let dead = Deployment::start(&folder, &[]).url.clone();
    let recorder = Recorder::start(&folder, &dead, &["--check", "--only", "license"]);
    let close = "Host: x\r\nConnection: close\r\n";
    let large = format!(
        "{} HTTP/1.1\r\n{close}Content-Length: 99999999\r\n\r\n",
        reprocess()
    );
    for (sent, said) in [
        (format!("{} HTTP/1.1\r\n{close}\r\n", reprocess()), " 502 "),
        (large, " 413 "),
        (
            format!(
                "GET / HTTP/1.1\r\n{close}X: {}\r\n\r\n",
                "a".repeat(600_000)
            ),
            " 431 ",
        ),
        (
            format!("GET / HTTP/1.1\r\nUpgrade: websocket\r\n{close}\r\n"),
            " 501 ",
        ),
        (format!("CONNECT a:1 HTTP/1.1\r\n{close}\r\n"), " 501 "),
        (
            format!("GET http://a/ HTTP/1.1\r\n{close}\r\n"),
            "not a forward proxy",
        ),
        (format!("OPTIONS * HTTP/1.1\r\n{close}\r\n"), " 400 "),
        (
            format!("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{close}\r\nzz\r\n"),
            " 400 ",
        ),
        ("PRI * HTTP/2.0\r\n\r\n".into(), " 400 "),
        ("\0\r\n\r\n".into(), " 400 "),
    ] {
        let answer = recorder.send(&sent);
        let sent: String = sent.chars().take(60).collect();
        assert!(answer.contains(said), "{sent:?}: {answer}");
    }
    // A client that goes away in the middle of a request, and one that never sends one.
    let unfinished = format!(
        "{} HTTP/1.1\r\n{close}Content-Length: 9\r\n\r\nabc",
        reprocess()
    );
    let mut stream = std::net::TcpStream::connect(&recorder.address).unwrap();
    std::io::Write::write_all(&mut stream, unfinished.as_bytes()).unwrap();
    drop(stream);
    let _silent = std::net::TcpStream::connect(&recorder.address).unwrap();
    recorder
        .end()
        .expect_code(5)
        .expect_said("no evidence from 1 case")
        .expect_complaint("connection refused");
}

#[test]
fn what_would_keep_nothing_or_serve_everybody_is_refused() {
    let folder = Folder::new();
    let target = "http://127.0.0.1:9";
    folder
        .run(&["record", "--target", target])
        .expect_code(2)
        .expect_complaint("nothing would be kept");
    folder
        .run(&[
            "record",
            "--target",
            target,
            "--check",
            "--listen",
            "0.0.0.0:0",
        ])
        .expect_code(2)
        .expect_complaint("--allow-remote-clients");
    folder
        .run(&[
            "record",
            "--target",
            target,
            "--check",
            "--service",
            "nothing",
        ])
        .expect_code(2)
        .expect_complaint("its services are");
    folder.write(
        "two.yaml",
        "name: t\nservices: { graph-v1: http://127.0.0.1:1, graph-beta: http://127.0.0.2:1 }\n",
    );
    folder
        .run(&["record", "--target", "two.yaml", "--check"])
        .expect_code(2)
        .expect_complaint("the same path on different hosts");
    let ended = Recorder::start(&folder, target, &["--out", "t.har", "--quiet"]).end();
    ended
        .expect_code(0)
        .expect_said("0 exchanges recorded: t.har");
    assert_eq!(
        folder.report("t.har")["log"]["entries"],
        serde_json::json!([])
    );
}

#[test]
fn nothing_is_left_where_the_port_is_taken() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let target = ["record", "--target", "http://127.0.0.1:9"];
    let options = ["--out", "y.har", "--listen", &listen];
    folder
        .run(&[&target[..], &options].concat())
        .expect_code(5)
        .expect_complaint("cannot be used");
    assert_eq!(folder.files(), [""; 0]);
}

/// What a suite of an import has: rules that prove only a SHOULD, so that no MUST is missing.
const OPTIONAL: &str = "\
contract: a
title: A
service: api
services: { api: {} }
requirements:
  - { id: A-01, level: SHOULD, sentence: a thing has a name., source: here }
answers:
  - id: thing
    operation: GET /things/{}
    status: <2xx>
    expect: [{ proves: [A-01], json: { name: <string> } }]
";

#[test]
fn exchanges_without_evidence_are_no_success() {
    let folder = Folder::new();
    folder.write("s/cases/a/contract.yaml", OPTIONAL);
    let case = "contract: a\ntitle: c\ncases:\n  - id: thing\n    title: t\n    request: { GET: /things/1 }\n    \
                expect: [{ proves: [A-01], status: 200 }]\n";
    folder.write("s/cases/a/c.yaml", case);
    let peer = Peer::answering(|heard, knowledge| {
        let path = heard.line.split(' ').nth(1).unwrap_or_default();
        match path.rsplit('/').next() {
            Some("never") => {
                // Until the test ends.
                knowledge.wait_for_line("GET /things/end ");
                String::new()
            }
            Some("cut") => String::new(),
            Some("missing") => answer(404, "", "{}"),
            _ => answer(
                200,
                "Content-Type: application/json\r\n",
                "{\"name\": \"x\"}",
            ),
        }
    });
    let start = |options: &[&str]| {
        let first = ["--suite", "s", "--check"];
        Recorder::start(&folder, &peer.url(), &[&first[..], options].concat())
    };
    for (paths, code, said) in [
        (&[][..], 4, "0 exchanges went through, 0 were judged"),
        (&["/other"], 4, "1 exchange went through, 0 were judged"),
        (
            &["/things/missing"],
            4,
            "1 exchange went through, 0 were judged",
        ),
        (&["/things/cut"], 5, "no evidence from 1 case"),
        (&["/things/1", "/things/cut"], 5, "no evidence from 1 case"),
        (&["/things/1"], 0, "CONFORMS"),
    ] {
        let recorder = start(&[]);
        for path in paths {
            recorder.request(&format!("GET {path}"), "");
        }
        let ended = recorder.end().expect_code(code).expect_said(said);
        assert_eq!(ended.stdout.contains("CONFORMS"), code == 0, "{ended}");
        // The only contract of the suite: to select it would leave nothing out.
        assert!(!ended.stdout.contains("to judge only"), "{ended}");
    }
    let recorder = start(&["--report", "json=green.json"]);
    recorder.request("GET /things/1", "");
    recorder.end().expect_code(0);
    // The client hangs up, and the recording ends before the target has answered.
    let recorder = start(&["--report", "json=r.json", "--out", "t.har"]);
    recorder.request("GET /things/1", "");
    let mut stream = std::net::TcpStream::connect(&recorder.address).unwrap();
    let unanswered = b"GET /things/never HTTP/1.1\r\nHost: x\r\n\r\n";
    std::io::Write::write_all(&mut stream, unanswered).unwrap();
    peer.knowledge.wait_for_line("GET /things/never ");
    recorder.ask_to_end();
    let ended = recorder.end().expect_code(4);
    ended
        .expect_said("an exchange was still under way at the end: it was not judged")
        .expect_said("INCOMPLETE")
        .expect_complaint("is not in the results");
    let report = folder.report("r.json");
    assert_eq!(report["exit"], 4);
    // Nothing got worse, but not everything was judged: a gate does not change that.
    let gate = ["--gate", "regressions", "--report", "badge=b.svg"];
    folder
        .run(&[&["compare", "green.json", "r.json"][..], &gate].concat())
        .expect_code(4)
        .expect_said("an exchange was still under way at the end");
    assert!(folder.read("b.svg").contains("incomplete"));
    let address = peer.url().replace("http://", "");
    let mut last = std::net::TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut last, b"GET /things/end HTTP/1.1\r\n\r\n").unwrap();
}

#[test]
fn without_a_suite_everything_is_recorded_and_nothing_judged() {
    let folder = Folder::new();
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let recorder = Recorder::start(&folder, &peer.url(), &["--out", "t.har"]);
    let answer = recorder.request("GET /v1.0/users?x=1", "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    recorder
        .end()
        .expect_code(0)
        // The suites inside the binary say nothing about this target.
        .expect_said(&format!("forwarding to {}\n", peer.url()))
        .expect_said("recording every exchange to t.har\njudging nothing: that is `--check`; end with Ctrl-C\n")
        .expect_said("1 exchange recorded: t.har");
    assert!(peer.lines()[0].starts_with("GET /v1.0/users?x=1 "));
    folder
        .run(&["import", "har", "t.har", "--into", "suite"])
        .expect_code(0);
}

#[test]
fn what_was_not_exercised_can_be_left_out() {
    let folder = Folder::new();
    let server = Deployment::start(&folder, &[]);
    let recorder = Recorder::start(&folder, &server.url, &["--check"]);
    assert!(recorder.request(&reprocess(), "").contains(" 401 "));
    recorder
        .end()
        .expect_code(4)
        .expect_said("judging the answers of 6 operations of the embedded suite; end with Ctrl-C")
        .expect_said("  to judge only what was exercised: --only license\n");
}

#[test]
fn a_compressed_body_of_a_request_is_recorded_only_if_it_hides_nothing() {
    let gzip = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let folder = Folder::new();
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let recorder = Recorder::start(&folder, &peer.url(), &["--out", "t.har"]);
    let token = "sup3rS3cretValue99";
    let own = format!("Authorization: Bearer {token}\r\n");
    for (text, more) in [
        (r#"{"password":"short"}"#.to_owned(), ""),
        (format!(r#"{{"a":"{token}"}}"#), own.as_str()),
        (r#"{"a":"b"}"#.to_owned(), ""),
    ] {
        for coding in ["Content-Encoding: gzip\r\n", ""] {
            let body = gzip(&text);
            let head = format!(
                "POST /x HTTP/1.1\r\nHost: x\r\n{coding}{more}Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            recorder.send([head.as_bytes(), &body].concat());
        }
    }
    recorder.end().expect_code(0);
    let recording: Value = serde_json::from_str(&folder.read("t.har")).unwrap();
    let entries = recording["log"]["entries"].as_array().unwrap();
    let kept = entries
        .iter()
        .map(|one| one["request"].get("postData").is_some());
    assert_eq!(
        kept.collect::<Vec<bool>>(),
        [false, false, false, false, true, true]
    );
}
