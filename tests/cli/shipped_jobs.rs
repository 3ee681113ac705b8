//! The files in `deploy/`: what the containers would run is run as processes of this machine.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::deployment::Deployment;
use crate::support::folder::Folder;

fn shipped(path: &str) -> String {
    std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("deploy")
            .join(path),
    )
    .unwrap()
}

/// The arguments of the container, with the variables filled in as Kubernetes does, and the paths of this machine.
fn arguments(manifest: &str, variables: &BTreeMap<&str, String>) -> Vec<String> {
    let lines = manifest
        .lines()
        .skip_while(|line| line.trim() != "args:")
        .skip(1);
    let items = lines.map_while(|line| line.trim().strip_prefix("- "));
    let fill = |item: &str| {
        let mut text = item.to_owned();
        for (name, value) in variables {
            text = text.replace(&format!("$({name})"), value);
        }
        assert!(!text.contains("$("), "{text}");
        text.replace("/etc/probity/", "")
            .replace("/shards", "shards")
    };
    items.map(fill).collect()
}

/// The value of a variable in the manifest.
fn variable(manifest: &str, name: &str) -> String {
    let mut lines = manifest.lines();
    let found = lines.any(|line| line.trim() == format!("- name: {name}"));
    assert!(found, "no {name}");
    let value = lines
        .next()
        .unwrap()
        .trim()
        .strip_prefix("value: ")
        .unwrap();
    value.trim_matches('"').to_owned()
}

#[test]
fn the_indexed_job_and_the_merge_job_give_the_verdict_of_one_run() {
    let shards = shipped("kubernetes/shards/job.yaml");
    let completions = variable(&shards, "JOB_COMPLETIONS");
    assert!(shards.contains(&format!("\n  completions: {completions}\n")));
    let folder = Folder::new();
    let deployment = Deployment::start(&folder, &["--fault", "ignored-filter"]);
    let url = &deployment.url;
    let reference = include_str!("../../targets/reference.yaml");
    let services = format!(
        "name: reference\nservices:\n  presence: {url}\n  seats: {url}\n  graph-v1: {url}/v1.0\n  graph-beta: {url}/beta\n"
    );
    folder.write(
        "target.yaml",
        reference.replace("name: reference\n", &services),
    );
    let run = "0d5f0f2c-5b8e-4f5e-9d5c-3f6f2f8d1a11".to_owned();
    let pod = |index: usize, attempt: &str| {
        let variables = BTreeMap::from([
            ("RUN", run.clone()),
            ("POD", format!("probity-shards-{index}-{attempt}")),
        ]);
        let arguments = arguments(&shards, &variables);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = folder.command(&arguments);
        command
            .env("JOB_COMPLETION_INDEX", index.to_string())
            .env("JOB_COMPLETIONS", &completions)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    };
    let mut pods: Vec<_> = (0..completions.parse().unwrap())
        .map(|index| pod(index, "first"))
        .collect();
    // A node is lost; the engine starts the index again.
    pods[2].kill().unwrap();
    pods.push(pod(2, "second"));
    for mut pod in pods {
        pod.wait().unwrap();
    }
    let merge = shipped("kubernetes/merge/job.yaml");
    let arguments = arguments(&merge, &BTreeMap::from([("RUN", run.clone())]));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    folder
        .run(&arguments)
        .expect_code(1)
        .expect_said("VIOLATED: the target breaks the contract");
    folder
        .run(&[
            "run",
            "--target",
            "target.yaml",
            "--report",
            "json=whole.json",
        ])
        .expect_code(1);
    let merged = folder.report(&format!("shards/report-{run}/report.json"));
    let whole = folder.report("whole.json");
    for member in ["exit", "reasons", "requirements", "contracts", "selection"] {
        assert_eq!(merged[member], whole[member], "{member}");
    }
}

#[test]
fn the_documentation_has_the_shipped_workflows() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let github = shipped("github.yml");
    let (_, github) = github.split_once("on: push\n").unwrap();
    assert!(docs.contains(github));
    assert!(docs.contains(&shipped("gitlab.yml")));
}
