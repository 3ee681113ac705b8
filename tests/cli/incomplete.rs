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
