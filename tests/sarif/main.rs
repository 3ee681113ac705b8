//! What the SARIF report says is SARIF 2.1.0, by the schema of the standard.
//!
//! Needs the package `@microsoft/jest-sarif` of npm in `target/sarif`, which holds that schema; where it is not, the
//! test is left out and says so. `npm install --ignore-scripts --prefix target/sarif @microsoft/jest-sarif@1.0.0-beta.0`
//! puts it there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use jsonschema::Validator;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

const SCHEMA: &str =
    "target/sarif/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let is_there = root().join(SCHEMA).is_file();
    let is_required = std::env::var_os("PROBITY_SARIF_REQUIRED").is_some();
    let is_left_out = !is_there && !is_required;
    if is_left_out && !arguments.list {
        #[expect(clippy::print_stderr, reason = "a test that was left out must be seen")]
        {
            eprintln!(
                "left out: npm's @microsoft/jest-sarif is not here; tests/sarif/main.rs says how to install it"
            );
        }
    }
    let trial = |name: &str, target: fn() -> Result<(), Failed>| {
        Trial::test(name, target).with_ignored_flag(is_left_out)
    };
    let trials = vec![
        trial("every_sort_of_report_is_sarif", golden),
        trial(
            "a_run_is_sarif_and_so_is_what_it_is_compared_with",
            compared,
        ),
        trial("what_is_no_sarif_is_refused", refused),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> Result<Validator, Failed> {
    let mut schema: Value = serde_json::from_slice(&std::fs::read(root().join(SCHEMA))?)?;
    // Its pattern of a language has a bracket too many, which a validator may refuse; no report names one.
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language"));
        let language = language.and_then(Value::as_object_mut);
        language
            .ok_or("it describes no language")?
            .remove("pattern");
    }
    Ok(jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)?)
}

/// Every way in which it is no SARIF.
fn faults(validator: &Validator, log: &Value) -> Vec<String> {
    let errors = validator.iter_errors(log);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn hold(validator: &Validator, name: &str, text: &str) -> Result<Value, Failed> {
    let log: Value = serde_json::from_str(text)?;
    match faults(validator, &log).as_slice() {
        [] => Ok(log),
        faults => Err(format!("{name}:\n{}", faults.join("\n")).into()),
    }
}

/// The golden files of the renderer.
fn golden() -> Result<(), Failed> {
    let validator = validator()?;
    let mut number = 0;
    for entry in std::fs::read_dir(root().join("src/report/snapshots"))? {
        let path = entry?.path();
        let name = path.display().to_string();
        if !name.contains("__sarif-") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        let log = text
            .find("\n{")
            .ok_or("no JSON in it")
            .map(|at| &text[at..])?;
        hold(&validator, &name, log)?;
        number += 1;
    }
    if number < 4 {
        return Err(format!("only {number} golden files").into());
    }
    Ok(())
}

/// What the binary writes about the failing sample run, and about it compared with a passing one.
fn compared() -> Result<(), Failed> {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("sarif-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let failing = root().join("reports/missing-member/report.json");
    let green = folder.join("green.json");
    let to_green = format!("json={}", green.display());
    Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "--report", &to_green])
        .output()?;
    let validator = validator()?;
    let file = folder.join("run.sarif");
    let to = format!("sarif={}", file.display());
    let mut states = Vec::new();
    for arguments in [
        vec!["report".into(), failing.clone()],
        vec!["compare".into(), green, failing],
    ] {
        let ran = Command::new(env!("CARGO_BIN_EXE_probity"))
            .args(&arguments)
            .args(["--report", &to])
            .output()?;
        let log = std::fs::read_to_string(&file)
            .map_err(|_| String::from_utf8_lossy(&ran.stderr).into_owned())?;
        let log = hold(&validator, "run.sarif", &log)?;
        std::fs::remove_file(&file)?;
        let results = log["runs"][0]["results"].as_array().cloned();
        let results = results.unwrap_or_default();
        let of = |state: Option<&str>| {
            let with = results
                .iter()
                .filter(|one| one["baselineState"].as_str() == state);
            with.count()
        };
        states.push((results.len(), of(Some("new")), of(None)));
    }
    std::fs::remove_dir_all(&folder)?;
    match states.as_slice() {
        // All that fails is new, but for what is optional, of which a comparison says nothing.
        [(all, 0, without), (same, new, optional)]
            if all == without && all == same && *new > 0 && new + optional == *all =>
        {
            Ok(())
        }
        states => Err(format!("results, new ones, and without a state: {states:?}").into()),
    }
}

/// The schema rejects invalid logs: it is not a file that accepts everything.
fn refused() -> Result<(), Failed> {
    let validator = validator()?;
    let text = std::fs::read_to_string(root().join("reports/missing-member/report.json"))?;
    let mut log = Vec::new();
    probity::report::sarif::render(&serde_json::from_str(&text)?, &mut log)?;
    let log: Value = serde_json::from_slice(&log)?;
    for (pointer, value) in [
        ("/version", "2.0.0"),
        ("/runs/0/columnKind", "bytes"),
        ("/runs/0/results/0/level", "fatal"),
        (
            "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
            "1",
        ),
        ("/runs/0/invocations/0/startTimeUtc", "yesterday"),
    ] {
        let mut broken = log.clone();
        *broken.pointer_mut(pointer).ok_or(pointer)? = value.into();
        if faults(&validator, &broken).is_empty() {
            return Err(format!("{pointer} may be {value}").into());
        }
    }
    Ok(())
}
