//! Values made in the run: UUIDs, times, random numbers, digests, variables; seed and clock; secrets among them.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::peer::{Heard, Peer, answer, json};
use crate::support::folder::{Ended, Folder};
use crate::things;

/// The value of a header field of a request.
fn field<'h>(heard: &'h Heard, name: &str) -> &'h str {
    let lines = heard.rest.lines();
    let mut fields = lines.filter_map(|line| line.split_once(": "));
    let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

/// Answers 409 to a key that it has seen, and says the key back.
fn once_for_each_key() -> Peer {
    let seen = Mutex::new(BTreeSet::new());
    Peer::answering(move |heard, _| {
        let key = field(heard, "idempotency-key").to_owned();
        let is_new = seen.lock().unwrap().insert(key.clone());
        json(
            if is_new { 201 } else { 409 },
            &format!(r#"{{"key": "{key}"}}"#),
        )
    })
}

const PAY: &str = "\
- id: pay
  vars: { key: \"${uuid()}\" }
  request: { POST: /pay, headers: { Idempotency-Key: \"${var.key}\" }, json: {} }
  expect: [{ proves: [THINGS-01], status: 201, json: { key: \"${var.key}\" } }]
- id: pay-again
  request: { POST: /pay, headers: { Idempotency-Key: \"${uuid()}\" }, json: {} }
  expect: [{ proves: [THINGS-01], status: 201, json: { key: <uuid> } }]
";

fn run(folder: &Folder, peer: &Peer, more: &[&str]) -> Ended {
    let url = peer.url();
    let arguments = ["run", "--suite", "suite", "--target", &url];
    folder.run(&[&arguments[..], more].concat())
}

/// The keys that were sent, in the order of the cases.
fn keys(peer: &Peer) -> Vec<String> {
    let heard = peer.heard();
    let mut keys: Vec<String> = heard
        .iter()
        .map(|heard| field(heard, "idempotency-key").to_owned())
        .collect();
    keys.sort();
    keys
}

#[test]
fn a_value_is_new_in_each_run_and_the_same_everywhere_in_a_case() {
    let folder = Folder::new();
    things::write(&folder, PAY);
    let peer = once_for_each_key();
    let first = run(&folder, &peer, &[]).expect_code(0);
    run(&folder, &peer, &[]).expect_code(0);
    let keys: BTreeSet<String> = keys(&peer).into_iter().collect();
    assert_eq!(keys.len(), 4);
    assert!(first.stderr.contains("seed "), "{first}");
}

#[test]
fn a_seed_repeats_the_values_in_any_order_and_with_any_number_of_jobs() {
    let folder = Folder::new();
    things::write(&folder, PAY);
    let sent = |more: &[&str]| {
        let peer = once_for_each_key();
        run(&folder, &peer, more).expect_code(0);
        keys(&peer)
    };
    let all = sent(&["--seed", "7", "--jobs", "1"]);
    assert_eq!(sent(&["--seed", "7", "--jobs", "8"]), all);
    assert_ne!(sent(&["--seed", "8"]), all);
    let one = sent(&["--seed", "7", "--only", "*/pay-again"]);
    assert_eq!(one.len(), 1);
    assert!(all.contains(&one[0]));
    let report = folder.report("probity-report/report.json");
    assert_eq!(report["seed"], 7);
}

#[test]
fn the_event_stream_has_the_seed_for_the_run_that_resumes_it() {
    let folder = Folder::new();
    things::write(&folder, PAY);
    let peer = once_for_each_key();
    run(&folder, &peer, &["--report", "events=run.jsonl"]).expect_code(0);
    let stream = folder.read("run.jsonl");
    let header: serde_json::Value = serde_json::from_str(stream.lines().next().unwrap()).unwrap();
    assert!(header["command"]["seed"].is_u64(), "{header}");
}

#[test]
fn a_run_without_random_values_names_no_seed() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let ended = run(&folder, &peer, &["--seed", "7"]).expect_code(0);
    assert!(!ended.stderr.contains("seed"), "{ended}");
    let report = folder.report("probity-report/report.json");
    assert_eq!(report.get("seed"), None);
}

#[test]
fn functions_nest_and_times_follow_the_clock() {
    let folder = Folder::new();
    things::write(
        &folder,
        "\
- id: signed
  vars:
    body: '{\"a\":1}'
    at: \"${now(+1h)}\"
  request:
    POST: \"/sign/${url-encode('a b')}?x=${base64url('?>')}\"
    headers:
      X-Sig: \"sha256=${hmac-sha256('key', concat(var.body, '.', now(unix)))}\"
      X-At: \"${var.at}\"
      X-Date: \"${now(-1d, http-date)}\"
      X-Dice: \"${random-int(6, 6)}\"
      X-Run: \"${run.id}\"
    json: { digest: \"${sha256(var.body)}\", hex: \"${hex('AZ')}\", text: \"${json(repeat(1, 2))}\", at: \"${now(unix-ms)}\" }
  expect: [{ proves: [THINGS-01], status: 200 }]
",
    );
    let peer = Peer::answering(|_, _| json(200, "{}"));
    run(&folder, &peer, &["--clock", "2026-01-31T12:00:00Z"]).expect_code(0);
    let heard = &peer.heard()[0];
    assert_eq!(heard.line, "POST /sign/a%2520b?x=Pz4 HTTP/1.1");
    assert_eq!(field(heard, "x-at"), "2026-01-31T13:00:00Z");
    assert_eq!(field(heard, "x-date"), "Fri, 30 Jan 2026 12:00:00 GMT");
    assert_eq!(field(heard, "x-dice"), "6");
    assert_eq!(field(heard, "x-run").len(), 32);
    // printf '{"a":1}.1769860800' | openssl dgst -sha256 -hmac key
    assert_eq!(
        field(heard, "x-sig"),
        "sha256=480f19fe11b490a8483e05eb3949f30cb00404e13777ecdebdd4cd4c4417454b"
    );
    let body = heard.rest.split("\r\n\r\n").nth(1).unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let digest = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
    assert_eq!(
        body,
        serde_json::json!({ "digest": digest, "hex": "415a", "text": "[1,1]", "at": 1_769_860_800_000_i64 })
    );
}

#[test]
fn variables_of_contract_file_and_case_are_constants_that_inner_ones_replace() {
    let folder = Folder::new();
    things::write(&folder, "");
    let contract = folder.read("suite/cases/things/contract.yaml");
    folder.write(
        "suite/cases/things/contract.yaml",
        format!("{contract}vars: {{ base: v1, size: 3 }}\n"),
    );
    folder.write(
        "suite/cases/things/all.yaml",
        "\
contract: things
vars: { root: \"/${var.base}/things\", size: 4 }
cases:
  - id: one
    vars: { base: v2 }
    request: { POST: \"${var.root}\", json: { size: \"${var.size}\" } }
    expect: [{ proves: [THINGS-01], status: 200 }]
",
    );
    let peer = Peer::answering(|_, _| json(200, "{}"));
    // What is filled into a path is encoded: the whole of it is one value.
    run(&folder, &peer, &[]).expect_code(5);
    folder.write(
        "suite/cases/things/all.yaml",
        folder.read("suite/cases/things/all.yaml").replace(
            "\"${var.root}\"",
            "\"/a\", query: { root: \"${var.root}\" }",
        ),
    );
    run(&folder, &peer, &[]).expect_code(0);
    let heard = &peer.heard()[0];
    assert_eq!(heard.line, "POST /a?root=/v2/things HTTP/1.1");
    assert!(heard.rest.ends_with(r#"{"size":4}"#), "{}", heard.rest);
}

#[test]
fn a_recorded_run_is_judged_with_the_values_that_it_made() {
    let folder = Folder::new();
    things::write(&folder, PAY);
    let peer = once_for_each_key();
    run(&folder, &peer, &["--record", "run.har"]).expect_code(0);
    folder
        .run(&["judge", "run.har", "--suite", "suite"])
        .expect_code(0)
        .expect_said("things     2         1");
}

#[test]
fn what_is_computed_from_a_secret_is_a_secret() {
    const KEY: &str = "Xq-7f3a-Zq9-long";
    let folder = Folder::new();
    things::write(
        &folder,
        "\
- id: signed
  vars: { encoded: \"${hex(upper(fixture.name))}\" }
  request:
    POST: /sign
    headers: { X-Sig: \"${hmac-sha256(fixture.name, 'x')}\", X-Var: \"${var.encoded}\" }
    json: { d: \"${sha256(fixture.name)}\" }
  expect: [{ proves: [THINGS-01], status: 200, json: { d: \"${base64url(hex(fixture.name))}\" } }]
",
    );
    let peer = Peer::answering(|heard, _| {
        let (signature, encoded) = (field(heard, "x-sig"), field(heard, "x-var"));
        json(200, &format!(r#"{{"d": "{signature} {encoded}"}}"#))
    });
    folder.write(
        "target.yaml",
        format!(
            "name: there\nservices: {{ things: '{}' }}\nidentities: {{ things.user: {{ A: b }} }}\n\
             fixtures: {{ things.name: '${{env.KEY}}' }}\n",
            peer.url()
        ),
    );
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
        "--report",
        "html=run.html",
    ]);
    let ended: Ended = command.env("KEY", KEY).output().unwrap().into();
    let ended = ended.expect_code(1);
    let heard = &peer.heard()[0];
    let (signature, encoded) = (field(heard, "x-sig"), field(heard, "x-var"));
    assert_eq!((signature.len(), encoded.len()), (64, 2 * KEY.len()));
    let digest = heard.rest.rsplit('"').nth(1).unwrap();
    assert_eq!(digest.len(), 64);
    for output in [
        ended.stdout.clone(),
        ended.stderr.clone(),
        folder.read("run.har"),
        folder.read("run.json"),
        folder.read("run.html"),
    ] {
        for secret in [KEY, signature, encoded, digest, "NTg3MTJkMzc2NjMz"] {
            assert!(!output.contains(secret), "{secret} in {output}");
        }
    }
}

#[test]
fn a_captured_cookie_is_sent_and_shown_nowhere() {
    const COOKIE: &str = "s3cr3t-cookie-value";
    let folder = Folder::new();
    things::write(
        &folder,
        "\
- id: session
  steps:
    - request: { POST: /login }
      expect: [{ status: 200 }]
      capture: { sid: { cookie: sid } }
    - request: { GET: \"/me?sid=${capture.sid}\" }
      expect: [{ proves: [THINGS-01], status: 200, json: { sid: other } }]
",
    );
    let peer = Peer::answering(|heard, _| {
        if heard.line.starts_with("POST") {
            answer(200, &format!("Set-Cookie: sid={COOKIE}; Path=/\r\n"), "{}")
        } else {
            json(200, &format!(r#"{{"sid": "{COOKIE}"}}"#))
        }
    });
    let ended = run(
        &folder,
        &peer,
        &["--record", "run.har", "--report", "json=run.json"],
    )
    .expect_code(1);
    assert_eq!(peer.lines()[1], format!("GET /me?sid={COOKIE} HTTP/1.1"));
    let outputs = [
        ended.stdout.clone(),
        ended.stderr.clone(),
        folder.read("run.har"),
        folder.read("run.json"),
    ];
    assert!(outputs.iter().all(|output| !output.contains(COOKIE)));
}

#[test]
fn a_part_of_a_header_is_captured_or_the_text_and_the_pattern_are_shown() {
    let folder = Folder::new();
    let case = |pattern: &str| {
        format!(
            "\
- id: created
  steps:
    - request: {{ POST: /things }}
      expect: [{{ proves: [THINGS-01], status: 201 }}]
      capture: {{ id: {{ header: Location, match: '{pattern}' }} }}
    - request: {{ GET: \"/things/${{capture.id}}\" }}
      expect: [{{ proves: [THINGS-01], status: 200 }}]
"
        )
    };
    let peer = Peer::answering(|heard, _| {
        if heard.line.starts_with("POST") {
            answer(201, "Location: /things/42?v=1\r\n", "{}")
        } else {
            json(200, "{}")
        }
    });
    things::write(&folder, &case(r"/things/(\d+)"));
    run(&folder, &peer, &[]).expect_code(0);
    assert_eq!(peer.lines()[1], "GET /things/42 HTTP/1.1");
    things::write(&folder, &case(r"/books/(\d+)"));
    run(&folder, &peer, &[])
        .expect_code(5)
        .expect_said(r"cannot capture `id`: `/books/(\d+)` does not match");
}

#[test]
fn a_path_selects_by_an_earlier_value() {
    let folder = Folder::new();
    things::write(
        &folder,
        "\
- id: grows
  steps:
    - request: { GET: /things }
      expect: [{ status: 200 }]
      capture: { v: $.v, name: $.name }
    - request: { GET: /things }
      expect:
        - proves: [THINGS-01]
          status: 200
          select:
            - { path: \"$[?$.v > ${capture.v}]\", count: { min: 1 } }
            - { path: \"$.all[?@.name == '${capture.name}'].v\", equal: 1 }
",
    );
    let serve = |grows: bool| {
        let count = AtomicUsize::new(6);
        Peer::answering(move |_, _| {
            let v = count.fetch_add(usize::from(grows), Ordering::Relaxed);
            let body = format!(
                r#"{{"v": {v}, "name": "it's", "all": [{{"name": "it's", "v": 1}}, {{"name": "x", "v": 2}}]}}"#
            );
            json(200, &body)
        })
    };
    run(&folder, &serve(true), &[]).expect_code(0);
    run(&folder, &serve(false), &[])
        .expect_code(1)
        .expect_said("0 nodes at $[?$.v > 6], expected at least 1");
}

#[test]
fn an_answer_is_in_time_only_where_a_block_asks_for_it() {
    let folder = Folder::new();
    let case = |within: &str| {
        format!(
            "- id: quick\n  request: {{ GET: /things }}\n  \
             expect: [{{ status: 200 }}, {{ proves: [THINGS-01], within: {within} }}]\n"
        )
    };
    let peer = Peer::answering(|_, _| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        json(200, "{}")
    });
    things::write(&folder, &case("60s"));
    run(&folder, &peer, &[]).expect_code(0);
    things::write(&folder, &case("5ms"));
    let ended = run(&folder, &peer, &["--record", "run.har"])
        .expect_code(1)
        .expect_said("expected at most 5 ms");
    assert!(ended.stdout.contains("took "), "{ended}");
    folder
        .run(&["judge", "run.har", "--suite", "suite"])
        .expect_code(1)
        .expect_said("expected at most 5 ms");
}

#[test]
fn a_step_has_a_time_limit_of_its_own() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: slow\n  request: { GET: /things }\n  timeout: 50ms\n  expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let peer = Peer::answering(|heard, knowledge| {
        if heard.line.contains("/things") {
            knowledge.watch_for_more_than(1);
            std::thread::sleep(std::time::Duration::from_millis(400));
        }
        json(200, "{}")
    });
    run(&folder, &peer, &[]).expect_code(5).expect_said("50 ms");
}

#[test]
fn a_later_value_is_more_than_an_earlier_one() {
    let folder = Folder::new();
    things::write(
        &folder,
        "\
- id: grows
  steps:
    - request: { GET: /things }
      expect: [{ status: 200 }]
      capture: { v: $.v, at: $.at }
    - request: { GET: /things }
      expect:
        - proves: [THINGS-01]
          status: 200
          json: { v: \"<more-than ${capture.v}>\", at: \"<date-time after ${capture.at} within 5m>\", parts: <array 1..3>, name: <string 1..8>, low: <at-most $.v> }
",
    );
    let serve = |versions: [&'static str; 2]| {
        let count = AtomicUsize::new(0);
        Peer::answering(move |_, _| {
            let at = count.fetch_add(1, Ordering::Relaxed).min(1);
            json(
                200,
                &format!(
                    r#"{{"v": {}, "at": "2026-01-31T12:0{at}:00Z", "parts": [1], "name": "a", "low": 5}}"#,
                    versions[at]
                ),
            )
        })
    };
    run(&folder, &serve(["7", "8"]), &[]).expect_code(0);
    run(&folder, &serve(["7", "7"]), &[])
        .expect_code(1)
        .expect_said("is 7, expected more than 7 (`capture.v`)");
    run(
        &folder,
        &serve(["7", "8000000000000000000000000000001"]),
        &[],
    )
    .expect_code(0);
    run(&folder, &serve(["5", "5.5"]), &[]).expect_code(0);
    run(&folder, &serve(["4", "4.5"]), &[])
        .expect_code(1)
        .expect_said(
            "is 5, expected at most 4.5 (`$.low`)"
                .replace("$.low", "$.v")
                .as_str(),
        );
}
