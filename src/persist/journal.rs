//! The journal of a run: what its cases are about to create on the target, so that `probity sweep` can undo it
//! after a crash.
//!
//! A case that writes appends a line before its first request, whenever it has captured more, and when its
//! `finally` is done. The journal holds captured values, so only its owner may read it; a captured value that
//! contains a secret of the target is withheld.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::json::writer::write_line;
use crate::model::Target;
use crate::persist::lines;
use crate::persist::lines::LinesError;
use crate::redact::Redactor;
use crate::text::file::private;

/// The value of `format` in the first line.
const FORMAT: &str = "probity-journal/1";

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalHeader {
    /// The directory of the suite; `None` is the embedded one.
    pub suite: Option<String>,
    /// The name of the target.
    pub target: String,
    /// The value of `--target`.
    pub given: Option<String>,
    /// Base URLs by service.
    pub services: BTreeMap<String, String>,
}

impl JournalHeader {
    /// The header for a run of a suite against a target.
    pub fn new(suite: Option<String>, target: &Target, redactor: &Redactor) -> JournalHeader {
        let redact = |text: &str| redactor.redact(text).into_owned();
        let services = target.services.iter();
        JournalHeader {
            suite,
            target: redact(&target.name),
            given: target.given.as_deref().map(redact),
            services: services
                .map(|(name, url)| (name.clone(), redact(url)))
                .collect(),
        }
    }

    /// Checks that this is the target of the run: to undo things anywhere else would destroy what others made.
    ///
    /// # Errors
    ///
    /// The difference, in one line.
    pub fn check(&self, target: &Target) -> Result<(), String> {
        let name = &target.name;
        if *name != self.target {
            let journal = &self.target;
            return Err(format!(
                "the journal is of the target `{journal}`, not `{name}`"
            ));
        }
        if target.services != self.services {
            return Err(format!(
                "the services of `{name}` have other URLs than when the journal was written"
            ));
        }
        if !target.permits_write {
            return Err(format!("the target `{name}` does not permit `write`"));
        }
        Ok(())
    }
}

/// What can be done about what a case could not undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// A sweep can try again.
    Sweep,
    /// Something is there, and a value that `finally` needs was never captured: it must be undone by hand.
    ByHand,
    /// Such a value is missing, and perhaps there is nothing to undo.
    Unknown,
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Ids of the cases that have not undone what they did.
    open: BTreeMap<String, Outlook>,
}

impl Journal {
    /// Creates a journal that only its owner may read, and writes its header.
    ///
    /// # Errors
    ///
    /// When the file exists or cannot be written.
    pub fn create(path: &Path, header: &JournalHeader) -> io::Result<Journal> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut options = private();
        let mut file = options.create_new(true).append(true).open(path)?;
        let line = json!({
            "event": "journal",
            "format": FORMAT,
            "probity": env!("CARGO_PKG_VERSION"),
            "suite": header.suite,
            "target": header.target,
            "given": header.given,
            "services": header.services,
            "started": jiff::Timestamp::now().to_string(),
        });
        write_line(&line, &mut file)?;
        Ok(Journal::appending(file))
    }

    /// Opens an existing journal to append to it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn open(path: &Path) -> io::Result<Journal> {
        let file = OpenOptions::new().append(true).open(path)?;
        Ok(Journal::appending(file))
    }

    fn appending(file: File) -> Journal {
        let open = BTreeMap::new();
        Journal {
            state: Mutex::new(State { file, open }),
        }
    }

    /// The cases that have not undone what they did, and what can be done about it.
    pub fn open_cases(&self) -> BTreeMap<String, Outlook> {
        self.lock().open.clone()
    }

    /// Records that a case is about to send its first request, or has captured more.
    ///
    /// # Errors
    ///
    /// When the line cannot be written.
    pub fn started(
        &self,
        case: &str,
        captures: &BTreeMap<String, Value>,
        redactor: &Redactor,
    ) -> io::Result<()> {
        let is_secret =
            |value: &Value| matches!(redactor.redact(&value.to_string()), Cow::Owned(_));
        let (withheld, shown): (Vec<_>, Vec<_>) =
            captures.iter().partition(|(_, value)| is_secret(value));
        let shown: BTreeMap<_, _> = shown.into_iter().collect();
        let withheld: Vec<_> = withheld.into_iter().map(|(name, _)| name).collect();
        let mut state = self.lock();
        state.line(&json!({
            "event": "begun",
            "case": case,
            "captures": shown,
            "withheld": withheld,
        }))?;
        state.open.insert(case.to_owned(), Outlook::Sweep);
        Ok(())
    }

    /// Records that the `finally` of a case is done; `left` is what it could not undo, and what can be done about it.
    ///
    /// # Errors
    ///
    /// When the line cannot be written: the case then stays open.
    pub fn ended<T: Serialize>(&self, case: &str, left: &[T], outlook: Outlook) -> io::Result<()> {
        let mut state = self.lock();
        if !left.is_empty() {
            state.open.insert(case.to_owned(), outlook);
            let mut line = json!({ "event": "left-behind", "case": case, "things": left });
            if outlook != Outlook::Sweep {
                line["by_hand"] = true.into();
            }
            return state.line(&line);
        }
        state.line(&json!({ "event": "undone", "case": case }))?;
        state.open.remove(case);
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes a line with one call, so that a crash cuts off at most the last one.
    fn line(&mut self, value: &Value) -> io::Result<()> {
        write_line(value, &mut self.file)?;
        self.file.flush()
    }
}

/// A journal, read from its file.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalFile {
    /// The run that wrote it.
    pub header: JournalHeader,
    /// The cases that have not undone what they did, by id.
    pub open: BTreeMap<String, OpenCase>,
}

/// A case that has not undone what it did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenCase {
    /// What it had captured.
    pub captures: BTreeMap<String, Value>,
    /// Names of captures that were not written because they contain a secret.
    pub withheld: Vec<String>,
    /// Can no sweep undo it?
    pub by_hand: bool,
}

/// Reads a journal. The request after an incomplete last line was never sent.
///
/// # Errors
///
/// When the file cannot be read, is too large, or has an invalid line.
pub fn load_journal(path: &Path) -> Result<JournalFile, LinesError> {
    read_journal(&path.display().to_string(), &lines::read(path)?)
}

/// Finds the journals in a folder that have open cases, and how many.
pub fn unfinished_journals(folder: &Path) -> Vec<(PathBuf, JournalFile)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_journal = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("journal-") && path.extension().is_some_and(|it| it == "jsonl")
    };
    let journals = entries.map(|entry| entry.path()).filter(is_journal);
    journals
        .filter_map(|path| {
            let journal = load_journal(&path).ok()?;
            (!journal.open.is_empty()).then_some((path, journal))
        })
        .collect()
}

#[derive(Deserialize)]
struct Line {
    event: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    case: String,
    #[serde(default)]
    captures: BTreeMap<String, Value>,
    #[serde(default)]
    withheld: Vec<String>,
    #[serde(default)]
    by_hand: bool,
}

/// Reads the bytes of a journal.
///
/// # Errors
///
/// As [`load_journal`].
pub fn read_journal(file: &str, bytes: &[u8]) -> Result<JournalFile, LinesError> {
    let damaged = |line: usize, fault: String| LinesError::Damaged {
        file: file.to_owned(),
        line,
        fault,
    };
    let mut lines = lines::complete(bytes);
    let Some((_, first, _)) = lines.next() else {
        return Err(damaged(1, "the first line is missing or incomplete".into()));
    };
    let start: Line = parse(first).map_err(|fault| damaged(1, fault))?;
    if start.event != "journal" || start.format != FORMAT {
        let format = start.format.escape_debug();
        let fault = format!("expected a journal of the format `{FORMAT}`, found `{format}`");
        return Err(damaged(1, fault));
    }
    let header: JournalHeader = parse(first).map_err(|fault| damaged(1, fault))?;
    let mut open: BTreeMap<String, OpenCase> = BTreeMap::new();
    for (number, line, _) in lines {
        let line: Line = parse(line).map_err(|fault| damaged(number, fault))?;
        match line.event.as_str() {
            "begun" => {
                let case = OpenCase {
                    captures: line.captures,
                    withheld: line.withheld,
                    by_hand: false,
                };
                open.insert(line.case, case);
            }
            "undone" => {
                open.remove(&line.case);
            }
            "left-behind" => {
                if let Some(case) = open.get_mut(&line.case) {
                    case.by_hand = line.by_hand;
                }
            }
            other => {
                return Err(damaged(
                    number,
                    format!("unknown event `{}`", other.escape_debug()),
                ));
            }
        }
    }
    Ok(JournalFile { header, open })
}

fn parse<T: serde::de::DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    lines::parse(line, "a journal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEADER: &str = "{\"event\":\"journal\",\"format\":\"probity-journal/1\",\"target\":\"t\",\"services\":{}}\n";

    fn read(lines: &str) -> Result<JournalFile, String> {
        let text = format!("{HEADER}{lines}");
        read_journal("j", text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_case_that_is_not_undone_is_open_with_its_last_captures() {
        let lines = "{\"event\":\"begun\",\"case\":\"a\"}\n{\"event\":\"begun\",\"case\":\"b\"}\n\
                     {\"event\":\"begun\",\"case\":\"a\",\"captures\":{\"id\":7},\"withheld\":[\"t\"]}\n\
                     {\"event\":\"undone\",\"case\":\"b\"}\n{\"event\":\"left-behind\",\"case\":\"a\"}\n{\"event\":\"und";
        let journal = read(lines).unwrap();
        assert_eq!(journal.open.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(journal.open["a"].captures["id"], 7);
        assert_eq!(journal.open["a"].withheld, ["t"]);
    }

    #[test]
    fn a_damaged_line_is_reported_with_its_number() {
        assert!(
            read("{\"event\n{}\n")
                .unwrap_err()
                .starts_with("j:2: not a line of a journal")
        );
        let unknown = read("{\"event\":\"x\"}\n").unwrap_err();
        assert_eq!(unknown, "j:2: unknown event `x`");
        assert!(read_journal("j", b"").is_err());
        assert!(read_journal("j", b"{\"event\":\"header\"}\n").is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_cause_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_journal("j", &bytes);
            let _ = read_journal("j", &[HEADER.as_bytes(), &bytes].concat());
        }
    }
}
