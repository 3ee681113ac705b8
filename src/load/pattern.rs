//! Patterns: JSON with words in angle brackets where there is freedom.

use crate::load::names::{CaseReader, unescape};
use crate::load::node::{Key, Kind, Node};
use crate::load::record::{one_of, refuse};
use crate::model::{Diagnostic, Draft, Marker, Pattern, Shape, Span, StatusPattern, TextPattern};
use crate::text::nearest::nearest;

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

/// What a text pattern is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A value of a JSON body.
    Json,
    /// A header field.
    Header,
    /// The body as text.
    Text,
}

impl Place {
    /// Markers that only this place has, and that are read elsewhere.
    fn own_words(self) -> &'static [&'static str] {
        match self {
            Place::Header => &["media-type"],
            Place::Json | Place::Text => &[],
        }
    }
}

impl CaseReader<'_> {
    /// Reads a pattern.
    pub(crate) fn pattern(&mut self, node: &Node) -> Pattern {
        let shape = match &node.kind {
            Kind::Text(text) => return self.text_pattern(text, node.span, Place::Json),
            Kind::Broken => return any(node.span),
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
            _ => Shape::Value(Draft::Literal(Box::new(node.to_json()))),
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
                    .label(format!("expected {}", one_of(KEYS)))
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
            refuse(node, self.diagnostics, || {
                let message = format!("`{key}` takes a list, found {}", node.describe());
                Diagnostic::error("case/marker-value", node.span, message)
            });
            return Vec::new();
        };
        items.iter().map(|item| self.pattern(item)).collect()
    }

    /// A text: a marker, a literal, or a template.
    pub(crate) fn text_pattern(&mut self, text: &str, span: Span, place: Place) -> Pattern {
        if !text.starts_with('<') {
            let shape = Shape::Value(self.text_as_draft(unescape(text), span));
            return Pattern { shape, span };
        }
        let Some(inside) = text[1..].strip_suffix('>') else {
            let diagnostic = self.unclosed_marker(text, span);
            self.diagnostics.push(diagnostic);
            return any(span);
        };
        let is_regex = inside.starts_with('/') && !inside.ends_with("/?");
        let (inside, is_optional) = match inside.strip_suffix('?') {
            Some(inside) if !is_regex => (inside, true),
            _ => (inside, false),
        };
        let told = self.diagnostics.len();
        let pattern = self.marker(inside, text, span, place);
        let is_known = self.diagnostics.len() == told;
        if is_known && place != Place::Json && (is_optional || !fits_text(&pattern)) {
            let message = format!("the marker `{text}` says nothing about a text");
            self.diagnostics.push(
                Diagnostic::error("case/marker-misplaced", span, message).help(
                    "use one for texts: `<non-empty>`, `</regex/>`, `<contains x>`, `<one-of a b>`",
                ),
            );
        }
        if is_optional {
            return Pattern {
                shape: Shape::Optional(Box::new(pattern)),
                span,
            };
        }
        pattern
    }

    fn unclosed_marker(&self, text: &str, span: Span) -> Diagnostic {
        let message = format!("the marker `{text}` is not closed by `>`");
        let diagnostic = Diagnostic::error("case/unclosed-marker", span, message);
        let file = &self.sources.file(span.file).text;
        let after = file.get(span.end as usize..).unwrap_or("");
        let is_cut = after.trim_start().starts_with(',')
            && after.lines().next().is_some_and(|line| line.contains('>'));
        if is_cut {
            diagnostic.help("a comma ends an unquoted text in brackets: put the marker in quotes")
        } else {
            diagnostic
                .help(format!("close it: `{text}>`"))
                .help(format!("write `\\{text}` for the literal text"))
        }
    }

    fn marker(&mut self, inside: &str, whole: &str, span: Span, place: Place) -> Pattern {
        if let Some(regex) = inside
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
        {
            return self.regex(regex, span);
        }
        let (name, argument) = inside.split_once(' ').unwrap_or((inside, ""));
        let argument = argument.trim();
        let marker = if argument.is_empty() {
            word(name)
        } else {
            self.phrase(name, argument, whole, span)
        };
        if let Some(marker) = marker {
            return Pattern {
                shape: Shape::Marker(marker),
                span,
            };
        }
        self.diagnostics
            .push(unknown_marker(name, argument, whole, place, span));
        any(span)
    }

    fn phrase(&mut self, phrase: &str, argument: &str, whole: &str, span: Span) -> Option<Marker> {
        Some(match phrase {
            "ignore-case" => Marker::IgnoreCase(self.template(argument, span)),
            "contains" => Marker::ContainsText(self.template(argument, span)),
            "one-of" => Marker::OneOf(self.words(argument, span)),
            "one-of-ignore-case" => Marker::OneOfIgnoreCase(self.words(argument, span)),
            "not" => Marker::Not(Box::new(self.negated(argument, whole, span))),
            _ => return None,
        })
    }

    fn words(&mut self, argument: &str, span: Span) -> Vec<String> {
        if argument.contains("${") {
            self.diagnostics.push(
                Diagnostic::error("case/marker-argument", span, "a value in a list of words")
                    .help("`<one-of ...>` takes words as they are; use `select` with `subset-of` for values"),
            );
        }
        argument.split_whitespace().map(str::to_owned).collect()
    }

    /// What `<not x>` excludes: a marker without its brackets, or a literal.
    fn negated(&mut self, argument: &str, whole: &str, span: Span) -> Pattern {
        let first = argument.split(' ').next().unwrap_or("");
        let is_marker = WORDS.contains(&first) || PHRASES.contains(&first);
        if is_marker || argument.starts_with('/') || status_word(argument).is_some() {
            return self.marker(argument, whole, span, Place::Json);
        }
        let shape = Shape::Value(self.text_as_draft(argument, span));
        Pattern { shape, span }
    }

    fn regex(&mut self, regex: &str, span: Span) -> Pattern {
        let refused = if regex.is_empty() {
            Diagnostic::error("case/regex", span, "an empty regular expression")
                .help("every text matches it: use `<string>` if that is meant")
        } else if regex.contains("${") {
            Diagnostic::error("case/regex", span, "a value in a regular expression").help(
                "values cannot stand in an expression: use `<contains ${...}>` or the text itself",
            )
        } else {
            match TextPattern::new(regex) {
                Ok(pattern) => {
                    return Pattern {
                        shape: Shape::Marker(Marker::Regex(pattern)),
                        span,
                    };
                }
                Err(message) => bad_regex(regex, &message, span),
            }
        };
        self.diagnostics.push(refused);
        any(span)
    }
}

fn bad_regex(regex: &str, reason: &str, span: Span) -> Diagnostic {
    let message = format!("the regular expression `{regex}` cannot be used");
    let diagnostic = Diagnostic::error("case/regex", span, message);
    let last = reason.lines().last().unwrap_or("it does not compile");
    let last = last.trim_start_matches("error: ").trim_end_matches('.');
    if last.contains("size limit") {
        diagnostic.label("too large when compiled")
    } else if last.contains("look-around") || last.contains("backreference") {
        diagnostic
            .label("look-around and back-references are not supported")
            .help("matching takes linear time here; two markers, or `<not ...>`, may do")
    } else {
        diagnostic.label(last.to_owned())
    }
}

/// Says why something in angle brackets is no marker here.
fn unknown_marker(name: &str, argument: &str, whole: &str, place: Place, span: Span) -> Diagnostic {
    let error = |code, message: String| Diagnostic::error(code, span, message);
    let inside = whole.trim_matches(['<', '>']);
    if PHRASES.contains(&name) {
        return error(
            "case/marker-argument",
            format!("the marker `<{name}>` needs a word"),
        )
        .help(format!("write `<{name} word>`"));
    }
    if WORDS.contains(&name) {
        return error(
            "case/marker-argument",
            format!("the marker `<{name}>` takes no word, found `{argument}`"),
        )
        .help(format!("write `<{name}>`"));
    }
    let elsewhere = match name {
        _ if status_word(inside).is_some() => Some("under `status`"),
        "media-type" if place == Place::Header => {
            return error(
                "case/marker-argument",
                "the marker `<media-type>` needs a type".into(),
            )
            .help("write `<media-type application/json>`");
        }
        "media-type" => Some("under `headers`"),
        "omit" => Some("under `headers` of a request"),
        "empty" => Some("under `body` of a block"),
        "none" => Some("under `body` or `identity` of a request"),
        _ => None,
    };
    if let Some(elsewhere) = elsewhere {
        return error(
            "case/marker-misplaced",
            format!("the marker `{whole}` stands only {elsewhere}"),
        )
        .help(format!("write `\\{whole}` for the literal text"));
    }
    let unknown = error("case/unknown-marker", format!("unknown marker `{whole}`"));
    if KEYS.contains(&whole) {
        return unknown.help(format!("it is written as a key: `{whole}: ...`"));
    }
    let known = WORDS.iter().chain(PHRASES).chain(place.own_words());
    let unknown = match nearest(name, known.copied()) {
        Some(near) if PHRASES.contains(&near) || place.own_words().contains(&near) => {
            let argument = if argument.is_empty() { "..." } else { argument };
            unknown.help(format!("did you mean `<{near} {argument}>`?"))
        }
        Some(near) => unknown.help(format!("did you mean `<{near}>`?")),
        None => unknown,
    };
    unknown.help(format!("write `\\{whole}` for the literal text"))
}

/// Can the pattern accept some texts and refuse others?
fn fits_text(pattern: &Pattern) -> bool {
    match &pattern.shape {
        Shape::Optional(_) => false,
        Shape::Marker(marker) => !matches!(
            marker,
            Marker::Absent
                | Marker::Present
                | Marker::Number
                | Marker::Integer
                | Marker::Boolean
                | Marker::Object
                | Marker::Array
                | Marker::Null
        ),
        _ => true,
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
