//! Evaluates a compiled expression, within a budget of steps.
#![expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "XPath has doubles only, and compares them exactly"
)]

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;

use crate::xml::document::{Document, Kind, NodeId, ROOT};
use crate::xml::xpath::axis::{cost, is_reverse, passes, visit};
use crate::xml::xpath::number::{number_of, text_of};
use crate::xml::xpath::syntax::{Expr, Operator, Path, Start, Step};
use crate::xml::xpath::token::{hole_of, is_hole};
use crate::xml::xpath::{STEPS, TooManySteps, Value};

pub(super) type Outcome<T> = Result<T, TooManySteps>;

pub(super) fn evaluate(expression: &Expr, document: &Document, values: &[Value]) -> Outcome<Value> {
    Evaluator::new(document, values).value(expression, Context::root())
}

/// An evaluation under way.
pub(super) struct Evaluator<'e> {
    pub(super) document: &'e Document,
    values: &'e [Value],
    steps: Cell<u64>,
}

/// The context of an expression (XPath 1.0 section 1).
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) node: NodeId,
    pub(super) position: usize,
    pub(super) size: usize,
}

impl Context {
    pub(super) fn root() -> Context {
        Context {
            node: ROOT,
            position: 1,
            size: 1,
        }
    }
}

impl<'e> Evaluator<'e> {
    pub(super) fn new(document: &'e Document, values: &'e [Value]) -> Evaluator<'e> {
        Evaluator {
            document,
            values,
            steps: Cell::new(0),
        }
    }

    /// Counts steps.
    pub(super) fn charge(&self, steps: usize) -> Outcome<()> {
        let taken = self.steps.get().saturating_add(steps as u64);
        self.steps.set(taken);
        (taken <= STEPS).then_some(()).ok_or(TooManySteps)
    }

    pub(super) fn value(&self, expression: &Expr, context: Context) -> Outcome<Value> {
        self.charge(1)?;
        Ok(match expression {
            Expr::Number(number) => Value::Number(*number),
            Expr::Text(text) => Value::Text(self.filled(text)?),
            Expr::Hole(index) => {
                let value = self.values.get(*index).cloned();
                value.unwrap_or(Value::Text(String::new()))
            }
            Expr::Negated(inner) => Value::Number(-self.number(inner, context)?),
            Expr::Binary(operator, left, right) => {
                return self.binary(*operator, left, right, context);
            }
            Expr::Union(left, right) => {
                let mut nodes = self.nodes(left, context)?;
                nodes.extend(self.nodes(right, context)?);
                Value::Nodes(in_order(nodes))
            }
            Expr::Call(function, arguments) => return self.call(*function, arguments, context),
            Expr::Path(path) => match &path.start {
                Start::Filter(inner, _) if path.steps.is_empty() && !inner.is_of_nodes() => {
                    return self.value(inner, context);
                }
                _ => Value::Nodes(self.path(path, context)?),
            },
        })
    }

    /// A literal text with the values in it.
    fn filled(&self, text: &str) -> Outcome<String> {
        if !text.contains(is_hole) {
            return Ok(text.to_owned());
        }
        let mut filled = String::new();
        for character in text.chars() {
            match hole_of(character).and_then(|index| self.values.get(index)) {
                None => filled.push(character),
                Some(value) => filled.push_str(&self.text_of_value(value)?),
            }
        }
        self.charge(filled.len() / 8)?;
        Ok(filled)
    }

    /// The nodes of an expression that selects nodes.
    pub(super) fn nodes(&self, expression: &Expr, context: Context) -> Outcome<Vec<NodeId>> {
        match self.value(expression, context)? {
            Value::Nodes(nodes) => Ok(nodes),
            _ => Ok(Vec::new()),
        }
    }

    fn path(&self, path: &Path, context: Context) -> Outcome<Vec<NodeId>> {
        let mut nodes = match &path.start {
            Start::Root => vec![ROOT],
            Start::Context => vec![context.node],
            Start::Filter(inner, predicates) => {
                let mut nodes = self.nodes(inner, context)?;
                for predicate in predicates {
                    nodes = self.filtered(nodes, predicate)?;
                }
                nodes
            }
        };
        for step in &path.steps {
            nodes = self.step(&nodes, step, &step.predicates)?;
        }
        Ok(nodes)
    }

    /// The nodes that a step finds from each of these.
    pub(super) fn step(
        &self,
        from: &[NodeId],
        step: &Step,
        predicates: &[Expr],
    ) -> Outcome<Vec<NodeId>> {
        let mut found = Vec::new();
        for node in from {
            self.charge(cost(self.document, step.axis, *node))?;
            let mut nodes = Vec::new();
            let mut is_over = false;
            visit(self.document, step.axis, *node, |id| {
                is_over = self.charge(1).is_err();
                if !is_over && passes(self.document, step.axis, &step.test, id) {
                    nodes.push(id);
                }
                !is_over
            });
            if is_over {
                return Err(TooManySteps);
            }
            for predicate in predicates {
                nodes = self.filtered(nodes, predicate)?;
            }
            found.append(&mut nodes);
        }
        if from.len() > 1 || is_reverse(step.axis) {
            found = in_order(found);
        }
        Ok(found)
    }

    /// The nodes for which a predicate holds; a number is a position.
    pub(super) fn filtered(&self, nodes: Vec<NodeId>, predicate: &Expr) -> Outcome<Vec<NodeId>> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (index, node) in nodes.into_iter().enumerate() {
            let context = Context {
                node,
                position: index + 1,
                size,
            };
            let holds = match self.value(predicate, context)? {
                Value::Number(number) => number == context.position as f64,
                value => truth(&value),
            };
            if holds {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    fn binary(
        &self,
        operator: Operator,
        left: &Expr,
        right: &Expr,
        context: Context,
    ) -> Outcome<Value> {
        let of_numbers = |compute: fn(f64, f64) -> f64| {
            let left = self.number(left, context)?;
            Ok(Value::Number(compute(left, self.number(right, context)?)))
        };
        match operator {
            Operator::Or | Operator::And => {
                let is_left = truth(&self.value(left, context)?);
                let is_decided = is_left == (operator == Operator::Or);
                if is_decided {
                    return Ok(Value::Boolean(is_left));
                }
                Ok(Value::Boolean(truth(&self.value(right, context)?)))
            }
            Operator::Plus => of_numbers(|left, right| left + right),
            Operator::Minus => of_numbers(|left, right| left - right),
            Operator::Times => of_numbers(|left, right| left * right),
            Operator::Divided => of_numbers(|left, right| left / right),
            // The sign is that of the dividend, as in Rust.
            Operator::Modulo => of_numbers(|left, right| left % right),
            _ => {
                let left = self.value(left, context)?;
                let right = self.value(right, context)?;
                self.compared(operator, &left, &right).map(Value::Boolean)
            }
        }
    }

    /// A comparison (XPath 1.0 section 3.4). One with nodes holds if it holds for some node.
    fn compared(&self, operator: Operator, left: &Value, right: &Value) -> Outcome<bool> {
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        Ok(match (left, right) {
            (Value::Nodes(left), Value::Nodes(right)) if is_equality => {
                let left = self.texts(left)?;
                let right = self.texts(right)?;
                if operator == Operator::Equal {
                    left.intersection(&right).next().is_some()
                } else {
                    let both = left.union(&right).count();
                    !left.is_empty() && !right.is_empty() && both > 1
                }
            }
            (Value::Nodes(left), Value::Nodes(right)) => {
                let numbers = |nodes: &[NodeId]| self.numbers(nodes);
                let (left, right) = (numbers(left)?, numbers(right)?);
                let extreme = |numbers: &[f64], is_least: bool| {
                    let choose = if is_least { f64::min } else { f64::max };
                    numbers.iter().copied().reduce(choose).unwrap_or(f64::NAN)
                };
                let is_less = matches!(operator, Operator::Less | Operator::AtMost);
                ordered(operator, extreme(&left, is_less), extreme(&right, !is_less))
            }
            (Value::Nodes(nodes), Value::Boolean(flag)) => scalar(
                operator,
                &Value::Boolean(!nodes.is_empty()),
                &Value::Boolean(*flag),
            ),
            (Value::Boolean(flag), Value::Nodes(nodes)) => scalar(
                operator,
                &Value::Boolean(*flag),
                &Value::Boolean(!nodes.is_empty()),
            ),
            (Value::Nodes(nodes), other) => {
                for node in nodes {
                    let text = Value::Text(self.text_of_node(*node)?.into_owned());
                    if scalar(operator, &text, other) {
                        return Ok(true);
                    }
                }
                false
            }
            (other, Value::Nodes(nodes)) => {
                for node in nodes {
                    let text = Value::Text(self.text_of_node(*node)?.into_owned());
                    if scalar(operator, other, &text) {
                        return Ok(true);
                    }
                }
                false
            }
            (left, right) => scalar(operator, left, right),
        })
    }

    fn texts(&self, nodes: &[NodeId]) -> Outcome<HashSet<Cow<'e, str>>> {
        nodes.iter().map(|node| self.text_of_node(*node)).collect()
    }

    /// The numbers of nodes that are numbers; the others compare with nothing.
    fn numbers(&self, nodes: &[NodeId]) -> Outcome<Vec<f64>> {
        let mut numbers = Vec::new();
        for node in nodes {
            let number = number_of(&self.text_of_node(*node)?);
            if !number.is_nan() {
                numbers.push(number);
            }
        }
        Ok(numbers)
    }

    pub(super) fn text_of_node(&self, id: NodeId) -> Outcome<Cow<'e, str>> {
        let node = self.document.node(id);
        if matches!(node.kind, Kind::Element | Kind::Root) {
            self.charge(node.end - id)?;
        }
        let text = self.document.string_value(id);
        self.charge(text.len() / 8)?;
        Ok(text)
    }

    pub(super) fn text_of_value(&self, value: &Value) -> Outcome<String> {
        Ok(match value {
            Value::Nodes(nodes) => match nodes.first() {
                None => String::new(),
                Some(first) => self.text_of_node(*first)?.into_owned(),
            },
            Value::Text(text) => {
                self.charge(text.len() / 8)?;
                text.clone()
            }
            Value::Number(number) => text_of(*number),
            Value::Boolean(flag) => flag.to_string(),
        })
    }

    pub(super) fn text(&self, expression: &Expr, context: Context) -> Outcome<String> {
        let value = self.value(expression, context)?;
        self.text_of_value(&value)
    }

    pub(super) fn number(&self, expression: &Expr, context: Context) -> Outcome<f64> {
        match self.value(expression, context)? {
            Value::Nodes(nodes) => Ok(number_of(&self.text_of_value(&Value::Nodes(nodes))?)),
            other => Ok(number(&other)),
        }
    }
}

/// In document order, each once.
fn in_order(mut nodes: Vec<NodeId>) -> Vec<NodeId> {
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

/// A value as a boolean (XPath 1.0 section 4.3).
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Nodes(nodes) => !nodes.is_empty(),
        Value::Text(text) => !text.is_empty(),
        Value::Number(number) => *number != 0.0 && !number.is_nan(),
        Value::Boolean(flag) => *flag,
    }
}

/// A value that is no nodes as a number.
fn number(value: &Value) -> f64 {
    match value {
        Value::Nodes(_) => f64::NAN,
        Value::Text(text) => number_of(text),
        Value::Number(number) => *number,
        Value::Boolean(flag) => f64::from(u8::from(*flag)),
    }
}

/// A comparison of two values that are no nodes.
fn scalar(operator: Operator, left: &Value, right: &Value) -> bool {
    let is_equal = match (left, right) {
        (Value::Boolean(_), _) | (_, Value::Boolean(_)) => truth(left) == truth(right),
        (Value::Number(_), _) | (_, Value::Number(_)) => number(left) == number(right),
        _ => left == right,
    };
    match operator {
        Operator::Equal => is_equal,
        Operator::NotEqual => !is_equal,
        _ => ordered(operator, number(left), number(right)),
    }
}

fn ordered(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Less => left < right,
        Operator::AtMost => left <= right,
        Operator::Greater => left > right,
        Operator::AtLeast => left >= right,
        _ => false,
    }
}
