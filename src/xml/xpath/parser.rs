//! Reads an expression: recursive descent with a limit, so that no text can exhaust the stack.

use crate::xml::xpath::function::{FUNCTIONS, Function};
use crate::xml::xpath::syntax::{Axis, Expr, Operator, Path, Start, Step, Test};
use crate::xml::xpath::token::{Kind, Token, error, tokens};
use crate::xml::xpath::{LENGTH, Namespaces, XPathError};

/// The deepest nesting of parentheses, predicates and arguments.
const NESTING: usize = 20;

/// The most operators of an expression: each is one more level of the tree.
const OPERATORS: usize = 100;

/// The namespace of the prefix `xml`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

pub(super) fn parse(text: &str, namespaces: &Namespaces) -> Result<Expr, XPathError> {
    if text.len() > LENGTH {
        let message = format!("the expression has more than {LENGTH} bytes");
        return Err(error(message, 0, text.len()));
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        length: text.len(),
        namespaces,
        nesting: 0,
        operators: 0,
    };
    let expression = parser.expression()?;
    match parser.tokens.get(parser.at) {
        None => Ok(expression),
        Some(_) => Err(parser.unexpected("the end")),
    }
}

struct Parser<'p> {
    tokens: Vec<Token>,
    at: usize,
    length: usize,
    namespaces: &'p Namespaces,
    nesting: usize,
    operators: usize,
}

type Read<T> = Result<T, XPathError>;

/// The operators of each level, weakest first.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::NotEqual)],
    &[
        ("<", Operator::Less),
        ("<=", Operator::AtMost),
        (">", Operator::Greater),
        (">=", Operator::AtLeast),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[
        ("*", Operator::Times),
        ("div", Operator::Divided),
        ("mod", Operator::Modulo),
    ],
];

impl Parser<'_> {
    fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn is_mark(&self, mark: &str) -> bool {
        matches!(self.kind(), Some(Kind::Mark(found)) if *found == mark)
    }

    fn takes(&mut self, mark: &str) -> bool {
        let is_it = self.is_mark(mark);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, mark: &str) -> Read<()> {
        if self.takes(mark) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{mark}`")))
        }
    }

    /// The bytes of the token at an index; the end behind the last one.
    fn range(&self, index: usize) -> (usize, usize) {
        let token = self.tokens.get(index);
        token.map_or((self.length, self.length), |token| (token.start, token.end))
    }

    fn unexpected(&self, expected: &str) -> XPathError {
        let (start, end) = self.range(self.at);
        let found = match self.kind() {
            None => "the end".to_owned(),
            Some(Kind::Mark(mark) | Kind::Operator(mark)) => format!("`{mark}`"),
            Some(Kind::Name(None, name)) => format!("`{name}`"),
            Some(Kind::Name(Some(prefix), name)) => format!("`{prefix}:{name}`"),
            Some(Kind::Number(number)) => format!("`{number}`"),
            Some(Kind::Text(_)) => "a text".to_owned(),
            Some(Kind::Hole(_)) => "a value".to_owned(),
        };
        error(format!("expected {expected}, found {found}"), start, end)
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.nesting += 1;
        if self.nesting > NESTING {
            let (start, end) = self.range(self.at);
            let message = format!("nested more than {NESTING} deep");
            return Err(error(message, start, end));
        }
        let read = read(self);
        self.nesting -= 1;
        read
    }

    fn count_operator(&mut self) -> Read<()> {
        self.operators += 1;
        if self.operators > OPERATORS {
            let (start, end) = self.range(self.at);
            return Err(error(
                format!("more than {OPERATORS} operators"),
                start,
                end,
            ));
        }
        Ok(())
    }

    fn expression(&mut self) -> Read<Expr> {
        self.nested(|parser| parser.level(0))
    }

    fn level(&mut self, level: usize) -> Read<Expr> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.level(level + 1)?;
        loop {
            let found = match self.kind() {
                Some(Kind::Mark(mark) | Kind::Operator(mark)) => {
                    operators.iter().find(|(name, _)| name == mark)
                }
                _ => None,
            };
            let Some((_, operator)) = found else {
                return Ok(left);
            };
            self.count_operator()?;
            self.at += 1;
            let right = self.level(level + 1)?;
            left = Expr::Binary(*operator, Box::new(left), Box::new(right));
        }
    }

    fn unary(&mut self) -> Read<Expr> {
        if self.takes("-") {
            self.count_operator()?;
            return Ok(Expr::Negated(Box::new(self.unary()?)));
        }
        let mut left = self.path()?;
        while self.is_mark("|") {
            self.count_operator()?;
            let before = self.at;
            self.at += 1;
            let right = self.path()?;
            if !(left.is_of_nodes() && right.is_of_nodes()) {
                let (start, end) = self.range(before);
                return Err(error("`|` joins nodes only", start, end));
            }
            left = Expr::Union(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// A location path, or a primary expression with predicates and steps.
    fn path(&mut self) -> Read<Expr> {
        let (at, _) = self.range(self.at);
        let mut steps = Vec::new();
        if self.is_mark("/") || self.is_mark("//") {
            let is_root_alone = self.is_mark("/") && !self.starts_step(self.at + 1);
            if is_root_alone {
                self.at += 1;
            } else {
                self.steps(&mut steps)?;
            }
            let start = Start::Root;
            return Ok(Expr::Path(Path { start, steps, at }));
        }
        let Some(primary) = self.primary()? else {
            steps.push(self.step()?);
            self.steps(&mut steps)?;
            let start = Start::Context;
            return Ok(Expr::Path(Path { start, steps, at }));
        };
        let has_more = ["[", "/", "//"].iter().any(|mark| self.is_mark(mark));
        if !has_more {
            return Ok(primary);
        }
        if !primary.is_of_nodes() {
            return Err(self.unexpected("an operator, because what is before it is no node"));
        }
        let predicates = self.predicates()?;
        self.steps(&mut steps)?;
        let start = Start::Filter(Box::new(primary), predicates);
        Ok(Expr::Path(Path { start, steps, at }))
    }

    /// Could a step start with this token?
    fn starts_step(&self, index: usize) -> bool {
        match self.tokens.get(index).map(|token| &token.kind) {
            Some(Kind::Name(..)) => true,
            Some(Kind::Mark(mark)) => matches!(*mark, "." | ".." | "@"),
            _ => false,
        }
    }

    /// `/step` and `//step`, as often as they follow.
    fn steps(&mut self, steps: &mut Vec<Step>) -> Read<()> {
        loop {
            if self.is_mark("//") {
                let (_, test_end) = self.range(self.at);
                steps.push(Step {
                    axis: Axis::DescendantOrSelf,
                    test: Test::Node,
                    predicates: Vec::new(),
                    test_end,
                });
            } else if !self.is_mark("/") {
                return Ok(());
            }
            self.at += 1;
            let step = self.step()?;
            steps.push(step);
        }
    }

    fn step(&mut self) -> Read<Step> {
        for (mark, axis) in [("..", Axis::Parent), (".", Axis::Itself)] {
            let (_, test_end) = self.range(self.at);
            if self.takes(mark) {
                return Ok(Step {
                    axis,
                    test: Test::Node,
                    predicates: Vec::new(),
                    test_end,
                });
            }
        }
        let axis = self.axis()?;
        let test = self.test()?;
        let (_, test_end) = self.range(self.at - 1);
        let predicates = self.predicates()?;
        Ok(Step {
            axis,
            test,
            predicates,
            test_end,
        })
    }

    fn axis(&mut self) -> Read<Axis> {
        if self.takes("@") {
            return Ok(Axis::Attribute);
        }
        let is_named = matches!(
            self.tokens.get(self.at + 1).map(|token| &token.kind),
            Some(Kind::Mark("::"))
        );
        let name = match self.kind() {
            Some(Kind::Name(None, name)) if is_named => name.clone(),
            _ => return Ok(Axis::Child),
        };
        let Some((_, axis)) = Axis::ALL.iter().find(|(known, _)| *known == name) else {
            let (start, end) = self.range(self.at);
            let message = match name.as_str() {
                "namespace" => "the `namespace` axis is not supported".to_owned(),
                _ => format!("unknown axis `{name}`"),
            };
            return Err(error(message, start, end));
        };
        self.at += 2;
        Ok(*axis)
    }

    fn test(&mut self) -> Read<Test> {
        let Some(Kind::Name(prefix, local)) = self.kind().cloned() else {
            return Err(self.unexpected("a name"));
        };
        let here = self.at;
        self.at += 1;
        if prefix.is_none() && self.is_mark("(") {
            let test = match local.as_str() {
                "node" => Test::Node,
                "text" => Test::Text,
                "comment" => Test::Comment,
                "processing-instruction" => {
                    self.at += 1;
                    let target = match self.kind().cloned() {
                        Some(Kind::Text(target)) => Some(target),
                        _ => None,
                    };
                    self.at += usize::from(target.is_some());
                    self.expect(")")?;
                    return Ok(Test::Instruction(target));
                }
                _ => {
                    let (start, end) = self.range(here);
                    let message = format!("`{local}()` selects no nodes in a path");
                    return Err(error(message, start, end));
                }
            };
            self.at += 1;
            self.expect(")")?;
            return Ok(test);
        }
        let namespace = match &prefix {
            None => String::new(),
            Some(prefix) => self.namespace(prefix, here)?,
        };
        // An unprefixed name is in no namespace, whatever the axis (XPath 1.0 section 2.3).
        Ok(match (prefix, local.as_str()) {
            (None, "*") => Test::Any,
            (Some(_), "*") => Test::In(namespace),
            _ => Test::Name { namespace, local },
        })
    }

    fn namespace(&self, prefix: &str, index: usize) -> Read<String> {
        match self.namespaces.get(prefix) {
            Some(namespace) => Ok(namespace.clone()),
            None if prefix == "xml" => Ok(XML.to_owned()),
            None => {
                let (start, _) = self.range(index);
                let mut error = error(
                    format!("unknown prefix `{prefix}`"),
                    start,
                    start + prefix.len(),
                );
                error.unknown_prefix = Some(prefix.to_owned());
                Err(error)
            }
        }
    }

    fn predicates(&mut self) -> Read<Vec<Expr>> {
        let mut predicates = Vec::new();
        while self.takes("[") {
            self.count_operator()?;
            predicates.push(self.expression()?);
            self.expect("]")?;
        }
        Ok(predicates)
    }

    /// A text, a number, a value, a function, or an expression in parentheses; `None` if a step starts here.
    fn primary(&mut self) -> Read<Option<Expr>> {
        let primary = match self.kind().cloned() {
            Some(Kind::Text(text)) => Expr::Text(text),
            Some(Kind::Number(number)) => Expr::Number(number),
            Some(Kind::Hole(index)) => Expr::Hole(index),
            Some(Kind::Mark("(")) => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                // The parentheses stay: `(//a)[1]` is not `//a[1]`, and `(a | b)/c` needs them.
                return Ok(Some(inner));
            }
            Some(Kind::Mark("$")) => {
                let (start, end) = self.range(self.at);
                let message = "variables are not supported: write `${capture.name}` for a value";
                return Err(error(message, start, end));
            }
            Some(Kind::Name(None, name)) if self.is_call() && !is_node_type(&name) => {
                return self.call(&name).map(Some);
            }
            Some(Kind::Name(Some(prefix), name)) if self.is_call() => {
                let (start, end) = self.range(self.at);
                let message = format!("unknown function `{prefix}:{name}()`");
                return Err(error(message, start, end));
            }
            Some(Kind::Name(..) | Kind::Mark("." | ".." | "@")) => return Ok(None),
            _ => return Err(self.unexpected("an expression")),
        };
        self.at += 1;
        Ok(Some(primary))
    }

    fn is_call(&self) -> bool {
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        matches!(next, Some(Kind::Mark("(")))
    }

    fn call(&mut self, name: &str) -> Read<Expr> {
        let here = self.at;
        let (start, end) = self.range(here);
        let known = FUNCTIONS.iter().find(|(known, ..)| *known == name);
        let Some((_, function, least, most)) = known else {
            let message = match name {
                "id" => "`id()` is not supported: write `//*[@id = 'x']`".to_owned(),
                "matches" | "ends-with" | "upper-case" | "lower-case" | "exists" | "empty"
                | "tokenize" | "replace" | "distinct-values" | "string-join" => {
                    format!("`{name}()` is not a function of XPath 1.0")
                }
                _ => {
                    let names = FUNCTIONS.iter().map(|(known, ..)| *known);
                    match crate::text::nearest::nearest(name, names) {
                        Some(near) => {
                            format!("unknown function `{name}()`: did you mean `{near}()`?")
                        }
                        None => format!("unknown function `{name}()`"),
                    }
                }
            };
            return Err(error(message, start, end));
        };
        self.at += 1;
        self.expect("(")?;
        let mut arguments = Vec::new();
        if !self.is_mark(")") {
            loop {
                let first = self.at;
                let argument = self.expression()?;
                if function.takes_nodes() && !argument.is_of_nodes() {
                    let (start, _) = self.range(first);
                    let (_, end) = self.range(self.at - 1);
                    let message = format!("`{name}()` takes nodes, not a value");
                    return Err(error(message, start, end));
                }
                arguments.push(argument);
                if !self.takes(",") {
                    break;
                }
            }
        }
        self.expect(")")?;
        if !(*least..=*most).contains(&arguments.len()) {
            let expected = match (least, most) {
                (1, 1) => "1 argument".to_owned(),
                (least, most) if least == most => format!("{least} arguments"),
                (least, 50) => format!("at least {least} arguments"),
                (least, most) => format!("{least} to {most} arguments"),
            };
            let message = format!("`{name}()` takes {expected}, found {}", arguments.len());
            return Err(error(message, start, end));
        }
        Ok(Expr::Call(*function, arguments))
    }
}

fn is_node_type(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}

impl Function {
    /// Does it read the context node if it has no argument?
    pub(super) fn defaults_to_context(self) -> bool {
        matches!(
            self,
            Function::LocalName
                | Function::Name
                | Function::NamespaceUri
                | Function::NormalizeSpace
                | Function::Number
                | Function::String
                | Function::StringLength
        )
    }
}
