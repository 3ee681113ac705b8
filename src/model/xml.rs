//! Checks on a body as XML.

use std::sync::Arc;

use serde_json::Value;

use crate::model::condition::Condition;
use crate::model::source::Span;
use crate::model::template::{Expression, Scope, Unresolved};
use crate::xml;
use crate::xml::xpath::hole_of;

/// One check on the body as XML.
#[derive(Clone, Debug)]
pub enum XmlCheck {
    /// It is well-formed.
    WellFormed,
    /// Conditions on what an XPath yields.
    Select(Box<XmlSelection>),
    /// It has the same structure as a document.
    Equals(Box<XmlDocument>),
}

/// Conditions on the nodes that an XPath selects, or on the value that it yields.
#[derive(Clone, Debug)]
pub struct XmlSelection {
    /// The expression.
    pub path: XmlPath,
    /// The conditions; never empty.
    pub conditions: Box<[(Condition, Span)]>,
    /// Do conditions on each node pass if there is none, and a value if a path of it leads nowhere?
    pub or_none: bool,
    /// The path in the case file.
    pub span: Span,
}

/// An XPath, with the values that are filled in.
#[derive(Clone, Debug)]
pub struct XmlPath {
    /// The expression, with a character for each value.
    pub xpath: xml::XPath,
    /// The values.
    pub holes: Vec<Expression>,
    /// The expression as it is written.
    pub written: String,
}

/// A document that is expected, with the values that are filled in.
#[derive(Clone, Debug)]
pub struct XmlDocument {
    /// The document, with a character for each value in its texts.
    pub document: Arc<xml::Document>,
    /// The values.
    pub holes: Vec<Expression>,
}

impl XmlCheck {
    /// How many checks it counts for: each condition of a selection is one.
    pub fn checks(&self) -> usize {
        match self {
            XmlCheck::Select(selection) => selection.conditions.len(),
            XmlCheck::WellFormed | XmlCheck::Equals(_) => 1,
        }
    }

    /// The expressions of its path or document.
    pub fn holes(&self) -> &[Expression] {
        match self {
            XmlCheck::WellFormed => &[],
            XmlCheck::Select(selection) => &selection.path.holes,
            XmlCheck::Equals(expected) => &expected.holes,
        }
    }
}

impl XmlPath {
    /// The values for the holes. A number that a double holds stays one; others are compared as text.
    ///
    /// # Errors
    ///
    /// A hole names something unknown, or its value is no scalar.
    pub fn values(&self, scope: Scope<'_>) -> Result<Vec<xml::Value>, Unresolved> {
        let texts = texts(&self.holes, scope)?;
        let values = texts.into_iter().map(|(text, is_number)| {
            let number = text.parse::<f64>().ok().filter(|_| is_number);
            match number.filter(|number| crate::json::number::is_exact(&text, *number)) {
                Some(number) => xml::Value::Number(number),
                None => xml::Value::Text(text),
            }
        });
        Ok(values.collect())
    }
}

impl XmlDocument {
    /// What fills the values in a text of the document in.
    ///
    /// # Errors
    ///
    /// As [`XmlPath::values`].
    pub fn filler(&self, scope: Scope<'_>) -> Result<impl Fn(&str) -> String, Unresolved> {
        let texts = texts(&self.holes, scope)?;
        Ok(move |text: &str| {
            let mut filled = String::new();
            for character in text.chars() {
                match hole_of(character).and_then(|index| texts.get(index)) {
                    Some((value, _)) => filled.push_str(value),
                    None => filled.push(character),
                }
            }
            filled
        })
    }
}

/// Each value as text, and whether it is a number.
fn texts(holes: &[Expression], scope: Scope<'_>) -> Result<Vec<(String, bool)>, Unresolved> {
    let texts = holes.iter().map(|hole| match hole.resolve(scope)? {
        Value::String(text) => Ok((text, false)),
        Value::Number(number) => Ok((number.to_string(), true)),
        Value::Bool(flag) => Ok((flag.to_string(), false)),
        _ => Err(Unresolved::Unfit(
            "null, an array or an object cannot be part of XML".into(),
        )),
    });
    texts.collect()
}
