//! Values in the parts of a request, and answers in codings or in several lines.

use std::fmt::Write as _;

use crate::folder::Folder;
use crate::peer::{Peer, answer, json};
use crate::things;

const TARGET: &str = "\
name: t
services: { things: URL }
identities: { things.user: { Authorization: Bearer user-of-things } }
fixtures: { things.name: \"a+b=&admin=1/ü\" }
";

fn run(folder: &Folder, peer: &Peer) -> crate::folder::Ended {
    folder.write("t.yaml", TARGET.replace("URL", &peer.url()));
    folder.run(&["run", "--suite", "suite", "--target", "t.yaml"])
}

#[test]
fn a_value_is_encoded_for_its_place() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: inline\n  request: { GET: \"/a/${fixture.name}?b=${fixture.name}\" }\n  \
           expect: [{ proves: [THINGS-01], status: 200 }]\n\
         - id: query\n  request: { GET: /q, query: { b: \"${fixture.name}\" } }\n  \
           expect: [{ proves: [THINGS-01], status: 200 }]\n\
         - id: literal\n  request: { GET: \"/a b/münchen\" }\n  \
           expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let peer = Peer::answering(|_, _| json(200, "{}"));
    run(&folder, &peer).expect_code(0);
    let mut lines = peer.lines();
    lines.sort();
    let encoded = "a%2Bb%3D%26admin%3D1/%C3%BC";
    assert_eq!(
        lines,
        [
            "GET /a%20b/m%C3%BCnchen HTTP/1.1".to_owned(),
            format!("GET /a/a+b=&admin=1%2F%C3%BC?b={encoded} HTTP/1.1"),
            format!("GET /q?b={encoded} HTTP/1.1"),
        ]
    );
}

#[test]
fn a_control_character_in_a_header_is_not_sent() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: one\n  request: { GET: /a, headers: { X-Name: \"${fixture.name}\" } }\n  \
           expect: [{ proves: [THINGS-01], status: 200 }]\n",
    );
    let peer = Peer::answering(|_, _| json(200, "{}"));
    let target = TARGET.replace("URL", &peer.url());
    folder.write("t.yaml", target.replace("a+b", "a\\u0007b"));
    folder
        .run(&["run", "--suite", "suite", "--target", "t.yaml"])
        .expect_code(5)
        .expect_said("control character U+0007");
    assert_eq!(peer.lines(), [""; 0]);
}

#[test]
fn lines_of_a_field_are_checked_by_patterns() {
    let folder = Folder::new();
    let mut cases = String::new();
    for (id, headers) in [
        (
            "contains",
            "{ Set-Cookie: { <contains>: [\"</^csrf=[0-9]+; /\"] } }",
        ),
        (
            "list",
            "{ Set-Cookie: [\"</^sid=.*HttpOnly$/>\", \"</^csrf=/>\"] }",
        ),
        ("each", "{ Set-Cookie: { <each>: <contains Path=/> } }"),
        ("joined", "{ Cache-Control: \"no-cache, no-store\" }"),
        ("part", "{ Cache-Control: <contains no-store> }"),
    ] {
        let headers = headers.replace("; /\"", "; />\"");
        writeln!(
            cases,
            "- id: {id}\n  request: {{ GET: /{id} }}\n  \
             expect: [{{ proves: [THINGS-01], status: 200, headers: {headers} }}]"
        )
        .unwrap();
    }
    things::write(&folder, &cases);
    let fields = "Set-Cookie: sid=ab12; Path=/; HttpOnly\r\nSet-Cookie: csrf=7; Path=/\r\n\
                  Cache-Control: no-cache\r\nCache-Control: no-store\r\n";
    let peer = Peer::answering(move |_, _| answer(200, fields, ""));
    run(&folder, &peer).expect_code(0);
    let peer = Peer::answering(|_, _| {
        let fields = "Set-Cookie: sid=ab12; HttpOnly\r\nCache-Control: no-cache\r\n";
        answer(200, fields, "")
    });
    run(&folder, &peer)
        .expect_code(1)
        .expect_said("header `Set-Cookie`: no line is </^csrf=[0-9]+; />")
        .expect_said("header `Set-Cookie`: has 1 line, expected 2");
}

#[test]
fn a_body_that_is_not_gzip_is_a_finding_that_names_the_coding() {
    let folder = Folder::new();
    things::write(
        &folder,
        "- id: one\n  request: { GET: /a }\n  \
           expect: [{ proves: [THINGS-01], status: 200, json: { a: 1 } }]\n",
    );
    let peer = Peer::answering(|_, _| answer(200, "Content-Encoding: gzip\r\n", "{\"a\":1}"));
    run(&folder, &peer)
        .expect_code(1)
        .expect_said("the body is not gzip although Content-Encoding says so");
}
