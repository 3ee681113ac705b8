//! Reads HAR 1.2 files: those of `probity run --record`, and those of browsers and proxies.
//!
//! A mistake in a file that Probity wrote is an error. In a file of another tool, an entry with a mistake is reported
//! and is no evidence. Every mistake is reported with its place in the file. Bounded: the size of the file, the number of
//! entries, the depth of nesting, the number of diagnostics.

mod body;
mod entry;
mod format;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::model::recording::RECORDING_FORMAT;
use crate::model::{
    Diagnostic, FileId, RecordedExchange, Recording, RunFacts, Severity, Sources, Span,
};
use crate::recording::reader::body::Pending;
use crate::recording::reader::format::{Envelope, LogFormat};
use crate::text::file as limited;
use crate::text::file::ReadError;

/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 512 << 20;
/// The most mistakes that are reported; the rest is counted.
const MOST_MISTAKES: usize = 20;

/// A recording, and the mistakes in its file.
#[derive(Debug)]
pub struct LoadedRecording {
    /// The recording; `None` when the file cannot be used.
    pub recording: Option<Recording>,
    /// Every mistake.
    pub diagnostics: Vec<Diagnostic>,
    /// The file, for diagnostics to point into.
    pub sources: Sources,
}

/// Reads a HAR file.
pub fn load_recording(path: &Path) -> LoadedRecording {
    let mut sources = Sources::default();
    let shown = path.display().to_string();
    let refuse = |sources, diagnostic: Diagnostic| LoadedRecording {
        recording: None,
        diagnostics: vec![diagnostic],
        sources,
    };
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(message) => {
            let message = format!("the recording {shown} {message}");
            let diagnostic = Diagnostic::error_without_place("har/unreadable", message)
                .help("`probity run --record FILE` writes one; browsers and proxies export them");
            return refuse(sources, diagnostic);
        }
    };
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.into_bytes()[..at]).into_owned();
            let file = sources.add(shown, text);
            let at = point(&sources, file, at);
            let diagnostic = Diagnostic::error("har/not-utf-8", at, "the file is not UTF-8")
                .label("the invalid byte follows here");
            return refuse(sources, diagnostic);
        }
    };
    let file = sources.add(shown, text);
    let (recording, diagnostics) = read_recording(&sources, file);
    LoadedRecording {
        recording,
        diagnostics,
        sources,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    limited::read(path, FILE_LIMIT).map_err(|why| match why {
        ReadError::Io(error) => format!("cannot be read: {error}"),
        ReadError::TooLarge(bytes) => format!("has {bytes} bytes; at most {FILE_LIMIT} are read"),
    })
}

/// Reads a recording from a file of `sources`.
pub fn read_recording(sources: &Sources, file: FileId) -> (Option<Recording>, Vec<Diagnostic>) {
    let text = &sources.file(file).text;
    // Exporters on Windows write a byte order mark; JSON has none (RFC 8259 section 8.1).
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        sources,
        file,
        text,
        is_ours: false,
        mistakes: Vec::new(),
        uncounted: 0,
    };
    let log: LogFormat<'_> = match serde_json::from_str(json) {
        Ok(Envelope { log }) => log,
        Err(error) => {
            let at = reader.offset(text.len() - json.len(), &error);
            let what = if error.is_data() {
                "the file is not HAR"
            } else {
                "the file is not JSON"
            };
            let diagnostic =
                Diagnostic::error("har/not-har", at, format!("{what}: {}", words(&error)))
                    .help("it must look like {\"log\": {\"entries\": [...]}} (HAR 1.2)");
            return (None, vec![diagnostic]);
        }
    };
    let facts = match reader.facts(log.facts) {
        Ok(facts) => facts,
        Err(diagnostic) => return (None, vec![*diagnostic]),
    };
    reader.is_ours = facts.is_some();
    let mut recording = Recording {
        facts,
        creator: log.creator.map_or_else(String::new, |creator| {
            format!("{} {}", creator.name, creator.version)
                .trim()
                .to_owned()
        }),
        exchanges: Vec::new(),
        unmatched: Vec::new(),
    };
    let mut pending = Pending::default();
    for (index, raw) in log.entries.0.iter().enumerate() {
        reader.entry(index, raw, &mut recording, &mut pending);
    }
    reader.settle(&mut recording.exchanges, &pending);
    let mistakes = reader.finish();
    let is_broken = mistakes
        .iter()
        .any(|mistake| mistake.severity == Severity::Error);
    ((!is_broken).then_some(recording), mistakes)
}

/// Reads one file, and collects the mistakes in it.
struct Reader<'a> {
    sources: &'a Sources,
    file: FileId,
    text: &'a str,
    /// Whether the file was written by `probity run --record`.
    is_ours: bool,
    mistakes: Vec<Diagnostic>,
    uncounted: usize,
}

impl<'a> Reader<'a> {
    fn facts(&self, raw: Option<&'a RawValue>) -> Result<Option<RunFacts>, Box<Diagnostic>> {
        let Some(raw) = raw else {
            return Ok(None);
        };
        let base = self.base(raw);
        let mistake = |error: &serde_json::Error| {
            let message = format!("`log._probity` cannot be read: {}", words(error));
            Box::new(Diagnostic::error(
                "har/facts",
                self.offset(base, error),
                message,
            ))
        };
        let format: format::Format =
            serde_json::from_str(raw.get()).map_err(|error| mistake(&error))?;
        if format.format != RECORDING_FORMAT {
            let message = format!(
                "expected a recording of the format `{RECORDING_FORMAT}`, found `{}`",
                format.format
            );
            let at = point(self.sources, self.file, base);
            return Err(Box::new(Diagnostic::error("har/format", at, message)));
        }
        let facts = serde_json::from_str(raw.get()).map_err(|error| mistake(&error))?;
        Ok(Some(facts))
    }

    fn entry(
        &mut self,
        index: usize,
        raw: &'a RawValue,
        recording: &mut Recording,
        pending: &mut Pending,
    ) {
        let place = format!("log.entries[{index}]");
        let read = serde_json::from_str(raw.get());
        let entry: format::EntryFormat = match read {
            Ok(entry) => entry,
            Err(error) => {
                let at = self.offset(self.base(raw), &error);
                self.mistake(at, &place, &words(&error));
                return;
            }
        };
        let read = if entry.facts.is_some() {
            entry::own(entry, &place)
        } else {
            entry::foreign(entry, &place)
        };
        match read {
            Ok(entry::Read::Exchange(recorded, reference)) => {
                pending.note(recording.exchanges.len(), reference, self.base(raw));
                recording.exchanges.push(*recorded);
            }
            Ok(entry::Read::Unmatched(unmatched)) => recording.unmatched.push(unmatched),
            Err(message) => {
                let at = point(self.sources, self.file, self.base(raw));
                self.mistake(at, &place, &message);
            }
        }
    }

    /// Resolves references to bodies in other entries.
    fn settle(&mut self, exchanges: &mut [RecordedExchange], pending: &Pending) {
        let mut by_digest: HashMap<&str, &Arc<[u8]>> = HashMap::new();
        for (digest, body) in &pending.bodies {
            by_digest.insert(digest, body);
        }
        for reference in &pending.references {
            let recorded = &mut exchanges[reference.exchange];
            match by_digest.get(reference.digest.as_str()) {
                Some(body) if reference.is_request => {
                    recorded.request_body = Some(Arc::clone(body));
                }
                Some(body) => recorded.response_body = Arc::clone(body),
                None => {
                    let place = recorded.place.clone();
                    let at = point(self.sources, self.file, reference.at);
                    let message = format!(
                        "no entry has its body with the _sha256 {}",
                        reference.digest
                    );
                    self.mistake(at, &place, &message);
                }
            }
        }
    }

    /// Reports a mistake in an entry: an error in a file of Probity, a warning in that of another tool.
    fn mistake(&mut self, at: Span, place: &str, message: &str) {
        if self.mistakes.len() >= MOST_MISTAKES {
            self.uncounted += 1;
            return;
        }
        let message = format!("`{place}`: {message}");
        let diagnostic = Diagnostic::error("har/entry", at, message);
        self.mistakes.push(if self.is_ours {
            diagnostic
        } else {
            diagnostic.as_warning().label("this entry is no evidence")
        });
    }

    fn finish(mut self) -> Vec<Diagnostic> {
        if self.uncounted > 0 {
            let message = format!("{} more entries have mistakes", self.uncounted);
            let diagnostic = Diagnostic::error_without_place("har/entry", message);
            self.mistakes.push(if self.is_ours {
                diagnostic
            } else {
                diagnostic.as_warning()
            });
        }
        self.mistakes
    }

    /// The start of a part of the file.
    fn base(&self, raw: &RawValue) -> usize {
        (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    /// The place of a mistake in a part of the file that starts at `base`.
    fn offset(&self, base: usize, error: &serde_json::Error) -> Span {
        let part = self.text.get(base..).unwrap_or_default();
        let lines = part.split_inclusive('\n');
        let before: usize = lines
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let at = base + before + error.column().saturating_sub(1);
        point(self.sources, self.file, at)
    }
}

/// A point in the file, not inside a character.
fn point(sources: &Sources, file: FileId, offset: usize) -> Span {
    let text = &sources.file(file).text;
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let at = u32::try_from(at).unwrap_or(u32::MAX);
    Span {
        file,
        start: at,
        end: at,
    }
}

/// The message of a serde error, without its place, and without the value, which may be a secret.
fn words(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = match words.rfind(" at line ") {
        Some(at) => &words[..at],
        None => &words,
    };
    let quoted = words.find(['`', '"']);
    let is_ours = words.starts_with("missing field") || words.starts_with("duplicate field");
    match (quoted, words.rfind(", expected ")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}{}", words[..start].trim_end(), &words[end..])
        }
        (Some(start), _) if error.is_data() && !is_ours => words[..start].trim_end().to_owned(),
        _ => words.to_owned(),
    }
}

#[cfg(test)]
mod tests;
