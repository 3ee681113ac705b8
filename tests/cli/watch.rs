//! `probity run --watch`: a saved file runs what it touches.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use crate::peer::{Peer, answer, json};
use crate::support::folder::{Folder, signal};
use crate::things;

/// A run that watches, and what it prints.
struct Watching {
    process: Child,
    results: Lines<BufReader<ChildStdout>>,
    messages: Lines<BufReader<ChildStderr>>,
}

impl Watching {
    fn start(folder: &Folder, options: &[&str]) -> Watching {
        let mut process = folder
            .command(&[&["run", "--watch", "--no-report"], options].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Watching {
            results: BufReader::new(process.stdout.take().unwrap()).lines(),
            messages: BufReader::new(process.stderr.take().unwrap()).lines(),
            process,
        }
    }

    /// The line with the number of cases, and the last line of the next run, once it waits for changes.
    fn next_run(&mut self) -> (String, String) {
        let (cases, end, _) = self.next_run_said();
        (cases, end)
    }

    /// The same with the messages.
    fn next_run_said(&mut self) -> (String, String, String) {
        let cases = self.results.find_map(|line| {
            let line = line.unwrap();
            line.contains("; ").then_some(line)
        });
        let end = self.results.find_map(|line| {
            let line = line.unwrap();
            line.contains("(exit ").then_some(line)
        });
        let messages = self.waits().join("\n");
        (cases.unwrap(), end.unwrap(), messages)
    }

    /// Reads messages until it waits for changes.
    fn waits(&mut self) -> Vec<String> {
        let mut seen = Vec::new();
        for line in self.messages.by_ref() {
            let line = line.unwrap();
            if line.starts_with("watching ") {
                return seen;
            }
            seen.push(line);
        }
        panic!("it ended: {seen:?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_saved_case_file_runs_its_cases_and_enter_runs_everything() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let mut watching = Watching::start(&folder, &[]);
    let (cases, end) = watching.next_run();
    assert!(cases.starts_with("7 cases: 7 pass"), "{cases}");
    assert!(end.ends_with("(exit 0)"), "{end}");

    let reading = folder.read("cases/notes/reading.yaml");
    folder.write(
        "cases/notes/reading.yaml",
        reading.replace("status: 404", "status: 410"),
    );
    let (cases, end) = watching.next_run();
    assert!(cases.starts_with("2 cases: 1 pass, 1 fail"), "{cases}");
    assert!(end.ends_with("(exit 1)"), "{end}");

    // A mistake is shown, and mended.
    folder.write(
        "cases/notes/reading.yaml",
        reading.replace("status: 404", "statsu: 404"),
    );
    let messages = watching.waits().join("\n");
    assert!(messages.contains("did you mean `status`?"), "{messages}");
    assert!(!messages.contains("only the cases"), "{messages}");
    folder.write("cases/notes/reading.yaml", &reading);
    let (cases, end) = watching.next_run();
    assert!(cases.starts_with("2 cases: 2 pass"), "{cases}");
    assert!(end.ends_with("(exit 0)"), "{end}");

    let mut input = watching.process.stdin.take().unwrap();
    input.write_all(b"\n").unwrap();
    let (cases, _) = watching.next_run();
    assert!(cases.starts_with("7 cases: 7 pass"), "{cases}");

    // Everything depends on a contract.
    let contract = folder.read("cases/notes/contract.yaml");
    folder.write(
        "cases/notes/contract.yaml",
        contract.replace("title: the notes API", "title: notes"),
    );
    let (cases, _) = watching.next_run();
    assert!(cases.starts_with("7 cases: 7 pass"), "{cases}");

    signal("-INT", &watching.process);
    assert_eq!(watching.process.wait().unwrap().code(), Some(130));
}

#[test]
fn the_suites_in_the_binary_have_no_files_to_watch() {
    Folder::new()
        .run(&["run", "--watch"])
        .expect_code(2)
        .expect_complaint("`--watch` has no files to watch");
}

#[test]
fn what_failed_last_time_comes_first_and_is_not_forgotten() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let reading = folder.read("cases/notes/reading.yaml");
    let broken = reading.replace("status: 404", "status: 410");
    folder.write("cases/notes/reading.yaml", &broken);
    let mut watching = Watching::start(&folder, &[]);
    let (cases, _, said) = watching.next_run_said();
    assert!(cases.starts_with("7 cases: 6 pass, 1 fail"), "{cases}");
    assert!(!said.contains("failed"), "{said}");

    // What is saved is green; what failed in another file is not.
    let writing = folder.read("cases/notes/writing.yaml");
    folder.write("cases/notes/writing.yaml", writing + "# saved\n");
    let (cases, end, said) = watching.next_run_said();
    assert!(cases.starts_with("5 cases: 5 pass"), "{cases}");
    assert!(end.ends_with("(exit 0)"), "{end}");
    let elsewhere = "previously failed, not run now: notes/reading/unknown-note";
    assert!(said.contains(elsewhere), "{said}");

    // When everything is run, its outcome comes before the report.
    let contract = folder.read("cases/notes/contract.yaml");
    folder.write("cases/notes/contract.yaml", contract.clone() + "# saved\n");
    let (cases, _, said) = watching.next_run_said();
    assert!(cases.starts_with("7 cases: 6 pass, 1 fail"), "{cases}");
    let first = "previously failed, 1 case: ";
    assert!(said.contains(&format!("{first}still failing")), "{said}");
    let both = [("reading", &reading), ("contract", &contract)];
    // Two files at once, one of them the contract: everything is run.
    for (name, text) in both {
        folder.write(&format!("cases/notes/{name}.yaml"), text);
    }
    let (mut cases, _, mut said) = watching.next_run_said();
    if cases.starts_with("2 cases") {
        // It has looked between the two.
        (cases, _, said) = watching.next_run_said();
    } else {
        assert!(said.contains(&format!("{first}passes now")), "{said}");
    }
    assert!(cases.starts_with("7 cases: 7 pass"), "{cases}");
    assert!(!said.contains("not run now"), "{said}");
}

#[test]
fn the_cases_that_failed_in_a_report_are_watched() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let reading = folder.read("cases/notes/reading.yaml");
    let broken = reading.replace("status: 404", "status: 410");
    folder.write("cases/notes/reading.yaml", &broken);
    folder
        .run(&["run", "--report", "json=r.json"])
        .expect_code(1);
    let mut watching = Watching::start(&folder, &["--failed", "r.json"]);
    let (cases, end) = watching.next_run();
    assert!(cases.starts_with("1 case: 1 fail"), "{cases}");
    assert!(end.ends_with("(exit 1)"), "{end}");
    // A file without any of them.
    let writing = folder.read("cases/notes/writing.yaml");
    folder.write("cases/notes/writing.yaml", writing + "# saved\n");
    let said = watching.waits().join("\n");
    assert!(
        said.contains("no selected case is in what changed"),
        "{said}"
    );
    // The report may be gone: it was read.
    std::fs::remove_file(folder.path("r.json")).unwrap();
    folder.write("cases/notes/reading.yaml", &reading);
    let (cases, end) = watching.next_run();
    assert!(cases.starts_with("1 case: 1 pass"), "{cases}");
    assert!(end.ends_with("(exit 0)"), "{end}");
    signal("-INT", &watching.process);
    assert_eq!(watching.process.wait().unwrap().code(), Some(130));

    folder
        .run(&["run", "--report", "json=green.json"])
        .expect_code(0);
    folder
        .run(&["run", "--watch", "--failed", "green.json"])
        .expect_code(2)
        .expect_complaint("no case failed in green.json");
}

#[test]
fn what_failed_last_time_is_started_first() {
    let folder = Folder::new();
    let cases = ["a", "b", "z"].map(things::simple).concat();
    things::write(&folder, &cases);
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/z") {
            answer(404, "", "")
        } else {
            json(200, "{}")
        }
    });
    let url = peer.url();
    let options = ["--suite", "suite", "--target", &url, "--jobs", "1"];
    let mut watching = Watching::start(&folder, &options);
    watching.next_run();
    let contract = folder.read("suite/cases/things/contract.yaml");
    folder.write("suite/cases/things/contract.yaml", contract + "# saved\n");
    watching.next_run();
    let order = ["a", "b", "z", "z", "a", "b"];
    assert_eq!(
        peer.lines(),
        order.map(|id| format!("GET /things/{id} HTTP/1.1"))
    );
}

#[test]
fn the_project_file_is_read_again_when_it_changes() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let project = folder.read("probity.yaml");
    let mut watching = Watching::start(&folder, &[]);
    let (cases, _) = watching.next_run();
    assert!(cases.starts_with("7 cases: 7 pass"), "{cases}");

    // Another target: it has no notes.
    let peer = Peer::answering(|_, _| json(404, "{}"));
    let other = project.replace("target: demo", &format!("target: {}", peer.url()));
    assert_ne!(other, project);
    folder.write("probity.yaml", &other);
    let (_, end, said) = watching.next_run_said();
    assert!(end.ends_with("(exit 1)"), "{end}");
    assert!(!peer.heard().is_empty());

    // A file that is broken or gone is reported, and its return is seen.
    folder.write("probity.yaml", project.replace("target:", "targt:"));
    let messages = watching.waits().join("\n");
    assert!(
        messages.contains("changed: probity.yaml"),
        "{said}{messages}"
    );
    assert!(messages.contains("targt"), "{messages}");
    std::fs::remove_file(folder.path("probity.yaml")).unwrap();
    let messages = watching.waits().join("\n");
    assert!(messages.contains("has a suite"), "{messages}");
    assert!(messages.contains("deleted: probity.yaml\n"), "{messages}");
    folder.write("probity.yaml", &project);
    let (cases, end) = watching.next_run();
    assert!(cases.starts_with("7 cases: 7 pass"), "{cases}");
    assert!(end.ends_with("(exit 0)"), "{end}");
}
