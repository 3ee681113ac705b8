//! Report files, through the real binary: every format of one run, the stream of a killed run, and
//! a finished run rendered again.

mod world;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use serde_json::Value;
use world::{Faulty, Folder, probity};

/// A run against a fault with every format.
fn a_failing_run(folder: &Folder) -> (i32, String, String) {
    let target = Faulty::start(&["ignored-filter"]);
    probity(
        folder,
        &[
            "run",
            "--target",
            &target.url,
            "--only",
            "presence",
            "--report",
            "out/",
            "--report",
            "github=annotations.txt",
            "--report",
            "run.sarif",
            "--report",
            "run.tap",
            "--report",
            "run.jsonl",
        ],
    )
}

#[test]
fn one_run_writes_every_format_and_the_terminal_is_not_silenced() {
    let folder = Folder::new("formats-all");
    let (exit, out, _) = a_failing_run(&folder);
    assert_eq!(exit, 1, "{out}");
    assert!(out.contains("VIOLATED") && out.contains("PRESENCE-15"));
    for file in [
        "out/report.json",
        "out/junit.xml",
        "out/report.md",
        "annotations.txt",
        "run.sarif",
        "run.tap",
        "run.jsonl",
    ] {
        assert!(out.contains(file), "{file} is not named in {out}");
        let text = folder.read(file);
        assert!(text.contains("PRESENCE-15"), "{file}: {text}");
    }
}

#[test]
fn the_formats_agree_about_the_cases() {
    let folder = Folder::new("formats-agree");
    a_failing_run(&folder);
    let report: Value = serde_json::from_str(&folder.read("out/report.json")).unwrap();
    let cases = report["cases"].as_array().unwrap().len();
    let failed = report["summary"]["fail"].as_u64().unwrap();
    let failed = usize::try_from(failed).unwrap();
    assert!(failed > 0);
    let count = |file: &str, part: &str| folder.read(file).matches(part).count();
    assert_eq!(count("out/junit.xml", "<testcase "), cases);
    assert_eq!(count("out/junit.xml", "<failure "), failed);
    assert_eq!(count("run.tap", "\nnot ok "), failed);
    assert_eq!(count("run.jsonl", "\n"), cases + 2);
    assert_eq!(count("out/report.md", "<b>FAIL</b>"), failed);
    // One more for the run.
    assert_eq!(count("annotations.txt", "::error "), failed + 1);
}

#[test]
fn junit_is_valid_against_its_schema() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("left out: xmllint is not installed (Debian: libxml2-utils)");
        return;
    }
    let folder = Folder::new("formats-xsd");
    a_failing_run(&folder);
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/formats/junit.xsd");
    let mut files = vec![folder.path("out/junit.xml")];
    // The golden files hold what a live run does not: hostile octets, errors, an empty run.
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/snapshots");
    for entry in fs::read_dir(golden).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.contains("__junit-") && name.ends_with(".snap") {
            let text = fs::read_to_string(&path).unwrap();
            let xml = text.splitn(3, "---\n").nth(2).unwrap();
            fs::write(folder.path(&name), xml).unwrap();
            files.push(folder.path(&name));
        }
    }
    assert!(files.len() > 9);
    let checked = Command::new("xmllint")
        .args(["--noout", "--schema", schema])
        .args(&files)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}

#[test]
fn a_report_on_standard_output_is_alone_there() {
    let folder = Folder::new("formats-stdout");
    let (exit, out, err) = probity(
        &folder,
        &["run", "--only", "autopilot", "--report", "events=-"],
    );
    assert_eq!(exit, 0, "{err}");
    for line in out.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert!(out.lines().last().unwrap().contains("\"footer\""));
    assert!(err.contains("CONFORMS"), "{err}");
}

#[test]
fn a_finished_run_is_rendered_again_as_it_was() {
    let folder = Folder::new("formats-again");
    a_failing_run(&folder);
    let before = folder.read("out/junit.xml");
    let (exit, out, err) = probity(
        &folder,
        &["report", "out/report.json", "--report", "again/"],
    );
    assert_eq!(exit, 0, "{err}");
    assert!(out.contains("VIOLATED"), "{out}");
    assert_eq!(folder.read("again/junit.xml"), before);
    assert_eq!(
        folder.read("again/report.json"),
        folder.read("out/report.json")
    );
    assert_eq!(folder.read("again/report.md"), folder.read("out/report.md"));
}

#[test]
fn what_is_not_a_report_is_refused_by_name() {
    let folder = Folder::new("formats-refused");
    for (text, expected) in [
        ("[]", "run.json is not a report"),
        ("{\"format\":\"probity-report/2\"}", "`probity-report/2`"),
    ] {
        fs::write(folder.path("run.json"), text).unwrap();
        let (exit, out, err) = probity(&folder, &["report", "run.json"]);
        assert_eq!((exit, out.as_str()), (2, ""));
        assert!(err.contains(expected), "{err}");
    }
}

#[test]
fn a_report_that_cannot_be_written_is_a_defect_of_the_run() {
    let folder = Folder::new("formats-unwritable");
    fs::write(folder.path("file"), "").unwrap();
    for report in ["junit=file/junit.xml", "events=file/run.jsonl"] {
        let arguments = ["run", "--only", "autopilot", "--report", report];
        let (exit, _, err) = probity(&folder, &arguments);
        assert_eq!(exit, 70, "{err}");
        assert!(err.contains("file/"), "{err}");
    }
}

/// Answers the first request, reads the second and stays silent.
#[cfg(unix)]
#[test]
fn a_killed_run_leaves_the_cases_that_were_done() {
    let folder = Folder::new("formats-killed");
    fs::create_dir_all(folder.path("suite/cases/demo")).unwrap();
    fs::write(
        folder.path("suite/cases/demo/contract.yaml"),
        "contract: demo\ntitle: a demo\nservice: demo\nservices: { demo: {} }\nrequirements:\n  \
         - { id: DEMO-01, level: MUST, sentence: It answers., source: here }\n",
    )
    .unwrap();
    fs::write(
        folder.path("suite/cases/demo/both.yaml"),
        "contract: demo\ncases:\n  \
         - { id: first, request: { GET: /first }, expect: [{ proves: [DEMO-01], status: 200 }] }\n  \
         - { id: second, request: { GET: /second }, expect: [{ proves: [DEMO-01], status: 200 }] }\n",
    )
    .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut run = Command::new(env!("CARGO_BIN_EXE_probity"))
        .current_dir(folder.path(""))
        .args(["run", "--suite", "suite", "--jobs", "1", "--target", &url])
        .args(["--report", "run.jsonl"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut silent = Vec::new();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        let mut is_second = false;
        while reader.read_line(&mut line).unwrap() > 2 {
            is_second |= line.starts_with("GET /second");
            line.clear();
        }
        if is_second {
            break;
        }
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        (&stream).write_all(answer).unwrap();
        silent.push(stream);
    }
    run.kill().unwrap();
    run.wait().unwrap();
    let text = folder.read("run.jsonl");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0]["cases"], 2);
    assert_eq!(lines[1]["case"]["id"], "demo/both/first");
    assert_eq!(lines[1]["case"]["verdict"], "pass");
}
