//! Runs of the suite against a mock: by the engine, and by the program as a user starts it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use libtest_mimic::Failed;
use probity::engine::{Engine, Policy, Stop};
use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use probity::model::{Disposition, Level, Report, Suite, Target};
use probity::plan::{Selection, plan_run};

use crate::target::target;

/// Where the loaded target is, before a mock runs.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The suite and the target for the engine. Loading them takes longer than a run, so that is done once.
static SUITE: LazyLock<(Arc<Suite>, Target)> = LazyLock::new(|| {
    let mut suite = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun).suite;
    let folder = folder().unwrap();
    let file = folder.join("target.yaml");
    std::fs::write(&file, target(NOWHERE)).unwrap();
    let (target, _) = load_target(&TargetChoice::File(file), &mut suite, &|_| None).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    (Arc::new(suite), target)
});

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code.
    pub(crate) exit: i32,
    pub(crate) report: Report,
}

impl Outcome {
    /// The level of a requirement.
    pub(crate) fn level(&self, id: &str) -> Option<Level> {
        let mut requirements = self.report.requirements.iter();
        let found = requirements.find(|requirement| requirement.id == id);
        found.map(|requirement| requirement.level)
    }

    /// The requirements that the report lists as violated, without those that only allow something.
    pub(crate) fn violated(&self) -> Vec<&str> {
        let requirements = self.report.requirements.iter();
        let violated = requirements
            .filter(|requirement| requirement.disposition == Disposition::Violated)
            .filter(|requirement| requirement.level != Level::May);
        violated
            .map(|requirement| requirement.id.as_str())
            .collect()
    }

    /// What was found, for people.
    pub(crate) fn findings(&self) -> String {
        let mut lines = Vec::new();
        for case in &self.report.cases {
            for finding in &case.findings {
                let requirements = &finding.requirements;
                lines.push(format!("{} {requirements:?} {}", case.id, finding.message));
            }
        }
        lines.join("\n")
    }
}

/// Runs the cases of one contract, or all cases, with the engine.
pub(crate) fn run(url: &str, contract: Option<&str>, strict: bool) -> Result<Outcome, Failed> {
    let (suite, target) = &*SUITE;
    let mut target = target.clone();
    for service in target.services.values_mut() {
        *service = service.replacen(NOWHERE, url, 1);
    }
    let only: Vec<String> = contract.map(str::to_owned).into_iter().collect();
    let selection = Selection::new(&only)?;
    let plan = plan_run(suite, &target, &selection);
    let policy = Policy {
        strict,
        ..Policy::default()
    };
    let engine = Engine::new(Arc::clone(suite), Arc::new(target), Stop::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let run = Arc::new(engine).run(&plan, &selection, 32, policy, |_| {});
    let report = runtime.block_on(run);
    Ok(Outcome {
        exit: report.exit.code().into(),
        report,
    })
}

/// Runs the program against the mock at that URL, with further arguments.
pub(crate) fn run_program(url: &str, arguments: &[&str]) -> Result<Outcome, Failed> {
    let folder = folder()?;
    std::fs::write(folder.join("target.yaml"), target(url))?;
    let output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .args(["run", "--target", "target.yaml"])
        .args(["--report", "json=report.json"])
        .args(arguments)
        .current_dir(&folder)
        .output()?;
    let printed = [output.stdout, output.stderr].concat();
    let report = std::fs::read(folder.join("report.json"))
        .map_err(|_| String::from_utf8_lossy(&printed).into_owned())?;
    std::fs::remove_dir_all(&folder)?;
    Ok(Outcome {
        exit: output.status.code().ok_or("the program was killed")?,
        report: serde_json::from_slice(&report)?,
    })
}

/// A new folder for the files of a run.
fn folder() -> std::io::Result<PathBuf> {
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    let name = format!("mock-{}-{number}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
