//! What is said before the first request, and how gently a target is treated.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::peer::{Peer, answer, json};
use crate::support::folder::Folder;
use crate::things;

fn target(folder: &Folder, url: &str, more: &str) {
    let text = format!("name: t\nservices: {{ things: '{url}' }}\n{more}\n");
    folder.write("target.yaml", &text);
}

const RUN: [&str; 7] = [
    "run",
    "--suite",
    "suite",
    "--target",
    "target.yaml",
    "--report",
    "json=r.json",
];

#[test]
fn a_plan_prints_everything_and_sends_nothing() {
    let mut command = Folder::new().command(&["run", "--plan"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let ended = crate::support::folder::Ended::from(command.output().unwrap()).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
    assert_eq!(ended.stderr, "");

    let folder = Folder::new();
    let cases = things::simple("one")
        + "- id: writes\n  effect: write\n  request: { POST: /things }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let limits = "limits: { concurrency: 2, per-second: 4, eventually: 3x, services: { things: { per-second: 1, concurrency: 1 } } }\nrun-id: { header: traceparent }\npermits: [read]";
    target(&folder, &peer.url(), limits);
    let ended = folder
        .run(&[
            "run",
            "--plan",
            "--suite",
            "suite",
            "--target",
            "target.yaml",
        ])
        .expect_code(0);
    insta::assert_snapshot!(ended.stdout.replace(&peer.url(), "http://127.0.0.1:PORT"));
    assert_eq!(peer.lines(), [""; 0]);
    assert!(!folder.files().iter().any(|file| file.contains("report")));
}

#[test]
fn a_plan_of_nothing_is_incomplete() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    target(&folder, "http://192.0.2.1", "");
    let plan = [
        "run",
        "--plan",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
    ];
    folder
        .run(&[&plan[..], &["--only", "nothing"]].concat())
        .expect_code(4)
        .expect_complaint("no case was selected");
    folder
        .run(&plan)
        .expect_code(0)
        .expect_said("http://192.0.2.1\n");
}

#[test]
fn a_run_against_another_machine_first_prints_what_it_will_send() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    // No name ends like this (RFC 2606).
    target(
        &folder,
        "http://things.invalid:8080",
        "limits: { concurrency: 3, per-second: 9 }",
    );
    let said = "sending at least 1 request to things.invalid:8080: 1 read, 0 may change it; 9 per second, 3 at a time";
    folder.run(&RUN).expect_code(5).expect_complaint(said);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    target(&folder, &peer.url(), "");
    assert_eq!(folder.run(&RUN).expect_code(0).stderr, "");
}

#[test]
fn another_machine_is_changed_only_where_it_declares_fixtures_disposable() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: writes\n  effect: write\n  request: { POST: '/things/${fixture.name}' }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let contract = folder.read("suite/cases/things/contract.yaml");
    folder.write(
        "suite/cases/things/contract.yaml",
        format!("{contract}disposable: [name]\n"),
    );
    let plan = [
        "run",
        "--plan",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
    ];
    let fixtures = "permits: [read, write]\nfixtures: { things.name: it }\n";
    target(&folder, "http://192.0.2.1", fixtures);
    folder
        .run(&plan)
        .expect_code(4)
        .expect_said("the target does not list `things.name` as `disposable`");
    target(
        &folder,
        "http://192.0.2.1",
        &format!("{fixtures}disposable: [things.name]"),
    );
    folder
        .run(&plan)
        .expect_code(0)
        .expect_said("1 by cases that may change the target");
    // This machine is whoever's runs Probity on it.
    target(&folder, "http://127.0.0.1:1", fixtures);
    folder.run(&plan).expect_code(0);
}

#[test]
fn the_run_is_named_in_every_request_and_in_the_report() {
    let folder = Folder::new();
    let raw = "- id: raw\n  request: { GET: /raw, transport: raw }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    let own = "- id: own\n  request: { GET: /own, headers: { TraceParent: mine } }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    things::write(&folder, &(things::simple("one") + raw + own));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    target(&folder, &peer.url(), "run-id: { header: traceparent }");
    let ended = folder.run(&RUN).expect_code(0);
    let id = folder.report("r.json")["run_id"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(ended.stderr.contains(&format!("run id {id}")), "{ended}");
    for heard in peer.heard() {
        let is_own = heard.line.contains("/own");
        assert_eq!(
            heard.rest.contains(&format!("traceparent: 00-{id}-")),
            !is_own,
            "{heard:?}"
        );
    }
    assert_eq!(peer.lines().len(), 3);
}

/// A peer that throttles the first so many requests.
fn throttling(times: usize, retry_after: &'static str) -> Peer {
    let count = AtomicUsize::new(0);
    Peer::answering(move |_, _| {
        if count.fetch_add(1, Ordering::SeqCst) < times {
            return answer(429, &format!("Retry-After: {retry_after}\r\n"), "");
        }
        json(200, "{}")
    })
}

#[test]
fn a_target_that_asks_to_wait_is_waited_for_and_counted() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    for retry_after in ["0", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let peer = throttling(2, retry_after);
        target(&folder, &peer.url(), "");
        folder.run(&RUN).expect_code(0);
        let report = folder.report("r.json");
        assert_eq!(report["summary"]["throttled"], 2, "{retry_after}");
        assert_eq!(peer.lines().len(), 3);
    }
}

#[test]
fn more_patience_than_there_is_gives_no_evidence_and_no_failure() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    for (retry_after, limits, said) in [
        ("3600", "", "exceeds what `throttle-wait` allows a step"),
        (
            "20",
            "limits: { throttle-total: 1s }",
            "exceeds what `throttle-total` allows the run",
        ),
        ("soon", "", "which is not a valid value"),
    ] {
        let peer = throttling(9, retry_after);
        target(&folder, &peer.url(), limits);
        folder.run(&RUN).expect_code(5);
        let case = &folder.report("r.json")["cases"][0];
        assert_eq!(case["verdict"], "error");
        let reason = case["reason"].as_str().unwrap();
        assert!(reason.ends_with(said), "{reason}");
        assert_eq!(peer.lines().len(), 1);
    }
}
