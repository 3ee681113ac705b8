//! What runs at the same time, in which order, and in which order it is told.

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::things;

fn many(count: usize) -> (Vec<String>, String) {
    let ids: Vec<String> = (0..count).map(|number| format!("c{number:02}")).collect();
    let cases = ids.iter().map(|id| things::simple(id)).collect();
    (ids, cases)
}

fn ids_of(report: &serde_json::Value) -> Vec<&str> {
    let cases = report["cases"].as_array().unwrap();
    cases
        .iter()
        .map(|case| case["id"].as_str().unwrap())
        .collect()
}

#[test]
fn one_job_runs_the_cases_in_their_order() {
    let folder = Folder::new();
    let (ids, cases) = many(8);
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--jobs",
            "1",
        ])
        .expect_code(0);
    let expected: Vec<String> = ids
        .iter()
        .map(|id| format!("GET /things/{id} HTTP/1.1"))
        .collect();
    assert_eq!(peer.lines(), expected);
    assert_eq!(peer.most(), 1);
}

#[test]
fn so_many_jobs_and_no_more_are_under_way() {
    let folder = Folder::new();
    let (_, cases) = many(9);
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, knowledge| {
        knowledge.wait_for_under_way(3);
        knowledge.watch_for_more_than(3);
        json(200, "{}")
    });
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--jobs",
            "3",
        ])
        .expect_code(0);
    assert_eq!(peer.most(), 3);
}

#[test]
fn the_target_says_how_many_may_be_under_way() {
    let folder = Folder::new();
    let (_, cases) = many(6);
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, knowledge| {
        knowledge.wait_for_under_way(2);
        knowledge.watch_for_more_than(2);
        json(200, "{}")
    });
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nlimits: {{ concurrency: 2 }}\n",
        peer.url()
    );
    folder.write("target.yaml", &target);
    folder
        .run(&["run", "--suite", "suite", "--target", "target.yaml"])
        .expect_code(0);
    assert_eq!(peer.most(), 2);
}

#[test]
fn the_report_is_in_plan_order_whatever_finished_first() {
    let folder = Folder::new();
    let (ids, cases) = many(4);
    things::write(&folder, &cases);
    // The first is answered last: after all others have come.
    let peer = Peer::answering(|heard, knowledge| {
        if heard.line.contains("/c00") {
            knowledge.wait_for_heard(4);
        }
        json(200, "{}")
    });
    folder
        .run(&[
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--jobs",
            "2",
        ])
        .expect_code(0);
    let report = folder.report("probity-report/report.json");
    let expected: Vec<String> = ids.iter().map(|id| format!("things/all/{id}")).collect();
    assert_eq!(ids_of(&report), expected);
}

#[test]
fn cases_that_share_a_lock_never_overlap() {
    let folder = Folder::new();
    let (ids, _) = many(6);
    // In turn: the one lock, the other, both.
    let locks = ["[one]", "[other]", "[one, other]"];
    let cases: String = ids
        .iter()
        .enumerate()
        .map(|(index, id)| things::simple(id) + &format!("  lock: {}\n", locks[index % 3]))
        .collect();
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, knowledge| {
        knowledge.watch_for_more_than(2);
        json(200, "{}")
    });
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0);
    assert!(peer.most() <= 2, "{}", peer.most());

    let cases: String = ids
        .iter()
        .map(|id| things::simple(id) + "  lock: one\n")
        .collect();
    things::write(&folder, &cases);
    let peer = Peer::answering(|_, knowledge| {
        knowledge.watch_for_more_than(1);
        json(200, "{}")
    });
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0);
    assert_eq!(peer.most(), 1);
}

#[test]
fn a_selection_is_a_glob_a_beginning_or_a_whole_id() {
    let folder = Folder::new();
    let rows = "- id: limit\n  rows: [{ row: at }, { row: over }]\n  expect: [{ proves: [THINGS-01], status: 200 }]\n";
    things::write(&folder, &(things::simple("one") + rows));
    things::write_cases(&folder, "more", &things::simple("two"));
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let selections: [(&[&str], &[&str]); 7] = [
        (
            &["things"],
            &[
                "things/all/one",
                "things/all/limit[at]",
                "things/all/limit[over]",
                "things/more/two",
            ],
        ),
        (&["things/more"], &["things/more/two"]),
        (
            &["things/all/limit"],
            &["things/all/limit[at]", "things/all/limit[over]"],
        ),
        (&["things/all/limit[over]"], &["things/all/limit[over]"]),
        (&["*one"], &["things/all/one"]),
        (&["*/{one,two}"], &["things/all/one", "things/more/two"]),
        // In plan order, and each once.
        (
            &["*two", "things/more", "*one"],
            &["things/all/one", "things/more/two"],
        ),
    ];
    let target = peer.url();
    for (patterns, expected) in selections {
        let mut arguments = vec!["run", "--suite", "suite", "--target", &target];
        arguments.extend(patterns.iter().flat_map(|pattern| ["--only", pattern]));
        folder.run(&arguments).expect_code(0);
        let report = folder.report("probity-report/report.json");
        assert_eq!(ids_of(&report), expected, "{patterns:?}");
        assert_eq!(report["selection"], serde_json::json!(patterns));
    }
}
