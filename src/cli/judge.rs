//! `probity judge`: recorded exchanges are judged again. Nothing is sent.

use std::sync::Arc;

use probity::engine::{Engine, Playback, Policy, Stop, Waivers, recorded_target};
use probity::load::{Thoroughness, load_recording};
use probity::model::{ExitCode, Recording, RecordingReport, Suite, Target, Unmatched};
use probity::plan::{Selection, plan_run};
use probity::report::diagnostics;

use super::arguments::JudgeOptions;
use super::output::Terminal;
use super::reports::{Wanted, Written, exit_code};
use super::suite;
use super::waive;

/// Judges a recording and reports.
pub(crate) fn judge(options: &JudgeOptions, terminal: &Terminal) -> ExitCode {
    match judged(options, terminal) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn judged(options: &JudgeOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let suite = suite::load(&options.suite, Thoroughness::ForRun, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    let wanted = Wanted::all(&options.report);
    if let Some(path) = Wanted::written_twice(&wanted) {
        terminal.complain(&format!("two reports go to {path}"), &[]);
        return Err(ExitCode::Invalid);
    }
    let waivers = waive::of_run(options.waivers.as_deref(), None, terminal)?;
    let policy = Policy {
        strict: options.strict,
        waivers: waivers.map(|entries| Waivers {
            entries,
            today: waive::today(&options.today),
        }),
    };
    let recording = load(options, terminal)?;
    let recorded_selection = recording.facts.as_ref().map(|facts| &facts.selection);
    let patterns = match recorded_selection {
        Some(recorded) if options.only.is_empty() => recorded,
        _ => &options.only,
    };
    let selection = Selection::new(patterns).map_err(|error| {
        terminal.complain(&error.to_string(), &[]);
        ExitCode::Invalid
    })?;
    let mut source = Source::of(recording, options, &mut suite, terminal)?;

    let mut plan = plan_run(&suite, &source.target, &selection);
    source.playback.limit(&mut plan, &suite);
    let engine = Engine::replaying(
        source.playback,
        Arc::new(suite),
        Arc::new(source.target),
        Stop::default(),
    );
    let engine = Arc::new(engine.retrying(source.retries));
    // A runtime without a network: there is nothing to open a socket with.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| {
            terminal.complain(&format!("the runtime cannot be started: {error}"), &[]);
            ExitCode::Defect
        })?;
    let run = Arc::clone(&engine).run(&plan, &selection, 1, policy, |_| {});
    let mut report = runtime.block_on(run);
    engine.redactor().redact_recording(&mut source.report);
    report.recording = Some(source.report);
    let written = Written::write(&wanted, &report, engine.redactor(), None, terminal);
    Ok(match written.tell(&report, options.quiet, terminal) {
        ExitCode::Conforms => exit_code(&report),
        defect => defect,
    })
}

fn load(options: &JudgeOptions, terminal: &Terminal) -> Result<Recording, ExitCode> {
    let loaded = load_recording(&options.recording);
    terminal.print_error(|out| {
        diagnostics::render(
            &loaded.diagnostics,
            &loaded.sources,
            terminal.error_colour,
            terminal.width,
            out,
        )
    });
    loaded.recording.ok_or(ExitCode::Invalid)
}

/// What answers the requests of the cases, and what is told of it.
struct Source {
    playback: Playback,
    target: Target,
    /// How often the recorded run might run a case again.
    retries: usize,
    report: RecordingReport,
}

impl Source {
    fn of(
        recording: Recording,
        options: &JudgeOptions,
        suite: &mut Suite,
        terminal: &Terminal,
    ) -> Result<Source, ExitCode> {
        let exchanges = recording.exchanges.len() + recording.unmatched.len();
        let creator = recording.creator.clone();
        let report = |is_other_suite, recorded, unmatched: Vec<Unmatched>| RecordingReport {
            file: options.recording.display().to_string(),
            creator,
            recorded,
            is_other_suite,
            exchanges,
            unmatched,
        };
        if let Some(facts) = recording.facts.clone() {
            if options.target.is_some() {
                let help = "leave `--target` out: the recording holds what was known of its target";
                terminal.complain("this recording has a target", &[help.to_owned()]);
                return Err(ExitCode::Invalid);
            }
            let (playback, unmatched) = Playback::of_run(recording, suite);
            return Ok(Source {
                playback,
                target: recorded_target(&facts),
                retries: facts.retries,
                report: report(
                    facts.suite_digest != suite.digest,
                    Some(facts.started),
                    unmatched,
                ),
            });
        }
        let Some(given) = options.target.as_deref() else {
            let message =
                "the recording comes from another tool, and does not say what its target is";
            let help = "say it: --target FILE|URL; nothing is sent to it";
            terminal.complain(message, &[help.to_owned()]);
            return Err(ExitCode::Invalid);
        };
        let mut target =
            suite::load_chosen_target(given, suite, terminal).ok_or(ExitCode::Invalid)?;
        target.given = Some(given.to_owned());
        let (playback, unmatched) = Playback::of_other_tool(recording, suite, &target);
        Ok(Source {
            playback,
            target,
            retries: 0,
            report: report(false, None, unmatched),
        })
    }
}
