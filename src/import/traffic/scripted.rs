//! What a source requires of an answer, and what it takes from it.

use crate::import::literal;
use crate::import::traffic::marked;
use crate::import::yaml::{Entry, Yaml};
use crate::model::TextPattern;

/// A requirement of an answer. Texts in it are marked and are written as literals where they are not patterns.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Check {
    /// The status.
    Status(StatusCheck),
    /// A header field, and a pattern for it.
    Header(String, Pattern),
    /// A cookie that is set: its name, what of it, and a pattern.
    Cookie(String, Option<String>, Pattern),
    /// A condition on what a path of JSON selects: the path, the condition, a pattern or value.
    Select(String, Vec<(String, Pattern)>),
    /// One of several such conditions.
    AnyOf(Vec<(String, Vec<(String, Pattern)>)>),
    /// The same on an XPath.
    Xml(String, Vec<(String, Pattern)>),
    /// The whole body is this JSON.
    Json(serde_json::Value),
    /// The whole body is this XML.
    XmlEquals(String),
    /// The body as text.
    Text(Pattern),
    /// A property of the bytes.
    Bytes(&'static str, Pattern),
    /// The answer is complete in this time.
    Within(String),
}

/// The statuses that a source accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StatusCheck {
    /// One of these.
    OneOf(Vec<u16>),
    /// Any of these classes: 2 is 2xx.
    Classes(Vec<u16>),
}

/// Is it a number of milliseconds that a case can have?
pub(crate) fn is_time(number: &serde_json::Number) -> bool {
    number
        .as_u64()
        .is_some_and(|time| (1..=3_600_000).contains(&time))
}

/// The classes of statuses within these bounds, if they are classes.
pub(crate) fn classes(bounds: &[(&'static str, u16)]) -> Option<StatusCheck> {
    let holds = |status: u16| {
        bounds.iter().all(|(sign, bound)| match *sign {
            "<" => status < *bound,
            "<=" => status <= *bound,
            ">" => status > *bound,
            _ => status >= *bound,
        })
    };
    let mut classes = Vec::new();
    for class in 1..=5 {
        let mut statuses = class * 100..class * 100 + 100;
        if statuses.clone().all(holds) {
            classes.push(class);
        } else if statuses.any(holds) {
            return None;
        }
    }
    (!classes.is_empty() && classes.len() < 5).then_some(StatusCheck::Classes(classes))
}

/// A value that is expected.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Pattern {
    /// This value; texts in it are marked.
    Value(serde_json::Value),
    /// As it is in the case format.
    Written(Yaml),
}

impl Pattern {
    /// A marker.
    pub(crate) fn marker(text: impl Into<String>) -> Pattern {
        Pattern::Written(Yaml::text(text))
    }

    /// An object of the case format.
    pub(crate) fn object(key: &str, value: Yaml) -> Pattern {
        Pattern::Written(Yaml::map([Entry::new(key, value)]))
    }

    /// A text that matches a regular expression; `None` if a case cannot have it.
    pub(crate) fn regex(expression: &str) -> Option<Pattern> {
        let expression = expression.replace("${", "$\\{");
        let is_written = !expression.is_empty() && !marked::has_filling(&expression);
        TextPattern::new(&expression).ok().filter(|_| is_written)?;
        Some(Pattern::marker(format!("</{expression}/>")))
    }

    /// A text with this one in it, at its beginning or its end.
    pub(crate) fn containing(text: &str, at_start: bool, at_end: bool) -> Pattern {
        let mut expression = String::new();
        if at_start {
            expression.push('^');
        }
        expression.push_str(&literal::expression(text));
        if at_end {
            expression.push('$');
        }
        // The text is escaped; an empty one is in each text.
        Pattern::regex(&expression).unwrap_or_else(|| Pattern::marker("<string>"))
    }

    fn each_text(&mut self, change: &mut dyn FnMut(&str) -> String) {
        match self {
            Pattern::Value(value) => marked::map_json(value, change),
            Pattern::Written(_) => {}
        }
    }
}

/// What a later call takes from an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Capture {
    /// The number of it in the traffic, once it has one.
    pub(crate) number: usize,
    /// The name that the source gives it.
    pub(crate) name: String,
    /// Where it comes from, in the case format.
    pub(crate) from: Yaml,
}

impl Check {
    /// Every text of it that is no pattern.
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&str) -> String) {
        match self {
            Check::Header(_, pattern) | Check::Text(pattern) | Check::Cookie(_, _, pattern) => {
                pattern.each_text(change);
            }
            Check::Select(_, conditions) | Check::Xml(_, conditions) => {
                for (_, pattern) in conditions {
                    pattern.each_text(change);
                }
            }
            Check::AnyOf(alternatives) => {
                for (_, pattern) in alternatives
                    .iter_mut()
                    .flat_map(|(_, conditions)| conditions)
                {
                    pattern.each_text(change);
                }
            }
            Check::Json(value) => marked::map_json(value, change),
            Check::XmlEquals(text) => *text = change(text),
            Check::Status(_) | Check::Bytes(..) | Check::Within(_) => {}
        }
    }
}
