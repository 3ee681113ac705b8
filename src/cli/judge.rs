//! `probity judge`: judges recorded exchanges again. Nothing is sent.

use std::sync::Arc;

use crate::engine::{Engine, Policy, Stop, Waivers};
use crate::model::ExitCode;
use crate::plan::plan_run;

use crate::cli::arguments::JudgeOptions;
use crate::cli::output::Terminal;
use crate::cli::recorded::Recorded;
use crate::cli::reports::{Wanted, Written};
use crate::cli::settings::patterns;
use crate::cli::suite;
use crate::cli::target;
use crate::cli::waive;

/// Judges a recording and reports.
pub(crate) fn judge(options: &JudgeOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let suite = suite::load_for_run(&options.suite, options.quiet, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    let wanted = Wanted::all(&options.report);
    Wanted::check(&wanted, terminal)?;
    let given = options.target.as_deref();
    let source = Recorded::open(
        &options.recording,
        given,
        &patterns(&options.only, &options.skip),
        &mut suite,
        terminal,
    )?;
    // As in the recorded run: beside the target file of that run, or of this command.
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
    // A runtime without a network, so that no socket can be opened.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let runtime = target::started(runtime, terminal)?;
    let run = Arc::clone(&engine).run(&plan, &selection, 1, policy, |_| {});
    let mut report = runtime.block_on(run);
    report.recording = Some(source.report.redacted(engine.redactor()));
    let written = Written::write(&wanted, &report, engine.redactor(), None, terminal);
    Ok(match written.show(&report, options.quiet, terminal) {
        ExitCode::Conforms => report.exit,
        defect => defect,
    })
}
