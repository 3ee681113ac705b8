//! Sources for diagnostics: only the lines that they show, and no secret in them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Diagnostic, FileId, Secret, Sources};
use crate::redact::Redactor;

/// Words behind which a line may have a secret.
const WORDS: &[&str] = &[
    "authorization", "cookie", "token", "password", "passwd", "pwd", "secret", "apikey", "api-key", "api_key", "-u ",
    "--user", "-b ", "bearer", "basic", "session", "signature", "credential", "://", "key", "auth", "jwt", "value",
];

/// So long a word of letters and digits may be a secret.
const LONG: usize = 20;

/// The same sources, each file with the lines that diagnostics show and nothing else. Positions stay.
pub(crate) fn masked(sources: &Sources, found: &[Diagnostic], secrets: &[&str]) -> Sources {
    let mut cited: BTreeMap<FileId, Vec<Range<usize>>> = BTreeMap::new();
    for diagnostic in found {
        let also = diagnostic.also.iter().map(|(span, _)| *span);
        for span in diagnostic.span.into_iter().chain(also) {
            let range = span.start as usize..span.end as usize;
            cited.entry(span.file).or_default().push(range);
        }
    }
    let known: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
    let redactor = Redactor::new(&known);
    let mut masked = Sources::default();
    for file in sources.files() {
        let spans = cited
            .iter()
            .find(|(id, _)| std::ptr::eq(sources.file(**id), file))
            .map(|(_, spans)| spans.as_slice())
            .unwrap_or_default();
        let mut text = String::with_capacity(file.text.len());
        let mut start = 0;
        for line in file.text.split_inclusive('\n') {
            let range = start..start + line.len();
            let inside: Vec<Range<usize>> = spans
                .iter()
                .filter(|span| span.start >= range.start && span.start < range.end.max(range.start + 1))
                .map(|span| span.start - range.start..span.end.clamp(span.start, range.end) - range.start)
                .collect();
            if inside.is_empty() {
                // As many bytes as before, so that later positions stay.
                let is_ended = line.ends_with('\n');
                text.extend(std::iter::repeat_n(' ', line.len() - usize::from(is_ended)));
                text.push_str(if is_ended { "\n" } else { "" });
            } else {
                text.push_str(&masked_line(line, &inside, secrets, &redactor));
            }
            start = range.end;
        }
        masked.add(file.name.clone(), text);
    }
    masked
}

fn masked_line(line: &str, spans: &[Range<usize>], secrets: &[&str], redactor: &Redactor) -> String {
    let mut hidden = vec![false; line.len()];
    // ASCII letters only: the offsets are those of the line.
    let lower = line.to_ascii_lowercase();
    for word in WORDS {
        if let Some(at) = lower.find(word) {
            hidden[at + word.len()..].fill(true);
        }
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-.~%".contains(&byte);
    let mut start = 0;
    for part in line.split_inclusive(|c: char| !u8::try_from(c).is_ok_and(is_word)) {
        if part.len() >= LONG {
            hidden[start..start + part.len()].fill(true);
        }
        start += part.len();
    }
    for span in spans {
        hidden[span.clone()].fill(false);
    }
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        for (at, found) in line.match_indices(secret) {
            hidden[at..at + found.len()].fill(true);
        }
    }
    let shown = |hidden: &[bool]| -> String {
        line.char_indices()
            .map(|(at, character)| {
                if !hidden[at] || character == '\n' || character == '\r' {
                    return character;
                }
                match character.len_utf8() {
                    1 => '*',
                    2 => '\u{b7}',
                    3 => '\u{2026}',
                    _ => '\u{1f7d0}',
                }
            })
            .collect()
    };
    let text = shown(&hidden);
    if !redactor.finds(&text) {
        return text;
    }
    hidden.fill(true);
    shown(&hidden)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Span;

    #[test]
    fn a_line_is_shown_without_its_secrets() {
        let mut sources = Sources::default();
        let text = "curl -H 'Authorization: Bearer abc' \u{fc}x\ncurl --bogus -d hunter22 'http://a' -u ada:pw\n";
        let file = sources.add("calls.sh", text);
        let at = text.find("--bogus").unwrap();
        let span = Span {
            file,
            start: u32::try_from(at).unwrap(),
            end: u32::try_from(at + 7).unwrap(),
        };
        let found = [Diagnostic::error("a/b", span, "unknown option")];
        let masked = masked(&sources, &found, &["hunter22"]);
        let file = masked.files().next().unwrap();
        assert_eq!(file.text.len(), text.len());
        assert_eq!(
            file.text.lines().nth(1),
            Some("curl --bogus -d ******** 'http://*****************")
        );
        assert_eq!(masked.place(span).column, sources.place(span).column);
        assert!(!file.text.contains("Bearer"));
    }
}
