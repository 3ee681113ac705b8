//! A YAML or JSON file as a tree in which every key and value has its position.

use serde_json::{Number, Value};

use crate::json::pointer::tokens;
use crate::load::template::first_hole;
use crate::model::{Diagnostic, Span};

/// One value of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// The value in its file. A collection covers everything between its ends.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: Kind,
}

/// The key of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    /// The text.
    pub(crate) text: String,
    /// The key in its file.
    pub(crate) span: Span,
}

/// What a node is: JSON's types.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(Key, Node)>),
    /// A value that was rejected with a diagnostic. Readers skip it without another one.
    Broken,
}

/// Reports templates in keys, where nothing is filled in: `${x}` would be the name of a member.
pub(crate) fn reject_template_keys(node: &Node, diagnostics: &mut Vec<Diagnostic>) {
    match &node.kind {
        Kind::List(items) => {
            for item in items {
                reject_template_keys(item, diagnostics);
            }
        }
        Kind::Object(entries) => {
            for (key, value) in entries {
                if let Some(hole) = first_hole(&key.text) {
                    let message = format!("`{hole}` is not filled in in a key");
                    diagnostics.push(
                        Diagnostic::error("case/template", key.span, message)
                            .help("write the key out: only values can be templates"),
                    );
                }
                reject_template_keys(value, diagnostics);
            }
        }
        _ => {}
    }
}

impl Node {
    /// The value of a key, if this is an object that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Object(entries) => entries
                .iter()
                .find(|(name, _)| name.text == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if this is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Was it rejected before?
    pub(crate) fn is_broken(&self) -> bool {
        self.kind == Kind::Broken
    }

    /// Was it, or something in it, rejected?
    pub(crate) fn has_broken(&self) -> bool {
        match &self.kind {
            Kind::Broken => true,
            Kind::List(items) => items.iter().any(Node::has_broken),
            Kind::Object(entries) => entries.iter().any(|(_, value)| value.has_broken()),
            _ => false,
        }
    }

    /// The place to show for the value as a whole: of an object its first key.
    pub(crate) fn beginning(&self) -> Span {
        match &self.kind {
            Kind::Object(entries) => entries.first().map_or(self.span, |(key, _)| key.span),
            _ => self.span,
        }
    }

    /// The value in words, for a message.
    pub(crate) fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "null".into(),
            Kind::Bool(flag) => format!("`{flag}`"),
            Kind::Number(number) => format!("the number {number}"),
            Kind::Text(text) if text.is_empty() => "an empty string".into(),
            Kind::Text(text) => {
                let shown = crate::text::excerpt::short_text(text, 40);
                format!("the string \"{}\"", shown.escape_debug())
            }
            Kind::List(_) => "a list".into(),
            Kind::Object(_) => "an object".into(),
            Kind::Broken => "an invalid value".into(),
        }
    }

    /// The value without positions.
    pub(crate) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null | Kind::Broken => Value::Null,
            Kind::Bool(flag) => Value::Bool(*flag),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => items.iter().map(Node::to_json).collect(),
            Kind::Object(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.text.clone(), value.to_json()))
                    .collect(),
            ),
        }
    }

    /// The place that a JSON Pointer names: the key of a member, or the value of an element. Where the pointer leads
    /// nowhere, the last place that exists.
    pub(crate) fn locate(&self, pointer: &str) -> Span {
        let mut node = self;
        let mut span = self.span;
        for token in tokens(pointer) {
            let next = match &node.kind {
                Kind::List(items) => token
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index))
                    .map(|item| (item.span, item)),
                Kind::Object(entries) => entries
                    .iter()
                    .find(|(key, _)| key.text == token)
                    .map(|(key, value)| (key.span, value)),
                _ => None,
            };
            let Some((at, child)) = next else { break };
            (span, node) = (at, child);
        }
        span
    }
}
