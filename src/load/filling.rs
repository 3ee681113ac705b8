//! Fills values into the texts of a node, before anything in it is typed: those of a row, those given to a shared step,
//! or the constants of a contract in its rules.

use std::collections::BTreeMap;

use crate::load::node::{Kind, Node};
use crate::load::place::find;
use crate::load::record::reject;
use crate::load::template;
use crate::load::template::{TemplateError, hole_end};
use crate::model::{Diagnostic, Expression, Part, Sources, Span};
use crate::text::nearest::nearest;

/// Whose values are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    /// The values of a row: `${row.x}`. They can use each other.
    Row,
    /// The values that a case gives to a shared step: `${with.x}`. Missing ones were reported before.
    With,
    /// The constants of a contract that its rules use: `${var.x}`. They can use each other.
    Var,
}

impl Filled {
    /// What the names start with.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Filled::Row => "row.",
            Filled::With => "with.",
            Filled::Var => "var.",
        }
    }
}

/// A copy of `node` in which every `${row.x}` (or `${with.x}`) is replaced by a member of `values`.
///
/// A string that is only `${row.x}` becomes the value itself, with its own place; elsewhere the value is inserted as a
/// literal. Values that are [`Kind::Broken`] provide every name, and each is broken.
pub(crate) fn fill(
    filled: Filled,
    node: &Node,
    values: &Node,
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> Node {
    let mut filling = Filling {
        filled,
        row: values,
        sources,
        diagnostics,
        inside: Vec::new(),
        done: BTreeMap::new(),
    };
    filling.node(node)
}

/// The longest text with values of a row in it, in bytes.
const LONGEST: usize = 4 << 20;

/// How deep values of a row refer to each other.
const DEEPEST: usize = 8;

struct Filling<'a> {
    filled: Filled,
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
            .and_then(|inside| inside.trim().strip_prefix(self.filled.prefix()));
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
        let name = inside.strip_prefix(self.filled.prefix())?;
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
                .strip_prefix(self.filled.prefix())
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
                let full_name = format!("{}{name}", self.filled.prefix());
                let at = find(self.sources, span, &full_name);
                let what = value.describe();
                let message = format!("`{full_name}` is {what}, which cannot be part of a string");
                let diagnostic = Diagnostic::error("case/row-value", at, message)
                    .also(value.span, match self.filled {
                        Filled::Row => "the value of the row",
                        Filled::With => "the value given here",
                        Filled::Var => "the variable",
                    })
                    .help(format!("make `${{{full_name}}}` the whole string, or make the value a plain string or a number"));
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
            Some(match self.filled {
                Filled::Var => "only a text can use other variables in a rule".to_owned(),
                _ => "only a text of a row can use other values of the row".to_owned(),
            })
        } else if self.inside.iter().any(|one| one == name) {
            Some(match self.filled {
                Filled::Var => format!("the variable `{name}` is made of itself"),
                _ => format!("the row value `{name}` is made of itself"),
            })
        } else if self.inside.len() == DEEPEST {
            Some(format!(
                "values refer to each other more than {DEEPEST} deep"
            ))
        } else {
            None
        };
        if let Some(message) = problem {
            let at = match value.as_text() {
                Some(_) => find(
                    self.sources,
                    span,
                    &format!("{}{name}", self.filled.prefix()),
                ),
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

    /// Can a rule use this variable? A list or an object would be a pattern there, and a value elsewhere.
    fn is_constant(&mut self, name: &str, value: &Node, span: Span) -> bool {
        let is_marker = |text: &str| text.starts_with('<') && text.ends_with('>');
        let message = match &value.kind {
            Kind::Text(text) if is_marker(text) => {
                format!("expected a value, found the marker `{text}`")
            }
            Kind::Object(_) | Kind::List(_) => {
                let what = value.describe();
                format!("`var.{name}` is {what}, which a rule cannot use")
            }
            _ => return true,
        };
        let at = find(self.sources, span, &format!("var.{name}"));
        self.diagnostics.push(
            Diagnostic::error("contract/rule-template", at, message)
                .also(value.span, "the variable")
                .help("write it out in the rule: it can use variables that are texts, numbers and booleans"),
        );
        false
    }

    /// A value of the row. An unknown name is reported.
    fn value(&mut self, name: &str, span: Span) -> Option<Node> {
        let Kind::Object(entries) = &self.row.kind else {
            return None;
        };
        if let Some(value) = self.row.get(name) {
            if self.filled == Filled::Var && !self.is_constant(name, value, span) {
                return None;
            }
            if self.filled == Filled::With || !uses(self.filled, value) {
                return Some(value.clone());
            }
            return self.value_of_values(name, value, span);
        }
        match self.filled {
            Filled::Row => {}
            Filled::With => return None,
            Filled::Var => {
                let names = entries.iter().map(|(key, _)| key.text.as_str());
                let help = match nearest(name, names) {
                    Some(near) => format!("did you mean `var.{near}`?"),
                    None => format!("add `vars: {{ {name}: ... }}` to the contract"),
                };
                let at = find(self.sources, span, &format!("var.{name}"));
                let message = format!("unknown variable `{name}`");
                self.diagnostics
                    .push(Diagnostic::error("case/unknown-variable", at, message).help(help));
                return None;
            }
        }
        let at = find(self.sources, span, &format!("row.{name}"));
        let message = format!("the row has no value `{name}`");
        let near = nearest(name, entries.iter().map(|(key, _)| key.text.as_str()));
        if let Some(key) = near.and_then(|near| self.misspelt_key(name, near)) {
            let diagnostic = Diagnostic::error("case/unknown-row-value", key, message);
            let diagnostic = diagnostic.also(at, "used here");
            let is_known =
                |one: &Diagnostic| one.code == "case/unknown-row-value" && one.span == Some(key);
            // Every use of the value meets the same mistake.
            if !self.diagnostics.iter().any(is_known) {
                self.diagnostics
                    .push(diagnostic.help(format!("did you mean `{name}`?")));
            }
            return None;
        }
        let diagnostic = Diagnostic::error("case/unknown-row-value", at, message);
        let diagnostic = diagnostic.also(self.row.span, "this row");
        self.diagnostics.push(match near {
            Some(near) => diagnostic.help(format!("did you mean `row.{near}`?")),
            None => diagnostic.help(format!("add `{name}:` to the row")),
        });
        None
    }

    /// The place of a key of the row that was meant to be this value: nothing in the file uses it, and another row writes
    /// the value.
    fn misspelt_key(&self, name: &str, near: &str) -> Option<Span> {
        let Kind::Object(entries) = &self.row.kind else {
            return None;
        };
        let text = &self.sources.file(self.row.span.file).text;
        let is_key = |(at, _): (usize, &str)| {
            let before = text[..at].chars().next_back();
            before.is_none_or(|c| !is_name(c)) && text[at + name.len()..].starts_with(':')
        };
        let is_used = text.contains(&format!("row.{near}"));
        let is_written = text.match_indices(name).any(is_key);
        let (key, _) = entries.iter().find(|(key, _)| key.text == near)?;
        (!is_used && is_written).then_some(key.span)
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

/// The names of the values that the holes of a text use, outside quotes.
pub(crate) fn names_in(text: &str, filled: Filled) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let is_escaped = rest[..at].ends_with('$');
        let hole = &rest[at..];
        let end = hole_end(hole).map_or(hole.len(), |end| end + 1);
        if is_escaped {
            rest = &rest[at + 2..];
            continue;
        }
        let outside_quotes = hole[..end].split('\'').step_by(2);
        for words in outside_quotes {
            let words = words.split(|c| !is_name(c));
            names.extend(words.filter_map(|word| word.strip_prefix(filled.prefix())));
        }
        rest = &hole[end..];
    }
    names
}

/// Does a value use values of this sort?
pub(crate) fn uses(filled: Filled, node: &Node) -> bool {
    match &node.kind {
        Kind::Text(text) => text.contains("${") && text.contains(filled.prefix()),
        Kind::List(items) => items.iter().any(|item| uses(filled, item)),
        Kind::Object(entries) => entries.iter().any(|(_, value)| uses(filled, value)),
        _ => false,
    }
}

/// Can it be part of the name of a value?
pub(crate) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::node::Key;

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
        let filled = fill(
            Filled::Row,
            &node,
            &row(),
            &Sources::default(),
            &mut diagnostics,
        );
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
}
