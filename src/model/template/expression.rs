//! The content of a hole: a name, a literal, or a function of others.

use std::fmt;

use serde_json::Value;

use crate::model::template::body_fact::BodyFact;
use crate::model::template::function::Function;
use crate::model::template::made::Made;
use crate::model::template::{Scope, Unresolved};

/// The content of a hole.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// `fixture.NAME`, with the full name (`presence.online`).
    Fixture(String),
    /// `capture.NAME`.
    Capture(String),
    /// A variable; the text is `var.NAME`.
    Variable(String),
    /// A value made in the run: `uuid()`.
    Made(Made),
    /// A fact about the body of the request: `body.sha256`.
    OfBody(BodyFact),
    /// A number or a quoted string.
    Literal(Box<Value>),
    /// A function: `upper(fixture.name)`.
    Call(Function, Vec<Expression>),
}

impl Expression {
    pub(in crate::model) fn resolve(&self, scope: Scope<'_>) -> Result<Value, Unresolved> {
        match self {
            Expression::Fixture(name) => scope
                .fixtures
                .get(name)
                .cloned()
                .ok_or_else(|| Unresolved::Fixture(name.clone())),
            Expression::Capture(name) => scope
                .captures
                .get(name)
                .cloned()
                .ok_or_else(|| Unresolved::Capture(name.clone())),
            Expression::Variable(key) => scope
                .captures
                .get(key)
                .cloned()
                .ok_or_else(|| Unresolved::Unmade(key.clone())),
            Expression::Made(made) => scope
                .captures
                .get(&made.key())
                .cloned()
                .ok_or_else(|| Unresolved::Unmade(made.maker.to_string())),
            Expression::OfBody(fact) => scope
                .captures
                .get(fact.key())
                .cloned()
                .ok_or_else(|| Unresolved::Unmade(fact.key().to_owned())),
            Expression::Literal(value) => Ok((**value).clone()),
            Expression::Call(function, arguments) => {
                let arguments = arguments.iter().map(|argument| argument.resolve(scope));
                function.call(&arguments.collect::<Result<Vec<Value>, _>>()?)
            }
        }
    }

    /// Calls `see` with the expression and those inside.
    pub(crate) fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        see(self);
        if let Expression::Call(_, arguments) = self {
            for argument in arguments {
                argument.visit(see);
            }
        }
    }

    /// Does it make an array, whatever the values in it?
    pub fn is_array(&self) -> bool {
        matches!(self, Expression::Call(function, _) if function.makes_array())
    }

    /// Is a secret among its values? Calls `see` with each text that functions make of one and in which it would not be
    /// recognised.
    pub(crate) fn derived_secrets(
        &self,
        scope: Scope<'_>,
        is_secret: &dyn Fn(&Value) -> bool,
        see: &mut dyn FnMut(String),
    ) -> bool {
        let Expression::Call(function, arguments) = self else {
            return self.resolve(scope).is_ok_and(|value| is_secret(&value));
        };
        let mut is_tainted = false;
        for argument in arguments {
            is_tainted |= argument.derived_secrets(scope, is_secret, see);
        }
        if is_tainted && function.hides_arguments() {
            match self.resolve(scope) {
                Ok(Value::String(text)) => see(text),
                Ok(value) => see(value.to_string()),
                Err(_) => {}
            }
        }
        is_tainted
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expression::Fixture(name) => write!(f, "fixture.{name}"),
            Expression::Capture(name) => write!(f, "capture.{name}"),
            Expression::Variable(key) => f.write_str(key),
            Expression::Made(made) => made.maker.fmt(f),
            Expression::OfBody(fact) => f.write_str(fact.key()),
            Expression::Literal(value) => match &**value {
                Value::String(text) => write!(f, "'{}'", text.replace('\'', "''")),
                value => write!(f, "{value}"),
            },
            Expression::Call(function, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
                write!(f, "{}({})", function.row().name, arguments.join(", "))
            }
        }
    }
}
