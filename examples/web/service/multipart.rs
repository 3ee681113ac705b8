//! `multipart/form-data` (RFC 7578), as far as browsers and this service need it.

use std::sync::LazyLock;

use regex::Regex;

/// One part of a form.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) filename: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) content: Vec<u8>,
}

/// A parameter of a field: `boundary` of `multipart/form-data; boundary=x`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    static PARAMETER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#";\s*([\w-]+)=(?:"([^"]*)"|([^";\s]*))"#).ok());
    let mut found = PARAMETER.as_ref()?.captures_iter(value);
    let found = found.find(|found| found[1].eq_ignore_ascii_case(wanted))?;
    let value = found.get(2).or_else(|| found.get(3))?;
    Some(value.as_str().to_owned())
}

fn position(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

/// The parts of a body; nothing if it is no such form.
pub(super) fn parts(content_type: &str, body: &[u8]) -> Option<Vec<Part>> {
    if !content_type.starts_with("multipart/form-data") {
        return None;
    }
    let delimiter = format!("\r\n--{}", parameter(content_type, "boundary")?).into_bytes();
    let body = [b"\r\n", body].concat();
    let mut rest = &body[position(&body, &delimiter)? + delimiter.len()..];
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let content = rest.strip_prefix(b"\r\n")?;
        let end = position(content, &delimiter)?;
        parts.push(part(&content[..end])?);
        rest = &content[end + delimiter.len()..];
    }
    Some(parts)
}

fn part(bytes: &[u8]) -> Option<Part> {
    let end = position(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let field = |wanted: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(':'));
        let field = fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        field.map(|(_, value)| value.trim().to_owned())
    };
    let disposition = field("Content-Disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?,
        filename: parameter(&disposition, "filename"),
        kind: field("Content-Type"),
        content: bytes[end + 4..].to_vec(),
    })
}
