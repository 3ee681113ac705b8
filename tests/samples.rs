//! The reports in `reports/`: a run against the reference deployment, and one against it with a fault, in the formats
//! that people open. `UPDATE=1 cargo test --test samples` writes what is not current.
//!
//! Both are runs of the real binary, one case at a time. What differs between runs (clock, port, durations) is fixed in
//! the JSON report, and the binary renders every other format from it. The JSON report of the passing run is large and
//! uniform, so that of one contract is kept.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use probity::report::formats::{FORMATS, Format, Implied};
use regex::Regex;
use serde_json::Value;

/// Milliseconds between the starts of two cases.
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

/// Runs the binary and writes its JSON report, with fixed clock, port and durations, to `file`.
fn run(deployment: &Deployment, more: &[&str], exit: i32, file: &Path) {
    let report = format!("json={}", file.display());
    let arguments = [
        "run",
        "--jobs",
        "1",
        "--target",
        &deployment.url,
        "--report",
    ];
    let run = probity(&arguments)
        .arg(&report)
        .args(more)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(exit), "{run:?}");
    let mut report: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    fix(&mut report);
    std::fs::write(file, report.to_string()).unwrap();
}

/// Renders the JSON report in `raw` again: name and text of each file, and what the terminal shows.
fn render(raw: &Path, folder: &Path, formats: &[Format]) -> Vec<(&'static str, String)> {
    let mut command = probity(&["report"]);
    command.arg(raw);
    for format in formats {
        let to = folder.join(format.file);
        command
            .arg("--report")
            .arg(format!("{}={}", format.name, to.display()));
    }
    assert!(command.output().unwrap().status.success());
    let shown = probity(&["report"]).arg(raw).output().unwrap();
    let mut files = vec![("terminal.txt", String::from_utf8(shown.stdout).unwrap())];
    for format in formats {
        let text = std::fs::read_to_string(folder.join(format.file)).unwrap();
        files.push((format.file, text));
    }
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

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("samples")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn opened_by_people() -> Vec<Format> {
    let formats = FORMATS.into_iter();
    formats
        .filter(|format| format.implied != Implied::Never)
        .collect()
}

#[test]
fn the_reports_of_the_reference_run_are_current() {
    let folder = folder("reference");
    let (whole, part) = (folder.join("raw.json"), folder.join("part.json"));
    let deployment = Deployment::start(&[]);
    run(&deployment, &[], 0, &whole);
    let (json, others): (Vec<Format>, Vec<Format>) = opened_by_people()
        .into_iter()
        .partition(|format| format.name == "json");
    let mut files = render(&whole, &folder, &others);
    run(&deployment, &["--only", "autopilot"], 0, &part);
    files.extend(render(&part, &folder, &json).into_iter().skip(1));
    assert_current("reference", files);
}

#[test]
fn the_reports_of_a_failing_run_are_current() {
    let folder = folder("missing-member");
    let raw = folder.join("raw.json");
    run(&Deployment::start(&["missing-member"]), &[], 1, &raw);
    let files = render(&raw, &folder, &opened_by_people());
    assert_current("missing-member", files);
}
