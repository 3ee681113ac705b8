//! A suite as tests of a crate: one trial per case, run by the same engine as the binary.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use crate::engine::{CaseOutcome, Engine, Stop};
use crate::harness::{environment, rendered, target_choice};
use crate::load::{SuiteSource, TargetChoice, Thoroughness, load_part_of_suite, load_target};
use crate::model::ExitCode::{Defect, Error, Incomplete, Invalid};
use crate::model::{Case, Disposition, Level, Suite, Target, Verdict};
use crate::plan::{Selection, plan_run, skip_reason};
use crate::report::terminal;

/// The environment variable that selects another target for the tests: a target file, or a URL.
pub const TARGET_VARIABLE: &str = "PROBITY_TARGET";

/// Why no test is run: the exit code and the message.
type Ending = (crate::model::ExitCode, String);

type Start = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = io::Result<String>>>>>;

/// A suite as tests of a crate: each case is a test, named by its id.
///
/// ```no_run
/// // tests/contract.rs, with `harness = false` in Cargo.toml
/// fn main() -> std::process::ExitCode {
///     probity::Harness::new(concat!(env!("CARGO_MANIFEST_DIR"), "/contract"))
///         .serve(async || Ok(format!("http://{}", my_service::start().await?)))
///         .main()
/// }
/// # mod my_service { pub async fn start() -> std::io::Result<String> { Ok(String::new()) } }
/// ```
///
/// `cargo test --test contract presence/levels` runs some of the cases. `cargo nextest run` runs each in its own
/// process, which starts the service for itself. Locks and rate limits apply within one process: under nextest only
/// with `-j1`.
///
/// The tests fail if the suite is invalid, if the filter selects nothing, if all selected cases are skipped, or if a
/// required check was skipped. A case that the target cannot prove is shown as ignored.
///
/// Set [`TARGET_VARIABLE`] to test another deployment.
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
    /// The suite in a directory, which has `cases/` in it.
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
    /// Not called when [`TARGET_VARIABLE`] is set, or when the tests are only listed.
    #[must_use]
    pub fn serve<F>(mut self, start: impl FnOnce() -> F + 'static) -> Harness
    where
        F: Future<Output = io::Result<String>> + 'static,
    {
        self.start = Some(Box::new(move || Box::pin(start())));
        self
    }

    /// Runs the tests that the arguments of the process select, and returns the exit code for `main`.
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
        // Cases mostly wait: the limits of the target decide how many run at a time, not the number of cores.
        arguments
            .test_threads
            .get_or_insert(target.limits.concurrency);
        let trials = trials(suite, target, runtime.handle())?;
        let conclusion = libtest_mimic::run(&arguments, trials);
        if conclusion.num_passed + conclusion.num_failed == 0 {
            let message = "nothing was checked: every selected case was skipped";
            return Err((Incomplete, message.into()));
        }
        Ok(conclusion.exit_code())
    }

    /// The suite; only the case file that matters if one case is selected by its complete name.
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
            return Err((
                Invalid,
                rendered(&loaded.diagnostics, &loaded.suite.sources),
            ));
        }
        Ok(loaded.suite)
    }

    /// Trials that are only listed. Nothing is started: which cases are ignored follows from the target file.
    /// A mistake in it is reported when the tests run.
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
                let message = format!("no target: call `Harness::serve`, or set {TARGET_VARIABLE}");
                return Err((Invalid, message));
            }
        };
        let loaded = load_target(&choice, suite, &environment);
        let (target, warnings) =
            loaded.map_err(|mistakes| (Invalid, rendered(&mistakes, &suite.sources)))?;
        if !warnings.is_empty() {
            complain(&rendered(&warnings, &suite.sources));
        }
        Ok(target)
    }
}

/// The target that [`TARGET_VARIABLE`] names.
fn chosen() -> Option<TargetChoice> {
    let text = environment(TARGET_VARIABLE).filter(|text| !text.is_empty())?;
    Some(target_choice(&text))
}

fn nothing_selected(arguments: &Arguments) -> Ending {
    let what = match &arguments.filter {
        Some(filter) => format!("`{filter}` matches no case"),
        None => "the suite has no cases, or `--skip` leaves none".to_owned(),
    };
    let binary = this_test().unwrap_or_else(|| "NAME".into());
    let message = format!(
        "nothing was selected: {what}\n  = help: `cargo test --test {binary} -- --list` lists all cases\n  \
         = help: to run another test by its name, select its binary: `cargo test --lib NAME`"
    );
    (Incomplete, message)
}

/// The name that cargo has for this test: that of its executable, without the hash.
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

/// Runs a case. A failure has the text of the terminal report.
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
            "unproven: {}; no answer had the part that the checks are about",
            unproven.join(", ")
        ))),
        Verdict::Skip => Err(Failed::from(outcome.report.reason.to_string())),
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

/// The MUST requirements that a case should have proven and did not, although nothing failed.
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

#[expect(clippy::print_stderr, reason = "the harness is the program here")]
fn complain(message: &str) {
    let message = message.trim_end();
    if message.starts_with("error") || message.starts_with("warning") {
        eprintln!("{message}");
    } else {
        eprintln!("error: {message}");
    }
}
