//! Calls of the core functions (XPath 1.0 section 4).
#![expect(clippy::cast_precision_loss, reason = "XPath has doubles only")]

use crate::xml::document::{Kind, NodeId, ROOT};
use crate::xml::xpath::Value;
use crate::xml::xpath::eval::{Context, Evaluator, Outcome, truth};
use crate::xml::xpath::function::Function;
use crate::xml::xpath::number::{number_of, round};
use crate::xml::xpath::syntax::Expr;

impl Evaluator<'_> {
    /// The parser has checked how many arguments there are.
    pub(super) fn call(
        &self,
        function: Function,
        arguments: &[Expr],
        context: Context,
    ) -> Outcome<Value> {
        if arguments.is_empty() && function.defaults_to_context() {
            return self.with_argument(function, Value::Nodes(vec![context.node]));
        }
        let text = |index: usize| match arguments.get(index) {
            Some(argument) => self.text(argument, context),
            None => Ok(String::new()),
        };
        let number = |index: usize| match arguments.get(index) {
            Some(argument) => self.number(argument, context),
            None => Ok(f64::NAN),
        };
        Ok(match function {
            Function::Position => Value::Number(context.position as f64),
            Function::Last => Value::Number(context.size as f64),
            Function::True => Value::Boolean(true),
            Function::False => Value::Boolean(false),
            Function::Lang => Value::Boolean(self.is_in_language(context.node, &text(0)?)),
            Function::Floor => Value::Number(number(0)?.floor()),
            Function::Ceiling => Value::Number(number(0)?.ceil()),
            Function::Round => Value::Number(round(number(0)?)),
            Function::Concat => {
                let mut all = String::new();
                for index in 0..arguments.len() {
                    all.push_str(&text(index)?);
                }
                Value::Text(all)
            }
            Function::StartsWith => Value::Boolean(text(0)?.starts_with(&text(1)?)),
            Function::Contains => Value::Boolean(text(0)?.contains(&text(1)?)),
            Function::SubstringBefore | Function::SubstringAfter => {
                let (text, part) = (text(0)?, text(1)?);
                let halves = text.split_once(&part);
                let half = halves.map(|(before, after)| match function {
                    Function::SubstringBefore => before,
                    _ => after,
                });
                Value::Text(half.unwrap_or_default().to_owned())
            }
            Function::Substring => {
                let length = match arguments.len() {
                    2 => f64::INFINITY,
                    _ => number(2)?,
                };
                Value::Text(substring(&text(0)?, number(1)?, length))
            }
            Function::Translate => Value::Text(translated(&text(0)?, &text(1)?, &text(2)?)),
            _ => match arguments.first() {
                Some(argument) => {
                    let value = self.value(argument, context)?;
                    return self.with_argument(function, value);
                }
                None => Value::Text(String::new()),
            },
        })
    }

    /// A function of one argument.
    fn with_argument(&self, function: Function, value: Value) -> Outcome<Value> {
        let nodes = match &value {
            Value::Nodes(nodes) => nodes.as_slice(),
            _ => &[],
        };
        let name = nodes.first();
        let name = name.and_then(|id| self.document.node(*id).name.as_deref());
        Ok(match function {
            Function::Count => Value::Number(nodes.len() as f64),
            Function::Sum => {
                let mut sum = 0.0;
                for node in nodes {
                    sum += number_of(&self.text_of_node(*node)?);
                }
                Value::Number(sum)
            }
            Function::LocalName => {
                Value::Text(name.map(|name| name.local.clone()).unwrap_or_default())
            }
            Function::Name => {
                let name = name.map(|name| name.written().into_owned());
                Value::Text(name.unwrap_or_default())
            }
            Function::NamespaceUri => {
                Value::Text(name.map(|name| name.namespace.clone()).unwrap_or_default())
            }
            Function::Not => Value::Boolean(!truth(&value)),
            Function::Boolean => Value::Boolean(truth(&value)),
            Function::Number => match value {
                Value::Number(number) => Value::Number(number),
                Value::Boolean(flag) => Value::Number(f64::from(u8::from(flag))),
                other => Value::Number(number_of(&self.text_of_value(&other)?)),
            },
            Function::StringLength => {
                Value::Number(self.text_of_value(&value)?.chars().count() as f64)
            }
            Function::NormalizeSpace => {
                let text = self.text_of_value(&value)?;
                let words = text.split([' ', '\t', '\r', '\n']);
                let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
                Value::Text(words.join(" "))
            }
            _ => Value::Text(self.text_of_value(&value)?),
        })
    }

    /// Does the nearest `xml:lang` name this language, or a part of it?
    fn is_in_language(&self, node: NodeId, language: &str) -> bool {
        let mut id = node;
        loop {
            let is_lang = |one: &NodeId| {
                let name = self.document.node(*one).name.as_deref();
                name.is_some_and(|name| name.written() == "xml:lang")
            };
            let is_element = self.document.node(id).kind == Kind::Element;
            if is_element && let Some(found) = self.document.attributes(id).find(is_lang) {
                let value = self.document.node(found).text.to_lowercase();
                let rest = value.strip_prefix(&language.to_lowercase());
                return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
            }
            if id == ROOT {
                return false;
            }
            id = self.document.node(id).parent;
        }
    }
}

/// Characters at positions from 1, with both bounds rounded.
fn substring(text: &str, from: f64, length: f64) -> String {
    let first = round(from);
    let end = first + round(length);
    let characters = text.chars().enumerate();
    let inside = characters.filter(|(index, _)| {
        let position = (index + 1) as f64;
        position >= first && position < end
    });
    inside.map(|(_, character)| character).collect()
}

fn translated(text: &str, from: &str, to: &str) -> String {
    let mut map: std::collections::HashMap<char, Option<char>> = std::collections::HashMap::new();
    let mut to = to.chars();
    for character in from.chars() {
        let other = to.next();
        map.entry(character).or_insert(other);
    }
    text.chars()
        .filter_map(|character| match map.get(&character) {
            None => Some(character),
            Some(other) => *other,
        })
        .collect()
}
