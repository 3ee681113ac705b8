//! The cabinet as its `OpenAPI` document describes it: the imported suite, without a case written by hand, is green on it,
//! proven, and red for each fault that violates the document.

use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};
use crate::web::cabinet;
use crate::web::service::faults::FAULTS_OF_DOCUMENT;

const CABINET: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/web/openapi.yaml");

/// So many faults are tried at the same time.
const AT_A_TIME: usize = 5;

/// What somebody fills in: how a script signs in, and two ids.
pub(crate) const FILLED: &str = "\
name: cabinet
identities:
  cabinet.token:
    login:
      service: cabinet
      POST: /tokens
      json: { user: ada, password: correct horse battery, scope: write }
      expect: { status: 201 }
      token: $.token
fixtures:
  cabinet.d-id: \"4\"
  cabinet.unknown-document-id: \"999999\"
";

/// The imported suite with its fixtures, in `suite`.
pub(crate) fn imported() -> Folder {
    let folder = Folder::new();
    folder
        .run(&["import", "openapi", CABINET, "--into", "suite"])
        .expect_code(0);
    folder.write("suite/targets/reference.yaml", FILLED);
    folder
}

#[test]
fn the_imported_suite_is_green_and_proven_without_a_written_case() {
    let folder = imported();
    let (_runtime, address) = cabinet(None);
    let target = format!("http://{address}");
    folder
        .run(&["run", "--suite", "suite", "--target", &target, "--strict"])
        .expect_code(0)
        .expect_said("CONFORMS");
    folder
        .run(&["prove", "--suite", "suite", "--target", &target])
        .expect_code(0)
        .expect_said(" 0 survived, ")
        .expect_said(" 0 blind");
}

/// The document that the demo suite exports says little: no media type of a refusal, no header field, no schema of a note.
#[test]
fn what_the_document_does_not_say_is_allowed_and_what_a_rule_lost_is_not() {
    let folder = Folder::new();
    folder.run(&["init", "demo"]).expect_code(0);
    folder
        .run(&["export", "openapi", "--suite", "demo", "--out", "demo.json"])
        .expect_code(0);
    folder
        .run(&["import", "openapi", "demo.json", "--into", "suite"])
        .expect_code(0);
    let target = "name: demo
identities: { demo.bearer: { Authorization: Bearer demo-writer } }
fixtures: { demo.unknown-note: no-such-note, demo.note: note-1, demo.note-to-delete: note-2 }
";
    folder.write("suite/targets/reference.yaml", target);
    let prove = || -> Ended {
        let service = Deployment::start(&folder, &["--demo"]);
        let fixed = ["prove", "--suite", "suite", "--target"];
        folder.run(&[&fixed[..], &[service.url.as_str(), "--verbose"]].concat())
    };
    prove()
        .expect_code(0)
        .expect_said("PROVEN")
        .expect_said("the document does not describe the body")
        .expect_said("header WWW-Authenticate  the document does not require it")
        .expect_said("the schemas of the document say nothing about it");
    // A rule without its schema is a gap, and not what the document does not say.
    let name = "suite/cases/notes/contract.yaml";
    let contract = folder.read(name);
    let schema = "        schema: demo/notes-notes.schema.json\n";
    assert!(contract.contains(schema), "{contract}");
    folder.write(name, contract.replace(schema, ""));
    prove()
        .expect_code(1)
        .expect_said("NOT PROVEN")
        .expect_said("notes  GET /notes 200");
}

#[test]
fn the_imported_suite_finds_every_fault_that_violates_the_document() {
    assert!(FAULTS_OF_DOCUMENT.len() >= 10);
    for faults in FAULTS_OF_DOCUMENT.chunks(AT_A_TIME) {
        std::thread::scope(|scope| {
            for fault in faults {
                scope.spawn(|| {
                    let folder = imported();
                    let (_runtime, address) = cabinet(Some(fault.name));
                    let target = format!("http://{address}");
                    let arguments = ["run", "--suite", "suite", "--target", &target, "--strict"];
                    let ended = folder.run(&arguments).expect_code(1);
                    let report = folder.report("probity-report/report.json");
                    let requirements = report["requirements"].as_array().unwrap().iter();
                    let mut violated = requirements.filter(|one| one["disposition"] == "violated");
                    let (name, effect) = (fault.name, fault.effect);
                    assert!(
                        violated.any(|one| one["id"] == fault.requirement),
                        "{name}: {effect}\n{ended}"
                    );
                });
            }
        });
    }
}
