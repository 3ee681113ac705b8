//! Report files, through the real binary: every format of one run, the stream of a killed run, and
//! a finished run rendered again.

use std::collections::BTreeSet;
use std::process::Command;

use probity::report::formats::{FORMATS, Implied};
use serde_json::Value;

use crate::peer::Peer;
use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};
use crate::things;

/// A run against a fault with every format.
fn a_failing_run(folder: &Folder) -> Ended {
    let target = Deployment::start(folder, &["--fault", "ignored-filter"]);
    let mut arguments = vec!["run", "--target", &target.url, "--only", "presence"];
    let reports = FORMATS.map(|format| format!("{}=out/{}", format.name, format.file));
    for report in &reports {
        arguments.extend(["--report", report]);
    }
    folder.run(&arguments).expect_code(1)
}

#[test]
fn one_run_writes_every_format_and_the_terminal_is_not_silenced() {
    let folder = Folder::new();
    let mut ended = a_failing_run(&folder).expect_said("VIOLATED");
    for file in FORMATS.map(|format| format!("out/{}", format.file)) {
        ended = ended.expect_said(&file);
        let text = folder.read(&file);
        assert!(text.contains("PRESENCE-15"), "{file}: {text}");
    }
}

#[test]
fn the_formats_agree_about_the_cases() {
    let folder = Folder::new();
    a_failing_run(&folder);
    let report = folder.report("out/report.json");
    let cases = report["cases"].as_array().unwrap().len();
    let failed = report["summary"]["fail"].as_u64().unwrap();
    let failed = usize::try_from(failed).unwrap();
    assert!(failed > 0);
    let count = |file: &str, part: &str| folder.read(file).matches(part).count();
    assert_eq!(count("out/junit.xml", "<testcase "), cases);
    assert_eq!(count("out/junit.xml", "<failure "), failed);
    assert_eq!(count("out/run.tap", "\nnot ok "), failed);
    assert_eq!(count("out/run.jsonl", "\n"), cases + 3);
    // These have one entry for each cause, which names the other cases or their number.
    let causes = report["causes"].as_array().unwrap();
    let causes = causes.iter().filter(|cause| cause["verdict"] == "fail");
    let examples: BTreeSet<&str> = causes
        .clone()
        .map(|cause| cause["example"].as_str().unwrap())
        .collect();
    let of_causes: BTreeSet<&str> = causes
        .flat_map(|cause| cause["cases"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    assert_eq!(of_causes.len(), failed);
    assert!(examples.len() < failed);
    assert_eq!(count("out/report.md", "<b>FAIL</b>"), examples.len());
    // One more for the run.
    assert_eq!(count("out/annotations.txt", "::error "), failed + 1);
    for id in of_causes {
        assert!(folder.read("out/report.md").contains(id), "{id}");
        assert!(folder.read("out/index.html").contains(id), "{id}");
    }
}

#[test]
fn junit_is_valid_against_its_schema() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("left out: xmllint is not installed (Debian: libxml2-utils)");
        return;
    }
    let folder = Folder::new();
    a_failing_run(&folder);
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/junit.xsd");
    let mut files = vec![folder.path("out/junit.xml")];
    // The golden files contain what a live run does not: hostile text, errors, an empty run.
    for (name, text) in golden("__junit-") {
        folder.write(&name, &text);
        files.push(folder.path(&name));
    }
    assert!(files.len() > 3);
    let checked = Command::new("xmllint")
        .args(["--noout", "--schema", schema])
        .args(&files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}

#[test]
fn ctrf_is_valid_against_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("ctrf.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let folder = Folder::new();
    let target = Deployment::start(&folder, &["--fault", "ignored-filter"]);
    let arguments = ["run", "--target", &target.url, "--report", "ctrf=live.json"];
    folder.run(&arguments).expect_code(1);
    let value: Value = serde_json::from_str(&folder.read("live.json")).unwrap();
    let errors: Vec<String> = schema
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
}

/// Name and text of each golden file of a format.
fn golden(format: &str) -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/snapshots");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains(format) && path.extension().is_some_and(|end| end == "snap") {
            let text = std::fs::read_to_string(&path).unwrap();
            texts.push((name, text.splitn(3, "---\n").nth(2).unwrap().to_owned()));
        }
    }
    texts
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_standard_output_does_not_take_is_a_defect_of_the_run() {
    let folder = Folder::new();
    for format in ["json=-", "events=-"] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = folder.command(&["run", "--only", "autopilot", "--report", format]);
        let ended = command.stdout(full).output().unwrap();
        assert_eq!(ended.status.code(), Some(70), "{format}");
    }
}

#[test]
fn a_stream_on_standard_output_is_alone_there() {
    let folder = Folder::new();
    let ended = folder
        .run(&["run", "--only", "autopilot", "--report", "events=-"])
        .expect_code(0)
        .expect_complaint("CONFORMS");
    for line in ended.stdout.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert!(ended.stdout.lines().last().unwrap().contains("\"footer\""));
}

#[test]
fn a_finished_run_is_rendered_again_as_it_was() {
    let folder = Folder::new();
    a_failing_run(&folder);
    folder
        .run(&["report", "out/report.json", "--report", "again/"])
        .expect_code(0)
        .expect_said("VIOLATED");
    let implied = FORMATS.into_iter();
    let implied = implied.filter(|format| format.implied != Implied::Never);
    for file in implied.map(|format| format.file) {
        let (before, after) = (format!("out/{file}"), format!("again/{file}"));
        assert_eq!(folder.read(&before), folder.read(&after), "{file}");
    }
}

#[test]
fn what_is_not_a_report_is_refused_by_name() {
    let folder = Folder::new();
    for (text, expected) in [
        ("[]", "run.json is not a report"),
        ("{\"format\":\"probity-report/2\"}", "`probity-report/2`"),
    ] {
        folder.write("run.json", text);
        folder
            .run(&["report", "run.json"])
            .expect_code(2)
            .expect_complaint(expected);
    }
}

#[test]
fn a_report_that_cannot_be_written_is_a_defect_of_the_run() {
    let folder = Folder::new();
    folder.write("file", "");
    for report in ["junit=file/junit.xml", "events=file/run.jsonl"] {
        folder
            .run(&["run", "--only", "autopilot", "--report", report])
            .expect_code(70)
            .expect_complaint("file/");
    }
}

#[test]
fn a_killed_run_leaves_the_cases_that_were_done() {
    let folder = Folder::new();
    things::write(
        &folder,
        &[things::simple("first"), things::simple("second")].concat(),
    );
    let peer = Peer::answering(|heard, knowledge| {
        if heard.line.contains("second") {
            // Never answered: the run is killed before.
            knowledge.wait_for_heard(3);
        }
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned()
    });
    let url = peer.url();
    let arguments = ["run", "--suite", "suite", "--jobs", "1", "--target", &url];
    let mut run = folder.start(&[&arguments[..], &["--report", "run.jsonl"]].concat());
    peer.knowledge.wait_for_heard(2);
    run.kill().unwrap();
    run.wait().unwrap();
    let text = folder.read("run.jsonl");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert_eq!(lines[0]["cases"], 2);
    assert_eq!(lines[2]["case"]["id"], "things/all/first");
    assert_eq!(lines[2]["case"]["verdict"], "pass");
}
