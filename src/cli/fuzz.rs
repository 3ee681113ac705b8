//! `probity fuzz`: sends legal and illegal requests at random, and writes what it finds as case files.

mod exit;
mod files;
mod output;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::engine::Stop;
use crate::fuzz::{self, Fuzzer};
use crate::model::{ExitCode, Reason};
use crate::plan::Selection;
use crate::plan::run_id::random_seed;
use crate::text::printable::printable;

use crate::cli::arguments::FuzzOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::progress::Progress;
use crate::cli::settings::selection;
use crate::cli::signals::Signals;
use crate::cli::{suite, target};
use exit::reasons;
use files::{root, write};
use output::show;

/// Runs a session and reports what it found.
pub(crate) fn fuzz(options: &FuzzOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let selected = selection(&options.only, &options.skip, terminal)?;
    let loaded = suite::load_for_run(&options.suite, false, terminal);
    let mut loaded = loaded.ok_or(ExitCode::Invalid)?;
    for (written, meant) in selected.meant(&loaded) {
        terminal.warn(&format!("`{written}` is no case: did you mean `{meant}`?"));
    }
    if !(loaded.cases.iter()).any(|case| selected.selects(&loaded, case)) {
        return Ok(nothing_selected(&selected, terminal));
    }
    let source = suite::source(&options.suite);
    // A seed that is a number of JavaScript can be copied through any tool.
    let seed = options.seed.unwrap_or_else(|| random_seed() >> 11);
    target::runtime(terminal)?.block_on(async {
        let given = options.target.as_deref();
        let (target, deployment) = target::start(given, &mut loaded, terminal).await?;
        let shown = format!("{} on {}", printable(&loaded.name), printable(&target.name));
        let jobs = options.jobs.map_or(target.limits.concurrency, usize::from);
        let settings = fuzz::FuzzOptions {
            selection: selected,
            selects_all: options.only.is_empty() && options.skip.is_empty(),
            seed,
            time: options.time,
            most: options.requests.and_then(|most| usize::try_from(most).ok()),
            jobs,
        };
        let stop = Stop::default();
        let fuzzer = Fuzzer::new(source.clone(), loaded, target, settings, stop.clone());
        let fuzzer = fuzzer.map_err(|error| terminal.no_client(&error))?;
        terminal.print_error(|out| writeln!(out, "seed {seed} (`--seed {seed}` repeats it)"));
        let progress = Progress::new(terminal.is_watched);
        let is_interrupted = Arc::new(AtomicBool::new(false));
        let interrupts = tokio::spawn(interrupted(
            Signals::listen(terminal)?,
            stop,
            Arc::clone(&is_interrupted),
        ));
        let started = Instant::now();
        let fuzzed = fuzzer
            .run(&|requests, found| {
                progress
                    .show(|| format!("fuzzing: {requests} requests, {}", count(found, "finding")));
            })
            .await;
        interrupts.abort();
        progress.clear();
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        let fuzzed = fuzzed.map_err(|why| terminal.fail(ExitCode::Defect, why, &[]))?;
        let root = root(options, &source);
        let files: Vec<Result<PathBuf, String>> = fuzzed
            .found
            .iter()
            .map(|found| write(root.as_deref(), found))
            .collect();
        let is_interrupted = is_interrupted.load(Ordering::Relaxed);
        let (exit, reasons) = Reason::decide(reasons(&fuzzed, &files, is_interrupted));
        let seconds = started.elapsed().as_secs_f64();
        terminal.print(|out| {
            writeln!(out, "fuzz of {shown}, seed {seed}")?;
            show(&fuzzed, &files, out)?;
            writeln!(
                out,
                "{}, {} of them changed and answered, in {seconds:.1} s",
                count(fuzzed.requests, "request"),
                fuzzed.answered()
            )?;
            for reason in &reasons {
                writeln!(out, "{reason}")?;
            }
            writeln!(out, "exit {exit}")
        });
        Ok(exit)
    })
}

/// Nothing was sent, and nothing is said about the target.
fn nothing_selected(selected: &Selection, terminal: &Terminal) -> ExitCode {
    let patterns = selected.patterns();
    let patterns: Vec<String> = patterns
        .iter()
        .map(|pattern| format!("`{}`", printable(pattern)))
        .collect();
    let exit = ExitCode::Incomplete;
    terminal.print(|out| {
        if patterns.is_empty() {
            writeln!(out, "the suite has no cases")?;
        } else {
            writeln!(out, "no case matches {}", patterns.join(" or "))?;
        }
        writeln!(out, "  help: `probity list` shows the ids of all cases")?;
        writeln!(out, "exit {exit}")
    });
    exit
}

/// The first Ctrl-C (or SIGTERM) ends the session, the second the process.
async fn interrupted(mut signals: Signals, stop: Stop, is_interrupted: Arc<AtomicBool>) {
    signals.asked_to_end().await;
    is_interrupted.store(true, Ordering::Relaxed);
    stop.stop();
    signals.asked_to_end().await;
    #[expect(clippy::exit, reason = "the second signal does not wait for anything")]
    std::process::exit(ExitCode::Interrupted.code().into());
}
