//! A value that only its name shows to be a credential, planted everywhere in what `probity import` reads: it is nowhere in
//! what is written and said.
#![allow(clippy::format_collect, reason = "texts of tests")]

use base64::Engine as _;
use serde_json::{Value, json};

use crate::support::folder::Folder;
use crate::traffic::{files, spellings};

/// A value that nothing but its name shows to be a credential.
const CANARY: &str = "canary-Zq7";

/// Asserts that the canary is in nothing that was written or said.
#[track_caller]
fn imports_without_canary(folder: &Folder, kind: &str, name: &str, text: &str) -> String {
    folder.write(name, text);
    let into = format!("{kind}-suite");
    let ended = folder.run(&["import", kind, name, "--into", &into]);
    let written = files(folder, &into);
    let all = format!("{written}\n{}\n{}", ended.stdout, ended.stderr);
    for spelling in spellings(CANARY) {
        let shown: Vec<&str> = all
            .lines()
            .filter(|line| line.contains(&spelling))
            .collect();
        assert!(
            shown.is_empty(),
            "{kind}: `{spelling}` in\n{}",
            shown.join("\n")
        );
    }
    assert!(written.contains("contract"), "{all}");
    assert!(
        written.contains("banana"),
        "what is no credential stays: {all}"
    );
    written
}

/// Bodies with the canary, and their media types.
fn planted_bodies() -> Vec<(&'static str, String)> {
    let c = CANARY;
    vec![
        (
            "application/json",
            format!(
                r#"{{"monkey":"banana","password":"{c}","credentials":{{"a":["{c}"],"b":{{"c":"{c}"}}}}}}"#
            ),
        ),
        (
            "application/json",
            format!(
                r#"{{"fields":[{{"name":"password","value":"{c}"}}],"inner":"{{\"otp\":\"{c}\"}}"}}"#
            ),
        ),
        (
            "application/x-www-form-urlencoded",
            format!("user%5Bpassword%5D={c}&next=%2Fx%3Ftoken%3D{c}"),
        ),
        ("text/plain", format!("user=u&passphrase={c}&x=y")),
        ("text/plain", format!(r#"{{"jwt":"{c}"}}"#)),
        ("text/plain", format!("please set password: {c}")),
        (
            "application/xml",
            format!(r#"<a pwd="{c}"><x:Password>{c}</x:Password></a>"#),
        ),
        (
            "application/x-ndjson",
            format!("{{\"a\":1}}\n{{\"secret\":\"{c}\"}}\n"),
        ),
        (
            "application/graphql",
            format!("mutation {{ login(user: \"u\", password: \"{c}\") {{ id }} }}"),
        ),
        (
            "application/json",
            format!(r#"{{"query":"mutation {{ login(password: \"{c}\") {{ id }} }}"}}"#),
        ),
        (
            "multipart/form-data; boundary=b",
            format!("--b\r\nContent-Disposition: form-data; name=\"pin\"\r\n\r\n{c}\r\n--b--\r\n"),
        ),
    ]
}

#[test]
fn nothing_that_is_named_like_a_credential_is_written_or_said() {
    let folder = Folder::new();
    let c = CANARY;
    let urls = [
        format!("https://api.example/a?X-Amz-Signature={c}&monkey=banana"),
        format!("https://api.example/b?next=%2Fx%3Ftoken%3D{c}"),
        format!("https://u:{c}@api.example/c?redirectURL=https%3A%2F%2Fu%3A{c}%40h"),
    ];
    let fields = [
        ("X-Vault-Token", c.to_owned()),
        ("Private-Token", c.to_owned()),
        ("X-Session", c.to_owned()),
        ("Referer", format!("https://h/x?access_token={c}")),
    ];
    let headers: Vec<Value> = fields
        .iter()
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let answer = json!({
        "status": 200, "headers": [{ "name": "Content-Type", "value": "application/json" }, { "name": "Set-Cookie", "value": format!("sid={c}") }, { "name": "Location", "value": format!("/x?token={c}") }],
        "content": { "mimeType": "application/json", "text": json!({ "session": { "value": c }, "list": [{ "name": "password", "value": c }], "link": format!("/x?token={c}") }).to_string() }
    });
    let mut entries = Vec::new();
    for url in &urls {
        entries.push(json!({ "startedDateTime": "2026-01-01T00:00:00Z", "request": { "method": "GET", "url": url, "headers": headers }, "response": answer }));
    }
    for (number, (media_type, text)) in planted_bodies().into_iter().enumerate() {
        entries.push(json!({ "startedDateTime": "2026-01-01T00:00:00Z", "request": { "method": "POST", "url": format!("https://api.example/p{number}"), "headers": [], "postData": { "mimeType": media_type, "text": text } }, "response": answer }));
    }
    entries.push(json!({ "startedDateTime": "x", "request": format!("Authorization: Bearer {c}"), "response": {} }));
    entries.push(json!({ "startedDateTime": "x", "request": { "method": "POST", "url": "https://api.example/e", "headers": [], "postData": { "encoding": c, "text": "a" } }, "response": answer }));
    let har = json!({ "log": { "entries": entries } }).to_string();
    imports_without_canary(&folder, "har", "planted.har", &har);

    let mut lines = String::new();
    let mut hurl = String::new();
    let mut items = Vec::new();
    let field_lines = fields
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect::<String>();
    let keys: Vec<Value> = fields
        .iter()
        .map(|(name, value)| json!({ "key": name, "value": value }))
        .collect();
    for url in &urls {
        let options: String = fields
            .iter()
            .map(|(name, value)| format!(" -H '{name}: {value}'"))
            .collect();
        lines.push_str(&format!("# with {c}\ncurl '{url}'{options}\n"));
        hurl.push_str(&format!("# with {c}\nGET {url}\n{field_lines}HTTP 200\nSet-Cookie: sid={c}\n[Asserts]\njsonpath \"$.token\" == \"{c}\"\nheader \"X-Api-Key\" == \"{c}\"\n\n"));
        items.push(json!({ "name": format!("with {c}"), "request": { "method": "GET", "url": url, "header": keys,
            "auth": { "type": "apikey", "apikey": [{ "key": "in", "value": "query" }, { "key": "kiwi", "value": c }] } },
            "event": [{ "listen": "test", "script": { "exec": [format!("pm.test('a', () => {{ pm.response.to.have.header('X-Api-Key', '{c}'); pm.response.to.have.jsonBody('password', '{c}'); }});")] } }] }));
    }
    for (number, (media_type, text)) in planted_bodies().into_iter().enumerate() {
        let url = format!("https://api.example/p{number}");
        lines.push_str(&format!(
            "curl '{url}' -H 'Content-Type: {media_type}' --data-binary '{text}'\n"
        ));
        if !media_type.starts_with("multipart") {
            hurl.push_str(&format!(
                "POST {url}\nContent-Type: {media_type}\n```\n{text}\n```\nHTTP 200\n\n"
            ));
        }
        items.push(json!({ "name": url, "request": { "method": "POST", "url": url, "header": [{ "key": "Content-Type", "value": media_type }], "body": { "mode": "raw", "raw": text } } }));
    }
    imports_without_canary(&folder, "curl", "planted.sh", &lines);
    imports_without_canary(&folder, "hurl", "planted.hurl", &hurl);
    let collection = json!({ "info": { "name": "a", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" }, "item": items,
        "variable": [{ "key": "apiSecret", "value": c }, { "key": "base", "value": format!("https://h/?token={c}") }] });
    imports_without_canary(&folder, "postman", "planted.json", &collection.to_string());
}

/// Keys in paths, each with what stays of the path.
const PATHS: [(&str, &str); 4] = [
    ("/v1/token/q8Zr2LmXv0PtK4aB/use", "/v1/token/${"),
    (
        "/services/T024BE7LD/B0A1C2D3E/xOxPq7TzW2vLkYcRnM5dQe1u",
        "/services/T024BE7LD/B0A1C2D3E/${",
    ),
    (
        "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
        "/bot${",
    ),
    (
        "/api/hooks/2f9c41ab77d0e8f32f9c41ab77d0e8f3",
        "/api/hooks/${",
    ),
];

/// What no output has of them.
const KEYS: [&str; 4] = [
    "q8Zr2LmXv0Pt",
    "xOxPq7TzW2vL",
    "AAHdqTcvCH1v",
    "2f9c41ab77d0e8f3",
];

/// An id in the same place.
const ID: &str = "/api/hooks/550e8400-e29b-41d4-a716-446655440000/42";

#[test]
fn no_import_writes_a_key_of_a_path() {
    let urls: Vec<String> = PATHS
        .iter()
        .map(|(path, _)| *path)
        .chain([ID])
        .map(|path| format!("https://a.example{path}"))
        .collect();
    // Whoever has a title has it from a person.
    let curl: String = urls.iter().map(|url| format!("curl '{url}'\n")).collect();
    let hurl: String = urls
        .iter()
        .map(|url| format!("GET {url}\nHTTP 200\n\n"))
        .collect();
    let requests = urls.iter().map(|url| {
        json!({ "name": format!("GET {url}"), "request": { "method": "POST", "url": url,
            "header": [{ "key": "Referer", "value": url }],
            "body": { "mode": "raw", "raw": format!("{{\"next\": \"{url}\"}}"), "options": { "raw": { "language": "json" } } } } })
    });
    let postman = json!({
        "info": { "name": "a", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json" },
        "item": requests.collect::<Vec<_>>(),
    });
    let entries = urls.iter().map(|url| {
        json!({
            "startedDateTime": "2026-01-01T00:00:00Z", "time": 1, "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
            "request": { "method": "GET", "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1,
                "bodySize": 0, "queryString": [], "headers": [{ "name": "X-From", "value": url }] },
            "response": { "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1,
                "bodySize": -1, "redirectURL": "", "headers": [{ "name": "Location", "value": url }],
                "content": { "size": 1, "mimeType": "application/json", "text": format!("{{\"self\": \"{url}\"}}") } },
        })
    });
    let har = json!({ "log": { "version": "1.2", "creator": { "name": "x", "version": "1" },
        "entries": entries.collect::<Vec<_>>() } });
    for (kind, name, text) in [
        ("curl", "calls.sh", curl),
        ("hurl", "calls.hurl", hurl),
        ("postman", "calls.json", postman.to_string()),
        ("har", "calls.har", har.to_string()),
    ] {
        let folder = Folder::new();
        folder.write(name, text);
        let ended = folder.run(&["import", kind, name, "--into", "suite"]);
        let written = files(&folder, "suite");
        let all = format!("{written}\n{}\n{}", ended.stdout, ended.stderr);
        for key in KEYS {
            let lines: Vec<&str> = all.lines().filter(|line| line.contains(key)).collect();
            assert!(lines.is_empty(), "{kind}: `{key}` in\n{}", lines.join("\n"));
        }
        for (path, stays) in PATHS {
            assert!(written.contains(stays), "{kind}: {path}\n{written}");
        }
        assert!(
            written.contains("550e8400-e29b-41d4-a716-446655440000"),
            "{kind}: {written}"
        );
        assert!(!written.contains("sk_"), "{kind}");
    }
}

#[test]
fn a_body_in_another_charset_and_a_member_that_is_there_twice_hide_nothing() {
    let twice = format!(
        "{{\"password\":\"first-{CANARY}\",\"password\":\"second-{CANARY}\",\"monkey\":\"banana\"}}"
    );
    let wide: Vec<u8> = twice.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = format!("\u{feff}{twice}");
    let entry = |content: Value| {
        json!({
            "startedDateTime": "2026-01-01T00:00:00Z", "time": 1, "cache": {}, "timings": { "send": 0, "wait": 1, "receive": 0 },
            "request": { "method": "POST", "url": "https://a.example/banana", "httpVersion": "HTTP/1.1", "cookies": [],
                "headersSize": -1, "bodySize": 0, "queryString": [],
                "headers": [{ "name": "Content-Type", "value": "application/json" }],
                "postData": { "mimeType": "application/json", "text": content["text"], "encoding": content["encoding"] } },
            "response": { "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "headersSize": -1,
                "bodySize": -1, "redirectURL": "", "headers": [], "content": content },
        })
    };
    let base64 = base64::engine::general_purpose::STANDARD;
    for (name, content) in [
        (
            "twice",
            json!({ "size": 1, "mimeType": "application/json", "text": twice }),
        ),
        (
            "marked",
            json!({ "size": 1, "mimeType": "application/json", "text": marked }),
        ),
        (
            "wide",
            json!({ "size": 1, "mimeType": "application/json", "encoding": "base64", "text": base64.encode(&wide) }),
        ),
    ] {
        let folder = Folder::new();
        let har = json!({ "log": { "version": "1.2", "creator": { "name": "x", "version": "1" },
            "entries": [entry(content)] } });
        let written =
            imports_without_canary(&folder, "har", &format!("{name}.har"), &har.to_string());
        for word in written.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c))) {
            let bytes = base64.decode(word).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes).replace('\0', "");
            assert!(!text.contains(CANARY), "{name}: {text}");
        }
    }
}
