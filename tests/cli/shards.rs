//! Shards of a run, each a process of its own, and their merge: it is the report of one run, or it says what is missing
//! and is not green.

mod attempts;
mod durations;
mod refusals;
mod room;

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
