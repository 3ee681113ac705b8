//! `probity run`: the main job.

use std::io;
use std::sync::Arc;

use probity::engine::{Engine, Event, Policy, Stop, Waivers};
use probity::load::{TargetChoice, Thoroughness, suite_digest};
use probity::model::{ExitCode, Suite, Target};
use probity::plan::{Selection, plan_run};
use probity::reference::{Deployment, Settings};
use probity::report::events::Header;
use probity::report::printable::printable;

use super::arguments::RunOptions;
use super::output::Terminal;
use super::plan::Outline;
use super::progress::Progress;
use super::record::RecordFile;
use super::reports::{DEFAULT_REPORTS, Wanted, Written, exit_code};
use super::signals::Signals;
use super::stream::Stream;
use super::suite;
use super::waive;

/// The services of the reference deployment.
const REFERENCE_SERVICES: [&str; 4] = ["graph-beta", "graph-v1", "presence", "seats"];

/// How the reference deployment is named in reports.
const REFERENCE: &str = "reference deployment";

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
    let wanted = reports(options);
    if let Some(path) = Wanted::written_twice(&wanted) {
        terminal.complain(&format!("two reports go to {path}"), &[]);
        return ExitCode::Invalid;
    }
    let recording = options
        .record
        .as_ref()
        .map(|path| path.display().to_string());
    if let Some(path) = recording.filter(|path| wanted.iter().any(|one| one.path == *path)) {
        terminal.complain(&format!("a report and the recording go to {path}"), &[]);
        return ExitCode::Invalid;
    }
    let beside = options.target.as_deref();
    if options.plan {
        return plan_only(options, &mut suite, &selection, terminal);
    }
    let waivers = match waive::of_run(options.waivers.as_deref(), beside, terminal) {
        Ok(waivers) => waivers,
        Err(exit) => return exit,
    };
    let policy = Policy {
        strict: options.strict,
        waivers: waivers.map(|entries| Waivers {
            entries,
            today: waive::today(&options.today),
        }),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&format!("the runtime cannot be started: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    let digest = options.record.as_ref().map(|_| suite_digest(&suite));
    runtime.block_on(async {
        let (target, deployment) =
            match target(options.target.as_deref(), &mut suite, terminal).await {
                Ok(target) => target,
                Err(exit) => return exit,
            };
        let subject = Subject {
            suite,
            suite_digest: digest.unwrap_or_default(),
            target,
        };
        let exit = run_against(options, &wanted, subject, &selection, policy, terminal).await;
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        exit
    })
}

/// Says what the run would do. The reference deployment is not even started.
fn plan_only(
    options: &RunOptions,
    suite: &mut Suite,
    selection: &Selection,
    terminal: &Terminal,
) -> ExitCode {
    let target = if let Some(text) = options.target.as_deref() {
        suite::load_chosen_target(text, suite, terminal)
    } else {
        let choice = TargetChoice::Url {
            base: "http://127.0.0.1".into(),
            name: REFERENCE.into(),
        };
        suite::load_choice(&choice, suite, terminal)
    };
    let Some(target) = target else {
        return ExitCode::Invalid;
    };
    let plan = plan_run(suite, &target, selection);
    let jobs = options.jobs.map_or(target.limits.concurrency, usize::from);
    Outline::new(suite, &target, &plan, jobs).tell(terminal)
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
        name: REFERENCE.into(),
    };
    let target = suite::load_choice(&choice, suite, terminal).ok_or(ExitCode::Invalid)?;
    Ok((target, Some(deployment)))
}

/// What is run against what.
struct Subject {
    suite: Suite,
    /// Empty unless the run is recorded.
    suite_digest: String,
    target: Target,
}

async fn run_against(
    options: &RunOptions,
    wanted: &[Wanted],
    subject: Subject,
    selection: &Selection,
    policy: Policy,
    terminal: &Terminal,
) -> ExitCode {
    let Subject {
        suite,
        suite_digest,
        target,
    } = subject;
    let plan = plan_run(&suite, &target, selection);
    let jobs = options.jobs.map_or(target.limits.concurrency, usize::from);
    if !options.quiet {
        Outline::new(&suite, &target, &plan, jobs).warn(terminal);
    }
    let stop = Stop::default();
    let engine = match Engine::new(Arc::new(suite), Arc::new(target), stop.clone()) {
        Ok(engine) => engine.retrying(options.retries.into()),
        Err(error) => {
            terminal.complain(&format!("the HTTP client cannot be set up: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    if let Some(run_id) = engine.run_id().filter(|_| !options.quiet) {
        let (header, id) = (printable(&run_id.header), &run_id.id);
        terminal.print_error(|out| {
            writeln!(
                out,
                "run id {id}, in the header `{header}` of every request"
            )
        });
    }
    let (engine, record) = match begin_recording(options, engine, suite_digest, selection) {
        Ok((engine, record)) => (Arc::new(engine), record),
        Err((path, error)) => {
            let message = format!("the recording {path} cannot be written: {error}");
            terminal.complain(&message, &[]);
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
    let stream = match begin_stream(wanted, &engine, plan.cases.len()) {
        Ok(stream) => Arc::new(stream),
        Err((path, error)) => {
            let message = format!("the report {path} cannot be written: {error}");
            terminal.complain(&message, &[]);
            return ExitCode::Defect;
        }
    };
    let progress = Arc::new(Progress::new(terminal.is_watched));
    let watcher = (
        Arc::clone(&progress),
        Arc::clone(&stream),
        Arc::clone(&engine),
    );
    let report = Arc::clone(&engine)
        .run(&plan, selection, jobs, policy, move |event| {
            let (progress, stream, engine) = &watcher;
            if let Event::Finished { case, .. } = &event {
                stream.case(case, engine.redactor());
            }
            progress.on_event(&event);
        })
        .await;
    interrupts.abort();
    progress.clear();
    let redactor = engine.redactor();
    let mut written = Written::write(wanted, &report, redactor, Some(&stream), terminal);
    if let (Some(path), Some(record)) = (&options.record, record) {
        written.add("recording", &path.display().to_string(), record.end());
    }
    let exit = match written.tell(&report, options.quiet, terminal) {
        ExitCode::Conforms => exit_code(&report),
        defect => defect,
    };
    // The process ends here. To give back every case and report piece by piece takes a tenth of a long run.
    std::mem::forget((engine, plan, report));
    exit
}

/// An engine, and where its exchanges go.
type Recorded = (Engine, Option<Arc<RecordFile>>);

/// The engine, and the file of its exchanges if one is wanted.
fn begin_recording(
    options: &RunOptions,
    engine: Engine,
    suite_digest: String,
    selection: &Selection,
) -> Result<Recorded, (String, io::Error)> {
    let Some(path) = &options.record else {
        return Ok((engine, None));
    };
    let facts = engine.run_facts(suite_digest, selection);
    let file = RecordFile::begin(path, &facts, engine.redactor());
    let file = Arc::new(file.map_err(|error| (path.display().to_string(), error))?);
    let sink = Arc::clone(&file);
    let engine = engine.recording_to(move |recorded| sink.exchange(&recorded));
    Ok((engine, Some(file)))
}

/// Begins the event streams before the first request.
fn begin_stream(
    wanted: &[Wanted],
    engine: &Engine,
    cases: usize,
) -> Result<Stream, (String, io::Error)> {
    let header = Header {
        probity: env!("CARGO_PKG_VERSION"),
        suite: &engine.redactor().redact(&engine.suite().name),
        target: &engine.redactor().redact(&engine.target().name),
        started: &jiff::Timestamp::now().to_string(),
        cases,
    };
    Stream::begin(wanted, &header)
}

/// The first Ctrl-C (or SIGTERM) lets the run end early; the second ends the process.
async fn stop_when_asked(mut signals: Signals, stop: Stop) {
    signals.asked_to_end().await;
    stop.stop();
    signals.asked_to_end().await;
    #[expect(clippy::exit, reason = "asked for twice: nothing more is waited for")]
    std::process::exit(ExitCode::Interrupted.code().into());
}

fn reports(options: &RunOptions) -> Vec<Wanted> {
    if options.report.is_empty() && !options.no_report {
        return DEFAULT_REPORTS
            .map(|(format, path)| Wanted {
                format,
                path: path.into(),
            })
            .into();
    }
    Wanted::all(&options.report)
}
