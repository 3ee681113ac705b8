//! A report that was edited after its run is read by no command: it is refused with the place, what it states there and what
//! follows from the rest of it.

use serde_json::{Value, json};

use crate::peer::{Peer, json as json_answer};
use crate::support::folder::Folder;
use crate::things;

fn sample(name: &str) -> Value {
    let path = format!("{}/reports/{name}/report.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The place of the first failed case.
fn failed(report: &Value) -> usize {
    let cases = report["cases"].as_array().unwrap();
    cases
        .iter()
        .position(|case| case["verdict"] == "fail")
        .unwrap()
}

fn green(report: &mut Value) {
    report["exit"] = json!(0);
    report["reasons"] = json!([]);
}

type Edit<'e> = &'e dyn Fn(&mut Value);

#[test]
fn a_report_that_was_made_green_is_refused_with_the_place() {
    let folder = Folder::new();
    let report = sample("missing-member");
    let at = failed(&report);
    let of_verdict =
        format!("`$.cases[{at}].verdict` is pass, but a finding is about a MUST requirement");
    let edits: [(&str, Edit); 8] = [
        (
            "`$.exit` is 0, but the rest of the report gives 1 (violated: ",
            &green,
        ),
        (&of_verdict, &|report| {
            green(report);
            report["cases"][at]["verdict"] = json!("pass");
        }),
        ("`$.started` is \"yesterday\", but ", &|report| {
            report["started"] = json!("yesterday");
        }),
        ("`$.duration_ms` is -5, but ", &|report| {
            report["duration_ms"] = json!(-5);
        }),
        ("`$.reasons[0]` is \"it rained\", but ", &|report| {
            report["reasons"] = json!(["it rained"]);
        }),
        ("`$.causes` is a list of 0, but ", &|report| {
            report.as_object_mut().unwrap().remove("causes");
        }),
        ("`$.summary.fail` is 0, but the cases give ", &|report| {
            report["summary"]["fail"] = json!(0);
        }),
        (
            ".disposition` is upheld, but the cases give violated (",
            &|report| {
                let all = report["requirements"].as_array_mut().unwrap();
                for one in all
                    .iter_mut()
                    .filter(|one| one["disposition"] == "violated")
                {
                    one["disposition"] = json!("upheld");
                }
            },
        ),
    ];
    for (said, edit) in edits {
        let mut edited = report.clone();
        edit(&mut edited);
        folder.write("r.json", edited.to_string());
        folder
            .run(&["report", "r.json", "--report", "html=r.html"])
            .expect_code(2)
            .expect_complaint("r.json contradicts itself: ")
            .expect_complaint(said)
            .expect_complaint("It was edited after the run");
        assert!(!folder.path("r.html").exists());
    }
}

#[test]
fn every_command_that_reads_reports_refuses_it() {
    let folder = Folder::new();
    let report = sample("missing-member");
    folder.write("good.json", report.to_string());
    let mut edited = report.clone();
    edited["cases"][failed(&report)]["verdict"] = json!("pass");
    folder.write("bad.json", edited.to_string());
    folder.write("runs/bad.json", edited.to_string());
    folder.write(
        "o.yaml",
        "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: { /a: { get: { responses: { '200': { description: a } } } } }\n",
    );
    for arguments in [
        &["report", "bad.json"][..],
        &["compare", "good.json", "bad.json"],
        &["compare", "bad.json", "good.json"],
        &["matrix", "bad.json"],
        &["statement", "bad.json"],
        &[
            "waive",
            "license/x",
            "--report",
            "bad.json",
            "--reason",
            "r",
            "--expires",
            "2026-12-31",
            "--waivers",
            "w.yaml",
        ],
        &["accept", "bad.json", "--baseline", "b.jsonl"],
        &["merge", "bad.json"],
        &["coverage", "--openapi", "o.yaml", "--report", "bad.json"],
        &["history", "runs"],
    ] {
        println!("{arguments:?}");
        folder
            .run(arguments)
            .expect_code(2)
            .expect_complaint("bad.json contradicts itself: ");
    }
    // In a directory it is left out.
    folder.write("runs/good.json", report.to_string());
    for command in ["history", "matrix"] {
        folder
            .run(&[command, "runs"])
            .expect_code(0)
            .expect_complaint("not read: runs/bad.json contradicts itself: ");
    }
}

#[test]
fn an_event_stream_is_read_by_the_same_rules() {
    let folder = Folder::new();
    folder.write("r.json", sample("missing-member").to_string());
    folder
        .run(&["report", "r.json", "--report", "events=r.jsonl"])
        .expect_code(0);
    let text = folder.read("r.jsonl");
    let edit = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        folder.write("edited.jsonl", text.replacen(from, to, 1));
        folder.run(&["report", "edited.jsonl"])
    };
    let verdict = "\"verdict\":\"fail\"";
    let line = text
        .lines()
        .position(|line| line.contains(verdict))
        .unwrap()
        + 1;
    edit(&text, verdict, "\"verdict\":\"pass\"")
        .expect_code(2)
        .expect_complaint(&format!("edited.jsonl:{line}: "))
        .expect_complaint("`$.case.verdict` is pass");
    // Also where the run was cut off: what was done is what counts.
    let begun: Vec<&str> = text.lines().take(line).collect();
    edit(&(begun.join("\n") + "\n"), verdict, "\"verdict\":\"pass\"")
        .expect_code(2)
        .expect_complaint("`$.case.verdict` is pass");
    let footer = text.lines().count();
    edit(
        &text,
        "{\"event\":\"footer\",\"exit\":1",
        "{\"event\":\"footer\",\"exit\":0",
    )
    .expect_code(2)
    .expect_complaint(&format!("edited.jsonl:{footer}: "))
    .expect_complaint("`$.exit` is 0");
}

/// A suite with a second requirement, and what the contract says more.
fn two(folder: &Folder, cases: &str, more: &str) {
    things::write(folder, cases);
    let contract = folder.read("suite/cases/things/contract.yaml");
    let second =
        "  - { id: THINGS-02, level: MUST, sentence: Things are counted., source: here }\n";
    folder.write("suite/cases/things/contract.yaml", contract + second + more);
}

#[test]
fn a_report_is_read_of_a_target_that_lacks_what_a_check_is_about() {
    let folder = Folder::new();
    let case = "- id: one\n  expect:\n    - { proves: [THINGS-01], status: 200 }\n    \
                - { proves: [THINGS-02], headers: { X-Count: <integer> } }\n";
    two(&folder, case, "");
    let peer = Peer::answering(|_, _| json_answer(200, "{}"));
    let target = peer.url();
    folder.write(
        "t.yaml",
        format!("name: t\nservices: {{ things: '{target}' }}\nnot-applicable: {{ THINGS-02: nobody counts here }}\n"),
    );
    let run = ["run", "--suite", "suite", "--target", "t.yaml"];
    let reports = ["--report", "json=r.json", "--report", "events=r.jsonl"];
    folder.run(&[&run[..], &reports].concat()).expect_code(0);
    assert_eq!(folder.report("r.json")["cases"][0]["checks_failed"], 1);
    for file in ["r.json", "r.jsonl"] {
        folder.run(&["report", file]).expect_code(0);
    }
}

#[test]
fn a_report_is_read_of_a_killed_run_of_selected_cases() {
    let folder = Folder::new();
    let cases = [things::simple("one"), things::simple("two")].concat();
    two(&folder, &cases, "throttling: THINGS-02\n");
    let peer = Peer::answering(|_, _| json_answer(429, "{}"));
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    let some = ["--only", "things/all/one", "--report", "events=r.jsonl"];
    folder.run(&[&run[..], &some].concat()).expect_code(1);
    let text = folder.read("r.jsonl");
    let (killed, _) = text.split_once("{\"event\":\"footer\"").unwrap();
    folder.write("killed.jsonl", killed);
    folder.run(&["report", "killed.jsonl", "--report", "json=r.json"]);
    let violated = &folder.report("r.json")["requirements"][1];
    assert_eq!(violated["disposition"], "violated");
    assert_eq!(violated["required"], true);
    folder
        .run(&["report", "r.json", "--report", "markdown=r.md"])
        .expect_code(0);
}

#[test]
fn a_gated_run_that_is_compared_again_is_judged_by_the_contract() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json_answer(500, "{}"));
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    let report = |name| ["--report", name];
    folder
        .run(&[&run[..], &report("json=old.json")].concat())
        .expect_code(1);
    let gate = ["--baseline", "old.json", "--gate", "regressions"];
    folder
        .run(&[&run[..], &gate, &report("json=new.json")].concat())
        .expect_code(0);
    let compare = ["compare", "old.json", "new.json", "--report", "json=c.json"];
    let page = ["--report", "markdown=c.md"];
    folder.run(&[&compare[..], &page].concat()).expect_code(0);
    let compared = folder.report("c.json");
    assert_eq!(compared["exit"], 1);
    assert_eq!(compared["comparison"]["gate"], "contract");
    assert!(!folder.read("c.md").contains("CONFORMS"));
    folder.run(&["report", "c.json"]).expect_code(0);
}

#[test]
fn a_strict_run_stays_strict_wherever_its_report_is_read() {
    let folder = Folder::new();
    let case = "- id: one\n  expect:\n    - { proves: [THINGS-01], status: 200 }\n    \
                - { proves: [THINGS-02], headers: { X-Count: <integer> } }\n";
    two(&folder, case, "");
    let contract = folder.read("suite/cases/things/contract.yaml");
    let should = contract.replace("THINGS-02, level: MUST", "THINGS-02, level: SHOULD");
    folder.write("suite/cases/things/contract.yaml", should);
    let peer = Peer::answering(|_, _| json_answer(200, "{}"));
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target, "--strict"];
    let reports = ["--report", "json=r.json", "--report", "events=r.jsonl"];
    folder.run(&[&run[..], &reports].concat()).expect_code(1);
    for file in ["r.json", "r.jsonl"] {
        let text = folder.read(file);
        folder.run(&["report", file]).expect_code(0);
        for (edited, said) in [
            (
                text.replace("\"exit\":1", "\"exit\":0")
                    .replace("\"exit\": 1", "\"exit\": 0"),
                "`$.exit` is 0, but ",
            ),
            (
                text.replace("\"strict\":true", "\"strict\":false")
                    .replace("\"strict\": true", "\"strict\": false"),
                "`$.exit` is 1, but the rest of the report gives 0",
            ),
        ] {
            assert_ne!(edited, text);
            let name = format!("edited-{file}");
            folder.write(&name, edited);
            folder
                .run(&["report", &name])
                .expect_code(2)
                .expect_complaint(said);
        }
    }
    let mut green = folder.report("r.json");
    green["exit"] = json!(0);
    green["reasons"] = json!([]);
    folder.write("green.json", green.to_string());
    folder
        .run(&["report", "green.json"])
        .expect_code(2)
        .expect_complaint("`$.exit` is 0, but the rest of the report gives 1 (violated: 1 SHOULD");
    // Nothing got worse, so the gate passes; held against the contract it is red again.
    let compare = ["compare", "r.json", "r.json"];
    let gate = ["--gate", "regressions", "--report", "json=gated.json"];
    folder.run(&[&compare[..], &gate].concat()).expect_code(0);
    folder
        .run(&[
            "compare",
            "r.json",
            "gated.json",
            "--report",
            "json=again.json",
        ])
        .expect_code(0);
    let again = folder.report("again.json");
    assert_eq!(
        (&again["exit"], &again["strict"]),
        (&json!(1), &json!(true))
    );
}
