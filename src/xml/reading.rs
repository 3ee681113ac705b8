//! From bytes to text, and why a body is no document.

use std::borrow::Cow;

use uppsala::XmlError;

/// The deepest nesting of elements.
pub const DEPTH: u32 = 500;

/// Why a text is not a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {line}, column {column})")]
pub struct DocumentError {
    /// What is wrong, in one line.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// Is it refused for its size or its entities, and may be well-formed?
    pub is_refused: bool,
}

/// The text of a body. A document in another encoding is not read.
pub(super) fn decoded(body: &[u8]) -> Result<Cow<'_, str>, DocumentError> {
    let is_utf16 = body.starts_with(b"\xff\xfe") || body.starts_with(b"\xfe\xff");
    if is_utf16 {
        let pair: fn([u8; 2]) -> u16 = match body {
            [0xff, ..] => u16::from_le_bytes,
            _ => u16::from_be_bytes,
        };
        let units = body[2..].chunks(2).map(|unit| match unit {
            [first, second] => pair([*first, *second]),
            _ => 0xfffd,
        });
        let text: Result<String, _> = char::decode_utf16(units).collect();
        return text
            .map(Cow::Owned)
            .map_err(|_| undecodable("UTF-16", 0, body));
    }
    let text = match std::str::from_utf8(body) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let (valid, _) = body.split_at(error.valid_up_to());
            if let Some(encoding) = declared_encoding(&String::from_utf8_lossy(valid)) {
                return Err(other_encoding(&encoding));
            }
            return Err(undecodable("UTF-8", error.valid_up_to(), body));
        }
    };
    match declared_encoding(text) {
        Some(encoding) if !text.is_ascii() => Err(other_encoding(&encoding)),
        _ => Ok(Cow::Borrowed(text)),
    }
}

fn undecodable(encoding: &str, at: usize, body: &[u8]) -> DocumentError {
    let valid = String::from_utf8_lossy(&body[..at]);
    let (line, column) = place_in(&line_starts(&valid), &valid, valid.len());
    DocumentError {
        message: format!("not {encoding} text"),
        line,
        column,
        is_refused: false,
    }
}

fn other_encoding(encoding: &str) -> DocumentError {
    let encoding = encoding.escape_debug();
    DocumentError {
        message: format!("the encoding `{encoding}` is not read, only UTF-8 and UTF-16 are"),
        line: 1,
        column: 1,
        is_refused: true,
    }
}

/// The encoding that an XML declaration names, if it is another one than UTF-8.
fn declared_encoding(text: &str) -> Option<String> {
    let declaration = text.strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let (name, _) = value[1..].split_once(quote)?;
    let known = ["utf-8", "us-ascii", "ascii"];
    let is_known = known.iter().any(|known| name.eq_ignore_ascii_case(known));
    (!is_known).then(|| name.chars().take(40).collect())
}

pub(super) fn line_starts(text: &str) -> Vec<usize> {
    let feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
    std::iter::once(0)
        .chain(feeds.map(|(at, _)| at + 1))
        .collect()
}

/// The line and column of a byte offset.
pub(super) fn place_in(lines: &[usize], text: &str, at: usize) -> (usize, usize) {
    let line = lines.partition_point(|start| *start <= at).max(1);
    let start = lines.get(line - 1).copied().unwrap_or(0);
    let before = text.get(start..at.min(text.len())).unwrap_or_default();
    (line, before.chars().count() + 1)
}

/// An error of the parser. Its columns count bytes.
pub(super) fn refusal(error: &XmlError, text: &str) -> DocumentError {
    let (message, line, column) = match error {
        XmlError::WellFormedness(error) => (error.message.clone(), error.line, error.column),
        XmlError::Namespace(error) => (error.message.clone(), error.line, error.column),
        XmlError::Parse(error) => (error.message.clone(), error.line, error.column),
        XmlError::UnexpectedEof => ("unexpected end".to_owned(), 0, 0),
        other => (other.to_string(), 1, 1),
    };
    let lines = line_starts(text);
    // Without a position it is found at the end.
    let at = match line.checked_sub(1).and_then(|line| lines.get(line)) {
        Some(start) => start + column.saturating_sub(1),
        None => text.len(),
    };
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (line, column) = place_in(&lines, text, at);
    let is_entity = message.contains("forbid_entities");
    let is_deep = message.contains("maximum depth");
    let message = if is_entity {
        "it declares entities, which are never expanded".to_owned()
    } else if is_deep {
        format!("elements are nested more than {DEPTH} deep")
    } else {
        let mut characters = message.chars();
        let first = characters.next().map(|first| first.to_ascii_lowercase());
        let message: String = first.into_iter().chain(characters).take(200).collect();
        message.escape_debug().to_string()
    };
    DocumentError {
        message,
        line,
        column,
        is_refused: is_entity || is_deep,
    }
}
