//! The event stream: lines that are written while the run goes on, so that a killed run leaves what it did.
//!
//! It is the one report that is not written whole: a reader knows by the footer that it is complete. Where nobody asks
//! for one, a spare stream is kept beside the first report until all reports are written.

use std::collections::HashSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::{CaseReport, Report};
use crate::persist::EventStream;
use crate::persist::event_writer as events;
use crate::persist::event_writer::Header;
use crate::redact::Redactor;

use crate::cli::reports::Wanted;

/// Every event stream of a run.
#[derive(Debug)]
pub(crate) struct Stream {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    outs: Vec<Out>,
    /// Ids of the cases that were written.
    done: HashSet<String>,
    /// Ids of the cases that the plan skips.
    skipped: HashSet<String>,
}

/// One stream, and what went wrong with it.
#[derive(Debug)]
struct Out {
    path: String,
    /// `None` is standard output.
    file: Option<File>,
    problem: Option<io::Error>,
    /// Nobody asked for it.
    is_spare: bool,
}

/// What the streams of a run begin with.
#[derive(Debug)]
pub(crate) struct Beginning<'b> {
    /// What was asked for.
    pub(crate) wanted: &'b [Wanted],
    /// Where the run is kept if nobody asks for a stream.
    pub(crate) spare: Option<&'b Path>,
    /// The stream that is gone on with.
    pub(crate) resumed: Option<(&'b Path, &'b EventStream)>,
    /// Ids of the cases that the plan skips.
    pub(crate) skipped: HashSet<String>,
    /// The first lines.
    pub(crate) header: Header<'b>,
}

impl Stream {
    /// Begins each stream that is wanted.
    ///
    /// # Errors
    ///
    /// When a file cannot be made: path and reason. Nothing has been sent then.
    pub(crate) fn begin(
        beginning: Beginning<'_>,
        redactor: &Redactor,
    ) -> Result<Stream, (String, io::Error)> {
        let mut state = State {
            skipped: beginning.skipped,
            ..State::default()
        };
        let wanted = beginning.wanted.iter();
        let asked: Vec<&str> = wanted
            .filter(|one| one.format.is_streamed)
            .map(|one| one.path.as_str())
            .collect();
        let resumed = beginning.resumed;
        let is_resumed = |path: &str| resumed.is_some_and(|(file, _)| file == Path::new(path));
        for path in &asked {
            if !is_resumed(path) {
                let out = Out::begin(path, false).map_err(|error| ((*path).to_owned(), error))?;
                state.outs.push(out);
            }
        }
        let is_kept = asked.iter().any(|path| *path != "-") || resumed.is_some();
        if let Some(path) = beginning.spare.filter(|_| !is_kept) {
            let path = path.display().to_string();
            state
                .outs
                .push(Out::begin(&path, true).unwrap_or_else(|error| Out {
                    path,
                    file: None,
                    problem: Some(error),
                    is_spare: true,
                }));
        }
        for out in &mut state.outs {
            out.write(|file| {
                guarded(redactor, file, |line| {
                    events::header(&beginning.header, line)
                })
            });
        }
        if let Some((path, stream)) = resumed {
            for case in &stream.done {
                state.case(case, redactor);
            }
            let name = path.display().to_string();
            let is_spare = !asked.contains(&name.as_str());
            let out = Out::go_on(&name, stream.kept, is_spare).map_err(|error| (name, error))?;
            state.outs.push(out);
        }
        Ok(Stream {
            state: Mutex::new(state),
        })
    }

    /// Writes the line of a case.
    pub(crate) fn case(&self, case: &CaseReport, redactor: &Redactor) {
        let mut state = self.state();
        if !state.outs.is_empty() {
            state.case(case, redactor);
        }
    }

    /// Writes what is missing, the skipped cases among it, and the footer, into every stream.
    pub(crate) fn end(&self, report: &Report, redactor: &Redactor) {
        let mut state = self.state();
        let missing = |state: &State, case: &CaseReport| !state.done.contains(&case.id);
        for case in &report.cases {
            if missing(&state, case) && state.skipped.contains(&case.id) {
                state.case(case, redactor);
            }
        }
        for case in report
            .cases
            .iter()
            .filter(|case| missing(&state, case))
            .collect::<Vec<_>>()
        {
            for out in &mut state.outs {
                out.write(|file| guarded(redactor, file, |line| events::undone(case, line)));
            }
        }
        for out in &mut state.outs {
            out.write(|file| guarded(redactor, file, |line| events::footer(report, line)));
        }
    }

    /// What became of a stream that was asked for.
    ///
    /// # Errors
    ///
    /// When a line of it could not be written.
    pub(crate) fn outcome(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        let out = state.outs.iter_mut().find(|out| out.path == path);
        let Some(out) = out else {
            return Err(io::Error::other("the stream was never begun"));
        };
        out.problem.take().map_or(Ok(()), Err)
    }

    /// The stream by which the run can be gone on with, or told after all: its path, and why it is not whole.
    pub(crate) fn kept(&self) -> Option<(String, Option<String>)> {
        let state = self.state();
        let out = state.outs.iter().find(|out| out.path != "-")?;
        let problem = out.problem.as_ref().map(ToString::to_string);
        Some((out.path.clone(), problem))
    }

    /// Takes the spare stream away: every report is written.
    pub(crate) fn drop_spare(&self) {
        for out in self.state().outs.iter().filter(|out| out.is_spare) {
            // One that stays is litter, and nothing is wrong with the run.
            let _ = std::fs::remove_file(&out.path);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a run is kept until its reports are written: beside the first that is a file of its own.
pub(crate) fn spare(wanted: &[Wanted]) -> Option<PathBuf> {
    let mut files = wanted.iter().filter(|one| !one.is_standard_output());
    files
        .find(|one| {
            let is_place = |found: std::fs::Metadata| found.is_file() || found.is_dir();
            std::fs::metadata(&one.path).map_or(true, is_place)
        })
        .map(|one| Path::new(&one.path).with_extension("run.jsonl"))
}

impl State {
    fn case(&mut self, case: &CaseReport, redactor: &Redactor) {
        for out in &mut self.outs {
            out.write(|file| guarded(redactor, file, |line| events::case(case, line)));
        }
        self.done.insert(case.id.clone());
    }
}

impl Out {
    fn begin(path: &str, is_spare: bool) -> io::Result<Out> {
        let file = match path {
            "-" => None,
            _ => Some(open(Path::new(path), 0)?),
        };
        Ok(Out {
            path: path.to_owned(),
            file,
            problem: None,
            is_spare,
        })
    }

    /// The same file once more, without what stands behind its last whole line.
    fn go_on(path: &str, kept: u64, is_spare: bool) -> io::Result<Out> {
        Ok(Out {
            path: path.to_owned(),
            file: Some(open(Path::new(path), kept)?),
            problem: None,
            is_spare,
        })
    }

    /// Writes, unless something went wrong before: what is there stays a beginning without holes.
    fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.problem.is_some() {
            return;
        }
        let written = match &mut self.file {
            Some(file) => write(file),
            None => write(&mut io::stdout().lock()),
        };
        self.problem = written.err();
    }
}

/// Opens a stream, keeps so many octets of it, and holds it against other runs until this process ends.
fn open(path: &Path, kept: u64) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    // Where a file system knows no locks, two runs are the user's to tell apart.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(io::Error::other("another run is writing it"));
    }
    if file.metadata()?.is_file() {
        file.set_len(kept)?;
        file.seek(io::SeekFrom::End(0))?;
    }
    Ok(file)
}

/// Lets a line through that holds no secret.
fn guarded(
    redactor: &Redactor,
    out: &mut dyn Write,
    line: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut octets = Vec::new();
    line(&mut octets)?;
    if redactor.finds(&String::from_utf8_lossy(&octets)) {
        return Err(io::Error::other(
            "a line would have held a secret; it and what follows was not written",
        ));
    }
    out.write_all(&octets)?;
    out.flush()
}
