//! `probity run`: the main job.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use probity::engine::{Engine, Policy, Redactor, Stop};
use probity::load::{TargetChoice, Thoroughness};
use probity::model::{ExitCode, Report, Suite, Target};
use probity::plan::{Selection, plan_run};
use probity::reference::{Deployment, Settings};
use probity::report::terminal::{TerminalOptions, Verbosity};
use probity::report::{json, terminal as text};

use super::arguments::{ReportFormat, ReportOption, RunOptions};
use super::output::{Terminal, write_whole};
use super::progress::Progress;
use super::signals::Signals;
use super::suite;

/// Where the report goes when nobody says so.
const DEFAULT_REPORT: &str = "probity-report/report.json";

/// The services of the reference deployment.
const REFERENCE_SERVICES: [&str; 4] = ["graph-beta", "graph-v1", "presence", "seats"];

/// Runs the selected cases and reports.
pub(crate) fn run(options: &RunOptions, terminal: &Terminal) -> ExitCode {
    let Some(mut suite) = suite::load(&options.suite, Thoroughness::ForRun, terminal) else {
        return ExitCode::Invalid;
    };
    let selection = match Selection::new(&options.only) {
        Ok(selection) => selection,
        Err(error) => {
            terminal.complain(&error.to_string(), &[]);
            return ExitCode::Invalid;
        }
    };
    if let Some(path) = written_twice(&options.report) {
        terminal.complain(&format!("two reports go to {}", path.display()), &[]);
        return ExitCode::Invalid;
    }
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&format!("the runtime cannot be started: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    runtime.block_on(async {
        let (target, deployment) =
            match target(options.target.as_deref(), &mut suite, terminal).await {
                Ok(target) => target,
                Err(exit) => return exit,
            };
        let exit = run_against(options, suite, target, &selection, terminal).await;
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        exit
    })
}

/// The path that a second report would overwrite.
fn written_twice(reports: &[ReportOption]) -> Option<&PathBuf> {
    let paths = || reports.iter().map(|report| &report.path);
    paths()
        .enumerate()
        .find_map(|(index, path)| paths().take(index).find(|earlier| *earlier == path))
}

/// A runtime for waiting on many sockets.
///
/// One thread: sending and judging a case takes microseconds, and handing its parts from thread to
/// thread takes as many again.
pub(crate) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// The target that was named, or the reference deployment, started here.
pub(crate) async fn target(
    given: Option<&str>,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<(Target, Option<Deployment>), ExitCode> {
    if let Some(text) = given {
        let mut target =
            suite::load_chosen_target(text, suite, terminal).ok_or(ExitCode::Invalid)?;
        target.given = Some(text.to_owned());
        return Ok((target, None));
    }
    let mut services = suite
        .contracts
        .iter()
        .flat_map(|contract| contract.services.keys());
    if let Some(foreign) = services.find(|name| !REFERENCE_SERVICES.contains(&name.as_str())) {
        terminal.complain(
            &format!("the reference deployment does not serve `{foreign}`"),
            &["say where the suite's services are: --target FILE|URL".into()],
        );
        return Err(ExitCode::Invalid);
    }
    let address = ([127, 0, 0, 1], 0).into();
    let deployment = Deployment::start(Settings::default(), address)
        .await
        .map_err(|error| {
            terminal.complain(
                &format!("the reference deployment cannot be started: {error}"),
                &[],
            );
            ExitCode::Error
        })?;
    let choice = TargetChoice::Url {
        base: deployment.base_url(),
        name: "reference deployment".into(),
    };
    let target = suite::load_choice(&choice, suite, terminal).ok_or(ExitCode::Invalid)?;
    Ok((target, Some(deployment)))
}

async fn run_against(
    options: &RunOptions,
    suite: Suite,
    target: Target,
    selection: &Selection,
    terminal: &Terminal,
) -> ExitCode {
    let plan = plan_run(&suite, &target, selection);
    let jobs = options.jobs.map_or(target.limits.concurrency, usize::from);
    let stop = Stop::default();
    let engine = match Engine::new(Arc::new(suite), Arc::new(target), stop.clone()) {
        Ok(engine) => Arc::new(engine),
        Err(error) => {
            terminal.complain(&format!("the HTTP client cannot be set up: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    let interrupts = match Signals::listen() {
        Ok(signals) => tokio::spawn(stop_when_asked(signals, stop)),
        Err(error) => {
            terminal.complain(&format!("signals cannot be heard: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    let progress = Arc::new(Progress::new(terminal.is_watched));
    let policy = Policy {
        strict: options.strict,
    };
    let watcher = Arc::clone(&progress);
    let report = Arc::clone(&engine)
        .run(&plan, selection, jobs, policy, move |event| {
            watcher.on_event(&event)
        })
        .await;
    interrupts.abort();
    progress.clear();
    tell(options, &report, engine.redactor(), terminal)
}

/// The first Ctrl-C (or SIGTERM) lets the run end early; the second ends the process.
async fn stop_when_asked(mut signals: Signals, stop: Stop) {
    signals.asked_to_end().await;
    stop.stop();
    signals.asked_to_end().await;
    #[expect(clippy::exit, reason = "asked for twice: nothing more is waited for")]
    std::process::exit(ExitCode::Interrupted.code().into());
}

/// Writes the report files, then the terminal's report. A file that could not be written is a defect of the run.
fn tell(
    options: &RunOptions,
    report: &Report,
    redactor: &Redactor,
    terminal: &Terminal,
) -> ExitCode {
    let mut written = Vec::new();
    let mut problems = Vec::new();
    let mut to_standard_output = Vec::new();
    for wanted in reports(options) {
        let mut octets = Vec::new();
        let rendered = match wanted.format {
            ReportFormat::Json => json::render(report, &mut octets),
        };
        let shown = wanted.path.display().to_string();
        let outcome = rendered.and_then(|()| {
            if redactor.finds(&String::from_utf8_lossy(&octets)) {
                return Err(io::Error::other(
                    "it would have held a secret; nothing was written",
                ));
            }
            if shown == "-" {
                to_standard_output.append(&mut octets);
                return Ok(());
            }
            write_whole(&wanted.path, &octets)
        });
        match outcome {
            Ok(()) if shown == "-" => {}
            Ok(()) => written.push((wanted.format.name().to_owned(), shown)),
            Err(error) => {
                problems.push(format!("the report {shown} could not be written: {error}"))
            }
        }
    }
    let text_options = TerminalOptions {
        colour: terminal.colour && to_standard_output.is_empty(),
        width: terminal.width,
        verbosity: if options.quiet {
            Verbosity::Quiet
        } else {
            Verbosity::Normal
        },
        report_paths: written,
        rerun: None,
    };
    if to_standard_output.is_empty() {
        terminal.print(|out| text::render(report, &text_options, out));
    } else {
        // A report on standard output must stay parseable; people read the other stream.
        terminal.print(|out| out.write_all(&to_standard_output));
        terminal.print_error(|out| text::render(report, &text_options, out));
    }
    for problem in &problems {
        terminal.complain(problem, &[]);
    }
    if problems.is_empty() {
        exit_code(report)
    } else {
        ExitCode::Defect
    }
}

fn reports(options: &RunOptions) -> Vec<ReportOption> {
    if options.report.is_empty() && !options.no_report {
        return vec![ReportOption {
            format: ReportFormat::Json,
            path: PathBuf::from(DEFAULT_REPORT),
        }];
    }
    options.report.clone()
}

fn exit_code(report: &Report) -> ExitCode {
    ExitCode::BY_STRENGTH
        .into_iter()
        .find(|code| code.code() == report.exit)
        .unwrap_or(ExitCode::Defect)
}
