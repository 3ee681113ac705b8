//! Rows: one case of a file becomes several, with the values of a row filled in.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::format::CaseFormat;
use crate::load::names::find;
use crate::load::node::{Kind, Node};
use crate::load::record::reject;
use crate::load::scalars::is_kebab;
use crate::load::template;
use crate::load::template::{TemplateError, hole_end};
use crate::model::{Diagnostic, Expression, Part, Sources, Span};
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

/// A copy of `node` in which every `${row.x}` is replaced by a value of `row`.
///
/// A string that is only `${row.x}` becomes the value itself, with its own place; elsewhere the value is inserted as a
/// literal. A row that is [`Kind::Broken`] provides every value, and each is broken.
pub(crate) fn fill(
    node: &Node,
    row: &Node,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Node {
    let mut filling = Filling {
        row,
        sources,
        diagnostics,
        inside: Vec::new(),
        done: BTreeMap::new(),
    };
    filling.node(node)
}

/// Warns about values that the case does not use: they may be typos.
pub(crate) fn warn_unused(template: &Node, rows: &[Node], diagnostics: &mut Vec<Diagnostic>) {
    let mut used = BTreeSet::new();
    collect_used(template, &mut used);
    for row in rows.iter().filter(|row| uses_row(row)) {
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

/// The longest text with values of a row in it, in bytes.
const LONGEST: usize = 4 << 20;

/// How deep values of a row refer to each other.
const DEEPEST: usize = 8;

struct Filling<'a> {
    row: &'a Node,
    sources: &'a Sources,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The values that are being filled in, each used by the one before.
    inside: Vec<String>,
    /// Those that are filled in.
    done: BTreeMap<String, Option<Node>>,
}

impl Filling<'_> {
    fn node(&mut self, node: &Node) -> Node {
        let kind = match &node.kind {
            Kind::Text(text) if text.contains("${") => return self.text(text, node.span),
            Kind::List(items) => Kind::List(items.iter().map(|item| self.node(item)).collect()),
            Kind::Object(entries) => Kind::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), self.node(value)))
                    .collect(),
            ),
            other => other.clone(),
        };
        Node {
            span: node.span,
            kind,
        }
    }

    fn text(&mut self, text: &str, span: Span) -> Node {
        let broken = Node {
            span,
            kind: Kind::Broken,
        };
        let whole = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .and_then(|inside| inside.trim().strip_prefix("row."));
        if let Some(name) = whole.filter(|name| name.chars().all(is_name)) {
            return self.value(name, span).unwrap_or(broken);
        }
        match self.holes(text, span) {
            Some(filled) => Node {
                span,
                kind: Kind::Text(filled),
            },
            None => broken,
        }
    }

    /// The string with literals in its holes; `None` when a value is missing or cannot be part of a string.
    fn holes(&mut self, text: &str, span: Span) -> Option<String> {
        let mut filled = String::new();
        let mut is_complete = true;
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
            if filled.len() > LONGEST {
                let message = format!("this text is longer than {} MiB", LONGEST >> 20);
                self.diagnostics
                    .push(Diagnostic::error("case/row-value", span, message));
                return None;
            }
            match self.spliced(&hole[..end], span) {
                Some(text) => filled.push_str(&text),
                None => is_complete &= self.hole(&hole[..end], span, &mut filled),
            }
            rest = &hole[end..];
        }
        filled.push_str(rest);
        is_complete.then_some(filled)
    }

    /// The text of a row with templates in it, for a hole that is only this value: `a${fixture.y}` becomes
    /// `${'a'}${fixture.y}`, so that its text is a value like any other of the row.
    fn spliced(&mut self, hole: &str, span: Span) -> Option<String> {
        let inside = hole.strip_prefix("${")?.strip_suffix('}')?.trim();
        let name = inside.strip_prefix("row.")?;
        if !name.chars().all(is_name) || !self.row.get(name)?.as_text()?.contains("${") {
            return None;
        }
        let value = self.value(name, span)?;
        let parts = template::parse(value.as_text()?).ok()?;
        let holes = parts.iter().map(operand);
        Some(holes.fold(String::new(), |text, hole| text + "${" + &hole + "}"))
    }

    /// Writes a hole with every `row.x` outside quotes replaced by a literal. False when one could not be replaced.
    fn hole(&mut self, hole: &str, span: Span, filled: &mut String) -> bool {
        let mut is_complete = true;
        let mut is_quoted = false;
        let mut previous = ' ';
        let mut rest = hole;
        while let Some(c) = rest.chars().next() {
            if c == '\'' {
                is_quoted = !is_quoted;
            }
            let name = rest
                .strip_prefix("row.")
                .filter(|_| !is_quoted && !is_name(previous));
            if let Some(name) = name {
                let end = name.find(|c| !is_name(c)).unwrap_or(name.len());
                match self.literal(&name[..end], span) {
                    Some(literal) => filled.push_str(&literal),
                    None => is_complete = false,
                }
                previous = 'x';
                rest = &name[end..];
            } else {
                filled.push(c);
                previous = c;
                rest = &rest[c.len_utf8()..];
            }
        }
        is_complete
    }

    /// A value of the row as a literal of the template language.
    fn literal(&mut self, name: &str, span: Span) -> Option<String> {
        let value = self.value(name, span)?;
        let literal = match &value.kind {
            Kind::Text(text) => match expression_of(text) {
                Ok(expression) => Some(expression),
                Err(error) => {
                    let at = find(self.sources, value.span, &error.hole);
                    let diagnostic = Diagnostic::error("case/template", at, error.message);
                    self.diagnostics
                        .push(error.help.into_iter().fold(diagnostic, Diagnostic::help));
                    return None;
                }
            },
            Kind::Number(number) => Some(number.to_string()),
            Kind::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        if literal.is_none() {
            reject(&value, self.diagnostics, || {
                let at = find(self.sources, span, &format!("row.{name}"));
                let what = value.describe();
                let message = format!("`row.{name}` is {what}, which cannot be part of a string");
                let diagnostic = Diagnostic::error("case/row-value", at, message)
                    .also(value.span, "the value of the row")
                    .help(format!("make `${{row.{name}}}` the whole string, or make the value a plain string or a number"));
                match &value.kind {
                    Kind::Object(_) | Kind::List(_) => diagnostic
                        .help("to repeat an object or a list, make it a fixture: `${repeat(fixture.x, 3)}`"),
                    _ => diagnostic,
                }
            });
        }
        literal
    }

    /// A value of the row that is made of others: a text. Each is filled in once.
    fn value_of_values(&mut self, name: &str, value: &Node, span: Span) -> Option<Node> {
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        let problem = if value.as_text().is_none() {
            Some("only a text of a row can use other values of the row".to_owned())
        } else if self.inside.iter().any(|one| one == name) {
            Some(format!("the row value `{name}` is made of itself"))
        } else if self.inside.len() == DEEPEST {
            Some(format!(
                "values of a row refer to each other more than {DEEPEST} deep"
            ))
        } else {
            None
        };
        if let Some(message) = problem {
            let at = match value.as_text() {
                Some(_) => find(self.sources, span, &format!("row.{name}")),
                None => value.span,
            };
            self.diagnostics
                .push(Diagnostic::error("case/row-value", at, message));
            return None;
        }
        self.inside.push(name.to_owned());
        let filled = Some(self.node(value)).filter(|filled| !filled.is_broken());
        self.inside.pop();
        self.done.insert(name.to_owned(), filled.clone());
        filled
    }

    /// A value of the row. An unknown name is reported.
    fn value(&mut self, name: &str, span: Span) -> Option<Node> {
        let Kind::Object(entries) = &self.row.kind else {
            return None;
        };
        if let Some(value) = self.row.get(name) {
            if !uses_row(value) {
                return Some(value.clone());
            }
            return self.value_of_values(name, value, span);
        }
        let at = find(self.sources, span, &format!("row.{name}"));
        let message = format!("the row has no value `{name}`");
        let diagnostic = Diagnostic::error("case/unknown-row-value", at, message);
        let diagnostic = diagnostic.also(self.row.span, "this row");
        let near = nearest(name, entries.iter().map(|(key, _)| key.text.as_str()));
        self.diagnostics.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `row.{near}`?")),
            None => diagnostic.help(format!("add `{name}:` to the row")),
        });
        None
    }
}

/// A text as an expression of the template language: quoted, or what its holes are made of.
fn expression_of(text: &str) -> Result<String, TemplateError> {
    let parts = template::parse(text)?;
    let parts: Vec<String> = parts.iter().map(operand).collect();
    Ok(match parts.as_slice() {
        [] => "''".to_owned(),
        [only] => only.clone(),
        several => format!("concat({})", several.join(", ")),
    })
}

/// A part of a text as an expression.
fn operand(part: &Part) -> String {
    match part {
        Part::Text(literal) => Expression::Literal(Box::new(literal.as_str().into())).to_string(),
        Part::Hole(expression) => expression.to_string(),
    }
}

/// Does a value of a row use values of the row?
fn uses_row(node: &Node) -> bool {
    match &node.kind {
        Kind::Text(text) => text.contains("${") && text.contains("row."),
        Kind::List(items) => items.iter().any(uses_row),
        Kind::Object(entries) => entries.iter().any(|(_, value)| uses_row(value)),
        _ => false,
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
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

    fn filled(text: &str) -> (Kind, usize) {
        let mut diagnostics = Vec::new();
        let node = node(Kind::Text(text.into()));
        let filled = fill(&node, &row(), &Sources::default(), &mut diagnostics);
        (filled.kind, diagnostics.len())
    }

    #[test]
    fn a_whole_string_takes_the_type_and_a_part_becomes_a_literal() {
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
        assert_eq!(
            filled("${upper('row.name')}"),
            (Kind::Text("${upper('row.name')}".into()), 0)
        );
    }

    #[test]
    fn a_text_of_a_row_can_have_templates_and_other_values_in_it() {
        let path = |rows: &str, path: &str| {
            let case = crate::load::testing::cases(&format!(
                "cases: [{{ id: a, rows: [{{ row: x, {rows} }}], request: {{ GET: \"{path}\" }}, \
                 expect: [{{ proves: [DEMO-01], status: 200 }}] }}]"
            ));
            case[0].steps[0].request.path.to_string()
        };
        let fixture = "ref: \"v/${fixture.user}\"";
        assert_eq!(
            path(fixture, "/a/${row.ref}"),
            "/a/${'v/'}${fixture.demo.user}"
        );
        assert_eq!(
            path(fixture, "/${upper(row.ref)}"),
            "/${upper(concat('v/', fixture.demo.user))}"
        );
        assert_eq!(
            path("ref: \"it's }\"", "/${upper(row.ref)}"),
            "/${upper('it''s }')}"
        );
        assert_eq!(
            path("a: x, ref: \"${row.a}/y\"", "/${row.ref}"),
            "/${'x'}${'/y'}"
        );
    }

    #[test]
    fn values_of_a_row_that_need_each_other_are_reported() {
        let found = |rows: &str| {
            crate::load::testing::messages(&format!(
                "cases: [{{ id: a, rows: [{{ row: x, {rows} }}], request: {{ GET: \"/${{row.a}}\" }}, \
                 expect: [{{ proves: [DEMO-01], status: 200 }}] }}]"
            ))
        };
        assert_eq!(
            found("a: \"${row.b}!\", b: \"${row.a}!\""),
            ["the row value `a` is made of itself"]
        );
        assert_eq!(
            found("a: [\"${row.b}!\"], b: 1"),
            ["only a text of a row can use other values of the row"]
        );
        assert_eq!(found("a: \"${upper(fixture.user}!\"").len(), 1);
        // Each level doubles the text: without a limit it would have 2^40 letters.
        let long = "x".repeat(1 << 16);
        let many = "${row.b}".repeat(1 << 10);
        assert_eq!(
            found(&format!("b: \"{long}\", a: \"{many}${{row.b}}\"")),
            ["this text is longer than 4 MiB"]
        );
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
