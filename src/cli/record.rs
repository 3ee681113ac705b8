//! The file of `--record`: written entry by entry during the run, and renamed to its path when it is complete.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::model::{RecordedExchange, RunFacts};
use crate::recording::writer::{HarFile, redacted_again};
use crate::redact::Redactor;
use crate::text::file::private;

/// A recording that is being written.
#[derive(Debug)]
pub(crate) struct RecordFile {
    path: PathBuf,
    /// Where it is written until it is complete.
    beside: PathBuf,
    redactor: Redactor,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    har: HarFile,
    out: BufWriter<File>,
    /// The first error; nothing is written after it.
    problem: Option<io::Error>,
}

impl RecordFile {
    /// Creates the file.
    ///
    /// # Errors
    ///
    /// When it cannot be created. Nothing has been sent then.
    pub(crate) fn begin(
        path: &Path,
        facts: Option<&RunFacts>,
        redactor: &Redactor,
    ) -> io::Result<RecordFile> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder)?;
        }
        let mut beside: OsString = path.as_os_str().to_owned();
        beside.push(format!(".{}.tmp", std::process::id()));
        let out = BufWriter::new(created(Path::new(&beside))?);
        let file = RecordFile {
            path: path.to_owned(),
            beside: beside.into(),
            redactor: redactor.clone(),
            state: Mutex::new(State {
                har: HarFile::default(),
                out,
                problem: None,
            }),
        };
        file.write(|har, out| har.begin(facts, out));
        Ok(file)
    }

    /// Writes one exchange.
    pub(crate) fn exchange(&self, recorded: &RecordedExchange) {
        self.write(|har, out| har.exchange(recorded, out));
    }

    /// Writes the end, and renames the file to its path.
    ///
    /// # Errors
    ///
    /// When anything could not be written, or would contain a secret. There is no file then.
    pub(crate) fn end(&self) -> io::Result<()> {
        self.write(|har, out| har.end(out));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = state.problem.take().map_or(Ok(()), Err);
        let ended = problem
            .and_then(|()| state.out.flush())
            .and_then(|()| self.redact_again())
            .and_then(|()| state.out.get_ref().sync_data())
            .and_then(|()| std::fs::rename(&self.beside, &self.path));
        if ended.is_err() {
            let _ = std::fs::remove_file(&self.beside);
        }
        ended
    }

    /// Takes out what became a secret after it was written.
    fn redact_again(&self) -> io::Result<()> {
        if !self.redactor.has_news() {
            return Ok(());
        }
        let mut other = self.beside.clone().into_os_string();
        other.push(".2");
        let create = || created(Path::new(&other));
        let written = match redacted_again(&self.beside, &self.redactor, create) {
            Ok(None) => return Ok(()),
            Ok(Some(file)) => file.sync_data(),
            Err(error) => Err(error),
        };
        let written = written.and_then(|()| std::fs::rename(&other, &self.beside));
        if written.is_err() {
            let _ = std::fs::remove_file(&other);
        }
        written
    }

    /// Writes a part, if it contains no secret.
    fn write(&self, write: impl FnOnce(&mut HarFile, &mut dyn Write) -> io::Result<()>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.problem.is_some() {
            return;
        }
        let mut bytes = Vec::new();
        let written = write(&mut state.har, &mut bytes).and_then(|()| {
            if self.redactor.finds(&String::from_utf8_lossy(&bytes))
                && !is_in_no_text(&self.redactor, &bytes)
            {
                return Err(io::Error::other(
                    "it would contain a secret; nothing was written",
                ));
            }
            state.out.write_all(&bytes)
        });
        state.problem = written.err();
    }
}

/// Creates a file that only its owner may read, in place of what a run that was killed has left.
fn created(path: &Path) -> io::Result<File> {
    let mut options = private();
    options.write(true).create(true).truncate(true).open(path)
}

/// Is the secret that was found in no text of an entry, but one of HAR's own words, or made by escaping?
fn is_in_no_text(redactor: &Redactor, written: &[u8]) -> bool {
    let entry = written.trim_ascii_start();
    let entry = entry.strip_prefix(b",").unwrap_or(entry);
    serde_json::from_slice(entry).is_ok_and(|entry| !redactor.finds_in(&entry))
}
