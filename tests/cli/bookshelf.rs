//! The example, as its README would have it: green, and red for each promise that is broken.

use std::net::SocketAddr;

use crate::support::folder::Folder;

#[path = "../../examples/bookshelf/service.rs"]
mod service;

const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bookshelf");

/// A shelf that stands until its runtime is dropped.
pub(crate) fn shelf() -> (tokio::runtime::Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let address = runtime.block_on(service::start()).unwrap();
    (runtime, address)
}

#[test]
fn the_bookshelf_keeps_its_contract() {
    let (_runtime, address) = shelf();
    let folder = Folder::new();
    let target = format!("http://{address}");
    folder
        .run(&["run", "--suite", SUITE, "--target", &target, "--strict"])
        .expect_code(0)
        .expect_said("9 cases: 9 pass")
        .expect_said("CONFORMS");
    // Nobody said where to: the report stands where the last lines say.
    assert_eq!(
        folder.files(),
        [
            "probity-report/.gitignore",
            "probity-report/index.html",
            "probity-report/report.json"
        ]
    );
    assert_eq!(folder.report("probity-report/report.json")["exit"], 0);
}

#[test]
fn a_stranger_to_the_bookshelf_breaks_every_promise() {
    let peer = crate::peer::Peer::answering(|_, _| crate::peer::json(200, "{}"));
    let folder = Folder::new();
    folder
        .run(&["run", "--suite", SUITE, "--target", &peer.url()])
        .expect_code(1);
    let report = folder.report("probity-report/report.json");
    let broken: Vec<&str> = report["requirements"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|requirement| requirement["disposition"] == "violated")
        .map(|requirement| requirement["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        broken,
        [
            "BOOKS-01", "BOOKS-02", "BOOKS-03", "BOOKS-04", "BOOKS-05", "BOOKS-06", "BOOKS-07"
        ]
    );
}

#[test]
fn a_target_that_permits_reading_only_is_never_written_to() {
    let (_runtime, address) = shelf();
    let folder = Folder::new();
    let target = format!(
        "name: read-only\nservices: {{ books: 'http://{address}' }}\npermits: [read]\n\
         identities: {{ books.librarian: {{ Authorization: Bearer librarian }} }}\n\
         fixtures: {{ books.author: Stanisław Lem, books.unknown-author: Nobody, books.unknown-book: '0' }}\n"
    );
    folder.write("read-only.yaml", &target);
    folder
        .run(&["run", "--suite", SUITE, "--target", "read-only.yaml"])
        .expect_code(4)
        .expect_said("4 pass, 5 skip")
        .expect_said("the target does not permit `write`");
}

#[test]
fn the_bookshelf_is_proven() {
    let (_runtime, address) = shelf();
    let folder = Folder::new();
    let target = format!("http://{address}");
    folder
        .run(&["prove", "--suite", SUITE, "--target", &target])
        .expect_code(0)
        .expect_said("PROVEN");
}

#[test]
fn a_recording_of_the_bookshelf_is_proven_when_the_bookshelf_is_gone() {
    let folder = Folder::new();
    {
        let (_runtime, address) = shelf();
        let target = format!("http://{address}");
        let run = ["run", "--suite", SUITE, "--target", &target];
        folder
            .run(&[&run[..], &["--record", "run.har", "--no-report"]].concat())
            .expect_code(0);
    }
    let prove = ["prove", "--suite", SUITE, "--recording", "run.har"];
    folder
        .run(&[&prove[..], &["--report", "proof.json"]].concat())
        .expect_code(0)
        .expect_said("nothing was sent")
        .expect_said("PROVEN");
    let proof = folder.report("proof.json");
    assert_eq!(proof["recording"]["unmatched"], serde_json::json!([]));
    assert!(
        proof["mutants"]["total"].as_u64().unwrap_or_default() > 100,
        "{proof}"
    );
}
