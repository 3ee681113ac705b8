//! `probity judge`: recorded exchanges are judged again. Nothing is sent.

use std::sync::Arc;

use crate::engine::{Engine, Policy, Stop, Waivers};
use crate::load::Thoroughness;
use crate::model::ExitCode;
use crate::plan::plan_run;

use crate::cli::arguments::JudgeOptions;
use crate::cli::output::Terminal;
use crate::cli::recorded::Recorded;
use crate::cli::reports::{Wanted, Written};
use crate::cli::suite;
use crate::cli::waive;

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
    let given = options.target.as_deref();
    let source = Recorded::open(
        &options.recording,
        given,
        &options.only,
        &mut suite,
        terminal,
    )?;
    // As in the recorded run: beside the target file that was given to it, or is given now.
    let given = source.target.given.as_deref();
    let waivers = waive::of_run(options.waivers.as_deref(), given, terminal)?;
    let policy = Policy {
        strict: options.strict,
        waivers: waivers.map(|entries| Waivers {
            entries,
            today: waive::today(&options.today),
        }),
    };
    let selection = source.selection;

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
    report.recording = Some(source.report.redacted(engine.redactor()));
    let written = Written::write(&wanted, &report, engine.redactor(), None, terminal);
    Ok(match written.show(&report, options.quiet, terminal) {
        ExitCode::Conforms => report.exit,
        defect => defect,
    })
}
