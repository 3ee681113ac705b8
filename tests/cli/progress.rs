//! Progress on a terminal: a pseudo-terminal on standard error.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::peer::{Peer, json};
use crate::support::folder::{Folder, signal};
use crate::things;

const CASES: &str = "\
- id: failing
  request: { GET: /done }
  expect: [{ proves: [THINGS-01], status: 204 }]
- id: hanging
  request: { GET: /hangs }
  expect: [{ proves: [THINGS-01], status: 200 }]
";

/// A terminal, and everything that will have been written to it when the last process has closed it.
fn terminal() -> (File, JoinHandle<String>) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let path = name.to_str().unwrap().to_owned();
    let end = OpenOptions::new().read(true).write(true).open(path);
    let reader = std::thread::spawn(move || {
        let mut controller = File::from(controller);
        let mut written = Vec::new();
        let mut bytes = [0; 4096];
        // It ends with an error (EIO) when the other end is closed.
        while let Ok(length @ 1..) = controller.read(&mut bytes) {
            written.extend_from_slice(&bytes[..length]);
        }
        String::from_utf8_lossy(&written).into_owned()
    });
    (end.unwrap(), reader)
}

fn command(folder: &Folder, target: &str, options: &[&str]) -> Command {
    let run = ["run", "--suite", "suite", "--target", target];
    let mut command = folder.command(&[&run[..], options].concat());
    command.stdout(Stdio::piped());
    command
}

#[test]
fn a_long_run_shows_what_it_waits_for_and_leaves_nothing_behind_when_it_is_interrupted() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/hangs") {
            std::thread::sleep(Duration::from_mins(1));
        }
        json(200, "{}")
    });
    let (end, written) = terminal();
    let process = command(&folder, &peer.url(), &[])
        .stderr(end)
        .spawn()
        .unwrap();
    peer.knowledge.wait_for_heard(2);
    std::thread::sleep(Duration::from_secs(4));
    signal("-INT", &process);
    let ended = process.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let written = written.join().unwrap();
    for text in [
        "1 of 2 cases, 1 failed",
        "    1  MUST THINGS-01: got 200 X",
        "/hanging",
        "  waits for GET /hangs of things",
    ] {
        assert!(written.contains(text), "{text:?} is not in {written:?}");
    }
    let (_, rest) = written.rsplit_once("\u{1b}[J").unwrap();
    assert!(!rest.contains("waits for"), "{rest:?}");
    let stdout = String::from_utf8(ended.stdout).unwrap();
    assert!(!stdout.contains('\u{1b}'), "{stdout:?}");
}

#[test]
fn there_is_no_progress_where_it_is_not_wanted() {
    let folder = Folder::new();
    things::write(&folder, CASES);
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/hangs") {
            std::thread::sleep(Duration::from_secs(3));
        }
        json(200, "{}")
    });
    let target = peer.url();
    let with = |name: &str, value: &str, options: &[&str]| {
        let (end, written) = terminal();
        let mut command = command(&folder, &target, options);
        command.env(name, value).stderr(end);
        let process = command.spawn().unwrap();
        // The terminal is closed when the process ends, and not while this end of it is open.
        drop(command);
        (process, written)
    };
    let runs = [
        with("NO_COLOR", "1", &[]),
        with("TERM", "dumb", &[]),
        with("CI", "true", &[]),
        with("TERM", "xterm", &["--quiet"]),
    ];
    for (process, written) in runs {
        process.wait_with_output().unwrap();
        let written = written.join().unwrap();
        assert!(!written.contains('\u{1b}'), "{written:?}");
        assert!(!written.contains("of 2 cases"), "{written:?}");
    }
}

#[test]
fn what_goes_through_a_pipe_is_not_cut() {
    let folder = Folder::new();
    let long = "x".repeat(300);
    let title = format!("a title of {long} end-of-title");
    let case = format!(
        "- id: failing\n  title: {title}\n  request: {{ GET: /done }}\n  expect: [{{ proves: [THINGS-01], status: 200, json: {{ name: {long}-wanted }} }}]\n"
    );
    things::write(&folder, &case);
    let peer =
        Peer::answering(|_, _| json(200, &format!("{{\"name\":\"{}-came\"}}", "y".repeat(200))));
    let list = folder.run(&["list", "--suite", "suite"]);
    assert!(list.stdout.contains(&title), "{}", list.stdout);
    let run = folder.run(&["run", "--suite", "suite", "--target", &peer.url()]);
    for text in [
        format!("{}-came\"", "y".repeat(200)),
        format!("json: {{ name: {long}-wanted }} }}]"),
    ] {
        assert!(
            run.stdout.contains(&text),
            "{text} is not in {}",
            run.stdout
        );
    }
    let (_, causes) = run.stdout.split_once("1 case fails for 1 cause").unwrap();
    let line = causes.lines().nth(1).unwrap();
    assert!(line.ends_with("/failing)"), "{line}");
}
