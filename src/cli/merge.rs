//! `probity merge`: the report of a run from those of its shards.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::engine::{MergeError, ShardRun, Shards, Waivers};
use crate::history::{hold_against, report_files};
use crate::model::{ExitCode, IncompleteShard, Shelf};
use crate::persist::{LinesError, is_event_stream, load_events, load_report};
use crate::redact::Redactor;
use crate::text::printable::printable;

use crate::cli::arguments::{GateChoice, MergeOptions, SuiteOptions};
use crate::cli::output::Terminal;
use crate::cli::reports::{Wanted, Written};
use crate::cli::{compare, suite, waive};

/// Merges shards and reports.
pub(crate) fn merge(options: &MergeOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let wanted = Wanted::all(&options.report);
    Wanted::check(&wanted, terminal)?;
    let files = files(&options.files, terminal)?;
    for one in &wanted {
        let path = Path::new(&one.path).canonicalize().ok();
        let is_it = |file: &&Found| path.is_some() && file.path.canonicalize().ok() == path;
        if let Some(file) = files.iter().find(is_it) {
            let message = format!(
                "the report would overwrite a shard: {}",
                file.path.display()
            );
            return Err(terminal.refuse(&message, &["choose another path".into()]));
        }
    }
    let baseline = match &options.baseline.baseline {
        Some(path) => Some(compare::load_baseline(path, terminal).ok_or(ExitCode::Invalid)?),
        None => None,
    };
    let refuse = |error: MergeError| terminal.fail(error.exit, &error.message, &error.details);
    let shelf = Shelf::default();
    let runs = runs(&files, &shelf, terminal)?;
    let shards = Shards::new(runs, shelf.clone()).map_err(refuse)?;
    let print = |text: String| terminal.print_error(|out| writeln!(out, "{}", printable(&text)));
    shards.notes().iter().for_each(|note| print(note.clone()));
    let commands = Commands::new(&shards, &files, &options.files);

    let of_run = shards.options().suite.as_ref().map(PathBuf::from);
    let chosen = SuiteOptions {
        project: None,
        suite: options.suite.clone().or(of_run),
    };
    let suite = suite::load_for_merge(&chosen, terminal).ok_or(ExitCode::Invalid)?;
    let waivers = options.waivers.clone();
    let waivers = waivers.or_else(|| shards.options().waivers.as_ref().map(PathBuf::from));
    let given = shards.target().given.as_deref();
    let waivers = waive::of_run(waivers.as_deref(), given, terminal)?;
    let waivers = waivers.map(|entries| Waivers {
        entries,
        today: waive::today(&options.today),
    });
    let mut report = shards.merge(&Arc::new(suite), waivers).map_err(refuse)?;
    if let Some(why) = shelf.no_file() {
        let message = format!("no temporary file can be made, so all cases are in memory: {why}");
        terminal.warn(&message);
    }
    if let Some(baseline) = &baseline {
        hold_against(&mut report, baseline, GateChoice::of(options.baseline.gate));
    }
    if let Err(error) = report.cases.check() {
        return Err(terminal.fail(ExitCode::Defect, &error.to_string(), &[]));
    }
    // Secrets were removed when the shards were run, and are unknown here.
    let redactor = Redactor::default();
    let written = Written::write(&wanted, &report, &redactor, None, terminal);
    let exit = match written.show(&report, options.quiet, terminal) {
        ExitCode::Conforms => report.exit,
        defect => defect,
    };
    for shard in &report.incomplete_shards {
        print(format!("to run what is missing: {}", commands.of(shard)));
    }
    Ok(exit)
}

/// A file to merge.
struct Found {
    path: PathBuf,
    /// It was named, and not found in a directory.
    is_named: bool,
}

/// The files, in the order of their paths within each directory.
fn files(given: &[PathBuf], terminal: &Terminal) -> Result<Vec<Found>, ExitCode> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(Found {
                path: path.clone(),
                is_named: true,
            });
            continue;
        }
        let found = report_files(path, &["json", "jsonl"]);
        if let Some(problem) = found.problems.first() {
            let message = format!("{} cannot be read: {problem}", path.display());
            return Err(terminal.refuse(&message, &[]));
        }
        let found = found.reports.into_iter();
        files.extend(found.map(|path| Found {
            path,
            is_named: false,
        }));
    }
    Ok(files)
}

/// Reads every shard. In a directory, what is no report of a run is ignored: then a shard is missing.
fn runs(files: &[Found], shelf: &Shelf, terminal: &Terminal) -> Result<Vec<ShardRun>, ExitCode> {
    let mut runs = Vec::new();
    let refuse = |message: String, help: Vec<String>| terminal.refuse(&message, &help);
    let ignore = |reason: String| {
        terminal.print_error(|out| writeln!(out, "ignored: {}", printable(&reason)));
    };
    for Found { path, is_named } in files {
        let name = path.display().to_string();
        let run = if is_event_stream(path) {
            match load_events(path) {
                Ok(stream) => {
                    if let Some(line) = stream.cut {
                        ignore(format!("{name}:{line}: the last line is incomplete"));
                    }
                    ShardRun::of_stream(name, stream, shelf)
                }
                Err(error @ LinesError::Empty { .. }) => {
                    ignore(error.to_string());
                    continue;
                }
                Err(error) => return Err(refuse(error.to_string(), Vec::new())),
            }
        } else if !is_named && path.extension().is_some_and(|it| it == "jsonl") {
            // A journal or a baseline.
            continue;
        } else {
            match load_report(path) {
                Ok(report) => ShardRun::of_report(name, report, shelf),
                Err(error) if *is_named => return Err(refuse(error.to_string(), Vec::new())),
                Err(error) => {
                    ignore(error.to_string());
                    continue;
                }
            }
        };
        let failed = |error: MergeError| terminal.fail(error.exit, &error.message, &error.details);
        runs.push(run.map_err(failed)?);
    }
    if runs.is_empty() {
        let help = "a shard writes its report with `probity run --shard K/N --report json=FILE`";
        return Err(refuse(
            "there is no report of a shard".into(),
            vec![help.into()],
        ));
    }
    Ok(runs)
}

/// The commands that run what is missing.
struct Commands {
    /// The command of every shard, up to `--shard`.
    beginning: String,
    /// The streams that can be resumed.
    streams: Vec<(crate::model::Shard, String)>,
    folder: PathBuf,
}

impl Commands {
    fn new(shards: &Shards, files: &[Found], given: &[PathBuf]) -> Commands {
        let options = shards.options();
        let mut words = vec!["probity run".to_owned()];
        let mut add = |option: &str, value: &str| words.push(format!("{option} {}", quoted(value)));
        if let Some(suite) = &options.suite {
            add("--suite", suite);
        }
        if let Some(target) = &shards.target().given {
            add("--target", target);
        }
        for pattern in shards.selection() {
            match pattern.strip_prefix('!') {
                Some(excluded) => add("--skip", excluded),
                None => add("--only", pattern),
            }
        }
        if let Some(waivers) = &options.waivers {
            add("--waivers", waivers);
        }
        if options.retries > 0 {
            add("--retries", &options.retries.to_string());
        }
        if let Some(seed) = options.seed {
            add("--seed", &seed.to_string());
        }
        if let Some(clock) = &options.clock {
            add("--clock", clock);
        }
        if let Some(durations) = &options.durations {
            add("--durations", durations);
        }
        for (is_given, option) in [
            (options.strict, "--strict"),
            (options.insecure, "--insecure"),
            (options.allow_missing_env, "--allow-missing-env"),
        ] {
            if is_given {
                words.push(option.to_owned());
            }
        }
        words.push(format!("--run-id {}", quoted(&shards.facts().run)));
        let streams = crate::model::Shard::all(shards.facts().shard.of()).filter_map(|shard| {
            let file = shards.file_of(shard)?;
            is_event_stream(Path::new(file)).then(|| (shard, file.to_owned()))
        });
        let folders = given.iter().filter(|path| path.is_dir()).cloned();
        let parents = files
            .iter()
            .filter_map(|file| file.path.parent().map(Path::to_owned));
        Commands {
            streams: streams.collect(),
            beginning: words.join(" "),
            folder: folders.chain(parents).next().unwrap_or_default(),
        }
    }

    fn of(&self, incomplete: &IncompleteShard) -> String {
        let shard = incomplete.shard;
        if let Some((_, file)) = self.streams.iter().find(|(known, _)| *known == shard) {
            return format!("probity run --resume {}", quoted(file));
        }
        let file = format!("shard-{}-of-{}.json", shard.number(), shard.of());
        let path = self.folder.join(file).display().to_string();
        let report = quoted(&format!("json={path}"));
        format!("{} --shard {shard} --report {report}", self.beginning)
    }
}

/// The text as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=,@%+".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
