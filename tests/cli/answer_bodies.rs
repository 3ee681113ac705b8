//! Answers that are more than JSON: bytes, lines of JSON, charsets, codings, cookies and links.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::Value;

use crate::folder::{Ended, Folder};
use crate::things;

/// A PNG of which only the beginning is one.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe";

/// The digest of [`PNG`], as `sha256sum` prints it.
const DIGEST: &str = "aa1d9f5d1ea27b9e7ab08fd7e5a47ae4ff9c4ed6f2a9d7f7e3c3f4a5d6b7c8d9";

/// Answers every request with this head, without status line and length, and this body.
fn serve(head: &'static str, body: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    // It listens until the process of the tests ends.
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => request.extend_from_slice(&buffer[..count]),
                }
            }
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(&[head.as_bytes(), body].concat());
        }
    });
    url
}

fn run(folder: &Folder, checks: &str, url: &str) -> Ended {
    things::write(
        folder,
        &format!(
            "- id: one\n  request: {{ GET: /image }}\n  \
             expect:\n    - proves: [THINGS-01]\n      status: 200\n{checks}"
        ),
    );
    let arguments = [
        "run",
        "--suite",
        "suite",
        "--target",
        url,
        "--report",
        "json=report.json",
    ];
    folder.run(&arguments)
}

fn findings(folder: &Folder) -> Vec<(String, String, String)> {
    let report = folder.report("report.json");
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["cases"][0]["findings"].as_array();
    let findings = findings.unwrap().iter();
    findings
        .map(|one| (text(one, "kind"), text(one, "message"), text(one, "actual")))
        .collect()
}

#[test]
fn bytes_are_checked_and_never_shown_as_text() {
    let digest = {
        let digest = ring::digest::digest(&ring::digest::SHA256, PNG);
        let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>()
    };
    assert_ne!(digest, DIGEST);
    let url = serve("Content-Type: image/png\r\n", PNG);
    let folder = Folder::new();
    let right = format!(
        "      bytes: {{ length: 18, sha256: {digest}, starts-with: {{ hex: \"89 50 4E 47\" }} }}\n"
    );
    run(&folder, &right, &url).expect_code(0);
    let wrong = format!(
        "      bytes: {{ length: {{ max: 17 }}, sha256: {DIGEST}, starts-with: \"%PDF-\" }}\n"
    );
    let ended = run(&folder, &wrong, &url).expect_code(1);
    let first = "89 50 4e 47 0d 0a 1a 0a 00 00 00 0d 49 48 44 52";
    let ended = ended
        .expect_said("the body has 18 bytes, expected at most 17 bytes")
        .expect_said(&format!("the body starts with {first}, expected"))
        .expect_said(&format!("[18 bytes, sha256 {digest}, "));
    assert!(!ended.stdout.contains('\u{fffd}'), "{ended}");
    let findings = findings(&folder);
    let kinds: Vec<&str> = findings.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["bytes", "bytes", "bytes"]);
    let of_digest = format!("the SHA-256 digest of the body is {digest}, expected {DIGEST}");
    assert_eq!(findings[1].1, of_digest);
    let report = folder.report("report.json");
    let body = &report["cases"][0]["steps"][0]["exchange"]["response"]["body"];
    assert_eq!(body["octets"], 18);
    assert!(
        body["text"]
            .as_str()
            .unwrap()
            .starts_with("[18 bytes, sha256 ")
    );
}

#[test]
fn a_body_that_is_not_json_is_described_if_it_is_not_text() {
    let url = serve("Content-Type: application/json\r\n", PNG);
    let folder = Folder::new();
    run(&folder, "      json: { a: 1 }\n", &url)
        .expect_code(1)
        .expect_said("18 bytes, sha256 ");
    assert!(findings(&folder)[0].2.ends_with("49 48 44 52"));
}

#[test]
fn text_is_read_in_the_charset_that_is_declared() {
    let folder = Folder::new();
    let check = "      text: café\n      headers: { Content-Type: <media-type text/plain; charset=iso-8859-1> }\n";
    let latin = serve(
        "Content-Type: text/plain; charset=ISO-8859-1\r\n",
        b"caf\xe9",
    );
    run(&folder, check, &latin).expect_code(0);
    let wide = serve(
        "Content-Type: text/plain; charset=utf-16\r\n",
        b"\xfe\xff\0c\0a\0f\0\xe9",
    );
    run(&folder, check, &wide)
        .expect_code(1)
        .expect_said("`charset` is `utf-16`, expected `iso-8859-1`");
    assert_eq!(findings(&folder).len(), 1);
    let undeclared = serve("Content-Type: text/plain\r\n", b"caf\xe9");
    run(&folder, "      text: café\n", &undeclared)
        .expect_code(1)
        .expect_said("the body is not UTF-8 text");
    // What is declared and not known here is no evidence, in neither direction.
    let unknown = serve("Content-Type: text/plain; charset=koi8-r\r\n", b"abc");
    let ended = run(&folder, "      text: abc\n", &unknown);
    assert_ne!(ended.code, Some(0), "{ended}");
    assert!(findings(&folder).is_empty());
}

#[test]
fn every_line_of_json_is_checked() {
    let folder = Folder::new();
    let check = "      jsonl: { each: { id: <integer> }, schema: { type: object, required: [id] }, count: { min: 2 } }\n";
    let head = "Content-Type: application/x-ndjson\r\n";
    let right = serve(head, b"{\"id\":1}\n{\"id\":2}\n");
    run(&folder, check, &right).expect_code(0);
    let wrong = serve(head, b"{\"id\":1}\n{\"id\":\"x\"}\n");
    run(&folder, check, &wrong)
        .expect_code(1)
        .expect_said("line 2, /id: is \"x\" (string), expected an integer");
    let broken = serve(head, b"{\"id\":1}\n{\"id\":\n");
    run(&folder, check, &broken)
        .expect_code(1)
        .expect_said("line 2 is not JSON");
    assert_eq!(findings(&folder).len(), 1);
    let none = serve(head, b"");
    run(&folder, check, &none)
        .expect_code(1)
        .expect_said("the body has no lines");
}

#[test]
fn the_content_coding_is_checked_itself() {
    let folder = Folder::new();
    let plain = serve("Content-Type: text/plain\r\n", b"plain");
    run(&folder, "      encoded: identity\n", &plain).expect_code(0);
    run(
        &folder,
        "      encoded: { coding: gzip, size: { max: 4 } }\n",
        &plain,
    )
    .expect_code(1)
    .expect_said("the content coding is \"identity\", expected \"gzip\"")
    .expect_said("the body came as 5 bytes, expected at most 4 bytes");
}

#[test]
fn cookies_are_a_structure_and_their_values_are_never_shown() {
    let folder = Folder::new();
    let url = serve(
        "Set-Cookie: theme=dark; Path=/\r\nSet-Cookie: sid=s3cr3t-session-4711; Path=/; HttpOnly; SameSite=Lax\r\n",
        b"hello s3cr3t-session-4711",
    );
    let right = "      headers: { set-cookie: { sid: { value: <non-empty>, HttpOnly: true, SameSite: Lax, Path: / }, old: <absent> } }\n";
    run(&folder, right, &url).expect_code(0);
    let wrong = "      headers: { set-cookie: { sid: { value: \"</^[0-9]+$/>\", Secure: true, SameSite: Strict }, theme: <absent>, csrf: <present> } }\n      text: bye\n";
    let ended = run(&folder, wrong, &url)
        .expect_code(1)
        .expect_said("cookie `sid`: `Secure` is false")
        .expect_said("cookie `sid`: `SameSite` is \"Lax\"")
        .expect_said("cookie `sid`: the value does not match")
        .expect_said("the cookie `theme` must not be there")
        .expect_said("there is no cookie `csrf`");
    let all = format!("{ended}{}", folder.read("report.json"));
    assert!(!all.contains("s3cr3t") && !all.contains("4711"), "{all}");
}

#[test]
fn links_are_a_structure() {
    let folder = Folder::new();
    let url = serve(
        "Link: </things?page=2>; rel=\"next\", </things?page=9>; rel=last; title=\"a, b\"\r\n",
        b"[]",
    );
    let right = "      headers: { link: { next: <present>, last: { url: \"/things?page=9\", title: \"a, b\" }, prev: <absent> } }\n";
    run(&folder, right, &url).expect_code(0);
    run(
        &folder,
        "      headers: { Link: { next: /other, first: <present> } }\n",
        &url,
    )
    .expect_code(1)
    .expect_said("link `next`: `url` is \"/things?page=2\", expected \"/other\"")
    .expect_said("there is no link `first`");
}

#[test]
fn bytes_that_spell_a_secret_are_not_shown() {
    let folder = Folder::new();
    let url = serve("Content-Type: image/png\r\n", b"\xff user-of-things \xff");
    things::write(
        &folder,
        "- id: one\n  request: { GET: /image, identity: user }\n  \
         expect: [{ proves: [THINGS-01], status: 200, bytes: { starts-with: \"abc\" }, json: {} }]\n",
    );
    let target = format!(
        "name: t\nservices: {{ things: '{url}' }}\n\
         identities: {{ things.user: {{ Authorization: 'Bearer ${{env.THINGS_TOKEN}}' }} }}\n\
         fixtures: {{ things.name: a }}\n"
    );
    folder.write("t.yaml", target);
    let arguments = [
        "run",
        "--suite",
        "suite",
        "--target",
        "t.yaml",
        "--report",
        "json=report.json",
    ];
    let mut command = folder.command(&arguments);
    command.env("THINGS_TOKEN", "user-of-things");
    let ended = Ended::from(command.output().unwrap())
        .expect_code(1)
        .expect_said("[18 bytes with a secret]");
    let all = format!("{ended}{}", folder.read("report.json"));
    // `user` in digits.
    assert!(
        !all.contains("75 73 65 72") && !all.contains("user-of-things"),
        "{all}"
    );
    assert!(
        findings(&folder)
            .iter()
            .all(|one| one.2 == "bytes with a secret")
    );
}

#[test]
fn a_body_is_compared_with_a_file_of_the_suite() {
    let folder = Folder::new();
    let url = serve("Content-Type: image/png\r\n", PNG);
    folder.write("suite/files/a.png", PNG);
    run(&folder, "      file: files/a.png\n", &url).expect_code(0);
    let first = folder.report("report.json")["cases"][0]["digest"].clone();
    folder.write("suite/files/a.png", [&PNG[..17], b"\0"].concat());
    run(&folder, "      file: files/a.png\n", &url)
        .expect_code(1)
        .expect_said("the body is not the file `files/a.png`")
        .expect_said("00000010  ff fe")
        .expect_said("00000010  ff 00");
    let report = folder.report("report.json");
    assert_ne!(report["cases"][0]["digest"], first);
    run(&folder, "      file: files/b.png\n", &url)
        .expect_code(2)
        .expect_complaint("no file `files/b.png`");
    run(&folder, "      file: ../a.png\n", &url)
        .expect_code(2)
        .expect_complaint("is not below the suite");
}
