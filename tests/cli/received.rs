//! Credentials that a case receives, in what other cases show: before and after they came.

use crate::folder::Folder;
use crate::peer::{Peer, answer, json};
use crate::things;

const SESSION: &str = "9f8e7d6c5b4a39281706";
/// Every format of a report.
const FORMATS: [&str; 9] = [
    "json", "html", "junit", "markdown", "github", "sarif", "tap", "ctrf", "events",
];

/// `/who` shows the session that `/login` gives.
fn sessions() -> Peer {
    Peer::answering(|heard, _| {
        let body = format!(r#"{{"session": "{SESSION}"}}"#);
        match heard.line.split(' ').nth(1).unwrap() {
            "/login" => answer(
                200,
                &format!("Set-Cookie: sid={SESSION}; Path=/; HttpOnly\r\n"),
                "",
            ),
            "/away" => answer(
                302,
                &format!("Location: http://other.example/?s={SESSION}\r\n"),
                "",
            ),
            "/sso" => answer(
                302,
                &format!("Location: /who\r\nSet-Cookie: sid={SESSION}; Path=/\r\n"),
                &format!("session {SESSION}"),
            ),
            "/lead" => answer(
                302,
                &format!("Location: /who\r\nX-Session: {SESSION}\r\n"),
                &format!("session {SESSION}"),
            ),
            "/large" => json(200, &format!("{body}{}", " ".repeat(2000))),
            "/digits" => {
                let digits: Vec<String> =
                    SESSION.bytes().map(|byte| format!("{byte:02X}")).collect();
                let digits = digits.concat();
                json(200, &format!(r#"{{"digits": "{digits}"}}"#))
            }
            _ => json(200, &body),
        }
    })
}

/// Runs cases one after the other, with a report of each format and a recording, and returns everything that was
/// written.
fn written(folder: &Folder, cases: &str, peer: &Peer, more: &[&str]) -> String {
    things::write(folder, cases);
    let url = peer.url();
    let mut arguments = vec![
        "run", "--suite", "suite", "--target", &url, "--jobs", "1", "--record", "r.har",
    ];
    let reports: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("{format}=r.{format}"))
        .collect();
    arguments.extend(reports.iter().flat_map(|report| ["--report", report]));
    arguments.extend(more);
    let ended = folder.run(&arguments).expect_code(1);
    let files = FORMATS.iter().chain(&["har"]);
    let texts = files.map(|format| folder.read(&format!("r.{format}")));
    texts.chain([ended.to_string()]).collect()
}

fn assert_silent(all: &str) {
    assert!(all.contains("[secret]"), "{all}");
    let at = all.find(SESSION).or_else(|| all.find("3966386537"));
    if let Some(at) = at {
        let start = all.floor_char_boundary(at.saturating_sub(200));
        panic!("{}", &all[start..all.floor_char_boundary(at + 50)]);
    }
}

const WHO: &str = r"
- id: who
  request: { GET: /who }
  expect: [{ proves: [THINGS-01], status: 200, json: { session: 1 } }]
";
const LOGIN: &str = r"
- id: login
  steps:
    - { request: { GET: /login }, expect: [{ status: 200 }] }
    - { request: { GET: /who }, expect: [{ proves: [THINGS-01], status: 201 }] }
";
const CAPTURED: &str = r"
- id: captured
  steps:
    - { request: { GET: /login }, expect: [{ status: 200 }], capture: { s: { cookie: sid } } }
    - { request: { POST: '/who?s=${capture.s}', json: { a: '${capture.s}' } }, expect: [{ proves: [THINGS-01], status: 201 }] }
";
const SSO: &str = r"
- id: sso
  request: { GET: /sso, follow: { max: 1 } }
  expect: [{ proves: [THINGS-01], status: 201 }]
";
const AWAY: &str = r"
- id: away
  request: { GET: /away, follow: { max: 1 } }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

/// The case that received it shows it in no later step.
#[test]
fn the_case_itself() {
    for cases in [
        LOGIN,
        &LOGIN.replace("- id: login", "- id: login\n  cookies: keep"),
        CAPTURED,
    ] {
        let folder = Folder::new();
        assert_silent(&written(&folder, cases, &sessions(), &[]));
    }
}

/// It came with a redirect.
#[test]
fn a_redirect_on_the_way() {
    let lead = SSO.replace("sso", "lead");
    for cases in [SSO.to_owned(), [&lead, SSO].concat(), [SSO, &lead].concat()] {
        let folder = Folder::new();
        assert_silent(&written(&folder, &cases, &sessions(), &[]));
    }
}

/// What is received is a secret in what other cases show afterwards, and in what they had shown before.
#[test]
fn other_cases_before_and_after() {
    let large = WHO.replace("who", "large");
    let same = WHO.replace("id: who", "id: same").replace("/who", "/large");
    let digits = WHO.replace("who", "digits");
    for cases in [
        [LOGIN, WHO, AWAY, &digits].concat(),
        [WHO, AWAY, &large, &same, &digits, LOGIN].concat(),
        [WHO, AWAY, &large, &same, CAPTURED].concat(),
    ] {
        let folder = Folder::new();
        assert_silent(&written(&folder, &cases, &sessions(), &[]));
        // What was written can be read again, and what lost its text is no evidence.
        let again = folder.run(&["report", "r.events", "--report", "json=again.json"]);
        assert_silent(&folder.read("again.json"));
        let again = again.to_string();
        assert!(!again.contains(SESSION), "{again}");
        folder.run(&["report", "r.json"]);
        let judged = folder.run(&[
            "judge",
            "r.har",
            "--suite",
            "suite",
            "--report",
            "json=j.json",
        ]);
        let report = folder.report("j.json");
        let cases = report["cases"]
            .as_array()
            .unwrap_or_else(|| panic!("{judged}"));
        for case in cases {
            assert_ne!(case["verdict"], "pass", "{case}");
        }
    }
}

/// A run of which the stream was written to the end of its cases can be resumed, and its stream has no secret then.
#[test]
fn a_resumed_run() {
    let folder = Folder::new();
    let all = written(&folder, &[WHO, LOGIN].concat(), &sessions(), &[]);
    assert_silent(&all);
    let lines = folder.read("r.events");
    // As after a crash, before the secret was known.
    let cut: Vec<&str> = lines.lines().take(3).collect();
    let cut = cut.join("\n").replace("[secret]", SESSION) + "\n";
    assert!(cut.contains(SESSION));
    folder.write("cut.events", cut);
    let ended = folder.run(&["run", "--resume", "cut.events", "--report", "json=r.json"]);
    assert!(!ended.to_string().contains(SESSION), "{ended}");
    assert!(ended.to_string().contains("resuming"), "{ended}");
    assert!(!folder.read("r.json").contains(SESSION));
}

/// Ordinary values are no secrets for other cases.
#[test]
fn a_value_that_many_texts_have_hides_none_of_them() {
    let folder = Folder::new();
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/login") {
            let cookies = [
                "a=true",
                "b=accepted",
                "c=en-US",
                "d=20260101",
                "e=1",
                "f=written-here",
            ];
            let lines =
                cookies.map(|cookie| format!("Set-Cookie: {cookie}; Path=/some-path-1234\r\n"));
            answer(200, &lines.concat(), "")
        } else {
            json(
                200,
                r#"{"accepted": true, "at": "20260101 written-here", "en-US": "/some-path-1234"}"#,
            )
        }
    });
    let who = WHO.replace("session: 1", "accepted: false, at: written-here, en-US: a");
    let url = peer.url();
    things::write(&folder, &[LOGIN, &who].concat());
    let run = ["run", "--suite", "suite", "--target", &url, "--jobs", "1"];
    let ended = folder
        .run(&[&run[..], &["--report", "json=r.json"]].concat())
        .expect_code(1);
    let who = &folder.report("r.json")["cases"][1];
    assert!(!who.to_string().contains("[secret]"), "{who}\n{ended}");
}
