//! Rows: one case of a file becomes several, with the values of a row filled in.

use std::collections::BTreeSet;

use crate::load::filling::{Filled, is_name, uses};
use crate::load::format::CaseFormat;
use crate::load::node::{Kind, Node};
use crate::load::record::reject;
use crate::load::scalars::is_kebab;
use crate::model::Diagnostic;
use crate::text::nearest::nearest;

/// The rows of a case, even if the key is misspelt.
pub(crate) fn of_case(node: &Node) -> Option<&Node> {
    node.get("rows").or_else(|| {
        let Kind::Object(entries) = &node.kind else {
            return None;
        };
        let keys = CaseFormat::KEYS;
        let is_meant = |written: &str| {
            !keys.contains(&written) && nearest(written, keys.iter().copied()) == Some("rows")
        };
        let meant = entries.iter().find(|(key, _)| is_meant(&key.text));
        meant.map(|(_, value)| value)
    })
}

/// A copy of an object with one of its values replaced by null. The key stays: it may have to be reported.
pub(crate) fn without(node: &Node, value: &Node) -> Node {
    let Kind::Object(entries) = &node.kind else {
        return node.clone();
    };
    let emptied = entries.iter().map(|(key, child)| {
        let child = if std::ptr::eq(child, value) {
            Node {
                span: child.span,
                kind: Kind::Null,
            }
        } else {
            child.clone()
        };
        (key.clone(), child)
    });
    Node {
        span: node.span,
        kind: Kind::Object(emptied.collect()),
    }
}

/// The name of a row, which becomes part of the case id.
pub(crate) fn name<'n>(row: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<&'n str> {
    let Kind::Object(_) = row.kind else {
        reject(row, diagnostics, || {
            let message = format!("a row must be an object, found {}", row.describe());
            Diagnostic::error("format/wrong-type", row.span, message)
        });
        return None;
    };
    let Some(name) = row.get("row") else {
        diagnostics.push(
            Diagnostic::error(
                "case/row-name",
                row.beginning(),
                "missing key `row` in a row",
            )
            .help("add `row: at-limit`: the name becomes part of the case id"),
        );
        return None;
    };
    let text = name.as_text().filter(|text| is_kebab(text));
    if text.is_none() {
        reject(name, diagnostics, || {
            let message = format!("expected a name in kebab case, found {}", name.describe());
            Diagnostic::error("case/row-name", name.span, message)
                .help("use lowercase letters, digits and `-`: the name becomes part of the case id")
        });
    }
    text
}

/// The names of the values of a row.
pub(crate) fn values(row: &Node) -> Vec<String> {
    match &row.kind {
        Kind::Object(entries) => entries.iter().map(|(key, _)| key.text.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Warns about values that the case does not use: they may be typos.
pub(crate) fn warn_unused(template: &Node, rows: &[Node], diagnostics: &mut Vec<Diagnostic>) {
    let mut used = BTreeSet::new();
    collect_used(template, &mut used);
    for row in rows.iter().filter(|row| uses(Filled::Row, row)) {
        collect_used(row, &mut used);
    }
    let mut reported = BTreeSet::new();
    for row in rows {
        let Kind::Object(entries) = &row.kind else {
            continue;
        };
        for (key, _) in entries {
            let name = key.text.as_str();
            if name != "row" && !used.contains(name) && reported.insert(name) {
                let message = format!("unused value `{name}` in a row");
                let warning = Diagnostic::error("case/unused-row-value", key.span, message);
                diagnostics.push(
                    warning
                        .as_warning()
                        .help(format!("use it as `${{row.{name}}}`, or remove it")),
                );
            }
        }
    }
}

fn collect_used<'n>(node: &'n Node, used: &mut BTreeSet<&'n str>) {
    match &node.kind {
        Kind::Text(text) if text.contains("${") => {
            for part in text.split("row.").skip(1) {
                let end = part.find(|c| !is_name(c)).unwrap_or(part.len());
                used.insert(&part[..end]);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| collect_used(item, used)),
        Kind::Object(entries) => entries
            .iter()
            .for_each(|(_, value)| collect_used(value, used)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::node::Key;
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

    #[test]
    fn only_unused_values_are_warned_about() {
        let mut diagnostics = Vec::new();
        let template = node(Kind::List(vec![
            node(Kind::Text("${row.count}".into())),
            node(Kind::Text("a row.name".into())),
        ]));
        warn_unused(&template, &[row(), row()], &mut diagnostics);
        let messages: Vec<_> = diagnostics
            .iter()
            .map(|diagnostic| &diagnostic.message)
            .collect();
        assert_eq!(messages, ["unused value `name` in a row"]);
    }
}
