//! Server-sent events: how much of a stream is read, and what is found in it.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::folder::{Ended, Folder};
use crate::things;

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// How a stream goes on after its beginning.
#[derive(Clone, Copy)]
enum Then {
    /// It ends.
    Ends,
    /// Nothing more comes, and the connection stays open.
    Waits,
    /// The same bytes come again and again.
    Floods(&'static str),
}

/// A server of one stream.
fn streaming(beginning: &str, then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let beginning = beginning.to_owned();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let beginning = beginning.clone();
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(beginning.as_bytes());
                match then {
                    Then::Ends => {}
                    // Until the client closes the connection.
                    Then::Waits => while stream.read(&mut [0; 64]).is_ok_and(|count| count > 0) {},
                    Then::Floods(text) => {
                        let piece = text.repeat(1000);
                        while stream.write_all(piece.as_bytes()).is_ok() {}
                    }
                }
            });
        }
    });
    url
}

fn case(events: &str, more: &str) -> String {
    format!(
        "- id: feed\n  request: {{ GET: /feed }}\n  expect:\n    - proves: [THINGS-01]\n      status: 200\n      events: {events}\n{more}"
    )
}

fn run(folder: &Folder, url: &str, cases: &str, more: &[&str]) -> Ended {
    things::write(folder, cases);
    let text = format!(
        "name: t\nservices: {{ things: '{url}' }}\nlimits: {{ timeout: 20s, body: 1MiB }}\n"
    );
    folder.write("target.yaml", text);
    let all = [
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--report",
        "json=r.json",
    ];
    folder.run(&[&all[..], more].concat())
}

fn only_case(folder: &Folder) -> Value {
    folder.report("r.json")["cases"][0].clone()
}

fn messages(folder: &Folder) -> Vec<String> {
    let case = only_case(folder);
    let findings = case["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect()
}

const THREE: &str =
    "event: price\nid: 1\ndata: {\"amount\": 5}\n\nid: 2\ndata: {\"amount\": 6}\n\ndata: last\n\n";

#[test]
fn a_stream_without_end_is_closed_after_so_many_events() {
    let url = streaming(&format!("{HEAD}{THREE}"), Then::Waits);
    for transport in ["normal", "exact", "raw"] {
        let folder = Folder::new();
        let events = "{ take: 2, within: 15s, each: { json: { amount: <integer> } }, first: [{ event: price, id: \"1\" }, { event: message }], count: 2 }";
        let case =
            case(events, "").replace("GET: /feed", &format!("GET: /feed, transport: {transport}"));
        let started = Instant::now();
        run(&folder, &url, &case, &[]).expect_code(0);
        assert!(started.elapsed() < Duration::from_secs(12), "{transport}");
    }
}

#[test]
fn what_came_within_a_time_is_judged() {
    let folder = Folder::new();
    let url = streaming(&format!("{HEAD}{THREE}data: half"), Then::Waits);
    run(&folder, &url, &case("{ within: 300ms, count: 3 }", ""), &[]).expect_code(0);
    run(&folder, &url, &case("{ take: 4, within: 300ms }", ""), &[])
        .expect_code(1)
        .expect_said("3 events came, expected 4 events within 300ms")
        .expect_said("--no-buffer --max-time 0.3");
    assert_eq!(only_case(&folder)["violated"], json!(["THINGS-01"]));
    run(
        &folder,
        &streaming(HEAD, Then::Waits),
        &case("{ within: 100ms }", ""),
        &[],
    )
    .expect_code(1);
    assert_eq!(
        messages(&folder),
        ["0 events came, expected 1 event within 100ms"]
    );
}

#[test]
fn a_stream_that_ends_too_early_is_a_finding_and_a_cut_one_no_evidence() {
    let folder = Folder::new();
    let url = streaming(&format!("{HEAD}{THREE}"), Then::Ends);
    run(&folder, &url, &case("{ take: 4 }", ""), &[]).expect_code(1);
    let cut = HEAD.replace("\r\n\r\n", "\r\nContent-Length: 500\r\n\r\n");
    let url = streaming(&format!("{cut}{THREE}"), Then::Ends);
    run(&folder, &url, &case("{ take: 4 }", ""), &[]).expect_code(5);
    run(&folder, &url, &case("{ take: 3 }", ""), &[]).expect_code(0);
}

#[test]
fn wrong_events_and_another_media_type_are_findings() {
    let folder = Folder::new();
    let url = streaming(&format!("{HEAD}{THREE}"), Then::Waits);
    let events =
        "{ take: 2, first: [{ event: price }, { event: price, json: { amount: <string> } }] }";
    run(&folder, &url, &case(events, ""), &[])
        .expect_code(1)
        .expect_said("body /1/event: is \"message\", expected \"price\"");
    let case_of = only_case(&folder);
    let pointers: Vec<&Value> = case_of["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["pointer"])
        .collect();
    assert_eq!(pointers, ["/1/event", "/1/json/amount"]);
    let plain = HEAD.replace("text/event-stream", "text/plain");
    run(
        &folder,
        &streaming(&format!("{plain}{THREE}"), Then::Ends),
        &case("{ take: 1 }", ""),
        &[],
    )
    .expect_code(1)
    .expect_said("its media type is not text/event-stream");
    let error = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
    run(
        &folder,
        &streaming(error, Then::Ends),
        &case("{ take: 1 }", ""),
        &[],
    )
    .expect_code(1);
    assert_eq!(messages(&folder), ["got 500 No"]);
}

#[test]
fn selections_and_captures_see_the_events() {
    let folder = Folder::new();
    let url = streaming(&format!("{HEAD}{THREE}"), Then::Waits);
    let steps = "\
- id: feed
  request: {}
  steps:
    - request: { GET: /feed }
      expect: [{ status: 200, events: { take: 2 }, select: [{ path: '$[*].json.amount', sorted: asc }] }]
      capture: { last: '$[1].json.amount' }
    - request: { GET: '/feed/${capture.last}' }
      expect: [{ proves: [THINGS-01], status: 200, events: { take: 1, first: { json: { amount: 5 } } } }]
";
    run(
        &folder,
        &url,
        steps,
        &["--report", "html=r.html", "--record", "r.har"],
    )
    .expect_code(0);
    let recorded = folder.report("r.har");
    let url = recorded["log"]["entries"][1]["request"]["url"]
        .as_str()
        .unwrap();
    assert!(url.ends_with("/feed/6"), "{url}");
    // What was closed after two events is judged again as it was.
    let body = &recorded["log"]["entries"][0]["response"]["content"]["text"];
    assert!(body.as_str().unwrap().ends_with("6}\n\n"), "{body}");
    folder
        .run(&[
            "judge",
            "r.har",
            "--suite",
            "suite",
            "--report",
            "json=r.json",
        ])
        .expect_code(0);
    assert_eq!(only_case(&folder)["verdict"], "pass");
}

#[test]
fn floods_are_bounded() {
    let folder = Folder::new();
    // Comments without end, and a line without end: no event comes, and the limit of bodies holds.
    for flood in [": \n\n", "data: endless "] {
        let url = streaming(HEAD, Then::Floods(flood));
        run(&folder, &url, &case("{ take: 1, within: 15s }", ""), &[])
            .expect_code(5)
            .expect_said("body larger than 1 MiB");
    }
    let url = streaming(HEAD, Then::Floods("data\n\n"));
    run(
        &folder,
        &url,
        &case("{ within: 15s, count: 10000 }", ""),
        &[],
    )
    .expect_code(0);
}

#[test]
fn the_conditions_of_events_can_fail() {
    let folder = Folder::new();
    things::write(
        &folder,
        &case(
            "{ take: 2, each: { id: <string>, json: { amount: <integer> } } }",
            "",
        ),
    );
    folder.run(&["check", "--suite", "suite"]).expect_code(0);
    for (wrong, complaint) in [
        ("{ each: { data: a } }", "`events` has no end"),
        ("{}", "`events` has no end"),
        (
            "{ take: 0 }",
            "expected a number of events, found the number 0",
        ),
        (
            "{ take: 1, first: [a, b] }",
            "`first` has 2 patterns, but `take` is 1",
        ),
        ("{ take: 1, first: [] }", "`first` is empty"),
        ("{ take: 1, every: 2 }", "unknown key `every` in `events`"),
        ("{ within: soon }", "soon"),
    ] {
        things::write(&folder, &case(wrong, ""));
        folder
            .run(&["check", "--suite", "suite"])
            .expect_code(2)
            .expect_complaint(complaint);
    }
}

#[test]
fn every_change_of_an_event_is_found() {
    let folder = Folder::new();
    let stream = "id: a1\nevent: price\ndata: {\"amount\": 5}\n\nid: a2\nevent: price\ndata: {\"amount\": 6}\n\n";
    let url = streaming(&format!("{HEAD}{stream}"), Then::Waits);
    let prove = |each: &str| {
        things::write(&folder, &case(&format!("{{ take: 2, each: {each} }}"), ""));
        folder.write(
            "target.yaml",
            format!("name: t\nservices: {{ things: '{url}' }}\n"),
        );
        folder.run(&[
            "prove",
            "--suite",
            "suite",
            "--target",
            "target.yaml",
            "--verbose",
        ])
    };
    prove("{ id: \"</^a[12]$/>\", event: price, json: { amount: <number 5..6> } }").expect_code(0);
    prove("{ event: price }")
        .expect_code(1)
        .expect_said("/*/json/amount");
}

#[test]
fn that_nothing_comes_is_an_answer_of_an_open_or_ended_stream_only() {
    let nothing = || case("{ within: 300ms, count: 0 }", "");
    for (beginning, then, code) in [
        (HEAD.to_owned(), Then::Waits, 0),
        // Comments keep a connection open and are no events.
        (format!("{HEAD}: hello\n\n: again\n\n"), Then::Waits, 0),
        (HEAD.to_owned(), Then::Ends, 0),
        (format!("{HEAD}data: a\n\n"), Then::Waits, 1),
        (format!("{HEAD}data: a\n\n"), Then::Ends, 1),
        // The head is judged as ever.
        (HEAD.replace("200 OK", "500 Oops"), Then::Waits, 1),
        (
            HEAD.replace("text/event-stream", "text/plain"),
            Then::Ends,
            1,
        ),
        (
            HEAD.replace("Content-Type: text/event-stream\r\n", ""),
            Then::Ends,
            1,
        ),
        (HEAD.replace("200 OK", "204 No Content"), Then::Ends, 1),
        // No head, or half a stream: no evidence.
        (String::new(), Then::Waits, 5),
        (String::new(), Then::Ends, 5),
        (
            HEAD.replace("\r\n\r\n", "\r\nContent-Length: 500\r\n\r\n"),
            Then::Ends,
            5,
        ),
    ] {
        let folder = Folder::new();
        let url = streaming(&beginning, then);
        let case = nothing().replace("GET: /feed }", "GET: /feed }\n  timeout: 2s");
        let ended = run(&folder, &url, &case, &[]);
        assert_eq!(ended.code, Some(code), "{beginning:?}: {ended}");
    }
}

#[test]
fn events_may_be_none_and_are_checked_if_they_come() {
    let folder = Folder::new();
    let some = case(
        "{ within: 300ms, count: { min: 0, max: 3 }, each: { json: { amount: <integer> } } }",
        "",
    );
    run(&folder, &streaming(HEAD, Then::Waits), &some, &[]).expect_code(0);
    run(
        &folder,
        &streaming(&format!("{HEAD}{THREE}"), Then::Waits),
        &some,
        &[],
    )
    .expect_code(1);
}

#[test]
fn an_answer_to_head_is_no_stream_in_which_nothing_comes() {
    let folder = Folder::new();
    let head = case("{ within: 300ms, count: 0 }", "").replace("GET: /feed", "HEAD: /feed");
    run(&folder, &streaming(HEAD, Then::Ends), &head, &[])
        .expect_code(1)
        .expect_said("this answer has no body, so that no event came shows nothing");
}

#[test]
fn a_stream_that_is_read_to_its_end_gets_advice() {
    let folder = Folder::new();
    let whole = case("{}", "").replace("events: {}", "text: <non-empty>");
    let whole = whole.replace("GET: /feed }", "GET: /feed }\n  timeout: 1s");
    let url = streaming(&format!("{HEAD}{THREE}"), Then::Waits);
    run(&folder, &url, &whole, &[])
        .expect_code(5)
        .expect_said("read its beginning with `events:");
}

#[test]
fn that_no_event_comes_is_proven() {
    let folder = Folder::new();
    things::write(&folder, &case("{ within: 300ms, count: 0 }", ""));
    let url = streaming(&format!("{HEAD}: hello\n\n"), Then::Waits);
    let target = format!("name: t\nservices: {{ things: '{url}' }}\n");
    folder.write("target.yaml", target);
    folder
        .run(&[
            "prove",
            "--suite",
            "suite",
            "--target",
            "target.yaml",
            "--only",
            "things",
        ])
        .expect_said("mutants")
        .expect_code(0);
}
