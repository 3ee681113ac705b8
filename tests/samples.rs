//! The reports in `reports/`: a run against the reference deployment, and one against it with a fault, in
//! every format. `UPDATE=1 cargo test --test samples` writes what is not current.
//!
//! Both are runs of the real binary, one case at a time. What no two runs share (clock, port, durations)
//! is put in place in the JSON report; every other format is that report, rendered again by the binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use regex::Regex;
use serde_json::Value;

/// Each format with the file it gets.
const FORMATS: [(&str, &str); 9] = [
    ("json", "report.json"),
    ("html", "index.html"),
    ("junit", "junit.xml"),
    ("markdown", "report.md"),
    ("github", "annotations.txt"),
    ("sarif", "run.sarif"),
    ("tap", "run.tap"),
    ("ctrf", "ctrf.json"),
    ("events", "run.jsonl"),
];

/// A case begins so many milliseconds after the one before it.
const BETWEEN: f64 = 4.0;

fn probity(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    command
        .args(arguments)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1");
    command
}

/// The reference deployment; it ends with the test.
struct Deployment {
    child: Child,
    url: String,
}

impl Deployment {
    fn start(faults: &[&str]) -> Deployment {
        let faults = faults.iter().flat_map(|fault| ["--fault", fault]);
        let arguments: Vec<&str> = ["serve"].into_iter().chain(faults).collect();
        let mut child = probity(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = Regex::new(r"http://127\.0\.0\.1:\d+").unwrap();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| url.find(&line).map(|found| found.as_str().to_owned()));
        Deployment {
            child,
            url: url.unwrap(),
        }
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

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

#[track_caller]
fn hold(name: &str, faults: &[&str], exit: i32) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("samples")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let raw = folder.join("raw.json");
    let deployment = Deployment::start(faults);
    let report = format!("json={}", raw.display());
    let arguments = [
        "run",
        "--jobs",
        "1",
        "--target",
        &deployment.url,
        "--report",
        &report,
    ];
    let run = probity(&arguments).output().unwrap();
    assert_eq!(run.status.code(), Some(exit), "{run:?}");
    let mut report: Value = serde_json::from_slice(&std::fs::read(&raw).unwrap()).unwrap();
    fix(&mut report);
    std::fs::write(&raw, report.to_string()).unwrap();
    let said = probity(&["report", &raw.display().to_string()])
        .output()
        .unwrap();
    let mut files = vec![("terminal.txt", String::from_utf8(said.stdout).unwrap())];
    for (format, file) in FORMATS {
        let to = format!("{format}={}", folder.join(file).display());
        let arguments = ["report", &raw.display().to_string(), "--report", &to].map(str::to_owned);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let again = probity(&arguments).output().unwrap();
        assert!(again.status.success(), "{format}: {again:?}");
        files.push((file, std::fs::read_to_string(folder.join(file)).unwrap()));
    }
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

#[test]
fn the_reports_of_the_reference_run_are_current() {
    hold("reference", &[], 0);
}

#[test]
fn the_reports_of_a_failing_run_are_current() {
    hold("missing-member", &["missing-member"], 1);
}
