//! Where the value behind a name ends, in whatever format.

use std::ops::Range;

/// The value of a credential in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Its name.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) range: Range<usize>,
}

/// The end of what follows `Bearer` or another scheme.
pub(super) fn scheme(text: &[u8], at: usize) -> Option<usize> {
    let schemes = [
        "bearer ",
        "basic ",
        "digest ",
        "negotiate ",
        "apikey ",
        "token ",
    ];
    let rest = &text[at..];
    let length = schemes.iter().find_map(|scheme| {
        let start = rest.get(..scheme.len())?;
        start
            .eq_ignore_ascii_case(scheme.as_bytes())
            .then_some(scheme.len())
    })?;
    let start = at + length;
    let is_digest = rest[..1].eq_ignore_ascii_case(b"d");
    let is_end =
        |byte: &u8| b"\"'`<>\\\r\n\t&;".contains(byte) || !is_digest && b" ,)}]".contains(byte);
    let long = text[start..]
        .iter()
        .take_while(|byte| !is_end(byte))
        .count();
    let has_digit = text[start..start + long]
        .iter()
        .any(|byte| !byte.is_ascii_lowercase());
    has_digit.then_some(start + long)
}

/// How long one of these is here.
pub(super) fn one_of(text: &[u8], at: usize, all: &[&str]) -> Option<usize> {
    let rest = text.get(at..)?;
    let found = all.iter().find(|one| {
        rest.get(..one.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(one.as_bytes()))
    });
    found.map(|one| one.len())
}

pub(super) fn skipped(text: &[u8], mut at: usize, all: &[&str]) -> usize {
    for _ in 0..40 {
        let Some(length) = one_of(text, at, all) else {
            break;
        };
        at += length;
    }
    at
}

pub(super) const CLOSERS: &[&str] = &[
    "]", "\"", "'", "`", "\\", "%5D", "%22", "%27", "%5C", "&quot;", "%255D", "%2522", "%2527",
];
pub(super) const SPACES: &[&str] = &[" ", "\t", "\r", "\n", "%20", "\\n", "%2520"];
pub(super) const SEPARATORS: &[&str] = &[
    "==", "=>", ":=", "=", ":", "%3D", "%3A", "%253D", "%253A", "%25253D",
];
pub(super) const QUOTES: &[&str] = &[
    "&quot;", "%22", "%2522", "\\\\\\\"", "\\\"", "\\'", "\"\"\"", "\"", "'", "`",
];

/// The value after a name.
pub(super) fn value_after(text: &[u8], name: &Range<usize>) -> Option<Range<usize>> {
    let closed = skipped(text, name.end, CLOSERS);
    let at = skipped(text, closed, SPACES);
    let separator = one_of(text, at, SEPARATORS)?;
    let is_colon = text[at..at + separator].ends_with(b":");
    let start = skipped(text, at + separator, SPACES);
    let first = *text.get(start)?;
    // A variable of GraphQL and its type, and a place that something else fills in.
    let is_type = name.start > 0
        && text[name.start - 1] == b'$'
        && is_colon
        && one_of(
            text,
            start,
            &["String", "ID", "Int", "Float", "Boolean", "[String", "[ID"],
        )
        .is_some();
    if is_type || is_colon && first == b'$' {
        return None;
    }
    if let Some(length) = one_of(text, start, QUOTES) {
        let quote = &text[start..start + length];
        return Some(start + length..end_of_quoted(text, start + length, quote));
    }
    if b"{[".contains(&first) {
        return Some(start..end_of_brackets(text, start));
    }
    let before = text[..name.start]
        .iter()
        .rev()
        .find(|byte| !b" \t".contains(byte));
    let is_line =
        is_colon && closed == name.end && before.is_none_or(|byte| b"\r\n\"'`".contains(byte));
    let end = if is_line {
        start
            + text[start..]
                .iter()
                .take_while(|byte| !b"\r\n\"'`".contains(byte))
                .count()
    } else {
        let scheme_end = scheme(text, start).unwrap_or(start);
        scheme_end.max(end_of_plain(text, start))
    };
    let value = text[start..end].trim_ascii_end();
    let is_constant = [b"true".as_slice(), b"false", b"null"].contains(&value);
    (!is_constant).then_some(start..start + value.len())
}

fn end_of_plain(text: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < text.len()
        && !text[end].is_ascii_whitespace()
        && !b"&;,\"'`<>)}]\\|#".contains(&text[end])
    {
        if one_of(text, end, &["%26", "%2526", "%22", "%23"]).is_some() {
            break;
        }
        end += 1;
    }
    end
}

fn end_of_quoted(text: &[u8], start: usize, quote: &[u8]) -> usize {
    let is_plain = quote.len() == 1;
    let mut at = start;
    while at < text.len() {
        if is_plain && text[at] == b'\\' {
            at += 2;
            continue;
        }
        if text[at..]
            .get(..quote.len())
            .is_some_and(|end| end.eq_ignore_ascii_case(quote))
        {
            return at;
        }
        at += 1;
    }
    text.len()
}

fn end_of_brackets(text: &[u8], start: usize) -> usize {
    let (mut depth, mut is_text) = (0_usize, false);
    let mut at = start;
    while at < text.len() {
        match text[at] {
            b'\\' if is_text => at += 1,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => depth += 1,
            b'}' | b']' if !is_text => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}
