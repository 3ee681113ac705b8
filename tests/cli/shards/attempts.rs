//! Shards that are started more than once: killed, resumed, or answered differently.

use std::fmt::Write as _;

use super::*;

#[test]
fn a_shard_that_is_killed_and_run_again_counts_once() {
    let folder = Folder::new();
    write(&folder);
    let held = Arc::new(AtomicUsize::new(usize::MAX));
    let peer = peer(&held);
    let url = peer.url();
    folder
        .run(&run(&url, &["--report", "json=whole.json"]))
        .expect_code(1);
    shards(&folder, &url, 3, &[1, 3], &[]);
    // Some case in the middle of shard 2.
    let own = Folder::new();
    write(&own);
    shards(&own, &url, 3, &[2], &["--jobs", "1"]);
    let cases = own.report("shards/2.json")["cases"].clone();
    let ids: Vec<&str> = cases
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|case| case["id"].as_str())
        .collect();
    assert!(ids.len() > 4, "{ids:?}");
    let number: usize = ids[3].rsplit('-').next().unwrap().parse().unwrap();
    held.store(number, Ordering::SeqCst);
    let before = peer.lines().len();
    let mut child = folder.start(&run(
        &url,
        &[
            "--shard",
            "2/3",
            "--run-id",
            "run-1",
            "--jobs",
            "1",
            "--report",
            "events=shards/killed.jsonl",
        ],
    ));
    peer.knowledge.wait_for_heard(before + 4);
    child.kill().unwrap();
    child.wait().unwrap();
    held.store(usize::MAX, Ordering::SeqCst);

    let ended = folder
        .run(&["merge", "shards", "--report", "json=partial.json"])
        .expect_code(1)
        .expect_said("shard 2/3 was killed:")
        .expect_complaint("to run what is missing: probity run --resume shards/killed.jsonl");
    assert!(!ended.stdout.contains("CONFORMS"), "{ended}");
    let partial = folder.report("partial.json");
    let skipped = partial["cases"].as_array().unwrap().iter();
    let skipped = skipped.filter(|case| case["reason"] == "shard 2/3 was killed");
    assert_eq!(skipped.count(), ids.len() - 3);

    // The engine starts it again; what the killed one had seen agrees.
    shards(&folder, &url, 3, &[2], &[]);
    folder
        .run(&["merge", "shards", "--report", "json=merged.json"])
        .expect_code(1)
        .expect_complaint("shard 2/3 is there twice, with the same results: shards/2.json is used, shards/killed.jsonl is not");
    assert_eq!(
        timeless(folder.report("merged.json")),
        timeless(folder.report("whole.json"))
    );

    // Resuming the killed one completes it as well.
    std::fs::remove_file(folder.path("shards/2.json")).unwrap();
    folder
        .run(&["run", "--resume", "shards/killed.jsonl", "--shard", "1/3"])
        .expect_code(2)
        .expect_complaint("it was started with `--shard 2/3`");
    folder
        .run(&["run", "--resume", "shards/killed.jsonl"])
        .expect_complaint("shard 2/3 of the run run-1");
    folder
        .run(&["merge", "shards", "--report", "json=resumed.json"])
        .expect_code(1);
    assert_eq!(
        timeless(folder.report("resumed.json")),
        timeless(folder.report("whole.json"))
    );
}

/// A seed that a shard has drawn is no option: the resumed shard still belongs to the others.
#[test]
fn a_resumed_shard_with_a_drawn_seed_is_of_the_same_run() {
    let folder = Folder::new();
    let mut cases = String::new();
    for number in 0..9 {
        let request = "request: { GET: \"/things/${uuid()}\" }";
        let expect = "expect: [{ proves: [THINGS-01], status: 200 }]";
        writeln!(cases, "- id: case-{number}\n  {request}\n  {expect}").unwrap();
    }
    things::write(&folder, &cases);
    let at = Arc::new(AtomicUsize::new(usize::MAX));
    let held = Arc::clone(&at);
    let peer = Peer::answering(move |_, knowledge| {
        if knowledge.heard_like("GET ") == held.load(Ordering::SeqCst) {
            knowledge.wait_for_heard(usize::MAX);
        }
        json(200, "{}")
    });
    let url = peer.url();
    assert_eq!(shards(&folder, &url, 2, &[1], &[]), [0]);
    let before = peer.lines().len();
    at.store(before + 2, Ordering::SeqCst);
    let own = [
        "--shard",
        "2/2",
        "--run-id",
        "run-1",
        "--jobs",
        "1",
        "--report",
        "events=shards/2.jsonl",
    ];
    let mut child = folder.start(&run(&url, &own));
    peer.knowledge.wait_for_heard(before + 2);
    child.kill().unwrap();
    child.wait().unwrap();
    folder
        .run(&["run", "--resume", "shards/2.jsonl"])
        .expect_code(0);
    folder
        .run(&["merge", "shards"])
        .expect_code(0)
        .expect_said("CONFORMS");
}

#[test]
fn two_results_of_one_shard_are_refused() {
    let folder = Folder::new();
    write(&folder);
    let (one, other) = (conforming_peer(), calm_peer());
    // A target whose deployment is another one at the second attempt.
    let target = |url: &str| {
        let reference = target_file();
        folder.write("staging.yaml", reference.replace("URL", url));
    };
    target(&one.url());
    shards(&folder, "staging.yaml", 2, &[1, 2], &[]);
    std::fs::rename(
        folder.path("shards/2.json"),
        folder.path("shards/first.json"),
    )
    .unwrap();
    target(&other.url());
    shards(&folder, "staging.yaml", 2, &[2], &[]);
    folder
        .run(&["merge", "shards"])
        .expect_code(2)
        .expect_complaint("the URLs of the target's services differ");
}
