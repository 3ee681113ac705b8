//! Where a path leads nowhere, so that its result is no evidence: a misspelt name would make `none` pass forever.

use crate::xml::document::{Document, Kind, NodeId, ROOT};
use crate::xml::xpath::TooManySteps;
use crate::xml::xpath::eval::{Context, Evaluator, Outcome};
use crate::xml::xpath::function::Function;
use crate::xml::xpath::syntax::{Axis, Expr, Operator, Path, Start, Step, Test};

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
    /// Nothing has the last name of this part of the expression, but something has it but for a typo.
    Misspelt {
        /// The part.
        part: String,
        /// The name in the document.
        found: String,
    },
}

pub(super) fn find(
    expression: &Expr,
    text: &str,
    document: &Document,
    values: &[super::Value],
    is_whole: bool,
) -> Result<Option<DeadEnd>, TooManySteps> {
    let mut names = Vec::new();
    if is_whole {
        collect_names(expression, &mut names);
    }
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
    let search = Search {
        text,
        evaluator: &evaluator,
        is_whole,
    };
    let need = Need::Existence;
    search.expression(expression, &[ROOT], need)
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

/// What an expression needs of the nodes of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Whether there are any: that the last step finds none is an answer.
    Existence,
    /// A text or a number of them: one that is computed of nothing is none.
    Content,
}

/// The search for paths that lead nowhere.
struct Search<'s> {
    text: &'s str,
    evaluator: &'s Evaluator<'s>,
    /// Are paths in predicates and in arguments of functions searched, too?
    is_whole: bool,
}

impl Search<'_> {
    /// The first dead end of an expression, seen from all of these nodes together.
    fn expression(
        &self,
        expression: &Expr,
        from: &[NodeId],
        need: Need,
    ) -> Outcome<Option<DeadEnd>> {
        match expression {
            Expr::Number(_) | Expr::Text(_) | Expr::Hole(_) => Ok(None),
            Expr::Negated(inner) => self.expression(inner, from, Need::Content),
            Expr::Binary(operator, left, right) => {
                let is_of_numbers = matches!(
                    operator,
                    Operator::Plus
                        | Operator::Minus
                        | Operator::Times
                        | Operator::Divided
                        | Operator::Modulo
                );
                let need = if is_of_numbers {
                    Need::Content
                } else {
                    Need::Existence
                };
                self.first([left.as_ref(), right.as_ref()], from, need)
            }
            Expr::Union(left, right) => {
                let dead = self.first([left.as_ref(), right.as_ref()], from, Need::Existence)?;
                match (dead, need) {
                    (None, Need::Content) if self.nodes(expression, from)?.is_empty() => {
                        self.expression(left, from, need)
                    }
                    (dead, _) => Ok(dead),
                }
            }
            Expr::Call(function, arguments) => {
                let asks = matches!(
                    function,
                    Function::Count | Function::Not | Function::Boolean
                );
                let need = if asks { Need::Existence } else { Need::Content };
                self.first(arguments, from, need)
            }
            Expr::Path(path) => self.path(path, from, need),
        }
    }

    fn first<'x>(
        &self,
        expressions: impl IntoIterator<Item = &'x Expr>,
        from: &[NodeId],
        need: Need,
    ) -> Outcome<Option<DeadEnd>> {
        for one in expressions {
            if let Some(dead) = self.expression(one, from, need)? {
                return Ok(Some(dead));
            }
        }
        Ok(None)
    }

    fn path(&self, path: &Path, from: &[NodeId], need: Need) -> Outcome<Option<DeadEnd>> {
        let nothing = |end: usize| Ok(Some(DeadEnd::Nothing(self.part(path.at, end))));
        let mut nodes = match &path.start {
            Start::Root => vec![ROOT],
            Start::Context => from.to_vec(),
            Start::Filter(inner, predicates) => {
                let is_required = !predicates.is_empty() || !path.steps.is_empty();
                if let Some(dead) = self.expression(inner, from, need)? {
                    return Ok(Some(dead));
                }
                let mut nodes = self.nodes(inner, from)?;
                if nodes.is_empty() {
                    let end = path.steps.first();
                    let end = end.map_or(self.text.len(), |step| step.test_end);
                    return if is_required { nothing(end) } else { Ok(None) };
                }
                for predicate in predicates {
                    if let Some(dead) = self.predicate(predicate, &nodes, path.at, path.at)? {
                        return Ok(Some(dead));
                    }
                    nodes = self.evaluator.filtered(nodes, predicate)?;
                }
                if nodes.is_empty() {
                    return Ok(None);
                }
                nodes
            }
        };
        for (index, step) in path.steps.iter().enumerate() {
            let is_last = index + 1 == path.steps.len();
            let found = self.evaluator.step(&nodes, step, &[])?;
            if found.is_empty() {
                let is_answer = is_last && step.predicates.is_empty() && need == Need::Existence;
                if !is_answer {
                    return nothing(step.test_end);
                }
                return self.misspelt(path, step, &nodes);
            }
            let mut candidates = found;
            for (number, predicate) in step.predicates.iter().enumerate() {
                let dead = self.predicate(predicate, &candidates, path.at, step.test_end)?;
                if dead.is_some() {
                    return Ok(dead);
                }
                let so_far = &step.predicates[..=number];
                candidates = self.evaluator.step(&nodes, step, so_far)?;
            }
            if candidates.is_empty() {
                // There are such nodes, and none of them is as the predicates say: that is evidence.
                return Ok(None);
            }
            nodes = candidates;
        }
        Ok(None)
    }

    /// A dead end in a predicate, seen from the nodes that it chooses from.
    fn predicate(
        &self,
        predicate: &Expr,
        from: &[NodeId],
        start: usize,
        end: usize,
    ) -> Outcome<Option<DeadEnd>> {
        if !self.is_whole || from.is_empty() {
            return Ok(None);
        }
        let dead = self.in_predicate(predicate, from)?;
        let chosen = self.part(start, end);
        Ok(dead.map(|dead| match dead {
            DeadEnd::Nothing(part) if !chosen.is_empty() => {
                DeadEnd::Nothing(format!("{part}, in a predicate of {chosen}"))
            }
            other => other,
        }))
    }

    /// An attribute or element that a predicate looks at may be missing everywhere.
    fn in_predicate(&self, predicate: &Expr, from: &[NodeId]) -> Outcome<Option<DeadEnd>> {
        match predicate {
            Expr::Call(_, arguments) => {
                for argument in arguments {
                    if let Some(dead) = self.in_predicate(argument, from)? {
                        return Ok(Some(dead));
                    }
                }
                Ok(None)
            }
            Expr::Negated(inner) => self.in_predicate(inner, from),
            Expr::Binary(_, left, right) => match self.in_predicate(left, from)? {
                None => self.in_predicate(right, from),
                dead => Ok(dead),
            },
            other => self.expression(other, from, Need::Existence),
        }
    }

    /// The name of the last step where nothing has it, and something has the same name but for a typo.
    fn misspelt(&self, path: &Path, step: &Step, from: &[NodeId]) -> Outcome<Option<DeadEnd>> {
        let Test::Name { namespace, local } = &step.test else {
            return Ok(None);
        };
        let others = Step {
            axis: step.axis,
            test: Test::Any,
            predicates: Vec::new(),
            test_end: step.test_end,
        };
        let others = self.evaluator.step(from, &others, &[])?;
        self.evaluator.charge(others.len())?;
        let names = others.into_iter();
        let mut names = names.filter_map(|id| self.evaluator.document.node(id).name.as_deref());
        let near = names.find(|name| {
            name.namespace == *namespace && is_same_but_for_a_typo(local, &name.local)
        });
        Ok(near.map(|name| DeadEnd::Misspelt {
            part: self.part(path.at, step.test_end),
            found: name.written().into_owned(),
        }))
    }

    fn nodes(&self, expression: &Expr, from: &[NodeId]) -> Outcome<Vec<NodeId>> {
        let mut nodes = Vec::new();
        for (index, node) in from.iter().enumerate() {
            let context = Context {
                node: *node,
                position: index + 1,
                size: from.len(),
            };
            nodes.extend(self.evaluator.nodes(expression, context)?);
        }
        nodes.sort_unstable();
        nodes.dedup();
        Ok(nodes)
    }

    fn part(&self, start: usize, end: usize) -> String {
        self.text.get(start..end).unwrap_or(self.text).to_owned()
    }
}

/// Are two names the same, but for case, separators, a letter that is doubled, or two neighbours that are swapped? A
/// plural is another name.
fn is_same_but_for_a_typo(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let letters = name
            .chars()
            .filter(|letter| !matches!(letter, '-' | '_' | '.'));
        letters.flat_map(char::to_lowercase).collect::<Vec<char>>()
    };
    let (mut one, mut other) = (letters(one), letters(other));
    if one.len() == other.len() {
        let mut differ = (0..one.len()).filter(|at| one[*at] != other[*at]);
        return match (differ.next(), differ.next(), differ.next()) {
            (None, ..) => true,
            (Some(first), Some(second), None) => {
                first + 1 == second && one[first] == other[second] && one[second] == other[first]
            }
            _ => false,
        };
    }
    one.dedup();
    other.dedup();
    one == other
}

/// Does an expression join paths with `|` outside predicates? Then that it selects something is no evidence that each of
/// them does.
pub(super) fn has_union(expression: &Expr) -> bool {
    match expression {
        Expr::Union(..) => true,
        Expr::Path(path) => match &path.start {
            Start::Filter(inner, _) => has_union(inner),
            Start::Root | Start::Context => false,
        },
        _ => false,
    }
}
