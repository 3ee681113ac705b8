//! Planted secrets of every length, in a cookie, a bearer token, Basic credentials, a form and the credentials for a
//! token endpoint, and two that the server makes itself: a token and the session of a login. The server sends them back in
//! every place of its answers, on redirects and in URLs, and no output of any format has one.
//!
//! A few rounds run in `cargo test`; `PROBITY_PLANTED_ROUNDS=200 cargo test --test hostile planted` runs more.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue has failed")]

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use libtest_mimic::{Failed, Trial};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use probity::report::formats::FORMATS;
use serde_json::Value;

use crate::memory::Watched;
use crate::random::Random;
use crate::server::Server;
use crate::support::folder::Folder;
use crate::support::request::nobody;
use crate::support::script::Act;

const ROUNDS: u64 = 4;
const NAMES: [&str; 5] = [
    "PLANTED_COOKIE",
    "PLANTED_BEARER",
    "PLANTED_BASIC",
    "PLANTED_FORM",
    "PLANTED_CLIENT",
];
/// The places of the secrets that the server makes.
const TOKEN: usize = 5;
const SESSION: usize = 6;
/// A part of a secret of this length is a leak, too.
const PART: usize = 12;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("planted::no_output_has_a_secret", no_output_has_a_secret),
        Trial::test("planted::shorter_secrets_are_refused", shorter_are_refused),
    ]
}

const CONTRACT: &str = "\
contract: planted
title: planted
service: all
services: { all: {}, down: {} }
identities: { cookie: somebody, bearer: somebody, basic: somebody, token: somebody }
fixtures: { form: a text }
requirements:
  - { id: PLANTED-01, level: MUST, sentence: An answer is right., source: here }
";

const CASES: &str = r#"
contract: planted
title: planted
cases:
- id: status
  request: { GET: /status, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 201 }]
- id: header
  request: { GET: /json, identity: cookie }
  expect: [{ proves: [PLANTED-01], status: 200, headers: { X-Echo: nothing, Set-Cookie: nothing, X-Plain: "</^[0-9]$/>" } }]
- id: schema
  request: { GET: /json, identity: basic }
  expect: [{ proves: [PLANTED-01], status: 200, schema: { properties: { plain: { maxLength: 1 }, token: { const: 1 } }, additionalProperties: { type: integer }, propertyNames: { pattern: "^[0-9]$" } } }]
- id: json
  request: { GET: /json, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 200, json: { plain: nothing, token: <integer>, list: [a], deep: { a: 1 } } }]
- id: exactly
  request: { GET: /json, identity: cookie }
  expect: [{ proves: [PLANTED-01], status: 200, json-exactly: { plain: nothing } }]
- id: unordered
  request: { GET: /json, identity: basic }
  expect: [{ proves: [PLANTED-01], status: 200, json: { list: { <unordered>: [a, b] } } }]
- id: selected
  request: { GET: /json, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 200, select: [{ path: "$.list[*]", unique: true, count: 1 }, { path: $..*, each: <integer> }, { path: $.list, subset-of: [a] }] }]
- id: text
  request: { GET: /text, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 200, text: "nothing\nat all" }]
- id: not-json
  request: { GET: /text, identity: cookie }
  expect: [{ proves: [PLANTED-01], status: 200, json: { a: 1 } }]
- id: form
  request: { POST: /form, identity: basic, headers: { Content-Type: application/x-www-form-urlencoded }, text: "a=${fixture.form}" }
  expect: [{ proves: [PLANTED-01], status: 200, json: { plain: "${fixture.form}!" } }]
- id: query
  request: { GET: "/json/${fixture.form}", identity: bearer, query: { q: "${fixture.form}" } }
  expect: [{ proves: [PLANTED-01], status: 200, json: { a: "${fixture.form}" } }]
- id: captured
  steps:
    - request: { GET: /json, identity: cookie }
      expect: [{ status: 200 }]
      capture: { echo: $.plain, cookie: { header: Set-Cookie } }
    - request: { GET: "/json/${capture.echo}", identity: cookie, headers: { X-Got: "${capture.cookie}" } }
      expect: [{ proves: [PLANTED-01], status: 200, json: { a: "${capture.echo}", b: "${capture.cookie}" } }]
- id: not-captured
  steps:
    - request: { GET: /json, identity: cookie }
      expect: [{ status: 200 }]
      capture: { echo: $.missing }
    - request: { GET: "/json/${capture.echo}" }
      expect: [{ proves: [PLANTED-01], status: 200 }]
- id: arranged
  effect: write
  steps:
    - request: { POST: /text, identity: bearer }
      expect: [{ status: 200, text: nothing }]
    - request: { GET: /text, identity: bearer }
      expect: [{ proves: [PLANTED-01], status: 200 }]
  finally:
    - request: { DELETE: "/text/${fixture.form}", identity: bearer }
      expect: [{ status: 204, text: nothing }]
- id: down
  request: { GET: "/a/${fixture.form}", service: down, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: no-http
  request: { GET: /garbage, identity: bearer, transport: raw }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: no-http-for-a-client
  request: { GET: /garbage, identity: basic }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: cut
  request: { GET: /cut, identity: cookie }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: redirect
  request: { GET: /redirect, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: trailing
  request: { GET: /trailing, identity: bearer, transport: raw }
  expect: [{ proves: [PLANTED-01], status: 200, text: nothing }]
- id: granted
  request: { GET: /json, identity: token }
  expect: [{ proves: [PLANTED-01], status: 200, headers: { X-Echo: nothing }, json: { plain: nothing } }]
- id: received
  steps:
    - request: { GET: /login, identity: bearer }
      expect: [{ status: 200 }]
    - request: { GET: /json, identity: bearer }
      expect: [{ proves: [PLANTED-01], status: 200, json: { plain: nothing } }]
- id: kept
  cookies: keep
  steps:
    - request: { GET: /login, identity: cookie }
      expect: [{ status: 200 }]
    - request: { GET: /text, identity: cookie }
      expect: [{ proves: [PLANTED-01], status: 200, text: nothing }]
- id: kept-on-a-redirect
  cookies: keep
  request: { GET: /hop, identity: token, follow: { max: 3 } }
  expect: [{ proves: [PLANTED-01], status: 200, json: { plain: nothing } }]
- id: followed
  request: { POST: /hop, identity: bearer, follow: { max: 3 }, form: { a: "${fixture.form}" } }
  expect: [{ proves: [PLANTED-01], status: 200, json: { plain: nothing } }]
- id: followed-too-far
  request: { GET: /loop, identity: basic, follow: { max: 2 } }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: followed-elsewhere
  request: { GET: /redirect, identity: cookie, follow: { max: 2 } }
  expect: [{ proves: [PLANTED-01], status: 200 }]
- id: captured-url
  steps:
    - request: { GET: /next, identity: bearer }
      expect: [{ status: 200 }]
      capture: { next: $.next }
    - request: { GET: "${capture.next}", identity: bearer }
      expect: [{ proves: [PLANTED-01], status: 200, json: { plain: nothing } }]
- id: captured-cookie
  steps:
    - request: { GET: /login, identity: bearer }
      expect: [{ status: 200 }]
      capture: { session: { cookie: session } }
    - request: { POST: /form, identity: bearer, query: { s: "${capture.session}" }, json: { s: "${capture.session}", h: "${sha256(capture.session)}" } }
      expect: [{ proves: [PLANTED-01], status: 200, json: { plain: "${capture.session}" } }]
- id: passes
  request: { GET: /json, identity: bearer }
  expect: [{ proves: [PLANTED-01], status: 200, headers: { X-Echo: <present> }, json: { a: 1 } }]
"#;

/// Characters that some format or encoding spells in its own way.
const ALPHABETS: [&str; 7] = [
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "\"\\/bfnrtu0Q",
    "&<>'\";#ampltgquo3xQ",
    "%+25CFE~01QZ.",
    "`|*_[]()#-!Q7",
    "=,;:@?/&QZ9",
    "aA0.-_/+=QX",
];
/// For a text that is in no header field.
const WIDE: &str = "éø字😀\u{ad}ßQ1%&\"\\ ";

const LENGTHS: [u64; 14] = [4, 5, 6, 7, 8, 9, 12, 16, 31, 64, 65, 128, 199, 200];

/// A secret of that many bytes, nearly; it is not in an output by chance.
fn secret(random: &mut Random, alphabet: &str) -> String {
    let pick =
        |random: &mut Random, count: usize| usize::try_from(random.below(count as u64)).unwrap();
    let length = if random.below(2) == 0 {
        usize::try_from(LENGTHS[pick(random, LENGTHS.len())]).unwrap()
    } else {
        4 + pick(random, 197)
    };
    let characters: Vec<char> = alphabet.chars().collect();
    // Short ones begin with what no output of this test has.
    let mut secret = if length < 10 {
        "Q9z".to_owned()
    } else {
        String::new()
    };
    while secret.len() < length {
        secret.push(characters[pick(random, characters.len())]);
    }
    let is_end = |character: char| character == ' ';
    if secret.starts_with(is_end) || secret.ends_with(is_end) {
        secret = format!("Q{}Z", secret.trim_matches(is_end));
    }
    secret
}

/// In JSON, without quotes.
fn escaped(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    text[1..text.len() - 1].to_owned()
}

/// Every way in which the server spells a secret.
fn spellings(secret: &str) -> Vec<String> {
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let mut units = String::new();
    for unit in secret.encode_utf16() {
        let _ = write!(units, "\\u{unit:04x}");
    }
    vec![
        secret.to_owned(),
        percent.clone(),
        percent.replace('%', "%25"),
        escaped(secret),
        units,
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        secret.bytes().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        }),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;"),
    ]
}

fn answers(secrets: &[String], path: &str) -> Vec<Act> {
    let all: Vec<String> = secrets
        .iter()
        .flat_map(|secret| spellings(secret))
        .collect();
    let basic = STANDARD.encode(format!("user:{}", secrets[2]));
    let plain = escaped(&all.join(" "));
    let list: Vec<String> = secrets
        .iter()
        .map(|one| format!("\"{}\"", escaped(one)))
        .collect();
    let keys: Vec<String> = list.iter().map(|one| format!("{one}: 1")).collect();
    let json = format!(
        "{{\"a\": 1, \"plain\": \"{plain}\", \"token\": {0}, \"basic\": \"{basic}\", \"list\": [{1}], \"deep\": {{{2}}}, {2}}}",
        list[1],
        list.join(", "),
        keys.join(", "),
    );
    // A field has one line.
    let (token, session) = (&secrets[TOKEN], &secrets[SESSION]);
    let line = format!(
        "{} {} {} {token} {session}",
        secrets[0], secrets[1], secrets[2]
    );
    let json_headers = format!(
        "Content-Type: application/json\r\nX-Echo: {line}\r\nX-Plain: {0}\r\nSet-Cookie: sid={0}; Path=/\r\n",
        secrets[0]
    );
    let said = |status: &str, headers: &str, body: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
    };
    let text = all.join("\n");
    let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let query = format!(
        "a={}&s={session}&t={}",
        percent(&secrets[1]),
        percent(token)
    );
    let cookie = format!("Set-Cookie: session={session}; Path=/; HttpOnly\r\n");
    let redirect = |to: &str| {
        let headers = format!("{cookie}Location: /{to}?{query}\r\n");
        said("302 Found", &headers, &text, text.len())
    };
    let path = path.split('?').next().unwrap_or_default();
    let bytes = match path.split('/').nth(1).unwrap_or_default() {
        "json" | "form" => said("200 OK", &json_headers, &json, json.len()),
        "text" => said("200 OK", "Content-Type: text/plain\r\n", &text, text.len()),
        "status" => said(&format!("500 {line}"), &json_headers, &json, json.len()),
        "garbage" => format!("{line} {text}: not HTTP\r\n\r\n").into_bytes(),
        "cut" => said("200 OK", &json_headers, &json, json.len() + 1000),
        "token" => {
            let body = format!(
                r#"{{"access_token": "{}", "token_type": "Bearer", "expires_in": 3600}}"#,
                escaped(token)
            );
            said(
                "200 OK",
                "Content-Type: application/json\r\n",
                &body,
                body.len(),
            )
        }
        "login" => said("200 OK", &cookie, "{}", 2),
        "hop" => redirect("hop-2"),
        "hop-2" => redirect("json/x"),
        "loop" => redirect("loop"),
        "next" => {
            let body = format!(r#"{{"next": "/json/y?{query}"}}"#);
            said(
                "200 OK",
                "Content-Type: application/json\r\n",
                &body,
                body.len(),
            )
        }
        "redirect" => {
            let percent = percent(&line);
            let headers = format!("Location: http://127.0.0.1:9/{percent}?{line}\r\n");
            said("302 Found", &headers, &text, text.len())
        }
        "trailing" => said("200 OK", "", &text, 3),
        _ => said("200 OK", "", "{}", 2),
    };
    vec![Act::Say(bytes)]
}

fn target(url: &str) -> String {
    format!(
        "name: planted\nservices: {{ all: '{url}', down: '{}' }}\nidentities:\n  \
         planted.cookie: {{ Cookie: 'sid=${{env.PLANTED_COOKIE}}' }}\n  \
         planted.bearer: {{ bearer: {{ env: PLANTED_BEARER }} }}\n  \
         planted.basic: {{ basic: {{ user: user, password: '${{env.PLANTED_BASIC}}' }} }}\n  \
         planted.token: {{ oauth2: {{ token-url: '{url}/token', client-id: me, client-secret: '${{env.PLANTED_CLIENT}}' }} }}\n\
         fixtures: {{ planted.form: '${{env.PLANTED_FORM}}' }}\n",
        nobody()
    )
}

fn no_output_has_a_secret() -> Result<(), Failed> {
    let asked = std::env::var("PROBITY_PLANTED_ROUNDS").ok();
    let rounds = asked.and_then(|text| text.parse().ok()).unwrap_or(ROUNDS);
    for seed in 1..=rounds {
        let mut random = Random(seed);
        let mut secrets: Vec<String> = (0..3)
            .map(|number| {
                let index = usize::try_from((seed + number) % ALPHABETS.len() as u64).unwrap();
                secret(&mut random, ALPHABETS[index])
            })
            .collect();
        secrets.push(secret(&mut random, WIDE));
        // Of the server, and in its header fields.
        secrets.extend([6, 0, 0].map(|index| secret(&mut random, ALPHABETS[index])));
        // A token of fewer characters is refused, and a cookie of fewer bytes also is in other texts by chance.
        secrets[SESSION] = format!("Q9-{}z", secrets[SESSION]);
        round(&secrets).map_err(|failed| format!("seed {seed}, {secrets:?}: {failed}"))?;
    }
    Ok(())
}

/// `prove` runs only a case that receives no token and no session: what the server has made is no credential for it.
fn known_to(is_proof: bool, secrets: &[String]) -> &[String] {
    if is_proof { &secrets[..TOKEN] } else { secrets }
}

fn round(secrets: &[String]) -> Result<(), String> {
    let folder = Folder::new();
    folder.write("suite/cases/planted/contract.yaml", CONTRACT);
    folder.write("suite/cases/planted/all.yaml", CASES);
    let own = secrets.to_vec();
    let server = Server::answering(move |asked| answers(&own, &asked.path))
        .map_err(|error| error.to_string())?;
    folder.write("target.yaml", target(&server.url()));
    let run = |arguments: &[&str], codes: &[i32]| -> Result<(), String> {
        let mut command = folder.command(arguments);
        for (name, secret) in NAMES.iter().zip(secrets) {
            command.env(name, secret);
        }
        let ended = Watched::run(command).map_err(|error| error.to_string())?;
        let what = arguments.join(" ");
        let secrets = known_to(arguments[0] == "prove", secrets);
        if !ended.code.is_some_and(|code| codes.contains(&code)) {
            let (stdout, stderr) = (ended.stdout, ended.stderr);
            return Err(format!("{what}: exit {:?}\n{stdout}\n{stderr}", ended.code));
        }
        is_silent(&format!("{what}: stdout"), &ended.stdout, secrets)?;
        is_silent(&format!("{what}: stderr"), &ended.stderr, secrets)
    };
    let suite = ["--suite", "suite", "--target", "target.yaml"];
    let formats: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("{0}=out/{0}", format.name))
        .collect();
    let reports: Vec<&str> = formats.iter().flat_map(|one| ["--report", one]).collect();
    let recorded = ["--record", "out/har", "--journal", "out/journal"];
    run(&[&["run"], &suite[..], &reports, &recorded].concat(), &[1])?;
    run(
        &["run", "--plan", suite[0], suite[1], suite[2], suite[3]],
        &[0],
    )?;
    let again = ["report", "out/json", "--report", "html=out/html-again"];
    run(
        &[&again[..], &["--report", "junit=out/junit-again"]].concat(),
        &[0, 1],
    )?;
    run(
        &[
            "compare",
            "out/json",
            "out/json",
            "--report",
            "html=out/html-compared",
        ],
        &[0, 1],
    )?;
    folder.write("runs/one.json", folder.read("out/json"));
    run(
        &["history", "runs", "--report", "html=out/html-history"],
        &[0],
    )?;
    let proof = ["--only", "planted/all/passes", "--report", "json=out/proof"];
    run(&[&["prove"], &suite[..], &proof].concat(), &[0, 1, 4, 5])?;
    run(
        &[
            "prove",
            "--suite",
            "suite",
            "--recording",
            "out/har",
            "--only",
            "planted/all/passes",
        ],
        &[0, 1, 4, 5],
    )?;
    run(
        &[
            "judge",
            "out/har",
            "--suite",
            "suite",
            "--report",
            "json=out/judged",
        ],
        &[0, 1, 4, 5],
    )?;
    for file in folder.files() {
        if file.starts_with("out") {
            let known = known_to(file.ends_with("proof"), secrets);
            is_silent(&file, &folder.read(&file), known)?;
        }
    }
    let shown = folder.read("out/json");
    if shown.matches("[secret]").count() < 20 {
        return Err(format!("hardly anything was sent back: {shown}"));
    }
    Ok(())
}

/// Does the text, or what a reader makes of it, have no secret and no part of one?
fn is_silent(name: &str, text: &str, secrets: &[String]) -> Result<(), String> {
    let read = read(text);
    for secret in secrets {
        let sorts: std::collections::BTreeSet<char> = secret.chars().collect();
        let characters: Vec<char> = secret.chars().collect();
        let parts: Vec<String> = characters
            .windows(PART)
            .filter(|_| sorts.len() >= 6)
            .map(|part| part.iter().collect())
            .collect();
        for part in parts.iter().chain([secret]) {
            if let Some(at) = read.find(part.as_str()) {
                let before: String = read[..at].chars().rev().take(80).collect();
                let before: String = before.chars().rev().collect();
                return Err(format!(
                    "{name} has {part:?} of {secret:?} after {before:?}"
                ));
            }
        }
    }
    Ok(())
}

/// What a reader of the format sees: the texts of JSON, the text of a page.
fn read(text: &str) -> String {
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return texts(&value);
    }
    let lines: Option<Vec<Value>> = text
        .lines()
        .map(|line| serde_json::from_str(line).ok())
        .collect();
    if let Some(lines) = lines.filter(|lines| !lines.is_empty()) {
        return texts(&Value::Array(lines));
    }
    if !text.trim_start().starts_with('<') {
        return text.to_owned();
    }
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

fn texts(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text}\n"),
        Value::Array(items) => items.iter().map(texts).collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| [name, "\n", &texts(member)].map(str::to_owned))
            .collect(),
        other => format!("{other}\n"),
    }
}

/// Up to three characters cannot be removed from text without removing other text, too.
fn shorter_are_refused() -> Result<(), Failed> {
    let folder = Folder::new();
    folder.write("suite/cases/planted/contract.yaml", CONTRACT);
    folder.write("suite/cases/planted/all.yaml", CASES);
    folder.write("target.yaml", target("http://127.0.0.1:9"));
    for name in NAMES {
        for short in ["Q", "Q~", "Q~z"] {
            let arguments = [
                "run",
                "--suite",
                "suite",
                "--target",
                "target.yaml",
                "--no-report",
            ];
            let mut command = folder.command(&arguments);
            for other in NAMES {
                command.env(other, if other == name { short } else { "long-enough" });
            }
            let ended = Watched::run(command)?;
            let said = ended.stdout + &ended.stderr;
            if ended.code != Some(2) || !said.contains("is too short to be redacted in reports") {
                return Err(format!("{name}={short}: exit {:?}: {said}", ended.code).into());
            }
            if said.contains("Q~") {
                return Err(format!("{name}={short}: {said}").into());
            }
        }
    }
    Ok(())
}
