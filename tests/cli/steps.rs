//! Cases of several steps: captures, `finally`, `eventually`.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::peer::{Peer, answer, json};
use crate::support::folder::Folder;
use crate::things;

const LIFE: &str = "\
- id: life
  steps:
    - request: { POST: /things }
      expect: [{ status: 201 }]
      capture: { id: $.id, tag: { header: ETag } }
    - request: { GET: \"/things/${capture.id}\", headers: { If-Match: \"${capture.tag}\" } }
      expect: [{ proves: [THINGS-01], status: 200 }]
    - request: { GET: /after }
      expect: [{ proves: [THINGS-01], status: 200 }]
  finally:
    - request: { DELETE: \"/things/${capture.id}\" }
      expect: [{ status: 204 }]
    - request: { DELETE: /everything }
      expect: [{ status: 204 }]
";

/// Answers as the case wants it, but the step after the capture with `status`.
fn life(status: u16) -> Peer {
    Peer::answering(move |heard, _| match heard.line.split(' ').next() {
        Some("POST") => answer(201, "ETag: \"v1\"\r\n", r#"{"id": "a b/c"}"#),
        Some("DELETE") => answer(204, "", ""),
        _ if heard.line.contains("/things/") => json(status, "{}"),
        _ => json(200, "{}"),
    })
}

#[test]
fn a_capture_goes_into_later_steps_and_finally_comes_last() {
    let folder = Folder::new();
    things::write(&folder, LIFE);
    let peer = life(200);
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0)
        .expect_said("5 requests");
    let expected = [
        "POST /things HTTP/1.1",
        "GET /things/a%20b%2Fc HTTP/1.1",
        "GET /after HTTP/1.1",
        "DELETE /things/a%20b%2Fc HTTP/1.1",
        "DELETE /everything HTTP/1.1",
    ];
    assert_eq!(peer.lines(), expected);
    let conditional = peer.heard()[1].rest.to_ascii_lowercase();
    assert!(conditional.contains("if-match: \"v1\""), "{conditional}");
}

#[test]
fn finally_runs_after_a_step_that_failed() {
    let folder = Folder::new();
    things::write(&folder, LIFE);
    let peer = life(500);
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(1);
    let expected = [
        "POST /things HTTP/1.1",
        "GET /things/a%20b%2Fc HTTP/1.1",
        "DELETE /things/a%20b%2Fc HTTP/1.1",
        "DELETE /everything HTTP/1.1",
    ];
    assert_eq!(peer.lines(), expected);
}

#[test]
fn finally_does_what_it_can_when_the_arrangement_failed_and_tells_the_rest() {
    let folder = Folder::new();
    things::write(&folder, LIFE);
    let peer = Peer::answering(|_, _| json(503, "{}"));
    let ended = folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(5);
    assert_eq!(
        peer.lines(),
        ["POST /things HTTP/1.1", "DELETE /everything HTTP/1.1"]
    );
    let report = folder.report("probity-report/report.json");
    let left_behind = report["cases"][0]["left_behind"].as_array().unwrap();
    assert_eq!(left_behind.len(), 2, "{ended}");
    assert!(
        left_behind[0].as_str().unwrap().contains("capture.id"),
        "{ended}"
    );
}

#[test]
fn what_finally_finds_never_changes_the_verdict_and_is_told() {
    let folder = Folder::new();
    things::write(
        &folder,
        &(things::simple("one")
            + "  finally: [{ title: tidy up, request: { DELETE: /things }, expect: [{ status: 204 }] }]\n"),
    );
    let peer = Peer::answering(|heard, _| {
        if heard.line.starts_with("DELETE") {
            json(409, "{}")
        } else {
            json(200, "{}")
        }
    });
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0)
        .expect_said("tidy up");
    let report = folder.report("probity-report/report.json");
    assert_eq!(report["cases"][0]["verdict"], "pass");
    assert_eq!(
        report["cases"][0]["left_behind"].as_array().unwrap().len(),
        1
    );
}

const EVENTUALLY: &str = "\
- id: becomes-ready
  request: { GET: /state }
  expect: [{ proves: [THINGS-01], status: 200, json: { state: ready } }]
";

fn counting(ready_at: usize) -> Peer {
    let count = AtomicUsize::new(0);
    Peer::answering(
        move |_, _| match count.fetch_add(1, Ordering::Relaxed) + 1 {
            number if number >= ready_at => json(200, r#"{"state": "ready"}"#),
            number => json(200, &format!(r#"{{"state": "pending {number}"}}"#)),
        },
    )
}

#[test]
fn eventually_asks_until_the_state_is_there() {
    let folder = Folder::new();
    things::write(
        &folder,
        &format!("{EVENTUALLY}  eventually: {{ within: 20s, every: 1ms }}\n"),
    );
    let peer = counting(4);
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0)
        .expect_said("4 requests");
    let report = folder.report("probity-report/report.json");
    assert_eq!(report["cases"][0]["steps"][0]["attempts"], 4);
    assert_eq!(peer.lines().len(), 4);
}

#[test]
fn eventually_gives_up_with_the_last_answer() {
    let folder = Folder::new();
    things::write(
        &folder,
        &format!("{EVENTUALLY}  eventually: {{ within: 200ms, every: 20ms }}\n"),
    );
    let peer = counting(usize::MAX);
    let ended = folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(1);
    let asked = peer.lines().len();
    assert!((2..=10).contains(&asked), "{asked}");
    let report = folder.report("probity-report/report.json");
    let step = &report["cases"][0]["steps"][0];
    assert_eq!(step["attempts"], asked);
    let last = format!("pending {asked}");
    assert!(
        step["exchange"]["response"]["body"]["text"]
            .as_str()
            .unwrap()
            .contains(&last)
    );
    assert!(ended.stdout.contains(&last), "{ended}");
}
