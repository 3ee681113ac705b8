//! `probity run --watch`: a saved file runs what it touches.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use crate::support::folder::{Folder, signal};

/// A run that watches, and what it prints.
struct Watching {
    process: Child,
    results: Lines<BufReader<ChildStdout>>,
    messages: Lines<BufReader<ChildStderr>>,
}

impl Watching {
    fn start(folder: &Folder) -> Watching {
        let mut process = folder
            .command(&["run", "--watch", "--no-report"])
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
        let cases = self.results.find_map(|line| {
            let line = line.unwrap();
            line.contains("; ").then_some(line)
        });
        let end = self.results.find_map(|line| {
            let line = line.unwrap();
            line.contains("(exit ").then_some(line)
        });
        self.waits();
        (cases.unwrap(), end.unwrap())
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
    let mut watching = Watching::start(&folder);
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
