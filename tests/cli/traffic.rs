//! `probity import har|curl|postman|hurl` as somebody types it: the suite has no mistakes, is green on the service that the
//! requests went to, red where it misbehaves, and no credential is written anywhere.
#![allow(clippy::format_collect, reason = "texts of tests")]

use std::process::Stdio;

use serde_json::{Value, json};

use crate::peer::{Peer, answer};
use crate::support::deployment::Deployment;
use crate::support::folder::{Ended, Folder};

/// Credentials that are planted in every source.
const SECRETS: [&str; 5] = [
    "s3cr3t-Passw0rd!",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLW9mLWFkYQ",
    "key_0123456789ABCDEF",
    "c00kie-Value-77",
    "demo-writer",
];

/// All files of an imported suite but the schemas for editors, one after the other.
pub(crate) fn files(folder: &Folder, root: &str) -> String {
    let names = folder.files().into_iter();
    let names = names.filter(|name| name.starts_with(root) && !name.contains(".probity/"));
    let texts = names.map(|name| format!("=== {name}\n{}", folder.read(&name)));
    texts.collect::<Vec<_>>().concat()
}

/// Asserts that no secret is in what was written and said, in any spelling.
#[track_caller]
fn has_no_secret(folder: &Folder, root: &str, ended: &Ended) {
    let all = format!(
        "{}\n{}\n{}",
        files(folder, root),
        ended.stdout,
        ended.stderr
    );
    for secret in SECRETS {
        for spelling in spellings(secret) {
            assert!(!all.contains(&spelling), "`{spelling}` in\n{all}");
        }
    }
}

/// The text itself, its base64 at each offset, percent-encoded, and in hexadecimal digits.
pub(crate) fn spellings(secret: &str) -> Vec<String> {
    let base64 = |text: &[u8]| {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for chunk in text.chunks_exact(3) {
            let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
            for shift in [18, 12, 6, 0] {
                out.push(char::from(alphabet[(bits >> shift & 63) as usize]));
            }
        }
        out
    };
    let percent: String = secret
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let bytes = secret.as_bytes();
    vec![
        secret.to_owned(),
        percent,
        hex,
        base64(bytes),
        base64(&bytes[1..]),
        base64(&bytes[2..]),
    ]
}

fn import(folder: &Folder, kind: &str, name: &str, text: &str) -> Ended {
    folder.write(name, text);
    let ended = folder.run(&["import", kind, name, "--into", "suite"]);
    has_no_secret(folder, "suite/", &ended);
    ended
}

/// A run of the imported suite, with credentials of the demo service.
fn run(folder: &Folder, suite: &str, url: &str, more: &[&str]) -> Ended {
    let arguments = [
        &["run", "--suite", suite, "--target", url, "--strict"],
        more,
    ]
    .concat();
    let mut command = folder.command(&arguments);
    command.env("API_TOKEN", "demo-writer");
    for name in [
        "API_PASSWORD",
        "API_USER",
        "API_X_API_KEY",
        "API_API_KEY",
        "API_COOKIE",
        "API_TOKEN_2",
        "API_ACCESS_TOKEN",
    ] {
        command.env(name, "Some-Other-Value-1");
    }
    command.output().unwrap().into()
}

#[test]
fn curl_lines_become_a_suite_that_a_recording_completes() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    let url = &demo.url;
    let lines = format!(
        "# what somebody copied\n\
         curl '{url}/notes' -H 'accept: application/json' -H 'accept-language: en' -H 'user-agent: Mozilla/5.0' --compressed\n\
         curl '{url}/notes/no-such-note' \\\n  -H 'X-Api-Key: {key}' --cookie 'sid={cookie}'\n\
         curl {url}/notes --json '{{\"text\": \"Tea & <Toast>\"}}' -H \"Authorization: Bearer demo-writer\" --typo\n\
         curl -u 'ada:{password}' '{url}/notes?access_token={jwt}'\n",
        key = SECRETS[2],
        cookie = SECRETS[3],
        password = SECRETS[0],
        jwt = SECRETS[1],
    );
    let ended = import(&folder, "curl", "calls.sh", &lines).expect_code(0);
    let port = url.rsplit_once(':').unwrap().1;
    insta::assert_snapshot!("curl-summary", ended.stdout.replace(port, "PORT"));
    insta::assert_snapshot!("curl-warnings", ended.stderr.replace(port, "PORT"));
    insta::assert_snapshot!("curl-files", files(&folder, "suite/").replace(port, "PORT"));
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("not set; a run needs")
        .expect_said("no mistakes");

    // One of them is refused as unknown: a success was only assumed.
    run(
        &folder,
        "suite",
        url,
        // One after the other: identities are numbered in the order of the recording.
        &["--record", "run.har", "--no-report", "--jobs", "1"],
    )
    .expect_said("3 pass");
    let ended = folder
        .run(&["import", "har", "run.har", "--into", "seen"])
        .expect_code(0);
    has_no_secret(&folder, "seen/", &ended);
    let target = folder.read("seen/targets/reference.yaml");
    assert!(
        target.contains("{ bearer: { env: API_TOKEN } }"),
        "{target}"
    );
    assert!(target.contains("{ basic: { user: "), "{target}");
    folder
        .run(&["check", "--suite", "seen"])
        .expect_code(2)
        .expect_complaint("not set; a run needs");
    run(&folder, "seen", url, &["--no-report"])
        .expect_code(0)
        .expect_said("4 pass");
    let broken = Deployment::start(&folder, &["--demo", "--fault", "numeric-ids"]);
    run(&folder, "seen", &broken.url, &["--no-report"]).expect_code(1);

    // From standard input.
    let mut child = folder
        .command(&["import", "curl", "-", "--into", "piped"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"curl http://a.example/b")
        .unwrap();
    let ended = Ended::from(child.wait_with_output().unwrap());
    ended
        .expect_code(0)
        .expect_said("standard input")
        .expect_said("1 request");
}

/// An entry of a recording as a browser writes it.
fn entry(method: &str, url: &str, request: &Value, response: &Value) -> Value {
    let mut whole = json!({
        "startedDateTime": "2026-11-29T10:00:00Z",
        "time": 1,
        "request": { "method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [
            { "name": "sec-fetch-mode", "value": "cors" }, { "name": "Cookie", "value": format!("sid={}", SECRETS[3]) },
        ], "cookies": [], "queryString": [], "headersSize": -1, "bodySize": -1 },
        "response": { "status": 200, "statusText": "", "httpVersion": "HTTP/1.1", "headers": [], "cookies": [],
            "redirectURL": "", "headersSize": -1, "bodySize": -1, "content": { "size": 0, "mimeType": "" } },
        "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
    });
    for (part, members) in [("request", request), ("response", response)] {
        for (name, value) in members.as_object().unwrap() {
            if name == "headers" {
                let headers = whole[part]["headers"].as_array_mut().unwrap();
                headers.extend(value.as_array().unwrap().iter().cloned());
            } else {
                whole[part][name] = value.clone();
            }
        }
    }
    whole
}

fn json_answer(status: u16, body: &Value) -> Value {
    let text = body.to_string();
    json!({
        "status": status,
        "headers": [{ "name": "content-type", "value": "application/json; charset=utf-8" }],
        "content": { "size": text.len(), "mimeType": "application/json", "text": text },
    })
}

#[test]
fn a_recording_of_a_browser_becomes_cases_without_its_credentials() {
    let folder = Folder::new();
    let base = "https://shop.example/api/v1";
    let order = |id: u64, total: u64, filed: &str| json!({ "id": id, "total": total, "status": "open", "filed": filed, "note": null, "token": SECRETS[1] });
    let bearer = json!({ "headers": [{ "name": "Authorization", "value": format!("Bearer {}", SECRETS[1]) }] });
    let login = json!({
        "headers": [{ "name": "content-type", "value": "application/x-www-form-urlencoded" }],
        "postData": { "mimeType": "application/x-www-form-urlencoded", "text": "user=ada&password=s3cr3t-Passw0rd%21" },
    });
    let created = json!({
        "headers": [{ "name": "Authorization", "value": format!("Bearer {}", SECRETS[1]) }, { "name": "content-type", "value": "application/json" }],
        "postData": { "mimeType": "application/json", "text": json!({ "item": "tea", "ref": SECRETS[2], "apiKey": SECRETS[2] }).to_string() },
    });
    let mut entries = vec![
        entry(
            "POST",
            &format!("{base}/login"),
            &login,
            &json!({ "status": 303, "headers": [
            { "name": "Location", "value": "/home" }, { "name": "Set-Cookie", "value": format!("sid={}; HttpOnly", SECRETS[3]) } ] }),
        ),
        entry(
            "GET",
            "https://shop.example/app.js",
            &json!({}),
            &json!({ "headers": [{ "name": "content-type", "value": "text/javascript" }] }),
        ),
        entry(
            "GET",
            &format!("{base}/orders/17"),
            &bearer,
            &json_answer(200, &order(17, 3, "2026-11-29T10:00:00Z")),
        ),
        entry(
            "GET",
            &format!("{base}/orders/17"),
            &bearer,
            &json_answer(200, &order(17, 5, "2026-11-30T10:00:00Z")),
        ),
        entry(
            "GET",
            &format!("{base}/orders/99?api_key={}", SECRETS[2]),
            &bearer,
            &json_answer(
                404,
                &json!({ "title": format!("no order for {}", SECRETS[0]) }),
            ),
        ),
        entry(
            "POST",
            &format!("{base}/orders"),
            &created,
            &json_answer(201, &order(18, 1, "2026-11-29T10:00:00Z")),
        ),
        entry(
            "DELETE",
            &format!("{base}/orders/18"),
            &bearer,
            &json!({ "status": 204 }),
        ),
        entry(
            "GET",
            "https://stock.example/items",
            &json!({}),
            &json_answer(200, &json!([{ "id": "a1", "count": 3 }])),
        ),
    ];
    entries[3]["request"]["headers"][1]["value"] = json!(format!("sid={}; _ga=GA1.2", SECRETS[3]));
    let har = json!({ "log": { "version": "1.2", "creator": { "name": "Firefox", "version": "1" }, "entries": entries } });
    let ended = import(&folder, "har", "browser.har", &har.to_string()).expect_code(0);
    insta::assert_snapshot!("har-summary", ended.stdout);
    assert_eq!(ended.stderr, "");
    insta::assert_snapshot!("har-files", files(&folder, "suite/"));
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("not set; a run needs")
        .expect_said("no mistakes: 2 contracts");
    folder
        .run(&["import", "har", "browser.har", "--into", "suite"])
        .expect_code(2)
        .expect_complaint("exists and is not overwritten");
    folder
        .run(&["import", "har", "browser.har", "--all", "--into", "all"])
        .expect_code(0);
    assert!(files(&folder, "all/").contains("/app.js"));
}

#[test]
fn a_body_is_sent_as_the_source_has_it() {
    let bodies = [
        "<a>the same 42 bytes</a>",
        "<string>",
        "\\<a>",
        "\\\\<a>",
        "\\",
        "$5 ${HOME} $${b} $$${c}",
        "${",
        "$",
    ];
    let peer = Peer::answering(|_, _| answer(200, "", ""));
    let url = peer.url();
    let text_type = json!([{ "name": "Content-Type", "value": "text/plain" }]);
    let mut curl = String::new();
    let (mut entries, mut items) = (Vec::new(), Vec::new());
    let mut hurl = String::new();
    for (letter, body) in ('a'..).zip(bodies) {
        let url = format!("{url}/{letter}");
        curl += &format!("curl '{url}' -H 'Content-Type: text/plain' --data-raw '{body}'\n");
        entries.push(entry(
            "POST",
            &url,
            &json!({ "headers": text_type, "postData": { "mimeType": "text/plain", "text": body } }),
            &json!({}),
        ));
        items.push(json!({ "name": "a", "request": {
            "method": "POST", "url": url, "header": [{ "key": "Content-Type", "value": "text/plain" }],
            "body": { "mode": "raw", "raw": body },
        } }));
        let body = body.replace('\\', "\\\\");
        hurl += &format!("POST {url}\nContent-Type: text/plain\n`{body}`\nHTTP 200\n\n");
    }
    let har = json!({ "log": { "version": "1.2", "entries": entries } });
    let postman = json!({ "info": { "name": "a", "schema": "v2.1.0" }, "item": items });
    let mut seen = 0;
    for (kind, text) in [
        ("curl", curl),
        ("har", har.to_string()),
        ("postman", postman.to_string()),
        ("hurl", hurl),
    ] {
        let folder = Folder::new();
        folder.write("a", &text);
        folder
            .run(&["import", kind, "a", "--into", "suite"])
            .expect_code(0);
        let ended = run(&folder, "suite", &url, &["--no-report"]);
        let heard = peer.heard();
        let mut sent: Vec<&str> = heard[seen..]
            .iter()
            .filter(|heard| heard.line.starts_with("POST"))
            .filter_map(|heard| heard.rest.split_once("\r\n\r\n"))
            .map(|(_, body)| body)
            .collect();
        seen = heard.len();
        sent.sort_unstable();
        sent.dedup();
        let mut expected = bodies.to_vec();
        expected.sort_unstable();
        assert_eq!(
            sent,
            expected,
            "{kind}\n{ended}\n{}",
            files(&folder, "suite/")
        );
    }
}

#[test]
fn a_hurl_file_becomes_steps_with_checks() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    let text = format!(
        "# Add a note\nPOST {{{{host}}}}/notes\nAuthorization: Bearer demo-writer\nX-Api-Key: {key}\n[Options]\nvariable: host={url}\n\
         {{ \"text\": \"Buy milk\" }}\nHTTP 201\nContent-Type: application/json\n[Captures]\nnote: jsonpath \"$.id\"\n[Asserts]\n\
         jsonpath \"$.text\" == \"Buy milk\"\nheader \"Location\" contains \"/notes/\"\nduration < 20000\n\n\
         # Read it\nGET {{{{host}}}}/notes/{{{{note}}}}\n[BasicAuth]\nada: {password}\nHTTP 200\n[Asserts]\n\
         jsonpath \"$.id\" == {{{{note}}}}\njsonpath \"$.text\" startsWith \"Buy\"\njsonpath \"$.missing\" not exists\n\
         sha256 == hex,00;\n\n\
         DELETE {{{{host}}}}/notes/{{{{note}}}}\nAuthorization: Bearer demo-writer\nX-Api-Key: {key}\nHTTP 204\n",
        url = demo.url,
        key = SECRETS[2],
        password = SECRETS[0],
    );
    let ended = import(&folder, "hurl", "notes.hurl", &text).expect_code(0);
    let port = demo.url.rsplit_once(':').unwrap().1;
    insta::assert_snapshot!("hurl-warnings", ended.stderr);
    insta::assert_snapshot!("hurl-files", files(&folder, "suite/").replace(port, "PORT"));
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("not set; a run needs")
        .expect_said("no mistakes");
    run(&folder, "suite", &demo.url, &["--no-report"])
        .expect_code(0)
        .expect_said("1 pass");
    let broken = Deployment::start(&folder, &["--demo", "--fault", "lost-note"]);
    run(&folder, "suite", &broken.url, &["--no-report"])
        .expect_code(1)
        .expect_said("status");
}

#[test]
fn a_collection_of_postman_becomes_cases_with_checks() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    let test = |lines: &[&str]| json!([{ "listen": "test", "script": { "exec": lines } }]);
    let collection = json!({
        "info": { "name": "notes", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "auth": { "type": "bearer", "bearer": [{ "key": "token", "value": "{{token}}" }] },
        "variable": [{ "key": "baseUrl", "value": demo.url }, { "key": "token", "value": "demo-writer" }, { "key": "pw", "value": SECRETS[0] }],
        "item": [{ "name": "Notes", "item": [
            { "name": "Add a note", "event": test(&[
                "pm.test(\"Status code is 201\", function () {", "    pm.response.to.have.status(201);", "});",
                "const body = pm.response.json();", "pm.expect(body.text).to.eql(\"Buy milk\");",
                "pm.collectionVariables.set(\"note\", body.id);", "pm.execution.setNextRequest(null);" ]),
              "request": { "method": "POST", "url": "{{baseUrl}}/notes", "body": { "mode": "raw", "raw": "{\"text\": \"Buy milk\"}", "options": { "raw": { "language": "json" } } } } },
            { "name": "Delete it", "event": test(&["pm.test('gone', () => pm.response.to.have.status(204));"]),
              "request": { "method": "DELETE", "url": { "raw": "{{baseUrl}}/notes/{{note}}" } } },
            { "name": "An unknown note", "request": { "method": "GET", "auth": { "type": "noauth" }, "url": { "raw": "{{baseUrl}}/notes/:id", "variable": [{ "key": "id", "value": "no-such-note" }] } },
              "response": [{ "name": "missing", "code": 404, "header": [{ "key": "Content-Type", "value": "application/problem+json" }], "body": "{\"title\": \"No such note\", \"status\": 404}" }] },
            { "name": "List", "request": { "method": "GET", "auth": { "type": "basic", "basic": [{ "key": "username", "value": "ada" }, { "key": "password", "value": "{{pw}}" }] }, "url": "{{baseUrl}}/notes" } },
        ] }],
    });
    let ended = import(
        &folder,
        "postman",
        "notes.json",
        &serde_json::to_string_pretty(&collection).unwrap(),
    )
    .expect_code(0);
    let port = demo.url.rsplit_once(':').unwrap().1;
    insta::assert_snapshot!("postman-warnings", ended.stderr);
    insta::assert_snapshot!(
        "postman-files",
        files(&folder, "suite/").replace(port, "PORT")
    );
    folder
        .run(&["check", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("not set; a run needs")
        .expect_said("no mistakes");
    run(&folder, "suite", &demo.url, &["--no-report"])
        .expect_code(0)
        .expect_said("3 pass");
}

#[test]
fn what_cannot_be_imported_is_refused() {
    let folder = Folder::new();
    for (kind, text, complaint) in [
        ("har", "{}", "the file is not HAR"),
        (
            "har",
            "{\"log\": {\"entries\": []}}",
            "no request in a to make a suite of",
        ),
        (
            "postman",
            "{\"info\": {\"name\": \"a\"}, \"item\": []}",
            "it has none: nothing was left out",
        ),
        (
            "postman",
            "{\"info\": {\"name\": \"a\"}, \"item\": [{\"name\": \"f\", \"item\": []}, {\"name\": \"g\"}]}",
            "the warnings above say what was left out",
        ),
        ("curl", "# nothing\n", "no curl command in a"),
        (
            "curl",
            "curl 'https://a.example/b?password=hunter2-abc",
            "the quote is not closed",
        ),
        ("postman", "{\"a\": 1}", "not a Postman collection"),
        ("postman", "{\"info\": ", "a"),
        ("hurl", "{}", "no entry in a"),
        (
            "hurl",
            "POST http://a.example\n[1,2\nHTTP 200\n\nGET http://a.example\nHTTP 200\n",
            "the body is not closed",
        ),
    ] {
        folder.write("a", text);
        let ended = folder
            .run(&["import", kind, "a", "--into", "suite"])
            .expect_code(2);
        assert!(!ended.stderr.contains("hunter2"), "{ended}");
        ended.expect_complaint(complaint);
        assert_eq!(folder.files(), ["a"]);
    }
    folder
        .run(&["import", "har", "no-such-file"])
        .expect_code(2)
        .expect_complaint("cannot be read");
    folder
        .run(&["import", "curl", "a", "--into", "suite", "--update"])
        .expect_code(2)
        .expect_complaint("error: only `import openapi` has --update");
    assert_eq!(folder.files(), ["a"]);
}

#[test]
fn a_recorded_run_with_sessions_and_uploads_becomes_a_suite_without_mistakes() {
    let folder = Folder::new();
    let (_runtime, address) = crate::web::cabinet(None);
    let url = format!("http://{address}");
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/web");
    let recorded = [
        "run",
        "--suite",
        suite,
        "--target",
        &url,
        "--record",
        "run.har",
        "--no-report",
    ];
    folder.run(&recorded).expect_code(0);
    folder
        .run(&["import", "har", "run.har", "--into", "seen"])
        .expect_code(0);
    folder
        .run(&["check", "--suite", "seen"])
        .expect_code(2)
        .expect_complaint("not set; a run needs")
        .expect_said("no mistakes");
    let ended = folder.run(&["check", "--suite", "seen", "--target", &url]);
    // The session is a credential: the target takes it from the environment.
    ended.expect_said("api.member");
}

#[test]
fn what_a_recording_of_a_run_does_not_have_is_said() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    folder.run(&["init", "mine"]).expect_code(0);
    folder
        .run(&[
            "run",
            "--suite",
            "mine",
            "--target",
            &demo.url,
            "--record",
            "run.har",
            "--no-report",
        ])
        .expect_code(0);
    folder
        .run(&["import", "har", "run.har", "--into", "seen"])
        .expect_code(0)
        .expect_said("`finally` requests that were not sent, as there was nothing to undo: their cases have no such clean-up");
    let text = files(&folder, "seen/");
    assert!(
        text.contains("finally:") && !text.contains("TODO"),
        "{text}"
    );
    folder.write("calls.sh", "curl https://a.example/b | jq .\n");
    for (kind, file, hint) in [
        ("hurl", "calls.sh", "`probity import curl calls.sh`"),
        ("openapi", "run.har", "`probity import har run.har`"),
    ] {
        let ended = folder
            .run(&["import", kind, file, "--into", "other"])
            .expect_code(2)
            .expect_complaint("this looks like");
        assert!(ended.stderr.contains(hint), "{ended}");
    }
    folder
        .run(&["import", "curl", "calls.sh", "--into", "other"])
        .expect_code(0)
        .expect_complaint("the request of the `curl` before it is");
}

/// The commands to type next, without their comments, which are in one column.
fn commands(ended: &Ended) -> Vec<String> {
    let (_, block) = ended.stdout.split_once("Next steps:\n\n").unwrap();
    let lines = block.lines().take_while(|line| line.starts_with("  "));
    let lines: Vec<&str> = lines.collect();
    let mut columns: Vec<usize> = lines.iter().filter_map(|line| line.find(" # ")).collect();
    columns.dedup();
    assert_eq!(columns.len(), 1, "{block}");
    let commands = lines
        .iter()
        .map(|line| line.split(" # ").next().unwrap().trim());
    commands.map(str::to_owned).collect()
}

#[test]
fn the_commands_to_type_next_work_when_they_are_pasted() {
    let folder = Folder::new();
    let demo = Deployment::start(&folder, &["--demo"]);
    folder.write("calls.sh", format!("curl {}/notes\n", demo.url));
    let ended = folder
        .run(&["import", "curl", "calls.sh", "--into", "my suite"])
        .expect_code(0);
    let paste = |commands: &[String]| -> Ended {
        let script = format!(
            "set -e\nprobity() {{ \"$0\" \"$@\"; }}\n{}\n",
            commands.join("\n")
        );
        folder.shell(&script).output().unwrap().into()
    };
    let typed = commands(&ended);
    assert_eq!(
        typed,
        [
            "cd 'my suite'",
            "probity check",
            "probity run --jobs 1 --record run.har",
            "probity import har run.har --into with-answers",
        ]
    );
    let ended = paste(&typed).expect_code(0).expect_said("CONFORMS");
    // The last of them prints its own.
    let mut more = vec!["cd 'my suite'".to_owned()];
    let after = ended.stdout.rsplit_once("Next steps:").unwrap().1;
    let next = commands(&Ended {
        stdout: format!("Next steps:{after}"),
        ..ended
    });
    assert_eq!(next[..2], ["cd with-answers", "probity check"]);
    more.extend(next);
    paste(&more).expect_code(0).expect_said("CONFORMS");

    // Where the source has a variable in place of a host, a target must be named.
    folder.write("a.hurl", "GET {{host}}/notes\nHTTP 200\n");
    let ended = folder
        .run(&["import", "hurl", "a.hurl", "--into", "variable"])
        .expect_code(0);
    let typed = commands(&ended);
    assert_eq!(
        typed[2],
        "probity run --strict --target http://127.0.0.1:8080"
    );
    let typed: Vec<String> = typed
        .iter()
        .map(|line| line.replace("http://127.0.0.1:8080", &demo.url))
        .collect();
    paste(&typed).expect_code(0).expect_said("CONFORMS");
}
