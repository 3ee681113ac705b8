//! The reports in `reports/`: a run against the reference deployment, and one against it with a fault, in the formats
//! that people open. `UPDATE=1 cargo test --test samples` writes what is not current.
//!
//! Both are runs of the real binary, one case at a time. What differs between runs (clock, port, durations) is fixed in
//! the JSON report, and the binary renders every other format from it. The JSON report of the passing run is large and
//! uniform, so that of one contract is kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/mod.rs"]
mod support;

use std::path::Path;

use probity::report::formats::{FORMATS, Format, Implied};
use regex::Regex;
use serde_json::Value;

use support::deployment::Deployment;
use support::folder::Folder;

/// Milliseconds between the starts of two cases.
const BETWEEN: f64 = 4.0;

/// Puts the same clock, port and durations into every run.
fn fix(report: &mut Value) {
    let port = Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let date = Regex::new(r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$").unwrap();
    fix_texts(report, &port, &date);
    let cases = report["cases"].as_array_mut().unwrap();
    let mut now = 0.0;
    for case in cases.iter_mut() {
        fix_durations(case, 1.0);
        // Which step opens a connection is up to the pool.
        for step in case["steps"].as_array_mut().unwrap() {
            step.as_object_mut().unwrap().remove("opening");
        }
        let steps = u32::try_from(case["steps"].as_array().unwrap().len()).unwrap();
        case["started_ms"] = now.into();
        case["duration_ms"] = f64::from(steps).into();
        now += BETWEEN;
    }
    report["started"] = "2026-01-01T00:00:00Z".into();
    report["duration_ms"] = now.into();
}

fn fix_texts(value: &mut Value, port: &Regex, date: &Regex) {
    match value {
        Value::String(text) if date.is_match(text) => {
            *text = "Thu, 01 Jan 2026 00:00:00 GMT".into();
        }
        Value::String(text) => *text = port.replace_all(text, "127.0.0.1:4040").into_owned(),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| fix_texts(item, port, date)),
        Value::Object(members) => {
            members
                .values_mut()
                .for_each(|one| fix_texts(one, port, date));
        }
        _ => {}
    }
}

/// Every duration of a case is the same.
fn fix_durations(value: &mut Value, duration: f64) {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| fix_durations(item, duration)),
        Value::Object(members) => {
            for (name, member) in members {
                if name.ends_with("_ms") && member.is_number() {
                    *member = duration.into();
                } else {
                    fix_durations(member, duration);
                }
            }
        }
        _ => {}
    }
}

/// Runs the binary and writes its JSON report, with fixed clock, port and durations, to `file`.
fn run(folder: &Folder, deployment: &Deployment, more: &[&str], exit: i32, file: &str) {
    let report = format!("json={file}");
    let target = deployment.url.as_str();
    let run = [
        "run", "--jobs", "1", "--target", target, "--report", &report,
    ];
    folder.run(&[&run, more].concat()).expect_code(exit);
    let mut report = folder.report(file);
    fix(&mut report);
    folder.write(file, report.to_string());
}

/// Renders the JSON report in `raw` again: name and text of each file, and what the terminal shows.
fn render(folder: &Folder, raw: &str, formats: &[Format]) -> Vec<(&'static str, String)> {
    let mut command = folder.command(&["report", raw]);
    for format in formats {
        let report = format!("{}={}", format.name, format.file);
        command.args(["--report", &report]);
    }
    assert!(command.output().unwrap().status.success());
    let mut files = vec![("terminal.txt", folder.run(&["report", raw]).stdout)];
    files.extend(
        formats
            .iter()
            .map(|format| (format.file, folder.read(format.file))),
    );
    files
}

/// Compares the files with those in `reports/name`, or writes them there.
#[track_caller]
fn assert_current(name: &str, files: Vec<(&str, String)>) {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("reports")
        .join(name);
    let is_update = std::env::var_os("UPDATE").is_some_and(|update| update == "1");
    let mut stale = Vec::new();
    for (file, current) in files {
        let path = committed.join(file);
        if std::fs::read_to_string(&path).unwrap_or_default() == current {
            continue;
        }
        if is_update {
            std::fs::create_dir_all(&committed).unwrap();
            std::fs::write(&path, current).unwrap();
        } else {
            stale.push(file);
        }
    }
    let advice = "run UPDATE=1 cargo test --test samples, and look at what changed";
    assert_eq!(stale, [""; 0], "reports/{name} is not current: {advice}");
}

fn opened_by_people() -> Vec<Format> {
    let formats = FORMATS.into_iter();
    formats
        .filter(|format| format.implied != Implied::Never)
        .collect()
}

#[test]
fn the_reports_of_the_reference_run_are_current() {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &[]);
    run(&folder, &deployment, &[], 0, "raw.json");
    let (json, others): (Vec<Format>, Vec<Format>) = opened_by_people()
        .into_iter()
        .partition(|format| format.name == "json");
    let mut files = render(&folder, "raw.json", &others);
    run(
        &folder,
        &deployment,
        &["--only", "autopilot"],
        0,
        "part.json",
    );
    files.extend(render(&folder, "part.json", &json).into_iter().skip(1));
    assert_current("reference", files);
}

#[test]
fn the_reports_of_a_failing_run_are_current() {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &["--fault", "missing-member"]);
    run(&folder, &deployment, &[], 1, "raw.json");
    let files = render(&folder, "raw.json", &opened_by_people());
    assert_current("missing-member", files);
}
