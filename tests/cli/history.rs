//! `probity history` through the binary.

use crate::support::deployment::Deployment;
use crate::support::folder::Folder;

/// Three runs of one target: the second and third violate a requirement.
fn runs() -> Folder {
    let folder = Folder::new();
    for (name, fault) in [
        ("1", None),
        ("2", Some("ignored-filter")),
        ("3", Some("ignored-filter")),
    ] {
        let options: Vec<&str> = fault
            .into_iter()
            .flat_map(|fault| ["--fault", fault])
            .collect();
        let deployment = Deployment::start(&folder, &options);
        let reference = include_str!("../../targets/reference.yaml");
        let services = format!("name: staging\nservices:\n  presence: {}\n", deployment.url);
        folder.write(
            "staging.yaml",
            reference.replace("name: reference\n", &services),
        );
        let path = format!("json=runs/{name}.json");
        let only = ["--only", "presence", "--report", &path];
        folder.run(&[&["run", "--target", "staging.yaml"][..], &only].concat());
    }
    folder
}

#[test]
fn a_directory_of_runs_is_a_table_and_a_page() {
    let folder = runs();
    // What was read is evidence.
    let report = folder.read("runs/1.json");
    for command in [
        ["history", "runs", "--report", "html=runs/1.json"],
        ["matrix", "runs", "--report", "html=runs/1.json"],
        ["report", "runs/1.json", "--report", "tap=runs/1.json"],
    ] {
        let ended = folder.run(&command).expect_code(2);
        ended.expect_complaint("the output would overwrite a report that is read: runs/1.json");
        assert_eq!(folder.read("runs/1.json"), report);
    }
    folder.write("runs/notes.json", "{}");
    folder.write("runs/notes.txt", "not ours");
    folder
        .run(&["history", "runs", "--report", "html=history.html"])
        .expect_code(0)
        .expect_said("3 runs of staging")
        .expect_said("PRESENCE-15: first bad ")
        .expect_said("(2.json), last good ")
        .expect_complaint("not read: runs/notes.json is not a report")
        .expect_complaint("1 file without the extension .json ignored");
    let page = folder.read("history.html");
    assert!(page.contains("Violated requirements"));
    assert!(page.contains("<code>2.json</code>"));
    assert!(page.contains("default-src 'none'"));
    assert!(page.contains("runs/notes.json is not a report"));
}

#[test]
fn a_directory_without_reports_is_invalid() {
    let folder = Folder::new();
    folder.write("runs/notes.txt", "not ours");
    folder
        .run(&["history", "runs"])
        .expect_code(2)
        .expect_complaint("no report of a run in runs");
    folder
        .run(&["history", "nowhere"])
        .expect_code(2)
        .expect_complaint("error: the directory `nowhere` does not exist");
}

#[test]
fn retention_lists_first_and_never_deletes_what_is_no_report() {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    let run = [
        "run",
        "--target",
        "demo",
        "--quiet",
        "--report",
        "json=runs/3.json",
    ];
    folder.run(&run).expect_code(0);
    let report = folder.read("runs/3.json");
    let started = folder.report("runs/3.json")["started"]
        .as_str()
        .unwrap()
        .to_owned();
    for (name, day) in [("1", "2026-01-01"), ("2", "2026-01-31")] {
        let earlier = report.replace(&started, &format!("{day}T00:00:00Z"));
        folder.write(&format!("runs/{name}.json"), earlier);
    }
    folder.write("runs/notes.json", "{\"format\":\"notes\"}");
    folder.write("runs/index.html", "");
    // A case sends some operations once in a run: they have a latency, too.
    let page = ["history", "runs", "--report", "html=page.html"];
    folder.run(&page).expect_code(0);
    let page = folder.read("page.html");
    let cases = folder.report("runs/3.json")["cases"].clone();
    let cases = cases.as_array().unwrap().iter();
    let steps = cases.flat_map(|case| case["steps"].as_array().unwrap().clone());
    let operations: std::collections::BTreeSet<String> = steps
        .filter(|step| step["finally"] != true)
        .map(|step| step["operation"].as_str().unwrap().to_owned())
        .collect();
    assert!(operations.len() > 3, "{operations:?}");
    for operation in operations {
        let shown = format!("<code>notes {operation}</code>");
        assert!(page.contains(&shown), "no {shown}");
    }
    let all = folder.files();
    let keep = |more: &[&str]| folder.run(&[&["history", "runs"], more].concat());
    keep(&["--keep", "1"])
        .expect_code(0)
        .expect_said("7 cases with the same result in every run, but 3 runs say little")
        .expect_complaint(
            "would delete runs/1.json\nwould delete runs/2.json\n2 reports to delete",
        );
    keep(&["--keep-days", "30", "--today", "2026-02-01"])
        .expect_complaint("would delete runs/1.json\n1 report to delete");
    assert_eq!(folder.files(), all);
    keep(&["--delete"])
        .expect_code(2)
        .expect_complaint("`--keep N` or `--keep-days N`");
    keep(&["--keep", "0"]).expect_code(2);
    keep(&["--keep", "1", "--delete"])
        .expect_code(0)
        .expect_complaint("deleted runs/2.json\n2 reports deleted");
    let left: Vec<String> = folder
        .files()
        .into_iter()
        .filter(|file| file.starts_with("runs/"))
        .collect();
    assert_eq!(left, ["runs/3.json", "runs/index.html", "runs/notes.json"]);
    keep(&["--keep", "1", "--delete"])
        .expect_code(0)
        .expect_complaint("no report to delete");
}
