//! `probity fuzz`: what it sends, what it finds, and what it writes.

use crate::described::imported;
use crate::peer::{Peer, answer, json};
use crate::support::folder::{Ended, Folder, signal};
use crate::things;
use crate::web::cabinet;

/// A fuzz of the imported suite of the cabinet. The search is left out: it has three requests in three seconds.
fn fuzz(folder: &Folder, target: &str, more: &[&str]) -> Ended {
    let fixed = [
        "fuzz", "--suite", "suite", "--target", target, "--seed", "7",
    ];
    let skipped = ["--skip", "*search*"];
    folder.run(&[&fixed[..], &skipped, more].concat())
}

/// Everything but the line with the time.
fn without_time(ended: &Ended) -> String {
    let lines = ended
        .stdout
        .lines()
        .filter(|line| !line.contains(" of them changed"));
    let lines = lines.filter(|line| !line.starts_with("fuzz of "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_service_that_conforms_gives_no_findings_and_a_seed_repeats_the_requests() {
    let run = || {
        let (_runtime, address) = cabinet(None);
        let folder = imported();
        let before = folder.files();
        let ended = fuzz(
            &folder,
            &format!("http://{address}"),
            &["--requests", "300"],
        );
        let ended = ended
            .expect_code(0)
            .expect_said("POST /tokens")
            .expect_said("no answer that the contract forbids was found");
        assert_eq!(folder.files(), before);
        without_time(&ended)
    };
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(run), scope.spawn(run));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert_eq!(one, other);
}

#[test]
fn faults_are_found() {
    let table = [
        (
            "password-optional",
            "POST /tokens: an illegal request is accepted",
        ),
        (
            "extra-accepted",
            "POST /tokens: an illegal request is accepted",
        ),
        (
            "malformed-is-500",
            "POST /tokens: a request is answered with 500",
        ),
        (
            "limit-unchecked",
            "GET /documents: an illegal request is accepted",
        ),
        (
            "problem-as-text",
            "an answer violates GET-DOCUMENT-401-BODY",
        ),
        // Cases find these without any change.
        ("deleted-readable", "documents/documents/delete-document"),
        ("size-as-text", "documents/documents/get-document"),
    ];
    std::thread::scope(|scope| {
        for (fault, said) in table {
            scope.spawn(move || {
                let (_runtime, address) = cabinet(Some(fault));
                let folder = imported();
                let target = format!("http://{address}");
                let ended = fuzz(&folder, &target, &["--requests", "200"])
                    .expect_code(1)
                    .expect_said(said);
                // One cause is one finding.
                let headlines = ended
                    .stdout
                    .lines()
                    .filter(|line| line.starts_with("FOUND "));
                let mut violated: Vec<&str> = headlines
                    .filter_map(|line| line.split_once("an answer violates "))
                    .map(|(_, id)| id)
                    .collect();
                let number = violated.len();
                violated.sort_unstable();
                violated.dedup();
                assert_eq!(violated.len(), number, "{ended}");
            });
        }
    });
}

#[test]
fn a_finding_is_a_case_that_is_red_until_the_fault_is_fixed_and_is_not_written_twice() {
    let (_faulty, address) = cabinet(Some("scope-unchecked"));
    let faulty = format!("http://{address}");
    let folder = imported();
    let before = folder.files();
    let options = ["--requests", "120", "--only", "sessions"];
    let ended = fuzz(&folder, &faulty, &options)
        .expect_code(1)
        .expect_said("changed: scope is not an allowed value");
    let new: Vec<String> = folder
        .files()
        .into_iter()
        .filter(|file| !before.contains(file))
        .collect();
    let name = "suite/cases/sessions/fuzz-post-tokens-1.yaml";
    assert!(new.iter().any(|file| file == name), "{new:?}\n{ended}");
    for file in &new {
        let text = folder.read(file);
        assert!(
            text.starts_with("# Found by probity fuzz --seed 7: "),
            "{text}"
        );
        folder.run(&["check", "--suite", "suite"]).expect_code(0);
    }
    insta::assert_snapshot!("case", folder.read(name));
    let run = |target: &str, code: i32| {
        let only = "sessions/fuzz-post-tokens-1";
        let arguments = [
            "run", "--suite", "suite", "--target", target, "--only", only,
        ];
        folder.run(&arguments).expect_code(code)
    };
    run(&faulty, 1);
    let (_runtime, address) = cabinet(None);
    run(&format!("http://{address}"), 0);
    // The same finding has its file.
    let after = folder.files();
    let options = [&options[..], &["--skip", "*fuzz-*"]].concat();
    fuzz(&folder, &faulty, &options)
        .expect_code(1)
        .expect_said("fuzz-post-tokens-1.yaml");
    assert_eq!(folder.files(), after);
}

pub(crate) const CONTRACT: &str = "\
contract: things
title: things
service: things
services: { things: {} }
identities: { user: somebody }
fixtures: { name: a name }
requests:
  - operation: POST /things
    body: { type: object, required: [name, n], properties: { name: { type: string }, n: { type: integer }, m: { type: array, items: { type: integer } } } }
    proves: [THINGS-02]
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing is as it is., source: here }
  - { id: THINGS-02, level: MUST, sentence: Illegal things are refused., source: here }
";

const WRITES: &str = "\
- id: writes
  effect: write
  request: { POST: /things, json: { name: \"${fixture.name}\", n: 1 } }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

pub(crate) fn things(cases: &str) -> Folder {
    let folder = Folder::new();
    things::write(&folder, cases);
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder
}

/// A target file for a peer, with what it permits.
pub(crate) fn target(folder: &Folder, url: &str, permits: &str) {
    let text = format!(
        "name: t\nservices: {{ things: '{url}' }}\nfixtures: {{ things.name: s3cret-thing }}\n{permits}\n"
    );
    folder.write("target.yaml", text);
}

pub(crate) const FUZZ: [&str; 9] = [
    "fuzz",
    "--suite",
    "suite",
    "--target",
    "target.yaml",
    "--seed",
    "1",
    "--requests",
    "80",
];

#[test]
fn what_may_not_be_written_is_not_sent_and_what_was_not_tried_is_not_green() {
    let folder = things(&format!("{WRITES}{}", things::simple("one")));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    target(&folder, &peer.url(), "permits: [read]");
    folder
        .run(&FUZZ)
        .expect_code(4)
        .expect_said("POST /things: the target does not permit `write`")
        .expect_said("no changed request of 1 described operation was answered");
    assert!(peer.lines().len() > 50);
    assert!(peer.lines().iter().all(|line| line.starts_with("GET ")));
    // With nothing else to send, nothing is sent.
    let sent = peer.lines().len();
    folder
        .run(&[&FUZZ[..], &["--only", "*writes*"]].concat())
        .expect_code(4)
        .expect_said("no changed request was answered: nothing was tried");
    assert_eq!(peer.lines().len(), sent);
}

#[test]
fn a_failure_of_the_server_is_shrunk_and_no_value_of_the_target_is_written() {
    let folder = things(WRITES);
    let is_list = |list: &serde_json::Value| {
        let items = list.as_array();
        items.is_some_and(|items| items.iter().all(serde_json::Value::is_i64))
    };
    let peer = Peer::answering(move |heard, _| {
        let body = heard.rest.split("\r\n\r\n").nth(1).unwrap_or("");
        let read = serde_json::from_str::<serde_json::Value>(body);
        let Ok(read) = read else {
            return json(400, "{}");
        };
        match (read["name"].is_string(), read["n"].as_i64(), read.get("m")) {
            (true, Some(n), None) if n < 100 => json(200, "{}"),
            (true, Some(_), Some(m)) if is_list(m) => json(500, "{}"),
            (true, Some(_), None) => json(200, "{}"),
            _ => json(400, "{}"),
        }
    });
    target(&folder, &peer.url(), "");
    folder
        .run(&FUZZ)
        .expect_code(1)
        .expect_said(
            "POST /things: a request is answered with 500: an undocumented status that no requirement is about",
        );
    let text = folder.read("suite/cases/things/fuzz-post-things-1.yaml");
    assert!(text.contains("${fixture.name}"), "{text}");
    assert!(text.contains("m: []"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    // No requirement is about the answer: that of the unchanged request is not violated by it.
    assert!(text.contains("blames: { THINGS-01: <1xx> }"), "{text}");
    assert!(
        text.contains("# No requirement is about this answer"),
        "{text}"
    );
    assert_eq!(dispositions(&folder, 5), [""; 0]);
}

#[test]
fn refusals_of_a_service_that_refuses_everything_are_no_evidence() {
    let folder = things(WRITES);
    let peer = Peer::answering(|_, knowledge| {
        let is_first = knowledge.heard_like("POST") <= 1;
        json(if is_first { 200 } else { 401 }, "{}")
    });
    target(&folder, &peer.url(), "");
    let many = [&FUZZ[..8], &["2000"]].concat();
    folder
        .run(&many)
        .expect_code(5)
        .expect_said("unchanged requests are not accepted any more");
}

#[test]
fn a_service_that_refuses_every_change_is_no_success() {
    let folder = things(&things::simple("all"));
    let peer = Peer::answering(|heard, _| {
        let is_known = heard.line.split(' ').nth(1) == Some("/things/all");
        json(if is_known { 200 } else { 400 }, "{}")
    });
    target(&folder, &peer.url(), "");
    folder
        .run(&FUZZ)
        .expect_code(4)
        .expect_said("no changed request was accepted, not even one that may be legal");
}

#[test]
fn changed_requests_without_an_answer_are_no_success() {
    let folder = things(&things::simple("all"));
    // It closes the connection where it does not know the path.
    let peer = Peer::answering(|heard, _| {
        let is_known = heard.line.split(' ').nth(1) == Some("/things/all");
        if is_known {
            json(200, "{}")
        } else {
            String::new()
        }
    });
    target(&folder, &peer.url(), "");
    folder
        .run(&FUZZ)
        .expect_code(5)
        .expect_said("\nno answer to:\n  GET /things/")
        .expect_said("had no answer, and unchanged ones had: the service may crash or hang");
}

#[test]
fn a_service_that_is_not_there_is_no_success() {
    let folder = things(WRITES);
    // Nobody listens on the port for echo.
    target(&folder, "http://127.0.0.1:7", "");
    folder
        .run(&FUZZ)
        .expect_code(5)
        .expect_said("no evidence without any change: 1 case")
        .expect_said("no changed request was answered");
}

#[test]
fn ctrl_c_ends_it_with_what_was_found() {
    let folder = things(WRITES);
    let peer = Peer::answering(|_, _| answer(200, "Content-Type: application/json\r\n", "{}"));
    target(&folder, &peer.url(), "");
    let process = folder.start(&[
        "fuzz",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--time",
        "10m",
    ]);
    peer.knowledge.wait_for_heard(100);
    signal("-INT", &process);
    Ended::from(process.wait_with_output().unwrap())
        .expect_code(130)
        .expect_said("an illegal request is accepted")
        .expect_said("interrupted");
}

#[test]
fn wrong_options_are_refused_before_anything_is_sent() {
    let folder = things(WRITES);
    for (option, value, said) in [
        ("--time", "soon", "expected a time such as `60s`"),
        ("--requests", "0", "0 is not in 1.."),
        ("--seed", "x", "invalid digit"),
    ] {
        let arguments = [
            "fuzz",
            "--suite",
            "suite",
            "--target",
            "http://127.0.0.1:9",
            option,
            value,
        ];
        folder.run(&arguments).expect_code(2).expect_complaint(said);
    }
}

#[test]
fn a_finding_of_a_rule_is_a_case_that_proves_nothing_else() {
    let folder = things(WRITES);
    let rule = "answers:
  - id: refusal
    operation: POST /things
    status: <4xx>
    expect: [{ proves: [THINGS-03], headers: { Content-Type: <media-type application/problem+json> } }]
requirements:
  - { id: THINGS-03, level: MUST, sentence: A refusal says why., source: here }
";
    let contract = CONTRACT.replace("requirements:\n", rule);
    folder.write("suite/cases/things/contract.yaml", contract);
    let service = |kind: &'static str| {
        Peer::answering(move |heard, _| {
            let body = heard.rest.split("\r\n\r\n").nth(1).unwrap_or("");
            let read = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
            if read["name"].is_string() && read["n"].is_i64() && read.get("m").is_none() {
                json(200, "{}")
            } else {
                answer(400, &format!("Content-Type: {kind}\r\n"), "{}")
            }
        })
    };
    let peer = service("application/json");
    target(&folder, &peer.url(), "");
    let ended = folder
        .run(&FUZZ)
        .expect_code(1)
        .expect_said("POST /things: an answer violates THINGS-03");
    let doubled = "expected `application/problem+json`, expected";
    assert!(!ended.stdout.contains(doubled), "{ended}");
    assert!(!ended.stdout.contains("look at it"), "{ended}");
    let text = folder.read("suite/cases/things/fuzz-post-things-1.yaml");
    assert!(text.contains("- { status: <4xx> }"), "{text}");
    assert!(!text.contains("proves"), "{text}");
    assert_eq!(dispositions(&folder, 1), ["THINGS-03 violated"]);
    // It is green when the service is right, and says nothing about what the unchanged case is about.
    let right = service("application/problem+json");
    target(&folder, &right.url(), "");
    assert_eq!(dispositions(&folder, 0), ["THINGS-03 upheld"]);
}

/// What a run of the first case that was found says, which ends with a code: each requirement that is judged.
fn dispositions(folder: &Folder, code: i32) -> Vec<String> {
    let fixed = ["run", "--suite", "suite", "--target", "target.yaml"];
    let chosen = ["--only", "things/fuzz-*", "--report", "json=r.json"];
    folder
        .run(&[&fixed[..], &chosen].concat())
        .expect_code(code);
    let report = folder.report("r.json");
    let all = report["requirements"].as_array().unwrap().clone();
    let seen = all
        .iter()
        .filter(|one| one["disposition"] != "unproven" && one["disposition"] != "not-selected");
    seen.map(|one| format!("{} {}", one["id"], one["disposition"]).replace('"', ""))
        .collect()
}

#[test]
fn a_cause_is_one_finding_and_names_the_rule_that_is_broken() {
    let other = WRITES
        .replace("id: writes", "id: tells")
        .replace("POST: /things", "POST: /tales");
    let folder = things(&format!("{WRITES}{other}"));
    let rule = "answers:
  - id: status
    operation: [POST /things, POST /tales]
    expect: [{ proves: [THINGS-03], status: [200, 400] }]
requirements:
  - { id: THINGS-03, level: SHOULD, sentence: The status is a documented one., source: here }
";
    let contract = CONTRACT.replace("requirements:\n", rule).replace(
        "operation: POST /things\n    body",
        "operation: [POST /things, POST /tales]\n    body",
    );
    folder.write("suite/cases/things/contract.yaml", contract);
    let service = |failure: u16| {
        Peer::answering(move |heard, _| {
            let body = heard.rest.split("\r\n\r\n").nth(1).unwrap_or("");
            let read = serde_json::from_str::<serde_json::Value>(body).unwrap_or_default();
            let is_list = |list: &serde_json::Value| {
                list.as_array()
                    .is_some_and(|items| items.iter().all(serde_json::Value::is_i64))
            };
            let is_thing = read["name"].is_string() && read["n"].is_i64();
            match read.get("m") {
                None if is_thing => json(200, "{}"),
                Some(m) if is_thing && is_list(m) => json(failure, "{}"),
                _ => json(400, "{}"),
            }
        })
    };
    let peer = service(500);
    target(&folder, &peer.url(), "");
    let ended = folder
        .run(&[&FUZZ[..8], &["200"]].concat())
        .expect_code(1)
        .expect_said(": a request is answered with 500: it violates THINGS-03")
        .expect_said("1 finding")
        .expect_said("with the same cause");
    let both = ["POST /things: ", "POST /tales: "];
    assert!(both.iter().all(|one| ended.stdout.contains(one)), "{ended}");
    let files = folder.files();
    let found: Vec<_> = files.iter().filter(|name| name.contains("fuzz-")).collect();
    assert_eq!(found.len(), 1, "{found:?}");
    let text = folder.read(found[0]);
    assert!(!text.contains("proves"), "{text}");
    assert!(
        text.contains("# Other requests with the same cause:\n#   POST /"),
        "{text}"
    );
    // A broken recommendation alone would be a warning: the case is no success.
    assert_eq!(dispositions(&folder, 5), ["THINGS-03 violated"]);
    let right = service(200);
    target(&folder, &right.url(), "");
    assert_eq!(dispositions(&folder, 0), ["THINGS-03 upheld"]);
}

#[test]
fn what_was_not_tried_is_said_at_the_end() {
    let folder = things(&format!("{WRITES}{}", things::simple("one")));
    let peer = Peer::answering(|heard, _| {
        let is_note = heard.rest.contains("\"name\":\"") && heard.rest.contains("\"n\":1}");
        let is_legal = heard.line.starts_with("GET") || is_note;
        json(if is_legal { 200 } else { 400 }, "{}")
    });
    target(&folder, &peer.url(), "");
    let mut one = FUZZ;
    one[8] = "1";
    folder
        .run(&one)
        .expect_code(0)
        .expect_said("none of the 1 requests of `--requests` was for it")
        .expect_said("found in what was tried; not tried: 1 operation");
    let contract = CONTRACT.replace("requests:\n", "requests_:\n");
    let start = contract.find("requests_:").unwrap();
    let end = contract.find("requirements:").unwrap();
    let without = format!("{}{}", &contract[..start], &contract[end..]);
    folder.write("suite/cases/things/contract.yaml", without);
    let ended = folder.run(&FUZZ);
    ended
        .expect_said(
            "and POST /things were not tried: the contract has no `requests` entry for them",
        )
        .expect_said("without illegal requests: 2 operations");
}

#[test]
fn a_pattern_without_a_case_and_a_target_that_is_not_there_are_said_once() {
    let many: String = ["one", "two", "three"].map(things::simple).concat();
    let folder = things(&many);
    target(&folder, "http://127.0.0.1:7", "");
    folder
        .run(&[&FUZZ[..], &["--only", "zzz"]].concat())
        .expect_code(4)
        .expect_said("no case matches `zzz`");
    let ended = folder.run(&FUZZ).expect_code(5);
    let ended = ended
        .expect_said("things/all/one and 2 more: ")
        .expect_said("help: is it running? Nothing listens at http://127.0.0.1:7");
    assert_eq!(
        ended.stdout.matches("connection refused").count(),
        1,
        "{ended}"
    );
}
