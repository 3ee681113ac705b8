//! The parts of a `multipart` body.

use crate::load::encoded::encoded;
use crate::load::format::PartFormat;
use crate::load::names::CaseReader;
use crate::load::record::Record;
use crate::load::scalars::is_token;
use crate::model::{BodyPart, Diagnostic, PartContent};

/// The keys for the content of a part.
const CONTENTS: [&str; 5] = ["text", "json", "file", "base64", "hex"];

/// Reads the parts. Each has a name if it `is_form`: `multipart/form-data` (RFC 7578).
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    parts: &[PartFormat<'_>],
    is_form: bool,
) -> Vec<BodyPart> {
    let read = parts
        .iter()
        .filter_map(|part| self::part(reader, part, is_form));
    read.collect()
}

fn part(reader: &mut CaseReader<'_>, format: &PartFormat<'_>, is_form: bool) -> Option<BodyPart> {
    let node = format.node();
    if format.name.is_none() && is_form && !format.is_flawed() {
        let message = "a part of `multipart/form-data` without a name";
        reader.diagnostics.push(
            Diagnostic::error("case/part", node.beginning(), message)
                .help("add `name:` with the name of the field"),
        );
    }
    let written: Vec<&str> = CONTENTS
        .into_iter()
        .filter(|key| node.get(key).is_some())
        .collect();
    match written.as_slice() {
        [] if !format.is_flawed() => {
            reader.diagnostics.push(
                Diagnostic::error("case/part", node.beginning(), "a part without content")
                    .help("add `text`, `json`, `file`, `base64` or `hex`"),
            );
            return None;
        }
        [] | [_] => {}
        [first, second, ..] => {
            let at = |key: &str| node.locate(&format!("/{key}"));
            reader.diagnostics.push(
                Diagnostic::error("case/part", at(second), "a second content in one part")
                    .also(at(first), "first content")
                    .help("keep one of `text`, `json`, `file`, `base64` and `hex`"),
            );
        }
    }
    let mut template = |text: Option<crate::load::record::Text<'_>>| {
        text.map(|text| reader.template(text.value, text.span))
    };
    let name = template(format.name);
    let filename = template(format.filename);
    let media_type = template(format.media_type);
    let headers = headers(reader, format);
    let content = content(reader, format)?;
    Some(BodyPart {
        name,
        filename,
        media_type,
        headers,
        content,
        span: node.beginning(),
    })
}

fn content(reader: &mut CaseReader<'_>, format: &PartFormat<'_>) -> Option<PartContent> {
    if let Some(text) = format.text {
        return Some(PartContent::Text(reader.template(text.value, text.span)));
    }
    if let Some(json) = format.json {
        return Some(PartContent::Json(reader.draft(json)));
    }
    if let Some(name) = format.file {
        return reader.file(name).map(PartContent::File);
    }
    encoded(reader, format.base64, format.hex).map(PartContent::Bytes)
}

fn headers(
    reader: &mut CaseReader<'_>,
    format: &PartFormat<'_>,
) -> Vec<(String, crate::model::Template)> {
    let mut headers = Vec::new();
    for (key, value) in format.headers.iter().flat_map(|entries| &entries.0) {
        if !is_token(&key.text) {
            let message = format!("`{}` is not the name of a header", key.text.escape_debug());
            reader.diagnostics.push(
                Diagnostic::error("case/header-name", key.span, message)
                    .help("use letters, digits and `-`: `Content-ID`"),
            );
        } else if value.value.contains(['\r', '\n', '\0']) {
            let message = format!("line break or NUL in the value of `{}`", key.text);
            reader.diagnostics.push(
                Diagnostic::error("case/header-value", value.span, message)
                    .help("write the value on one line"),
            );
        } else {
            headers.push((key.text.clone(), reader.template(value.value, value.span)));
        }
    }
    headers
}
