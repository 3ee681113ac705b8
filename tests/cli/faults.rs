//! A deployment with a fault is red, and the first finding names the requirement that the fault violates.

use serde_json::Value;

use crate::support::deployment::Deployment;
use crate::support::folder::Folder;

/// The requirement that `serve --list` names for a fault.
fn requirement_of(fault: &str) -> String {
    let listed = Folder::new().run(&["serve", "--list"]).expect_code(0);
    let line = listed
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix(&format!("fault {fault} ")));
    let requirement = line.and_then(|rest| rest.split(' ').next());
    requirement
        .unwrap_or_else(|| panic!("no {fault}"))
        .to_owned()
}

fn first_finding(report: &Value) -> &Value {
    let mut cases = report["cases"].as_array().unwrap().iter();
    cases
        .find_map(|case| case["findings"].get(0))
        .expect("there is a finding")
}

#[track_caller]
fn is_found(fault: &str) {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &["--fault", fault]);
    let ended = folder
        .run(&[
            "run",
            "--target",
            &deployment.url,
            "--report",
            "json=r.json",
        ])
        .expect_code(1)
        .expect_said("VIOLATED");
    let report = folder.report("r.json");
    assert_eq!(report["exit"], 1);
    let requirement = requirement_of(fault);
    assert_eq!(
        first_finding(&report)["requirement"],
        *requirement,
        "{ended}"
    );
    assert!(ended.stdout.contains(&requirement), "{ended}");
}

macro_rules! found {
    ($($test:ident $fault:literal)*) => {
        $(#[test] fn $test() { is_found($fault); })*
    };
}

found! {
    wrong_status_is_found "wrong-status"
    missing_member_is_found "missing-member"
    wrong_type_is_found "wrong-type"
    ignored_filter_is_found "ignored-filter"
    ignored_level_is_found "ignored-level"
    limit_off_by_one_is_found "limit-off-by-one"
    no_authentication_is_found "no-authentication"
    stale_state_is_found "stale-state"
    body_on_204_is_found "body-on-204"
    missing_content_type_is_found "missing-content-type"
    bad_date_is_found "bad-date"
    extra_record_is_found "extra-record"
}

#[test]
fn a_deployment_without_faults_is_green_by_its_url() {
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &[]);
    folder
        .run(&["run", "--target", &deployment.url])
        .expect_code(0)
        .expect_said("CONFORMS");
}

#[test]
fn the_embedded_deployment_is_green_without_any_argument() {
    let folder = Folder::new();
    let ended = folder.run(&["run"]).expect_code(0).expect_said("CONFORMS");
    assert_eq!(ended.stderr, "");
}
