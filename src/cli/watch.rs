//! `probity run --watch`: runs again when a file of the suite or the target changes.

mod failing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc;

use crate::load::suite_root;
use crate::model::ExitCode;

use crate::cli::arguments::RunOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::settings::failed;
use crate::cli::signals::Signals;
use crate::cli::{project, run, target};
use failing::Failing;

/// How often the files are looked at, at most.
const PAUSE: Duration = Duration::from_millis(15);

/// How long files stay as they are before they are read.
const SETTLED: Duration = Duration::from_millis(20);

/// The folders of a suite.
const FOLDERS: &[&str] = &["cases", "schemas", "targets", "files"];

/// Runs the cases, and again what a changed file touches, until Ctrl-C: of a case file its cases, of any other file
/// everything. What failed when it was last run comes first.
pub(crate) fn watch(options: &RunOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let mut options = options.clone();
    if let Some(path) = options.failed.take() {
        // Read once: the report of this run may take the place of the file.
        options
            .only
            .extend(failed(&path, options.strict, terminal)?);
    }
    // Signals are listened for all the time: one that comes between a run and the wait for changes is not lost.
    let waiting = target::runtime(terminal)?;
    let mut signals = waiting.block_on(async { Signals::listen(terminal) })?;
    let mut keys = None;
    let mut changed = Vec::new();
    let mut failing = Failing::default();
    let projects = Files {
        roots: project::candidates(&options.suite),
    };
    let mut files = Files::default();
    loop {
        // What changes from here on, also while the run goes on, is run again.
        let mut before = projects.look();
        let settled = settled(&options, terminal);
        match &settled {
            Ok(settled) => files = Files::of(settled),
            // There is nothing to watch yet.
            Err(exit) if files.roots.is_empty() => return Err(*exit),
            Err(_) => {}
        }
        before.append(&mut files.look());
        let watched = files.and(&projects);
        let narrow = is_narrow(&changed) && settled.is_ok();
        let narrow = narrow.then_some(changed.as_slice());
        let ended = settled.and_then(|options| {
            let options = narrowed(&options, narrow, &failing);
            run::ended(&options, terminal)
        });
        let (exit, has_run) = match ended {
            Ok(ended) => {
                let has_run = !ended.seen.is_empty();
                failing.note(narrow, ended.seen);
                (ended.exit, has_run)
            }
            Err(exit) => (exit, false),
        };
        if exit == ExitCode::Interrupted {
            return Ok(exit);
        }
        terminal.print_error(|out| {
            if let Some(files) = narrow.filter(|_| has_run) {
                writeln!(
                    out,
                    "\nonly the cases of what changed; no report was written"
                )?;
                failing.elsewhere(files, out)?;
            }
            let files = count(before.len(), "file");
            writeln!(
                out,
                "\nwatching {files}: Enter runs everything, Ctrl-C ends"
            )
        });
        let keys = keys.get_or_insert_with(lines_of_input);
        match waiting.block_on(next(&watched, &before, keys, &mut signals)) {
            Next::Changed(files) => changed = files,
            Next::Everything => changed = Vec::new(),
            Next::End => return Ok(ExitCode::Interrupted),
        }
        if !changed.is_empty() {
            terminal.print_error(|out| writeln!(out, "{}\n", named(&changed)));
        }
    }
}

/// The options with what the project file says now: its suite, and its target.
fn settled(options: &RunOptions, terminal: &Terminal) -> Result<RunOptions, ExitCode> {
    let mut settled = options.clone();
    project::complete_suite(&mut settled.suite, Some(&mut settled.target), terminal)?;
    if settled.suite.suite.is_none() {
        let help = "name the directory of a suite: `--suite DIR`".into();
        return Err(terminal.refuse("`--watch` has no files to watch", &[help]));
    }
    Ok(settled)
}

/// What happens next.
enum Next {
    /// These files changed.
    Changed(Vec<PathBuf>),
    Everything,
    End,
}

/// Waits for a change, for a line of input, or for a signal.
async fn next(
    files: &Files,
    before: &Stamps,
    keys: &mut mpsc::UnboundedReceiver<()>,
    signals: &mut Signals,
) -> Next {
    let mut has_input = true;
    loop {
        let started = Instant::now();
        let mut now = files.look();
        if !differences(before, &now).is_empty() {
            // An editor may be in the middle of writing.
            loop {
                tokio::time::sleep(SETTLED).await;
                let later = files.look();
                if later == now {
                    return Next::Changed(differences(before, &now));
                }
                now = later;
            }
        }
        // Looking at ten thousand files takes a while: it must not keep a core busy.
        let pause = PAUSE.max(started.elapsed() * 10);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            line = keys.recv(), if has_input => match line {
                Some(()) => return Next::Everything,
                None => has_input = false,
            },
            () = signals.asked_to_end() => return Next::End,
        }
    }
}

/// The options of the next run: of the cases of these files, or of everything.
fn narrowed(options: &RunOptions, files: Option<&[PathBuf]>, failing: &Failing) -> RunOptions {
    let mut narrowed = options.clone();
    narrowed.first = failing.ids();
    narrowed.is_one_of_several = true;
    if let Some(files) = files {
        // The reports of the last run of everything say more.
        narrowed.report.clear();
        narrowed.no_report = true;
        narrowed.of_files = Some(files.to_owned());
    }
    narrowed
}

/// Are only files of cases changed?
fn is_narrow(changed: &[PathBuf]) -> bool {
    !changed.is_empty() && changed.iter().all(|path| is_case_file(path))
}

/// A file of cases, which concerns no other file.
fn is_case_file(path: &Path) -> bool {
    let is_in_cases = path.components().any(|part| part.as_os_str() == "cases");
    let is_contract = path.file_stem().is_some_and(|stem| stem == "contract");
    is_in_cases && !is_contract && path.exists()
}

/// When each file was changed, and its length.
type Stamps = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// The files that a run reads.
#[derive(Default)]
struct Files {
    /// Folders, and single files.
    roots: Vec<PathBuf>,
}

impl Files {
    fn of(options: &RunOptions) -> Files {
        let suite = options.suite.suite.iter();
        let suite = suite.map(|path| suite_root(path));
        let folders = suite.flat_map(|root| FOLDERS.iter().map(|folder| root.join(folder)));
        let target = options.target.as_ref().map(PathBuf::from);
        let single = target.into_iter().chain(options.waivers.clone());
        Files {
            roots: folders.chain(single).collect(),
        }
    }

    fn and(&self, others: &Files) -> Files {
        Files {
            roots: [self.roots.as_slice(), &others.roots].concat(),
        }
    }

    fn look(&self) -> Stamps {
        let entries = self
            .roots
            .iter()
            .flat_map(|root| walkdir::WalkDir::new(root).into_iter().flatten());
        let files = entries.filter(|entry| entry.file_type().is_file());
        files
            .filter_map(|entry| {
                let facts = entry.metadata().ok()?;
                let path = entry.path();
                let path = path.strip_prefix(".").unwrap_or(path).to_owned();
                Some((path, (facts.modified().ok(), facts.len())))
            })
            .collect()
    }
}

/// The files that are new, gone or changed.
fn differences(before: &Stamps, after: &Stamps) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = after
        .iter()
        .filter(|(path, stamp)| before.get(*path) != Some(stamp))
        .map(|(path, _)| path.clone())
        .collect();
    let gone = before.keys().filter(|path| !after.contains_key(*path));
    paths.extend(gone.cloned());
    paths
}

/// `changed: a.yaml, b.yaml`, and `deleted: c.yaml`.
fn named(changed: &[PathBuf]) -> String {
    let (there, gone): (Vec<&PathBuf>, Vec<&PathBuf>) =
        changed.iter().partition(|path| path.exists());
    let line = |word: &str, paths: Vec<&PathBuf>| {
        let names = paths.iter().map(|path| path.display().to_string());
        let names: Vec<String> = names.collect();
        (!names.is_empty()).then(|| format!("{word}: {}", names.join(", ")))
    };
    let lines = [line("changed", there), line("deleted", gone)];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    lines.join("\n")
}

/// A message for each line of standard input, until it ends.
fn lines_of_input() -> mpsc::UnboundedReceiver<()> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while std::io::stdin()
            .read_line(&mut line)
            .is_ok_and(|bytes| bytes > 0)
        {
            if sender.send(()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_deleted_files_are_differences() {
        let stamps = |files: &[(&str, u64)]| -> Stamps {
            let stamp = |(name, length): &(&str, u64)| (PathBuf::from(name), (None, *length));
            files.iter().map(stamp).collect()
        };
        let before = stamps(&[("same", 1), ("longer", 1), ("gone", 1)]);
        let after = stamps(&[("same", 1), ("longer", 2), ("new", 1)]);
        let paths = differences(&before, &after);
        assert_eq!(paths, ["longer", "new", "gone"].map(PathBuf::from));
        assert!(differences(&before, &before).is_empty());
    }
}
