//! Several targets in one run, and their matrix.

use std::process::Stdio;

use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};

/// The demo suite, with a target file for each deployment.
fn suite(targets: &[(&str, &Deployment)]) -> Folder {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let reference = folder.read("targets/reference.yaml");
    for (name, deployment) in targets {
        let services = format!("name: {name}\nservices:\n  notes: {}\n", deployment.url);
        let text = reference.replace("name: demo\n", &services);
        folder.write(&format!("{name}.yaml"), text);
    }
    folder
}

#[test]
fn each_target_has_its_run_and_reports_and_the_strongest_exit_code_is_that_of_all() {
    let servers = Folder::new();
    let good = Deployment::start(&servers, &["--demo"]);
    let bad = Deployment::start(&servers, &["--demo", "--fault", "lost-note"]);
    let folder = suite(&[("europe", &good), ("asia", &bad)]);
    let both = ["run", "--target", "europe.yaml", "--target", "asia.yaml"];
    let with = |more: &[&str]| -> Ended { folder.run(&[&both[..], more].concat()) };

    let svg = "badge=out/{target}/badge.svg";
    let ended = with(&["--report", "out/", "--report", svg]).expect_code(1);
    assert!(
        ended.stdout.contains("=== europe (target 1 of 2) ==="),
        "{ended}"
    );
    assert!(
        ended.stdout.contains("2 targets: 1 CONFORMS, 1 VIOLATED"),
        "{ended}"
    );
    assert!(
        folder
            .read("out/europe/badge.svg")
            .contains(">conforms</text>")
    );
    assert!(
        folder
            .read("out/asia/badge.svg")
            .contains(">violated</text>")
    );
    // Each report is that of a run of its own.
    let europe = folder.report("out/europe/report.json");
    assert_eq!(
        (&europe["target"]["name"], &europe["exit"]),
        (&"europe".into(), &0.into())
    );
    assert_eq!(folder.report("out/asia/report.json")["exit"], 1);
    folder
        .run(&["run", "--target", "europe.yaml", "--no-report"])
        .expect_code(0);

    let matrix = [
        "matrix",
        "out",
        "--report",
        "out/matrix.html",
        "--report",
        "matrix.md",
    ];
    let ended = folder.run(&matrix).expect_code(0);
    assert!(ended.stdout.starts_with("2 targets, "), "{ended}");
    assert!(ended.stdout.contains("MUST NOTES-03"), "{ended}");
    assert!(ended.stdout.contains("  violated  asia: "), "{ended}");
    let page = folder.read("out/matrix.html");
    assert!(page.contains("href=\"./asia/index.html#requirement/NOTES-03\""));
    assert!(
        folder
            .read("matrix.md")
            .contains("[`asia`](./out/asia/index.html)")
    );
    // What is no report is never a column: named it is an error, found it is listed.
    folder.write("out/notes.json", "{}");
    folder
        .run(&["matrix", "out"])
        .expect_code(0)
        .expect_complaint("not read: out/notes.json is not a report");
    folder
        .run(&["matrix", "out/asia/report.json", "out/notes.json"])
        .expect_code(2)
        .expect_complaint("out/notes.json is not a report");
    folder
        .run(&["matrix", "targets"])
        .expect_code(2)
        .expect_complaint("there is no report of a run");
}

#[test]
fn what_is_about_one_run_is_refused_before_a_request_is_sent() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let nowhere = "http://127.0.0.1:1";
    let both = ["run", "--target", "demo", "--target", nowhere];
    let refused = |more: &[&str], complaint: &str| {
        folder
            .run(&[&both[..], more].concat())
            .expect_code(2)
            .expect_complaint(complaint);
    };
    refused(
        &["--plan"],
        "--plan is about one run, and there are several targets",
    );
    refused(&["--shard", "1/2"], "--shard is about one run");
    refused(
        &["--report", "json=run.json"],
        "every target would write `--report json=run.json`",
    );
    refused(
        &["--report", "json=-"],
        "for this one: `--report json=out/{target}/report.json`",
    );
    refused(
        &["--target", nowhere],
        "two targets have the name `http://127.0.0.1:1`",
    );
    refused(
        &["--target", "http://127.0.0.1-1"],
        "would have the same directory",
    );
    refused(&["--target", "missing.yaml"], "missing.yaml");
    let before = folder.files();
    assert!(
        before
            .iter()
            .all(|file| !file.starts_with("probity-report")),
        "{before:?}"
    );
    // A target that does not answer is no reason to leave out the next one.
    let both = ["run", "--target", nowhere, "--target", "demo", "--quiet"];
    let ended = folder.run(&both).expect_code(5);
    assert!(
        ended.stdout.contains("2 targets: 1 ERROR, 1 CONFORMS"),
        "{ended}"
    );
    let files = folder.files();
    for file in [
        "probity-report/demo/report.json",
        "probity-report/http-127.0.0.1-1/index.html",
    ] {
        assert!(
            files.iter().any(|one| one == file),
            "{file} is not in {files:?}"
        );
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_all_targets() {
    use crate::peer::Peer;
    use crate::support::folder::signal;
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    // It answers nothing.
    let peer = Peer::answering(|_, knowledge| {
        knowledge.wait_for_heard(usize::MAX);
        crate::peer::json(200, "{}")
    });
    let url = peer.url();
    let run = ["run", "--target", &url, "--target", "demo"];
    // Cases that read have nothing to undo.
    let only = ["--jobs", "1", "--only", "file:cases/notes/reading.yaml"];
    let mut command = folder.command(&[&run[..], &only].concat());
    let process = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    peer.knowledge.wait_for_heard(1);
    signal("-INT", &process);
    let ended: Ended = process.wait_with_output().unwrap().into();
    let ended = ended.expect_code(130);
    assert!(ended.stdout.contains("1 INTERRUPTED, 1 NOT RUN"), "{ended}");
}
