//! What is too much for memory is put into a temporary file, of which nothing is left.

use std::path::Path;

use super::*;

/// Merges with this folder for temporary files.
fn merge(folder: &Folder, temporary: &Path) -> Ended {
    let reports = [
        "--report",
        "json=merged.json",
        "--report",
        "html=merged.html",
    ];
    let mut command = folder.command(&[&["merge", "shards"], &reports[..]].concat());
    let command = ["TMPDIR", "TMP", "TEMP"]
        .iter()
        .fold(&mut command, |command, name| command.env(name, temporary));
    Ended::from(command.output().unwrap())
}

#[test]
fn large_shards_use_a_temporary_file_and_leave_none() {
    let folder = Folder::new();
    let cases = (0..CASES).map(|number| things::simple(&format!("case-{number:02}")));
    things::write(&folder, &cases.collect::<String>());
    let peer = conforming_peer();
    let url = peer.url();
    shards(&folder, &url, 2, &[1, 2], &[]);
    std::fs::create_dir(folder.path("temporary")).unwrap();
    let is_empty = || {
        std::fs::read_dir(folder.path("temporary"))
            .unwrap()
            .next()
            .is_none()
    };
    let nowhere = folder.path("nowhere");

    // Few cases need no file.
    merge(&folder, &nowhere).expect_code(0);
    let small = folder.report("merged.json");

    // A megabyte in each of many cases.
    let long = "x".repeat(1 << 20);
    for number in [1, 2] {
        let path = format!("shards/{number}.json");
        let mut shard = folder.report(&path);
        for case in shard["cases"].as_array_mut().unwrap() {
            case["title"] = long.clone().into();
        }
        folder.write(&path, shard.to_string());
    }
    merge(&folder, &nowhere)
        .expect_code(0)
        .expect_complaint("no temporary file can be made, so all cases are in memory:");
    let in_memory = folder.read("merged.json");

    let ended = merge(&folder, &folder.path("temporary")).expect_code(0);
    let complaint = "no temporary file can be made";
    assert!(!ended.stderr.contains(complaint), "{ended}");
    assert!(is_empty());
    assert!(folder.read("merged.json") == in_memory);
    let mut large = folder.report("merged.json");
    for (large, small) in large["cases"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(small["cases"].as_array().unwrap())
    {
        assert_eq!(large["title"].as_str().map(str::len), Some(1 << 20));
        large["title"] = small["title"].clone();
    }
    assert_eq!(large, small);
}
