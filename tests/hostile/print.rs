//! Every answer of the table in one run of the real binary: what each format prints of them, and in how much
//! memory.

use libtest_mimic::{Failed, Trial};
use probity::report::formats::FORMATS;

use crate::answer::{Answer, body};
use crate::memory::{LIMIT_KIB, Watched};
use crate::server::Server;
use crate::suite;
use crate::support::folder::Folder;
use crate::support::script::Act;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test(
            "print::nothing_is_printed_raw_in_any_format",
            printed_safely,
        ),
        Trial::test(
            "print::what_a_terminal_would_act_on_is_nowhere",
            escapes_in_every_place,
        ),
    ]
}

/// All answers but those that wait, each in a case of its own.
fn printed_safely() -> Result<(), Failed> {
    let answers: Vec<Answer> = crate::answers::all()
        .into_iter()
        .filter(|answer| !answer.lasts)
        .collect();
    let mut cases = Vec::new();
    for transport in ["normal", "raw"] {
        for answer in &answers {
            let id = format!("{}-on-{transport}", answer.name.replace(['.', ' '], "-"));
            cases.push(suite::case(
                &id,
                answer.name,
                transport,
                "HOSTILE-01",
                answer.checks,
            ));
        }
    }
    let folder = Folder::new();
    suite::write(&folder, &cases);
    let server = Server::answering(move |asked| {
        if asked.path == "/" {
            // Is anybody there? Somebody is.
            return body("{}");
        }
        let found = answers
            .iter()
            .find(|answer| asked.path[1..] == *answer.name);
        found.map_or_else(Vec::new, |answer| answer.script.clone())
    })?;
    let said = run(&folder, &server.url())?;
    check("terminal", &said)?;
    for format in FORMATS.map(|format| format.name) {
        check(format, &folder.read(format))?;
    }
    Ok(())
}

/// What a terminal, a browser or a CI server would act on.
const EVIL: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}gpj\u{2066}\r::error::owned <script>alert(1)</script> ]]> --> ``` |";

/// Escapes and bidirectional controls in every place of an answer that a report shows.
fn escapes_in_every_place() -> Result<(), Failed> {
    // Control characters cannot stand in a field or a reason; what can does.
    let line = "\u{202e}gpj\u{2066}\u{9b}31m <script>alert(1)</script> ::error::owned ```";
    let json =
        serde_json::json!({ EVIL: EVIL, "ok": EVIL, "id": EVIL, "list": [EVIL, EVIL] }).to_string();
    let checks = [
        "status: 200, json: { ok: true }",
        "status: 200, json-exactly: { ok: true }",
        "status: 201",
        "status: 200, headers: { X-A: plain }",
        "status: 200, headers: { X-A: <absent> }",
        "status: 200, headers: { Content-Type: <media-type text/plain> }",
        "status: 200, text: plain",
        "status: 200, text: </^plain/>",
        "status: 200, body: <empty>",
        "status: 200, select: [{ path: '$.list[*]', unique: true }]",
        "status: 200, select: [{ path: '$.*', subset-of: [1] }]",
        "status: 200, select: [{ path: '$.*', each: <integer> }]",
        "status: 200, json: { list: { <unordered>: [a, b] } }",
        "status: 200, json: { list: [a] }",
        "status: 200, schema: { type: object, additionalProperties: { type: integer } }",
        "status: 200, schema: { type: object, propertyNames: { pattern: '^a' } }",
    ];
    let mut cases: Vec<String> = checks
        .iter()
        .enumerate()
        .map(|(number, checks)| {
            suite::case(
                &format!("check-{number}"),
                "evil",
                "raw",
                "HOSTILE-01",
                checks,
            )
        })
        .collect();
    // What was captured goes into the next request, and from there into its report.
    cases.push(
        "- id: captured\n  steps:\n    - request: { GET: /good, transport: exact }\n      \
         expect: [{ status: 200 }]\n      capture: { id: $.id }\n    \
         - request: { POST: \"/evil/${capture.id}\", transport: exact, query: { q: \"${capture.id}\" }, \
         json: { \"a\": \"${capture.id}\" } }\n      \
         expect: [{ proves: [HOSTILE-01], status: 200, json: { ok: \"${capture.id}!\" } }]\n  \
         finally:\n    - request: { GET: /evil }\n      expect: [{ status: 418, json: { ok: 1 } }]\n"
            .to_owned(),
    );
    cases.push(suite::case(
        "not-json",
        "text",
        "raw",
        "HOSTILE-01",
        "status: 200, json: { ok: true }",
    ));
    cases.push(suite::case(
        "not-http",
        "nonsense",
        "normal",
        "HOSTILE-01",
        "status: 200",
    ));
    let folder = Folder::new();
    suite::write(&folder, &cases);
    let answered = format!(
        "HTTP/1.1 200 {line}\r\nContent-Type: application/json; a={line}\r\nX-A: {line}\r\nLocation: {line}\r\n\
         Content-Length: {}\r\n\r\n{json}{EVIL}",
        json.len()
    );
    let good = body(&json);
    let server = Server::answering(move |asked| match asked.path.as_str() {
        "/good" => good.clone(),
        "/text" => body(EVIL),
        "/nonsense" => vec![Act::Say(EVIL.into())],
        _ => vec![Act::Say(answered.clone().into())],
    })?;
    let said = run(&folder, &server.url())?;
    check("terminal", &said)?;
    for format in FORMATS.map(|format| format.name) {
        check(format, &folder.read(format))?;
    }
    let page = folder.read("html");
    if page.contains("<script>alert(1)") {
        return Err("markup of an answer stands in the page".into());
    }
    Ok(())
}

/// Runs the binary with every format; gives what it said.
fn run(folder: &Folder, target: &str) -> Result<String, Failed> {
    let arguments = ["run", "--suite", "suite", "--target", target, "--jobs", "8"];
    let mut command = folder.command(&arguments);
    for format in FORMATS.map(|format| format.name) {
        command.arg("--report").arg(format!("{format}={format}"));
    }
    let ended = Watched::run(command)?;
    if ended.code != Some(1) {
        return Err(format!("exit {:?}\n{}\n{}", ended.code, ended.stdout, ended.stderr).into());
    }
    // Hundreds of answers, eight at a time, and every format at once.
    if ended.peak_kib > 2 * LIMIT_KIB {
        return Err(format!("took {} KiB", ended.peak_kib).into());
    }
    Ok(ended.stdout + &ended.stderr)
}

/// Is there nothing in the text that a terminal acts on, or that reorders what is read?
fn check(name: &str, text: &str) -> Result<(), Failed> {
    let raw = text.char_indices().find(|(_, character)| {
        let is_control = character.is_control() && !matches!(character, '\n' | '\t');
        is_control || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    });
    let Some((at, character)) = raw else {
        return Ok(());
    };
    let before: String = text[..at].chars().rev().take(200).collect();
    let before: String = before.chars().rev().collect();
    Err(format!("{name} prints {character:?} after {before:?}").into())
}
