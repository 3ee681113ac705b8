//! What is no shard of the run: it is refused, and nothing is merged.

use super::*;

#[test]
#[expect(clippy::too_many_lines, reason = "one refusal after the other")]
fn what_does_not_belong_to_the_run_is_refused() {
    let folder = Folder::new();
    write(&folder);
    let peer = calm_peer();
    let url = peer.url();
    shards(&folder, &url, 2, &[1, 2], &[]);
    let refused = |file: &str, complaint: &str| {
        folder
            .run(&["merge", "shards"])
            .expect_code(2)
            .expect_complaint(complaint);
        std::fs::remove_file(folder.path(file)).unwrap();
        folder.run(&["merge", "shards"]).expect_code(1);
    };
    // A blob of an earlier run.
    folder.run(&run(
        &url,
        &[
            "--shard",
            "1/2",
            "--run-id",
            "run-0",
            "--report",
            "json=shards/0.json",
        ],
    ));
    refused(
        "shards/0.json",
        "shards/1.json: the run id is `run-1`, not `run-0`",
    );
    folder.run(&run(
        &url,
        &[
            "--shard",
            "1/4",
            "--run-id",
            "run-1",
            "--report",
            "json=shards/0.json",
        ],
    ));
    refused("shards/0.json", "the number of shards is `2`, not `4`");
    folder.run(&run(
        &url,
        &[
            "--shard",
            "2/2",
            "--run-id",
            "run-1",
            "--only",
            "*case-1*",
            "--report",
            "json=shards/0.json",
        ],
    ));
    refused("shards/0.json", "the selection differs");
    folder.run(&run(&url, &["--report", "json=shards/whole.json"]));
    refused(
        "shards/whole.json",
        "shards/whole.json is the report of a whole run, not of a shard",
    );
    // A stream with a line that no run has written.
    folder.run(&run(
        &url,
        &[
            "--shard",
            "1/2",
            "--run-id",
            "run-1",
            "--report",
            "events=shards/a.jsonl",
        ],
    ));
    let mut lines: Vec<String> = folder
        .read("shards/a.jsonl")
        .lines()
        .map(str::to_owned)
        .collect();
    lines.remove(3);
    folder.write("shards/a.jsonl", lines.join("\n") + "\n");
    refused("shards/a.jsonl", "shards/a.jsonl:");
    // Something else.
    folder.write("shards/package.json", "{}");
    folder.write("shards/notes.jsonl", "{}");
    folder
        .run(&["merge", "shards"])
        .expect_code(1)
        .expect_complaint("ignored: shards/package.json is not a report");
    folder.run(&["merge", "shards/package.json"]).expect_code(2);
    folder.run(&["merge", "nowhere"]).expect_code(2);
    folder.write("empty/x.txt", "");
    folder
        .run(&["merge", "empty"])
        .expect_code(2)
        .expect_complaint("there is no report of a shard");
    folder
        .run(&["merge", "shards", "--report", "json=shards/2.json"])
        .expect_code(2)
        .expect_complaint("the report would overwrite a shard: shards/2.json");
    // A target with other limits: what one shard waits for, another one may not.
    for (number, limits) in [("1", "{}"), ("2", "{ eventually: 3x }")] {
        let target = target_file().replace("URL", &url) + &format!("limits: {limits}\n");
        folder.write("staging.yaml", target);
        let (shard, report) = (format!("{number}/2"), format!("json=other/{number}.json"));
        folder.run(&run(
            "staging.yaml",
            &["--shard", &shard, "--run-id", "run-1", "--report", &report],
        ));
    }
    folder
        .run(&["merge", "other"])
        .expect_code(2)
        .expect_complaint("`limits`, `network` or the identities of the target differ");
    // The suite has changed since.
    things::write_cases(&folder, "more", &things::simple("another"));
    folder
        .run(&["merge", "shards"])
        .expect_code(2)
        .expect_complaint("is not that of the shards");
}

#[test]
fn wrong_shards_are_refused_and_limits_are_divided() {
    let folder = Folder::new();
    write(&folder);
    for (shard, complaint) in [
        (
            "0/8",
            "shards are counted from 1: expected a number from 1 to 8, found 0",
        ),
        ("9/8", "expected a number from 1 to 8, found 9"),
        (
            "1/0",
            "the number of shards must be from 1 to 10000, found 0",
        ),
        ("three", "expected K/N, as in `3/8`, found `three`"),
    ] {
        folder
            .run(&["run", "--shard", shard, "--run-id", "x"])
            .expect_code(2)
            .expect_complaint(complaint);
    }
    folder
        .run(&["run", "--shard", "auto", "--run-id", "x"])
        .expect_code(2)
        .expect_complaint("found no number of a job in the environment");
    folder
        .run(&["run", "--shard", "1/2"])
        .expect_code(2)
        .expect_complaint("a shard needs the id of its run");
    for other in [["--baseline", "x"], ["--record", "x"]] {
        let own = ["run", "--shard", "1/2", "--run-id", "x"];
        folder.run(&[&own[..], &other].concat()).expect_code(2);
    }
    folder.run(&["run", "--run-id", "x"]).expect_code(2);
    let limits =
        "limits: { per-second: 10, concurrency: 4, services: { things: { per-second: 3 } } }\n";
    folder.write(
        "staging.yaml",
        target_file().replace("URL", "http://127.0.0.1:1") + limits,
    );
    folder
        .run(&run(
            "staging.yaml",
            &["--shard", "1/2", "--run-id", "x", "--plan"],
        ))
        .expect_code(0)
        .expect_said("10 per second in all 2 shards, 2 at a time")
        .expect_said("things: 3 per second in all 2 shards")
        .expect_complaint("shard 1/2 of the run x:");
    folder
        .run(&run(
            "staging.yaml",
            &["--shard", "1/8", "--run-id", "x", "--plan"],
        ))
        .expect_said("10 per second in all 8 shards, 1 at a time");
}
