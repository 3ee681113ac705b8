//! Shards that are divided by the durations of an earlier run.

use super::*;

#[test]
fn durations_divide_the_plan_in_the_same_way_for_all() {
    let folder = Folder::new();
    write(&folder);
    let peer = calm_peer();
    let url = peer.url();
    folder
        .run(&run(&url, &["--report", "json=whole.json"]))
        .expect_code(1);
    let durations = ["--durations", "whole.json"];
    shards(&folder, &url, 3, &[1, 2], &durations);
    folder
        .run(&["merge", "shards"])
        .expect_code(1)
        .expect_said("shard 3/3 is missing:")
        .expect_complaint("--durations whole.json");
    shards(&folder, &url, 3, &[3], &[]);
    folder
        .run(&["merge", "shards"])
        .expect_code(2)
        .expect_complaint("the durations by which the plan is divided differ");
    shards(&folder, &url, 3, &[3], &durations);
    folder
        .run(&["merge", "shards", "--report", "json=merged.json"])
        .expect_code(1);
    assert_eq!(
        timeless(folder.report("merged.json")),
        timeless(folder.report("whole.json"))
    );
    folder
        .run(&run(
            &url,
            &["--shard", "1/3", "--run-id", "x", "--durations", "suite"],
        ))
        .expect_code(2);
}

#[test]
fn the_longest_case_of_a_shard_is_started_first_and_reported_in_its_place() {
    let folder = Folder::new();
    write(&folder);
    let peer = conforming_peer();
    let url = peer.url();
    folder.run(&run(&url, &["--report", "json=before.json"]));
    let mut before = folder.report("before.json");
    let cases = before["cases"].as_array_mut().unwrap();
    let long = cases
        .iter_mut()
        .find(|case| case["id"] == "things/all/case-17");
    long.unwrap()["duration_ms"] = 60_000.0.into();
    folder.write("before.json", before.to_string());
    let peer = conforming_peer();
    let url = peer.url();
    let more = [
        "--shard",
        "1/1",
        "--run-id",
        "x",
        "--durations",
        "before.json",
        "--jobs",
        "1",
        "--report",
        "json=after.json",
    ];
    folder.run(&run(&url, &more));
    assert_eq!(peer.lines()[0].split(' ').nth(1), Some("/things/case-17"));
    let ids = |report: &Value| -> Vec<String> {
        let cases = report["cases"].as_array().unwrap().iter();
        cases.map(|case| case["id"].to_string()).collect()
    };
    assert_eq!(ids(&before), ids(&folder.report("after.json")));
}
