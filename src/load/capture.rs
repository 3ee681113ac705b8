//! Captures: what a step takes from its answer for later steps.

use crate::load::names::CaseReader;
use crate::load::node::{Key, Kind, Node};
use crate::load::pattern::compile;
use crate::load::record::{Entries, Text, one_of, reject, unknown_key, wrong_type};
use crate::load::scalars::is_kebab;
use crate::load::selection;
use crate::load::xml;
use crate::model::{Capture, CaptureFrom, Diagnostic, TextPattern};

/// Where a capture comes from.
const SOURCES: [&str; 9] = [
    "path", "all", "header", "cookie", "link", "text", "status", "sha256", "xml",
];

/// Those of which `match` takes a part.
const PARTS: [&str; 6] = ["path", "header", "cookie", "link", "text", "xml"];

/// All keys of a capture.
const KEYS: &[&str] = &[
    "path",
    "all",
    "header",
    "cookie",
    "link",
    "text",
    "status",
    "sha256",
    "xml",
    "namespaces",
    "match",
];

/// Reads the captures of a step. Later steps can use them.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    captures: Option<&Entries<'_, &Node>>,
) -> Vec<Capture> {
    let mut read: Vec<Capture> = Vec::new();
    for (key, value) in captures.iter().flat_map(|entries| &entries.0) {
        if !is_kebab(&key.text) {
            let message = format!(
                "the name `{}` is not in kebab case",
                key.text.escape_debug()
            );
            reader.diagnostics.push(
                Diagnostic::error("case/capture-name", key.span, message)
                    .help("use lowercase letters, digits and `-`"),
            );
        }
        if let Some((from, part)) = capture(reader, value) {
            read.push(Capture {
                name: key.text.clone(),
                from,
                part,
                is_for_cleanup: false,
                span: key.span,
            });
        }
        reader.captured.insert(key.text.clone());
    }
    read
}

fn capture(reader: &mut CaseReader<'_>, node: &Node) -> Option<(CaptureFrom, Option<TextPattern>)> {
    let entries = match &node.kind {
        Kind::Text(text) => {
            let path = Text {
                value: text,
                span: node.span,
            };
            let selector = selection::selector(reader, path)?;
            return Some((CaptureFrom::One(selector), None));
        }
        Kind::Object(entries) => entries.as_slice(),
        _ => &[],
    };
    let is_source = |(key, _): &&(Key, Node)| SOURCES.contains(&key.text.as_str());
    let sources: Vec<&(Key, Node)> = entries.iter().filter(is_source).collect();
    let is_unknown = |(key, _): &(Key, Node)| !KEYS.contains(&key.text.as_str());
    let [(key, value)] = sources.as_slice() else {
        reject(node, reader.diagnostics, || bad_capture(node, entries));
        return None;
    };
    if entries.iter().any(is_unknown) {
        reader.diagnostics.push(bad_capture(node, entries));
        return None;
    }
    let namespaces = node.get("namespaces");
    if let Some(namespaces) = namespaces.filter(|_| key.text != "xml") {
        let message = format!("`namespaces` next to `{}` in a capture", key.text);
        reader.diagnostics.push(
            Diagnostic::error("case/capture", namespaces.span, message)
                .help("it declares the prefixes of `xml`"),
        );
        return None;
    }
    let source = match (key.text.as_str(), &value.kind) {
        ("xml", Kind::Text(path)) => {
            let path = Text {
                value: path,
                span: value.span,
            };
            xml::captured(reader, path, namespaces).map(CaptureFrom::Xml)
        }
        _ => source(reader, key, value),
    };
    let part = match node.get("match") {
        None => Some(None),
        Some(expression) => part(reader, key, expression).map(Some),
    };
    Some((source?, part?))
}

fn source(reader: &mut CaseReader<'_>, key: &Key, value: &Node) -> Option<CaptureFrom> {
    let path = |text| Text {
        value: text,
        span: value.span,
    };
    match (key.text.as_str(), &value.kind) {
        ("path", Kind::Text(text)) => selection::selector(reader, path(text)).map(CaptureFrom::One),
        ("all", Kind::Text(text)) => selection::selector(reader, path(text)).map(CaptureFrom::All),
        ("header", Kind::Text(name)) => reader
            .plain(name, value.span, "the name of a header")
            .map(CaptureFrom::Header),
        ("cookie", Kind::Text(name)) => reader
            .plain(name, value.span, "the name of a cookie")
            .map(CaptureFrom::Cookie),
        ("link", Kind::Text(relation)) => reader
            .plain(relation, value.span, "the relation of a link")
            .map(|relation| CaptureFrom::Link(relation.to_ascii_lowercase())),
        ("text", Kind::Bool(true)) => Some(CaptureFrom::Text),
        ("status", Kind::Bool(true)) => Some(CaptureFrom::Status),
        ("sha256", Kind::Bool(true)) => Some(CaptureFrom::Sha256),
        (name, _) => {
            let expected = match name {
                "text" | "status" | "sha256" => "`true`",
                _ => "a string",
            };
            reject(value, reader.diagnostics, || {
                wrong_type(value, expected).help(HELP)
            });
            None
        }
    }
}

/// Reads `match`: the expression whose first group is captured.
fn part(reader: &mut CaseReader<'_>, source: &Key, node: &Node) -> Option<TextPattern> {
    if !PARTS.contains(&source.text.as_str()) {
        let message = format!("`match` next to `{}` in a capture", source.text);
        reader.diagnostics.push(
            Diagnostic::error("case/capture", node.span, message).help(
                "it takes a part of a text: of a `header`, a `cookie`, a `link`, a `path`, an `xml` path or the `text`",
            ),
        );
        return None;
    }
    let Some(text) = node.as_text() else {
        reject(node, reader.diagnostics, || wrong_type(node, "a string"));
        return None;
    };
    match compile(reader.interner, text, node.span) {
        Ok(pattern) => Some(pattern),
        Err(diagnostic) => {
            reader.diagnostics.push(*diagnostic);
            None
        }
    }
}

const HELP: &str = "write a JSONPath, `{ all: \"$.path[*]\" }`, `{ header: Name, match: 'id=(.+)' }`, `{ cookie: name }`, `{ link: next }`, `{ xml: \"//item/@id\" }`, `{ text: true, match: '...' }`, `{ status: true }` or `{ sha256: true }`";

fn bad_capture(node: &Node, entries: &[(Key, Node)]) -> Diagnostic {
    let is_unknown = |key: &str| !KEYS.contains(&key);
    let unknown = entries.iter().find(|(key, _)| is_unknown(&key.text));
    let is_source = |(key, _): &&(Key, Node)| SOURCES.contains(&key.text.as_str());
    let mut sources = entries.iter().filter(is_source);
    let diagnostic = match (unknown, sources.next(), sources.next()) {
        (Some((key, _)), _, _) => unknown_key(key, "a capture", KEYS),
        (_, Some((first, _)), Some((second, _))) => {
            let message = format!("`{}` next to `{}` in one capture", second.text, first.text);
            Diagnostic::error("case/capture", second.span, message)
        }
        _ => {
            let message = match entries {
                [] => format!("expected a capture, found {}", node.describe()),
                [(key, _), ..] => format!("`{}` without {}", key.text, one_of(&PARTS)),
            };
            Diagnostic::error("case/capture", node.span, message)
        }
    };
    diagnostic.help(HELP)
}
