//! Credentials that a target sends in great numbers: the time for them grows with the answers and not with what came
//! before, and no output has one of them, nor what would take too long to search.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use crate::memory::{LIMIT_KIB, Watched};
use crate::server::Server;
use crate::suite;
use crate::support::folder::Folder;
use crate::support::script::Act;

const CASES: usize = 8;
/// The cookies of each answer.
const COOKIES: usize = 60;
/// A hundred times what it takes.
const PATIENCE: Duration = Duration::from_mins(4);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("received::many_cookies_in_each_answer", many),
        Trial::test("received::what_cannot_be_taken_out_is_withheld", withheld),
    ]
}

/// A value like that of a session, and no other one.
fn session(number: usize) -> String {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("{mixed:016x}.{:08x}", mixed >> 13)
}

fn outputs(folder: &Folder, stdout: &str, stderr: &str) -> Vec<(String, String)> {
    let files = folder.files().into_iter();
    let files = files.filter(|name| !name.starts_with("suite"));
    let mut outputs: Vec<(String, String)> = files
        .map(|name| (name.clone(), folder.read(&name)))
        .collect();
    outputs.push(("stdout".to_owned(), stdout.to_owned()));
    outputs.push(("stderr".to_owned(), stderr.to_owned()));
    outputs
}

const REPORTS: [&str; 10] = [
    "--report",
    "json=report.json",
    "--report",
    "junit=report.xml",
    "--report",
    "events=events.jsonl",
    "--record",
    "run.har",
    "--color",
    "never",
];

fn many() -> Result<(), Failed> {
    let folder = Folder::new();
    let case = |number: usize| {
        format!(
            "- id: a{number}\n  request: {{ GET: /a }}\n  \
             expect: [{{ proves: [HOSTILE-01], status: 200, json: {{ ok: true }} }}]\n"
        )
    };
    suite::write(&folder, &(0..CASES).map(case).collect::<Vec<_>>());
    let count = AtomicUsize::new(0);
    let server = Server::answering(move |_| {
        // Each body has a session of an earlier answer, and one of the next.
        let from = count.fetch_add(COOKIES, Ordering::Relaxed);
        let mut body = format!(
            "{{\"ok\": false, \"seen\": \"{}\", \"next\": \"{}\", \"text\": \"",
            session(from / 2),
            session(from + COOKIES),
        );
        while body.len() < 60 << 10 {
            let _ = write!(body, "lorem {} \\u0069psum ", body.len());
        }
        body.push_str("\"}");
        let mut head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        );
        for number in from..from + COOKIES {
            let _ = write!(head, "Set-Cookie: c{number}={}\r\n", session(number));
        }
        vec![Act::Say(format!("{head}\r\n{body}").into()), Act::Keep]
    })?;
    let mut command = folder.command(&["run", "--suite", "suite", "--target", &server.url()]);
    command.args(REPORTS);
    let started = Instant::now();
    let ended = Watched::run(command)?;
    let took = started.elapsed();
    if ended.code != Some(1) || took > PATIENCE || ended.peak_kib > LIMIT_KIB {
        return Err(format!(
            "{:?}, {took:?}, {} KiB\n{}",
            ended.code, ended.peak_kib, ended.stderr
        )
        .into());
    }
    let outputs = outputs(&folder, &ended.stdout, &ended.stderr);
    for number in 0..(CASES + 1) * COOKIES {
        let session = session(number);
        // The one that no answer has set is no secret.
        for (name, text) in &outputs {
            if number < CASES * COOKIES && text.contains(&session) {
                return Err(format!("{session} ({number}) is in {name}").into());
            }
        }
    }
    Ok(())
}

fn withheld() -> Result<(), Failed> {
    let folder = Folder::new();
    let case = |path: &str| {
        format!(
            "- id: {path}\n  request: {{ GET: /{path} }}\n  \
             expect: [{{ proves: [HOSTILE-01], status: 200, json: {{ ok: true }} }}]\n"
        )
    };
    suite::write(&folder, &["login", "other", "clean"].map(case));
    // It is longer than what is remembered of one value.
    let long: String = (0..300).map(session).collect();
    let (shown, set) = (long.clone(), long.clone());
    let server = Server::answering(move |asked| {
        let (cookie, text) = match asked.path.as_str() {
            "/login" => (format!("Set-Cookie: session={set}\r\n"), "nothing"),
            "/other" => (String::new(), shown.as_str()),
            _ => (String::new(), "a clean text"),
        };
        let body = format!("{{\"ok\": false, \"text\": \"{text}\"}}");
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{cookie}");
        let answer = format!("{head}Content-Length: {length}\r\n\r\n{body}");
        vec![Act::Say(answer.into()), Act::Keep]
    })?;
    let ended = folder.run(
        &[
            &[
                "run",
                "--suite",
                "suite",
                "--jobs",
                "1",
                "--target",
                &server.url(),
            ],
            &REPORTS[..],
        ]
        .concat(),
    );
    let ended = ended.expect_code(1);
    for (name, text) in outputs(&folder, &ended.stdout, &ended.stderr) {
        for number in 0..300 {
            if text.contains(&session(number)) {
                return Err(format!("{name}: {text}").into());
            }
        }
    }
    let report = folder.read("report.json");
    assert!(
        report.contains("withheld: may have a credential"),
        "{report}"
    );
    assert!(report.contains("a clean text"), "{report}");
    Ok(())
}
