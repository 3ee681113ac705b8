//! The parts of a compiled expression. Prefixes are already replaced by namespaces.

use crate::xml::xpath::function::Function;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    /// Literal text; it may contain holes.
    Text(String),
    /// A value of the case.
    Hole(usize),
    Binary(Operator, Box<Expr>, Box<Expr>),
    Negated(Box<Expr>),
    /// `|`.
    Union(Box<Expr>, Box<Expr>),
    Call(Function, Vec<Expr>),
    Path(Path),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Plus,
    Minus,
    Times,
    Divided,
    Modulo,
}

/// A location path, or a filter expression with what follows it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    pub(super) start: Start,
    pub(super) steps: Vec<Step>,
    /// Where it starts in the text.
    pub(super) at: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Start {
    /// `/`
    Root,
    /// The context node.
    Context,
    /// An expression in parentheses, or a function, and its predicates.
    Filter(Box<Expr>, Vec<Expr>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
    /// Where the test ends in the text, before predicates.
    pub(super) test_end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Child,
    Descendant,
    Parent,
    Ancestor,
    FollowingSibling,
    PrecedingSibling,
    Following,
    Preceding,
    Attribute,
    Itself,
    DescendantOrSelf,
    AncestorOrSelf,
}

impl Axis {
    pub(super) const ALL: [(&'static str, Axis); 12] = [
        ("child", Axis::Child),
        ("descendant", Axis::Descendant),
        ("parent", Axis::Parent),
        ("ancestor", Axis::Ancestor),
        ("following-sibling", Axis::FollowingSibling),
        ("preceding-sibling", Axis::PrecedingSibling),
        ("following", Axis::Following),
        ("preceding", Axis::Preceding),
        ("attribute", Axis::Attribute),
        ("self", Axis::Itself),
        ("descendant-or-self", Axis::DescendantOrSelf),
        ("ancestor-or-self", Axis::AncestorOrSelf),
    ];
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// `node()`
    Node,
    /// `text()`
    Text,
    /// `comment()`
    Comment,
    /// `processing-instruction()`, of this target.
    Instruction(Option<String>),
    /// `*`
    Any,
    /// `p:*`, with the namespace.
    In(String),
    /// A name, with its namespace; empty without one.
    Name { namespace: String, local: String },
}

impl Expr {
    /// Does it select nodes?
    pub(super) fn is_of_nodes(&self) -> bool {
        match self {
            Expr::Path(path) => match &path.start {
                Start::Filter(inner, _) if path.steps.is_empty() => inner.is_of_nodes(),
                _ => true,
            },
            Expr::Union(_, _) => true,
            _ => false,
        }
    }
}
