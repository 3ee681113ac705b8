//! Expected cookies and links: `set-cookie: { sid: { HttpOnly: true } }`, `link: { next: <present> }`.

use crate::load::names::CaseReader;
use crate::load::node::{Key, Kind, Node};
use crate::load::record::{reject, wrong_type};
use crate::load::scalars::is_token;
use crate::model::{
    COOKIE_ATTRIBUTES, COOKIE_FLAGS, COOKIE_VALUE, Diagnostic, Draft, HeaderExpectation, ItemCheck,
    ItemExpectation, ItemKind, Marker, MarkerKind, MarkerPlace, Pattern, Shape, Span,
};

/// What the field of that name holds, if it holds items.
pub(crate) fn kind_of(header: &str) -> Option<ItemKind> {
    match header.to_ascii_lowercase().as_str() {
        "set-cookie" => Some(ItemKind::Cookie),
        "link" => Some(ItemKind::Link),
        _ => None,
    }
}

/// Reads the items by their names.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    kind: ItemKind,
    node: &Node,
    entries: &[(Key, Node)],
) -> Option<HeaderExpectation> {
    if entries.is_empty() {
        let noun = kind.noun();
        let message = format!("no {noun} is named");
        reader.diagnostics.push(
            Diagnostic::error("case/no-items", node.span, message)
                .label("checks nothing")
                .help("write `<present>` if the header must be there"),
        );
        return None;
    }
    let mut items: Vec<(ItemCheck, Span)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let Some(name) = name(reader, kind, key) else {
            continue;
        };
        if let Some((_, first)) = items.iter().find(|(known, _)| known.name == name) {
            let message = format!("duplicate {} `{name}`", kind.noun());
            let diagnostic = Diagnostic::error("case/duplicate-item", key.span, message);
            reader
                .diagnostics
                .push(diagnostic.also(*first, "first use"));
            continue;
        }
        if let Some(expected) = expectation(reader, kind, value) {
            let span = value.span;
            let check = ItemCheck {
                name,
                expected,
                span,
            };
            items.push((check, key.span));
        }
    }
    let items = items.into_iter().map(|(item, _)| item).collect();
    Some(HeaderExpectation::Items(kind, items))
}

/// The name of a cookie (a token, RFC 6265 section 4.1.1), or a relation type in lower case.
fn name(reader: &mut CaseReader<'_>, kind: ItemKind, key: &Key) -> Option<String> {
    let text = key.text.as_str();
    let fits = match kind {
        ItemKind::Cookie => is_token(text),
        ItemKind::Link => !text.is_empty() && !text.contains(char::is_whitespace),
    };
    if fits {
        return Some(match kind {
            ItemKind::Cookie => text.to_owned(),
            ItemKind::Link => text.to_ascii_lowercase(),
        });
    }
    let what = match kind {
        ItemKind::Cookie => "the name of a cookie",
        ItemKind::Link => "a relation type",
    };
    let message = format!("`{}` is not {what}", text.escape_debug());
    let diagnostic = Diagnostic::error("case/item-name", key.span, message);
    reader.diagnostics.push(diagnostic);
    None
}

fn expectation(
    reader: &mut CaseReader<'_>,
    kind: ItemKind,
    node: &Node,
) -> Option<ItemExpectation> {
    let noun = kind.noun();
    match &node.kind {
        Kind::Text(text) if text == "<absent>" => Some(ItemExpectation::Absent),
        Kind::Text(text) if text == "<present>" => Some(ItemExpectation::Present),
        Kind::Text(text) => {
            let pattern = reader.text_pattern(text, node.span, MarkerPlace::Header);
            let member = kind.main_member().to_owned();
            Some(ItemExpectation::Members(vec![(member, pattern)]))
        }
        Kind::Object(entries) if entries.is_empty() => {
            let message = format!("no member of the {noun} is named");
            reader.diagnostics.push(
                Diagnostic::error("case/no-items", node.span, message)
                    .label("checks nothing")
                    .help(format!("write `<present>` if the {noun} must be there")),
            );
            None
        }
        Kind::Object(entries) => {
            let mut members: Vec<(String, Pattern)> = Vec::with_capacity(entries.len());
            for (key, value) in entries {
                let Some(member) = member(reader, kind, key) else {
                    continue;
                };
                if members.iter().any(|(known, _)| *known == member) {
                    let message = format!("duplicate `{member}`");
                    let diagnostic = Diagnostic::error("case/duplicate-item", key.span, message);
                    reader.diagnostics.push(diagnostic.help("remove one"));
                } else if let Some(pattern) = member_pattern(reader, kind, &member, value) {
                    members.push((member, pattern));
                }
            }
            Some(ItemExpectation::Members(members))
        }
        _ => {
            let example = match kind {
                ItemKind::Cookie => {
                    "`<present>`, `<absent>`, or `{ value: <non-empty>, HttpOnly: true }`"
                }
                ItemKind::Link => "`<present>`, `<absent>`, a URL, or `{ url: ..., title: ... }`",
            };
            reject(node, reader.diagnostics, || {
                wrong_type(node, "a string, a marker or an object").help(format!("write {example}"))
            });
            None
        }
    }
}

/// The name of a member in the one way in which it is written in answers that were read.
fn member(reader: &mut CaseReader<'_>, kind: ItemKind, key: &Key) -> Option<String> {
    let text = key.text.as_str();
    match kind {
        ItemKind::Link if is_token(text) && text != "rel" && text != "anchor" => {
            Some(text.to_ascii_lowercase())
        }
        ItemKind::Link => {
            let message = format!("`{}` is not an attribute of a link", text.escape_debug());
            let diagnostic = Diagnostic::error("case/item-member", key.span, message);
            reader.diagnostics.push(
                diagnostic.help("write `url`, or the name of a target attribute: `title`, `type`"),
            );
            None
        }
        ItemKind::Cookie => {
            let known = || std::iter::once(COOKIE_VALUE).chain(COOKIE_ATTRIBUTES);
            let found = known().find(|known| known.eq_ignore_ascii_case(text));
            if found.is_none() {
                let message = format!("`{}` is not an attribute of a cookie", text.escape_debug());
                let diagnostic = Diagnostic::error("case/item-member", key.span, message);
                let diagnostic = diagnostic.suggest(text, known());
                reader.diagnostics.push(if diagnostic.help.is_empty() {
                    let names: Vec<&str> = known().collect();
                    diagnostic.help(format!("expected one of {}", names.join(", ")))
                } else {
                    diagnostic
                });
            }
            found.map(str::to_owned)
        }
    }
}

fn member_pattern(
    reader: &mut CaseReader<'_>,
    kind: ItemKind,
    member: &str,
    node: &Node,
) -> Option<Pattern> {
    let span = node.span;
    let marker = |kind| Shape::Marker(Marker::new(kind));
    let flag = |value: bool| Shape::Value(Draft::Literal(Box::new(value.into())));
    let is_flag = kind == ItemKind::Cookie && COOKIE_FLAGS.contains(&member);
    let shape = match &node.kind {
        Kind::Bool(value) if is_flag => flag(*value),
        Kind::Text(text) if is_flag && text == "<present>" => flag(true),
        Kind::Text(text) if is_flag && text == "<absent>" => flag(false),
        _ if is_flag => {
            reject(node, reader.diagnostics, || {
                wrong_type(node, "`true` or `false`").help(format!(
                    "`{member}` has no value: write `true` if it must be there"
                ))
            });
            return None;
        }
        Kind::Text(text) if text == "<absent>" => marker(MarkerKind::Absent),
        Kind::Text(text) if text == "<present>" => marker(MarkerKind::Present),
        Kind::Text(text) => return Some(reader.text_pattern(text, span, MarkerPlace::Header)),
        // `Max-Age: 3600` is text in the header.
        Kind::Number(number) => Shape::Value(Draft::Literal(Box::new(number.to_string().into()))),
        _ => {
            reject(node, reader.diagnostics, || {
                wrong_type(node, "a string or a marker")
            });
            return None;
        }
    };
    Some(Pattern::new(shape, span))
}
