//! The harness: a suite as the tests of a crate, one trial for each case, run by the same engine as the binary.
//!
//! ```no_run
//! // tests/contract.rs, with `harness = false` for it in Cargo.toml
//! fn main() -> std::process::ExitCode {
//!     probity::engine::trials::Harness::new(concat!(env!("CARGO_MANIFEST_DIR"), "/contract"))
//!         .serve(async || Ok(format!("http://{}", my_service::start().await?)))
//!         .main()
//! }
//! # mod my_service { pub async fn start() -> std::io::Result<String> { Ok(String::new()) } }
//! ```
//!
//! Every case is a test by its id: `cargo test presence/levels` runs some, `cargo nextest run` runs each
//! in a process of its own. A case that the target cannot prove is shown as ignored. A filter that
//! selects nothing fails. `PROBITY_TARGET` (a target file or a URL) aims the tests elsewhere.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::{Engine, Stop};
use crate::load::{LoadedSuite, SuiteSource, TargetChoice, Thoroughness, load_suite, load_target};
use crate::model::{Diagnostic, Sources, Suite, Target, Verdict};
use crate::plan::{Selection, plan_run};
use crate::report::{diagnostics, terminal};

/// Aims the tests at another target: a target file, or a URL.
pub const TARGET_VARIABLE: &str = "PROBITY_TARGET";

type Start = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = io::Result<String>>>>>;

/// A suite as the tests of a crate.
pub struct Harness {
    source: SuiteSource,
    start: Option<Start>,
    name: String,
}

impl std::fmt::Debug for Harness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Harness({:?})", self.source)
    }
}

impl Harness {
    /// The suite in a directory.
    pub fn new(suite: impl Into<PathBuf>) -> Harness {
        Harness {
            source: SuiteSource::Directory(suite.into()),
            start: None,
            name: "service under test".into(),
        }
    }

    /// The suites that ship with Probity.
    pub fn embedded() -> Harness {
        Harness {
            source: SuiteSource::Embedded,
            ..Harness::new("")
        }
    }

    /// Names the target in reports.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Harness {
        self.name = name.into();
        self
    }

    /// Starts the service under test, inside the runtime of the tests, and returns its base URL.
    /// It is not started when [`TARGET_VARIABLE`] is set, nor to list the tests.
    #[must_use]
    pub fn serve<F>(mut self, start: impl FnOnce() -> F + 'static) -> Harness
    where
        F: Future<Output = io::Result<String>> + 'static,
    {
        self.start = Some(Box::new(move || Box::pin(start())));
        self
    }

    /// Runs the tests as the process's arguments say, and gives the exit code for `main`.
    pub fn main(self) -> ExitCode {
        let mut arguments = Arguments::from_args();
        // Cases wait more than they work: the number of cores says nothing about how many may be under way.
        arguments.test_threads.get_or_insert(32);
        match self.run(&arguments) {
            Ok(code) => code,
            Err(message) => {
                complain(&message);
                ExitCode::from(crate::model::ExitCode::Invalid.code())
            }
        }
    }

    fn run(self, arguments: &Arguments) -> Result<ExitCode, String> {
        let LoadedSuite {
            mut suite,
            diagnostics,
        } = load_suite(&self.source, Thoroughness::ForRun);
        if diagnostics
            .iter()
            .any(|one| one.severity == crate::model::Severity::Error)
        {
            return Err(shown(&diagnostics, &suite.sources));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("the runtime cannot be started: {error}"))?;
        if arguments.list {
            let trials = suite
                .cases
                .iter()
                .map(|case| Trial::test(&case.id, || Ok(())));
            return Ok(libtest_mimic::run(arguments, trials.collect()).exit_code());
        }
        let target = runtime.block_on(self.target(&mut suite))?;
        let trials = trials(suite, target, runtime.handle())?;
        let is_selected = |trial: &Trial| !arguments.is_filtered_out(trial);
        let selected = trials.iter().filter(|trial| is_selected(trial)).count();
        if selected == 0 {
            complain("nothing was selected: the filter matches no case");
            return Ok(ExitCode::from(crate::model::ExitCode::Incomplete.code()));
        }
        let conclusion = libtest_mimic::run(arguments, trials);
        // A run in which every case was skipped has shown nothing.
        let nothing_ran =
            conclusion.num_passed == 0 && conclusion.num_failed == 0 && conclusion.num_ignored == 0;
        if nothing_ran {
            return Ok(ExitCode::from(crate::model::ExitCode::Incomplete.code()));
        }
        Ok(conclusion.exit_code())
    }

    async fn target(self, suite: &mut Suite) -> Result<Target, String> {
        let choice = match (std::env::var(TARGET_VARIABLE), self.start) {
            (Ok(text), _) if text.starts_with("http://") || text.starts_with("https://") => {
                TargetChoice::Url {
                    base: text.clone(),
                    name: text,
                }
            }
            (Ok(path), _) if !path.is_empty() => TargetChoice::File(path.into()),
            (_, Some(start)) => TargetChoice::Url {
                base: start()
                    .await
                    .map_err(|error| format!("the service under test did not start: {error}"))?,
                name: self.name,
            },
            _ => {
                return Err(format!(
                    "there is no target: call `Harness::serve`, or set {TARGET_VARIABLE}"
                ));
            }
        };
        let loaded = load_target(&choice, suite, &|name| std::env::var(name).ok());
        let (target, _warnings) = loaded.map_err(|mistakes| shown(&mistakes, &suite.sources))?;
        Ok(target)
    }
}

/// One trial for each case, in the order of the suite. Cases that the target cannot prove are ignored.
fn trials(
    suite: Suite,
    target: Target,
    runtime: &tokio::runtime::Handle,
) -> Result<Vec<Trial>, String> {
    let plan = plan_run(&suite, &target, &Selection::default());
    let engine = Engine::new(Arc::new(suite), Arc::new(target), Stop::default())
        .map_err(|error| format!("the HTTP client cannot be set up: {error}"))?;
    let engine = Arc::new(engine);
    let trials = plan.cases.into_iter().map(|planned| {
        let id = engine.suite().cases[planned.index].id.clone();
        match planned.skip {
            Some(reason) => Trial::ignorable_test(id, move || Ok(Completion::ignored_with(reason)))
                .with_ignored_flag(true),
            None => {
                let (engine, runtime) = (Arc::clone(&engine), runtime.clone());
                Trial::test(id, move || judge_case(&engine, &runtime, planned.index))
            }
        }
    });
    Ok(trials.collect())
}

/// Runs a case; a failure carries the same text as the terminal report.
fn judge_case(
    engine: &Engine,
    runtime: &tokio::runtime::Handle,
    index: usize,
) -> Result<(), Failed> {
    let outcome = runtime.block_on(engine.run_case(index));
    match outcome.report.verdict {
        Verdict::Pass | Verdict::Warn | Verdict::Skip => Ok(()),
        Verdict::Fail | Verdict::Error => {
            let mut text = Vec::new();
            let options = terminal::TerminalOptions::default();
            let report = engine.report_of_case(index, outcome);
            let rendered = terminal::render_failures(&report, &options, &mut text);
            rendered.map_err(|error| Failed::from(error.to_string()))?;
            Err(Failed::from(String::from_utf8_lossy(&text).into_owned()))
        }
    }
}

fn shown(found: &[Diagnostic], sources: &Sources) -> String {
    let mut text = Vec::new();
    match diagnostics::render(found, sources, false, 100, &mut text) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => error.to_string(),
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the harness is the program here: it speaks for itself"
)]
fn complain(message: &str) {
    eprintln!("{}", message.trim_end());
}
