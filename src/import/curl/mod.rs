//! Calls of command lines of curl, as people write them and as browsers copy them ("Copy as cURL (bash)").

mod call;
mod options;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

use crate::import::traffic::Traffic;
use crate::model::{Diagnostic, FileId, Sources, Span};
use call::CommandLine;
use words::Command;

/// Reads the commands of a file. Files that they send are read below `folder`.
pub(crate) fn read(
    sources: &Sources,
    file: FileId,
    name: &str,
    folder: Option<&Path>,
    traffic: &mut Traffic,
    found: &mut Vec<Diagnostic>,
) {
    let text = &sources.file(file).text;
    let commands = words::commands(file, text, found);
    let before = traffic.calls.len();
    let errors = found.len();
    for command in commands {
        let Some(words) = arguments(&command, found) else {
            continue;
        };
        let line = command
            .first()
            .map_or(1, |word| sources.place(word.span).line);
        let reader = CommandLine {
            place: format!("{name}:{line}"),
            folder,
            found,
        };
        traffic.calls.append(&mut reader.read(words));
    }
    if traffic.calls.len() == before && found.len() == errors {
        let message = format!("no curl command in {name}");
        found.push(
            Diagnostic::error("curl/none", sources.start(file), message)
                .help("write one command a line, for example `curl https://api.example/pets`"),
        );
    }
}

/// The beginning of a word that may be anything.
fn start(span: Span) -> Span {
    Span {
        end: span.start,
        ..span
    }
}

/// The words behind `curl`; `None` if it is another command.
fn arguments<'c>(command: &'c Command, found: &mut Vec<Diagnostic>) -> Option<&'c [words::Word]> {
    let is_before = |text: &str| {
        matches!(text, "$" | "%" | ">" | "sudo" | "time" | "env")
            || text.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
    };
    let at = command.iter().position(|word| !is_before(&word.text))?;
    let first = &command[at];
    let program = first.text.rsplit(['/', '\\']).next().unwrap_or_default();
    if program == "curl" || program.eq_ignore_ascii_case("curl.exe") {
        return Some(&command[at + 1..]);
    }
    found.push(
        Diagnostic::error("curl/command", start(first.span), "not a curl command")
            .as_warning()
            .help("it is left out"),
    );
    None
}
