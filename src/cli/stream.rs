//! The event stream: lines that are written while the run goes on, so that a killed run leaves what it did.
//!
//! It is the one report that is not written whole: a reader knows by the footer that it is complete.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use probity::engine::Redactor;
use probity::model::{CaseReport, Report};
use probity::report::events::{self, Header};

use super::arguments::ReportFormat;
use super::reports::Wanted;

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
}

/// One stream, and what went wrong with it.
#[derive(Debug)]
struct Out {
    path: String,
    /// `None` is standard output.
    file: Option<File>,
    problem: Option<io::Error>,
}

impl Stream {
    /// Begins each stream that is wanted with the header.
    ///
    /// # Errors
    ///
    /// When a file cannot be made: path and reason. Nothing has been sent then.
    pub(crate) fn begin(
        wanted: &[Wanted],
        header: &Header<'_>,
    ) -> Result<Stream, (String, io::Error)> {
        let mut state = State::default();
        for one in wanted {
            if one.format != ReportFormat::Events {
                continue;
            }
            let mut out = Out::open(one).map_err(|error| (one.path.clone(), error))?;
            out.write(|file| events::header(header, file));
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

    /// Writes what is missing, the skipped cases among it, and the footer.
    ///
    /// # Errors
    ///
    /// When a line of this stream could not be written.
    pub(crate) fn end(&self, path: &str, report: &Report, redactor: &Redactor) -> io::Result<()> {
        let mut state = self.state();
        for case in &report.cases {
            if !state.done.contains(&case.id) {
                state.case(case, redactor);
            }
        }
        let out = state.outs.iter_mut().find(|out| out.path == path);
        let Some(out) = out else {
            return Err(io::Error::other("the stream was never begun"));
        };
        out.write(|file| guarded(redactor, file, |line| events::footer(report, line)));
        out.problem.take().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
    fn open(wanted: &Wanted) -> io::Result<Out> {
        let file = if wanted.is_standard_output() {
            None
        } else {
            let path = Path::new(&wanted.path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            Some(File::create(path)?)
        };
        Ok(Out {
            path: wanted.path.clone(),
            file,
            problem: None,
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
