//! Calls of Hurl files (<https://hurl.dev/docs/grammar.html>). What has no counterpart in a case is reported with its place.

mod body;
mod check;
mod cursor;
mod entry;
mod line;
mod option;
mod predicate;
mod query;
mod response;
mod selection;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::import::traffic::{Traffic, marked};
use crate::model::{Diagnostic, FileId, Sources};
use cursor::Cursor;

/// Reads a file. Files that it names are read below `folder`.
pub(crate) fn read(
    sources: &Sources,
    file: FileId,
    name: &str,
    folder: Option<&Path>,
    traffic: &mut Traffic,
    found: &mut Vec<Diagnostic>,
) {
    let text = &sources.file(file).text;
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut cursor = Cursor {
        file,
        text,
        at: start,
        found,
        is_broken: false,
    };
    let sequences = traffic.calls.iter().filter_map(|call| call.sequence).max();
    let sequence = sequences.map_or(0, |last| last + 1);
    let stem = name
        .rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned();
    let mut calls = Vec::new();
    let mut entries = 0;
    loop {
        let comment = cursor.blanks().map(str::to_owned);
        if cursor.rest().is_empty() {
            break;
        }
        if !line::is_request(cursor.line()) {
            let span = cursor.span(cursor.at, cursor.at);
            cursor.warn(
                span,
                "expected a request: a method and a URL",
                "the line is left out",
            );
            cursor.next_line();
            continue;
        }
        entries += 1;
        let line = sources.place(cursor.span(cursor.at, cursor.at)).line;
        let entry = entry::read(&mut cursor, folder);
        traffic.variables.extend(entry.variables);
        if entry.skipped {
            *traffic
                .left_out
                .entry("entries with the option `skip`".into())
                .or_default() += 1;
        }
        if let Some(mut call) = entry.call {
            call.place = format!("{name}:{line}");
            call.name = comment
                .map(|comment| marked::literal(&comment.chars().take(100).collect::<String>()));
            call.folder = Some(stem.clone());
            call.sequence = Some(sequence);
            call.keeps_cookies = true;
            calls.push(call);
        }
    }
    // Hurl runs a file as one session. Where an entry changes something, or another one needs what it gave, the order
    // matters.
    let is_session = calls.iter().any(|call| {
        !call.captures.is_empty() || !["GET", "HEAD", "OPTIONS"].contains(&call.method.as_str())
    });
    for call in &mut calls {
        call.stays = is_session;
    }
    traffic.calls.append(&mut calls);
    if entries == 0 {
        let message = format!("no entry in {name}");
        cursor.found.push(
            Diagnostic::error("hurl/none", sources.start(file), message).help(
                "a Hurl file begins with a request, for example `GET https://api.example/pets`",
            ),
        );
    }
}
