//! No evidence (exit 5), and what is our own defect (exit 70).

use crate::folder::Folder;
use crate::peer::{Peer, json, nobody};
use crate::things;

#[test]
fn a_target_that_is_down_is_an_error_and_not_a_failure() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    folder
        .run(&["run", "--suite", "suite", "--target", &nobody()])
        .expect_code(5)
        .expect_said("the target could not be judged")
        .expect_said("no evidence from 1 case\n");
    let report = folder.report("probity-report/report.json");
    assert_eq!(report["cases"][0]["verdict"], "error");
    assert_eq!(
        report["cases"][0]["steps"][0]["exchange"]["no_answer"]["kind"],
        "refused"
    );
    assert_eq!(report["requirements"][0]["disposition"], "unproven");
}

#[test]
fn what_is_no_http_is_an_error() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| "SSH-2.0-OpenSSH\r\n".into());
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(5);
}

#[test]
fn a_violation_is_stronger_than_an_error_and_both_are_told() {
    let folder = Folder::new();
    things::write(
        &folder,
        &(things::simple("down") + &things::simple("wrong")),
    );
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("wrong") {
            json(500, "{}")
        } else {
            String::new()
        }
    });
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(1)
        .expect_said("violated: 1 MUST (THINGS-01)")
        .expect_said("no evidence from 1 case");
}

#[test]
fn a_report_that_cannot_be_written_is_our_defect_and_the_terminal_still_tells() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    folder.write("file", "not a folder");
    let peer = Peer::answering(|_, _| json(200, "{}"));
    for path in ["json=file/report.json", "json=suite"] {
        folder
            .run(&[
                "run",
                "--suite",
                "suite",
                "--target",
                &peer.url(),
                "--report",
                path,
            ])
            .expect_code(70)
            .expect_said("1 case: 1 pass")
            .expect_complaint("could not be written");
    }
    assert!(!folder.files().iter().any(|name| name.contains("tmp")));
}

#[test]
fn a_case_whose_requests_never_left_leaves_nothing_behind() {
    let folder = Folder::new();
    let case = "- id: one\n  request: { POST: /one }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n  \
                finally: [{ request: { DELETE: /one }, expect: [{ status: 200 }] }]\n";
    things::write(&folder, case);
    let down = folder
        .run(&["run", "--suite", "suite", "--target", &nobody()])
        .expect_code(5);
    assert!(!down.stdout.contains("left behind"), "{down}");
    // An answer that was cut says nothing about whether the request was carried out.
    let peer = Peer::answering(|_, _| String::new());
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(5)
        .expect_said("left on the target");
}
