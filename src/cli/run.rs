//! `probity run`: the main job.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Engine, Event, Policy, Stop, Waivers};
use crate::history::hold_against;
use crate::load::{TargetChoice, Thoroughness};
use crate::model::{Baseline, ExitCode, Report, Setup, Suite, Target};
use crate::persist::event_writer::Header;
use crate::persist::{StreamStart, StreamWriter};
use crate::plan::{Plan, Selection, plan_run};
use crate::reference::{Deployment, Settings};
use crate::text::printable::printable;

use crate::cli::arguments::{GateChoice, RunOptions};
use crate::cli::compare;
use crate::cli::journal;
use crate::cli::output::Terminal;
use crate::cli::plan::Outline;
use crate::cli::progress::Progress;
use crate::cli::record::RecordFile;
use crate::cli::reports::{Wanted, Written, spare};
use crate::cli::resume;
use crate::cli::resume::Resumed;
use crate::cli::signals::Signals;
use crate::cli::suite;
use crate::cli::waive;

/// The services of the reference deployment.
const REFERENCE_SERVICES: [&str; 4] = ["graph-beta", "graph-v1", "presence", "seats"];

/// How the reference deployment is named in reports.
const REFERENCE: &str = "reference deployment";

/// Runs the selected cases and reports.
pub(crate) fn run(options: &RunOptions, terminal: &Terminal) -> ExitCode {
    let Some(path) = &options.resume else {
        return begin(options, None, terminal);
    };
    match resume::load(path, options, terminal) {
        Ok((resumed, options)) => begin(&options, Some(resumed), terminal),
        Err(exit) => exit,
    }
}

fn begin(options: &RunOptions, resumed: Option<Resumed>, terminal: &Terminal) -> ExitCode {
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
    let earlier = match &options.baseline.baseline {
        None => None,
        Some(path) => match compare::load_baseline(path, terminal) {
            None => return ExitCode::Invalid,
            earlier => earlier,
        },
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
    runtime.block_on(async {
        let chosen = match options.target.as_deref() {
            Some(text) => named_target(text, options, &mut suite, terminal)
                .ok_or(ExitCode::Invalid)
                .map(|target| (target, None)),
            None => target(None, &mut suite, terminal).await,
        };
        let (mut target, deployment) = match chosen {
            Ok(chosen) => chosen,
            Err(exit) => return exit,
        };
        if options.insecure {
            target.disable_certificate_verification();
            terminal.warn("--insecure: certificates are not verified, whoever answers is believed");
        }
        let job = Job {
            options,
            wanted: &wanted,
            selection: &selection,
            policy,
            earlier,
            resumed,
        };
        let exit = run_against(job, suite, target, terminal).await;
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
        named_target(text, options, suite, terminal)
    } else {
        let choice = TargetChoice::Url {
            base: "http://127.0.0.1".into(),
            name: REFERENCE.into(),
        };
        suite::load_choice(&choice, suite, terminal)
    };
    let Some(mut target) = target else {
        return ExitCode::Invalid;
    };
    if options.insecure {
        target.disable_certificate_verification();
    }
    let plan = plan_run(suite, &target, selection);
    Outline::new(suite, &target, &plan, options).tell(terminal)
}

/// The target that `--target` names, perhaps without the identities whose environment variables are not set.
fn named_target(
    text: &str,
    options: &RunOptions,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Target> {
    let mut target = if options.allow_missing_env {
        suite::load_available_target(text, suite, terminal)?
    } else {
        suite::load_chosen_target(text, suite, terminal)?
    };
    target.given = Some(text.to_owned());
    Some(target)
}

/// A runtime for many sockets.
///
/// One worker: sending and judging a case takes microseconds, and handing its parts from thread to thread takes as
/// many again. Only large bodies are judged on threads of their own. They are nested as deep as the main thread's
/// stack allows.
pub(crate) fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_stack_size(8 << 20)
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

/// What is to be done.
struct Job<'j> {
    options: &'j RunOptions,
    wanted: &'j [Wanted],
    selection: &'j Selection,
    policy: Policy,
    /// What the run is compared with.
    earlier: Option<Baseline>,
    resumed: Option<Resumed>,
}

async fn run_against(
    mut job: Job<'_>,
    suite: Suite,
    target: Target,
    terminal: &Terminal,
) -> ExitCode {
    let options = job.options;
    let plan = plan_run(&suite, &target, job.selection);
    let jobs = options.jobs.map_or(target.limits.concurrency, usize::from);
    if !options.quiet {
        Outline::new(&suite, &target, &plan, options).warn(terminal);
    }
    let stop = Stop::default();
    let mut engine = match Engine::new(Arc::new(suite), Arc::new(target), stop.clone()) {
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
    let interrupts = match Signals::listen() {
        Ok(signals) => tokio::spawn(stop_when_asked(signals, stop)),
        Err(error) => {
            terminal.complain(&format!("signals cannot be heard: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    let stream = match begin_stream(&job, &engine, &plan, terminal) {
        Ok(stream) => Arc::new(stream),
        Err(exit) => return exit,
    };
    let mut started = None;
    if let Some(resumed) = job.resumed.take() {
        started = Some(resumed.stream.not_started.started.clone());
        engine = take_over(engine, resumed);
    }
    let journal = match journal::create(options, job.wanted, &engine, &plan, terminal) {
        Ok(None) => None,
        Ok(Some((path, journal))) => {
            engine = engine.journalling(journal);
            Some(path)
        }
        Err(exit) => return exit,
    };
    let (engine, record) = match begin_recording(options, engine, job.selection, terminal) {
        Ok((engine, record)) => (Arc::new(engine), record),
        Err(exit) => return exit,
    };
    let progress = Arc::new(Progress::new(terminal.is_watched));
    let watcher = (
        Arc::clone(&progress),
        Arc::clone(&stream),
        Arc::clone(&engine),
    );
    let mut report = Arc::clone(&engine)
        .run(&plan, job.selection, jobs, job.policy, move |event| {
            let (progress, stream, engine) = &watcher;
            if let Event::Finished {
                case,
                is_complete: true,
                ..
            } = &event
            {
                stream.case(case, engine.redactor());
            }
            progress.on_event(&event);
        })
        .await;
    if let Some(started) = started {
        report.started = started;
    }
    interrupts.abort();
    progress.clear();
    if let Some(earlier) = &job.earlier {
        let gate = GateChoice::of(options.baseline.gate);
        hold_against(&mut report, earlier, gate);
    }
    let redactor = engine.redactor();
    let mut written = Written::write(job.wanted, &report, redactor, Some(&stream), terminal);
    if let (Some(path), Some(record)) = (&options.record, record) {
        written.add("recording", &path.display().to_string(), record.end());
    }
    let is_complete = written.is_complete();
    let exit = match written.show(&report, options.quiet, terminal) {
        ExitCode::Conforms => report.exit,
        defect => defect,
    };
    if let (Some(path), Some(journal)) = (&journal, engine.journal()) {
        journal::end(path, journal, terminal);
    }
    tell_kept(&stream, &report, is_complete, terminal);
    // The process ends here. To give back every case and report piece by piece takes a tenth of a long run.
    std::mem::forget((engine, plan, report));
    exit
}

/// Goes on with what an earlier run has done, and with its clock.
fn take_over(engine: Engine, resumed: Resumed) -> Engine {
    let done = resumed.stream.done;
    let ends = done.iter().map(|case| case.started_ms + case.duration_ms);
    let elapsed = Duration::from_secs_f64((ends.fold(0.0, f64::max) / 1e3).max(0.0));
    engine.resuming(done, elapsed)
}

/// An engine, and where its exchanges go.
type Recorded = (Engine, Option<Arc<RecordFile>>);

/// The engine, and the file of its exchanges if one is wanted.
fn begin_recording(
    options: &RunOptions,
    engine: Engine,
    selection: &Selection,
    terminal: &Terminal,
) -> Result<Recorded, ExitCode> {
    let Some(path) = &options.record else {
        return Ok((engine, None));
    };
    let facts = engine.run_facts(selection);
    let file = RecordFile::begin(path, &facts, engine.redactor()).map_err(|error| {
        let path = path.display();
        let message = format!("the recording {path} cannot be written: {error}");
        terminal.complain(&message, &[]);
        ExitCode::Defect
    })?;
    let file = Arc::new(file);
    let sink = Arc::clone(&file);
    let engine = engine.recording_to(move |recorded| sink.exchange(&recorded));
    Ok((engine, Some(file)))
}

/// Begins the event streams before the first request, or goes on with the one that an earlier run has left.
fn begin_stream(
    job: &Job<'_>,
    engine: &Engine,
    plan: &Plan,
    terminal: &Terminal,
) -> Result<StreamWriter, ExitCode> {
    let redactor = engine.redactor();
    let not_started = engine.not_started(plan, job.selection, &job.policy);
    let redact = |text: &str| redactor.redact(text).into_owned();
    let setup = Setup::of(engine.suite().digest.clone(), engine.target(), &redact);
    if let Some(resumed) = &job.resumed {
        resumed.check(&not_started, &setup, terminal)?;
    }
    let mut command = resume::command(job.options, job.wanted);
    command.target = command.target.map(|text| redact(&text));
    let spare = spare(job.wanted);
    let skipped = plan.cases.iter().filter(|planned| planned.skip.is_some());
    let resumed = job.resumed.as_ref();
    let events = job.wanted.iter();
    let events = events.filter(|one| one.format.is_streamed);
    let start = StreamStart {
        requested: events.map(|one| one.path.as_str()).collect(),
        spare: spare.as_deref(),
        resumed: resumed.map(|resumed| (resumed.path.as_path(), &resumed.stream)),
        skipped: skipped
            .map(|planned| engine.suite().cases[planned.index].id.clone())
            .collect(),
        header: Header {
            not_started: &not_started,
            started: Some((&command, &setup)),
        },
    };
    StreamWriter::start(start, redactor).map_err(|(path, error)| {
        let message = format!("the report {path} cannot be written: {error}");
        terminal.complain(&message, &[]);
        if job.resumed.is_some() {
            ExitCode::Invalid
        } else {
            ExitCode::Defect
        }
    })
}

/// Says where the run is kept, if it is not done or a report is missing; takes what nobody needs away.
fn tell_kept(stream: &StreamWriter, report: &Report, is_complete: bool, terminal: &Terminal) {
    if is_complete && !report.interrupted {
        stream.drop_spare();
        return;
    }
    match stream.kept() {
        Some((path, None)) if report.interrupted => {
            terminal.print_error(|out| writeln!(out, "go on: probity run --resume {path}"));
        }
        Some((path, None)) => {
            let advice = format!("the run is kept: probity report {path} --report FORMAT=PATH");
            terminal.print_error(|out| writeln!(out, "{advice}"));
        }
        Some((path, Some(problem))) => {
            let message = format!("the run could not be kept in {path}: {problem}");
            terminal.print_error(|out| writeln!(out, "{message}"));
        }
        None => {}
    }
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
        return Wanted::by_default();
    }
    Wanted::all(&options.report)
}
