//! Three requests in a row without an answer: is the service gone, or does it not answer this?

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::peer::{Peer, json};
use crate::support::folder::{Ended, Folder};
use crate::support::request::nobody;
use crate::things;

/// Answers so many requests and is gone.
fn dying_after(answers: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().take(answers) {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(json(200, "{}").as_bytes());
        }
    });
    url
}

fn suite(names: &[&str]) -> Folder {
    let folder = Folder::new();
    let cases: Vec<String> = names.iter().map(|name| things::simple(name)).collect();
    things::write(&folder, &cases.concat());
    folder
}

fn target(folder: &Folder, url: &str) {
    folder.write(
        "target.yaml",
        format!(
            "name: there\nservices: {{ things: \"{url}\" }}\nlimits: {{ timeout: 300ms }}\n\
             identities: {{ things.user: {{ Authorization: Bearer s3cret }} }}\n"
        ),
    );
}

fn run(folder: &Folder, jobs: &str) -> Ended {
    folder.run(&[
        "run",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
        "--jobs",
        jobs,
        "--report",
        "json=r.json",
    ])
}

fn verdicts(report: &Value) -> Vec<String> {
    let cases = report["cases"].as_array().unwrap().iter();
    cases
        .map(|case| case["verdict"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_server_that_dies_in_the_middle_ends_the_run_and_what_was_done_is_told() {
    let folder = suite(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    target(&folder, &dying_after(2));
    let ended = run(&folder, "1");
    let ended = ended.expect_code(5).expect_said("service `things` is lost");
    let report = folder.report("r.json");
    assert_eq!(
        verdicts(&report),
        [
            "pass", "pass", "error", "error", "error", "skip", "skip", "skip"
        ],
        "{ended}"
    );
    let reason = report["cases"][4]["reason"].as_str().unwrap();
    assert!(
        reason.contains("; service `things` is lost: 3 requests in a row had no answer"),
        "{reason}"
    );
    let skipped = report["cases"][5]["reason"].as_str().unwrap();
    assert!(skipped.starts_with("service `things` is lost"), "{skipped}");
    assert_eq!(report["interrupted"], false);
    assert_eq!(report["requirements"][0]["disposition"], "unproven");
}

#[test]
fn a_route_that_hangs_does_not_end_the_run() {
    let folder = suite(&["a", "hangs-1", "hangs-2", "hangs-3", "hangs-4", "b", "c"]);
    let peer = Peer::answering(|heard, _| {
        if heard.line.contains("/hangs") {
            std::thread::park_timeout(std::time::Duration::from_secs(20));
        }
        json(
            if heard.line.starts_with("GET / ") {
                404
            } else {
                200
            },
            "{}",
        )
    });
    target(&folder, &peer.url());
    let ended = run(&folder, "1").expect_code(5);
    let report = folder.report("r.json");
    assert_eq!(
        verdicts(&report),
        ["pass", "error", "error", "error", "error", "pass", "pass"]
    );
    let reason = |case: usize| report["cases"][case]["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason(2), "no answer in time: no answer within 300 ms");
    assert_eq!(
        reason(3),
        "no answer in time: no answer within 300 ms; the service is alive (GET / returned 404) but does not answer this request"
    );
    assert_eq!(reason(4), "no answer in time: no answer within 300 ms");
    let asked: Vec<String> = peer
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("GET / "))
        .collect();
    assert_eq!(asked.len(), 1);
    let summary = &report["summary"];
    assert_eq!(
        (&summary["requests"], &summary["liveness_requests"]),
        (&7.into(), &1.into())
    );
    ended.expect_said("7 requests (and 1 to check that a service is alive)");
    let heard = peer.heard();
    let probe = heard
        .iter()
        .find(|heard| heard.line.starts_with("GET / "))
        .unwrap();
    assert!(!probe.rest.contains("s3cret"), "{probe:?}");
}

#[test]
fn a_server_that_never_was_there_is_lost_after_three_and_those_under_way() {
    let names: Vec<String> = (0..60).map(|number| format!("case-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let folder = suite(&names);
    target(&folder, &nobody());
    for (jobs, most) in [("1", 3), ("8", 3 + 8)] {
        run(&folder, jobs)
            .expect_code(5)
            .expect_said("service `things` is lost");
        let verdicts = verdicts(&folder.report("r.json"));
        let errors = verdicts
            .iter()
            .filter(|verdict| *verdict == "error")
            .count();
        let skips = verdicts.iter().filter(|verdict| *verdict == "skip").count();
        assert!((3..=most).contains(&errors), "{errors}");
        assert_eq!(errors + skips, 60);
    }
}

#[test]
fn a_violation_before_the_end_stays_one() {
    let folder = Folder::new();
    let cases = ["a", "b", "c", "d", "e"].map(things::simple).concat();
    things::write(&folder, &cases.replacen("status: 200", "status: 201", 1));
    target(&folder, &dying_after(1));
    run(&folder, "1")
        .expect_code(1)
        .expect_said("violated: 1 MUST (THINGS-01)")
        .expect_said("service `things` is lost");
    let report = folder.report("r.json");
    assert_eq!(
        verdicts(&report),
        ["fail", "error", "error", "error", "skip"]
    );
}

#[test]
fn what_is_no_answer_but_comes_from_somebody_is_not_silence() {
    let folder = suite(&["a", "b", "c", "d", "e"]);
    let peer = Peer::answering(|_, _| "SSH-2.0-OpenSSH\r\n".into());
    target(&folder, &peer.url());
    run(&folder, "1").expect_code(5);
    assert_eq!(verdicts(&folder.report("r.json")), ["error"; 5]);
    assert_eq!(peer.lines().len(), 5);
}

#[test]
fn one_service_that_is_lost_leaves_the_others() {
    let folder = Folder::new();
    let case = |id: &str, service: &str| {
        format!(
            "- id: {id}\n  request: {{ GET: /{id}, service: {service} }}\n  \
             expect: [{{ proves: [THINGS-01], status: 200 }}]\n"
        )
    };
    things::write(&folder, "");
    let contract = folder.read("suite/cases/things/contract.yaml");
    let contract = contract.replace("things: {} }", "things: {}, other: {} }");
    folder.write("suite/cases/things/contract.yaml", &contract);
    let cases: Vec<String> = (0..6)
        .flat_map(|number| {
            [
                case(&format!("a-{number}"), "things"),
                case(&format!("b-{number}"), "other"),
            ]
        })
        .collect();
    things::write_cases(&folder, "all", &cases.concat());
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder.write(
        "target.yaml",
        format!(
            "name: there\nservices: {{ things: \"{}\", other: \"{}\" }}\n",
            peer.url(),
            nobody()
        ),
    );
    run(&folder, "1")
        .expect_code(5)
        .expect_said("service `other` is lost");
    let verdicts = verdicts(&folder.report("r.json"));
    let count = |wanted: &str| verdicts.iter().filter(|verdict| *verdict == wanted).count();
    assert_eq!(
        (count("pass"), count("error"), count("skip")),
        (6, 3, 3),
        "{verdicts:?}"
    );
}
