//! Runs of the suite against a mock: by the engine, and by the program as a user starts it.

use std::sync::{Arc, LazyLock};

use libtest_mimic::Failed;
use probity::engine::{Engine, Policy, Stop};
use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use probity::model::{Disposition, Level, Report, Suite, Target};
use probity::plan::{Selection, plan_run};

use crate::support::folder::Folder;
use crate::target::target;

/// Where the loaded target is, before a mock runs.
const NOWHERE: &str = "http://127.0.0.1:1";

/// The suite and the target for the engine. Loading them takes longer than a run, so that is done once.
static SUITE: LazyLock<(Arc<Suite>, Target)> = LazyLock::new(|| {
    let mut suite = load_suite(&SuiteSource::Embedded, Thoroughness::ForRun).suite;
    let folder = Folder::new();
    folder.write("target.yaml", target(NOWHERE));
    let choice = TargetChoice::File(folder.path("target.yaml"));
    let (target, _) = load_target(&choice, &mut suite, &|_| None).unwrap();
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
    let folder = Folder::new();
    folder.write("target.yaml", target(url));
    let run = [
        "run",
        "--target",
        "target.yaml",
        "--report",
        "json=report.json",
    ];
    let ended = folder.run(&[&run, arguments].concat());
    let report = std::fs::read(folder.path("report.json")).map_err(|_| ended.to_string())?;
    Ok(Outcome {
        exit: ended.code.ok_or("the program was killed")?,
        report: serde_json::from_slice(&report)?,
    })
}
