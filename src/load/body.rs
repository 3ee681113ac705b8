//! The body of a request: JSON, text, a form, several parts, a file, bytes, or none.

use crate::load::encoded::encoded;
use crate::load::format::RequestFormat;
use crate::load::headers::PlacedHeader;
use crate::load::names::{CaseReader, unescape};
use crate::load::node::{Kind, Node};
use crate::load::parameter::parameter;
use crate::load::parts;
use crate::load::record::{Read as _, Record, Text, reject, unknown_key};
use crate::model::{Body, Diagnostic, HeaderValue, Span};

/// The keys for a body.
const BODIES: [&str; 8] = [
    "json",
    "text",
    "form",
    "multipart",
    "file",
    "base64",
    "hex",
    "body",
];

/// The keys of an object under `body`.
const OTHER: &[&str] = &["file", "base64", "hex"];
/// What to write where `body` has the members of a JSON body.
const AS_JSON: &str = "if this is a JSON body, write `json:` instead of `body:`";

/// The body of the innermost layer that has one.
pub(crate) struct PlacedBody<'n> {
    /// The body.
    pub(crate) body: Body,
    /// Index of its layer; 0 when no layer has a body.
    pub(crate) layer: usize,
    /// Where it is written, if there is one.
    pub(crate) place: Option<BodyPlace<'n>>,
}

/// Where a body is written.
#[derive(Clone, Copy)]
pub(crate) enum BodyPlace<'n> {
    /// JSON, with a position for every value.
    Json(&'n Node),
    /// Text.
    Text(Span),
    /// A body that no JSON Schema describes, in words.
    Other(Span, &'static str),
}

impl BodyPlace<'_> {
    /// Where the value is that a JSON Pointer names.
    pub(crate) fn locate(self, pointer: &str) -> Span {
        match self {
            BodyPlace::Json(node) => node.locate(pointer),
            BodyPlace::Text(span) | BodyPlace::Other(span, _) => span,
        }
    }
}

/// Reads the body of the innermost layer that has one.
pub(crate) fn read<'n>(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'n>],
    headers: &[PlacedHeader],
) -> PlacedBody<'n> {
    for (index, layer) in layers.iter().enumerate().rev() {
        let placed = |body, place| PlacedBody {
            body,
            layer: index,
            place,
        };
        let is_there = |key: &&str| layer.node().get(key).is_some();
        let mut keys = BODIES.into_iter().filter(is_there);
        if let (Some(first), Some(second)) = (keys.next(), keys.next()) {
            let at = |key: &str| layer.node().locate(&format!("/{key}"));
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/several-bodies",
                    at(second),
                    "a second body in one request",
                )
                .also(at(first), "first body")
                .help(format!(
                    "keep `{first}` or `{second}`: a request has one body"
                )),
            );
        }
        if let Some(json) = layer.json {
            return placed(Body::Json(reader.draft(json)), Some(BodyPlace::Json(json)));
        }
        if let Some(text) = layer.text {
            let template = reader.template(text.value, text.span);
            return placed(Body::Text(template), Some(BodyPlace::Text(text.span)));
        }
        let at = |key: &str| layer.node().locate(&format!("/{key}"));
        let other = |body, key: &str, words| {
            let place = BodyPlace::Other(at(key), words);
            placed(body, Some(place))
        };
        if let Some(form) = &layer.form {
            let fields = form.0.iter();
            let fields = fields
                .map(|(key, value)| (unescape(&key.text).to_owned(), parameter(reader, value)));
            return other(Body::Form(fields.collect()), "form", "a form");
        }
        if let Some(parts) = &layer.multipart {
            if parts.is_empty() && !layer.is_flawed() {
                let empty = Diagnostic::error("case/part", at("multipart"), "no parts");
                reader
                    .diagnostics
                    .push(empty.help("add a part: `- { name: a, text: b }`"));
            }
            let parts = parts::read(reader, parts, is_form(headers));
            return other(Body::Multipart(parts), "multipart", "a body of parts");
        }
        if let Some(name) = layer.file {
            let body = reader
                .file(name)
                .map(Box::new)
                .map_or(Body::None, Body::File);
            return other(body, "file", "a file");
        }
        if let Some(bytes) = encoded(reader, layer.base64, layer.hex) {
            let key = bytes.encoding.name();
            return other(Body::Bytes(Box::new(bytes)), key, "bytes");
        }
        if let Some(node) = layer.body {
            if let Kind::Object(_) = &node.kind {
                let body = nested(reader, node);
                return other(body, "body", "bytes");
            }
            if node.as_text() != Some("<none>") {
                reject(node, reader.diagnostics, || {
                    bad_body(node, "a request", "<none>")
                });
            }
            return placed(Body::None, None);
        }
    }
    PlacedBody {
        body: Body::None,
        layer: 0,
        place: None,
    }
}

/// A file or bytes in an object under `body`.
fn nested(reader: &mut CaseReader<'_>, node: &Node) -> Body {
    let Kind::Object(entries) = &node.kind else {
        return Body::None;
    };
    let [(key, value)] = entries.as_slice() else {
        let message = format!("expected one key in `body`, found {}", entries.len());
        let is_known = |key: &str| OTHER.contains(&key) || BODIES.contains(&key);
        let help = if entries.iter().any(|(key, _)| is_known(&key.text)) {
            "write one of `file`, `base64` and `hex`"
        } else {
            AS_JSON
        };
        reader
            .diagnostics
            .push(Diagnostic::error("case/body", node.span, message).help(help));
        return Body::None;
    };
    if !OTHER.contains(&key.text.as_str()) {
        let unknown = unknown_key(key, "`body` of a request", OTHER);
        reader
            .diagnostics
            .push(if BODIES.contains(&key.text.as_str()) {
                unknown.help(format!(
                    "write `{}:` in the request, without `body`",
                    key.text
                ))
            } else {
                unknown.help(AS_JSON)
            });
        return Body::None;
    }
    let Some(text) = Text::read(value, reader.diagnostics) else {
        return Body::None;
    };
    let of = |name: &str| (key.text == name).then_some(text);
    if let Some(name) = of("file") {
        return reader
            .file(name)
            .map(Box::new)
            .map_or(Body::None, Body::File);
    }
    let bytes = encoded(reader, of("base64"), of("hex"));
    bytes.map(Box::new).map_or(Body::None, Body::Bytes)
}

/// Whether a multipart body is a form: unless `Content-Type` names another kind.
fn is_form(headers: &[PlacedHeader]) -> bool {
    let mut named = headers
        .iter()
        .filter(|(line, _)| line.name.eq_ignore_ascii_case("content-type"));
    named.all(|(line, _)| match &line.value {
        HeaderValue::Omit => true,
        HeaderValue::Lines(lines) => lines.iter().all(|line| {
            let text = line.to_string().to_ascii_lowercase();
            text.starts_with("multipart/form-data") || text.starts_with("${")
        }),
    })
}

/// The diagnostic for a `body` that is not the one marker it can be.
pub(crate) fn bad_body(node: &Node, what: &str, marker: &str) -> Diagnostic {
    let message = format!(
        "expected `{marker}` as `body` of {what}, found {}",
        node.describe()
    );
    let diagnostic = Diagnostic::error("case/body", node.span, message);
    match node.as_text() {
        Some("<empty>" | "<none>" | "") => diagnostic.help(format!("write `body: {marker}`")),
        _ if marker == "<none>" => diagnostic.help(
            "use `json:`, `text:`, `form:`, `multipart:`, `file:`, `base64:` or `hex:` for content",
        ),
        _ => diagnostic.help("use `json:` for JSON and `text:` for other content"),
    }
}
