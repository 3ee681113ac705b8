//! Diagnostics for syntax errors.
//!
//! The parser reports where it stopped. A missing quote or bracket is earlier in the file, so this module looks for it.

use granit_parser::ErrorKind;

use crate::load::yaml::meant::{quoted, value_around};
use crate::load::yaml::{DEPTH_LIMIT, Reader};
use crate::model::{Diagnostic, Span};

/// The diagnostic for an error at a byte offset.
pub(super) fn diagnostic(kind: &ErrorKind, at: usize, reader: &Reader<'_>) -> Diagnostic {
    let at = floor(reader.text, at);
    let line = line_at(reader.text, at);
    match kind {
        _ if let Some(tab) = tab_in_indentation(reader.text, at) => {
            error(reader, tab, "tab in the indentation").help("indent with spaces")
        }
        ErrorKind::RecursionLimitExceeded => {
            let message = format!("collections are nested more than {DEPTH_LIMIT} deep");
            Diagnostic::error("yaml/depth", point(reader, at), message)
        }
        ErrorKind::UnexpectedCharacter { character } => unexpected(*character, at, reader),
        ErrorKind::UnknownQuotedScalarEscape | ErrorKind::InvalidQuotedScalarHexEscape => {
            escape(at, reader)
        }
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            unclosed_quote(at, reader)
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            error(reader, at, format!("unclosed `{open}`"))
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let diagnostic = error(reader, at, format!("`{close}` cannot close `{open}`"));
            opened(diagnostic, reader)
        }
        ErrorKind::MisplacedFlowCollectionEnd => error(reader, at, "unexpected closing bracket"),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            let diagnostic = error(reader, at, "unexpected `:`");
            let diagnostic = match meant(at, reader).filter(|value| is_one_value(value, reader)) {
                Some(value) => diagnostic.help(quote_this(value)),
                None => diagnostic,
            };
            diagnostic.help("quote a string that contains `: `; start a new line for another key")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => in_flow(at, "expected `,` or `]`", reader),
        ErrorKind::ExpectedFlowMappingSeparator => in_flow(at, "expected `,` or `}`", reader),
        ErrorKind::InvalidFlowScalarIndent | ErrorKind::InvalidIndentation => {
            match innermost_flow(reader) {
                Some(open) => not_closed(open, reader),
                None => indentation(at, reader),
            }
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            indentation(at, reader)
        }
        ErrorKind::DirectiveDisallowed => {
            let word = line.split_whitespace().next().unwrap_or("%");
            let message = format!("unsupported directive `{word}`");
            Diagnostic::error("yaml/directive", span(reader, at, at + word.len()), message)
                .help("remove the line")
        }
        other => {
            let diagnostic = error(reader, at, plain_words(&other.to_string()));
            match meant(at, reader) {
                Some(value) => diagnostic.help(quote_this(value)),
                None => diagnostic,
            }
        }
    }
}

/// The unquoted value around an offset, as its author meant it, if quotes change what it is.
fn meant<'t>(at: usize, reader: &Reader<'t>) -> Option<&'t str> {
    let is_bracket = |span: &&Span| reader.text[span.start as usize..].starts_with(['[', '{']);
    let outermost = reader.open.iter().find(is_bracket);
    let line = line_start(reader.text, at);
    let start = outermost.map_or(line, |span| line.min(span.start as usize));
    let value = &reader.text[value_around(reader.text, start, at)?];
    let is_cut_short = |c| matches!(c, '[' | ']' | '{' | '}' | ',' | ':');
    value.contains(is_cut_short).then_some(value)
}

/// In brackets, a comma may be missing before the second of several words: `{ status: 200 json: {} }`.
fn is_one_value(value: &str, reader: &Reader<'_>) -> bool {
    let end = value.as_ptr() as usize - reader.text.as_ptr() as usize + value.len();
    let behind = reader.text[end..].lines().next().unwrap_or("").trim_start();
    let Some((before, _)) = value.split_once(": ") else {
        return true;
    };
    behind.is_empty() || behind.starts_with('#') || !before.contains(' ')
}

fn quote_this(value: &str) -> String {
    format!("quote this value: {}", quoted(value))
}

/// A character that cannot start an unquoted string.
fn unexpected(character: char, at: usize, reader: &Reader<'_>) -> Diagnostic {
    if character.is_control() {
        let message = format!("control character {}", character.escape_unicode());
        return error(reader, at, message);
    }
    let message = format!("an unquoted string cannot start with {}", code(character));
    error(reader, at, message).help("quote the string")
}

/// `</^\d+$/>` in double quotes.
fn escape(at: usize, reader: &Reader<'_>) -> Diagnostic {
    let rest = &reader.text[at..];
    let mut offset = 0;
    while let Some(found) = rest[offset..].find('\\') {
        let backslash = offset + found;
        let escaped = rest[backslash + 1..].chars().next();
        if let Some(escaped) = escaped
            && !"0abtnvfre \"/\\N_LPxuU\n\r\t".contains(escaped)
        {
            let start = at + backslash;
            let end = start + 1 + escaped.len_utf8();
            let message = format!("unknown escape `\\{escaped}` in double quotes");
            return Diagnostic::error("yaml/syntax", span(reader, start, end), message)
                .help("use single quotes, where `\\` is literal, or write `\\\\`");
        }
        offset = backslash + 1 + escaped.map_or(1, char::len_utf8);
        if offset >= rest.len() {
            break;
        }
    }
    error(reader, at, "unknown escape").help("write `\\\\` for `\\`")
}

/// A missing closing quote. The parser stops lines after the opening one.
fn unclosed_quote(at: usize, reader: &Reader<'_>) -> Diagnostic {
    let before = &reader.text[..at];
    for line in before.lines().rev().take(50) {
        let start = line.as_ptr() as usize - before.as_ptr() as usize;
        for quote in ['"', '\''] {
            let is_open = line.matches(quote).count() % 2 == 1;
            if let Some(last) = line.rfind(quote).filter(|_| is_open) {
                return error(reader, start + last, format!("unclosed {}", code(quote)));
            }
        }
    }
    error(reader, at, "unclosed quote")
}

/// Something in `[...]` or `{...}` where an end or a comma is expected.
fn in_flow(at: usize, expected: &str, reader: &Reader<'_>) -> Diagnostic {
    let is_template = reader.text[at..].starts_with('{') && reader.text[..at].ends_with('$');
    if is_template || reader.text[at..].starts_with("${") {
        let start = if is_template { at - 1 } else { at };
        let end = reader.text[start..]
            .find('}')
            .map_or(at + 1, |end| start + end + 1);
        let hole = &reader.text[start..end];
        let message = format!("unquoted `{hole}` in brackets");
        return Diagnostic::error("yaml/syntax", span(reader, start, end), message).help(format!(
            "write {}",
            quoted(meant(start, reader).unwrap_or(hole))
        ));
    }
    let diagnostic = error(reader, at, expected);
    let value = meant(at, reader).filter(|value| is_one_value(value, reader));
    let diagnostic = match value {
        Some(value) => diagnostic.help(quote_this(value)),
        None => diagnostic,
    };
    opened(diagnostic, reader)
}

fn indentation(at: usize, reader: &Reader<'_>) -> Diagnostic {
    error(reader, at, "unexpected indentation")
        .help("align the keys of one object, and the `-` of one list, in one column")
}

fn not_closed(open: Span, reader: &Reader<'_>) -> Diagnostic {
    let bracket = reader.slice(open);
    Diagnostic::error("yaml/syntax", open, format!("unclosed `{bracket}`"))
}

/// Points to the bracket that is still open.
fn opened(diagnostic: Diagnostic, reader: &Reader<'_>) -> Diagnostic {
    match innermost_flow(reader) {
        Some(open) => diagnostic.also(open, "opened here"),
        None => diagnostic,
    }
}

/// The innermost `[` or `{` that is not closed.
fn innermost_flow(reader: &Reader<'_>) -> Option<Span> {
    let innermost = reader.open.last()?;
    let start = innermost.start as usize;
    let is_bracket = reader.text[start..].starts_with(['[', '{']);
    is_bracket.then(|| point(reader, start))
}

fn error(reader: &Reader<'_>, at: usize, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error("yaml/syntax", point(reader, at), message)
}

/// One character.
fn point(reader: &Reader<'_>, at: usize) -> Span {
    let length = reader.text[at..].chars().next().map_or(0, char::len_utf8);
    span(reader, at, at + length)
}

fn span(reader: &Reader<'_>, start: usize, end: usize) -> Span {
    reader.span(start..end)
}

/// A character in backticks that it does not break.
fn code(character: char) -> String {
    if character == '`' {
        "a backtick".to_owned()
    } else {
        format!("`{character}`")
    }
}

/// The first line of the parser's message, without a capital letter and a full stop.
fn plain_words(text: &str) -> String {
    let line = text.lines().next().unwrap_or("not YAML");
    let line = line.trim_end_matches('.');
    let mut characters = line.chars();
    let is_word = line.chars().nth(1).is_some_and(char::is_lowercase);
    match characters.next() {
        Some(first) if is_word => first.to_lowercase().chain(characters).collect(),
        _ => line.to_owned(),
    }
}

/// The first tab in the indentation of the line at an offset, or of the line after it: the parser stops at the end of an
/// unquoted string that a line with a tab would continue.
fn tab_in_indentation(text: &str, at: usize) -> Option<usize> {
    let this = line_start(text, at);
    let next = text[at..].find('\n').map(|end| at + end + 1);
    [Some(this), next].into_iter().flatten().find_map(|start| {
        let indentation = text[start..].split(|c| c != ' ' && c != '\t').next()?;
        Some(start + indentation.find('\t')?)
    })
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn line_at(text: &str, at: usize) -> &str {
    text[line_start(text, at)..].lines().next().unwrap_or("")
}

fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
