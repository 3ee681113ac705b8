//! Patterns: JSON values with markers where more than one value is accepted.

use std::fmt;
use std::sync::Arc;

use crate::model::bound::Limit;
use crate::model::marker::MarkerKind;
use crate::model::source::Span;
use crate::model::template::{Draft, Expression, Template};

/// A JSON value with markers.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What is accepted. Shared by patterns that accept the same: most are one of a few markers.
    pub shape: Arc<Shape>,
    /// Where it is written.
    pub span: Span,
}

impl Pattern {
    /// A pattern with a shape of its own.
    pub fn new(shape: Shape, span: Span) -> Pattern {
        let shape = Arc::new(shape);
        Pattern { shape, span }
    }

    /// Calls `see` with the pattern and those inside.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Pattern)) {
        see(self);
        match &*self.shape {
            Shape::Object(members) => members.iter().for_each(|(_, member)| member.visit(see)),
            Shape::Array(items) | Shape::Unordered(items) | Shape::Contains(items) => {
                for item in items {
                    item.visit(see);
                }
            }
            Shape::Each { pattern, .. } | Shape::Optional(pattern) => pattern.visit(see),
            Shape::Marker(marker) => {
                if let Argument::Pattern(inner) = &marker.argument {
                    inner.visit(see);
                }
            }
            Shape::Value(_) => {}
        }
    }

    /// Calls `see` with the expression of each hole.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        self.visit(&mut |pattern| match &*pattern.shape {
            Shape::Value(draft) => draft.visit_holes(see),
            Shape::Marker(marker) => marker.argument.visit_holes(see),
            _ => {}
        });
    }
}

impl Argument {
    fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        match self {
            Argument::Text(template) => template.visit_holes(see),
            Argument::Limit(limit) => limit.visit_holes(see),
            Argument::None | Argument::Words(_) | Argument::Regex(_) | Argument::Pattern(_) => {}
        }
    }
}

/// What a pattern accepts.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Exactly this value (numbers by value, objects without order). A scalar, or a template.
    Value(Draft),
    /// An object with these members. The check decides whether others are allowed (`json`) or not (`json-exactly`).
    Object(Vec<(String, Pattern)>),
    /// An array of exactly these elements, in order.
    Array(Vec<Pattern>),
    /// `<unordered>`: exactly these elements, in any order (one-to-one).
    Unordered(Vec<Pattern>),
    /// `<contains>`: at least these elements, in any order (one-to-one).
    Contains(Vec<Pattern>),
    /// `<each>`: an array in which every element matches; empty only if `or_none` (`<each?>`).
    Each {
        /// What each element must be.
        pattern: Box<Pattern>,
        /// An empty array passes too.
        or_none: bool,
    },
    /// A marker such as `<string>`.
    Marker(Marker),
    /// `<string?>` and the like: the member is missing or matches.
    Optional(Box<Pattern>),
}

/// A marker with its argument, for example `<one-of a b>`.
#[derive(Clone, Debug)]
pub struct Marker {
    /// Which marker it is.
    pub kind: MarkerKind,
    /// What follows its name.
    pub argument: Argument,
}

/// The argument of a marker.
#[derive(Clone, Debug)]
pub enum Argument {
    /// None.
    None,
    /// Text.
    Text(Box<Template>),
    /// Words.
    Words(Vec<String>),
    /// A regular expression.
    Regex(TextPattern),
    /// A pattern.
    Pattern(Box<Pattern>),
    /// What the value is compared with.
    Limit(Box<Limit>),
}

impl Marker {
    /// A marker that takes no argument.
    pub fn new(kind: MarkerKind) -> Marker {
        Marker {
            kind,
            argument: Argument::None,
        }
    }

    /// The text that is its argument; `None` while there are holes in it, or when it is no text.
    pub fn text(&self) -> Option<&str> {
        match &self.argument {
            Argument::Text(template) => template.as_literal(),
            _ => None,
        }
    }

    /// The words that are its argument.
    pub fn words(&self) -> &[String] {
        match &self.argument {
            Argument::Words(words) => words,
            _ => &[],
        }
    }

    /// What it accepts, in words: `a string`.
    pub fn describe(&self) -> String {
        let argument = match &self.argument {
            Argument::None => String::new(),
            Argument::Text(template) => text_of(template),
            Argument::Words(words) => words.join(", "),
            Argument::Regex(pattern) => pattern.as_str().to_owned(),
            Argument::Limit(limit) => return self.describe_limit(limit),
            Argument::Pattern(pattern) => match &*pattern.shape {
                Shape::Marker(inner) => inner.describe(),
                Shape::Value(Draft::Literal(value)) => value.to_string(),
                Shape::Value(Draft::Template(template)) => template.to_string(),
                _ => "that".to_owned(),
            },
        };
        self.kind.row().words.replace("{}", &argument)
    }

    fn describe_limit(&self, limit: &Limit) -> String {
        let words = self.kind.row().words;
        match limit {
            Limit::Bound(bound) => words.replace("{}", &bound.to_string()),
            Limit::Range(range) => format!("{words} {}", range.describe(self.kind.row().unit())),
            Limit::Period(period) => format!("{words} {period}"),
        }
    }
}

impl fmt::Display for Marker {
    /// The marker as it is written in a case file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.kind.row();
        match &self.argument {
            Argument::Text(template) => write!(f, "<{} {}>", row.name, text_of(template)),
            Argument::Words(words) => write!(f, "<{} {}>", row.name, words.join(" ")),
            Argument::Limit(limit) => write!(f, "<{} {limit}>", row.name),
            Argument::Regex(pattern) => write!(f, "</{}/>", pattern.as_str()),
            _ => write!(f, "<{}>", row.name),
        }
    }
}

/// A literal as it is, anything else as it is written.
fn text_of(template: &Template) -> String {
    let literal = template.as_literal().map(str::to_owned);
    literal.unwrap_or_else(|| template.to_string())
}

/// A compiled regular expression, with linear time and bounded size; cheap to clone.
#[derive(Clone, Debug)]
pub struct TextPattern(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    regex: regex::Regex,
    written: Box<str>,
}

impl TextPattern {
    /// Compiles the expression (the syntax of the `regex` crate; no look-around, no back-references). `\d` and `\w`
    /// are ASCII digits and letters, as in the patterns of JSON Schema (ECMA-262 section 22.2.2.9).
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one line or more.
    pub fn new(pattern: &str) -> Result<TextPattern, String> {
        let regex = regex::RegexBuilder::new(&with_ascii_classes(pattern))
            .size_limit(1 << 20)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(TextPattern(Arc::new(Compiled {
            regex,
            written: pattern.into(),
        })))
    }

    /// Does the expression find a match in the text?
    pub fn is_match(&self, text: &str) -> bool {
        self.0.regex.is_match(text)
    }

    /// What the first group of the expression matches, or all that the expression matches if it has no group. `None`
    /// without a match, or when the group is not part of it.
    pub fn part_of<'t>(&self, text: &'t str) -> Option<&'t str> {
        let found = self.0.regex.captures(text)?;
        let at = usize::from(found.len() > 1);
        found.get(at).map(|part| part.as_str())
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.0.written
    }
}

/// The expression with `\d`, `\D`, `\w` and `\W` spelled out; inside brackets, a class may hold classes.
fn with_ascii_classes(pattern: &str) -> String {
    let mut spelled = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        spelled.push(character);
        if character != '\\' {
            continue;
        }
        let class = match characters.next() {
            Some('d') => "[0-9]",
            Some('D') => "[^0-9]",
            Some('w') => "[A-Za-z0-9_]",
            Some('W') => "[^A-Za-z0-9_]",
            escaped => {
                spelled.extend(escaped);
                continue;
            }
        };
        spelled.pop();
        spelled.push_str(class);
    }
    spelled
}
