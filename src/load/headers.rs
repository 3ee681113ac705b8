//! Header fields: those that a request sends, and those that a block expects.

use crate::load::format::RequestFormat;
use crate::load::items;
use crate::load::media_type;
use crate::load::names::{CaseReader, unescape};
use crate::load::node::{Key, Kind, Node};
use crate::load::record::{Entries, Read, Text, reject, reject_type};
use crate::load::scalars::is_token;
use crate::model::{
    Diagnostic, Draft, HeaderCheck, HeaderExpectation, HeaderLine, HeaderValue, MarkerKind,
    MarkerPlace, Pattern, Shape, Span,
};
use crate::text::parameters::split;

/// A header field, and the place of its name.
pub(crate) type PlacedHeader = (HeaderLine, Span);

/// Reads the fields that a request sends. An inner layer replaces a field of the same name, at the position of the
/// outer one.
pub(crate) fn read_sent(
    reader: &mut CaseReader<'_>,
    layers: &[&RequestFormat<'_>],
) -> Vec<PlacedHeader> {
    let mut lines: Vec<PlacedHeader> = Vec::new();
    for layer in layers {
        let mut own: Vec<(&str, Span)> = Vec::new();
        for (key, node) in layer.headers.iter().flat_map(|entries| &entries.0) {
            let name = key.text.as_str();
            if name.is_empty() || name.contains(['\r', '\n', '\0', ':']) {
                reader.diagnostics.push(bad_name(name, key.span));
                continue;
            }
            if let Some((_, first)) = own.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)) {
                reader.diagnostics.push(
                    duplicate(name, key.span, *first).help("write a list to send several lines"),
                );
                continue;
            }
            own.push((name, key.span));
            let Some(value) = header_value(reader, name, node) else {
                continue;
            };
            let line = HeaderLine {
                name: name.to_owned(),
                value,
            };
            let earlier = lines
                .iter()
                .position(|(line, _)| line.name.eq_ignore_ascii_case(name));
            match earlier {
                Some(at) => lines[at] = (line, key.span),
                None => lines.push((line, key.span)),
            }
        }
    }
    lines
}

fn header_value(reader: &mut CaseReader<'_>, name: &str, node: &Node) -> Option<HeaderValue> {
    let texts: &[Node] = match &node.kind {
        Kind::Text(text) if text == "<omit>" => return Some(HeaderValue::Omit),
        Kind::List(items) if items.is_empty() => {
            reader.diagnostics.push(
                Diagnostic::error("case/no-lines", node.span, "empty list of header lines")
                    .help("write `<omit>` to leave the header out"),
            );
            return None;
        }
        Kind::List(items) => items,
        Kind::Text(_) | Kind::Number(_) | Kind::Bool(_) => std::slice::from_ref(node),
        _ => {
            reject_type(node, "a string or a list of strings", reader.diagnostics);
            return None;
        }
    };
    let mut lines = Vec::with_capacity(texts.len());
    for node in texts {
        let Some(text) = Text::read(node, reader.diagnostics) else {
            continue;
        };
        let value = text.value;
        if value.starts_with('<') && value.ends_with('>') {
            let message = format!("expected a value, found the marker `{value}`");
            reader.diagnostics.push(
                Diagnostic::error("case/marker-in-value", node.span, message)
                    .help(
                        "`<omit>` leaves a header out; other markers are only valid under `expect`",
                    )
                    .help(format!("write `\\{value}` for the literal text")),
            );
        }
        if value.contains(['\r', '\n', '\0']) {
            let message = format!("line break or NUL in the value of `{name}`");
            reader.diagnostics.push(
                Diagnostic::error("case/header-value", node.span, message)
                    .help("no transport can send it; write a list to send several lines"),
            );
        }
        lines.push(reader.template(unescape(value), node.span));
    }
    Some(HeaderValue::Lines(lines))
}

/// Reads the fields that a block expects.
pub(crate) fn read_expected(
    reader: &mut CaseReader<'_>,
    headers: Option<&Entries<'_, &Node>>,
) -> Vec<HeaderCheck> {
    let mut checks: Vec<(HeaderCheck, Span)> = Vec::new();
    for (key, value) in headers.iter().flat_map(|entries| &entries.0) {
        if !is_token(&key.text) {
            reader.diagnostics.push(bad_name(&key.text, key.span));
            continue;
        }
        let first = checks
            .iter()
            .find(|(check, _)| check.name.eq_ignore_ascii_case(&key.text));
        if let Some((_, first)) = first {
            reader.diagnostics.push(
                duplicate(&key.text, key.span, *first).help("write a list to expect several lines"),
            );
        } else if let Some(check) = expected(reader, &key.text, value) {
            checks.push((check, key.span));
        }
    }
    let mut checks: Vec<HeaderCheck> = checks.into_iter().map(|(check, _)| check).collect();
    checks.shrink_to_fit();
    checks
}

/// The diagnostic for a header that is twice in one object, perhaps in another letter case.
fn duplicate(name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("duplicate header `{name}`");
    Diagnostic::error("case/duplicate-header", span, message).also(first, "first use")
}

fn bad_name(name: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` is not a header name", name.escape_debug());
    Diagnostic::error("case/header-name", span, message)
}

fn expected(reader: &mut CaseReader<'_>, name: &str, node: &Node) -> Option<HeaderCheck> {
    let expected = match &node.kind {
        Kind::Text(text) => match text.as_str() {
            "<absent>" => HeaderExpectation::Absent,
            "<present>" => HeaderExpectation::Present,
            _ => match text
                .strip_prefix("<media-type ")
                .and_then(|rest| rest.strip_suffix('>'))
            {
                Some(text) => {
                    let media_type = media_type::read(text, node.span, reader.diagnostics)?;
                    HeaderExpectation::MediaType(reader.interner.media_type(media_type))
                }
                None => HeaderExpectation::Pattern(reader.text_pattern(
                    text,
                    node.span,
                    MarkerPlace::Header,
                )),
            },
        },
        Kind::List(items) => {
            if items.is_empty() {
                reader.diagnostics.push(
                    Diagnostic::error("case/no-lines", node.span, "empty list of header lines")
                        .help("write `<absent>` for a header that must be missing"),
                );
            }
            let shape = Shape::Array(line_patterns(reader, items));
            let span = node.span;
            HeaderExpectation::Lines(Pattern::new(shape, span))
        }
        Kind::Object(entries) => match items::kind_of(name) {
            Some(kind) if !entries.iter().any(|(key, _)| key.text.starts_with('<')) => {
                items::read(reader, kind, node, entries)?
            }
            _ => HeaderExpectation::Lines(keyed_lines(reader, node, entries)?),
        },
        Kind::Number(_) | Kind::Bool(_) => {
            Text::read(node, reader.diagnostics);
            return None;
        }
        _ => {
            let expected = "a string, a marker or a list of strings";
            reject_type(node, expected, reader.diagnostics);
            return None;
        }
    };
    let check = HeaderCheck {
        name: reader.interner.name(name),
        expected,
        span: node.span,
    };
    if check.is_of_elements() {
        reject_commas(reader, &check);
    }
    Some(check)
}

/// Rejects texts that no element of a list is.
fn reject_commas(reader: &mut CaseReader<'_>, check: &HeaderCheck) {
    let inner: Vec<&Pattern> = match check.expected.patterns().as_slice() {
        [one] => match &*one.shape {
            Shape::Each { pattern, .. } => vec![pattern],
            Shape::Contains(patterns) | Shape::Unordered(patterns) => patterns.iter().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    for pattern in inner {
        let Shape::Value(Draft::Literal(value)) = &*pattern.shape else {
            continue;
        };
        if value
            .as_str()
            .is_some_and(|text| split(text, ',').len() > 1)
        {
            let name = &check.name;
            let message = format!("no element of `{name}` has a comma");
            reader.diagnostics.push(
                Diagnostic::error("case/header-elements", pattern.span, message)
                    .label("a comma separates elements")
                    .help("write each element on its own: `<contains>: [a, b]`"),
            );
        }
    }
}

/// `<each>: ...`, `<contains>: [...]` and the like, for the lines of a field.
fn keyed_lines(
    reader: &mut CaseReader<'_>,
    node: &Node,
    entries: &[(Key, Node)],
) -> Option<Pattern> {
    let kind = |key: &Key| {
        let name = key.text.strip_prefix('<')?.strip_suffix('>')?;
        MarkerKind::find(name, MarkerPlace::Key).filter(|kind| *kind != MarkerKind::Optional)
    };
    let found = match entries {
        [(key, value)] => kind(key).map(|kind| (kind, key, value)),
        _ => None,
    };
    let Some((kind, key, value)) = found else {
        let at = entries.first().map_or(node.span, |(key, _)| key.span);
        reader.diagnostics.push(
            Diagnostic::error(
                "case/header-lines",
                at,
                "expected one key with a marker for lines",
            )
            .help(
                "write `<contains>: [...]`, `<unordered>: [...]`, `<each>: ...` or `<each?>: ...`",
            ),
        );
        return None;
    };
    let shape = if let MarkerKind::Each | MarkerKind::EachOrNone = kind {
        Shape::Each {
            pattern: Box::new(line_patterns(reader, std::slice::from_ref(value)).pop()?),
            or_none: kind == MarkerKind::EachOrNone,
        }
    } else {
        let Kind::List(items) = &value.kind else {
            reject(value, reader.diagnostics, || {
                let found = value.describe();
                let message = format!("expected a list for `{}`, found {found}", key.text);
                Diagnostic::error("case/marker-value", value.span, message)
            });
            return None;
        };
        let patterns = line_patterns(reader, items);
        match kind {
            MarkerKind::Unordered => Shape::Unordered(patterns),
            _ => Shape::Contains(patterns),
        }
    };
    let span = node.span;
    Some(Pattern::new(shape, span))
}

/// The patterns of single lines.
fn line_patterns(reader: &mut CaseReader<'_>, items: &[Node]) -> Vec<Pattern> {
    let mut patterns = Vec::with_capacity(items.len());
    for item in items {
        let Some(text) = Text::read(item, reader.diagnostics) else {
            continue;
        };
        let marker = text
            .value
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'));
        let name = marker.and_then(|marker| marker.split(' ').next());
        if let Some(name @ ("absent" | "present" | "media-type")) = name {
            let message = format!("`<{name}>` is not valid for one line of several");
            reader.diagnostics.push(
                Diagnostic::error("case/marker-misplaced", item.span, message)
                    .help("write it in place of the list, or use a marker for text: `</regex/>`, `<contains x>`"),
            );
            continue;
        }
        patterns.push(reader.text_pattern(text.value, item.span, MarkerPlace::Header));
    }
    patterns
}
