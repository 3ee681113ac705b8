//! A value that only its name shows to be a credential, planted everywhere in what `probity import` reads: it is nowhere in
//! what is written and said.
#![allow(clippy::format_collect, reason = "texts of tests")]

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
