//! Prism, a mock server that somebody else wrote: what Probity says of it is exactly what is true of it.
//!
//! `README.md` says where Prism comes from, and how to run this. Prism answers 200 with a valid user for any
//! id, with any token and with none.

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use support::folder::Folder;

/// What is not upheld, and why. Everything else of the contract is.
const TRUTH: [(&str, &str, &str); 11] = [
    (
        "LICENSE-13",
        "violated",
        "capabilityStatus is the word `string`",
    ),
    (
        "LICENSE-18",
        "violated",
        "id is the word `string`, not the addressed user",
    ),
    (
        "LICENSE-20",
        "violated",
        "a call without Authorization is executed",
    ),
    ("LICENSE-21", "violated", "it is answered 200, not 401"),
    ("LICENSE-22", "violated", "every token will do"),
    ("LICENSE-25", "violated", "every token will do"),
    ("LICENSE-26", "violated", "an unknown user is answered 200"),
    ("LICENSE-27", "unproven", "there was no error to look at"),
    ("LICENSE-28", "unproven", "there was no error to look at"),
    ("LICENSE-31", "unproven", "there is no way to read the user"),
    (
        "LICENSE-29",
        "not-applicable",
        "nobody can make a target throttle",
    ),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let prism = find_prism();
    let is_required = std::env::var_os("PROBITY_PRISM_REQUIRED").is_some();
    if prism.is_none() && !is_required {
        #[expect(clippy::print_stderr, reason = "a test that was left out must be seen")]
        {
            eprintln!(
                "left out: there is no Prism here; tests/prism/README.md says how to install it"
            );
        }
    }
    let is_left_out = prism.is_none() && !is_required;
    let again = prism.clone();
    let trials = [
        Trial::test("the_verdict_on_prism_is_the_truth", move || {
            the_verdict_on_prism_is_the_truth(prism)
        }),
        Trial::test("prism_serves_what_is_exported", move || {
            prism_serves_what_is_exported(again)
        }),
    ];
    let trials = trials.map(|trial| trial.with_ignored_flag(is_left_out));
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn find_prism() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PROBITY_PRISM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|directory| directory.join("prism"));
    std::iter::once(at_root("target/prism/node_modules/.bin/prism"))
        .chain(on_path)
        .find(|program| program.is_file())
}

fn the_verdict_on_prism_is_the_truth(prism: Option<PathBuf>) -> Result<(), Failed> {
    let prism = prism.ok_or("there is no Prism, and PROBITY_PRISM_REQUIRED is set")?;
    let prism = Running::start(&prism, &at_root("tests/prism/graph-v1-reprocess.yaml"))?;
    let folder = Folder::new();
    let target = std::fs::read_to_string(at_root("tests/prism/target.yaml"))?;
    let target = target.replace(
        "http://127.0.0.1:4010",
        &format!("http://127.0.0.1:{}", prism.port),
    );
    folder.write("target.yaml", target);
    let ended = folder.run(&[
        "run",
        "--only",
        "license",
        "--target",
        "target.yaml",
        "--report",
        "json=report.json",
    ]);
    if ended.code != Some(1) {
        return Err(ended.to_string().into());
    }
    let report = folder.report("report.json");
    let found = dispositions(&report);
    let truth = truth(&report);
    if found == truth {
        return Ok(());
    }
    let differs = truth
        .iter()
        .filter(|(id, disposition)| found.get(*id) != Some(disposition));
    let differs: Vec<_> = differs.collect();
    Err(format!("the truth is {differs:?}\n{ended}").into())
}

/// What a mock of the exported contract upholds and violates: members and statuses are right, and credentials must be there,
/// as the document says. Patterns of strings are not made up by Prism, and its own refusals are not those of the contract.
const EXPORTED: [(&str, &str); 8] = [
    ("LICENSE-01", "upheld"),
    ("LICENSE-05", "upheld"),
    ("LICENSE-06", "upheld"),
    ("LICENSE-20", "upheld"),
    ("LICENSE-11", "violated"),
    ("LICENSE-17", "violated"),
    ("LICENSE-26", "violated"),
    ("LICENSE-27", "violated"),
];

fn prism_serves_what_is_exported(prism: Option<PathBuf>) -> Result<(), Failed> {
    let prism = prism.ok_or("there is no Prism, and PROBITY_PRISM_REQUIRED is set")?;
    let folder = Folder::new();
    let export = [
        "export",
        "openapi",
        "--contract",
        "license",
        "--out",
        "api.json",
    ];
    folder.run(&export).expect_code(0);
    let prism = Running::start(&prism, &folder.path("api.json"))?;
    let target = std::fs::read_to_string(at_root("tests/prism/target.yaml"))?;
    let address = format!("http://127.0.0.1:{}", prism.port);
    folder.write(
        "target.yaml",
        target.replace("http://127.0.0.1:4010", &address),
    );
    let ended = folder.run(&[
        "run",
        "--only",
        "license",
        "--target",
        "target.yaml",
        "--report",
        "json=report.json",
    ]);
    let found = dispositions(&folder.report("report.json"));
    for (id, disposition) in EXPORTED {
        if found.get(id).map(String::as_str) != Some(disposition) {
            return Err(format!("{id} is not {disposition}\n{ended}").into());
        }
    }
    Ok(())
}

/// What the report says of each requirement of the contract.
fn dispositions(report: &Value) -> BTreeMap<String, String> {
    let requirements = report["requirements"].as_array().into_iter().flatten();
    requirements
        .filter(|requirement| requirement["contract"] == "license")
        .map(|requirement| {
            let text = |key: &str| requirement[key].as_str().unwrap_or_default().to_owned();
            (text("id"), text("disposition"))
        })
        .collect()
}

/// What should stand there.
fn truth(report: &Value) -> BTreeMap<String, String> {
    let mut truth = dispositions(report);
    for (id, disposition) in &mut truth {
        let exception = TRUTH.iter().find(|(name, ..)| name == id);
        let said = exception.map_or("upheld", |(_, what, _)| what);
        said.clone_into(disposition);
    }
    truth
}

/// Prism, until it is dropped.
struct Running {
    process: Child,
    port: u16,
}

impl Running {
    fn start(prism: &Path, document: &Path) -> Result<Running, Failed> {
        // Prism takes no port of the system's choice, so one that was free a moment ago is given to it.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let mut process = Command::new(prism)
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(document)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", prism.display()))?;
        let output = process.stdout.take().ok_or("Prism has no output")?;
        let running = Running { process, port };
        let (sender, said) = mpsc::channel();
        // Its output is read to the end: a full pipe would stop it.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        loop {
            let line = said.recv_timeout(Duration::from_mins(2));
            if line
                .map_err(|_| "Prism does not begin to listen")?
                .contains("is listening")
            {
                return Ok(running);
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
