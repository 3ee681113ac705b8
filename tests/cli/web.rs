//! The example of a service with sessions, uploads and streams: green, and red for each of its faults.

use std::net::SocketAddr;

use crate::peer::{Peer, answer};
use crate::support::folder::{Ended, Folder};

#[path = "../../examples/web/service/mod.rs"]
pub(crate) mod service;

const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/web");

/// So many faults are tried at the same time.
const AT_A_TIME: usize = 6;

/// A cabinet that is served until its runtime is dropped.
pub(crate) fn cabinet(fault: Option<&str>) -> (tokio::runtime::Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let address = runtime.block_on(service::start(0, fault)).unwrap();
    (runtime, address)
}

fn run(folder: &Folder, address: SocketAddr) -> Ended {
    let target = format!("http://{address}");
    folder.run(&["run", "--suite", SUITE, "--target", &target, "--strict"])
}

/// The requirements that a run found violated.
fn violated(folder: &Folder) -> Vec<String> {
    let report = folder.report("probity-report/report.json");
    let requirements = report["requirements"].as_array().unwrap().iter();
    let violated = requirements.filter(|one| one["disposition"] == "violated");
    violated
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_cabinet_conforms_to_its_contract() {
    let (_runtime, address) = cabinet(None);
    let folder = Folder::new();
    run(&folder, address).expect_code(0).expect_said("CONFORMS");
    assert!(violated(&folder).is_empty());
}

#[test]
fn each_fault_violates_the_requirement_that_it_names_and_no_other() {
    for faults in service::faults::FAULTS.chunks(AT_A_TIME) {
        std::thread::scope(|scope| {
            for fault in faults {
                scope.spawn(|| {
                    let (_runtime, address) = cabinet(Some(fault.name));
                    let folder = Folder::new();
                    let ended = run(&folder, address).expect_code(1);
                    let (name, effect) = (fault.name, fault.effect);
                    assert_eq!(
                        violated(&folder),
                        [fault.requirement],
                        "{name}: {effect}\n{ended}"
                    );
                });
            }
        });
    }
}

#[test]
fn an_unknown_fault_is_refused_with_the_known_ones() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime
        .block_on(service::start(0, Some("csrf")))
        .unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("`csrf`") && message.contains("csrf-unchecked"),
        "{message}"
    );
}

#[test]
fn the_cabinet_is_proven() {
    let (_runtime, address) = cabinet(None);
    let folder = Folder::new();
    let target = format!("http://{address}");
    folder
        .run(&["prove", "--suite", SUITE, "--target", &target])
        .expect_code(0)
        .expect_said("PROVEN");
}

/// The cases of the tour in the documentation, as a case file.
fn tour() -> String {
    const TEXT: &str = include_str!("../../docs/case-format.md");
    let (_, tour) = TEXT.split_once("## Tour").unwrap();
    let (tour, _) = tour.split_once("\n## ").unwrap();
    let mut file = "contract: cabinet\ncases:\n".to_owned();
    let blocks = tour.split("```yaml\n").skip(1);
    for block in blocks.map(|rest| rest.split("```").next().unwrap()) {
        for line in block.lines() {
            file.push_str("  ");
            file.push_str(line);
            file.push('\n');
        }
    }
    file
}

/// Runs the cases of the tour as a part of the suite.
fn run_tour(folder: &Folder, target: &str) -> Ended {
    for part in ["cases/cabinet", "schemas/cabinet", "files", "targets"] {
        for entry in std::fs::read_dir(format!("{SUITE}/{part}")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_kept = part != "cases/cabinet" || name == "contract.yaml";
            if is_kept {
                folder.write(
                    &format!("suite/{part}/{name}"),
                    std::fs::read(&path).unwrap(),
                );
            }
        }
    }
    folder.write("suite/cases/cabinet/tour.yaml", tour());
    folder.run(&["run", "--suite", "suite", "--target", target])
}

#[test]
fn every_case_of_the_tour_is_green_on_the_cabinet() {
    let (_runtime, address) = cabinet(None);
    let folder = Folder::new();
    let target = format!("http://{address}");
    // Few cases leave requirements unproven: that is all there is to say.
    run_tour(&folder, &target)
        .expect_code(4)
        .expect_said("15 cases: 15 pass");
}

/// A server that lets everybody in, and gives every other request the same answer.
fn answering_all(status: u16, media_type: &'static str, body: &'static str) -> Peer {
    Peer::answering(move |heard, _| {
        let is_login = heard.line.starts_with("POST /login ")
            && heard.rest.to_lowercase().contains("application/json");
        if is_login {
            return answer(204, "Set-Cookie: sid=0123456789abcdef; Path=/\r\n", "");
        }
        answer(status, &format!("Content-Type: {media_type}\r\n"), body)
    })
}

#[test]
fn no_case_of_the_tour_is_green_on_a_server_that_answers_nothing_right() {
    for (status, media_type, body) in [
        (200, "application/json", "{}"),
        (200, "application/json", "[]"),
        (200, "application/json", "null"),
        (200, "text/html", ""),
        (200, "text/event-stream", ""),
        (
            200,
            "application/atom+xml",
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
        ),
        (302, "application/json", "{}"),
        (500, "application/json", "{}"),
    ] {
        let peer = answering_all(status, media_type, body);
        let folder = Folder::new();
        let what = format!("{status} {media_type} {body:?}");
        let ended = run_tour(&folder, &peer.url());
        assert_eq!(ended.code, Some(1), "{what}: {ended}");
        let report = folder.report("probity-report/report.json");
        let cases = report["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 15);
        for case in cases {
            let verdict = case["verdict"].as_str().unwrap();
            assert!(["fail", "error"].contains(&verdict), "{what}: {case}");
        }
        for requirement in report["requirements"].as_array().unwrap() {
            assert_ne!(
                requirement["disposition"], "upheld",
                "{what}: {requirement}"
            );
        }
    }
}

#[test]
fn the_form_of_the_cabinet_is_a_login() {
    const PASSWORD: &str = "correct horse battery";
    let (_runtime, address) = cabinet(None);
    let folder = Folder::new();
    let target = include_str!("../../examples/web/targets/staging.yaml")
        .replace("https://cabinet.example", &format!("http://{address}"))
        .replace("user: probity", "user: ada")
        .replace("[read]", "[read, write]")
        .replace("per-second: 20", "per-second: 2000");
    folder.write("target.yaml", target);
    let run = ["run", "--suite", SUITE, "--target", "target.yaml"];
    let mut command = folder.command(&run);
    command.env("CABINET_PASSWORD", PASSWORD);
    let ended: Ended = command.output().unwrap().into();
    ended.expect_code(0).expect_said("CONFORMS");
    let report = folder.read("probity-report/report.json");
    assert!(!report.contains(PASSWORD));
}
