//! XPath 1.0: expressions are compiled when a suite is loaded, and evaluated within a budget.
//!
//! All of <https://www.w3.org/TR/xpath-10/>, except: no variables, no `namespace` axis and no `id()` (it needs a DTD).
//! Stricter than the standard: every prefix must be declared, functions and their arguments are checked when an
//! expression is compiled, and evaluation ends after [`STEPS`] steps, whatever the document.

mod axis;
mod call;
mod dead_end;
mod eval;
mod function;
mod number;
mod parser;
mod syntax;
mod token;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use dead_end::DeadEnd;
pub(crate) use token::{hole_of, is_name_start};

use crate::xml::document::{Document, NodeId};
use crate::xml::xpath::syntax::Expr;

/// The most steps of one evaluation: nodes visited, and text read in pieces of eight bytes.
pub const STEPS: u64 = 8_000_000;

/// The longest expression, in bytes.
pub const LENGTH: usize = 4_000;

/// The URIs that prefixes stand for.
pub type Namespaces = BTreeMap<String, String>;

/// A compiled expression.
#[derive(Clone)]
pub struct XPath {
    text: Arc<str>,
    expression: Arc<Expr>,
}

/// Why a text is not an XPath.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct XPathError {
    /// What is wrong, in one line.
    pub message: String,
    /// The bytes of the expression that are wrong.
    pub range: (usize, usize),
    /// The prefix that is not declared.
    pub unknown_prefix: Option<String>,
}

/// What an expression yields.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nodes in document order, each once.
    Nodes(Vec<NodeId>),
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
}

/// An expression takes more than [`STEPS`] steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManySteps;

/// A character that stands for the value of this index in the text of an expression; no XPath contains it.
pub fn hole(index: usize) -> Option<char> {
    let offset = u32::try_from(index).ok()?;
    char::from_u32(token::FIRST_HOLE.checked_add(offset)?).filter(|one| token::is_hole(*one))
}

impl XPath {
    /// Compiles an expression. It may contain [`hole`]s, as operands or inside quotes.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn new(text: &str, namespaces: &Namespaces) -> Result<XPath, XPathError> {
        let expression = parser::parse(text, namespaces)?;
        Ok(XPath {
            text: text.into(),
            expression: Arc::new(expression),
        })
    }

    /// The expression as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Does it select nodes? Otherwise it yields a text, a number or a boolean.
    pub fn is_of_nodes(&self) -> bool {
        self.expression.is_of_nodes()
    }

    /// Evaluates the expression at the root; `values` are those of the holes.
    ///
    /// # Errors
    ///
    /// It takes too many steps.
    pub fn evaluate(&self, document: &Document, values: &[Value]) -> Result<Value, TooManySteps> {
        eval::evaluate(&self.expression, document, values)
    }

    /// Where a path of the expression leads nowhere, or a name is only in another namespace. A path leads somewhere if
    /// each of its steps but the last finds a node; the last must, too, before its predicates, and where a text or a
    /// number is made of it. Paths in predicates and arguments count, and each side of `|`.
    ///
    /// # Errors
    ///
    /// It takes too many steps.
    pub fn dead_end(
        &self,
        document: &Document,
        values: &[Value],
    ) -> Result<Option<DeadEnd>, TooManySteps> {
        dead_end::find(&self.expression, &self.text, document, values, true)
    }

    /// Where a path of several that are joined with `|` leads nowhere, although others may select nodes.
    ///
    /// # Errors
    ///
    /// It takes too many steps.
    pub fn dead_branch(
        &self,
        document: &Document,
        values: &[Value],
    ) -> Result<Option<DeadEnd>, TooManySteps> {
        if !dead_end::has_union(&self.expression) {
            return Ok(None);
        }
        dead_end::find(&self.expression, &self.text, document, values, false)
    }
}

impl std::fmt::Debug for XPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "XPath({:?})", self.text)
    }
}

impl PartialEq for XPath {
    fn eq(&self, other: &XPath) -> bool {
        self.text == other.text && *self.expression == *other.expression
    }
}

#[cfg(test)]
mod tests;
