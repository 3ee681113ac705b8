//! `probity run`: runs the selected cases against a target and reports the results.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::engine::{Engine, Event, Stop};
use crate::history::hold_against;
use crate::model::{ExitCode, Report, Setup, Suite, Target};
use crate::persist::event_writer::Header;
use crate::persist::{StreamStart, StreamWriter};
use crate::plan::{Plan, plan_run};
use crate::report::targets::TargetRow;
use crate::text::printable::printable;

use crate::cli::arguments::RunOptions;
use crate::cli::failed_first::{FailedFirst, Seen, seen};
use crate::cli::output::Terminal;
use crate::cli::plan::Outline;
use crate::cli::progress::Progress;
use crate::cli::record::RecordFile;
use crate::cli::reports::{Wanted, Written, spare};
use crate::cli::resume::{self, Resumed};
use crate::cli::settings::RunSettings;
use crate::cli::shard::Division;
use crate::cli::signals::Signals;
use crate::cli::{journal, suite, target};

/// A run that has ended.
pub(crate) struct Ended {
    pub(crate) exit: ExitCode,
    /// Its line in a table of targets, if there is a report.
    pub(crate) row: Option<TargetRow>,
    /// Its cases, if it watches.
    pub(crate) seen: Vec<Seen>,
}

/// Runs the selected cases and reports.
pub(crate) fn run(options: &RunOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    ended(options, terminal).map(|ended| ended.exit)
}

/// As [`run`], with what a table of targets shows.
pub(crate) fn ended(options: &RunOptions, terminal: &Terminal) -> Result<Ended, ExitCode> {
    let mut settings = RunSettings::new(options, terminal)?;
    let mut reports = settings.reports.iter();
    let is_quiet = settings.options.quiet || reports.any(Wanted::is_standard_output);
    let suite = suite::load_for_run(&settings.options.suite, is_quiet, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    for (written, meant) in settings.selection.meant(&suite) {
        terminal.warn(&format!("`{written}` is no case: did you mean `{meant}`?"));
    }
    for (written, help) in settings.selection.astray(&suite) {
        terminal.warn(&format!("`{written}` selects no case: {help}"));
    }
    if let Some(files) = &settings.options.of_files {
        let Some(selection) = settings.selection.within(files, &suite) else {
            terminal.print_error(|out| writeln!(out, "no selected case is in what changed"));
            let (exit, row, seen) = (ExitCode::Incomplete, None, Vec::new());
            return Ok(Ended { exit, row, seen });
        };
        settings.selection = selection;
    }
    if settings.options.plan {
        let exit = plan(&settings, &mut suite, terminal)?;
        let (row, seen) = (None, Vec::new());
        return Ok(Ended { exit, row, seen });
    }
    target::runtime(terminal)?.block_on(async {
        let available = available(&settings.options, &mut suite, terminal);
        let (mut target, deployment) = if let Some(target) = available {
            (target?, None)
        } else {
            let given = settings.options.target.as_deref();
            target::start(given, &mut suite, terminal).await?
        };
        if settings.options.insecure {
            target.disable_certificate_verification();
            terminal.warn("--insecure: certificate verification is disabled");
        }
        let exit = run_against(settings, suite, target, terminal).await;
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        exit
    })
}

/// The target without the identities whose variables are not set, if `--allow-missing-env` asks for it.
fn available(
    options: &RunOptions,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Option<Result<Target, ExitCode>> {
    let text = options
        .target
        .as_deref()
        .filter(|given| options.allow_missing_env && *given != suite::DEMO)?;
    Some(target::available(text, suite, terminal))
}

/// Prints what a run would do. The reference deployment is not started.
fn plan(
    settings: &RunSettings,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<ExitCode, ExitCode> {
    let options = &settings.options;
    let mut target = match available(options, suite, terminal) {
        Some(target) => target?,
        None => target::planned(options.target.as_deref(), suite, terminal)?,
    };
    if options.insecure {
        target.disable_certificate_verification();
    }
    let mut plan = plan_run(suite, &target, &settings.selection);
    let is_empty = plan.cases.is_empty();
    if let Some(shard) = &settings.shard {
        target.limits.share(shard.shard.of());
        let (part, division) = shard.divide(&plan, suite);
        shard.announce(&division, terminal);
        plan = part;
    }
    // What is not in this shard is in another one.
    let is_part = settings.shard.is_some() && !is_empty;
    Ok(Outline::new(suite, &target, &plan, options).print(is_part, terminal))
}

/// Runs the cases against a target that is there.
async fn run_against(
    mut settings: RunSettings,
    suite: Suite,
    mut target: Target,
    terminal: &Terminal,
) -> Result<Ended, ExitCode> {
    let whole = plan_run(&suite, &target, &settings.selection);
    let has_cases = !whole.cases.is_empty();
    let (plan, division) = own_part(&settings, whole, &suite, &mut target, terminal);
    if !has_cases && settings.options.report.is_empty() {
        // The reports of an earlier run say more than those of no run.
        let is_there = |report: &Wanted| std::path::Path::new(&report.path).exists();
        if !settings.options.quiet && settings.reports.iter().any(is_there) {
            let text = "no case was selected: the reports of the earlier run in probity-report/ were not overwritten";
            terminal.print_error(|out| writeln!(out, "{text}"));
        }
        settings.reports.clear();
    }
    if !settings.options.quiet {
        Outline::new(&suite, &target, &plan, &settings.options).announce(terminal);
    }
    let jobs = settings.options.jobs.map(usize::from);
    let jobs = jobs.unwrap_or(target.limits.concurrency);
    let stop = Stop::default();
    let engine = Engine::new(Arc::new(suite), Arc::new(target), stop.clone());
    let engine = engine.map_err(|error| terminal.no_client(&error))?;
    let mut engine = engine.retrying(settings.retries);
    engine = with_seed_and_clock(engine, &settings.options);
    engine = engine.starting_with(settings.options.first.clone());
    engine = as_shard(engine, &settings, division);
    if !settings.options.quiet {
        print_run_id(&engine, terminal);
        print_seed(&engine, &plan, terminal);
    }
    let is_watched = terminal.is_watched && !settings.options.quiet;
    let progress = Arc::new(Progress::new(is_watched));
    let signals = Signals::listen(terminal)?;
    let interrupts = tokio::spawn(stop_on(signals, stop, Arc::clone(&progress)));

    // Everything that must be on disk before the first request.
    let stream = Arc::new(begin_stream(&settings, &engine, &plan, terminal)?);
    let mut started = None;
    if let Some(resumed) = settings.resumed.take() {
        started = Some(resumed.stream.not_started.started.clone());
        engine = take_over(engine, resumed);
    }
    let journal = journal::create(
        &settings.options,
        &settings.reports,
        &engine,
        &plan,
        terminal,
    )?;
    let mut journal_path = None;
    if let Some((path, journal)) = journal {
        engine = engine.journalling(journal);
        journal_path = Some(path);
    }
    let (engine, record) = begin_recording(&settings, engine, terminal)?;
    let engine = Arc::new(engine.watched(progress.watch()));

    let first = FailedFirst::of(&settings.options, &plan, engine.suite());
    let on_event = on_event(first, &stream, &progress, &engine, terminal);
    let run = Arc::clone(&engine).run(&plan, &settings.selection, jobs, settings.policy, on_event);
    let mut report = run.await;
    interrupts.abort();
    progress.clear();

    if let Some(started) = started {
        report.started = started;
    }
    if let Some((baseline, gate)) = &settings.baseline {
        hold_against(&mut report, baseline, *gate);
    }
    let mut written = Written::write(
        &settings.reports,
        &report,
        engine.redactor(),
        Some(&stream),
        terminal,
    );
    if let Some((path, record)) = record {
        written.add("recording", &path.display().to_string(), record.end());
    }
    let is_complete = written.is_complete();
    let shown = written.show(&report, settings.options.quiet, terminal);
    let is_shown = shown == ExitCode::Conforms;
    let exit = if is_shown { report.exit } else { shown };
    if let (Some(path), Some(journal)) = (&journal_path, engine.journal()) {
        journal::end(path, journal, terminal);
    }
    end_stream(&stream, &report, is_complete, terminal);
    let row = Some(TargetRow::of(&report.target.name, &report, exit));
    let seen = seen(&report, &settings.options);
    if !settings.options.is_one_of_several {
        // The process ends here. Freeing every case and report takes a tenth of the time of a long run.
        std::mem::forget((engine, plan, report));
    }
    Ok(Ended { exit, row, seen })
}

/// What is done whenever a case starts or ends.
fn on_event(
    first: FailedFirst,
    stream: &Arc<StreamWriter>,
    progress: &Arc<Progress>,
    engine: &Engine,
    terminal: &Terminal,
) -> impl Fn(Event<'_>) + Send + Sync + use<> {
    let (progress, stream) = (Arc::clone(progress), Arc::clone(stream));
    let redactor = engine.redactor().clone();
    let terminal = terminal.clone();
    move |event: Event<'_>| {
        progress.on_event(&event);
        if let Event::Finished {
            case,
            is_complete: true,
            ..
        } = &event
        {
            stream.case(case, &redactor);
            if let Some(line) = first.finished(case) {
                progress.say(&line, &terminal);
            }
        }
    }
}

/// The part of the plan that this process runs, and how the plan is divided if that is not all of it.
fn own_part(
    settings: &RunSettings,
    whole: Plan,
    suite: &Suite,
    target: &mut Target,
    terminal: &Terminal,
) -> (Plan, Option<Division>) {
    let Some(shard) = &settings.shard else {
        return (whole, None);
    };
    share_limits(target, shard.shard.of(), terminal);
    let (part, division) = shard.divide(&whole, suite);
    if !settings.options.quiet {
        shard.announce(&division, terminal);
    }
    (part, Some(division))
}

/// The engine as that of one shard, if the plan is divided.
fn as_shard(engine: Engine, settings: &RunSettings, division: Option<Division>) -> Engine {
    let (Some(shard), Some(division)) = (&settings.shard, division) else {
        return engine;
    };
    let mut report = shard.report(division, &settings.options, &engine);
    let earlier = settings.resumed.as_ref();
    if let Some(earlier) = earlier.and_then(|run| run.stream.not_started.shard.as_ref()) {
        // A seed that was drawn is an option of the run that resumes, but not of the others.
        report.options.clone_from(&earlier.options);
    }
    let engine = engine.as_shard(report);
    match shard.durations() {
        Some(durations) => engine.longest_first(durations.clone()),
        None => engine,
    }
}

/// Takes one part of so many of the limits of the target.
fn share_limits(target: &mut Target, of: u32, terminal: &Terminal) {
    let (stated, concurrency) = (target.limits.states_concurrency, target.limits.concurrency);
    target.limits.share(of);
    if stated && u32::try_from(concurrency).is_ok_and(|limit| limit < of) {
        terminal.warn(&format!(
            "the target allows {concurrency} requests at a time: each of the {of} shards sends one at a time, so there can \
             be more if all run at the same time"
        ));
    }
}

/// The engine with what made values depend on, as far as it is given.
fn with_seed_and_clock(mut engine: Engine, options: &RunOptions) -> Engine {
    if let Some(seed) = options.seed {
        engine = engine.seeded(seed);
    }
    match options.clock {
        Some(now) => engine.at(now),
        None => engine,
    }
}

fn print_seed(engine: &Engine, plan: &Plan, terminal: &Terminal) {
    if let Some(seed) = engine.seed_of(plan) {
        terminal.print_error(|out| writeln!(out, "seed {seed} (`--seed {seed}` repeats it)"));
    }
}

fn print_run_id(engine: &Engine, terminal: &Terminal) {
    if let Some(run_id) = engine.run_id() {
        let (header, id) = (printable(&run_id.header), &run_id.id);
        terminal.print_error(|out| {
            writeln!(
                out,
                "run id {id}, in the header `{header}` of every request"
            )
        });
    }
}

/// The first Ctrl-C (or SIGTERM) ends the run early, the second ends the process.
async fn stop_on(mut signals: Signals, stop: Stop, progress: Arc<Progress>) {
    signals.asked_to_end().await;
    progress.stopping();
    stop.stop();
    signals.asked_to_end().await;
    progress.clear();
    #[expect(clippy::exit, reason = "the second signal does not wait for anything")]
    std::process::exit(ExitCode::Interrupted.code().into());
}

/// Starts the event streams, or continues the stream of the run that is resumed.
fn begin_stream(
    settings: &RunSettings,
    engine: &Engine,
    plan: &Plan,
    terminal: &Terminal,
) -> Result<StreamWriter, ExitCode> {
    if settings.reports.is_empty() && settings.resumed.is_none() {
        return Ok(StreamWriter::none());
    }
    let redactor = engine.redactor();
    let not_started = engine.not_started(plan, &settings.selection, &settings.policy);
    let redact = |text: &str| redactor.redact(text).into_owned();
    let setup = Setup::of(engine.suite().digest.clone(), engine.target(), &redact);
    let resumed = settings.resumed.as_ref();
    if let Some(resumed) = resumed {
        resumed.check(&not_started, &setup, terminal)?;
    }
    let mut command = resume::command(&settings.options, &settings.reports);
    command.target = command.target.map(|text| redact(&text));
    command.seed = engine.seed_of(plan);
    let skipped = plan.cases.iter().filter(|planned| planned.skip.is_some());
    let spare = spare(&settings.reports);
    let events = settings.reports.iter();
    let events = events.filter(|report| report.format.is_streamed);
    let start = StreamStart {
        requested: events.map(|report| report.path.as_str()).collect(),
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
        let exit = match resumed {
            Some(_) => ExitCode::Invalid,
            None => ExitCode::Defect,
        };
        let message = format!("the report {path} cannot be written: {error}");
        terminal.fail(exit, &message, &[])
    })
}

/// Takes over the cases that the interrupted run has finished, and its clock.
fn take_over(engine: Engine, resumed: Resumed) -> Engine {
    let done = resumed.stream.done;
    let ends = done.iter().map(|case| case.started_ms + case.duration_ms);
    let elapsed = Duration::from_secs_f64((ends.fold(0.0, f64::max) / 1e3).max(0.0));
    engine.resuming(done, elapsed)
}

/// An engine, and the file to which it writes its exchanges, with the path.
type Recorded = (Engine, Option<(PathBuf, Arc<RecordFile>)>);

/// Opens the recording, if one is wanted, and connects the engine to it.
fn begin_recording(
    settings: &RunSettings,
    engine: Engine,
    terminal: &Terminal,
) -> Result<Recorded, ExitCode> {
    let Some(path) = &settings.record else {
        return Ok((engine, None));
    };
    let facts = engine.run_facts(&settings.selection);
    let file = RecordFile::begin(path, Some(&facts), engine.redactor()).map_err(|error| {
        let message = format!(
            "the recording {} cannot be written: {error}",
            path.display()
        );
        terminal.fail(ExitCode::Defect, &message, &[])
    })?;
    let file = Arc::new(file);
    let sink = Arc::clone(&file);
    let engine = engine.recording_to(move |recorded| sink.exchange(&recorded));
    Ok((engine, Some((path.clone(), file))))
}

/// Deletes the spare event stream of a complete run, or prints what it is good for.
fn end_stream(stream: &StreamWriter, report: &Report, is_complete: bool, terminal: &Terminal) {
    if is_complete && !report.interrupted {
        stream.drop_spare();
        return;
    }
    let text = match stream.kept() {
        Some((path, None)) if report.interrupted => {
            format!("to resume the run: probity run --resume {path}")
        }
        Some((path, None)) => {
            format!("to write the report again: probity report {path} --report FORMAT=PATH")
        }
        Some((path, Some(problem))) => format!("the run could not be saved in {path}: {problem}"),
        None => return,
    };
    terminal.print_error(|out| writeln!(out, "{text}"));
}
