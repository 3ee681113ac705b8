//! The suite of an imported document against a service: green on one that does what the document says, and red where it does
//! not, about the requirement that it violates.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::folder::Folder;
use crate::peer::{Heard, Peer, answer, json};

const KENNEL: &str = include_str!("import/kennel.yaml");

/// What somebody fills in.
const TARGET: &str = "\
name: kennel
identities:
  kennel.staff: { Authorization: Bearer all-of-it }
  kennel.staff-without-dogs-write: { Authorization: Bearer not-enough }
fixtures:
  kennel.unknown-dog-id: 999999999
  kennel.unknown-owner-id: no-such-owner
  kennel.owner-id: o1
not-applicable:
  CREATE-DOG-TAKES-XML: nobody sends XML
  GET-OWNER-200-BODY-SCHEMA: looked at by hand
  LIST-DOGS-ILLEGAL-FILTER: looked at by hand
";

/// Is a body what the document says of a dog?
fn is_dog(body: &str) -> bool {
    let Ok(Value::Object(dog)) = serde_json::from_str(body) else {
        return false;
    };
    let is_name = |name: &Value| name.as_str().is_some_and(|name| !name.is_empty());
    let is_owner = |owner: &Value| {
        let id =
            |owner: &serde_json::Map<String, Value>| owner.get("id").is_none_or(Value::is_string);
        owner.as_object().is_some_and(id)
    };
    dog.get("name").is_some_and(is_name)
        && dog.get("id").is_none_or(Value::is_i64)
        && dog.get("owner").is_none_or(is_owner)
}

/// Is a query what the document says of it: a breed, and `near` as a JSON object?
fn is_search(query: &str) -> bool {
    let mut parameters = url::form_urlencoded::parse(query.as_bytes());
    let is_object =
        |text: &str| serde_json::from_str(text).is_ok_and(|value: Value| value.is_object());
    let has_breed = parameters.clone().any(|(name, _)| name == "filter[breed]");
    has_breed && !parameters.any(|(name, value)| name == "near" && !is_object(&value))
}

/// The dogs that are there.
#[derive(Default)]
struct Kennel {
    dogs: Mutex<(u64, BTreeSet<u64>)>,
}

impl Kennel {
    /// Answers a request, with one mistake.
    fn answer(&self, heard: &Heard, mistake: &str) -> String {
        let problem = |status| {
            let head = "Content-Type: application/problem+json\r\n";
            answer(status, head, r#"{"title": "No"}"#)
        };
        let rest = heard.rest.to_lowercase();
        let has = |text: &str| rest.contains(text);
        let mut words = heard.line.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if !has("authorization: bearer ") && mistake != "anonymous" {
            return problem(401);
        }
        let is_lacking = has("bearer not-enough") && mistake != "scope";
        let body = rest.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let is_json = !has("x-www-form-urlencoded");
        let is_dog = !is_json || is_dog(body);
        let dog = |id: u64| format!(r#"{{"id": {id}, "name": "Rex", "owner": {{"id": "o1"}}}}"#);
        let mut dogs = self.dogs.lock().unwrap();
        match (method, path.trim_start_matches("/v2")) {
            ("GET", "/dogs") if has("accept: application/x-probity") && mistake != "accept" => {
                answer(406, "", "")
            }
            ("GET", "/dogs") if !is_search(query) => problem(400),
            ("GET", "/dogs") => {
                let first = if mistake == "first" { 5555 } else { 0 };
                let added = dogs.1.iter().map(|&id| match mistake {
                    "element" => format!(r#"{{"id": {id}}}"#),
                    _ => dog(id),
                });
                let all: Vec<String> = std::iter::once(dog(first)).chain(added).collect();
                json(200, &format!("[{}]", all.join(",")))
            }
            ("PUT", "/dogs") if mistake == "method" => json(200, "{}"),
            ("PUT", "/dogs") => answer(405, "Allow: GET, POST\r\n", ""),
            ("POST", "/dogs") if is_lacking => answer(403, "", ""),
            ("POST", "/dogs")
                if has("content-type: application/x-probity") && mistake != "type" =>
            {
                answer(415, "", "")
            }
            ("POST", "/dogs") if has("x-www-form-urlencoded") && mistake == "form" => problem(422),
            ("POST", "/dogs") if body.contains("owner") && mistake == "member" => problem(422),
            ("POST", "/dogs") if !is_dog && mistake != "type" => problem(422),
            ("POST", "/dogs") => {
                dogs.0 += 1;
                let id = dogs.0;
                dogs.1.insert(id);
                let tag = if mistake == "tag" { "old" } else { "now" };
                let place = if mistake == "location" {
                    "dog-"
                } else {
                    "/v2/dogs/"
                };
                let head = format!(
                    "Content-Type: application/json\r\nLocation: {place}{id}\r\nETag: \"{tag}\"\r\n"
                );
                answer(201, &head, &dog(id))
            }
            ("POST" | "COPY", "/walks") => answer(204, "", ""),
            ("TRACE", "/walks") => answer(200, "", ""),
            ("GET", "/owners/o1") if !query.is_empty() && mistake == "query" => answer(404, "", ""),
            ("GET", "/owners/o1") if mistake == "xml" => {
                answer(200, "Content-Type: application/xml\r\n", "<owner>")
            }
            ("GET", "/owners/o1") => answer(200, "Content-Type: application/xml\r\n", "<owner/>"),
            ("GET", path) if path.starts_with("/owners/") => answer(404, "", ""),
            (method, path) => {
                let id = path.rsplit('/').next().and_then(|id| id.parse().ok());
                let id = id.filter(|id| *id == 0 || dogs.1.contains(id));
                match (method, id) {
                    ("GET", None) if mistake == "word" && path.ends_with("word") => {
                        json(200, &dog(0))
                    }
                    (_, None) => problem(404),
                    ("PUT", Some(_)) if has("if-match: \"old\"") => problem(412),
                    ("PUT", Some(_)) if !is_dog => problem(400),
                    ("PUT", Some(_)) => answer(200, "", ""),
                    ("DELETE", Some(_)) if is_lacking => answer(403, "", ""),
                    ("DELETE", Some(id)) => {
                        dogs.1.remove(&id);
                        answer(204, "", "")
                    }
                    (_, Some(id)) => json(200, &dog(id)),
                }
            }
        }
    }
}

#[test]
fn a_service_is_green_until_it_does_not_do_what_the_document_says() {
    let folder = Folder::new();
    folder.write("kennel.yaml", KENNEL);
    folder
        .run(&["import", "openapi", "kennel.yaml", "--into", "suite"])
        .expect_code(0);
    folder.write("suite/targets/reference.yaml", TARGET);
    for (mistake, violated) in [
        ("", ""),
        ("method", "LIST-DOGS-405"),
        ("accept", "LIST-DOGS-406"),
        ("type", "CREATE-DOG-415"),
        ("scope", "DELETE-DOG-403"),
        ("anonymous", "CREATE-DOG-401"),
        ("form", "CREATE-DOG-TAKES-FORM"),
        ("first", "LIST-DOGS-200-LINK-FIRST"),
        ("tag", "CREATE-DOG-201-LINK-RENAME"),
        ("xml", "GET-OWNER-200-BODY"),
        ("element", "LIST-DOGS-200-BODY"),
        ("member", "CREATE-DOG-OPTIONAL"),
        ("query", "GET-OWNER-OPTIONAL"),
        ("location", "CREATE-DOG-201-HEADER-LOCATION"),
        ("word", "GET-DOG-ILLEGAL-ID"),
    ] {
        let kennel = Arc::new(Kennel::default());
        let answering = Arc::clone(&kennel);
        let peer = Peer::answering(move |heard, _| answering.answer(heard, mistake));
        let arguments = [
            "run",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "json=r.json",
        ];
        let ended = folder.run(&arguments);
        let report = folder.report("r.json");
        // Nothing that cases created is left, also where the service took what it has to refuse.
        let left = kennel.dogs.lock().unwrap().1.clone();
        assert_eq!(left, BTreeSet::new(), "{mistake}: {ended}");
        let of = |disposition: &str| -> Vec<String> {
            let requirements = report["requirements"].as_array().unwrap().iter();
            let found = requirements.filter(|one| one["disposition"] == disposition);
            found
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect()
        };
        if violated.is_empty() {
            let ended = ended.expect_code(0);
            assert_eq!(of("violated"), [""; 0], "{ended}");
            // What no case can show is said, and nothing else is missing.
            let unproven = of("unproven");
            assert!(
                !unproven
                    .iter()
                    .any(|id| id.contains("405") && id.contains("LIST")),
                "{unproven:?}"
            );
            // They were there.
            let left = peer
                .lines()
                .iter()
                .filter(|line| line.starts_with("DELETE"))
                .count();
            assert!(left >= 10, "{:?}", peer.lines());
        } else {
            assert!(
                of("violated").iter().any(|id| id == violated),
                "{mistake}: {ended}"
            );
        }
    }
    // Without a value, the identity that lacks a scope only leaves a gap.
    let without = TARGET.replace(
        "  kennel.staff-without-dogs-write: { Authorization: Bearer not-enough }\n",
        "",
    );
    folder.write("suite/targets/reference.yaml", without);
    let kennel = Kennel::default();
    let peer = Peer::answering(move |heard, _| kennel.answer(heard, "scope"));
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(4)
        .expect_said("the target has no identity `kennel.staff-without-dogs-write`");
}

#[test]
fn a_path_outside_ascii_is_requested_and_judged() {
    let folder = Folder::new();
    let object = r#"{"200": {"description": "A", "content": {"application/json": {"schema": {"type": "object"}}}}}"#;
    let document = format!(
        r#"{{"openapi": "3.1.0", "info": {{"title": "Things", "version": "1"}}, "paths": {{"/ü": {{"get": {{"responses": {object}}}}}}}}}"#
    );
    folder.write("things.json", &document);
    folder
        .run(&["import", "openapi", "things.json", "--into", "suite"])
        .expect_code(0);
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(0)
        .expect_said("no mistakes");
    let peer = Peer::answering(|_, _| json(200, "{}"));
    folder
        .run(&["run", "--suite", "suite", "--target", &peer.url()])
        .expect_code(0);
    let lines = peer.lines();
    assert!(
        lines.iter().any(|line| line.starts_with("GET /%C3%BC ")),
        "{lines:?}"
    );
}
