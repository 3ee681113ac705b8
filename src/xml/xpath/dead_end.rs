//! Where a path leads nowhere, so that its result is no evidence: a misspelt name would make `none` pass forever.

use crate::xml::document::{Document, Kind, ROOT};
use crate::xml::xpath::TooManySteps;
use crate::xml::xpath::eval::{Context, Evaluator, Outcome};
use crate::xml::xpath::syntax::{Axis, Expr, Path, Start, Test};

/// Why the result of an expression is no evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadEnd {
    /// Nothing is at this part of the expression.
    Nothing(String),
    /// Elements of this name exist only in another namespace.
    OtherNamespace {
        /// The local name.
        local: String,
        /// The namespace that the expression means; empty for none.
        expected: String,
        /// The namespace of the elements in the document; empty for none.
        found: String,
    },
}

pub(super) fn find(
    expression: &Expr,
    text: &str,
    document: &Document,
    values: &[super::Value],
) -> Result<Option<DeadEnd>, TooManySteps> {
    let mut names = Vec::new();
    collect_names(expression, &mut names);
    for (namespace, local) in names {
        let elements = document.nodes().iter();
        let elements = elements.filter(|node| node.kind == Kind::Element);
        let elements = elements.filter_map(|node| node.name.as_deref());
        let mut found = None;
        let mut is_there = false;
        for name in elements.filter(|name| name.local == local) {
            if name.namespace == namespace {
                is_there = true;
                break;
            }
            found.get_or_insert(&name.namespace);
        }
        if let (false, Some(found)) = (is_there, found) {
            return Ok(Some(DeadEnd::OtherNamespace {
                local: local.to_owned(),
                expected: namespace.to_owned(),
                found: found.clone(),
            }));
        }
    }
    let evaluator = Evaluator::new(document, values);
    let part = dead_part(expression, text, &evaluator)?;
    Ok(part.map(DeadEnd::Nothing))
}

/// The names of elements in an expression, each with its namespace.
fn collect_names<'x>(expression: &'x Expr, names: &mut Vec<(&'x str, &'x str)>) {
    match expression {
        Expr::Number(_) | Expr::Text(_) | Expr::Hole(_) => {}
        Expr::Negated(inner) => collect_names(inner, names),
        Expr::Binary(_, left, right) | Expr::Union(left, right) => {
            collect_names(left, names);
            collect_names(right, names);
        }
        Expr::Call(_, arguments) => {
            for argument in arguments {
                collect_names(argument, names);
            }
        }
        Expr::Path(path) => {
            if let Start::Filter(inner, predicates) = &path.start {
                collect_names(inner, names);
                for one in predicates {
                    collect_names(one, names);
                }
            }
            for step in &path.steps {
                if let (Test::Name { namespace, local }, true) =
                    (&step.test, step.axis != Axis::Attribute)
                {
                    names.push((namespace, local));
                }
                for one in &step.predicates {
                    collect_names(one, names);
                }
            }
        }
    }
}

/// The part of the expression at which there is nothing to go on from.
fn dead_part(expression: &Expr, text: &str, evaluator: &Evaluator<'_>) -> Outcome<Option<String>> {
    match expression {
        Expr::Number(_) | Expr::Text(_) | Expr::Hole(_) => Ok(None),
        Expr::Negated(inner) => dead_part(inner, text, evaluator),
        Expr::Binary(_, left, right) | Expr::Union(left, right) => {
            match dead_part(left, text, evaluator)? {
                Some(part) => Ok(Some(part)),
                None => dead_part(right, text, evaluator),
            }
        }
        Expr::Call(_, arguments) => {
            for argument in arguments {
                if let Some(part) = dead_part(argument, text, evaluator)? {
                    return Ok(Some(part));
                }
            }
            Ok(None)
        }
        Expr::Path(path) => dead_step(path, text, evaluator),
    }
}

fn dead_step(path: &Path, text: &str, evaluator: &Evaluator<'_>) -> Outcome<Option<String>> {
    let mut nodes = match &path.start {
        Start::Root | Start::Context => vec![ROOT],
        Start::Filter(inner, predicates) => {
            if let Some(part) = dead_part(inner, text, evaluator)? {
                return Ok(Some(part));
            }
            let nodes = evaluator.nodes(inner, Context::root())?;
            let is_required = !predicates.is_empty() || !path.steps.is_empty();
            if nodes.is_empty() {
                let end = path.steps.first().map_or(text.len(), |step| step.test_end);
                return Ok(is_required.then(|| part_of(text, path.at, end)));
            }
            nodes
        }
    };
    for (index, step) in path.steps.iter().enumerate() {
        let is_last = index + 1 == path.steps.len();
        let without_predicates = evaluator.step(&nodes, step, &[])?;
        if without_predicates.is_empty() {
            let is_allowed = is_last && step.predicates.is_empty();
            return Ok((!is_allowed).then(|| part_of(text, path.at, step.test_end)));
        }
        let filtered = evaluator.step(&nodes, step, &step.predicates)?;
        if filtered.is_empty() {
            // There are such nodes, and none of them is as the predicates say: that is evidence.
            return Ok(None);
        }
        nodes = filtered;
    }
    Ok(None)
}

fn part_of(text: &str, start: usize, end: usize) -> String {
    text.get(start..end).unwrap_or(text).to_owned()
}
