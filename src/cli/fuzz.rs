//! `probity fuzz`: sends legal and illegal requests at random, and writes what it finds as case files.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::engine::Stop;
use crate::fuzz::{self, Found, Fuzzed, Fuzzer, file_stem};
use crate::load::SuiteSource;
use crate::model::{ExitCode, Reason};
use crate::plan::Selection;
use crate::plan::run_id::random_seed;
use crate::report::advice;
use crate::text::file;
use crate::text::printable::printable;

use crate::cli::arguments::FuzzOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::progress::Progress;
use crate::cli::settings::selection;
use crate::cli::signals::Signals;
use crate::cli::written::write_new;
use crate::cli::{suite, target};

/// The most names that are tried for a file.
const NAMES: usize = 1000;

/// The largest file of an earlier session that is read.
const LARGEST: u64 = 1 << 20;

/// The most cases and operations that are listed.
const LISTED: usize = 20;

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

/// Where case files are written: nowhere if the suite is in the binary and no directory was named.
fn root(options: &FuzzOptions, source: &SuiteSource) -> Option<PathBuf> {
    if let Some(directory) = &options.into {
        return Some(directory.clone());
    }
    let SuiteSource::Directory(path) = source else {
        return None;
    };
    let is_cases = path.file_name().is_some_and(|name| name == "cases");
    match path.parent() {
        Some(parent) if is_cases && !path.join("cases").is_dir() => Some(parent.to_owned()),
        _ => Some(path.clone()),
    }
}

/// Writes the case file of a finding under a name that nothing has.
fn write(root: Option<&Path>, found: &Found) -> Result<PathBuf, String> {
    let text = found.file.as_ref().map_err(|why| (*why).to_owned())?;
    let root = root.ok_or("the suite is in the binary: name a directory with `--into`")?;
    let directory = root.join("cases").join(&found.contract);
    let stem = file_stem(&found.operation);
    for number in 1..=NAMES {
        let path = directory.join(format!("{stem}-{number}.yaml"));
        let others = ["yml", "json"].map(|extension| path.with_extension(extension));
        if others.iter().any(|other| other.exists()) {
            continue;
        }
        if file::read(&path, LARGEST).is_ok_and(|known| is_same(&known, text)) {
            return Ok(path);
        }
        match write_new(&path, text.as_bytes()) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    Err(format!("{} has {NAMES} such files", directory.display()))
}

/// Does a file of an earlier session repeat the same? Its comments have the seed of that one.
fn is_same(known: &[u8], text: &str) -> bool {
    let known = String::from_utf8_lossy(known);
    let lines = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    lines(&known) == lines(text)
}

/// What decides the exit code.
fn reasons(
    fuzzed: &Fuzzed,
    files: &[Result<PathBuf, String>],
    is_interrupted: bool,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if is_interrupted {
        reasons.push(Reason::new(ExitCode::Interrupted, "interrupted"));
    }
    if !fuzzed.found.is_empty() {
        let text = format!(
            "{}: answers that the contract forbids",
            count(fuzzed.found.len(), "finding")
        );
        reasons.push(Reason::new(ExitCode::Violated, text));
    }
    if !fuzzed.failing.is_empty() {
        let text = format!(
            "{} without any change: see `probity run`",
            count_verb(fuzzed.failing.len())
        );
        reasons.push(Reason::new(ExitCode::Violated, text));
    }
    if !fuzzed.errors.is_empty() && !is_interrupted {
        let cases = count(fuzzed.errors.len(), "case");
        let text = format!("no evidence without any change: {cases}");
        reasons.push(Reason::new(ExitCode::Error, text));
    }
    if fuzzed.is_lost {
        reasons.push(Reason::new(ExitCode::Error, fuzzed.ended.clone()));
    }
    let is_broken = |file: &&Result<PathBuf, String>| {
        file.as_ref()
            .is_err_and(|why| !why.contains("`--into`") && !why.contains("secret"))
    };
    if files.iter().any(|file| is_broken(&file)) {
        let text = "a case file could not be written";
        reasons.push(Reason::new(ExitCode::Defect, text));
    }
    let untouched = fuzzed
        .untouched
        .iter()
        .filter(|one| one.is_described)
        .count();
    if fuzzed.answered() == 0 {
        let text = "no changed request was answered: nothing was tried";
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    } else if fuzzed.is_shut() {
        let text =
            "no changed request was accepted, not even one that may be legal: refusals say nothing";
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    } else if untouched > 0 {
        let operations = if untouched == 1 {
            "operation"
        } else {
            "operations"
        };
        let text = format!("no changed request of {untouched} described {operations} was answered");
        reasons.push(Reason::new(ExitCode::Incomplete, text));
    }
    if reasons.is_empty() {
        let mut text = "no answer that the contract forbids was found".to_owned();
        if !fuzzed.untouched.is_empty() {
            let operations = count(fuzzed.untouched.len(), "operation");
            text = format!("{text} in what was tried; not tried: {operations}");
        } else if !fuzzed.undescribed.is_empty() {
            let operations = count(fuzzed.undescribed.len(), "operation");
            text = format!("{text} in what was tried; without illegal requests: {operations}");
        }
        reasons.push(Reason::new(ExitCode::Conforms, text));
    }
    reasons
}

fn count_verb(number: usize) -> String {
    format!(
        "{} {}",
        count(number, "case"),
        if number == 1 { "fails" } else { "fail" }
    )
}

/// The table of operations, what was not tried, and the findings.
#[expect(
    clippy::too_many_lines,
    reason = "one part of the output after the other"
)]
fn show(fuzzed: &Fuzzed, files: &[Result<PathBuf, String>], out: &mut dyn Write) -> io::Result<()> {
    let names = fuzzed
        .tallies
        .keys()
        .map(|name| printable(name).chars().count());
    let width = names.max().unwrap_or(0).clamp(9, 60);
    if !fuzzed.tallies.is_empty() {
        writeln!(
            out,
            "\n{:width$}  changed  illegal  accepted  refused",
            "operation"
        )?;
        for (name, tally) in &fuzzed.tallies {
            let (answered, illegal) = (tally.answered, tally.illegal);
            let (accepted, refused) = (tally.accepted, tally.refused);
            let name = printable(name);
            writeln!(
                out,
                "{name:width$}  {answered:>7}  {illegal:>7}  {accepted:>8}  {refused:>7}"
            )?;
        }
    }
    if !fuzzed.undescribed.is_empty() {
        let names: Vec<&str> = fuzzed.undescribed.iter().map(String::as_str).collect();
        let entry = if names.len() == 1 {
            "entry for it"
        } else {
            "entry for them"
        };
        let names = listed(&names);
        writeln!(
            out,
            "\nillegal requests of {names} were not tried: the contract has no `requests` {entry} (docs/fuzz.md)"
        )?;
    }
    if !fuzzed.untouched.is_empty() {
        writeln!(out, "\nnot tried:")?;
        let untouched = fuzzed.untouched.iter();
        let untouched = untouched.map(|one| (one.operation.as_str(), one.reason.as_str()));
        for (reason, names) in by_reason(untouched).into_iter().take(LISTED) {
            let (names, reason) = (listed(&names), printable(reason));
            writeln!(out, "  {names}: {reason}")?;
        }
    }
    if !fuzzed.failing.is_empty() {
        writeln!(out, "\nfailing without any change:")?;
        for id in fuzzed.failing.iter().take(LISTED) {
            writeln!(out, "  {}", printable(id))?;
        }
        more(fuzzed.failing.len(), out)?;
    }
    if !fuzzed.errors.is_empty() {
        writeln!(out, "\nno evidence without any change:")?;
        // Of a target that is not there every case says the same, and the last ones that the service is lost.
        let errors = fuzzed.errors.iter().map(|(id, reason)| {
            let own = reason.split("; service `").next();
            (id.as_str(), own.unwrap_or(reason))
        });
        let errors = by_reason(errors);
        for (reason, ids) in errors.iter().take(LISTED) {
            let others = match ids.len() {
                1 => String::new(),
                number => format!(" and {} more", number - 1),
            };
            writeln!(
                out,
                "  {}{others}: {}",
                printable(ids[0]),
                printable(reason)
            )?;
        }
        more(errors.len(), out)?;
        if let Some(help) = fuzzed.unanswered.as_deref().and_then(advice) {
            writeln!(out, "  help: {help}")?;
        }
    }
    for (found, file) in fuzzed.found.iter().zip(files) {
        writeln!(
            out,
            "\nFOUND {}: {}",
            printable(&found.operation),
            printable(&found.headline)
        )?;
        writeln!(out, "  changed: {}", printable(&found.change))?;
        writeln!(out, "  {}", printable(&found.got))?;
        if found.again > 0 {
            writeln!(out, "  and {} more such", count(found.again, "request"))?;
        }
        match file {
            Ok(path) => {
                writeln!(out, "  case: {}", printable(&path.display().to_string()))?;
                if let Some(doubt) = found.doubt {
                    writeln!(out, "  look at it: {doubt}")?;
                }
            }
            Err(why) => writeln!(out, "  no case file: {}", printable(why))?,
        }
    }
    if !fuzzed.left_behind.is_empty() {
        writeln!(out, "\nleft behind:")?;
        for one in fuzzed.left_behind.iter().take(LISTED) {
            writeln!(out, "  {}", printable(one))?;
        }
        more(fuzzed.left_behind.len(), out)?;
    }
    if fuzzed.unwritable > 0 {
        writeln!(
            out,
            "\n{} could not be written as a case",
            count(fuzzed.unwritable, "change")
        )?;
    }
    if !fuzzed.ended.is_empty() && !fuzzed.is_lost {
        writeln!(out, "\nended before its time: {}", fuzzed.ended)?;
    }
    writeln!(out)
}

/// What has the same reason, in the order in which the reasons come.
fn by_reason<'r>(all: impl Iterator<Item = (&'r str, &'r str)>) -> Vec<(&'r str, Vec<&'r str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, reason) in all {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    reasons
}

/// `GET /notes, POST /notes and 3 more`.
fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).map(|name| printable(name));
    let mut shown: Vec<String> = shown.map(Into::into).collect();
    let last = match names.len().saturating_sub(LISTED) {
        0 => shown.pop(),
        more => Some(format!("{more} more")),
    };
    let last = last.unwrap_or_default();
    if shown.is_empty() {
        last
    } else {
        format!("{} and {last}", shown.join(", "))
    }
}

fn more(number: usize, out: &mut dyn Write) -> io::Result<()> {
    if number > LISTED {
        writeln!(out, "  and {} more", number - LISTED)?;
    }
    Ok(())
}
