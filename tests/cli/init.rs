//! `probity init` as somebody types it: the suite it writes is green, proven, and red for each fault of its service.

use std::io::{Read as _, Write as _};

use crate::support::deployment::Deployment;
use crate::support::folder::Folder;

/// The faults of the demo service, and the requirements that each violates.
const FAULTS: &[(&str, &[&str])] = &[
    ("numeric-ids", &["NOTES-01"]),
    ("unknown-note-is-empty", &["NOTES-02", "NOTES-03"]),
    ("lost-note", &["NOTES-03"]),
    ("empty-notes", &["NOTES-04"]),
    ("open-to-all", &["NOTES-05"]),
];

fn initialised() -> Folder {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    folder
}

fn violated(folder: &Folder, report: &str) -> Vec<String> {
    let report = folder.report(report);
    let requirements = report["requirements"].as_array().unwrap().iter();
    requirements
        .filter(|one| one["disposition"] == "violated")
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_written_suite_passes_at_once_and_its_checks_are_proven() {
    let folder = Folder::new();
    let ended = folder.run(&["init", "demo"]).expect_code(0);
    insta::assert_snapshot!(ended.stdout);
    assert!(folder.files().iter().all(|file| file.starts_with("demo/")));
    let inside = |arguments: &[&str]| {
        let output = folder
            .command(arguments)
            .current_dir(folder.path("demo"))
            .output();
        crate::support::folder::Ended::from(output.unwrap())
    };
    inside(&["run", "--strict"])
        .expect_code(0)
        .expect_said("7 cases: 7 pass")
        .expect_said("MUST     5: 5 upheld");
    inside(&["check"]).expect_code(0).expect_said("no mistakes");
    inside(&["prove"])
        .expect_code(0)
        .expect_said(" 0 survived, ")
        .expect_said("PROVEN");
    // From outside, the same by an option.
    folder
        .run(&["run", "--suite", "demo", "--no-report"])
        .expect_code(0)
        .expect_said("7 cases: 7 pass");
}

#[test]
fn each_fault_of_the_demo_service_violates_what_it_should() {
    let folder = initialised();
    for (fault, requirements) in FAULTS {
        let deployment = Deployment::start(&folder, &["--demo", "--fault", fault]);
        folder
            .run(&[
                "run",
                "--target",
                &deployment.url,
                "--report",
                "json=r.json",
            ])
            .expect_code(1);
        assert_eq!(violated(&folder, "r.json"), *requirements, "{fault}");
        let report = folder.report("r.json");
        let mut cases = report["cases"].as_array().unwrap().iter();
        let left = cases.find(|case| {
            let left = case["left_behind"].as_array();
            left.is_some_and(|left| !left.is_empty())
        });
        assert_eq!(left, None, "{fault} left something behind");
    }
    folder
        .run(&["serve", "--demo", "--fault", "lost-nite"])
        .expect_code(2)
        .expect_complaint("did you mean `lost-note`?");
    folder
        .run(&["serve", "--fault", "lost-note"])
        .expect_code(2)
        .expect_complaint("the demo service has this fault: add `--demo`");
    let list = folder.run(&["serve", "--demo", "--list"]).expect_code(0);
    let names = FAULTS
        .iter()
        .map(|(name, _)| format!("fault {name} NOTES-"));
    let lines: Vec<&str> = list.stdout.lines().collect();
    assert_eq!(lines.len(), FAULTS.len());
    for (line, name) in lines.iter().zip(names) {
        assert!(line.starts_with(&name), "{line}");
    }
}

#[test]
fn the_directory_is_a_word_of_the_shell() {
    let folder = Folder::new();
    let ended = folder.run(&["init", "it's a/b c"]).expect_code(0);
    ended.expect_said("\n  cd 'it'\\''s a/b c'\n");
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    folder.write("targets/staging.yaml", "name: ours\n");
    folder
        .run(&["init"])
        .expect_code(2)
        .expect_complaint("staging.yaml` exists and is not overwritten; nothing was written");
    assert_eq!(folder.files(), ["targets/staging.yaml"]);
    folder.run(&["init", "new"]).expect_code(0);
    folder.run(&["init", "new"]).expect_code(2);
    folder.write("file", "");
    folder
        .run(&["init", "file"])
        .expect_code(2)
        .expect_complaint("is a file, not a directory");
}

#[test]
fn a_project_is_found_from_below_and_its_reports_are_beside_it() {
    let folder = initialised();
    let below = folder.path("cases/notes");
    let output = folder.command(&["run"]).current_dir(&below).output();
    crate::support::folder::Ended::from(output.unwrap())
        .expect_code(0)
        .expect_said("7 cases: 7 pass");
    assert!(
        folder
            .files()
            .contains(&"probity-report/report.json".to_owned())
    );
    assert!(
        folder
            .files()
            .iter()
            .all(|file| !file.starts_with("cases/notes/probity"))
    );
}

#[test]
fn the_target_of_a_project_is_a_file_beside_it_and_an_option_is_stronger() {
    let folder = initialised();
    let deployment = Deployment::start(&folder, &["--demo"]);
    let target = std::fs::read_to_string(folder.path("targets/reference.yaml")).unwrap();
    let services = format!("services: {{ notes: \"{}\" }}\n", deployment.url);
    folder.write(
        "targets/here.yaml",
        target.replace("name: demo", "name: here") + &services,
    );
    folder.write("probity.yaml", "target: targets/here.yaml\n");
    let output = folder
        .command(&["run", "--no-report"])
        .current_dir(folder.path("schemas"))
        .output();
    crate::support::folder::Ended::from(output.unwrap())
        .expect_code(0)
        .expect_said("against here");
    folder
        .run(&["run", "--no-report", "--target", "demo"])
        .expect_code(0)
        .expect_said("against demo");
}

#[test]
fn a_mistake_in_a_project_file_stops_every_command() {
    let folder = initialised();
    folder.write("probity.yaml", "targt: demo\n");
    for command in ["run", "check", "prove", "list", "coverage"] {
        let ended = folder.run(&[command]).expect_code(2);
        assert!(ended.stderr.contains("probity.yaml:1:1"), "{ended}");
        assert!(ended.stderr.contains("did you mean `target`?"), "{ended}");
    }
    folder.write("probity.yaml", "target: targets/gone.yaml\n");
    folder
        .run(&["run"])
        .expect_code(2)
        .expect_complaint("no file `targets/gone.yaml`");
    folder.write("probity.yaml", "# ours\ntarget: targets/refrence.yaml\n");
    for command in ["run", "check", "prove"] {
        let ended = folder.run(&[command]).expect_code(2);
        let said = ended.stderr.as_str();
        assert!(said.contains("probity.yaml:2:9"), "{ended}");
        assert!(
            said.contains("did you mean `targets/reference.yaml`?"),
            "{ended}"
        );
    }
}

/// The embedded suites would pass here, and say nothing about the suite of the directory.
#[test]
fn a_suite_is_never_silently_passed_over() {
    let folder = initialised();
    std::fs::remove_file(folder.path("probity.yaml")).unwrap();
    for command in ["run", "check", "prove", "list"] {
        folder
            .run(&[command])
            .expect_code(2)
            .expect_complaint("`.` has a suite (`cases/notes/contract.yaml`)");
    }
    // Nor from below it, nor with a project file of another name.
    folder.write("probity.yml", "");
    let below = folder
        .command(&["run"])
        .current_dir(folder.path("cases/notes"))
        .output();
    crate::support::folder::Ended::from(below.unwrap())
        .expect_code(2)
        .expect_complaint("`../..` has a suite (`cases/notes/contract.yaml`)")
        .expect_complaint("`probity.yml` must be named `probity.yaml`");
    // An empty project file is enough, and then a target is needed.
    folder.write("probity.yaml", "");
    folder
        .run(&["run"])
        .expect_code(2)
        .expect_complaint("no target");
    folder
        .run(&["run", "--target", "demo", "--no-report"])
        .expect_code(0);
}

#[test]
fn a_report_among_the_case_files_is_one_mistake() {
    let folder = initialised();
    folder
        .run(&["run", "--report", "cases/notes/report.json"])
        .expect_code(0);
    folder
        .run(&["check"])
        .expect_code(2)
        .expect_complaint("a report of Probity, not a case file")
        .expect_complaint("error: 1 mistake in 1 file");
}

#[test]
fn random_requests_find_nothing_in_the_demo_service_but_its_faults() {
    let fuzz = |folder: &Folder, more: &[&str]| {
        folder.run(&[&["fuzz", "--requests", "300", "--time", "5m"], more].concat())
    };
    std::thread::scope(|scope| {
        for seed in ["1", "2"] {
            scope.spawn(move || {
                let folder = initialised();
                let before = folder.files();
                fuzz(&folder, &["--seed", seed])
                    .expect_code(0)
                    .expect_said("POST /notes");
                assert_eq!(folder.files(), before);
            });
        }
    });
    let folder = initialised();
    let faulty = Deployment::start(&folder, &["--demo", "--fault", "empty-notes"]);
    fuzz(&folder, &["--seed", "1", "--target", &faulty.url])
        .expect_code(1)
        .expect_said("POST /notes: an illegal request is accepted");
}

#[test]
fn every_refusal_of_the_demo_service_says_why() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    let writer = "Authorization: Bearer demo-writer\r\n";
    for (line, fields, status) in [
        ("GET /notes/%FF", "", 400),
        ("DELETE /notes/%FF", writer, 400),
        ("GET /notes/no-such-note", "", 404),
        ("GET /elsewhere", "", 404),
        ("GET /%FF", "", 404),
        ("PATCH /notes", "", 405),
        ("POST /notes", "Content-Length: 1\r\n", 401),
        (
            "POST /notes",
            "Authorization: Bearer demo-writer\r\nContent-Length: 1\r\n",
            422,
        ),
        ("POST /notes", "Content-Length: 5000000\r\n", 413),
    ] {
        let address = demo.url.strip_prefix("http://").unwrap();
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n");
        // It may answer before it has read everything.
        let length = if status == 413 { 5_000_000 } else { 1 };
        let body = if fields.contains("Length") {
            "{".repeat(length)
        } else {
            String::new()
        };
        let _ = stream.write_all(format!("{request}{body}").as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{line}: {answer}"
        );
        assert!(
            answer.contains("content-type: application/problem+json\r\n"),
            "{line}: {answer}"
        );
        assert!(
            answer.contains(&format!("\"status\":{status}")),
            "{line}: {answer}"
        );
        assert!(answer.contains("\"title\":"), "{line}: {answer}");
        assert_eq!(
            status == 405,
            answer.contains("allow: GET, POST\r\n"),
            "{line}: {answer}"
        );
    }
}
