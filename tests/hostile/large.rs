//! Many large answers at once: a run keeps only some of them in memory.

use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};

use crate::memory::{LIMIT_KIB, Watched};
use crate::script::Act;
use crate::server::Server;
use crate::suite::Folder;

/// Just below the largest body that is read.
const BODY: usize = 1019 << 14;

const AT_ONCE: usize = 32;

pub(crate) fn trials() -> Vec<Trial> {
    ["normal", "exact", "raw"]
        .map(|transport| {
            Trial::test(
                format!(
                    "large::{AT_ONCE}_answers_at_once_are_read_in_bounded_memory_on_{transport}"
                ),
                move || read_in_bounded_memory(transport),
            )
        })
        .into()
}

fn read_in_bounded_memory(transport: &str) -> Result<(), Failed> {
    let case = |number: usize| {
        // Two steps: the first answer must not keep the room that the second needs.
        format!(
            "- id: a{number}\n  steps:\n    - request: {{ GET: /a, transport: {transport} }}\n      \
             expect: [{{ status: 200 }}]\n    - request: {{ GET: /b, transport: {transport} }}\n      \
             expect: [{{ proves: [HOSTILE-01], status: 200 }}]\n"
        )
    };
    let folder = Folder::new()?;
    folder.write_suite(&(0..AT_ONCE).map(case).collect::<Vec<_>>())?;
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n");
    let server = Server::answering(move |asked| {
        if asked.path == "/a" || asked.path == "/b" {
            vec![
                Act::Say(head.clone().into()),
                Act::Repeat(b"x".to_vec(), BODY),
                Act::Keep,
            ]
        } else {
            Vec::new()
        }
    })?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_probity"));
    let jobs = AT_ONCE.to_string();
    command
        .args(["run", "--suite", "suite", "--no-report", "--jobs", &jobs])
        .args(["--target", &server.url()])
        .current_dir(&folder.path)
        .env_clear()
        .stdin(Stdio::null());
    let ended = Watched::run(command)?;
    if !ended.stdout.contains("32 cases: 32 pass") {
        return Err(format!("{}\n{}", ended.stdout, ended.stderr).into());
    }
    if ended.peak_kib > LIMIT_KIB {
        return Err(format!("took {} KiB", ended.peak_kib).into());
    }
    Ok(())
}
