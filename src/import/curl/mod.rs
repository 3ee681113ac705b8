//! Calls of command lines of curl, as people write them and as browsers copy them ("Copy as cURL (bash)").

mod call;
mod options;
mod parts;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

use crate::import::traffic::Traffic;
use crate::model::{Diagnostic, FileId, Sources, Span};
use call::CommandLine;
use words::{Command, Word};

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
    // Is the command before an imported one, or in the pipe behind one?
    let (mut is_behind_curl, mut is_said) = (false, false);
    for Command { words, is_piped } in &commands {
        let Some((first, arguments)) = program(words) else {
            continue;
        };
        if !is_curl(first) {
            is_behind_curl &= is_piped;
            if !is_behind_curl {
                let message = "not a curl command";
                found.push(warning("curl/command", first, message).help("it is left out"));
            } else if !is_said {
                let message = "what the answer is piped into is not imported";
                let help = "the request of the `curl` before it is";
                found.push(warning("curl/pipe", first, message).help(help));
                is_said = true;
            }
            continue;
        }
        let line = words
            .first()
            .map_or(1, |word| sources.place(word.span).line);
        let reader = CommandLine {
            place: format!("{name}:{line}"),
            folder,
            found,
        };
        let mut calls = reader.read(arguments);
        (is_behind_curl, is_said) = (!calls.is_empty(), false);
        traffic.calls.append(&mut calls);
    }
    if traffic.calls.len() == before && found.len() == errors {
        let message = format!("no curl command in {name}");
        found.push(
            Diagnostic::error("curl/none", sources.start(file), message)
                .help("write one command a line, for example `curl https://api.example/pets`"),
        );
    }
}

/// A warning at the beginning of a word that may be anything.
fn warning(code: &'static str, word: &Word, message: &str) -> Diagnostic {
    let start = Span {
        end: word.span.start,
        ..word.span
    };
    Diagnostic::error(code, start, message).as_warning()
}

/// The program of a command, and the words behind it.
fn program(command: &[Word]) -> Option<(&Word, &[Word])> {
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
    command[at..].split_first()
}

fn is_curl(word: &Word) -> bool {
    let program = word.text.rsplit(['/', '\\']).next().unwrap_or_default();
    program == "curl" || program.eq_ignore_ascii_case("curl.exe")
}
