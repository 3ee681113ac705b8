//! A client that somebody else wrote, through `probity record --check`: the run of an application becomes a conformance
//! run.
//!
//! `README.md` says which SDK it is, and how to install it.

#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

use support::deployment::Deployment;
use support::folder::Folder;
use support::recorder::Recorder;

const TOKEN: &str = "delegated-user-readwrite-all";
const USER: &str = "047dd774-f1c4-40f2-82f0-278de79f9b83";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let sdk = find_sdk();
    let is_required = std::env::var_os("PROBITY_SDK_REQUIRED").is_some();
    if sdk.is_none() && !is_required {
        #[expect(clippy::print_stderr, reason = "a test that was left out must be seen")]
        {
            eprintln!("left out: there is no SDK here; tests/sdk/README.md says how to install it");
        }
    }
    let is_left_out = sdk.is_none() && !is_required;
    let trials = [
        ("conforms", None),
        ("violates", Some("null-assigned-plans")),
    ];
    let trials = trials.map(|(name, fault)| {
        let sdk = sdk.clone();
        Trial::test(name, move || the_run_of_a_client_is_judged(sdk, fault))
            .with_ignored_flag(is_left_out)
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

fn at_root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn find_sdk() -> Option<PathBuf> {
    let named = std::env::var_os("PROBITY_SDK").map(PathBuf::from);
    let usual = at_root("target/sdk/node_modules/@microsoft/microsoft-graph-client");
    named.or_else(|| usual.is_dir().then_some(usual))
}

fn the_run_of_a_client_is_judged(sdk: Option<PathBuf>, fault: Option<&str>) -> Result<(), Failed> {
    let sdk = sdk.ok_or("there is no SDK, and PROBITY_SDK_REQUIRED is set")?;
    let folder = Folder::new();
    let faults: Vec<&str> = fault
        .into_iter()
        .flat_map(|name| ["--fault", name])
        .collect();
    let server = Deployment::start(&folder, &faults);
    let recorder = Recorder::start(&folder, &server.url, &["--check", "--only", "license"]);
    let client = Command::new("node")
        .arg(at_root("tests/sdk/client.js"))
        .args([&recorder.url(), TOKEN, USER])
        .env("GRAPH_CLIENT", sdk)
        .output()?;
    let said = String::from_utf8_lossy(&client.stdout).into_owned();
    let expected = format!(r#"{{"before":"{USER}","after":"{USER}","refused":401,"missing":404}}"#);
    if said.trim_end() != expected {
        let error = String::from_utf8_lossy(&client.stderr);
        return Err(format!("the client said {said} {error}").into());
    }
    let ended = recorder
        .end()
        .expect_code(i32::from(fault.is_some()))
        .expect_said("4 exchanges went through, 3 were judged by a rule of a contract");
    if fault.is_some() {
        ended.expect_said("violated           1  LICENSE-10");
    } else {
        ended.expect_said("upheld            17  LICENSE-05, LICENSE-06,");
    }
    Ok(())
}
