//! One run of a suite in a folder, through the engine.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Failed;
use probity::engine::{Engine, Policy, Stop};
use probity::load::{SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use probity::model::{CaseReport, Report};
use probity::plan::{Selection, plan_run};

use crate::support::folder::Folder;

/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs the suite in the folder, one case after the other, with so much time for each exchange.
pub(crate) fn run(
    folder: &Folder,
    base: &str,
    other: &str,
    timeout: Duration,
) -> Result<Report, Failed> {
    let loaded = load_suite(
        &SuiteSource::Directory(folder.path("suite")),
        Thoroughness::ForRun,
    );
    if !loaded.is_valid() {
        return Err(format!("{:#?}", loaded.diagnostics).into());
    }
    let mut suite = loaded.suite;
    let choice = TargetChoice::Url {
        base: base.to_owned(),
        name: "hostile".to_owned(),
    };
    let (mut target, _) =
        load_target(&choice, &mut suite, &|_| None).map_err(|found| format!("{found:#?}"))?;
    target.services.insert("other".to_owned(), other.to_owned());
    target.limits.timeout = timeout;
    let selection = Selection::default();
    let plan = plan_run(&suite, &target, &selection);
    let engine = Arc::new(Engine::new(
        Arc::new(suite),
        Arc::new(target),
        Stop::default(),
    )?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let run = engine.run(&plan, &selection, 1, Policy::default(), |_| {});
    let report = runtime.block_on(async { tokio::time::timeout(PATIENCE, run).await })?;
    Ok(report)
}

/// The case of that name.
pub(crate) fn case(report: &Report, id: &str) -> Result<CaseReport, Failed> {
    let found = report.cases.iter().find(|case| case.id.ends_with(id));
    let found = found.map(Cow::into_owned);
    found.ok_or_else(|| format!("no case {id} in the report").into())
}
