//! A report that was edited after its run is read by no command: it is refused with the place, what it states there and what
//! follows from the rest of it.

use serde_json::{Value, json};

use crate::support::folder::Folder;

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
