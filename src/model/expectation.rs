//! What must come back: blocks of checks, each block proving requirements.

use std::sync::Arc;

use crate::json::schema::SchemaId;
use crate::json::selector::Selector;
use crate::model::contract::Level;
use crate::model::source::Span;
use crate::model::template::{Draft, Template};

/// Checks on one response that stand together and prove the same requirements.
#[derive(Clone, Debug)]
pub struct Block {
    /// The requirements proven, first the one to blame. Empty: the block arranges, and its failure is an error.
    pub proves: Arc<[String]>,
    /// The strictest level among them; `None` for an arranging block.
    pub level: Option<Level>,
    /// What the status may be.
    pub status: Option<StatusCheck>,
    /// Header fields.
    pub headers: Vec<HeaderCheck>,
    /// The body.
    pub body: Vec<BodyCheck>,
    /// Do the checks of the body hold where there is no body at all?
    pub or_empty: bool,
    /// The whole block.
    pub span: Span,
}

/// The statuses that are accepted; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusCheck {
    /// Any of these.
    pub accepts: Vec<StatusPattern>,
    /// The value in the case file.
    pub span: Span,
}

/// One accepted status, or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusPattern {
    /// Exactly this status.
    Exact(u16),
    /// `<4xx>`: every status of the class, 1 to 5.
    Class(u8),
    /// `<not 2xx>`: every status outside the class.
    NotClass(u8),
    /// `<any>`: the status does not matter here.
    Any,
}

impl StatusPattern {
    /// Is this status accepted?
    pub fn accepts(self, status: u16) -> bool {
        match self {
            StatusPattern::Exact(expected) => status == expected,
            StatusPattern::Class(class) => status / 100 == u16::from(class),
            StatusPattern::NotClass(class) => status / 100 != u16::from(class),
            StatusPattern::Any => true,
        }
    }
}

impl std::fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StatusPattern::Exact(status) => write!(f, "{status}"),
            StatusPattern::Class(class) => write!(f, "{class}xx"),
            StatusPattern::NotClass(class) => write!(f, "not {class}xx"),
            StatusPattern::Any => f.write_str("any"),
        }
    }
}

/// What is asked of one header field.
#[derive(Clone, Debug)]
pub struct HeaderCheck {
    /// The field name; compared without case.
    pub name: String,
    /// What is asked.
    pub expected: HeaderExpectation,
    /// The value in the case file.
    pub span: Span,
}

/// What a header field must be.
#[derive(Clone, Debug)]
pub enum HeaderExpectation {
    /// Not there at all.
    Absent,
    /// There, with any value.
    Present,
    /// One line that the pattern accepts.
    Pattern(Pattern),
    /// One line whose media type is this one (`type/subtype`, lower case); parameters are ignored.
    MediaType(String),
    /// Exactly these lines, in this order.
    Lines(Vec<Template>),
}

/// One check on the body.
#[derive(Clone, Debug)]
pub enum BodyCheck {
    /// No octets at all, also none after the framed end where the transport sees the wire.
    Empty {
        /// The value in the case file.
        span: Span,
    },
    /// JSON that the schema accepts.
    Schema {
        /// Which compiled schema of the suite.
        schema: SchemaId,
        /// The value in the case file.
        span: Span,
    },
    /// JSON that the pattern accepts.
    Json {
        /// The pattern; objects inside are open.
        pattern: Pattern,
        /// The key in the case file.
        span: Span,
    },
    /// JSON that the pattern accepts, every object with exactly the members named.
    JsonExactly {
        /// The pattern; objects inside are closed.
        pattern: Pattern,
        /// The key in the case file.
        span: Span,
    },
    /// Text (UTF-8) that the pattern accepts.
    Text {
        /// A scalar pattern.
        pattern: Pattern,
        /// The value in the case file.
        span: Span,
    },
    /// Nodes selected from the JSON body.
    Select(Selection),
}

/// A condition on the nodes that a JSONPath selects.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What is selected.
    pub selector: Selector,
    /// What must hold; never empty.
    pub conditions: Vec<(Condition, Span)>,
    /// May nothing be selected? Else `Each`, `Unique` and `SubsetOf` fail on an empty selection.
    pub or_none: bool,
    /// The path in the case file.
    pub span: Span,
}

/// One condition on a list of selected nodes.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Every node matches, and there is at least one (unless the selection says `or_none`).
    Each(Pattern),
    /// At least one node matches.
    Some(Pattern),
    /// No node matches. An empty list passes: this states an absence.
    None(Pattern),
    /// How many nodes there are: inclusive bounds.
    Count {
        /// At least.
        min: u64,
        /// At most; `None` is no bound.
        max: Option<u64>,
    },
    /// No two nodes are equal; there is at least one.
    Unique,
    /// Exactly one node, equal to the value as JSON.
    Equal(Draft),
    /// Every node is an element of this array; there is at least one.
    SubsetOf(Draft),
    /// Every element of this array is a node.
    SupersetOf(Draft),
    /// The same elements, each as often, in any order.
    SameSet(Draft),
}

/// A JSON value with freedom in it.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// What is accepted.
    pub shape: Shape,
    /// Where it is written.
    pub span: Span,
}

/// What a pattern accepts.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Exactly this value (numbers by value, objects without order). A scalar, or a template.
    Value(Draft),
    /// An object with these members; whether others may be there is the check's affair (`json` open, `json-exactly` closed).
    Object(Vec<(String, Pattern)>),
    /// An array of exactly these elements, in order.
    Array(Vec<Pattern>),
    /// `<unordered>`: exactly these elements, in any order (one-to-one).
    Unordered(Vec<Pattern>),
    /// `<contains>`: these elements at least, in any order (one-to-one).
    Contains(Vec<Pattern>),
    /// `<each>`: an array whose every element matches; empty only if `or_none` (`<each?>`).
    Each {
        /// What each element must be.
        pattern: Box<Pattern>,
        /// An empty array passes too.
        or_none: bool,
    },
    /// A marker such as `<string>`.
    Marker(Marker),
    /// `<string?>`, `<absent>` and the like: the member may be missing; where it is there, it must match.
    Optional(Box<Pattern>),
}

/// A word in angle brackets.
#[derive(Clone, Debug)]
pub enum Marker {
    /// Any value, null included.
    Any,
    /// The member is not there.
    Absent,
    /// The member is there, and not null.
    Present,
    /// A string.
    String,
    /// A string with at least one character.
    NonEmpty,
    /// A number.
    Number,
    /// A number without fraction (1.0 counts).
    Integer,
    /// true or false.
    Boolean,
    /// An object.
    Object,
    /// An array.
    Array,
    /// null.
    Null,
    /// A UUID in the form 8-4-4-4-12, either case.
    Uuid,
    /// A date and time of ISO 8601, 0 to 12 fraction digits; `zone` says whether a zone must stand there.
    DateTime {
        /// A zone is required (`<date-time>`), or optional (`<local-date-time>`).
        zone: bool,
    },
    /// Text that the regular expression finds (not anchored).
    Regex(TextPattern),
    /// Equal but for letter case.
    IgnoreCase(Template),
    /// Contains this text.
    ContainsText(Template),
    /// One of these words exactly.
    OneOf(Vec<String>),
    /// One of these words, in any letter case.
    OneOfIgnoreCase(Vec<String>),
    /// Any value but the one this pattern accepts.
    Not(Box<Pattern>),
}

impl Marker {
    /// How the marker reads in a message, in words: `a string`.
    pub fn describe(&self) -> String {
        match self {
            Marker::Any => "anything".into(),
            Marker::Absent => "no such member".into(),
            Marker::Present => "any value but null".into(),
            Marker::String => "a string".into(),
            Marker::NonEmpty => "a string that is not empty".into(),
            Marker::Number => "a number".into(),
            Marker::Integer => "an integer".into(),
            Marker::Boolean => "true or false".into(),
            Marker::Object => "an object".into(),
            Marker::Array => "an array".into(),
            Marker::Null => "null".into(),
            Marker::Uuid => "a UUID".into(),
            Marker::DateTime { zone: true } => "a date-time with a zone".into(),
            Marker::DateTime { zone: false } => "a date-time".into(),
            Marker::Regex(pattern) => format!("text that matches /{}/", pattern.as_str()),
            Marker::IgnoreCase(template) => format!("`{template}` in any letter case"),
            Marker::ContainsText(template) => format!("text that contains `{template}`"),
            Marker::OneOf(words) => format!("one of {}", words.join(", ")),
            Marker::OneOfIgnoreCase(words) => {
                format!("one of {} (in any letter case)", words.join(", "))
            }
            Marker::Not(pattern) => match &pattern.shape {
                Shape::Marker(inner) => format!("anything but {}", inner.describe()),
                Shape::Value(Draft::Literal(value)) => format!("anything but {value}"),
                Shape::Value(Draft::Template(template)) => format!("anything but {template}"),
                _ => "anything else".into(),
            },
        }
    }
}

/// A compiled regular expression: linear time, of bounded size.
#[derive(Clone, Debug)]
pub struct TextPattern {
    regex: regex::Regex,
    written: String,
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
        Ok(TextPattern {
            regex,
            written: pattern.to_owned(),
        })
    }

    /// Does the expression find a match in the text?
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.written
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
