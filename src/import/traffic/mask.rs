//! Sources for diagnostics: only the lines that they show, and no secret in them.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Diagnostic, FileId, Secret, Sources};
use crate::redact::Redactor;

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
                .filter(|span| {
                    span.start >= range.start && span.start < range.end.max(range.start + 1)
                })
                .map(|span| {
                    span.start - range.start..span.end.clamp(span.start, range.end) - range.start
                })
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

/// Words at the beginning of an assert of Hurl, and those that say what it compares. They are of the language of Hurl: no
/// secret is in them.
const QUERIES: &[&str] = &[
    "status",
    "header",
    "cookie",
    "body",
    "jsonpath",
    "xpath",
    "regex",
    "duration",
    "sha256",
    "md5",
    "bytes",
    "variable",
    "url",
    "certificate",
    "ip",
    "version",
    "redirects",
    "rawbytes",
];
pub(crate) const PREDICATES: &[&str] = &[
    "==",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "startsWith",
    "endsWith",
    "contains",
    "matches",
    "isInteger",
    "isFloat",
    "isBoolean",
    "isString",
    "isCollection",
    "isDate",
    "isIsoDate",
    "exists",
    "isEmpty",
    "isNumber",
    "isIpv4",
    "isIpv6",
    "isUuid",
    "isList",
    "isObject",
];

/// The line with nothing but the spans, its first word, the names of options, what an assert of Hurl compares, white space and quotes.
fn masked_line(
    line: &str,
    spans: &[Range<usize>],
    secrets: &[&str],
    redactor: &Redactor,
) -> String {
    let mut hidden: Vec<bool> = line
        .bytes()
        .map(|byte| !b" \t\r\n'\"`".contains(&byte))
        .collect();
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_assert = QUERIES.contains(&first);
    let mut start = 0;
    for (at, word) in line.split_inclusive([' ', '\t']).enumerate() {
        let text = word.trim();
        let is_word = |text: &str| {
            text.len() <= 24
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let is_option = text
            .strip_prefix('-')
            .is_some_and(|name| name.len() > 1 || word.len() == 3);
        let is_compared = is_assert && (text == "not" || PREDICATES.contains(&text));
        if is_word(text) && (at == 0 || is_option) || is_compared {
            hidden[start..start + word.len()].fill(false);
        }
        start += word.len();
    }
    for span in spans {
        hidden[span.clone()].fill(false);
        hide_texts(line, span, &mut hidden);
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

/// Hides texts in quotes inside a span: literals of a script.
fn hide_texts(line: &str, span: &Range<usize>, hidden: &mut [bool]) {
    let bytes = line.as_bytes();
    let is_quoted = bytes.get(span.start) == Some(&b'"');
    let inside = if is_quoted {
        span.start + 1..span.end.saturating_sub(1)
    } else {
        span.clone()
    };
    let mut open = None;
    for at in inside {
        let byte = bytes[at];
        match open {
            None if b"'\"`".contains(&byte) => open = Some(byte),
            Some(quote) if quote == byte => open = None,
            Some(_) if byte != b'\\' => hidden[at] = true,
            _ => {}
        }
    }
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
            Some("curl --bogus -d ******** '********' -u ******")
        );
        assert_eq!(masked.place(span).column, sources.place(span).column);
        assert!(!file.text.contains("Bearer"));

        let assert = "jsonpath \"$.note\" not isEmpty hunter44\n";
        let mut sources = Sources::default();
        let file = sources.add("a.hurl", assert);
        let span = Span {
            file,
            start: 0,
            end: 8,
        };
        let found = [Diagnostic::error("a/b", span, "unknown")];
        let masked = super::masked(&sources, &found, &[]);
        let text = &masked.files().next().unwrap().text;
        assert_eq!(&**text, "jsonpath \"******\" not isEmpty ********\n");

        let script = "  \"pm.set(\\\"token\\\", 'hunter33');\",\n";
        let mut sources = Sources::default();
        let file = sources.add("a.json", script);
        let span = Span {
            file,
            start: 2,
            end: 33,
        };
        let found = [Diagnostic::error("a/b", span, "unknown")];
        let masked = super::masked(&sources, &found, &[]);
        let text = &masked.files().next().unwrap().text;
        assert!(
            !text.contains("hunter33") && text.contains("pm.set("),
            "{text}"
        );
    }
}
