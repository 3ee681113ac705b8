//! Conformance statements: written from a report, and verified by anyone who has both.

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::{Ended, Folder};

const STATEMENT: [&str; 6] = [
    "statement",
    "report.json",
    "--out",
    "s.json",
    "--out",
    "s.md",
];

#[test]
fn a_statement_is_written_verified_and_found_out() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let run = |more: &[&str]| folder.run(&[&["run", "--target", "demo", "--quiet"], more].concat());
    run(&["--report", "report.json", "--report", "badge=a.svg"]).expect_code(0);
    folder
        .run(&STATEMENT)
        .expect_code(0)
        .expect_said("demo: conforms");
    let text = folder.read("s.md");
    assert!(text.contains("The target conforms: every MUST"), "{text}");
    let how = "probity statement verify s.json --report report.json\n";
    assert!(text.contains(how), "{text}");
    std::fs::copy(folder.path("report.json"), folder.path("a run.json")).unwrap();
    folder
        .run(&["statement", "a run.json"])
        .expect_code(0)
        .expect_said("probity statement verify statement.json --report 'a run.json'\n");
    let statement = folder.report("s.json");
    let schema = folder.run(&["schema", "statement"]).expect_code(0).stdout;
    let schema: Value = serde_json::from_str(&schema).unwrap();
    assert!(
        jsonschema::validator_for(&schema)
            .unwrap()
            .is_valid(&statement)
    );
    assert_eq!(
        statement["suite"]["digest"],
        folder.report("report.json")["suite_digest"]
    );
    let verify = |more: &[&str]| folder.run(&[&["statement", "verify", "s.json"], more].concat());
    verify(&["--report", "report.json"])
        .expect_code(0)
        .expect_said("s.json agrees with report.json");
    verify(&[])
        .expect_code(0)
        .expect_said("does not contradict itself");

    // One byte of the report, one word of the statement.
    let report = folder.read("report.json");
    folder.write("other.json", format!("{report} "));
    verify(&["--report", "other.json"])
        .expect_code(1)
        .expect_complaint("s.json cannot be confirmed: 1 difference")
        .expect_complaint("report.sha256: ");
    let honest = folder.read("s.json");
    folder.write(
        "s.json",
        honest.replacen(": \"upheld\"", ": \"not-applicable\"", 1),
    );
    verify(&["--report", "report.json"])
        .expect_code(1)
        .expect_complaint(
            "disposition: \"not-applicable\" in the statement, \"upheld\" by the report",
        )
        .expect_complaint("`levels` are not the sums of `requirements`");
    // Another reader may see the first of two members, or believe what is not part of a statement.
    for (before, more) in [
        (
            "\"conformance\":",
            "\"certification\": \"GOLD\",\n \"conformance\":",
        ),
        (
            "\"services\": {",
            "\"services\": { \"notes\": \"https://production.example\",",
        ),
    ] {
        assert!(honest.contains(before), "{before}");
        folder.write("s.json", honest.replacen(before, more, 1));
        verify(&["--report", "report.json"]).expect_code(1);
        verify(&[])
            .expect_code(1)
            .expect_complaint("it is not as `probity statement` writes it");
    }
    let indented: Value = serde_json::from_str(&honest).unwrap();
    folder.write("s.json", serde_json::to_string_pretty(&indented).unwrap());
    verify(&["--report", "report.json"]).expect_code(0);
    folder.write("s.json", "{}");
    verify(&[])
        .expect_code(2)
        .expect_complaint("s.json is not a conformance statement: missing field");
    folder
        .run(&["statement", "report.json", "--out", "report.json"])
        .expect_code(2)
        .expect_complaint("would overwrite the report report.json");
    folder
        .run(&["statement", "s.json"])
        .expect_code(2)
        .expect_complaint("is not a report");
}

#[test]
fn selected_cases_are_stated_as_what_they_are() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let run = ["run", "--target", "demo", "--quiet", "--only", "level:MUST"];
    let reports = ["--report", "report.json", "--report", "badge=a.svg"];
    folder.run(&[&run[..], &reports].concat()).expect_code(0);
    assert!(folder.read("a.svg").contains(">selected cases only</text>"));
    folder
        .run(&[
            "statement",
            "report.json",
            "--out",
            "s.json",
            "--without-addresses",
        ])
        .expect_code(0)
        .expect_said("demo: not judged as a whole: only selected cases were run");
    let mut statement = folder.report("s.json");
    assert_eq!(statement["conformance"], "selected");
    assert_eq!(statement["target"]["services"], serde_json::json!({}));
    let verify = ["statement", "verify", "s.json"];
    folder
        .run(&[&verify[..], &["--report", "report.json"]].concat())
        .expect_code(0);
    statement["conformance"] = "conforms".into();
    statement["reasons"] = serde_json::json!([]);
    folder.write("s.json", statement.to_string());
    folder
        .run(&verify)
        .expect_code(1)
        .expect_complaint("it says that the target conforms, but only selected cases were run");
}

#[test]
fn recommendations_alone_show_no_conformance() {
    let peer = Peer::answering(|heard, _| {
        let is_known = heard.line.starts_with("GET /a ");
        json(if is_known { 200 } else { 404 }, "{}")
    });
    let folder = Folder::new();
    folder.write(
        "suite/cases/things/contract.yaml",
        "contract: things\ntitle: things\nservice: things\nservices: { things: {} }\nrequirements:\n\
         \x20 - { id: THINGS-01, level: SHOULD, sentence: A is there., source: here }\n\
         \x20 - { id: THINGS-02, level: SHOULD, sentence: B is there., source: here }\n",
    );
    folder.write(
        "suite/cases/things/all.yaml",
        "contract: things\ncases:\n\
         \x20 - { id: a, request: { GET: /a }, expect: [{ proves: [THINGS-01], status: 200 }] }\n\
         \x20 - { id: b, request: { GET: /b }, expect: [{ proves: [THINGS-02], status: 200 }] }\n",
    );
    let url = peer.url();
    let run = ["run", "--suite", "suite", "--target", url.as_str()];
    let reports = [
        "--report",
        "report.json",
        "--report",
        "badge=a.svg",
        "--report",
        "report.md",
    ];
    let sentence =
        "CONFORMS: the suite has no MUST requirement (1 SHOULD violated; --strict makes it count)";
    folder
        .run(&[&run[..], &reports].concat())
        .expect_code(0)
        .expect_said(sentence);
    assert!(
        folder
            .read("report.md")
            .contains("the suite has no MUST requirement")
    );
    let badge = folder.read("a.svg");
    assert!(badge.contains(">no MUST requirement</text>"), "{badge}");
    assert!(!badge.contains("conforms") && badge.contains("fill=\"#565c64\""));
    folder
        .run(&STATEMENT)
        .expect_code(0)
        .expect_said("nothing is stated: no MUST requirement was judged")
        .expect_said("the suite has no MUST requirement: only recommendations were judged")
        .expect_said("violated: 1 SHOULD");
    let text = folder.read("s.md");
    assert!(
        text.contains("**No statement about conformance: "),
        "{text}"
    );
    assert!(
        text.contains("| 1 passed, 1 warned, 0 failed, 0 flaky, "),
        "{text}"
    );
    folder
        .run(&["matrix", "report.json"])
        .expect_code(0)
        .expect_said("nothing is stated: no MUST requirement was judged");

    let verify = ["statement", "verify", "s.json"];
    folder
        .run(&[&verify[..], &["--report", "report.json"]].concat())
        .expect_code(0);
    let mut statement = folder.report("s.json");
    statement["conformance"] = "conforms".into();
    statement["reasons"] = serde_json::json!([]);
    folder.write("s.json", statement.to_string());
    folder
        .run(&verify)
        .expect_code(1)
        .expect_complaint("it says that the target conforms, but no MUST requirement was judged");
    folder
        .run(&[&run[..], &["--strict", "--no-report"]].concat())
        .expect_code(1);
}

/// What a suite is called is not where it is, and changes no digest.
#[test]
fn a_suite_is_called_as_its_directory_or_its_project_file_says() {
    let folder = Folder::new();
    folder.run(&["init", "shop"]).expect_code(0);
    let script = "$0 run --report r.json --report r.html --report r.md && $0 statement r.json --out s.json \
                  && $0 export openapi --out api.json && $0 list --json > list.json";
    let run = |place: &str| -> Ended {
        let script = format!("cd {place} && {script}");
        folder.shell(&script).output().unwrap().into()
    };
    let named = |place: &str, name: &str| {
        let file = |file: &str| format!("{place}/{file}");
        let report = folder.report(&file("r.json"));
        assert_eq!(report["suite"], ".");
        assert_eq!(report["suite_name"], name);
        assert_eq!(folder.report(&file("s.json"))["suite"]["name"], name);
        assert_eq!(folder.report(&file("api.json"))["info"]["title"], name);
        assert_eq!(folder.report(&file("list.json"))["suite_name"], name);
        let page = folder.read(&file("r.html"));
        assert!(page.contains(&format!("<dt>suite</dt><dd>{name}</dd>")));
        assert!(
            folder
                .read(&file("r.md"))
                .contains(&format!("suite `{name}`"))
        );
        report["suite_digest"].clone()
    };
    run("shop")
        .expect_code(0)
        .expect_said("the suite shop against demo");
    let digest = named("shop", "shop");
    std::fs::rename(folder.path("shop"), folder.path("store")).unwrap();
    run("store").expect_code(0);
    assert_eq!(named("store", "store"), digest);
    let project = folder.read("store/probity.yaml");
    folder.write("store/probity.yaml", project + "name: The notes\n");
    run("store").expect_code(0);
    assert_eq!(named("store", "The notes"), digest);
    // What people paste names the directory.
    folder.write(
        "store/cases/notes/reading.yaml",
        folder
            .read("store/cases/notes/reading.yaml")
            .replace("status: 404", "status: 410"),
    );
    folder
        .run(&["run", "--suite", "store", "--no-report"])
        .expect_code(1)
        .expect_said("the suite The notes against demo")
        .expect_said("--suite 'store'");
}
