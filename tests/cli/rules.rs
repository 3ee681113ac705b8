//! `probity prove` and the rules of schemas: which of them ever refuse anything, and what shows when one is gone.

use std::path::Path;

use serde_json::{Value, json};

use crate::bookshelf::shelf;
use crate::folder::Folder;
use crate::peer::{Peer, json as answer};
use crate::prove::copy;
use crate::things;

const BOOKS: &str = "suite/schemas/books/books.schema.json";

/// The bookshelf in `suite/`, to be weakened.
fn bookshelf() -> Folder {
    let folder = Folder::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bookshelf");
    for part in ["cases", "schemas", "targets"] {
        copy(&example.join(part), part, &folder);
    }
    folder
}

/// The changes that no case notices at a place.
fn free(proof: &Value, operation: &str, place: &str) -> Vec<Value> {
    let places = proof["mutants"]["free"].as_array().unwrap().iter();
    let mut here = places.filter(|one| one["operation"] == operation && one["place"] == place);
    here.next()
        .map_or_else(Vec::new, |one| one["changes"].as_array().unwrap().clone())
}

#[test]
fn a_name_taken_out_of_required_is_told_as_a_member_that_may_be_missing() {
    let (_runtime, address) = shelf();
    let target = format!("http://{address}");
    let folder = bookshelf();
    let prove = [
        "prove",
        "--suite",
        "suite",
        "--target",
        &target,
        "--report",
        "proof.json",
    ];

    let whole = folder
        .run(&prove)
        .expect_code(0)
        .expect_said("rules         11 of 11 schema rules rejected a mutant");
    assert!(!format!("{whole}").contains("may be missing"), "{whole}");
    let proof = folder.report("proof.json");
    assert!(!free(&proof, "GET /books 200", "/*/author").contains(&json!("removed")));

    let schema = folder.read(BOOKS);
    let weaker = schema.replace(r#"["id", "title", "author"]"#, r#"["id", "title"]"#);
    assert_ne!(schema, weaker);
    folder.write(BOOKS, &weaker);
    folder
        .run(&prove)
        .expect_code(0)
        .expect_said("1 member may be missing and 0 may be null: no case detects it");
    let proof = folder.report("proof.json");
    assert_eq!(proof["rules"]["total"], 10);
    assert!(free(&proof, "GET /books 200", "/*/author").contains(&json!("removed")));
    folder
        .run(&[&prove[..], &["--verbose"]].concat())
        .expect_code(0)
        .expect_said("books  GET /books 200\n    may be missing  /*/author\n");
}

/// A suite with a schema, on a target that answers this body.
fn own(schema: &str, body: &'static str) -> (Folder, Peer) {
    let folder = Folder::new();
    let case = "- id: one\n  expect: [{ proves: [THINGS-01], status: 200, \
                headers: { Content-Type: <media-type application/json> }, schema: things/thing.json }]\n";
    things::write(&folder, case);
    folder.write("suite/schemas/things/thing.json", schema);
    (folder, Peer::answering(move |_, _| answer(200, body)))
}

#[test]
fn a_rule_about_what_never_comes_is_told_and_red_only_where_it_is_asked_for() {
    let (folder, peer) = own(
        r#"{ "type": "object", "required": ["a"],
             "properties": { "a": { "type": "integer", "minimum": -7, "maximum": 70000 }, "b": { "type": "string" } } }"#,
        r#"{"a":1}"#,
    );
    let url = peer.url();
    let prove = [
        "prove",
        "--suite",
        "suite",
        "--target",
        &url,
        "--report",
        "proof.json",
    ];
    folder
        .run(&prove)
        .expect_code(0)
        .expect_said("5 of 6 schema rules rejected a mutant (`--verbose` lists the others)")
        .expect_said("PROVEN");
    let proof = folder.report("proof.json");
    assert_eq!(
        proof["rules"]["idle"],
        json!([{ "schema": "things/thing.json", "rules": [{
            "keyword": "type", "location": "things/thing.json#/properties/b/type", "rule": "\"string\"",
        }] }])
    );
    folder
        .run(&[&prove[..], &["--verbose"]].concat())
        .expect_code(0)
        .expect_said("  things/thing.json\n    /properties/b/type  \"string\"\n");
    folder
        .run(&[&prove[..], &["--min-rules", "80"]].concat())
        .expect_code(0);
    folder
        .run(&[&prove[..], &["--min-rules", "100"]].concat())
        .expect_code(1)
        .expect_said("83.33% of the rules of schemas rejected something, 100% required");
}

#[test]
fn rules_that_are_asked_for_and_not_there_are_red() {
    let folder = Folder::new();
    let case = "- id: one\n  expect: [{ proves: [THINGS-01], status: 200, \
                headers: { Content-Type: <media-type application/json> }, json: { a: 1 } }]\n";
    things::write(&folder, case);
    let peer = Peer::answering(|_, _| answer(200, r#"{"a":1}"#));
    let url = peer.url();
    let prove = ["prove", "--suite", "suite", "--target", &url];
    folder.run(&prove).expect_code(0);
    folder
        .run(&[&prove[..], &["--min-rules", "1"]].concat())
        .expect_code(1)
        .expect_said("no answer was checked with a schema, 1% of the rules of schemas required");
}
