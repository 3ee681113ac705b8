//! The example about container registries: its files, and its cases against a registry that conforms.

use std::net::SocketAddr;

use crate::folder::Folder;
use crate::registry;

const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/oci");

/// A registry that answers until its runtime is dropped.
fn registry() -> (tokio::runtime::Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let address = runtime.block_on(registry::start()).unwrap();
    (runtime, address)
}

#[test]
fn the_suite_of_registries_and_its_targets_have_no_mistakes() {
    let folder = Folder::new();
    let file = format!("{SUITE}/targets/docker-registry.yaml");
    for (target, cases) in [
        (file.as_str(), "56 of 63"),
        ("http://127.0.0.1:1", "62 of 63"),
    ] {
        folder
            .run(&["check", "--suite", SUITE, "--target", target])
            .expect_code(0)
            .expect_said("1 contract, 62 requirements, 63 cases")
            .expect_said(cases);
    }
}

#[test]
fn a_registry_that_conforms_passes_every_case_and_leaves_nothing_behind() {
    let (_runtime, address) = registry();
    let folder = Folder::new();
    let target = format!("http://{address}");
    folder
        .run(&["run", "--suite", SUITE, "--target", &target, "--strict"])
        .expect_code(0)
        .expect_said("63 cases: 62 pass, 1 skip")
        .expect_said("CONFORMS");
    let report = folder.report("probity-report/report.json");
    for case in report["cases"].as_array().unwrap() {
        assert_eq!(case["left_behind"], serde_json::json!([]), "{case:#}");
    }
}

#[test]
fn every_check_of_the_suite_of_registries_can_fail() {
    let (_runtime, address) = registry();
    let folder = Folder::new();
    let target = format!("http://{address}");
    folder
        .run(&["prove", "--suite", SUITE, "--target", &target])
        .expect_code(0)
        .expect_said("PROVEN");
}

/// The baseline is that of `run.sh`.
#[test]
fn every_failure_in_the_accepted_baseline_has_its_reason() {
    let path = format!("{SUITE}/targets/docker-registry.baseline.jsonl");
    let baseline = std::fs::read_to_string(path).unwrap();
    let lines = baseline
        .lines()
        .map(serde_json::from_str::<serde_json::Value>);
    let failing: Vec<_> = lines
        .map(Result::unwrap)
        .filter(|line| line.get("fails").is_some())
        .collect();
    assert!(!failing.is_empty());
    for case in failing {
        assert!(case["lowered"].is_string(), "{case}");
    }
}
