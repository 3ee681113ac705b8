//! The harness: a suite as the tests of a crate, one trial for each case, run by the same engine as the binary.
//!
//! ```no_run
//! // tests/contract.rs, with `harness = false` for it in Cargo.toml
//! fn main() -> std::process::ExitCode {
//!     crate::harness::Harness::new(concat!(env!("CARGO_MANIFEST_DIR"), "/contract"))
//!         .serve(async || Ok(format!("http://{}", my_service::start().await?)))
//!         .main()
//! }
//! # mod my_service { pub async fn start() -> std::io::Result<String> { Ok(String::new()) } }
//! ```
//!
//! Every case is a test by its id: `cargo test --test contract presence/levels` runs some,
//! `cargo nextest run` runs each in a process of its own, which starts the service for itself. What is
//! never green: a suite that does not load, a filter that selects nothing, cases that were all skipped,
//! and a required check that could not be made. A case that the target cannot prove is shown as ignored.
//!
//! `PROBITY_TARGET` (a target file or a URL) aims the tests elsewhere. Locks, pace and the number of
//! requests under way are kept within one process: `cargo test` keeps them, nextest only with `-j1`.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::engine::{CaseOutcome, Engine, Stop};
use crate::load::{SuiteSource, TargetChoice, Thoroughness, load_part_of_suite, load_target};
use crate::model::ExitCode::{Defect, Error, Incomplete, Invalid};
use crate::model::{Case, Diagnostic, Disposition, Level, Sources, Suite, Target, Verdict};
use crate::plan::{Selection, plan_run, skip_reason};
use crate::report::{diagnostics, terminal};

/// Aims the tests at another target: a target file, or a URL.
pub const TARGET_VARIABLE: &str = "PROBITY_TARGET";

/// Why the tests end before they are run: the exit code, and what to say.
type Ending = (crate::model::ExitCode, String);

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
        match self.run(Arguments::from_args()) {
            Ok(code) => code,
            Err((code, message)) => {
                complain(&message);
                ExitCode::from(code.code())
            }
        }
    }

    fn run(self, mut arguments: Arguments) -> Result<ExitCode, Ending> {
        let mut suite = self.suite(&arguments)?;
        if arguments.list {
            let trials = self.listed(&mut suite);
            return Ok(libtest_mimic::run(&arguments, trials).exit_code());
        }
        // Before the service is started: a mistyped name should cost nothing.
        let is_selected =
            |case: &Case| !arguments.is_filtered_out(&Trial::test(&case.id, || Ok(())));
        if !suite.cases.iter().any(is_selected) {
            return Err(nothing_selected(&arguments));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| defect(format!("the runtime cannot be started: {error}")))?;
        let target = runtime.block_on(self.target(&mut suite))?;
        // Cases wait more than they work: the target says how many may be under way, not the number of cores.
        arguments
            .test_threads
            .get_or_insert(target.limits.concurrency);
        let trials = trials(suite, target, runtime.handle())?;
        let conclusion = libtest_mimic::run(&arguments, trials);
        if conclusion.num_passed + conclusion.num_failed == 0 {
            let message = "nothing was shown: every selected case was skipped";
            return Err((Incomplete, message.into()));
        }
        Ok(conclusion.exit_code())
    }

    /// The suite; of its case files only the one that matters when one case is asked for by its whole name.
    fn suite(&self, arguments: &Arguments) -> Result<Suite, Ending> {
        let wanted = arguments.filter.as_deref().filter(|_| arguments.exact);
        let is_wanted = |file: &str| {
            wanted.is_none_or(|id| {
                id.strip_prefix(file)
                    .is_some_and(|rest| rest.starts_with('/'))
            })
        };
        let loaded = load_part_of_suite(&self.source, Thoroughness::ForRun, &is_wanted);
        if !loaded.is_valid() {
            return Err((Invalid, shown(&loaded.diagnostics, &loaded.suite.sources)));
        }
        Ok(loaded.suite)
    }

    /// Trials that are only listed. Nothing is started: what will be ignored follows from the target's
    /// file. Should that be wrong, running tells.
    fn listed(self, suite: &mut Suite) -> Vec<Trial> {
        let choice = chosen().unwrap_or_else(|| TargetChoice::Url {
            base: "http://127.0.0.1".into(),
            name: self.name,
        });
        let target = load_target(&choice, suite, &environment).map(|(target, _)| target);
        let is_skipped = |case: &Case| {
            let target = target.as_ref().ok();
            target.is_some_and(|target| skip_reason(case, suite, target).is_some())
        };
        suite
            .cases
            .iter()
            .map(|case| Trial::test(&case.id, || Ok(())).with_ignored_flag(is_skipped(case)))
            .collect()
    }

    async fn target(self, suite: &mut Suite) -> Result<Target, Ending> {
        let choice = match (chosen(), self.start) {
            (Some(choice), _) => choice,
            (None, Some(start)) => TargetChoice::Url {
                base: start().await.map_err(|error| {
                    let message = format!("the service under test did not start: {error}");
                    (Error, message)
                })?,
                name: self.name,
            },
            (None, None) => {
                let message =
                    format!("there is no target: call `Harness::serve`, or set {TARGET_VARIABLE}");
                return Err((Invalid, message));
            }
        };
        let loaded = load_target(&choice, suite, &environment);
        let (target, warnings) =
            loaded.map_err(|mistakes| (Invalid, shown(&mistakes, &suite.sources)))?;
        if !warnings.is_empty() {
            complain(&shown(&warnings, &suite.sources));
        }
        Ok(target)
    }
}

/// What [`TARGET_VARIABLE`] says.
fn chosen() -> Option<TargetChoice> {
    let text = environment(TARGET_VARIABLE).filter(|text| !text.is_empty())?;
    if text.starts_with("http://") || text.starts_with("https://") {
        let name = text.trim_end_matches('/').to_owned();
        return Some(TargetChoice::Url { base: text, name });
    }
    Some(TargetChoice::File(text.into()))
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn nothing_selected(arguments: &Arguments) -> Ending {
    let what = match &arguments.filter {
        Some(filter) => format!("`{filter}` matches no case"),
        None => "the suite has no cases, or `--skip` leaves none".to_owned(),
    };
    let binary = this_test().unwrap_or_else(|| "NAME".into());
    let message = format!(
        "nothing was selected: {what}\n  = help: `cargo test --test {binary} -- --list` names all cases\n  \
         = help: to run another test by its name, say where it is: `cargo test --lib NAME`"
    );
    (Incomplete, message)
}

/// How cargo calls this test: the name of its executable, without the hash.
fn this_test() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    let stem = path.file_stem()?.to_str()?;
    let is_hash = |text: &str| text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match stem.rsplit_once('-') {
        Some((name, hash)) if is_hash(hash) => Some(name.to_owned()),
        _ => Some(stem.to_owned()),
    }
}

/// One trial for each case, in the order of the suite. Cases that the target cannot prove are ignored.
fn trials(
    suite: Suite,
    target: Target,
    runtime: &tokio::runtime::Handle,
) -> Result<Vec<Trial>, Ending> {
    let plan = plan_run(&suite, &target, &Selection::default());
    let engine = Engine::new(Arc::new(suite), Arc::new(target), Stop::default())
        .map_err(|error| defect(format!("the HTTP client cannot be set up: {error}")))?;
    let engine = Arc::new(engine);
    let trials = plan.cases.into_iter().map(|planned| {
        let id = engine.suite().cases[planned.index].id.clone();
        if let Some(reason) = planned.skip {
            return Trial::ignorable_test(id, move || Ok(Completion::ignored_with(reason)))
                .with_ignored_flag(true);
        }
        let (engine, runtime) = (Arc::clone(&engine), runtime.clone());
        Trial::test(id, move || judge_case(&engine, &runtime, planned.index))
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
    let unproven = unproven(engine, &outcome);
    match outcome.report.verdict {
        Verdict::Pass | Verdict::Warn if unproven.is_empty() => Ok(()),
        Verdict::Pass | Verdict::Warn => Err(Failed::from(format!(
            "unproven: {}; its answer was not the one that the check describes",
            unproven.join(", ")
        ))),
        Verdict::Skip => Err(Failed::from(outcome.report.reason)),
        Verdict::Fail | Verdict::Flaky | Verdict::Error => {
            let mut text = Vec::new();
            let options = terminal::TerminalOptions {
                rerun: this_test().map(|name| format!("cargo test --test {name} -- --exact")),
                ..terminal::TerminalOptions::default()
            };
            let report = engine.report_of_case(index, outcome);
            let rendered = terminal::render_failures(&report, &options, &mut text);
            rendered.map_err(|error| Failed::from(error.to_string()))?;
            Err(Failed::from(String::from_utf8_lossy(&text).into_owned()))
        }
    }
}

/// The required requirements that a case should have proven and did not, though nothing failed.
fn unproven<'o>(engine: &Engine, outcome: &'o CaseOutcome) -> Vec<&'o str> {
    let is_required = |id: &str| {
        let requirement = engine.suite().requirement(id);
        requirement.is_some_and(|requirement| requirement.level == Level::Must)
            && !engine.target().not_applicable.contains_key(id)
    };
    let proven = outcome.report.proves.iter().zip(&outcome.evidence);
    proven
        .filter(|(id, disposition)| **disposition == Disposition::Unproven && is_required(id))
        .map(|(id, _)| id.as_str())
        .collect()
}

fn defect(message: String) -> Ending {
    (Defect, message)
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
    let message = message.trim_end();
    if message.starts_with("error") || message.starts_with("warning") {
        eprintln!("{message}");
    } else {
        eprintln!("error: {message}");
    }
}
