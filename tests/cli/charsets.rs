//! A secret with letters that are no ASCII, which a server repeats in other charsets and other forms of Unicode: no output
//! shows it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::peer::Peer;
use crate::support::folder::{Ended, Folder};
use crate::things;

/// The second one has no character of ISO-8859-1.
const SECRETS: [&str; 2] = ["pässwörd-Zq7", "пароль-Zq7x"];

/// What of the first one any output would show.
const LEGIBLE: [&str; 10] = [
    "pässwörd",
    "pa\u{308}ssw",
    "ssw\u{fffd}",
    "p\u{fffd}ss",
    "p%E4",
    "p%e4",
    "cORzc3f2cmQtWnE3",
    "e4 73 73 77",
    "Ã¤ss",
    "rd-Zq7",
];

fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|one| u8::try_from(u32::from(one)).unwrap_or(b'?'))
        .collect()
}

fn wide(text: &str, is_big: bool) -> Vec<u8> {
    let units = text.encode_utf16();
    let bytes = units.map(|unit| {
        if is_big {
            unit.to_be_bytes()
        } else {
            unit.to_le_bytes()
        }
    });
    bytes.flatten().collect()
}

fn decomposed(text: &str) -> String {
    text.replace('ä', "a\u{308}").replace('ö', "o\u{308}")
}

/// A way to repeat it: name, `Content-Type`, and body.
fn ways(secret: &str) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let json = format!("{{\"you\": \"{secret}\", \"n\": 1}}");
    let percent: String = latin(secret)
        .iter()
        .map(|byte| {
            if byte.is_ascii() {
                char::from(*byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    let marked = |is_big| [wide("\u{feff}", is_big), wide(&json, is_big)].concat();
    vec![
        (
            "latin-1",
            "application/json; charset=iso-8859-1",
            latin(&json),
        ),
        (
            "latin-1-text",
            "text/plain; charset=iso-8859-1",
            latin(&json),
        ),
        ("latin-1-undeclared", "text/plain", latin(&json)),
        ("windows", "text/plain; charset=windows-1252", latin(&json)),
        ("nfd", "application/json", decomposed(&json).into_bytes()),
        ("utf-16", "application/json; charset=utf-16", marked(true)),
        (
            "utf-16le",
            "text/plain; charset=utf-16le",
            wide(&json, false),
        ),
        ("utf-16-undeclared", "application/json", marked(false)),
        (
            "utf-16-bare",
            "application/octet-stream",
            wide(secret, true),
        ),
        (
            "bom",
            "application/json",
            format!("\u{feff}{json}").into_bytes(),
        ),
        (
            "mojibake",
            "application/json",
            json.bytes()
                .map(char::from)
                .collect::<String>()
                .into_bytes(),
        ),
        ("percent", "text/plain", percent.into_bytes()),
        (
            "base64",
            "text/plain",
            STANDARD.encode(latin(secret)).into_bytes(),
        ),
    ]
}

/// Repeats a secret in a way, `/utf-16/1`, and the first one in a header field.
fn answer(path: &str) -> Vec<u8> {
    let mut parts = path.split(['/', '?']).skip(1);
    let (way, which) = (parts.next().unwrap(), parts.next().unwrap());
    let secret = SECRETS[which.parse::<usize>().unwrap()];
    let (_, media_type, body) = (ways(secret).into_iter())
        .find(|(name, ..)| *name == way)
        .unwrap();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 X\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\nX-Echo: "
    );
    let echo = latin(SECRETS[0]);
    [head.into_bytes(), echo, b"\r\n\r\n".to_vec(), body].concat()
}

#[track_caller]
fn assert_silent(what: &str, text: &str) {
    for form in LEGIBLE.into_iter().chain(SECRETS).chain(["ароль"]) {
        if let Some(at) = text.find(form) {
            let from = text[..at].rfind('\n').map_or(0, |at| at + 1);
            let line = text[from..].lines().next().unwrap();
            panic!("`{form}` in {what}: {line}");
        }
    }
}

/// Also what is in base64, and in UTF-16 in that.
fn assert_silent_har(value: &Value) {
    match value {
        Value::String(text) => {
            assert_silent("the recording", &text.replace('\0', ""));
            let bytes = STANDARD.decode(text).unwrap_or_default();
            for bytes in [&bytes[..], bytes.get(1..).unwrap_or_default()] {
                let lossy = String::from_utf8_lossy(bytes);
                assert_silent("base64", &lossy.replace('\0', ""));
                let units = bytes.chunks_exact(2);
                for read in [u16::from_be_bytes, u16::from_le_bytes] {
                    let units: Vec<u16> = units.clone().map(|two| read([two[0], two[1]])).collect();
                    assert_silent("base64 of UTF-16", &String::from_utf16_lossy(&units));
                }
            }
        }
        Value::Array(items) => items.iter().for_each(assert_silent_har),
        Value::Object(members) => members.values().for_each(assert_silent_har),
        _ => {}
    }
}

#[test]
fn no_output_shows_a_secret_in_another_charset_or_form_of_unicode() {
    let folder = Folder::new();
    let names: Vec<String> = ways("x")
        .iter()
        .flat_map(|(name, ..)| [0, 1].map(|which| format!("{name}/{which}")))
        .collect();
    let cases = names.iter().map(|name| {
        let id = name.replace('/', "-of-");
        format!(
            "- id: {id}\n  request: {{ GET: /{name}, query: {{ q: '${{fixture.name}}' }} }}\n  expect:\n    \
             - {{ proves: [THINGS-01], status: 200, headers: {{ X-Echo: nothing }}, text: nothing }}\n    \
             - {{ proves: [THINGS-01], json: {{ you: nothing }} }}\n    \
             - {{ proves: [THINGS-01], bytes: {{ starts-with: nothing }} }}\n"
        )
    });
    things::write(&folder, &cases.collect::<Vec<_>>().concat());
    let peer = Peer::answering_bytes(|heard, _| {
        let path = heard.line.split(' ').nth(1).unwrap_or_default();
        answer(path)
    });
    let target = format!(
        "name: t\nservices: {{ things: '{}' }}\nidentities: {{ things.user: {{ X-Key: '${{env.OTHER}}' }} }}\n\
         fixtures: {{ things.name: '${{env.FIRST}}' }}\n",
        peer.url()
    );
    folder.write("target.yaml", target);
    let mut arguments = vec!["run", "--suite", "suite", "--target", "target.yaml"];
    let formats = [
        "json", "html", "junit", "markdown", "github", "sarif", "tap", "ctrf", "events",
    ];
    let files: Vec<String> = formats.iter().map(|one| format!("{one}=r.{one}")).collect();
    arguments.extend(files.iter().flat_map(|file| ["--report", file]));
    arguments.extend(["--record", "r.har"]);
    let mut command = folder.command(&arguments);
    command.env("FIRST", SECRETS[0]).env("OTHER", SECRETS[1]);
    let ended = Ended::from(command.output().unwrap()).expect_code(1);
    assert_silent("stdout", &ended.stdout);
    assert_silent("stderr", &ended.stderr);
    for format in formats {
        let text = folder.read(&format!("r.{format}"));
        assert!(text.len() > 200);
        assert_silent(format, &text);
    }
    assert_silent_har(&folder.report("r.har"));
    let report = folder.report("r.json");
    assert_eq!(report["cases"].as_array().unwrap().len(), names.len());
}
