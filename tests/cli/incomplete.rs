//! Nothing failed, and still not all was proven: exit 4.

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::things;

#[test]
fn a_filter_that_matches_nothing_is_said() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    folder
        .run(&[&run[..], &["--only", "nothing*"]].concat())
        .expect_code(4)
        .expect_said("nothing was selected by `nothing*`: it matches no case");
    // One that matches beside it does not hide it.
    folder
        .run(&[&run[..], &["--only", "things", "--only", "thinks"]].concat())
        .expect_code(4)
        .expect_said("1 case: 1 pass")
        .expect_said("nothing was selected by `thinks`: it matches no case");
    folder
        .run(&["list", "--suite", "suite", "--only", "nothing*"])
        .expect_code(4)
        .expect_complaint("`nothing*` matches no case");
    let ended = folder.run(&["list", "--suite", "suite", "--only", "THINGS-01"]);
    let ended = ended.expect_code(4);
    let meant = "did you mean `requirement:THINGS-01`?";
    assert!(ended.stderr.contains(meant), "{ended}");
    let ended = folder.run(&[&run[..], &["--only", "THINGS-01"]].concat());
    let ended = ended.expect_code(4);
    assert!(ended.stderr.contains(meant), "{ended}");
}

#[test]
fn excluded_cases_are_not_run_and_the_report_says_so() {
    let folder = Folder::new();
    things::write(
        &folder,
        &(things::simple("one") + &things::simple("two") + &things::simple("three")),
    );
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    let skip = ["--only", "things/*/t*", "--skip", "*two"];
    folder
        .run(&[&run[..], &skip].concat())
        .expect_code(0)
        .expect_said("1 case: 1 pass");
    let report = folder.report("probity-report/report.json");
    assert_eq!(report["cases"][0]["id"], "things/all/three");
    assert_eq!(report["selection"][1], "!*two");
    folder
        .run(&[&run[..], &["--skip", "things"]].concat())
        .expect_code(4)
        .expect_said("nothing was selected");
}

#[test]
fn cases_are_selected_by_what_they_are_and_prove() {
    let folder = Folder::new();
    let cases = things::simple("one") + "  tags: smoke\n" + &things::simple("two");
    things::write(&folder, &cases);
    let list = |only: &[&str]| {
        let mut arguments = vec!["list", "--suite", "suite"];
        arguments.extend(only.iter().flat_map(|pattern| ["--only", pattern]));
        folder.run(&arguments)
    };
    list(&["tag:smoke"])
        .expect_code(0)
        .expect_said("things/all/one")
        .expect_said("1 case: 1 MUST");
    list(&["level:MUST", "file:all.yaml"])
        .expect_code(0)
        .expect_said("2 cases: 2 MUST");
    list(&["requirement:THINGS-*", "tag:nothing"])
        .expect_code(4)
        .expect_complaint("`tag:nothing` matches no case");
    list(&["tags:smoke"])
        .expect_code(2)
        .expect_complaint("`tags:smoke` is not a pattern for cases: did you mean `tag:smoke`?");
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = peer.url();
    let run = ["run", "--suite", "suite", "--target", &target];
    folder
        .run(&[&run[..], &["--only", "tag:smoke", "--only", "level:MAY"]].concat())
        .expect_code(4)
        .expect_said("nothing was selected by `level:MAY`: it matches no case that the rest of the selection leaves");
}

#[test]
fn what_failed_is_run_again() {
    let folder = Folder::new();
    things::write(&folder, &(things::simple("one") + &things::simple("two")));
    let broken = Peer::answering(|heard, _| {
        let is_broken = heard.line.contains("/things/two");
        json(if is_broken { 500 } else { 200 }, "{}")
    });
    let mended = Peer::answering(|_, _| json(200, "{}"));
    let (broken, mended) = (broken.url(), mended.url());
    let run = |target: &str, more: &[&str]| {
        let run = ["run", "--suite", "suite", "--target", target];
        folder.run(&[&run[..], more].concat())
    };
    run(&broken, &["--report", "json=first.json"]).expect_code(1);
    run(
        &mended,
        &["--failed", "first.json", "--report", "json=again.json"],
    )
    .expect_code(0)
    .expect_said("1 case: 1 pass");
    let again = folder.report("again.json");
    assert_eq!(again["cases"][0]["id"], "things/all/two");
    assert_eq!(again["selection"][0], "case:things/all/two");
    run(&mended, &["--failed", "again.json"])
        .expect_code(2)
        .expect_complaint("no case failed in again.json: there is nothing to run again");
    run(&mended, &["--failed", "first.json", "--only", "*one"])
        .expect_code(4)
        .expect_said("nothing was selected");
    // A case that is no longer there is not forgotten.
    things::write(&folder, &things::simple("one"));
    run(&mended, &["--failed", "first.json"])
        .expect_code(4)
        .expect_said("nothing was selected by `case:things/all/two`: it matches no case");
}

#[test]
fn a_skipped_case_leaves_its_requirement_unproven_whatever_else_proves_it() {
    let folder = Folder::new();
    let cases = things::simple("one") + &things::simple("two") + "  needs: [counting]\n";
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(4)
        .expect_said("1 pass, 1 skip")
        .expect_said("unproven: 1 MUST (THINGS-01)")
        .expect_said("the target has no capability `things.counting`");
    let report = folder.report("probity-report/report.json");
    assert_eq!(report["cases"][1]["verdict"], "skip");
    assert_eq!(report["exit"], 4);
}

#[test]
fn what_is_declared_not_applicable_is_not_missed() {
    let folder = Folder::new();
    things::write(&folder, &things::simple("one"));
    let contract = folder.read("suite/cases/things/contract.yaml");
    let second =
        "  - { id: THINGS-02, level: MUST, sentence: Things are counted., source: here }\n";
    folder.write("suite/cases/things/contract.yaml", &(contract + second));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = peer.url();
    folder
        .run(&["run", "--suite", "suite", "--target", &target])
        .expect_code(4)
        .expect_said("unproven: 1 MUST (THINGS-02)");
    folder.write(
        "target.yaml",
        format!(
            "name: t\nservices: {{ things: '{target}' }}\nnot-applicable: {{ THINGS-02: nobody counts here }}\n"
        ),
    );
    folder
        .run(&["run", "--suite", "suite", "--target", "target.yaml"])
        .expect_code(0)
        .expect_said("1 upheld, 1 not applicable");
}
