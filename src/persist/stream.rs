//! Writes the event streams of a run while it is in progress, so that a killed run can be rendered and resumed.
//!
//! What became a secret after a line was written is taken out of it when the run ends.
//!
//! Besides the requested streams there may be a spare one, which is deleted when all reports are written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs::{File, TryLockError};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::json::writer::write_line;
use crate::model::{CaseReport, Report};
use crate::persist::event_reader::EventStream;
use crate::persist::event_writer as events;
use crate::persist::event_writer::Header;
use crate::redact::{Redactor, blanked};
use crate::text::file::private;

/// The event streams of a run.
#[derive(Debug)]
pub struct StreamWriter {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    outs: Vec<Out>,
    /// Ids of the cases that were written.
    written: HashSet<String>,
    /// Ids of the cases that the plan skips.
    skipped: HashSet<String>,
}

/// One stream, and the first error in writing it.
#[derive(Debug)]
struct Out {
    path: String,
    /// `None` is standard output.
    file: Option<File>,
    problem: Option<io::Error>,
    /// It was not requested.
    is_spare: bool,
}

/// The start of the streams of a run.
#[derive(Debug)]
pub struct StreamStart<'b> {
    /// Paths of the requested streams; `-` is standard output.
    pub requested: Vec<&'b str>,
    /// The path of the spare stream, which is written if no requested stream is a file.
    pub spare: Option<&'b Path>,
    /// The stream of the run that is resumed.
    pub resumed: Option<(&'b Path, &'b EventStream)>,
    /// Ids of the cases that the plan skips.
    pub skipped: HashSet<String>,
    /// The first lines.
    pub header: Header<'b>,
}

impl StreamWriter {
    /// Writes nothing.
    pub fn none() -> StreamWriter {
        StreamWriter {
            state: Mutex::default(),
        }
    }

    /// Starts each stream.
    ///
    /// # Errors
    ///
    /// When a file cannot be created: path and reason.
    pub fn start(
        start: StreamStart<'_>,
        redactor: &Redactor,
    ) -> Result<StreamWriter, (String, io::Error)> {
        let mut state = State {
            skipped: start.skipped,
            ..State::default()
        };
        let requested = start.requested;
        let resumed = start.resumed;
        let is_resumed = |path: &str| resumed.is_some_and(|(file, _)| file == Path::new(path));
        for path in &requested {
            if !is_resumed(path) {
                let out = Out::start(path, false).map_err(|error| ((*path).to_owned(), error))?;
                state.outs.push(out);
            }
        }
        let has_file = requested.iter().any(|path| *path != "-") || resumed.is_some();
        if let Some(path) = start.spare.filter(|_| !has_file) {
            let path = path.display().to_string();
            state
                .outs
                .push(Out::start(&path, true).unwrap_or_else(|error| Out {
                    path,
                    file: None,
                    problem: Some(error),
                    is_spare: true,
                }));
        }
        for out in &mut state.outs {
            out.write(|file| guarded(redactor, file, |line| events::header(&start.header, line)));
        }
        if let Some((path, stream)) = resumed {
            for case in &stream.done {
                state.case(case, redactor);
            }
            let name = path.display().to_string();
            let is_spare = !requested.contains(&name.as_str());
            let out = Out::resume(&name, stream.kept, is_spare).map_err(|error| (name, error))?;
            state.outs.push(out);
        }
        Ok(StreamWriter {
            state: Mutex::new(state),
        })
    }

    /// Writes the line of a case.
    pub fn case(&self, case: &CaseReport, redactor: &Redactor) {
        let mut state = self.state();
        if !state.outs.is_empty() {
            state.case(case, redactor);
        }
    }

    /// Writes the remaining cases (skipped and not run) and the footer.
    pub fn end(&self, report: &Report, redactor: &Redactor) {
        let mut state = self.state();
        if state.outs.is_empty() {
            return;
        }
        let missing = |state: &State, case: &CaseReport| !state.written.contains(&case.id);
        for case in &report.cases {
            if missing(&state, &case) && state.skipped.contains(&case.id) {
                state.case(&case, redactor);
            }
        }
        for case in &report.cases {
            if !missing(&state, &case) {
                continue;
            }
            for out in &mut state.outs {
                out.write(|file| guarded(redactor, file, |line| events::undone(&case, line)));
            }
        }
        for out in &mut state.outs {
            if redactor.has_news() {
                out.redact_again(redactor);
            }
            out.write(|file| guarded(redactor, file, |line| events::footer(report, line)));
        }
    }

    /// The result of writing a requested stream.
    ///
    /// # Errors
    ///
    /// When a line of it could not be written.
    pub fn outcome(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        let out = state.outs.iter_mut().find(|out| out.path == path);
        let Some(out) = out else {
            return Err(io::Error::other("the stream was never started"));
        };
        out.problem.take().map_or(Ok(()), Err)
    }

    /// The stream from which the run can be resumed or rendered: its path, and the error if it is incomplete.
    pub fn kept(&self) -> Option<(String, Option<String>)> {
        let state = self.state();
        let out = state.outs.iter().find(|out| out.path != "-")?;
        let problem = out.problem.as_ref().map(ToString::to_string);
        Some((out.path.clone(), problem))
    }

    /// Deletes the spare stream.
    pub fn drop_spare(&self) {
        for out in self.state().outs.iter().filter(|out| out.is_spare) {
            // A file that stays does no harm.
            let _ = std::fs::remove_file(&out.path);
        }
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
        self.written.insert(case.id.clone());
    }
}

impl Out {
    fn start(path: &str, is_spare: bool) -> io::Result<Out> {
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

    /// Opens the file of an interrupted run, and cuts off everything after `kept` bytes.
    fn resume(path: &str, kept: u64, is_spare: bool) -> io::Result<Out> {
        Ok(Out {
            path: path.to_owned(),
            file: Some(open(Path::new(path), kept)?),
            problem: None,
            is_spare,
        })
    }

    /// Takes out of the lines of cases what became a secret after they were written. What went to standard output stays.
    fn redact_again(&mut self, redactor: &Redactor) {
        if self.problem.is_some() {
            return;
        }
        if let Some(file) = self.file.as_mut().filter(|file| is_file(file)) {
            self.problem = redact_lines(file, redactor).err();
        }
    }

    /// Writes, unless an earlier write failed: the file must stay a prefix of the stream without gaps.
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

/// Opens a stream, keeps its first `kept` bytes, and locks it until this process ends.
fn open(path: &Path, kept: u64) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = private();
    let mut file = options
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)?;
    // Some file systems have no locks.
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        return Err(io::Error::other("another run is writing to it"));
    }
    if file.metadata()?.is_file() {
        file.set_len(kept)?;
        file.seek(SeekFrom::End(0))?;
    }
    Ok(file)
}

fn is_file(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Writes the lines of cases again that have a secret by now. Other lines have words of the suite.
fn redact_lines(file: &mut File, redactor: &Redactor) -> io::Result<()> {
    let mut changed: HashMap<usize, Value> = HashMap::new();
    file.seek(SeekFrom::Start(0))?;
    for (number, line) in BufReader::new(&*file).lines().enumerate() {
        let line = line?;
        let is_of_case = [r#"{"event":"case""#, r#"{"event":"undone""#]
            .iter()
            .any(|beginning| line.starts_with(beginning));
        if is_of_case && let Some(line) = redactor.json_again(&line)? {
            changed.insert(number, line);
        }
    }
    if !changed.is_empty() {
        file.seek(SeekFrom::Start(0))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let mut rest = Vec::new();
        for (number, line) in text.split_inclusive('\n').enumerate() {
            match changed.get(&number) {
                Some(line) => write_line(line, &mut rest)?,
                None => rest.extend_from_slice(line.as_bytes()),
            }
        }
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&rest)?;
    }
    file.seek(SeekFrom::End(0)).map(|_| ())
}

/// Writes a line unless it contains a secret.
fn guarded(
    redactor: &Redactor,
    out: &mut dyn Write,
    line: impl Fn(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    line(&mut bytes)?;
    let own = || {
        let mut own = Vec::new();
        let _ = blanked(|| line(&mut own));
        String::from_utf8_lossy(&own).into_owned()
    };
    // A check of the whole is faster than one that looks for the first bad byte.
    let text = std::str::from_utf8(&bytes);
    let text = text.map_or_else(|_| String::from_utf8_lossy(&bytes), Cow::Borrowed);
    if redactor.finds_besides(&text, own) {
        return Err(io::Error::other(
            "a line would have contained a secret; it and the following lines were not written",
        ));
    }
    out.write_all(&bytes)?;
    out.flush()
}
