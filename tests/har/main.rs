//! What `--record` writes is HAR 1.2, by the schema that somebody else wrote.
//!
//! Needs Node and the package `har-validator` of npm in `target/har`; where they are not, the test is left
//! out and says so. `npm install --prefix target/har har-validator@5.1.5` puts it there.

#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

use support::folder::Folder;
use support::request::nobody;

/// Prints every way in which a file is not HAR.
const VALIDATE: &str = "
const { har } = require('har-validator');
const data = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
har(data).then(
  () => console.log(data.log.entries.length + ' entries are valid'),
  (error) => { console.error(JSON.stringify(error.errors ?? String(error), null, 1)); process.exit(1); },
);
";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/har/node_modules");
    let is_there = modules.join("har-validator").is_dir();
    let is_required = std::env::var_os("PROBITY_HAR_REQUIRED").is_some();
    if !is_there && !is_required {
        #[expect(clippy::print_stderr, reason = "a test that was left out must be seen")]
        {
            eprintln!(
                "left out: npm's har-validator is not here; tests/har/main.rs says how to install it"
            );
        }
    }
    let is_left_out = !is_there && !is_required;
    let trial = |name: &str, target: fn() -> Vec<String>| {
        let modules = modules.clone();
        Trial::test(name, move || is_valid(&modules, &target())).with_ignored_flag(is_left_out)
    };
    let trials = vec![
        trial("a_green_run_is_recorded_as_har", Vec::new),
        trial("a_run_without_answers_is_recorded_as_har", || {
            vec!["--target".into(), nobody()]
        }),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn is_valid(modules: &Path, target: &[String]) -> Result<(), Failed> {
    let folder = Folder::new();
    let run = ["run", "--no-report", "--quiet", "--record", "run.har"];
    let ran = folder.command(&run).args(target).output()?;
    if !folder.path("run.har").exists() {
        return Err(String::from_utf8_lossy(&ran.stderr).into_owned().into());
    }
    let validated = Command::new("node")
        .args(["-e", VALIDATE])
        .arg(folder.path("run.har"))
        .env("NODE_PATH", modules)
        .output()?;
    if validated.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&validated.stderr)
        .into_owned()
        .into())
}
