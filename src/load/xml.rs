//! Checks on a body as XML, and captures by XPath.

use std::sync::Arc;

use crate::load::format::{XmlFormat, XmlSelectionFormat};
use crate::load::names::CaseReader;
use crate::load::node::{Kind, Node};
use crate::load::place::find;
use crate::load::record::{Record, Text, reject, reject_type, wrong_type};
use crate::load::selection::{conditions, read_conditions};
use crate::load::template::first_hole;
use crate::model::{
    BodyCheck, Condition, Diagnostic, Expression, Part, Span, XmlCheck, XmlDocument, XmlPath,
    XmlSelection,
};
use crate::text::nearest::nearest;
use crate::xml::xpath::{Namespaces, XPath, XPathError, hole};
use crate::xml::{self};

/// Reads `xml`.
pub(crate) fn read(reader: &mut CaseReader<'_>, format: &XmlFormat<'_>) -> Vec<BodyCheck> {
    let span = format.node().span;
    let mut checks = Vec::new();
    let mut namespaces = Namespaces::new();
    let mut declared: Vec<(&str, Span)> = Vec::new();
    for (key, uri) in format.namespaces.iter().flat_map(|entries| &entries.0) {
        if let Some(uri) = namespace(reader, &key.text, key.span, uri.value, uri.span) {
            namespaces.insert(key.text.clone(), uri);
            declared.push((&key.text, key.span));
        }
    }
    if let Some(is_well_formed) = format.well_formed {
        let at = format.node().locate("/well-formed");
        if !is_well_formed {
            let message = "`well-formed: false` checks nothing";
            let diagnostic = Diagnostic::error("case/xml", at, message);
            reader.diagnostics.push(diagnostic.help("remove it"));
        }
        checks.push((XmlCheck::WellFormed, at));
    }
    for selection in format.select.iter().flatten() {
        if let Some(selection) = read_selection(reader, selection, &namespaces) {
            let span = selection.span;
            checks.push((XmlCheck::Select(Box::new(selection)), span));
        }
    }
    if let Some(text) = format.equals
        && let Some(document) = document(reader, text)
    {
        checks.push((XmlCheck::Equals(Box::new(document)), text.span));
    }
    let is_there = format.well_formed.is_some()
        || format.equals.is_some()
        || format.select.iter().any(|select| !select.is_empty());
    if !is_there && !format.is_flawed() {
        reader.diagnostics.push(
            Diagnostic::error("case/no-condition", span, "`xml` has no condition")
                .help("add `well-formed: true`, `select` or `equals`"),
        );
    }
    report_unused(reader, format, &declared);
    let checks = checks.into_iter();
    checks
        .map(|(check, span)| BodyCheck::Xml { check, span })
        .collect()
}

/// Warns about prefixes that no path uses.
fn report_unused(reader: &mut CaseReader<'_>, format: &XmlFormat<'_>, declared: &[(&str, Span)]) {
    let paths = || {
        let selections = format.select.iter().flatten();
        selections.filter_map(|selection| selection.path)
    };
    for (prefix, span) in declared {
        let used = format!("{prefix}:");
        if !format.is_flawed() && !paths().any(|path| path.value.contains(&used)) {
            let message = format!("no path uses the prefix `{}`", prefix.escape_debug());
            reader.diagnostics.push(
                Diagnostic::error("case/xml-namespace", *span, message)
                    .as_warning()
                    .help("remove it, or write it before the names in `path`"),
            );
        }
    }
}

/// The URI of a prefix.
fn namespace(
    reader: &mut CaseReader<'_>,
    prefix: &str,
    at: Span,
    uri: &str,
    uri_at: Span,
) -> Option<String> {
    let mut reject = |span: Span, message: String, help: &str| {
        let diagnostic = Diagnostic::error("case/xml-namespace", span, message);
        reader.diagnostics.push(diagnostic.help(help));
    };
    let is_name = {
        // What a path can use is a prefix.
        let declared: Namespaces = [(prefix.to_owned(), "u".to_owned())].into();
        XPath::new(&format!("{prefix}:a"), &declared).is_ok()
    };
    if !is_name {
        let message = format!("`{}` is not a prefix", prefix.escape_debug());
        reject(
            at,
            message,
            "XPath 1.0 has no default namespace: choose a prefix, and write it before each name",
        );
        return None;
    }
    if let Some(hole) = first_hole(uri) {
        reject(
            uri_at,
            format!("`{hole}` is not filled in in a namespace"),
            "write the URI",
        );
        return None;
    }
    if uri.is_empty() {
        reject(
            uri_at,
            format!("the prefix `{prefix}` has no namespace"),
            "names without a namespace are written without a prefix",
        );
        return None;
    }
    Some(uri.to_owned())
}

fn read_selection(
    reader: &mut CaseReader<'_>,
    format: &XmlSelectionFormat<'_>,
    namespaces: &Namespaces,
) -> Option<XmlSelection> {
    let path = format
        .path
        .and_then(|path| path_with_values(reader, path, namespaces));
    let mut written = conditions!(format);
    written.is_of_value = path.as_ref().is_some_and(|path| !path.xpath.is_of_nodes());
    let conditions = read_conditions(reader, &written);
    if let (Some(order), Some(_)) = (
        format.sorted,
        conditions
            .iter()
            .find(|(condition, _)| matches!(condition, Condition::Sorted { by: Some(_), .. })),
    ) {
        let message = "an XML node is sorted by its text, not by a part of it";
        reader.diagnostics.push(
            Diagnostic::error("case/sorted", order.span, message)
                .help("select what to sort by: `path: //item/@name` with `sorted: asc`"),
        );
    }
    let path = path?;
    let span = format.path?.span;
    if !path.xpath.is_of_nodes() {
        reject_conditions_of_nodes(reader, &conditions);
    }
    Some(XmlSelection {
        path,
        conditions: conditions.into(),
        or_none: format.or_none.unwrap_or(false),
        span,
    })
}

/// A path that yields one value has no nodes to count or compare with each other.
fn reject_conditions_of_nodes(reader: &mut CaseReader<'_>, conditions: &[(Condition, Span)]) {
    for (condition, span) in conditions {
        let name = match condition {
            Condition::Each(_)
            | Condition::Equal(_)
            | Condition::SubsetOf(_)
            | Condition::Some(_) => continue,
            Condition::None(_) => "none",
            Condition::Count { .. } => "count",
            Condition::Unique => "unique",
            Condition::Sorted { .. } => "sorted",
            Condition::SupersetOf(_) => "superset-of",
            Condition::SameSet(_) => "same-set",
        };
        let message = format!("`{name}` is a condition on nodes, and this path yields one value");
        reader.diagnostics.push(
            Diagnostic::error("case/xml", *span, message)
                .help("write `equal: 3`, or `each:` with a pattern for the value"),
        );
    }
}

/// An XPath, with a character in place of each value.
fn path_with_values(
    reader: &mut CaseReader<'_>,
    path: Text<'_>,
    namespaces: &Namespaces,
) -> Option<XmlPath> {
    let (text, holes) = with_holes(reader, path)?;
    match XPath::new(&text, namespaces) {
        Ok(xpath) => Some(XmlPath {
            xpath,
            holes,
            written: path.value.to_owned(),
        }),
        Err(error) => {
            report(reader, path, &text, &error, namespaces);
            None
        }
    }
}

/// A text with a character for each value in it, and the values.
fn with_holes(reader: &mut CaseReader<'_>, text: Text<'_>) -> Option<(String, Vec<Expression>)> {
    if !text.value.contains("${") {
        return Some((text.value.to_owned(), Vec::new()));
    }
    let count_before = reader.diagnostics.len();
    let template = reader.template(text.value, text.span);
    if reader.diagnostics.len() > count_before {
        return None;
    }
    let (mut filled, mut holes) = (String::new(), Vec::new());
    for part in template.parts {
        match part {
            Part::Text(literal) if literal.contains(|one| xml::xpath::hole_of(one).is_some()) => {
                let message = "a private-use character next to a value";
                reader.diagnostics.push(
                    Diagnostic::error("case/xml", text.span, message)
                        .help("characters from U+E000 to U+F8FF cannot be in a text with values"),
                );
                return None;
            }
            Part::Text(literal) => filled.push_str(&literal),
            Part::Hole(expression) => {
                filled.push(hole(holes.len())?);
                holes.push(expression);
            }
        }
    }
    Some((filled, holes))
}

/// Reports what is wrong with an XPath, under the words that are.
fn report(
    reader: &mut CaseReader<'_>,
    path: Text<'_>,
    text: &str,
    error: &XPathError,
    namespaces: &Namespaces,
) {
    let (start, end) = error.range;
    let at = place(reader, path, text, start, end);
    let (code, message) = match &error.unknown_prefix {
        Some(_) => ("case/xml-namespace", error.message.clone()),
        None => ("case/xpath", format!("invalid XPath: {}", error.message)),
    };
    let mut diagnostic = Diagnostic::error(code, at, message);
    if let Some(prefix) = &error.unknown_prefix {
        let known = namespaces.keys().map(String::as_str);
        diagnostic = match nearest(prefix, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help(format!(
                "declare it: `namespaces: {{ {prefix}: \"http://...\" }}`"
            )),
        };
    } else if text.starts_with('$') && text.len() > 1 && text[1..].starts_with(['.', '[']) {
        diagnostic =
            diagnostic.help("this is a JSONPath: paths in XML are XPath 1.0, `/order/item/@id`");
    }
    reader.diagnostics.push(diagnostic);
}

/// The place of some bytes of a path in its file, if it is written without escapes.
fn place(reader: &CaseReader<'_>, path: Text<'_>, text: &str, start: usize, end: usize) -> Span {
    let whole = find(reader.sources, path.span, text);
    let is_verbatim = reader.sources.slice(whole) == text && !text.is_empty();
    if !is_verbatim {
        return path.span;
    }
    // At the end, the caret is under the last character.
    let start = start.min(text.len().saturating_sub(1));
    let start = (0..=start)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let end = end.max(start + text[start..].chars().next().map_or(0, char::len_utf8));
    let offset = |at: usize| u32::try_from(at).unwrap_or(0);
    Span {
        start: whole.start + offset(start),
        end: whole.start + offset(end.min(text.len())),
        ..whole
    }
}

/// The document of `equals`.
fn document(reader: &mut CaseReader<'_>, text: Text<'_>) -> Option<XmlDocument> {
    let (filled, holes) = with_holes(reader, text)?;
    match xml::Document::parse_text(filled.trim_start()) {
        Ok(document) => {
            let mut nodes = document.nodes().iter();
            if nodes.any(|node| node.kind == xml::document::Kind::Instruction) {
                let message = "processing instructions are not compared";
                reader.diagnostics.push(
                    Diagnostic::error("case/xml-instruction", text.span, message).as_warning().help(
                        "remove it here; to check one: `select: [{ path: \"//processing-instruction('name')\", count: 1 }]`",
                    ),
                );
            }
            Some(XmlDocument {
                document: Arc::new(document),
                holes,
            })
        }
        Err(error) => {
            let message = format!("not well-formed XML: {error}");
            reader.diagnostics.push(
                Diagnostic::error("case/xml", text.span, message)
                    .help("line and column count from the beginning of the text; `equals` is one whole document"),
            );
            None
        }
    }
}

/// The XPath of a capture.
pub(crate) fn captured(
    reader: &mut CaseReader<'_>,
    path: Text<'_>,
    namespaces: Option<&Node>,
) -> Option<XPath> {
    let mut declared = Namespaces::new();
    if let Some(node) = namespaces {
        let Kind::Object(entries) = &node.kind else {
            reject(node, reader.diagnostics, || wrong_type(node, "an object"));
            return None;
        };
        for (key, value) in entries {
            let Some(uri) = value.as_text() else {
                reject_type(value, "a string", reader.diagnostics);
                return None;
            };
            let uri = namespace(reader, &key.text, key.span, uri, value.span)?;
            declared.insert(key.text.clone(), uri);
        }
    }
    if let Some(hole) = first_hole(path.value) {
        let message = format!("`{hole}` is not filled in in the path of a capture");
        reader.diagnostics.push(
            Diagnostic::error("case/template", path.span, message)
                .label("paths of captures are literal")
                .help("values are filled in in the `path` of `select`"),
        );
        return None;
    }
    match XPath::new(path.value, &declared) {
        Ok(xpath) => Some(xpath),
        Err(error) => {
            report(reader, path, path.value, &error, &declared);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::load::testing::messages;

    fn found(xml: &str) -> Vec<String> {
        let expect = format!("[{{ proves: [DEMO-01], status: 200, xml: {xml} }}]");
        messages(&format!(
            "cases: [{{ id: a, request: {{ GET: / }}, expect: {expect} }}]"
        ))
    }

    #[test]
    fn xml_is_checked_when_it_is_loaded() {
        for right in [
            "{ well-formed: true }",
            "{ select: [{ path: //item, count: 3 }] }",
            "{ select: [{ path: count(//item), equal: 0, or-none: true }] }",
            "{ namespaces: { s: urn:s }, select: [{ path: '//s:item[@id = \"${fixture.user}\"]', each: <integer> }] }",
            "{ equals: '<a b=\"${fixture.user}\">x</a>' }",
            "{ select: [{ path: count(//a), equal: 3 }, { path: not(//b), equal: true }] }",
        ] {
            assert_eq!(found(right), [""; 0], "{right}");
        }
        for (wrong, message) in [
            ("{}", "`xml` has no condition"),
            (
                "{ well-formed: false }",
                "`well-formed: false` checks nothing",
            ),
            (
                "{ select: [{ path: '//item[', count: 1 }] }",
                "invalid XPath: expected an expression, found the end",
            ),
            (
                "{ select: [{ path: //s:item, count: 1 }] }",
                "unknown prefix `s`",
            ),
            (
                "{ namespaces: { '': urn:s }, well-formed: true }",
                "`` is not a prefix",
            ),
            (
                "{ namespaces: { s: '' }, well-formed: true }",
                "the prefix `s` has no namespace",
            ),
            (
                "{ namespaces: { s: urn:s }, select: [{ path: //item, count: 1 }] }",
                "no path uses the prefix `s`",
            ),
            (
                "{ equals: '<a>' }",
                "not well-formed XML: unexpected end (line 1, column 4)",
            ),
            ("{ equals: '<${fixture.user}/>' }", "not well-formed XML"),
            (
                "{ equals: '<a><?p x?></a>' }",
                "processing instructions are not compared",
            ),
            (
                "{ select: [{ path: count(//a), count: 3 }] }",
                "`count` is a condition on nodes, and this path yields one value",
            ),
            (
                "{ select: [{ path: //a, sorted: asc by $.b }] }",
                "an XML node is sorted by its text, not by a part of it",
            ),
            (
                "{ select: [{ path: //a }] }",
                "this selection has no condition",
            ),
            (
                "{ select: [{ path: '//a[@b = ${fixture.nobody}]', count: 1 }] }",
                "nobody",
            ),
        ] {
            let messages = found(wrong);
            assert_eq!(messages.len(), 1, "{wrong}: {messages:?}");
            assert!(messages[0].contains(message), "{wrong}: {messages:?}");
        }
    }

    #[test]
    fn captures_by_xpath_are_checked_when_they_are_loaded() {
        let found = |capture: &str| {
            messages(&format!(
                "cases: [{{ id: a, request: {{ GET: / }}, expect: [{{ proves: [DEMO-01], status: 200 }}], \
                 capture: {{ token: {capture} }} }}]"
            ))
        };
        for right in [
            "{ xml: //token }",
            "{ xml: '//s:token/@id', namespaces: { s: urn:s }, match: '^.' }",
        ] {
            assert_eq!(found(right), [""; 0], "{right}");
        }
        for (wrong, message) in [
            ("{ xml: '//s:token' }", "unknown prefix `s`"),
            ("{ xml: '//token[' }", "invalid XPath"),
            ("{ xml: 3 }", "expected a string"),
            (
                "{ xml: '//a[. = ${fixture.user}]' }",
                "is not filled in in the path of a capture",
            ),
            (
                "{ header: ETag, namespaces: { s: urn:s } }",
                "`namespaces` next to `header`",
            ),
            ("{ namespaces: { s: urn:s } }", "`namespaces` without"),
        ] {
            let messages = found(wrong);
            assert_eq!(messages.len(), 1, "{wrong}: {messages:?}");
            assert!(messages[0].contains(message), "{wrong}: {messages:?}");
        }
    }
}
