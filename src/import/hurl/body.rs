//! Bodies in Hurl files: JSON, XML, texts in backticks, bytes, files.

use std::path::{Component, Path};

use crate::import::hurl::cursor::Cursor;
use crate::import::hurl::line::{is_request, is_response};
use crate::import::traffic::{Body, marked};
use crate::model::{ByteEncoding, Diagnostic};
use crate::text::file as limited;

/// The largest file that is read.
const FILE: u64 = 4 << 20;

/// What stands where a body may be.
pub(crate) enum Written {
    /// JSON, as text with places.
    Json(String),
    /// XML.
    Xml(String),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Written {
    /// The body of a request with this `Content-Type`.
    pub(crate) fn body(self, media_type: Option<&str>) -> Body {
        match self {
            Written::Json(text) => match marked::json(&text) {
                Some(value) => Body::Json(value),
                None => Body::Text(text),
            },
            Written::Xml(text) => Body::Text(text),
            Written::Text(text) => Body::of_text(&text, media_type),
            Written::Bytes(bytes) => Body::of_bytes(&bytes, media_type),
        }
    }
}

/// Does a body begin here?
pub(crate) fn begins(line: &str) -> bool {
    let is_section = line
        .strip_prefix('[')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()));
    let prefixes = ["```", "`", "{", "[", "<", "\"", "base64,", "hex,", "file,"];
    let is_scalar = serde_json::from_str::<serde_json::Value>(line.trim()).is_ok();
    !is_section && (prefixes.iter().any(|prefix| line.starts_with(prefix)) || is_scalar)
}

/// Reads a body. `None` if it cannot be read, which is reported.
pub(crate) fn read(cursor: &mut Cursor<'_>, folder: Option<&Path>) -> Option<Written> {
    let start = cursor.at;
    let rest = cursor.rest();
    if rest.starts_with("```") {
        return multiline(cursor);
    }
    if rest.starts_with('`') {
        return Some(Written::Text(cursor.quoted('`')));
    }
    for encoding in [ByteEncoding::Base64, ByteEncoding::Hex] {
        if let Some(digits) = rest.strip_prefix(&format!("{},", encoding.name())) {
            let end = digits.find(';')?;
            cursor.at += encoding.name().len() + end + 2;
            return match encoding.decode(&digits[..end]) {
                Ok(bytes) => Some(Written::Bytes(bytes)),
                Err(_) => {
                    let span = cursor.span(start, start + encoding.name().len());
                    cursor.warn(
                        span,
                        "the bytes of the body cannot be read",
                        "the request is left out",
                    );
                    None
                }
            };
        }
    }
    if let Some(name) = rest.strip_prefix("file,") {
        let end = name.find([';', '\n']).unwrap_or(name.len());
        cursor.at += "file,".len() + end + 1;
        cursor.at = cursor.at.min(cursor.text.len());
        return file(cursor, start, name[..end].trim(), folder).map(Written::Bytes);
    }
    if rest.starts_with('<') {
        let end = match xml_end(rest) {
            Ok(end) => end,
            Err(open) => return not_closed(cursor, start, &open),
        };
        cursor.at += end;
        let text = cursor.templates(&rest[..end], start);
        return Some(Written::Xml(text));
    }
    let end = match json_end(rest) {
        Ok(end) => end,
        Err(open) => return not_closed(cursor, start, &open),
    };
    cursor.at += end;
    let text = cursor.templates(&rest[..end], start);
    Some(Written::Json(text))
}

/// The bytes of a file below the folder of the Hurl file.
pub(crate) fn file(
    cursor: &mut Cursor<'_>,
    start: usize,
    name: &str,
    folder: Option<&Path>,
) -> Option<Vec<u8>> {
    let path = Path::new(name);
    let is_below = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let folder = folder.filter(|_| is_below && !name.contains("{{") && !name.is_empty());
    let read = folder.and_then(|folder| limited::read(&folder.join(path), FILE).ok());
    if read.is_none() {
        let span = cursor.span(start, start + "file,".len().min(cursor.text.len() - start));
        cursor.warn(
            span,
            "the file cannot be read",
            "what uses it is left out: put the file (up to 4 MiB) beside the Hurl file, and name it by a relative path",
        );
    }
    read
}

/// A text between lines of three backticks; the first may name its language.
fn multiline(cursor: &mut Cursor<'_>) -> Option<Written> {
    let start = cursor.at;
    cursor.at += 3;
    let rest = cursor.rest();
    let Some(end) = rest.find("```") else {
        let span = cursor.span(start, start + 3);
        cursor.found.push(
            Diagnostic::error(
                "hurl/not-closed",
                span,
                "the text is not closed by three backticks",
            )
            .help("write three backticks behind it"),
        );
        cursor.at = cursor.text.len();
        return None;
    };
    let content = &rest[..end];
    let (language, text) = match content.split_once('\n') {
        Some((first, text)) => (first.trim(), text),
        None => ("", content),
    };
    let offset = start + 3 + content.len() - text.len();
    let mut words = language.split(',').map(str::trim);
    let language = words.next().unwrap_or_default();
    let is_raw = words.any(|word| word == "raw" || word == "novariable");
    let marked_text = if is_raw {
        marked::literal(text)
    } else {
        cursor.templates(text, offset)
    };
    cursor.at = start + 3 + end + 3;
    match language {
        "" | "raw" | "text" => Some(Written::Text(marked_text)),
        "json" => Some(Written::Json(marked_text)),
        "xml" => Some(Written::Xml(marked_text)),
        "graphql" => Some(graphql(&marked_text)),
        "base64" | "hex" => {
            let encoding = if language == "hex" {
                ByteEncoding::Hex
            } else {
                ByteEncoding::Base64
            };
            encoding.decode(text).ok().map(Written::Bytes)
        }
        _ => {
            let span = cursor.span(start, start + 3);
            cursor.warn(
                span,
                "the language of the text is not known",
                "it is imported as text",
            );
            Some(Written::Text(marked_text))
        }
    }
}

/// A query, and `variables {...}` behind it.
fn graphql(text: &str) -> Written {
    let (query, variables) = match text.rfind("\nvariables") {
        Some(at) => (
            &text[..at],
            marked::json(text[at + "\nvariables".len()..].trim()),
        ),
        None => (text, None),
    };
    let mut body = serde_json::json!({ "query": query.trim() });
    if let Some(variables) = variables {
        body["variables"] = variables;
    }
    Written::Json(body.to_string())
}

/// What of a body is open where it would have to end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    /// Where it begins.
    at: usize,
    /// What would close it.
    expected: &'static str,
    /// The beginning of the next entry or response, or the end of the file.
    end: usize,
}

/// Reports a body that never ends. What follows it is read again from the next entry or response on.
fn not_closed(cursor: &mut Cursor<'_>, start: usize, open: &Open) -> Option<Written> {
    let at = cursor.span(start + open.at, start + open.at + 1);
    let end = cursor.span(start + open.end, start + open.end);
    let expected = open.expected;
    cursor.found.push(
        Diagnostic::error("hurl/not-closed", at, "the body is not closed")
            .also(end, format!("expected {expected} before this"))
            .help(format!(
                "write {expected}; a text that is no JSON or XML goes between lines of three backticks"
            )),
    );
    cursor.is_broken = true;
    cursor.at = start + open.end;
    // Where the caller goes on with the next line, that is the line of the entry.
    cursor.at = cursor.text[..cursor.at].trim_end().len();
    None
}

/// Does an entry or a response begin here? No body goes on there.
fn is_end(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default().trim();
    is_request(line) || is_response(line)
}

/// Where a JSON value ends.
fn json_end(text: &str) -> Result<usize, Open> {
    let mut open: Vec<(usize, &'static str)> = Vec::new();
    let (mut is_text, mut is_escaped) = (false, false);
    let unclosed = |open: &[(usize, &'static str)], end: usize| {
        let (at, expected) = open.last().copied().unwrap_or((0, "a value"));
        Open { at, expected, end }
    };
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'\n' && !open.is_empty() && is_end(&text[at + 1..]) {
            return Err(unclosed(&open, at + 1));
        }
        if is_text {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    is_text = false;
                    open.pop();
                    if open.is_empty() {
                        return Ok(at + 1);
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => {
                is_text = true;
                open.push((at, "`\"`"));
            }
            b'{' => open.push((at, "`}`")),
            b'[' => open.push((at, "`]`")),
            b'}' | b']' => {
                open.pop();
                if open.is_empty() {
                    return Ok(at + 1);
                }
            }
            b'\n' if open.is_empty() => return Ok(at),
            _ => {}
        }
    }
    if open.is_empty() {
        Ok(text.len())
    } else {
        Err(unclosed(&open, text.len()))
    }
}

/// Where the root element ends.
fn xml_end(text: &str) -> Result<usize, Open> {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(open) = text[at..].find('<') {
        let start = at + open;
        let rest = &text[start..];
        let end_of = |end: &str| {
            rest.find(end)
                .map_or(text.len(), |found| start + found + end.len())
        };
        at = if rest.starts_with("<!--") {
            end_of("-->")
        } else if rest.starts_with("<![CDATA[") {
            end_of("]]>")
        } else if rest.starts_with("<?") {
            end_of("?>")
        } else {
            end_of(">")
        };
        if rest.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if !rest.starts_with("<!") && !rest.starts_with("<?") && !text[..at].ends_with("/>")
        {
            depth += 1;
        }
        let is_element = !rest.starts_with("<!") && !rest.starts_with("<?");
        if depth == 0 && is_element && text[..at].ends_with('>') {
            return Ok(at);
        }
    }
    let lines = text.match_indices('\n').map(|(end, _)| end + 1);
    let mut ends = lines.filter(|end| is_end(&text[*end..]));
    Err(Open {
        at: 0,
        expected: "the end of the root element",
        end: ends.next().unwrap_or(text.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_they_end() {
        for (text, expected) in [
            (
                "{\"a\": \"}\\\"\", \"b\": [{{x}}]}\nHTTP 200",
                "{\"a\": \"}\\\"\", \"b\": [{{x}}]}",
            ),
            ("\"a\"\n", "\"a\""),
            ("12\n", "12"),
        ] {
            assert_eq!(&text[..json_end(text).unwrap()], expected);
        }
        for text in [
            "<?xml version=\"1.0\"?><!-- <a> --><a><b/><![CDATA[</a>]]></a>\nHTTP 200",
            "<a/>\n",
        ] {
            assert_eq!(xml_end(text), Ok(text.find('\n').unwrap()));
        }
    }
}
