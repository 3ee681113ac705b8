//! Limits of single services, and windows that a target makes longer.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::peer::{Peer, json};
use crate::support::folder::Folder;
use crate::things;

const RUN: [&str; 7] = [
    "run",
    "--suite",
    "suite",
    "--target",
    "target.yaml",
    "--report",
    "json=r.json",
];

/// A suite of two services with so many cases for each.
fn two_services(folder: &Folder, number: usize) {
    let cases = (0..number).map(|number| {
        let slow = things::simple(&format!("slow-{number}"));
        let slow = slow.replace("{ GET:", "{ service: slow, GET:");
        slow + &things::simple(&format!("quick-{number}"))
    });
    things::write(folder, &cases.collect::<String>());
    let contract = "suite/cases/things/contract.yaml";
    let text = folder.read(contract);
    folder.write(
        contract,
        text.replace(
            "services: { things: {} }",
            "services: { things: {}, slow: {} }",
        ),
    );
}

fn target(folder: &Folder, quick: &Peer, slow: &Peer, limits: &str) {
    let text = format!(
        "name: t\nservices: {{ things: '{}', slow: '{}' }}\nlimits: {limits}\n",
        quick.url(),
        slow.url()
    );
    folder.write("target.yaml", &text);
}

#[test]
fn a_service_has_no_more_requests_under_way_than_it_allows_and_the_others_go_on() {
    let folder = Folder::new();
    two_services(&folder, 6);
    let slow = Peer::answering(|_, knowledge| {
        knowledge.watch_for_more_than(1);
        json(200, "{}")
    });
    // None is answered before three are there.
    let quick = Peer::answering(|_, knowledge| {
        knowledge.wait_for_under_way(3);
        json(200, "{}")
    });
    target(
        &folder,
        &quick,
        &slow,
        "{ concurrency: 12, services: { slow: { concurrency: 1 } } }",
    );
    folder.run(&RUN).expect_code(0);
    assert_eq!((slow.lines().len(), slow.most()), (6, 1));
    assert_eq!(quick.lines().len(), 6);
    assert!(quick.most() >= 3, "{}", quick.most());
}

#[test]
fn a_service_gets_no_more_requests_in_a_second_than_it_allows() {
    let folder = Folder::new();
    two_services(&folder, 5);
    let [slow, quick] = [(); 2].map(|()| Peer::answering(|_, _| json(200, "{}")));
    target(
        &folder,
        &quick,
        &slow,
        "{ services: { slow: { per-second: 20 } } }",
    );
    folder.run(&RUN).expect_code(0);
    let report = folder.report("r.json");
    let mut starts: Vec<f64> = Vec::new();
    for case in report["cases"].as_array().unwrap() {
        if case["id"].as_str().unwrap().contains("slow") {
            // The end is behind the turn of the request; when a case begins it only waits for it.
            let end = |key: &str| case[key].as_f64().unwrap();
            starts.push(end("started_ms") + end("duration_ms"));
        }
    }
    starts.sort_by(f64::total_cmp);
    assert_eq!(starts.len(), 5);
    // Four intervals of a twentieth of a second lie between the first turn and the last.
    assert!(starts[4] >= 200.0, "{starts:?}");
    assert_eq!(quick.lines().len(), 5);
}

#[test]
fn a_service_s_pace_takes_the_place_of_the_target_s() {
    let folder = Folder::new();
    two_services(&folder, 41);
    let [slow, quick] = [(); 2].map(|()| Peer::answering(|_, _| json(200, "{}")));
    target(
        &folder,
        &quick,
        &slow,
        "{ per-second: 1, services: { slow: { per-second: 1000 } } }",
    );
    let only = ["--only", "*slow*"];
    folder.run(&[&RUN[..], &only].concat()).expect_code(0);
    assert_eq!(slow.lines().len(), 41);
    // At the pace of the target the last would have waited for forty seconds: far more than any machine needs.
    let ended = folder.report("r.json")["duration_ms"].as_f64().unwrap();
    assert!(ended < 40_000.0, "{ended}");
}

/// A case that waits for what a peer says at the sixth request, and asks at most three times.
fn patient(folder: &Folder, eventually: &str) -> Peer {
    things::write(
        folder,
        "- id: comes-in-time\n  request: { GET: /things }\n  eventually: { within: 150ms, every: 50ms }\n  \
         expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let asked = AtomicUsize::new(0);
    let peer = Peer::answering(move |_, _| {
        let is_there = asked.fetch_add(1, Ordering::SeqCst) >= 5;
        json(if is_there { 200 } else { 404 }, "{}")
    });
    let text = format!(
        "name: t\nservices: {{ things: '{}' }}\nlimits: {{ {eventually} }}\n",
        peer.url()
    );
    folder.write("target.yaml", &text);
    peer
}

#[test]
fn a_target_makes_the_window_of_eventually_longer() {
    let folder = Folder::new();
    for stretch in ["eventually: 60s", "eventually: 100x"] {
        let peer = patient(&folder, stretch);
        folder.run(&RUN).expect_code(0);
        // No longer than it takes.
        assert_eq!(peer.lines().len(), 6, "{stretch}");
        let report = folder.report("r.json");
        assert_eq!(report["cases"][0]["steps"][0]["attempts"], 6);
        assert_eq!(report["summary"]["requests"], 6);
    }
    let plan = [
        "run",
        "--plan",
        "--suite",
        "suite",
        "--target",
        "target.yaml",
    ];
    // Fifty milliseconds lie between two of them, in fifteen seconds.
    folder
        .run(&plan)
        .expect_code(0)
        .expect_said("at most 300 if 1 step repeats its request");
    let peer = patient(&folder, "");
    folder
        .run(&plan)
        .expect_said("at most 3 if 1 step repeats its request");
    folder.run(&RUN).expect_code(1);
    assert!(peer.lines().len() <= 3);
}

#[test]
fn judging_a_large_answer_does_not_time_out_others() {
    let folder = Folder::new();
    let big = things::simple("big").replace(
        "status: 200",
        "status: 200, json: { items: { <each>: { id: <integer>, name: yy } } }",
    );
    things::write(&folder, &(big + &things::simple("slow")));
    let item = format!("{{\"id\":1,\"name\":\"{}\"}}", "x".repeat(200));
    let items = format!("{{\"items\":[{}]}}", [item.as_str()].repeat(6000).join(","));
    let items = json(200, &items);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let items = items.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                let mut line = String::new();
                let _ = reader.read_line(&mut line);
                let is_big = line.contains("big");
                while line != "\r\n" {
                    line.clear();
                    let _ = reader.read_line(&mut line);
                }
                let mut stream = reader.into_inner();
                if is_big {
                    let _ = stream.write_all(items.as_bytes());
                } else {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{");
                    std::thread::sleep(Duration::from_millis(400));
                    let _ = stream.write_all(b"}");
                }
            });
        }
    });
    let target = format!("name: t\nservices: {{ things: '{url}' }}\nlimits: {{ timeout: 2s }}\n");
    folder.write("target.yaml", &target);
    folder.run(&RUN).expect_code(1);
    let report = folder.report("r.json");
    assert_eq!(report["cases"][0]["verdict"], "fail");
    assert_eq!(report["cases"][1]["verdict"], "pass", "{report}");
}
