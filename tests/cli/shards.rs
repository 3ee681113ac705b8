//! Shards of a run, each a process of its own, and their merge: it is the report of one run, or it says what is missing
//! and is not green.

use std::fmt::Write as _;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};
use crate::things;

const CASES: usize = 24;

/// Cases of which every fifth fails, two share a lock, and one is skipped.
fn write(folder: &Folder) {
    let mut cases: String = (0..CASES)
        .map(|number| things::simple(&format!("case-{number:02}")))
        .collect();
    cases.push_str("- id: lacking\n  needs: [counting]\n  request: { GET: /x }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n");
    things::write(folder, &cases);
}

/// Fails for some of the cases. Holds the request for one of them as long as `held` is its number.
fn peer(held: &Arc<AtomicUsize>) -> Peer {
    let held = Arc::clone(held);
    Peer::answering(move |heard, knowledge| {
        let path = heard.line.split(' ').nth(1).unwrap_or_default();
        let number: usize = path
            .rsplit('-')
            .next()
            .and_then(|it| it.parse().ok())
            .unwrap_or(99);
        if number == held.load(Ordering::SeqCst) {
            knowledge.wait_for_heard(usize::MAX);
        }
        json(if number % 5 == 3 { 500 } else { 200 }, "{\"name\":\"ä\"}")
    })
}

fn calm_peer() -> Peer {
    peer(&Arc::new(AtomicUsize::new(usize::MAX)))
}

/// A server on which every case passes.
fn conforming_peer() -> Peer {
    Peer::answering(|_, _| json(200, "{}"))
}

fn run<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let own = ["run", "--suite", "suite", "--target", url];
    [&own[..], more].concat()
}

/// Runs shards, each with its report in `shards/`.
fn shards(folder: &Folder, target: &str, of: usize, numbers: &[usize], more: &[&str]) -> Vec<i32> {
    let ended = numbers.iter().map(|number| {
        let (shard, report) = (
            format!("{number}/{of}"),
            format!("json=shards/{number}.json"),
        );
        let own = ["--shard", &shard, "--run-id", "run-1", "--report", &report];
        let ended = folder.run(&run(target, &[&own[..], more].concat()));
        ended.code.unwrap()
    });
    ended.collect()
}

/// A report without what depends on the clock, on ports, and on which answer came first.
fn timeless(mut value: Value) -> Value {
    fn clean(value: &mut Value) {
        match value {
            Value::Object(members) => {
                let is_of_the_run = |name: &str| {
                    name.ends_with("_ms")
                        || ["started", "timing", "opening", "exchange"].contains(&name)
                };
                members.retain(|name, _| !is_of_the_run(name));
                members.values_mut().for_each(clean);
            }
            Value::Array(elements) => elements.iter_mut().for_each(clean),
            _ => {}
        }
    }
    clean(&mut value);
    value
}

/// Starts eight processes at once, as an Indexed Job does.
fn indexed_job(folder: &Folder, url: &str) {
    let start = |index: usize| -> Child {
        let report = format!("json=shards/{index}.json");
        folder
            .command(&[
                "run", "--target", url, "--shard", "auto", "--run-id", "job", "--seed", "7",
                "--report", &report,
            ])
            .env("JOB_COMPLETION_INDEX", index.to_string())
            .env("JOB_COMPLETIONS", "8")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..8).map(start).collect();
    for child in children {
        let ended = Ended::from(child.wait_with_output().unwrap());
        assert!(matches!(ended.code, Some(0 | 1)), "{ended}");
    }
}

#[test]
fn eight_processes_of_an_indexed_job_merge_to_the_verdict_of_one_run() {
    for (fault, code) in [(None, 0), (Some("ignored-filter"), 1)] {
        let folder = Folder::new();
        let options: Vec<&str> = fault.iter().flat_map(|fault| ["--fault", *fault]).collect();
        let deployment = Deployment::start(&folder, &options);
        let url = &deployment.url;
        indexed_job(&folder, url);
        folder
            .run(&[
                "run",
                "--target",
                url,
                "--seed",
                "7",
                "--report",
                "json=whole.json",
            ])
            .expect_code(code);
        folder
            .run(&["merge", "shards", "--report", "json=merged.json"])
            .expect_code(code)
            .expect_said(if code == 0 { "CONFORMS" } else { "VIOLATED" });
        let (merged, whole) = (folder.report("merged.json"), folder.report("whole.json"));
        assert_eq!(timeless(merged), timeless(whole));
    }
}

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

fn target_file() -> &'static str {
    "name: staging\nservices: { things: URL }\nidentities: { things.user: { Authorization: Bearer a } }\nfixtures: { things.name: x }\n"
}

#[test]
fn a_missing_shard_is_never_green_and_its_command_is_printed() {
    let folder = Folder::new();
    write(&folder);
    let peer = conforming_peer();
    let target =
        target_file().replace("URL", &peer.url()) + "cannot: { things.counting: it does not }\n";
    folder.write("staging.yaml", target);
    let target = "staging.yaml";
    let more = [
        "--strict",
        "--retries",
        "1",
        "--only",
        "things/all",
        "--skip",
        "*it's*",
    ];
    folder
        .run(&run(
            target,
            &[&more[..], &["--report", "json=whole.json"]].concat(),
        ))
        .expect_code(0);
    assert_eq!(shards(&folder, target, 4, &[1, 2, 4], &more), [0, 0, 0]);
    let ended = folder
        .run(&["merge", "shards"])
        .expect_code(4)
        .expect_said("shard 3/4 is missing:")
        .expect_said("INCOMPLETE");
    let line = ended
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("to run what is missing: probity "));
    let line = line.unwrap_or_else(|| panic!("no command in {ended}"));
    let ended: Ended = folder.shell(&format!("$0 {line}")).output().unwrap().into();
    ended.expect_code(0).expect_said("SHARD DONE");
    folder
        .run(&["merge", "shards", "--report", "json=merged.json"])
        .expect_code(0)
        .expect_said("CONFORMS");
    assert_eq!(
        timeless(folder.report("merged.json")),
        timeless(folder.report("whole.json"))
    );
}

#[test]
fn gates_waivers_and_baselines_apply_after_the_merge() {
    let folder = Folder::new();
    write(&folder);
    let peer = calm_peer();
    folder.write(
        "staging.yaml",
        target_file().replace("URL", &peer.url()) + "cannot: { things.counting: it does not }\n",
    );
    let target = "staging.yaml";
    folder
        .run(&run(target, &["--report", "json=whole.json"]))
        .expect_code(1);
    // A baseline that does not know the failures of shard 3: in the merge they are new.
    let codes = shards(&folder, target, 3, &[1, 2, 3], &[]);
    assert_eq!(codes, [1, 0, 1]);
    let failing = |file: &str| -> Vec<String> {
        let report = folder.report(file);
        let cases = report["cases"].as_array().unwrap().iter();
        let cases = cases.filter(|case| case["verdict"] == "fail");
        cases
            .map(|case| case["id"].as_str().unwrap().to_owned())
            .collect()
    };
    folder.run(&["accept", "whole.json"]).expect_code(0);
    let gate = [
        "--baseline",
        "staging.baseline.jsonl",
        "--gate",
        "regressions",
    ];
    let merge = ["merge", "shards"];
    folder
        .run(&[&merge[..], &gate].concat())
        .expect_code(0)
        .expect_said("NO REGRESSION");
    // The same gate on a merge with a gap whose cases are in no baseline.
    let lines = folder.read("staging.baseline.jsonl");
    let of_third = failing("shards/3.json");
    let own = folder.report("shards/3.json");
    let own: Vec<&str> = own["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|case| case["id"].as_str())
        .collect();
    assert!(!of_third.is_empty());
    let is_known = |line: &&str| {
        !own.iter()
            .any(|id| line.contains(&format!("{{\"case\":\"{id}\"")))
    };
    let lines: Vec<&str> = lines.lines().filter(is_known).collect();
    let known = lines.iter().filter(|line| line.starts_with("{\"case\":"));
    let heading = format!("\"cases\":{}", known.count());
    let text = lines.join("\n").replacen("\"cases\":25", &heading, 1);
    folder.write("old.jsonl", text + "\n");
    let files = ["merge", "shards/1.json", "shards/2.json"];
    let old = ["--baseline", "old.jsonl", "--gate", "regressions"];
    folder
        .run(&[&files[..], &old].concat())
        .expect_code(4)
        .expect_said("shard 3/3 is missing");
    folder
        .run(&[&files[..], &["--report", "json=gap.json"]].concat())
        .expect_code(1);
    folder
        .run(&["accept", "gap.json", "--baseline", "gap.jsonl"])
        .expect_code(4)
        .expect_complaint("merged without all of its shards");
    folder
        .run(&["accept", "shards/1.json", "--baseline", "gap.jsonl"])
        .expect_code(4)
        .expect_complaint("the run is one shard, 1/3");

    // Waivers: each shard applies those of its own cases, and the merge all of them.
    for case in failing("whole.json") {
        let waive = [
            "waive",
            &case,
            "--report",
            "whole.json",
            "--today",
            "2026-01-01",
        ];
        let reason = ["--reason", "known", "--expires", "2026-03-31"];
        folder.run(&[&waive[..], &reason].concat()).expect_code(0);
    }
    let today = ["--today", "2026-02-01"];
    assert_eq!(shards(&folder, target, 3, &[1, 2, 3], &today), [0, 0, 0]);
    folder
        .run(&[&merge[..], &today].concat())
        .expect_code(0)
        .expect_said("WAIVED");
    // A waiver covers a violated requirement only if nothing else about it is unproven, as in a run.
    folder
        .run(&[&files[..], &today].concat())
        .expect_code(1)
        .expect_said("shard 3/3 is missing");
    let late = ["--today", "2026-06-01"];
    folder.run(&[&merge[..], &late].concat()).expect_code(1);
}

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
fn a_shard_claims_nothing_in_any_format() {
    let folder = Folder::new();
    write(&folder);
    let peer = conforming_peer();
    let url = peer.url();
    let formats = [
        "json=s/r.json",
        "html=s/i.html",
        "junit=s/j.xml",
        "markdown=s/m.md",
        "github=s/g.txt",
        "sarif=s/s.sarif",
        "tap=s/t.tap",
        "ctrf=s/c.json",
        "events=s/e.jsonl",
    ];
    let reports: Vec<&str> = formats
        .iter()
        .flat_map(|format| ["--report", *format])
        .collect();
    let own = ["--shard", "1/2", "--run-id", "x"];
    let ended = folder
        .run(&run(&url, &[&own[..], &reports].concat()))
        .expect_code(0)
        .expect_said(
            "SHARD DONE: no case failed in shard 1/2; `probity merge` gives the verdict of the run",
        );
    assert!(!ended.stdout.contains("CONFORMS"), "{ended}");
    for file in folder.files().iter().filter(|file| file.starts_with("s/")) {
        let text = folder.read(file);
        assert!(!text.contains("CONFORMS"), "{file}");
    }
    for file in ["s/r.json", "s/e.jsonl"] {
        let again = folder
            .run(&["report", file])
            .expect_code(0)
            .expect_said("SHARD DONE");
        assert!(!again.stdout.contains("CONFORMS"), "{again}");
    }
    let report = folder.report("s/r.json");
    assert_eq!(report["requirements"][0]["disposition"], "unproven");
    assert_eq!(report["shard"]["shard"], "1/2");
    // More shards than cases: most have nothing to do.
    let codes = shards(&folder, &url, 60, &[1, 2, 3, 4, 5], &[]);
    assert_eq!(codes, [0; 5]);
    let sizes: Vec<usize> = (1..=5)
        .map(|number| {
            folder.report(&format!("shards/{number}.json"))["cases"]
                .as_array()
                .unwrap()
                .len()
        })
        .collect();
    let empty = sizes.iter().position(|size| *size == 0).unwrap() + 1;
    folder
        .run(&["report", &format!("shards/{empty}.json")])
        .expect_said("SHARD DONE: there is nothing to do in shard");
    // But a selection that matches nothing is not green in any shard.
    let codes = shards(&folder, &url, 2, &[1, 2], &["--only", "nothing"]);
    assert_eq!(codes, [4, 4]);
}

#[test]
fn a_merge_needs_no_secret_and_shows_none() {
    let folder = Folder::new();
    let case = "- id: named\n  request: { GET: \"/things/${fixture.name}\", identity: user }\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    things::write(
        &folder,
        &(things::simple("one") + &things::simple("two") + case),
    );
    let peer = Peer::answering(|heard, _| {
        json(
            if heard.line.contains("one") { 200 } else { 418 },
            "{\"a\":\"hunter2hunter2\"}",
        )
    });
    let target = target_file()
        .replace("URL", &peer.url())
        .replace("Bearer a", "\"Bearer ${env.TOKEN}\"")
        .replace("things.name: x", "things.name: \"${env.NAME}\"");
    folder.write("staging.yaml", target + "run-id: { header: X-Run }\n");
    let start = |more: &[&str]| {
        let mut command = folder.command(&run("staging.yaml", more));
        command
            .env("TOKEN", "hunter2hunter2")
            .env("NAME", "mister-secret-9");
        Ended::from(command.output().unwrap())
    };
    start(&["--report", "json=whole.json"]).expect_code(1);
    let whole_requests = peer.heard().len();
    for number in ["1", "2"] {
        let (shard, report) = (format!("{number}/2"), format!("json=shards/{number}.json"));
        start(&["--shard", &shard, "--run-id", "r", "--report", &report]);
    }
    let ids: std::collections::BTreeSet<String> = peer.heard()[whole_requests..]
        .iter()
        .filter_map(|heard| {
            let mut lines = heard.rest.lines();
            lines.find_map(|line| {
                line.to_lowercase()
                    .strip_prefix("x-run: ")
                    .map(str::to_owned)
            })
        })
        .collect();
    assert_eq!(ids.len(), 1, "all shards have the same run id: {ids:?}");
    // Without the variables.
    folder
        .run(&[
            "merge",
            "shards",
            "--report",
            "json=merged.json",
            "--report",
            "html=merged.html",
        ])
        .expect_code(1);
    let (mut merged, mut whole) = (
        timeless(folder.report("merged.json")),
        timeless(folder.report("whole.json")),
    );
    assert_eq!(merged["run_id"]["id"], *ids.first().unwrap());
    for report in [&mut merged, &mut whole] {
        report["run_id"] = Value::Null;
    }
    assert_eq!(merged, whole);
    for file in [
        "shards/1.json",
        "shards/2.json",
        "merged.json",
        "merged.html",
    ] {
        let text = folder.read(file);
        assert!(
            !text.contains("hunter2") && !text.contains("mister-secret"),
            "{file}"
        );
    }
}

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
