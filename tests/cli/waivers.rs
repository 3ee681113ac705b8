//! Waivers through the binary: what they forgive, and everything by which they are red again.

use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};

const CASES: [&str; 2] = ["--only", "presence"];

/// A target file for the deployment, so that waivers have a place beside it.
fn target(folder: &Folder, deployment: &Deployment) {
    let reference = include_str!("../../targets/reference.yaml");
    let url = &deployment.url;
    let services = format!(
        "name: reference\nservices:\n  presence: {url}\n  seats: {url}\n  graph-v1: {url}/v1.0\n  graph-beta: {url}/beta\n"
    );
    let text = reference.replace("name: reference\n", &services);
    folder.write("staging.yaml", &text);
}

fn run(folder: &Folder, more: &[&str]) -> Ended {
    let arguments = ["run", "--target", "staging.yaml", "--report", "run.json"];
    folder.run(&[&arguments[..], &CASES, more].concat())
}

fn failed(folder: &Folder) -> Vec<String> {
    let report = folder.report("run.json");
    let cases = report["cases"].as_array().unwrap().iter();
    cases
        .filter(|case| case["verdict"] == "fail")
        .map(|case| case["id"].as_str().unwrap().to_owned())
        .collect()
}

fn waive(folder: &Folder, case: &str, more: &[&str]) -> Ended {
    let arguments = [
        "waive",
        case,
        "--report",
        "run.json",
        "--today",
        "2026-01-01",
    ];
    let reason = ["--reason", "fixed in 2.4", "--expires", "2026-03-31"];
    folder.run(&[&arguments[..], &reason, more].concat())
}

/// A deployment with the fault, its failures waived on the first of January.
fn waived(folder: &Folder, fault: &str) -> Deployment {
    let deployment = Deployment::start(folder, &["--fault", fault]);
    target(folder, &deployment);
    run(folder, &[]).expect_code(1);
    for case in failed(folder) {
        waive(folder, &case, &["--issue", "https://tracker.example/7"])
            .expect_code(0)
            .expect_said("staging.waivers.yaml");
    }
    deployment
}

/// Is it among the reasons for the exit code?
#[track_caller]
fn assert_reason(folder: &Folder, part: &str) {
    let reasons = folder.report("run.json")["reasons"].to_string();
    assert!(reasons.contains(part), "no `{part}` in {reasons}");
}

#[test]
fn a_waived_failure_passes_the_gate_and_is_listed_with_its_days() {
    let folder = Folder::new();
    let _deployment = waived(&folder, "ignored-filter");
    let ended = run(&folder, &["--today", "2026-03-01", "--report", "out/"])
        .expect_code(0)
        .expect_said("30 days left (2026-03-31): fixed in 2.4 [https://tracker.example/7]")
        .expect_said("FAIL presence/")
        .expect_said("WAIVED: every violation is waived (exit 0)");
    let report = folder.report("run.json");
    let requirements = report["requirements"].as_array().unwrap();
    let requirement = requirements.iter().find(|one| one["id"] == "PRESENCE-15");
    // It lets the gate pass; it does not make the requirement upheld.
    assert_eq!(requirement.unwrap()["disposition"], "violated", "{ended}");
    assert_eq!(report["waivers"][0]["standing"], "applied");
    let junit = folder.read("out/junit.xml");
    assert!(!junit.contains("<failure"), "{junit}");
    assert!(junit.contains("<skipped message=\"waived until 2026-03-31: fixed in 2.4;"));
    assert!(folder.read("out/report.md").contains("### Waived"));
}

#[test]
fn an_expired_waiver_forgives_nothing() {
    let folder = Folder::new();
    let _deployment = waived(&folder, "ignored-filter");
    run(&folder, &["--today", "2026-03-31"]).expect_code(0);
    run(&folder, &["--today", "2026-04-01"]).expect_code(1);
    assert_reason(
        &folder,
        "is expired: it ended on 2026-03-31: delete or renew it",
    );
}

#[test]
fn a_stale_waiver_is_red_and_says_what_to_delete() {
    let folder = Folder::new();
    drop(waived(&folder, "ignored-filter"));
    let sound = Deployment::start(&folder, &[]);
    target(&folder, &sound);
    run(&folder, &["--today", "2026-02-01"])
        .expect_code(3)
        .expect_said("STALE WAIVER");
    assert_reason(
        &folder,
        "the waiver at staging.waivers.yaml:2 for presence/",
    );
    assert_reason(&folder, "is stale: it passes now: delete it");
    // Expired too, and nothing fails.
    run(&folder, &["--today", "2026-05-01"])
        .expect_code(3)
        .expect_said("is expired");
}

#[test]
fn another_failure_of_a_waived_case_is_red() {
    let folder = Folder::new();
    let _deployment = waived(&folder, "ignored-filter");
    let text = folder.read("staging.waivers.yaml");
    assert!(text.contains("PRESENCE-15 step 1: "), "{text}");
    folder.write(
        "staging.waivers.yaml",
        text.replace("PRESENCE-15 step 1: ", "PRESENCE-15 step 7: "),
    );
    run(&folder, &["--today", "2026-02-01"]).expect_code(1);
    assert_reason(
        &folder,
        "no longer fits: it fails in another way now: PRESENCE-15 step 1: ",
    );
}

#[test]
fn a_waiver_that_matches_nothing_is_red() {
    let folder = Folder::new();
    let sound = Deployment::start(&folder, &[]);
    target(&folder, &sound);
    folder.write(
        "elsewhere.yaml",
        "waivers:\n  - case: presence/no/such-case\n    target: reference\n    reason: forgotten\n    \
         created: \"2026-01-01\"\n    expires: \"2026-02-01\"\n    fingerprint: [anything]\n",
    );
    run(
        &folder,
        &["--waivers", "elsewhere.yaml", "--today", "2026-01-02"],
    )
    .expect_code(3)
    .expect_said("the waiver at elsewhere.yaml:2 for presence/no/such-case matches nothing");
}

#[test]
fn an_invalid_waiver_file_is_found_before_the_first_request() {
    let folder = Folder::new();
    let sound = Deployment::start(&folder, &[]);
    target(&folder, &sound);
    folder.write(
        "staging.waivers.yaml",
        "waivers:\n  - { case: a, reason: b }\n",
    );
    run(&folder, &[])
        .expect_code(2)
        .expect_complaint("missing key `expires` in a waiver");
    assert!(!folder.files().contains(&"run.json".to_owned()));
    run(&folder, &["--waivers", "nowhere.yaml"])
        .expect_code(2)
        .expect_complaint("nowhere.yaml");
}

#[test]
fn only_a_failure_can_be_waived_and_not_for_ever() {
    let folder = Folder::new();
    let _deployment = waived(&folder, "ignored-filter");
    let report = folder.report("run.json");
    let cases = report["cases"].as_array().unwrap();
    let passing = cases.iter().find(|case| case["verdict"] == "pass").unwrap();
    waive(&folder, passing["id"].as_str().unwrap(), &[])
        .expect_code(2)
        .expect_complaint("did not fail: pass")
        .expect_complaint("in run.json (run of 20")
        .expect_complaint("name another with --report");
    waive(&folder, "presence/no/such", &[])
        .expect_code(2)
        .expect_complaint("the report has no case");
    let case = &failed(&folder)[0];
    let arguments = [
        "waive",
        case,
        "--report",
        "run.json",
        "--today",
        "2026-01-01",
    ];
    folder
        .run(
            &[
                &arguments[..],
                &["--reason", "r", "--expires", "2026-07-01"],
            ]
            .concat(),
        )
        .expect_code(2)
        .expect_complaint("at most 180 days");
    // Written again it replaces its entry and nothing else.
    let mut before = folder.read("staging.waivers.yaml");
    let other = "  # Kept.\n  - case: a/b/c\n    target: reference\n    reason: other\n    created: 2026-01-01\n    \
                 expires: 2026-01-31\n    fingerprint: [A-01 status]\n";
    before += other;
    folder.write("staging.waivers.yaml", &before);
    waive(&folder, case, &[])
        .expect_code(0)
        .expect_said("in place of the waiver at line 2")
        .expect_said("as it failed in run.json (run of ");
    // The first of three is the last now, with its issue.
    let (head, entries) = before.split_once("  - ").unwrap();
    let (entry, others) = entries.split_once("\n  - ").unwrap();
    let after = folder.read("staging.waivers.yaml");
    assert_eq!(after, format!("{head}  - {others}  - {entry}\n"));
    // One that is not a block of lines cannot be taken out.
    let line = after.replace(other, "");
    let flow = format!(
        "waivers: [{{ case: {case}, target: reference, reason: r, created: 2026-01-01, \
                        expires: 2026-01-31, fingerprint: [A-01 status] }}]\n"
    );
    folder.write("staging.waivers.yaml", &flow);
    waive(&folder, case, &[]).expect_code(2);
    assert_eq!(folder.read("staging.waivers.yaml"), flow);
    folder.write("staging.waivers.yaml", line);
}

#[test]
fn a_recording_is_judged_with_the_waivers_beside_its_target_file() {
    let folder = Folder::new();
    let deployment = waived(&folder, "missing-member");
    let today = ["--today", "2026-01-02"];
    run(&folder, &[&["--record", "run.har"][..], &today].concat()).expect_code(0);
    drop(deployment);
    let judge = |more: &[&str]| {
        let arguments = ["judge", "run.har", "--report", "json=judge.json"];
        folder.run(&[&arguments[..], more].concat())
    };
    judge(&today).expect_code(0);
    let [ran, judged] =
        ["run.json", "judge.json"].map(|name| folder.report(name)["waivers"].clone());
    assert_eq!(ran, judged);
    assert!(!judged.as_array().unwrap().is_empty());
    // They end on the day of the judging, not of the run.
    judge(&["--today", "2026-04-01"]).expect_code(1);
    folder.write("none.yaml", "waivers: []\n");
    judge(&[&["--waivers", "none.yaml"][..], &today].concat()).expect_code(1);
    std::fs::remove_file(folder.path("staging.waivers.yaml")).unwrap();
    judge(&today).expect_code(1);
}
