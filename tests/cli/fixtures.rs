//! Fixtures with a form, and identities without their variables.

use crate::folder::Folder;
use crate::peer::{Peer, json};

const CONTRACT: &str = "\
contract: things
title: things
service: things
services: { things: {} }
identities: { user: somebody, other: somebody else }
fixtures:
  name: a name
  id:
    about: the number of a thing
    schema: { description: a string of digits, type: string, pattern: \"^[0-9]+$\" }
  second-id:
    about: another one
    schema: { type: string, pattern: \"^[0-9]+$\" }
    distinct-from: id
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing is as it is., source: here }
  - { id: THINGS-02, level: MUST, sentence: So is another., source: here }
";

const CASES: &str = "\
contract: things
cases:
  - id: one
    request: { POST: /a, json: { id: \"${fixture.id}\", name: \"${fixture.name}\" }, schema: { properties: { name: { maxLength: 5 } } } }
    expect: [{ proves: [THINGS-01], status: 200 }]
  - id: other
    request: { GET: /b, identity: other }
    expect: [{ proves: [THINGS-02], status: 200 }]
";

fn folder(fixtures: &str, url: &str) -> Folder {
    let folder = Folder::new();
    folder.write("suite/cases/things/contract.yaml", CONTRACT);
    folder.write("suite/cases/things/all.yaml", CASES);
    let target = format!(
        "name: t\nservices: {{ things: \"{url}\" }}\nidentities:\n  \
         things.other: {{ Authorization: \"Bearer ${{env.PROBITY_TEST_OTHER}}\" }}\n\
         fixtures: {fixtures}\npermits: [read]\n"
    );
    folder.write("t.yaml", &target);
    folder
}

#[test]
fn a_fixture_without_its_form_is_found_before_anything_is_sent() {
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let fixtures = "{ things.id: 1234567890, things.second-id: \"1\", things.name: a }";
    let folder = folder(fixtures, &peer.url());
    for command in ["run", "check"] {
        folder
            .run(&[command, "--suite", "suite", "--target", "t.yaml"])
            .expect_code(2)
            .expect_complaint("`things.id` is the number 1234567890, expected a string of digits")
            .expect_complaint("t.yaml:5:24")
            .expect_complaint("quote it: \"1234567890\"");
    }
    assert_eq!(peer.lines(), [""; 0]);
}

#[test]
fn what_a_fixture_should_be_is_said_without_words_of_the_contract() {
    for (schema, value, complaint, help) in [
        (
            "{ type: string }",
            "999",
            "`things.id` is the number 999, expected a string\n",
            "quote it: \"999\"",
        ),
        (
            "{ type: string, format: uuid }",
            "999",
            "`things.id` is the number 999, expected a string\n",
            "write a value that its schema accepts: {\"type\":\"string\",\"format\":\"uuid\"}",
        ),
        (
            "{ type: integer, maximum: 9 }",
            "10",
            "`things.id` does not have its form: 10 is more than 9",
            "write a value that its schema accepts:",
        ),
        (
            "{ items: { type: string } }",
            "[1]",
            "does not have its form: /0: got number, expected string",
            "write a value that its schema accepts:",
        ),
    ] {
        let fixtures = format!("{{ things.id: {value}, things.second-id: \"1\", things.name: a }}");
        let folder = folder(&fixtures, "http://127.0.0.1:1");
        let own = "{ description: a string of digits, type: string, pattern: \"^[0-9]+$\" }";
        let contract = CONTRACT.replace(own, schema);
        folder.write("suite/cases/things/contract.yaml", contract);
        folder
            .run(&["check", "--suite", "suite", "--target", "t.yaml"])
            .expect_code(2)
            .expect_complaint(complaint)
            .expect_complaint(help);
    }
}

#[test]
fn fixtures_that_must_differ_do() {
    let fixtures = "{ things.id: \"1\", things.second-id: \"1\", things.name: a }";
    folder(fixtures, "http://127.0.0.1:1")
        .run(&["check", "--suite", "suite", "--target", "t.yaml"])
        .expect_code(2)
        .expect_complaint("`things.second-id` has the value of `things.id`, expected another one");
}

#[test]
fn bodies_are_checked_with_the_fixtures_of_the_target() {
    let fixtures = "{ things.id: \"1\", things.second-id: \"2\", things.name: too-long }";
    folder(fixtures, "http://127.0.0.1:1")
        .run(&["check", "--suite", "suite", "--target", "t.yaml"])
        .expect_code(2)
        .expect_complaint("/name: has 8 characters, at most 5 allowed");
}

#[test]
fn an_identity_without_its_variable_is_skipped_on_request_alone() {
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let fixtures = "{ things.id: \"1\", things.second-id: \"2\", things.name: a }";
    let folder = folder(fixtures, &peer.url());
    let run = ["run", "--suite", "suite", "--target", "t.yaml"];
    folder
        .run(&run)
        .expect_code(2)
        .expect_complaint("--allow-missing-env");
    // The target may be that of the directory, and there must be one.
    for option in ["--allow-missing-env", "--insecure"] {
        folder
            .run(&["run", "--suite", "suite", option])
            .expect_code(2)
            .expect_complaint("is about a target, and there is none");
    }
    assert_eq!(peer.lines(), [""; 0]);

    // Values of fixtures are always needed: the flag is not proposed where it does not help.
    let unset = "{ things.id: \"1\", things.second-id: \"2\", things.name: \"${env.NAME}\" }";
    let needed = self::folder(unset, &peer.url());
    let ended = needed
        .run(&[&run[..], &["--allow-missing-env"]].concat())
        .expect_code(2)
        .expect_complaint("the environment variable `NAME` is not set")
        .expect_complaint("remove `things.name` from the target");
    assert!(!ended.stderr.contains("--allow-missing-env"), "{ended}");
    let removed = "{ things.id: \"1\", things.second-id: \"2\" }";
    let without = self::folder(removed, &peer.url());
    without
        .run(&[&run[..], &["--allow-missing-env"]].concat())
        .expect_code(4)
        .expect_said("no fixture `things.name`");
    without.write("suite/probity.yaml", "target: ../t.yaml\n");
    without
        .run(&["run", "--suite", "suite", "--allow-missing-env"])
        .expect_code(4)
        .expect_said("no fixture `things.name`");
    assert_eq!(peer.lines(), [""; 0]);

    folder
        .run(
            &[
                &run[..],
                &["--allow-missing-env", "--report", "json=r.json"],
            ]
            .concat(),
        )
        .expect_code(4);
    assert_eq!(peer.lines(), ["POST /a HTTP/1.1"]);
    let report = folder.report("r.json");
    assert_eq!(report["cases"][1]["verdict"], "skip");
    assert_eq!(
        report["cases"][1]["reason"],
        "not set in the environment: `PROBITY_TEST_OTHER`, for the identity `things.other`"
    );
}
