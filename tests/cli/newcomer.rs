//! What people try first: each gets an answer that says what to do next.

use crate::peer::{Peer, answer, json};
use crate::support::folder::Folder;
use crate::things;

/// Creates a thing and deletes it by the id that the target gave.
const CREATES: &str = "\
- id: refused
  effect: write
  steps:
    - request: { POST: /things }
      expect: [{ proves: [THINGS-01], status: 201 }]
      capture: { id: $.id }
  finally:
    - request: { DELETE: '/things/${capture.id}' }
      expect: [{ status: 204 }]
";

fn run(folder: &Folder, url: &str, more: &[&str]) -> crate::support::folder::Ended {
    let arguments = [&["run", "--suite", "suite", "--target", url], more].concat();
    folder.run(&arguments)
}

fn journals(folder: &Folder) -> Vec<String> {
    let files = folder.files().into_iter();
    files.filter(|name| name.contains("journal-")).collect()
}

#[test]
fn what_was_never_created_is_not_left_behind() {
    let folder = Folder::new();
    things::write(&folder, CREATES);
    let peer = Peer::answering(|_, _| answer(403, "", ""));
    let ended = run(&folder, &peer.url(), &["--report", "out/r.json"]).expect_code(1);
    assert!(!ended.stdout.contains("left"), "{ended}");
    assert!(!ended.stderr.contains("sweep"), "{ended}");
    assert_eq!(peer.lines(), ["POST /things HTTP/1.1"]);
    assert_eq!(journals(&folder), [""; 0]);
    let report = folder.report("out/r.json");
    assert_eq!(report["summary"]["requests"], 1);
}

#[test]
fn what_was_never_sent_is_not_left_behind() {
    // The login is refused: no thing is created, whether the case looked something up before or not.
    let of_user = CREATES.replace("POST: /things", "POST: /things, identity: user");
    let after_another = of_user.replace(
        "  steps:\n",
        "  steps:\n    - request: { GET: /things }\n      expect: [{ status: 200 }]\n",
    );
    let by_name = after_another.replace("'/things/${capture.id}'", "/things/seven, identity: user");
    for cases in [of_user, after_another, by_name] {
        let folder = Folder::new();
        things::write(&folder, &cases);
        let peer = Peer::answering(|heard, _| {
            if heard.line.contains("/login") {
                answer(401, "", "")
            } else {
                json(200, "[]")
            }
        });
        let url = peer.url();
        let login = "POST: /login, json: { user: me }, cookie: session";
        folder.write(
            "target.yaml",
            format!(
                "name: t\nservices: {{ things: '{url}' }}\nidentities:\n  things.user: {{ login: {{ service: things, {login} }} }}\n"
            ),
        );
        let ended = run(&folder, "target.yaml", &["--report", "out/r.json"]).expect_code(5);
        assert!(
            !peer
                .lines()
                .iter()
                .any(|line| line.starts_with("POST /things")),
            "{ended}"
        );
        assert!(ended.stdout.contains("no token"), "{ended}");
        assert!(!ended.stdout.contains("left on the target"), "{ended}");
        assert!(!ended.stdout.contains("may exist"), "{ended}");
        assert!(!ended.stderr.contains("sweep"), "{ended}");
        assert_eq!(journals(&folder), [""; 0]);
        assert!(
            folder.report("out/r.json")["cases"][0]["left_behind"]
                .as_array()
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn what_may_have_been_created_is_left_behind() {
    // Created, but the answer has no id; the target failed; and a look-up that fails after something was created.
    let looks_up = "\
- id: looked-up
  effect: write
  steps:
    - request: { POST: /things }
      expect: [{ proves: [THINGS-01], status: <2xx> }]
    - request: { GET: /things/newest }
      expect: [{ status: 200 }]
      capture: { id: $.id }
  finally:
    - request: { DELETE: '/things/${capture.id}' }
      expect: [{ status: 204 }]
";
    for (cases, posted) in [(CREATES, 201), (looks_up, 201)] {
        let folder = Folder::new();
        things::write(&folder, cases);
        let peer = Peer::answering(move |heard, _| match heard.line.split(' ').next() {
            Some("POST") => json(posted, "{}"),
            _ => answer(404, "", ""),
        });
        run(&folder, &peer.url(), &["--report", "out/r.json"])
            .expect_said("1 resource left on the target")
            .expect_complaint("1 case left something behind that no sweep can undo")
            .expect_complaint("probity sweep --discard out/journal-");
        assert_eq!(journals(&folder).len(), 1);
    }
}

#[test]
fn where_perhaps_nothing_was_created_nothing_else_is_claimed() {
    let folder = Folder::new();
    things::write(&folder, CREATES);
    let peer = Peer::answering(|_, _| json(500, "{}"));
    let reports = [
        "--report",
        "out/r.json",
        "--report",
        "junit=out/r.xml",
        "--report",
        "sarif=out/r.sarif",
    ];
    let ended = run(&folder, &peer.url(), &reports)
        .expect_said("1 resource may be left on the target")
        .expect_said("may exist: DELETE ")
        .expect_said("`id` was not captured")
        .expect_complaint("1 case may have left something behind that no sweep can undo");
    assert!(!ended.stderr.contains("probity sweep"), "{ended}");
    // Nothing in the journal could be used.
    assert_eq!(journals(&folder), [""; 0]);
    let left = &folder.report("out/r.json")["cases"][0]["left_behind"][0];
    assert!(
        left.as_str().unwrap().starts_with("may exist: DELETE "),
        "{left}"
    );
    let junit = folder.read("out/r.xml");
    assert!(junit.contains("may be left behind: DELETE "), "{junit}");
    let sarif = folder.read("out/r.sarif");
    assert!(
        sarif.contains("may have left on the target: DELETE "),
        "{sarif}"
    );
    // Another success than the expected one says that something is there.
    let folder = Folder::new();
    things::write(&folder, CREATES);
    let peer = Peer::answering(|heard, _| match heard.line.split(' ').next() {
        Some("POST") => answer(302, "Location: /things/7\r\n", ""),
        _ => answer(404, "", ""),
    });
    run(&folder, &peer.url(), &["--report", "out/r.json"])
        .expect_said("1 resource left on the target");
    assert_eq!(journals(&folder).len(), 1);
}

#[test]
fn a_journal_that_can_never_be_swept_says_so_and_can_be_discarded() {
    let folder = Folder::new();
    things::write(&folder, CREATES);
    let peer = Peer::answering(|_, _| json(201, "{}"));
    run(&folder, &peer.url(), &["--report", "out/r.json"]);
    let journal = journals(&folder).remove(0);
    let before = peer.lines().len();
    // Nothing is sent, so the target is not to blame: exit 4.
    folder
        .run(&["sweep", &journal])
        .expect_code(4)
        .expect_said("left behind  things/all/refused")
        .expect_complaint("this journal can never be swept")
        .expect_complaint(&format!("probity sweep --discard {journal}"));
    folder
        .run(&["sweep", "--discard", &journal])
        .expect_code(0)
        .expect_said("not undone   things/all/refused");
    assert_eq!(journals(&folder), [""; 0]);
    assert_eq!(peer.lines().len(), before);
    folder
        .run(&["sweep", "--discard", "suite/targets/reference.yaml"])
        .expect_code(2);
    assert!(folder.path("suite/targets/reference.yaml").exists());
}

#[test]
fn a_typo_in_only_keeps_the_report_of_the_earlier_run() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("a"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    run(&folder, &peer.url(), &[]).expect_code(0);
    let report = folder.read("probity-report/report.json");
    run(&folder, &peer.url(), &["--only", "typo"])
        .expect_code(4)
        .expect_complaint("were not overwritten");
    assert_eq!(folder.read("probity-report/report.json"), report);
    // One that is named is written.
    run(
        &folder,
        &peer.url(),
        &["--only", "typo", "--report", "r.json"],
    )
    .expect_code(4);
    assert_eq!(folder.report("r.json")["exit"], 4);
    for command in [
        &["report", "probity-report"][..],
        &["accept", "probity-report"],
        &["compare", "probity-report", "r.json"],
    ] {
        folder
            .run(command)
            .expect_code(2)
            .expect_complaint("pass the report in it: probity-report/report.json");
    }
    folder
        .run(&["report", "suite"])
        .expect_code(2)
        .expect_complaint("suite is a directory");
}

#[test]
fn a_value_without_its_option_gets_a_tip() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("a"));
    folder
        .run(&["run", "suite"])
        .expect_code(2)
        .expect_complaint("pass `--suite suite`");
    folder
        .run(&["run", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("no target: the built-in reference deployment does not serve `things`")
        .expect_complaint("`--target http://127.0.0.1:8080`");
    folder
        .run(&["prove", "--report", "html=x"])
        .expect_code(2)
        .expect_complaint("write `json=x`");
}

#[test]
fn warnings_of_check_are_counted_in_a_run() {
    let folder = Folder::new();
    let cases = "\
- id: a
  request: { GET: /things }
  expect: [{ proves: [THINGS-01], status: 200, json: { id: integer } }]
";
    things::write(&folder, cases);
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(0)
        .expect_complaint("the literal text `integer` is also the name of a marker");
    let peer = Peer::answering(|_, _| json(200, r#"{"id": "integer"}"#));
    let line = "1 warning about the suite; to see: probity check --suite suite";
    run(&folder, &peer.url(), &["--no-report"])
        .expect_code(0)
        .expect_complaint(line);
    for quiet in [&["--quiet", "--no-report"][..], &["--report", "json=-"]] {
        let ended = run(&folder, &peer.url(), quiet).expect_code(0);
        assert!(!ended.stderr.contains("1 warning"), "{ended}");
    }
}

#[test]
fn check_names_each_must_without_a_case() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("a"));
    let contract = folder.read("suite/cases/things/contract.yaml");
    let more = "  - { id: THINGS-02, level: MUST, sentence: It is new., source: here }
  - { id: THINGS-03, level: MUST, sentence: It is old., source: here, unobservable: no clock }
  - { id: THINGS-04, level: SHOULD, sentence: It is blue., source: here }
";
    folder.write("suite/cases/things/contract.yaml", contract + more);
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(0)
        .expect_said("1 MUST requirement has no case")
        .expect_said("\n  THINGS-02\n");
    folder
        .run(&[
            "check",
            "--suite",
            "suite",
            "--target",
            "http://127.0.0.1:9",
        ])
        .expect_code(0)
        .expect_said("Add a case for each");
}

#[test]
fn a_curl_command_says_what_it_needs_and_head_waits_for_no_body() {
    let folder = Folder::new();
    let cases = "\
- id: a
  request: { method: HEAD, path: /things, identity: user }
  expect: [{ proves: [THINGS-01], status: 500 }]
";
    things::write(&folder, "");
    folder.write(
        "suite/cases/things/all.yaml",
        format!("contract: things\ncases:\n{cases}"),
    );
    let peer = Peer::answering(|_, _| answer(404, "", ""));
    run(&folder, &peer.url(), &["--no-report"])
        .expect_code(1)
        .expect_said("curl -sS --head ")
        .expect_said("with THINGS_USER_AUTHORIZATION:")
        .expect_said(
            "the whole header `Authorization` of the identity `things.user`, with its scheme",
        );
}

#[test]
fn a_warning_shows_its_exchange() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("a"));
    let contract = folder.read("suite/cases/things/contract.yaml");
    folder.write(
        "suite/cases/things/contract.yaml",
        contract.replace("level: MUST", "level: SHOULD"),
    );
    let peer = Peer::answering(|_, _| json(203, r#"{"colour": "blue"}"#));
    run(&folder, &peer.url(), &["--no-report"])
        .expect_code(0)
        .expect_said("WARN things/all/a")
        .expect_said("< {\"colour\": \"blue\"}")
        .expect_said("curl:  curl ");
}

#[test]
fn the_run_after_one_that_no_sweep_can_undo_advises_no_sweep() {
    let folder = Folder::new();
    things::write(&folder, CREATES);
    let peer = Peer::answering(|_, _| json(201, "{}"));
    run(&folder, &peer.url(), &["--report", "out/r.json"]);
    let journal = journals(&folder).remove(0);
    let ended = run(&folder, &peer.url(), &["--report", "out/r.json"])
        .expect_complaint("an earlier run did not undo 1 case, and no sweep can")
        .expect_complaint(&format!("probity sweep --discard {journal}"));
    assert!(!ended.stderr.contains("probity sweep out"), "{ended}");
}

#[test]
fn a_missing_header_field_shows_what_was_expected() {
    let folder = Folder::new();
    let cases = "\
- id: a
  request: { GET: /things }
  expect: [{ proves: [THINGS-01], status: 200, headers: { Location: '</^\\/todos\\/[0-9]+$/>', X-Foo: bar } }]
- id: b
  request: { GET: /nothing }
  expect: [{ proves: [THINGS-01], status: 404 }]
";
    things::write(&folder, cases);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    run(
        &folder,
        &peer.url(),
        &["--report", "r.json", "--report", "markdown=r.md"],
    )
    .expect_code(1)
    .expect_said("header `Location` is missing, expected </^\\/todos\\/[0-9]+$/>")
    .expect_said("expected 404");
    let report = folder.report("r.json");
    let findings = &report["cases"][0]["findings"];
    assert_eq!(findings[0]["expected"], "</^\\/todos\\/[0-9]+$/>");
    assert_eq!(findings[1]["expected"], "\"bar\"");
    assert_eq!(
        (&report["causes"][0]["step"], &findings[0]["step"]),
        (&0.into(), &0.into())
    );
    assert!(folder.read("r.md").contains("expected 404"));
}

#[test]
fn answers_that_are_all_404_or_401_are_a_question_about_the_target_file() {
    let folder = Folder::new();
    let cases: Vec<String> = ["a", "b", "c"].map(things::simple).into();
    things::write(&folder, &cases.concat());
    let peer = Peer::answering(|_, _| json(404, "{}"));
    let hint = "is the base URL right, its path included? Every answer is 404";
    let reports = ["--report", "html=r.html", "--report", "markdown=r.md"];
    run(&folder, &peer.url(), &reports)
        .expect_code(1)
        .expect_said(hint);
    for file in ["r.html", "r.md"] {
        assert!(folder.read(file).contains(hint), "{file}");
    }
    // Two are no sign of anything.
    things::write(&folder, &cases[..2].concat());
    let ended = run(&folder, &peer.url(), &["--no-report"]).expect_code(1);
    assert!(!ended.stdout.contains(hint), "{ended}");
    let as_user = cases.concat();
    let as_user = as_user.replace(" }\n  expect:", ", identity: user }\n  expect:");
    things::write(&folder, &as_user);
    let peer = Peer::answering(|_, _| json(401, "{}"));
    let hint = "are the credentials of `things.user` right? Every request with them";
    run(&folder, &peer.url(), &["--no-report"])
        .expect_code(1)
        .expect_said(hint);
    // One that was let in shows that they are.
    let peer = Peer::answering(|heard, _| {
        let status = if heard.line.contains("/a ") { 500 } else { 401 };
        json(status, "{}")
    });
    let ended = run(&folder, &peer.url(), &["--no-report"]).expect_code(1);
    assert!(!ended.stdout.contains("are the credentials"), "{ended}");
}

#[test]
fn pages_of_another_server_are_one_question() {
    let folder = Folder::new();
    let cases = "\
- id: a
  request: { GET: /things }
  expect: [{ proves: [THINGS-01], status: 200, json: [] }]
";
    things::write(&folder, cases);
    let page = "Content-Type: text/html;charset=utf-8\r\nServer: SimpleHTTP/0.6\r\n";
    let peer = Peer::answering(move |_, _| answer(200, page, "<p>no</p>"));
    run(&folder, &peer.url(), &["--no-report"])
        .expect_code(1)
        .expect_said("is this the right server? Every answer is text/html from SimpleHTTP/0.6");
}

#[test]
fn a_reordered_list_is_one_finding() {
    let folder = Folder::new();
    let cases = "\
- id: a
  request: { GET: /things }
  expect: [{ proves: [THINGS-01], status: 200, json: [{ id: 1 }, { id: 2 }, { id: <integer> }] }]
";
    things::write(&folder, cases);
    let findings = |body: &'static str| {
        let peer = Peer::answering(move |_, _| json(200, body));
        run(&folder, &peer.url(), &["--report", "r.json"]).expect_code(1);
        folder.report("r.json")["cases"][0]["findings"].clone()
    };
    let reordered = findings(r#"[{"id": 3}, {"id": 1}, {"id": 2}]"#);
    let message = "has the expected elements in another order";
    assert_eq!(reordered.as_array().unwrap().len(), 1);
    assert_eq!(reordered[0]["message"], message);
    // A value that is nowhere in the list is no matter of order.
    let changed = findings(r#"[{"id": 3}, {"id": 1}, {"id": 4}]"#);
    assert!(changed.as_array().unwrap().len() > 1, "{changed}");
    assert!(!changed.to_string().contains(message), "{changed}");
}

#[test]
fn a_row_value_that_is_a_template_is_part_of_a_path() {
    let folder = Folder::new();
    let cases = "\
- id: a
  rows: [{ row: x, ref: 'a b/${fixture.name}' }]
  request: { GET: '/things/${row.ref}' }
  expect: [{ proves: [THINGS-01], status: 200 }]
";
    things::write(&folder, cases);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    run(&folder, &peer.url(), &["--no-report"]).expect_code(0);
    assert_eq!(peer.lines(), ["GET /things/a%20b%2Fsomething HTTP/1.1"]);
}

#[test]
fn the_binary_carries_the_published_schemas() {
    let folder = Folder::new();
    for kind in ["cases", "contract", "target", "waivers", "report", "proof"] {
        let printed = folder.run(&["schema", kind]).expect_code(0).stdout;
        let file = format!(
            "{}/schemas/probity/{kind}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let published = std::fs::read_to_string(file).unwrap();
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(parse(&printed), parse(&published), "{kind}");
    }
}
