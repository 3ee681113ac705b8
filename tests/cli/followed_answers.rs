//! Rules of a contract on the answers to requests whose URL is known only when they are sent: captured URLs, redirects.

use serde_json::Value;

use crate::folder::{Ended, Folder};
use crate::peer::{Peer, answer, json};
use crate::things;

/// `THINGS-02` is what a rule proves. Each test writes the rules.
fn write(folder: &Folder, rules: &str, cases: &str) {
    things::write(folder, cases);
    let contract = folder.read("suite/cases/things/contract.yaml");
    let with_rules = format!(
        "answers:\n{rules}requirements:\n  \
         - {{ id: THINGS-02, level: MUST, sentence: What is made has a number., source: here }}\n"
    );
    folder.write(
        "suite/cases/things/contract.yaml",
        contract.replace("requirements:\n", &with_rules),
    );
}

const MADE: &str = "\
- id: made
  operation: \"GET /made/{}\"
  status: 200
  expect: [{ proves: [THINGS-02], json: { id: <integer> } }]
";

const CAPTURED: &str = "\
- id: captured
  steps:
    - { request: { POST: /make }, expect: [{ status: 303 }], capture: { to: { header: Location } } }
    - request: { GET: { url: \"${capture.to}\" } }
      expect: [{ proves: [THINGS-01], status: 200 }]
";

const FOLLOWED: &str = "\
- id: followed
  request: { POST: /make, follow: { max: 5 } }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

/// A server that makes something and redirects to it by way of `/moved`.
fn server(made: &'static str, status: u16) -> Peer {
    Peer::answering(move |heard, _| match heard.line.as_str() {
        "POST /make HTTP/1.1" => answer(status, "Location: /moved\r\n", ""),
        "GET /moved HTTP/1.1" => answer(307, "Location: /%6dade/7?x=1\r\n", ""),
        "GET /%6dade/7?x=1 HTTP/1.1" | "GET /made/7 HTTP/1.1" => json(200, made),
        _ => json(404, "{}"),
    })
}

/// A server that makes something and redirects to it at once.
fn direct(made: &'static str) -> Peer {
    Peer::answering(move |heard, _| match heard.line.as_str() {
        "POST /make HTTP/1.1" => answer(303, "Location: /made/7\r\n", ""),
        _ => json(200, made),
    })
}

fn run(folder: &Folder, peer: &Peer, more: &[&str]) -> Ended {
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    let report = ["--report", "json=report.json", "--record", "run.har"];
    folder.run(&[&run[..], &report, more].concat())
}

/// Judges the recording of the last run: it must say the same as the run.
fn judge_again(folder: &Folder) {
    let before = folder.report("report.json");
    let judge = ["judge", "run.har", "--suite", "suite"];
    folder.run(&[&judge[..], &["--report", "json=again.json"]].concat());
    let after = folder.report("again.json");
    for part in ["exit", "requirements"] {
        assert_eq!(after[part], before[part], "{part}");
    }
    let findings = |report: &Value| -> Vec<Value> {
        let cases = report["cases"].as_array().unwrap().iter();
        cases.map(|case| case["findings"].clone()).collect()
    };
    assert_eq!(findings(&after), findings(&before));
}

fn disposition(folder: &Folder, id: &str) -> Value {
    let report = folder.report("report.json");
    let requirements = report["requirements"].as_array().unwrap().iter();
    let mut found = requirements.filter(|one| one["id"] == id);
    found.next().unwrap()["disposition"].clone()
}

fn findings(folder: &Folder) -> Vec<Value> {
    let report = folder.report("report.json");
    report["cases"][0]["findings"].as_array().unwrap().clone()
}

#[test]
fn the_answer_at_a_captured_url_is_held_to_the_rules_of_its_operation() {
    for (made, code, found) in [
        (r#"{"id": "x"}"#, 1, "violated"),
        (r#"{"id": 7}"#, 0, "upheld"),
    ] {
        let folder = Folder::new();
        write(&folder, MADE, CAPTURED);
        run(&folder, &direct(made), &[]).expect_code(code);
        assert_eq!(disposition(&folder, "THINGS-02"), found);
        judge_again(&folder);
        // The rule is judged where it applies, but a typo in its operation would look the same.
        let checked = folder.run(&["check", "--suite", "suite"]).expect_code(0);
        assert!(!format!("{checked}").contains("no-rules"), "{checked}");
        let may_match = "a captured URL or a redirect may still lead to it";
        assert!(format!("{checked}").contains("unused-rule"), "{checked}");
        assert!(format!("{checked}").contains(may_match), "{checked}");
    }
}

#[test]
fn a_rule_can_state_that_captured_urls_lead_to_its_operations() {
    let folder = Folder::new();
    let followed = MADE.replace("  status: 200\n", "  status: 200\n  followed: true\n");
    write(&folder, &followed, CAPTURED);
    let check = |folder: &Folder| {
        let ended = folder.run(&["check", "--suite", "suite"]).expect_code(0);
        format!("{ended}")
    };
    let checked = check(&folder);
    assert!(!checked.contains("unused-rule"), "{checked}");
    run(&folder, &direct(r#"{"id": "x"}"#), &[]).expect_code(1);
    run(&folder, &direct(r#"{"id": 7}"#), &[]).expect_code(0);
    // Where nothing leads anywhere, it is the warning that it was.
    let written = "- id: own\n  request: { GET: /things }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    let folder = Folder::new();
    write(&folder, &followed, written);
    assert!(check(&folder).contains("no request of the suite is `GET /made/{}`"));
    // Nor does it hide that a step names the operation.
    let folder = Folder::new();
    write(
        &folder,
        &followed,
        &format!("{CAPTURED}{}", written.replace("/things", "/made/7")),
    );
    let checked = check(&folder);
    assert!(
        checked.contains("`followed` in the rule `made` has no effect"),
        "{checked}"
    );
    // A typo in the operation shows in the run: nothing upholds the requirement.
    let folder = Folder::new();
    write(
        &folder,
        &followed.replace("GET /made/", "GET /mode/"),
        CAPTURED,
    );
    assert!(!check(&folder).contains("unused-rule"));
    run(&folder, &direct(r#"{"id": "x"}"#), &[]).expect_code(4);
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
}

#[test]
fn the_last_of_several_redirects_is_held_to_the_rules_of_its_operation() {
    for (made, code, found) in [
        (r#"{"id": "x"}"#, 1, "violated"),
        (r#"{"id": 7}"#, 0, "upheld"),
    ] {
        let folder = Folder::new();
        write(&folder, MADE, FOLLOWED);
        run(&folder, &server(made, 303), &[]).expect_code(code);
        assert_eq!(disposition(&folder, "THINGS-02"), found);
        judge_again(&folder);
    }
}

#[test]
fn a_redirect_is_held_to_the_rules_of_its_own_operation() {
    let making = "\
- id: making
  operation: POST /make
  status: <3xx>
  expect: [{ proves: [THINGS-02], status: 303, headers: { Location: <present> } }]
";
    for (status, code) in [(302, 1), (303, 0)] {
        let folder = Folder::new();
        write(&folder, making, FOLLOWED);
        let ended = run(&folder, &server("{}", status), &[]).expect_code(code);
        judge_again(&folder);
        if code == 1 {
            let found = findings(&folder);
            assert_eq!(found.len(), 1, "{found:#?}");
            assert_eq!(
                (&found[0]["rule"], &found[0]["redirect"]),
                (&"making".into(), &0.into())
            );
            assert!(ended.stdout.contains("got 302"), "{ended}");
        }
    }
    let moved = making.replace("POST /make", "GET /moved");
    let folder = Folder::new();
    write(&folder, &moved, FOLLOWED);
    run(&folder, &server("{}", 303), &[]).expect_code(1);
    assert_eq!(findings(&folder)[0]["redirect"], 1);
    judge_again(&folder);
}

/// The mirror: the answer of the POST is the redirect, not what it leads to.
#[test]
fn a_rule_is_not_judged_on_what_a_redirect_leads_to() {
    let making = |status: &str| {
        format!(
            "- id: making\n  operation: POST /make\n  status: {status}\n  \
             expect: [{{ proves: [THINGS-02], headers: {{ X-Made: <present> }} }}]\n"
        )
    };
    let folder = Folder::new();
    write(&folder, &making("200"), FOLLOWED);
    run(&folder, &server("{}", 303), &[])
        .expect_code(4)
        .expect_said("1 pass");
    assert_eq!(disposition(&folder, "THINGS-02"), "unproven");
    write(&folder, &making("<any>"), FOLLOWED);
    run(&folder, &server("{}", 303), &[]).expect_code(1);
    let found = findings(&folder);
    assert_eq!((found.len(), &found[0]["redirect"]), (1, &0.into()));
    judge_again(&folder);
}

#[test]
fn a_rule_that_nothing_was_sent_to_upholds_nothing() {
    let folder = Folder::new();
    let other = MADE.replace("/made/{}", "/other/{}");
    write(&folder, &other, &format!("{CAPTURED}{FOLLOWED}"));
    run(&folder, &direct(r#"{"id": "x"}"#), &[])
        .expect_code(4)
        .expect_said("2 pass")
        .expect_said("no answer came from an operation of the rule that proves it");
}

#[test]
fn a_case_and_a_step_opt_out_of_what_is_found_when_it_is_sent() {
    for (place, text) in [
        (
            "- id: captured\n",
            "- id: captured\n  without: { made: it is old }\n",
        ),
        (
            "    - request: { GET: { url",
            "    - without: { made: it is old }\n      request: { GET: { url",
        ),
    ] {
        let folder = Folder::new();
        let cases = CAPTURED.replace(place, text);
        assert_ne!(cases, CAPTURED);
        write(&folder, MADE, &cases);
        folder.run(&["check", "--suite", "suite"]).expect_code(0);
        run(&folder, &direct("{}"), &[]).expect_code(4);
        assert_eq!(findings(&folder).len(), 0);
    }
}

#[test]
fn a_redirect_that_breaks_a_rule_is_red_also_where_nothing_follows() {
    let making = "\
- id: making
  operation: POST /make
  status: <any>
  expect: [{ proves: [THINGS-02], headers: { X-Made: <present> } }]
";
    let folder = Folder::new();
    write(&folder, making, FOLLOWED);
    let peer = Peer::answering(|_, _| answer(303, "Location: http://elsewhere.invalid/\r\n", ""));
    run(&folder, &peer, &[]).expect_code(1);
    assert_eq!(disposition(&folder, "THINGS-02"), "violated");
    judge_again(&folder);
}

#[test]
fn a_large_redirect_that_a_rule_describes_is_no_evidence() {
    let making = "\
- id: making
  operation: POST /make
  status: <3xx>
  expect: [{ proves: [THINGS-02], status: 303 }]
";
    let peer = || {
        Peer::answering(|heard, _| match heard.line.as_str() {
            "POST /make HTTP/1.1" => answer(303, "Location: /made/7\r\n", &"x".repeat(70_000)),
            _ => json(200, "{}"),
        })
    };
    let folder = Folder::new();
    write(&folder, making, FOLLOWED);
    run(&folder, &peer(), &[])
        .expect_code(5)
        .expect_said("the answer of the redirect with status 303");
    write(&folder, MADE, FOLLOWED);
    run(&folder, &peer(), &[]).expect_code(1);
}

#[test]
fn proving_kills_mutants_where_only_a_rule_looks() {
    for cases in [CAPTURED, FOLLOWED] {
        let folder = Folder::new();
        let typed = MADE.replace(
            "json: { id: <integer> }",
            "headers: { Content-Type: <media-type application/json> }, json: { id: <integer> }",
        );
        let making = "\
- id: making
  operation: POST /make
  status: <any>
  expect: [{ proves: [THINGS-02], status: 303, headers: { Location: <present> } }]
";
        write(&folder, &format!("{typed}{making}"), cases);
        let peer = direct(r#"{"id": 7}"#);
        let target = peer.url();
        let prove = ["prove", "--suite", "suite", "--target", &target];
        let ended = folder.run(&[&prove[..], &["--report", "proof.json"]].concat());
        let proof = folder.report("proof.json");
        assert_eq!(
            proof["inverted"]["blind"],
            Value::Array(Vec::new()),
            "{ended}"
        );
        let unchecked = proof["mutants"]["unchecked"].as_array().unwrap();
        let at_made = unchecked.iter().filter(|one| {
            one["operation"]
                .as_str()
                .unwrap()
                .starts_with("GET /made/{} 200")
        });
        assert_eq!(at_made.count(), 0, "{proof:#}");
        assert!(!ended.stdout.contains("{to}"), "{ended}");
    }
}

/// The last answer is cut: its head is judged, and the redirect before it as ever.
#[test]
fn the_redirect_before_a_cut_answer_is_judged() {
    let making = "\
- id: making
  operation: POST /make
  status: <any>
  expect: [{ proves: [THINGS-02], status: 303 }]
";
    let own = serde_json::json!(["status", null]);
    let rest = serde_json::json!(["incomplete", null]);
    let of_redirect = serde_json::json!(["status", 0]);
    for (redirect, last, code, found) in [
        (303, "200 OK", 5, vec![]),
        (302, "200 OK", 1, vec![&of_redirect]),
        (303, "500 Broken", 1, vec![&own, &rest]),
        (302, "500 Broken", 1, vec![&own, &of_redirect, &rest]),
    ] {
        let folder = Folder::new();
        write(&folder, making, FOLLOWED);
        let peer = Peer::answering(move |heard, _| match heard.line.as_str() {
            "POST /make HTTP/1.1" => answer(redirect, "Location: /made/7\r\n", ""),
            _ => format!(
                "HTTP/1.1 {last}\r\nContent-Length: 50\r\nConnection: close\r\n\r\n{{\"a\": \"beg"
            ),
        });
        let ended = run(&folder, &peer, &[]).expect_code(code);
        let all = findings(&folder);
        let all: Vec<Value> = all
            .iter()
            .map(|one| serde_json::json!([one["kind"], one["redirect"]]))
            .collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), found, "{ended}");
        let of_rule = if redirect == 303 {
            "upheld"
        } else {
            "violated"
        };
        assert_eq!(disposition(&folder, "THINGS-02"), of_rule, "{ended}");
        let of_case = if last == "200 OK" {
            "unproven"
        } else {
            "violated"
        };
        assert_eq!(disposition(&folder, "THINGS-01"), of_case, "{ended}");
        judge_again(&folder);
    }
}

#[test]
fn a_condition_of_a_rule_is_about_each_answer_that_the_rule_describes() {
    let all = "\
- id: all
  operation: [POST /make, \"GET /made/{}\"]
  status: <any>
  expect:
    - { proves: [THINGS-02], when: { status: 303 }, headers: { Location: /made/7 } }
    - { proves: [THINGS-02], when: { status: 200 }, json: { id: <integer> } }
";
    for (made, code, found) in [
        (r#"{"id": "x"}"#, 1, "violated"),
        (r#"{"id": 7}"#, 0, "upheld"),
    ] {
        let folder = Folder::new();
        write(&folder, all, FOLLOWED);
        let peer = direct(made);
        run(&folder, &peer, &[]).expect_code(code);
        assert_eq!(disposition(&folder, "THINGS-02"), found);
        let report = folder.report("report.json");
        let branches = report["cases"][0]["steps"][0]["branches"].as_array();
        let branches = branches.unwrap().iter();
        let branches: Vec<Value> = branches
            .map(|one| serde_json::json!([one["redirect"], one["when"], one["taken"]]))
            .collect();
        assert_eq!(
            Value::from(branches),
            serde_json::json!([
                [0, "status 303", true],
                [0, "status 200", false],
                [null, "status 303", false],
                [null, "status 200", true],
            ])
        );
        judge_again(&folder);
        if code == 0 {
            let target = peer.url();
            let prove = ["prove", "--suite", "suite", "--target", &target];
            folder.run(&[&prove[..], &["--report", "proof.json"]].concat());
            let blind = &folder.report("proof.json")["inverted"]["blind"];
            assert_eq!(blind, &Value::Array(Vec::new()));
        }
    }
    // The branch that is taken on the redirect shows nothing about the last answer.
    let folder = Folder::new();
    write(
        &folder,
        &all.replace("status: 200 }, json", "status: 206 }, json"),
        FOLLOWED,
    );
    run(&folder, &direct("{}"), &[]);
    assert_eq!(disposition(&folder, "THINGS-02"), "upheld");
    assert_eq!(disposition(&folder, "THINGS-01"), "upheld");
}

#[test]
fn the_head_of_a_redirect_with_a_large_body_is_held_to_the_rules_of_its_operation() {
    let making = "\
- id: making
  operation: POST /make
  status: <3xx>
  expect: [{ proves: [THINGS-02], headers: { X-Made: \"7\" } }]
";
    for (made, code) in [("8", 1), ("7", 5)] {
        let folder = Folder::new();
        write(&folder, making, FOLLOWED);
        let peer = Peer::answering(move |heard, _| match heard.line.as_str() {
            "POST /make HTTP/1.1" => {
                let body = "x".repeat((64 << 10) + 1);
                answer(
                    303,
                    &format!("Location: /made/7\r\nX-Made: {made}\r\n"),
                    &body,
                )
            }
            _ => json(200, "{}"),
        });
        let ended = run(&folder, &peer, &[]).expect_code(code);
        // A head that is right proves nothing: the rest was not seen.
        let expected = if code == 1 { "violated" } else { "unproven" };
        assert_eq!(disposition(&folder, "THINGS-02"), expected, "{ended}");
        assert_eq!(findings(&folder).is_empty(), code != 1, "{ended}");
        assert!(ended.stdout.contains("more than 64 KiB"), "{ended}");
        if code == 1 {
            assert_eq!(findings(&folder)[0]["redirect"], 0, "{ended}");
        }
        // The recording has no such answer: it is no evidence, and never green.
        let judge = ["judge", "run.har", "--suite", "suite", "--no-report"];
        let again = folder.run(&judge);
        assert!(![Some(0), Some(70)].contains(&again.code), "{again}");
    }
}
