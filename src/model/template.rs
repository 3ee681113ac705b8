//! Strings with holes: `${fixture.online}`, `${capture.id}`, `${repeat(fixture.offline, 1100)}`.
//!
//! The loader parses templates; here they are data that can be resolved in a [`Scope`]. A template that is only one hole
//! keeps the JSON type of the value; inside text only strings, numbers and booleans are allowed. Inserted values are never
//! scanned again.

mod body_fact;
mod expression;
mod function;
mod made;
mod path;
mod repeated;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::model::source::Span;

pub use body_fact::BodyFact;
pub use expression::Expression;
pub use function::{FUNCTIONS, Function, FunctionRow, REPEAT_LIMIT, SIZE_LIMIT};
pub use made::{CaseValue, Made, Maker, TimeFormat, ValueSource};
pub use path::fill_path;
pub use repeated::{GENERATED_LIMIT, TextPiece};

/// A scalar of a case file, split into text and holes.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The parts in order. Empty is the empty string.
    pub parts: Vec<Part>,
    /// The whole scalar in its file.
    pub span: Span,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// A hole.
    Hole(Expression),
}

/// The values for holes: fixtures of the target, captures of earlier steps, variables and made values of the case.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// By full name.
    pub fixtures: &'a BTreeMap<String, Value>,
    /// Captures by name, and under names with a dot what was made before the first step ([`CaseValue`]).
    pub captures: &'a BTreeMap<String, Value>,
}

/// Why a template could not be resolved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// The target has no such fixture.
    #[error("the target has no fixture `{0}`")]
    Fixture(String),
    /// No step before this one made the capture.
    #[error("`{0}` was not captured")]
    Capture(String),
    /// It is made before the first step of a case, which did not happen here.
    #[error("`{0}` is made in the run, and has no value here")]
    Unmade(String),
    /// The value cannot be used here.
    #[error("{0}")]
    Unfit(String),
}

impl Template {
    /// A template without holes.
    pub fn literal(text: impl Into<String>, span: Span) -> Template {
        Template {
            parts: vec![Part::Text(text.into())],
            span,
        }
    }

    /// The text, if there is no hole in it.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// The value: of any JSON type when the template is one hole, else a string.
    ///
    /// # Errors
    ///
    /// When a hole names something unknown, or its value cannot be inserted into text.
    pub fn resolve(&self, scope: Scope<'_>) -> Result<Value, Unresolved> {
        match self.parts.as_slice() {
            [Part::Hole(expression)] => expression.resolve(scope),
            _ => self.render(scope).map(Value::String),
        }
    }

    /// The text with every hole filled, as a JSONPath.
    ///
    /// # Errors
    ///
    /// When a hole names something unknown, or its value is no scalar.
    pub fn render_path(&self, scope: Scope<'_>) -> Result<String, Unresolved> {
        fill_path(self, |expression| expression.resolve(scope))
    }

    /// The text with every hole filled.
    ///
    /// # Errors
    ///
    /// As [`Template::resolve`]; null, arrays and objects cannot be inserted into text.
    pub fn render(&self, scope: Scope<'_>) -> Result<String, Unresolved> {
        self.render_with(scope, |value, _, _| value.to_owned())
    }

    /// Like [`Template::render`], with every filled-in value (not the literal text) passed through `encode`, together
    /// with the text before it and the hole.
    ///
    /// # Errors
    ///
    /// As [`Template::render`].
    pub fn render_with(
        &self,
        scope: Scope<'_>,
        encode: impl Fn(&str, &str, &Expression) -> String,
    ) -> Result<String, Unresolved> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Hole(expression) => {
                    let value = plain_text(&expression.resolve(scope)?)?;
                    text.push_str(&encode(&value, &text, expression));
                    text = function::bounded(text)?;
                }
            }
        }
        Ok(text)
    }

    /// The text with `{}` for every hole.
    pub fn outline(&self) -> String {
        let parts = self.parts.iter();
        parts
            .map(|part| match part {
                Part::Text(literal) => literal.as_str(),
                Part::Hole(_) => "{}",
            })
            .collect()
    }

    /// Calls `see` with the expression of each hole.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        for part in &self.parts {
            if let Part::Hole(expression) = part {
                see(expression);
            }
        }
    }

    /// Calls `see` with every expression in the template, inner ones included.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        self.visit_holes(&mut |expression| expression.visit(see));
    }
}

/// A value as part of text.
fn plain_text(value: &Value) -> Result<String, Unresolved> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(flag) => Ok(flag.to_string()),
        Value::Null => Err(Unresolved::Unfit(
            "null cannot be inserted into text".into(),
        )),
        Value::Array(_) => Err(Unresolved::Unfit(
            "an array cannot be inserted into text".into(),
        )),
        Value::Object(_) => Err(Unresolved::Unfit(
            "an object cannot be inserted into text".into(),
        )),
    }
}

impl fmt::Display for Template {
    /// The template as it is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(&text.replace("${", "$${")),
            Part::Hole(expression) => write!(f, "${{{expression}}}"),
        })
    }
}

/// A JSON value whose scalars may be templates.
#[derive(Clone, Debug, PartialEq)]
pub enum Draft {
    /// A value without templates. Boxed, because a `Value` takes 72 bytes.
    Literal(Box<Value>),
    /// A scalar with holes.
    Template(Box<Template>),
    /// An array with a template somewhere inside.
    Array(Box<[Draft]>),
    /// An object with a template somewhere inside; members in the order of the file.
    Object(Box<[(String, Draft)]>),
}

impl Draft {
    /// The value with every hole filled.
    ///
    /// # Errors
    ///
    /// As [`Template::resolve`].
    pub fn resolve(&self, scope: Scope<'_>) -> Result<Value, Unresolved> {
        match self {
            Draft::Literal(value) => Ok((**value).clone()),
            Draft::Template(template) => template.resolve(scope),
            Draft::Array(items) => items.iter().map(|item| item.resolve(scope)).collect(),
            Draft::Object(members) => members
                .iter()
                .map(|(name, member)| Ok((name.clone(), member.resolve(scope)?)))
                .collect::<Result<serde_json::Map<_, _>, _>>()
                .map(Value::Object),
        }
    }

    /// Calls `see` with every expression inside.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        self.visit_holes(&mut |expression| expression.visit(see));
    }

    /// Calls `see` with the expression of each hole.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        match self {
            Draft::Literal(_) => {}
            Draft::Template(template) => template.visit_holes(see),
            Draft::Array(items) => items.iter().for_each(|item| item.visit_holes(see)),
            Draft::Object(members) => {
                for (_, member) in members {
                    member.visit_holes(see);
                }
            }
        }
    }
}
