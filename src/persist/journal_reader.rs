//! A journal is read again: which cases were cut off before they had undone what they did.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::persist::report_file::REPORT_LIMIT;
use crate::text::file as limited;
use crate::text::file::ReadError;

/// The format that is read.
const FORMAT: &str = "probity-journal/1";

/// What a run left.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalFile {
    /// How it began.
    pub header: JournalHeader,
    /// The cases that have not undone what they did, by id.
    pub open: BTreeMap<String, OpenCase>,
}

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct JournalHeader {
    /// The suite's directory; none is the embedded one.
    pub suite: Option<String>,
    /// The name of the target.
    pub target: String,
    /// What was typed to choose it.
    pub given: Option<String>,
    /// Base URLs by service.
    pub services: BTreeMap<String, String>,
}

/// A case that was cut off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenCase {
    /// What it had captured.
    pub captures: BTreeMap<String, Value>,
    /// Captures that a secret kept out of the journal.
    pub withheld: Vec<String>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be read.
    #[error("the journal {file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("the journal {file} has {octets} octets; at most {REPORT_LIMIT} are read")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        octets: u64,
    },
    /// A line is not what a run writes.
    #[error("{file}:{line}: {fault}")]
    Damaged {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        fault: String,
    },
}

/// Reads a journal. A last line without its end was being written at the crash: its request was never sent.
///
/// # Errors
///
/// When the file cannot be read, is too large, or holds a line that no run writes.
pub fn load_journal(path: &Path) -> Result<JournalFile, JournalError> {
    let file = path.display().to_string();
    match limited::read(path, REPORT_LIMIT) {
        Ok(octets) => read_journal(&file, &octets),
        Err(ReadError::Io(source)) => Err(JournalError::Unreadable { file, source }),
        Err(ReadError::TooLarge(octets)) => Err(JournalError::TooLarge { file, octets }),
    }
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
}

/// Reads the octets of a journal.
///
/// # Errors
///
/// As [`load_journal`].
pub fn read_journal(file: &str, octets: &[u8]) -> Result<JournalFile, JournalError> {
    let damaged = |line: usize, fault: String| JournalError::Damaged {
        file: file.to_owned(),
        line,
        fault,
    };
    let mut lines: Vec<&[u8]> = octets.split(|octet| *octet == b'\n').collect();
    // Behind the last line end stands nothing, or what was cut off.
    lines.pop();
    let mut lines = (1..).zip(lines);
    let Some((_, first)) = lines.next() else {
        return Err(damaged(1, "the first line is missing or cut off".into()));
    };
    let begins: Line = parse(first).map_err(|fault| damaged(1, fault))?;
    if begins.event != "journal" || begins.format != FORMAT {
        let format = begins.format.escape_debug();
        let fault = format!("no journal of the format `{FORMAT}`, but `{format}`");
        return Err(damaged(1, fault));
    }
    let header: JournalHeader = parse(first).map_err(|fault| damaged(1, fault))?;
    let mut open: BTreeMap<String, OpenCase> = BTreeMap::new();
    for (number, octets) in lines {
        let line: Line = parse(octets).map_err(|fault| damaged(number, fault))?;
        match line.event.as_str() {
            "begun" => {
                let case = OpenCase {
                    captures: line.captures,
                    withheld: line.withheld,
                };
                open.insert(line.case, case);
            }
            "undone" => {
                open.remove(&line.case);
            }
            "left-behind" => {}
            other => {
                let fault = format!("`{}` is nothing that a journal says", other.escape_debug());
                return Err(damaged(number, fault));
            }
        }
    }
    Ok(JournalFile { header, open })
}

fn parse<T: DeserializeOwned>(line: &[u8]) -> Result<T, String> {
    serde_json::from_slice(line).map_err(|error| format!("not a line of a journal: {error}"))
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
    fn what_was_begun_and_not_undone_is_open_with_its_last_captures() {
        let lines = "{\"event\":\"begun\",\"case\":\"a\"}\n{\"event\":\"begun\",\"case\":\"b\"}\n\
                     {\"event\":\"begun\",\"case\":\"a\",\"captures\":{\"id\":7},\"withheld\":[\"t\"]}\n\
                     {\"event\":\"undone\",\"case\":\"b\"}\n{\"event\":\"left-behind\",\"case\":\"a\"}\n{\"event\":\"und";
        let journal = read(lines).unwrap();
        assert_eq!(journal.open.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(journal.open["a"].captures["id"], 7);
        assert_eq!(journal.open["a"].withheld, ["t"]);
    }

    #[test]
    fn a_damaged_line_is_named() {
        assert!(
            read("{\"event\n{}\n")
                .unwrap_err()
                .starts_with("j:2: not a line of a journal")
        );
        let unknown = read("{\"event\":\"x\"}\n").unwrap_err();
        assert_eq!(unknown, "j:2: `x` is nothing that a journal says");
        assert!(read_journal("j", b"").is_err());
        assert!(read_journal("j", b"{\"event\":\"header\"}\n").is_err());
    }

    proptest! {
        #[test]
        fn no_octets_make_it_panic(octets in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_journal("j", &octets);
            let _ = read_journal("j", &[HEADER.as_bytes(), &octets].concat());
        }
    }
}
