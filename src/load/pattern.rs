//! Patterns: JSON with words in angle brackets where there is freedom.

use super::names::{CaseReader, unescape};
use super::node::{Key, Kind, Node};
use crate::model::{Diagnostic, Draft, Marker, Pattern, Shape, Span, StatusPattern, TextPattern};

/// Markers without an argument.
const WORDS: &[&str] = &[
    "any",
    "absent",
    "present",
    "string",
    "non-empty",
    "number",
    "integer",
    "boolean",
    "object",
    "array",
    "null",
    "uuid",
    "date-time",
    "local-date-time",
];
/// Markers with an argument.
const PHRASES: &[&str] = &[
    "ignore-case",
    "contains",
    "one-of",
    "one-of-ignore-case",
    "not",
];
/// Markers that are the only key of an object.
const KEYS: &[&str] = &[
    "<unordered>",
    "<contains>",
    "<each>",
    "<each?>",
    "<optional>",
];

impl CaseReader<'_> {
    /// Reads a pattern.
    pub(crate) fn pattern(&mut self, node: &Node) -> Pattern {
        let shape = match &node.kind {
            Kind::Text(text) => return self.text_pattern(text, node.span),
            Kind::List(items) => {
                Shape::Array(items.iter().map(|item| self.pattern(item)).collect())
            }
            Kind::Object(entries) => {
                match entries.iter().find(|(key, _)| key.text.starts_with('<')) {
                    Some((key, value)) => return self.keyed(key, value, entries.len(), node.span),
                    None => Shape::Object(
                        entries
                            .iter()
                            .map(|(key, value)| {
                                (unescape(&key.text).to_owned(), self.pattern(value))
                            })
                            .collect(),
                    ),
                }
            }
            _ => Shape::Value(Draft::Literal(node.to_json())),
        };
        Pattern {
            shape,
            span: node.span,
        }
    }

    /// `<unordered>: [...]` and the like.
    fn keyed(&mut self, key: &Key, value: &Node, keys: usize, span: Span) -> Pattern {
        if keys > 1 {
            self.diagnostics.push(
                Diagnostic::error(
                    "case/marker-key",
                    key.span,
                    format!("`{}` must be the only key of its object", key.text),
                )
                .help(format!("write `\\{}` if a member has that name", key.text)),
            );
        }
        let shape = match key.text.as_str() {
            "<unordered>" => Shape::Unordered(self.elements(value, &key.text)),
            "<contains>" => Shape::Contains(self.elements(value, &key.text)),
            "<each>" | "<each?>" => Shape::Each {
                pattern: Box::new(self.pattern(value)),
                or_none: key.text.ends_with("?>"),
            },
            "<optional>" => Shape::Optional(Box::new(self.pattern(value))),
            unknown => {
                self.diagnostics.push(
                    Diagnostic::error(
                        "case/unknown-marker",
                        key.span,
                        format!("unknown marker `{unknown}` as a key"),
                    )
                    .label(format!("expected one of {}", KEYS.join(", ")))
                    .suggest(unknown, KEYS.iter().copied())
                    .help(format!("write `\\{unknown}` if a member has that name")),
                );
                Shape::Marker(Marker::Any)
            }
        };
        Pattern { shape, span }
    }

    fn elements(&mut self, node: &Node, key: &str) -> Vec<Pattern> {
        let Kind::List(items) = &node.kind else {
            self.diagnostics.push(Diagnostic::error(
                "case/marker-value",
                node.span,
                format!("`{key}` takes a list, found {}", node.describe()),
            ));
            return Vec::new();
        };
        items.iter().map(|item| self.pattern(item)).collect()
    }

    /// A text: a marker, a literal, or a template.
    pub(crate) fn text_pattern(&mut self, text: &str, span: Span) -> Pattern {
        if !text.starts_with('<') {
            let shape = Shape::Value(self.text_as_draft(unescape(text), span));
            return Pattern { shape, span };
        }
        let Some(inside) = text[1..].strip_suffix('>') else {
            self.diagnostics.push(
                Diagnostic::error(
                    "case/unclosed-marker",
                    span,
                    format!("the marker `{text}` is not closed by `>`"),
                )
                .help("in a flow collection a comma ends an unquoted text: quote it")
                .help(format!("write `\\{text}` for the literal text")),
            );
            return any(span);
        };
        let is_regex = inside.starts_with('/') && !inside.ends_with("/?");
        let (inside, optional) = match inside.strip_suffix('?') {
            Some(inside) if !is_regex => (inside, true),
            _ => (inside, false),
        };
        let pattern = self.marker(inside, text, span);
        if optional {
            return Pattern {
                shape: Shape::Optional(Box::new(pattern)),
                span,
            };
        }
        pattern
    }

    fn marker(&mut self, inside: &str, whole: &str, span: Span) -> Pattern {
        if let Some(regex) = inside
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
        {
            return self.regex(regex, span);
        }
        let marker = match inside.split_once(' ') {
            None => word(inside),
            Some((phrase, argument)) => self.phrase(phrase, argument.trim(), whole, span),
        };
        if let Some(marker) = marker {
            return Pattern {
                shape: Shape::Marker(marker),
                span,
            };
        }
        let first = inside.split(' ').next().unwrap_or("");
        let diagnostic = Diagnostic::error(
            "case/unknown-marker",
            span,
            format!("unknown marker `{whole}`"),
        );
        let diagnostic = if PHRASES.contains(&first) {
            diagnostic.help(format!("`<{first} ...>` needs a value"))
        } else if WORDS.contains(&first) {
            diagnostic.help(format!("`<{first}>` takes no value"))
        } else if status_word(inside).is_some() {
            diagnostic.help("status classes stand under `status`")
        } else if first == "media-type" || first == "omit" || first == "empty" || first == "none" {
            diagnostic.help(format!("`<{first}>` stands elsewhere: see the case format"))
        } else {
            diagnostic.suggest(first, WORDS.iter().chain(PHRASES).copied())
        };
        self.diagnostics
            .push(diagnostic.help(format!("write `\\{whole}` for the literal text")));
        any(span)
    }

    fn phrase(&mut self, phrase: &str, argument: &str, whole: &str, span: Span) -> Option<Marker> {
        let words = || argument.split_whitespace().map(str::to_owned).collect();
        Some(match phrase {
            "ignore-case" => Marker::IgnoreCase(self.template(argument, span)),
            "contains" => Marker::ContainsText(self.template(argument, span)),
            "one-of" => Marker::OneOf(words()),
            "one-of-ignore-case" => Marker::OneOfIgnoreCase(words()),
            "not" => Marker::Not(Box::new(self.negated(argument, whole, span))),
            _ => return None,
        })
    }

    /// What `<not x>` excludes: a marker without its brackets, or a literal.
    fn negated(&mut self, argument: &str, whole: &str, span: Span) -> Pattern {
        let first = argument.split(' ').next().unwrap_or("");
        if WORDS.contains(&first) || PHRASES.contains(&first) || argument.starts_with('/') {
            return self.marker(argument, whole, span);
        }
        let shape = Shape::Value(self.text_as_draft(argument, span));
        Pattern { shape, span }
    }

    fn regex(&mut self, regex: &str, span: Span) -> Pattern {
        match TextPattern::new(regex) {
            Ok(pattern) => Pattern {
                shape: Shape::Marker(Marker::Regex(pattern)),
                span,
            },
            Err(message) => {
                let last = message.lines().last().unwrap_or("it does not compile");
                self.diagnostics.push(
                    Diagnostic::error("case/regex", span, format!("the regular expression `{regex}` cannot be used"))
                        .label(last.trim_start_matches("error: ").to_owned())
                        .help("look-around and back-references are not supported: matching takes linear time"),
                );
                any(span)
            }
        }
    }
}

fn any(span: Span) -> Pattern {
    Pattern {
        shape: Shape::Marker(Marker::Any),
        span,
    }
}

fn word(inside: &str) -> Option<Marker> {
    Some(match inside {
        "any" => Marker::Any,
        "absent" => Marker::Absent,
        "present" => Marker::Present,
        "string" => Marker::String,
        "non-empty" => Marker::NonEmpty,
        "number" => Marker::Number,
        "integer" => Marker::Integer,
        "boolean" => Marker::Boolean,
        "object" => Marker::Object,
        "array" => Marker::Array,
        "null" => Marker::Null,
        "uuid" => Marker::Uuid,
        "date-time" => Marker::DateTime { zone: true },
        "local-date-time" => Marker::DateTime { zone: false },
        _ => return None,
    })
}

/// `any`, `2xx`, `not 2xx`.
pub(crate) fn status_word(inside: &str) -> Option<StatusPattern> {
    if inside == "any" {
        return Some(StatusPattern::Any);
    }
    let (negated, class) = match inside.strip_prefix("not ") {
        Some(class) => (true, class),
        None => (false, inside),
    };
    let digit = class.strip_suffix("xx")?;
    let class = digit.parse().ok().filter(|class| (1..=5).contains(class))?;
    (digit.len() == 1).then_some(if negated {
        StatusPattern::NotClass(class)
    } else {
        StatusPattern::Class(class)
    })
}
