//! What a line of a Hurl file is.

use crate::import::hurl::cursor::Cursor;

/// Does a line begin an entry?
pub(crate) fn is_request(line: &str) -> bool {
    line.split_once([' ', '\t']).is_some_and(|(method, url)| {
        method.len() >= 2
            && method.bytes().all(|byte| byte.is_ascii_uppercase())
            && method != "HTTP"
            && !url.trim().is_empty()
            && !url.trim_start().starts_with(':')
    })
}

/// Does a line begin a response?
pub(crate) fn is_response(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    first == "HTTP" || first.starts_with("HTTP/")
}

pub(crate) fn section(line: &str) -> Option<&str> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let name = line.strip_prefix('[')?.strip_suffix(']')?;
    name.bytes()
        .all(|byte| byte.is_ascii_alphabetic())
        .then_some(name)
        .filter(|name| !name.is_empty())
}

pub(crate) fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

/// Is the next line `key: value` of a section?
pub(crate) fn is_pair(cursor: &mut Cursor<'_>) -> bool {
    cursor.blanks();
    let line = cursor.line();
    let has_key = line.starts_with('"') || line.contains(':');
    !line.is_empty()
        && has_key
        && section(line).is_none()
        && !is_response(line)
        && !is_request(line)
        && !line.starts_with(['{', '<', '`'])
}

/// Is the next line one of `[Asserts]` or `[Captures]`?
pub(crate) fn is_line_of_section(cursor: &mut Cursor<'_>) -> bool {
    cursor.blanks();
    let line = cursor.line();
    let is_body = line.starts_with(['{', '<', '`', '[']) && section(line).is_none();
    !line.is_empty()
        && section(line).is_none()
        && !is_response(line)
        && !is_request(line)
        && !is_body
}
