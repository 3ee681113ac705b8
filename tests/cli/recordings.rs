//! What a recording may hold and what not, and what is made of one that does not fit.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::peer::{Peer, answer};
use crate::record::is_judged_the_same;
use crate::support::folder::{Ended, Folder};
use crate::things;

const NUMBER: &str = "2533274790395904";
const WORD: &str = "Xq-7f3a-Zq9-long";

fn record(folder: &Folder, url: &str) -> Ended {
    let target = format!(
        "name: there\nservices: {{ things: '{url}' }}\n\
         identities: {{ things.user: {{ Authorization: 'Bearer ${{env.TOKEN}}' }} }}\n\
         fixtures: {{ things.name: '${{env.NAME}}' }}\n"
    );
    folder.write("target.yaml", &target);
    let mut command = folder.command(&[
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--record",
        "run.har",
        "--report",
        "json=run.json",
    ]);
    command.env("TOKEN", WORD).env("NAME", NUMBER);
    command.output().unwrap().into()
}

fn judge(folder: &Folder, more: &[&str]) -> Ended {
    let arguments = [
        "judge",
        "run.har",
        "--suite",
        "suite",
        "--report",
        "json=judge.json",
    ];
    folder.run(&[&arguments[..], more].concat())
}

fn case<'r>(report: &'r Value, id: &str) -> &'r Value {
    let mut cases = report["cases"].as_array().unwrap().iter();
    cases.find(|case| case["id"] == *id).unwrap()
}

/// Says back who asked for what, in several spellings.
fn echo() -> Peer {
    Peer::answering(|heard, _| {
        let name = heard
            .line
            .split(' ')
            .nth(1)
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap();
        let body = format!(r#"{{"name": "{name}", "who": "{WORD}", "list": ["{name}", "x"]}}"#);
        let headers = format!(
            "Content-Type: application/json\r\nX-Who: {WORD}\r\nSet-Cookie: s={WORD}; Path=/x; HttpOnly\r\n"
        );
        answer(200, &headers, &body)
    })
}

#[test]
fn an_identifier_from_the_environment_is_judged_the_same_and_stands_nowhere() {
    let folder = Folder::new();
    things::write(
        &folder,
        r#"
- id: equal
  request: { GET: "/echo/${fixture.name}", identity: user }
  expect:
    - proves: [THINGS-01]
      status: 200
      json: { name: "${fixture.name}", list: ["${fixture.name}", x] }
      schema: { properties: { name: { type: string, pattern: "^[0-9]{16}$" } } }
- id: captured
  steps:
    - request: { GET: "/echo/${fixture.name}", identity: user }
      expect: [{ status: 200 }]
      capture: { name: $.name }
    - request: { GET: "/again/${capture.name}" }
      expect: [{ proves: [THINGS-01], status: 200, json: { name: "${capture.name}" } }]
- id: failing
  request: { GET: "/echo/${fixture.name}", identity: user }
  expect: [{ proves: [THINGS-01], status: 200, json: { name: other } }]
"#,
    );
    let peer = echo();
    let ran = record(&folder, &peer.url()).expect_code(1);
    drop(peer);
    is_judged_the_same(&folder, &ran, &["--suite", "suite"]);
    let har = folder.read("run.har");
    for secret in [NUMBER, WORD] {
        assert!(!har.contains(secret), "{secret} in {har}");
    }
    // The scheme says what a target needs.
    assert!(har.contains("\"Bearer [things.user]\""), "{har}");
    let judged = judge(&folder, &[]);
    assert!(judged.stdout.contains("[secret]"), "{judged}");
}

#[test]
fn a_verdict_that_hangs_on_a_secret_is_no_verdict_any_more() {
    let folder = Folder::new();
    things::write(
        &folder,
        "
- id: prefix
  request: { GET: \"/echo/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: 200, schema: { properties: { name: { pattern: ^2533274790395 } } } }]
- id: cookie
  request: { GET: /echo/x }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Set-Cookie: </^s=Xq-7/> } }]
- id: cookie-attributes
  request: { GET: /echo/x }
  expect:
    - proves: [THINGS-01]
      status: 200
      headers: { Set-Cookie: { s: { value: <non-empty>, HttpOnly: true, Path: /x } } }
- id: status-alone
  request: { GET: \"/echo/${fixture.name}\" }
  expect: [{ proves: [THINGS-01], status: 200 }]
",
    );
    let peer = echo();
    record(&folder, &peer.url()).expect_code(0);
    judge(&folder, &[]).expect_code(5);
    let report = folder.report("judge.json");
    for id in ["things/all/prefix", "things/all/cookie"] {
        let judged = case(&report, id);
        assert_eq!(judged["verdict"], "error", "{judged}");
        let reason = judged["reason"].as_str().unwrap();
        assert!(reason.contains("depends on a secret"), "{reason}");
    }
    for id in ["things/all/status-alone", "things/all/cookie-attributes"] {
        assert_eq!(case(&report, id)["verdict"], "pass", "{id}");
    }
    assert!(!folder.read("run.har").contains(WORD));
}

#[test]
fn a_body_that_was_cut_proves_nothing() {
    let folder = Folder::new();
    things::write(
        &folder,
        "
- id: body
  request: { GET: /large }
  expect: [{ proves: [THINGS-01], status: 200, text: <contains xxx> }]
- id: status
  request: { GET: /large }
  expect: [{ proves: [THINGS-01], status: 200 }]
",
    );
    let peer = Peer::answering(|_, _| answer(200, "", &"x".repeat((4 << 20) + 1)));
    record(&folder, &peer.url()).expect_code(0);
    judge(&folder, &[]).expect_code(5);
    let report = folder.report("judge.json");
    assert_eq!(case(&report, "things/all/status")["verdict"], "pass");
    let cut = case(&report, "things/all/body");
    assert_eq!(cut["verdict"], "error");
    let reason = cut["reason"].as_str().unwrap();
    assert!(
        reason.contains("only the beginning of the body"),
        "{reason}"
    );
    // The body stands there once, though two entries have it.
    let octets = std::fs::metadata(folder.path("run.har")).unwrap().len();
    assert!(octets < 6 << 20, "{octets}");
}

#[test]
fn a_suite_that_has_changed_is_noticed() {
    let folder = Folder::new();
    let cases = |ids: &[&str]| -> String { ids.iter().map(|id| things::simple(id)).collect() };
    things::write(&folder, &cases(&["one", "two", "gone"]));
    let peer = Peer::answering(|_, _| answer(200, "", ""));
    record(&folder, &peer.url()).expect_code(0);
    let changed = cases(&["one", "two", "new"]).replace("/things/two", "/things/deux");
    things::write(&folder, &changed);
    let judged = judge(&folder, &[]).expect_code(5);
    let report = folder.report("judge.json");
    assert_eq!(report["recording"]["is_other_suite"], true);
    let unmatched = report["recording"]["unmatched"].as_array().unwrap();
    assert_eq!(unmatched.len(), 1, "{unmatched:?}");
    assert_eq!(
        unmatched[0]["reason"],
        "the suite has no case `things/all/gone`"
    );
    assert!(
        judged
            .stdout
            .contains("the suite has no case `things/all/gone`"),
        "{judged}"
    );
    assert_eq!(case(&report, "things/all/one")["verdict"], "pass");
    let two = case(&report, "things/all/two");
    assert_eq!(two["verdict"], "error");
    assert!(
        two["reason"]
            .as_str()
            .unwrap()
            .contains("now sends a different request: the URL is")
    );
    let new = case(&report, "things/all/new");
    assert_eq!(new["verdict"], "skip");
    assert_eq!(new["reason"], "the recording has no exchange of this case");
    assert_eq!(report["requirements"][0]["disposition"], "unproven");
}

#[test]
fn a_step_that_waited_is_judged_by_every_attempt() {
    let folder = Folder::new();
    things::write(
        &folder,
        "
- id: waits
  request: { GET: /later }
  eventually: { within: 20s, every: 10ms }
  expect: [{ proves: [THINGS-01], status: 200, text: done }]
",
    );
    let count = AtomicUsize::new(0);
    let peer = Peer::answering(move |_, _| {
        let before = count.fetch_add(1, Ordering::Relaxed);
        answer(200, "", if before < 2 { "not yet" } else { "done" })
    });
    let ran = record(&folder, &peer.url()).expect_code(0);
    is_judged_the_same(&folder, &ran, &["--suite", "suite"]);
    assert_eq!(
        folder.report("judge.json")["cases"][0]["steps"][0]["attempts"],
        3
    );
    // It stopped waiting when the old expectation held: what a new one would have seen, nobody knows.
    let cases = folder
        .read("suite/cases/things/all.yaml")
        .replace("text: done", "text: other");
    folder.write("suite/cases/things/all.yaml", &cases);
    judge(&folder, &[])
        .expect_code(5)
        .expect_said("the recording ends before the step's `eventually`");
}

#[test]
fn a_case_that_was_run_again_is_judged_again_as_often() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let count = AtomicUsize::new(0);
    let peer = Peer::answering(move |_, _| {
        let before = count.fetch_add(1, Ordering::Relaxed);
        answer(if before == 0 { 404 } else { 200 }, "", "")
    });
    let arguments = [
        "run",
        "--suite",
        "suite",
        "--target",
        &peer.url(),
        "--retries",
        "2",
    ];
    let more = ["--record", "run.har", "--report", "json=run.json"];
    let ran = folder.run(&[&arguments[..], &more].concat()).expect_code(1);
    assert_eq!(folder.report("run.json")["cases"][0]["verdict"], "flaky");
    is_judged_the_same(&folder, &ran, &["--suite", "suite"]);
}

/// A HAR file as a browser would write it.
fn browser(entries: &[Value]) -> String {
    let log = json!({ "version": "1.2", "creator": { "name": "Browser", "version": "1" }, "entries": entries });
    json!({ "log": log }).to_string()
}

fn entry(url: &str, headers: &Value, status: u16, body: &str) -> Value {
    json!({
        "startedDateTime": "2026-01-01T00:00:00Z", "time": 1,
        "request": { "method": "GET", "url": url, "headers": headers },
        "response": {
            "status": status, "headers": [{ "name": ":status", "value": "200" }],
            "content": { "size": body.len(), "text": body },
        },
    })
}

#[test]
fn what_a_browser_saw_is_held_against_the_cases_that_ask_for_just_it() {
    let folder = Folder::new();
    things::write(
        &folder,
        "
- id: as-user
  request: { GET: \"/things/${fixture.name}\", identity: user }
  expect: [{ proves: [THINGS-01], status: 200, json: { a: 1 } }]
- id: as-nobody
  request: { GET: /things/open }
  expect: [{ proves: [THINGS-01], status: 200 }]
- id: unseen
  request: { GET: /things/unseen }
  expect: [{ proves: [THINGS-01], status: 200 }]
",
    );
    let user = json!([{ "name": "authorization", "value": "Bearer user-of-things" }]);
    let at = |path: &str| format!("https://things.example{path}");
    let page = entry(
        "https://elsewhere.example/page?token=abc",
        &json!([]),
        200,
        "",
    );
    let mut cut = entry(&at("/things/something"), &user, 200, "{\"a\":1}");
    cut["response"]["content"]["size"] = json!(900);
    let entries = [
        page,
        entry(&at("/things/something"), &user, 200, "{\"a\":1}"),
        entry(&at("/things/open"), &json!([]), 200, ""),
        entry(&at("/things/another"), &user, 200, "{}"),
    ];
    folder.write("run.har", browser(&entries));
    judge(&folder, &[])
        .expect_code(2)
        .expect_complaint("does not name its target");
    let target = ["--target", "https://things.example"];
    let judged = judge(&folder, &target).expect_code(4);
    let report = folder.report("judge.json");
    let verdict = |id: &str| case(&report, id)["verdict"].clone();
    assert_eq!(verdict("things/all/as-user"), "pass", "{judged}");
    assert_eq!(verdict("things/all/as-nobody"), "pass", "{judged}");
    assert_eq!(verdict("things/all/unseen"), "skip");
    let unmatched = report["recording"]["unmatched"].as_array().unwrap();
    let places: Vec<&Value> = unmatched.iter().map(|one| &one["place"]).collect();
    assert_eq!(places, ["log.entries[0]", "log.entries[3]"]);
    assert!(!judged.stdout.contains("token=abc"), "{judged}");
    assert!(!folder.read("judge.json").contains("user-of-things"));

    // Another time it was otherwise: both must hold.
    let broken = entry(&at("/things/something"), &user, 200, "{\"a\":2}");
    folder.write("run.har", browser(&[entries[1].clone(), broken]));
    judge(&folder, &target).expect_code(1);
    // Not the whole body: no evidence, and never a pass.
    folder.write("run.har", browser(&[cut]));
    judge(&folder, &target)
        .expect_code(5)
        .expect_said("does not hold the body as it came");
    // Everything that says who somebody is was removed.
    let cleaned = entry(&at("/things/open"), &json!([]), 200, "");
    folder.write("run.har", browser(&[cleaned]));
    judge(&folder, &target)
        .expect_code(4)
        .expect_said("it is unknown whether this one had none");
}

#[test]
fn a_file_that_is_no_recording_is_refused_with_its_place() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let mut said = String::new();
    for text in [
        "",
        "{\"log\": {\n  \"entries\": [}\n",
        "{\"log\": {}}",
        "[1]",
        "{\"log\": {\"_probity\": {\"format\": \"probity-recording/9\"}, \"entries\": []}}",
        "{\"log\": {\"_probity\": {\"format\": 1}, \"entries\": []}}",
    ] {
        folder.write("run.har", text);
        let ended = judge(&folder, &[]).expect_code(2);
        said.push_str(&ended.stderr);
        said.push_str("----\n");
    }
    insta::assert_snapshot!(said);
    judge(&folder, &["--only", "x"]).expect_code(2);
    let missing = folder.run(&["judge", "missing.har", "--suite", "suite"]);
    missing
        .expect_code(2)
        .expect_complaint("the recording missing.har cannot be read");
}

#[test]
fn a_damaged_recording_is_refused() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| answer(200, "", "hello"));
    record(&folder, &peer.url()).expect_code(0);
    let har = folder.read("run.har");
    folder.write(
        "run.har",
        har.replace("\"text\":\"hello\"", "\"text\":\"hell\""),
    );
    judge(&folder, &[])
        .expect_code(2)
        .expect_complaint("the length of its body differs from its `size`");
    folder.write("run.har", &har[..har.len() / 2]);
    judge(&folder, &[])
        .expect_code(2)
        .expect_complaint("not JSON");
}

#[test]
fn a_recording_that_cannot_be_written_is_told_before_the_first_request() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    folder.write("file", "");
    let peer = Peer::answering(|_, _| answer(200, "", ""));
    let arguments = [
        "run",
        "--suite",
        "suite",
        "--target",
        &peer.url(),
        "--no-report",
    ];
    let ended = folder.run(&[&arguments[..], &["--record", "file/run.har"]].concat());
    ended
        .expect_code(70)
        .expect_complaint("the recording file/run.har cannot be written");
    assert!(peer.heard().is_empty());
}

/// They have whole exchanges; a report is made to be passed on.
#[cfg(unix)]
#[test]
fn recordings_and_event_streams_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = crate::peer::Peer::answering(|_, _| crate::peer::json(200, "{}"));
    let (url, reports) = (
        peer.url(),
        ["--report", "events=r.jsonl", "--report", "json=r.json"],
    );
    let run = [
        "run", "--suite", "suite", "--target", &url, "--record", "r.har",
    ];
    folder.run(&[&run[..], &reports].concat()).expect_code(0);
    let mode = |file: &str| {
        let facts = std::fs::metadata(folder.path(file)).unwrap();
        facts.permissions().mode() & 0o777
    };
    assert_eq!(["r.jsonl", "r.har"].map(mode), [0o600; 2]);
    assert_ne!(mode("r.json"), 0o600);

    // A stream that is written as a whole replaces a file that everybody may read.
    folder.write("of-report.jsonl", "");
    folder
        .run(&["report", "r.json", "--report", "events=of-report.jsonl"])
        .expect_code(0);
    folder
        .run(&[
            "judge",
            "r.har",
            "--suite",
            "suite",
            "--report",
            "events=of-judge.jsonl",
        ])
        .expect_code(0);
    assert_eq!(["of-report.jsonl", "of-judge.jsonl"].map(mode), [0o600; 2]);
}
