//! Rows: one case of a file becomes several, with the values of a row filled in.

use super::node::{Kind, Node};
use super::template::hole_end;
use crate::model::{Diagnostic, Span, nearest};

/// A copy of `node` in which every `${row.x}` stands for a value of `row`.
///
/// A text that is only `${row.x}` becomes the value itself, with its own place; elsewhere the value
/// is written into the hole as a literal.
pub(crate) fn fill(node: &Node, row: &Node, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let kind = match &node.kind {
        Kind::Text(text) if text.contains("${") => {
            return fill_text(text, node.span, row, diagnostics);
        }
        Kind::List(items) => Kind::List(
            items
                .iter()
                .map(|item| fill(item, row, diagnostics))
                .collect(),
        ),
        Kind::Object(entries) => Kind::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), fill(value, row, diagnostics)))
                .collect(),
        ),
        other => other.clone(),
    };
    Node {
        span: node.span,
        kind,
    }
}

fn fill_text(text: &str, span: Span, row: &Node, diagnostics: &mut Vec<Diagnostic>) -> Node {
    let whole = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .and_then(|inside| inside.trim().strip_prefix("row."));
    if let Some(name) = whole.filter(|name| name.chars().all(is_name)) {
        if let Some(value) = value_of(row, name, span, diagnostics) {
            return value.clone();
        }
        return Node {
            span,
            kind: Kind::Null,
        };
    }
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            filled.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        }
        let hole = &rest[at..];
        let end = hole_end(hole).map_or(hole.len(), |end| end + 1);
        filled.push_str(&rest[..at]);
        fill_hole(&hole[..end], span, row, &mut filled, diagnostics);
        rest = &hole[end..];
    }
    filled.push_str(rest);
    Node {
        span,
        kind: Kind::Text(filled),
    }
}

/// Writes a hole with every `row.x` outside quotes replaced by a literal.
fn fill_hole(
    hole: &str,
    span: Span,
    row: &Node,
    filled: &mut String,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut quoted = false;
    let mut rest = hole;
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        if c == '\'' {
            quoted = !quoted;
        }
        let name = rest
            .strip_prefix("row.")
            .filter(|_| !quoted && !is_name(previous));
        if let Some(name) = name {
            let end = name.find(|c| !is_name(c)).unwrap_or(name.len());
            if let Some(value) = value_of(row, &name[..end], span, diagnostics) {
                match literal(value) {
                    Some(literal) => filled.push_str(&literal),
                    None => diagnostics.push(
                        Diagnostic::error(
                            "case/row-value",
                            span,
                            format!("`row.{}` is {} and cannot stand inside a text", &name[..end], value.describe()),
                        )
                        .also(value.span, "the value of the row")
                        .help("let `${row.x}` be the whole text, or make the value a text or a number"),
                    ),
                }
            }
            previous = 'x';
            rest = &name[end..];
        } else {
            filled.push(c);
            previous = c;
            rest = &rest[c.len_utf8()..];
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

fn literal(value: &Node) -> Option<String> {
    match &value.kind {
        Kind::Text(text) if !text.contains(['\'', '}']) => Some(format!("'{text}'")),
        Kind::Number(number) => Some(number.to_string()),
        Kind::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn value_of<'n>(
    row: &'n Node,
    name: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'n Node> {
    let value = row.get(name);
    if value.is_none() {
        let Kind::Object(entries) = &row.kind else {
            return None;
        };
        let mut diagnostic = Diagnostic::error(
            "case/unknown-row-value",
            span,
            format!("the row has no value `{name}`"),
        )
        .also(row.span, "this row");
        if let Some(near) = nearest(name, entries.iter().map(|(key, _)| key.text.as_str())) {
            diagnostic = diagnostic.help(format!("did you mean `row.{near}`?"));
        }
        diagnostics.push(diagnostic);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::super::node::Key;
    use super::*;
    use crate::model::Sources;

    fn node(kind: Kind) -> Node {
        let mut sources = Sources::default();
        let file = sources.add("a", "");
        Node {
            span: sources.whole(file),
            kind,
        }
    }

    fn row() -> Node {
        let key = |text: &str| Key {
            text: text.into(),
            span: node(Kind::Null).span,
        };
        node(Kind::Object(vec![
            (key("count"), node(Kind::Number(3.into()))),
            (key("name"), node(Kind::Text("x".into()))),
        ]))
    }

    fn filled(text: &str) -> (Kind, usize) {
        let mut diagnostics = Vec::new();
        let filled = fill(&node(Kind::Text(text.into())), &row(), &mut diagnostics);
        (filled.kind, diagnostics.len())
    }

    #[test]
    fn a_whole_text_takes_the_type_and_a_part_becomes_a_literal() {
        assert_eq!(filled("${row.count}"), (Kind::Number(3.into()), 0));
        assert_eq!(
            filled("${repeat(fixture.a, row.count)}"),
            (Kind::Text("${repeat(fixture.a, 3)}".into()), 0)
        );
        assert_eq!(filled("a ${row.name}"), (Kind::Text("a ${'x'}".into()), 0));
        assert_eq!(
            filled("$${row.name}"),
            (Kind::Text("$${row.name}".into()), 0)
        );
    }

    #[test]
    fn an_unknown_value_is_told() {
        assert_eq!(filled("${row.cuont}").1, 1);
    }
}
