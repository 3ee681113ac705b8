//! Patterns: JSON with markers where more than one value is accepted.

use crate::load::habits::INSTEAD_OF_ALTERNATIVES;
use crate::load::interner::Interner;
use crate::load::names::{CaseReader, unescape};
use crate::load::node::{Key, Kind, Node};
use crate::load::record::{one_of, reject};
use crate::load::synonyms::marker_for;
use crate::model::{
    Argument, ArgumentKind, Diagnostic, Draft, MARKERS, Marker, MarkerKind, MarkerPlace, Pattern,
    Shape, Span, StatusPattern, TextPattern, rows_in,
};
use crate::text::nearest::nearest;

impl CaseReader<'_> {
    /// Reads a pattern.
    pub(crate) fn pattern(&mut self, node: &Node) -> Pattern {
        let shape = match &node.kind {
            Kind::Text(text) => return self.text_pattern(text, node.span, MarkerPlace::Json),
            Kind::Broken => return any(node.span),
            Kind::List(items) => {
                Shape::Array(items.iter().map(|item| self.pattern(item)).collect())
            }
            Kind::Object(entries) => {
                let is_marker = |(key, _): &&(Key, Node)| key.text.starts_with('<');
                if let Some((key, value)) = entries.iter().find(is_marker) {
                    return self.keyed(key, value, entries.len(), node.span);
                }
                self.warn_about_alternatives(entries);
                let entries = entries.iter();
                let members = entries
                    .map(|(key, value)| (unescape(&key.text).to_owned(), self.pattern(value)));
                Shape::Object(members.collect())
            }
            _ => Shape::Value(Draft::Literal(Box::new(node.to_json()))),
        };
        Pattern::new(shape, node.span)
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
                .help(format!(
                    "write `\\{}` if it is the name of a member",
                    key.text
                )),
            );
        }
        let name = key.text[1..].strip_suffix('>').unwrap_or_default();
        let kind = MarkerKind::find(name, MarkerPlace::Key);
        let shape = match kind {
            Some(MarkerKind::Unordered) => Shape::Unordered(self.elements(value, &key.text)),
            Some(MarkerKind::Contains) => Shape::Contains(self.elements(value, &key.text)),
            Some(MarkerKind::Each | MarkerKind::EachOrNone) => Shape::Each {
                pattern: Box::new(self.pattern(value)),
                or_none: kind == Some(MarkerKind::EachOrNone),
            },
            Some(MarkerKind::Optional) => Shape::Optional(Box::new(self.pattern(value))),
            _ => {
                self.diagnostics.push(unknown_key(key));
                return any(span);
            }
        };
        Pattern::new(shape, span)
    }

    fn elements(&mut self, node: &Node, key: &str) -> Vec<Pattern> {
        let Kind::List(items) = &node.kind else {
            reject(node, self.diagnostics, || {
                let message = format!("expected a list for `{key}`, found {}", node.describe());
                Diagnostic::error("case/marker-value", node.span, message)
            });
            return Vec::new();
        };
        items.iter().map(|item| self.pattern(item)).collect()
    }

    /// Reads a string: a marker, a literal, or a template.
    pub(crate) fn text_pattern(&mut self, text: &str, span: Span, place: MarkerPlace) -> Pattern {
        if let Some(shape) = self.interner.known_shape(place, text) {
            return Pattern { shape, span };
        }
        let count_before = self.diagnostics.len();
        let pattern = self.new_text_pattern(text, span, place);
        // What is wrong with a text is reported each time. Whether the name of a marker is depends on its quotes.
        let is_name = MarkerKind::find(text, place).is_some();
        if self.diagnostics.len() == count_before && !is_name {
            self.interner.keep_shape(place, text, &pattern.shape);
        }
        pattern
    }

    fn new_text_pattern(&mut self, text: &str, span: Span, place: MarkerPlace) -> Pattern {
        if !text.starts_with('<') {
            self.warn_about_name_of_marker(text, span, place);
            self.warn_about_slashes(text, span);
            let shape = Shape::Value(self.text_as_draft(unescape(text), span));
            return Pattern::new(shape, span);
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
        let count_before = self.diagnostics.len();
        let pattern = self.marker(inside, text, span, place);
        let is_known = self.diagnostics.len() == count_before;
        let is_for_text = !is_optional && can_judge_text(&pattern);
        if is_known && place != MarkerPlace::Json && !is_for_text {
            let message = format!("`{text}` is only valid {}", MarkerPlace::Json.describe());
            self.diagnostics.push(
                Diagnostic::error("case/marker-misplaced", span, message).help(
                    "use a marker for text: `<non-empty>`, `</regex/>`, `<contains x>`, `<one-of a b>`",
                ),
            );
        }
        if is_optional {
            return Pattern::new(Shape::Optional(Box::new(pattern)), span);
        }
        pattern
    }

    fn unclosed_marker(&self, text: &str, span: Span) -> Diagnostic {
        let message = format!("unclosed marker `{text}`");
        let diagnostic = Diagnostic::error("case/unclosed-marker", span, message);
        let file = &self.sources.file(span.file).text;
        let after = file.get(span.end as usize..).unwrap_or("");
        let is_cut = after.trim_start().starts_with(',')
            && after.lines().next().is_some_and(|line| line.contains('>'));
        if is_cut {
            diagnostic.help("a comma ends an unquoted string in brackets: quote the marker")
        } else {
            diagnostic
                .help(format!("write `{text}>`"))
                .help(format!("write `\\{text}` for the literal text"))
        }
    }

    fn marker(&mut self, inside: &str, whole: &str, span: Span, place: MarkerPlace) -> Pattern {
        let expression = inside.strip_prefix('/');
        if let Some(expression) = expression.and_then(|rest| rest.strip_suffix('/')) {
            return self.regex(expression, span);
        }
        let (name, argument) = inside.split_once(' ').unwrap_or((inside, ""));
        let argument = argument.trim();
        let found = MarkerKind::find(name, MarkerPlace::Json)
            .and_then(|kind| Some((kind, self.argument(kind, argument, whole, span)?)));
        let Some((kind, argument)) = found else {
            self.diagnostics
                .push(bad_marker(name, argument, whole, place, span));
            return any(span);
        };
        Pattern::new(Shape::Marker(Marker { kind, argument }), span)
    }

    /// Reads the argument of a marker; `None` when one is missing, or the marker takes none.
    fn argument(
        &mut self,
        kind: MarkerKind,
        argument: &str,
        whole: &str,
        span: Span,
    ) -> Option<Argument> {
        let row = kind.row();
        let kind = row.argument;
        if argument.is_empty() {
            return kind.is_optional().then_some(Argument::None);
        }
        if kind == ArgumentKind::None {
            return None;
        }
        Some(match kind {
            ArgumentKind::Bound | ArgumentKind::Range | ArgumentKind::Period => {
                self.limit(row, argument, span)
            }
            ArgumentKind::Text => Argument::Text(Box::new(self.template(argument, span))),
            ArgumentKind::Words => Argument::Words(self.words(argument, span)),
            ArgumentKind::Pattern => {
                Argument::Pattern(Box::new(self.negated(argument, whole, span)))
            }
            _ => Argument::None,
        })
    }

    fn words(&mut self, argument: &str, span: Span) -> Vec<String> {
        if argument.contains("${") {
            self.diagnostics.push(
                Diagnostic::error("case/marker-argument", span, "`${...}` in a list of words")
                    .help(
                        "words are literal: use `select` with `subset-of` to compare with values",
                    ),
            );
        }
        argument.split_whitespace().map(str::to_owned).collect()
    }

    /// What `<not x>` excludes: a marker without its brackets, or a literal.
    fn negated(&mut self, argument: &str, whole: &str, span: Span) -> Pattern {
        let name = argument.split(' ').next().unwrap_or("");
        let is_marker = MarkerKind::find(name, MarkerPlace::Json).is_some()
            || argument.starts_with('/')
            || StatusPattern::from_marker(argument).is_some();
        if is_marker {
            let pattern = self.marker(argument, whole, span, MarkerPlace::Json);
            self.reject_negated_limit(&pattern, whole);
            return pattern;
        }
        let shape = Shape::Value(self.text_as_draft(argument, span));
        Pattern::new(shape, span)
    }

    fn regex(&mut self, regex: &str, span: Span) -> Pattern {
        match compile(self.interner, regex, span) {
            Ok(pattern) => {
                let marker = Marker {
                    kind: MarkerKind::Regex,
                    argument: Argument::Regex(pattern),
                };
                let shape = Shape::Marker(marker);
                Pattern::new(shape, span)
            }
            Err(rejected) => {
                self.diagnostics.push(*rejected);
                any(span)
            }
        }
    }
}

/// Compiles a regular expression, or says what is wrong with it.
pub(crate) fn compile(
    interner: &mut Interner,
    regex: &str,
    span: Span,
) -> Result<TextPattern, Box<Diagnostic>> {
    let rejected = if regex.is_empty() {
        Diagnostic::error("case/regex", span, "empty regular expression")
            .help("it matches every text: use `<string>` if that is the intention")
    } else if regex.contains("${") {
        Diagnostic::error("case/regex", span, "`${...}` in a regular expression")
            .help("expressions are literal: use `<contains ${...}>` or the value itself")
    } else {
        match interner.expression(regex) {
            Ok(pattern) => return Ok(pattern),
            Err(message) => bad_regex(regex, &message, span),
        }
    };
    Err(Box::new(rejected))
}

fn bad_regex(regex: &str, reason: &str, span: Span) -> Diagnostic {
    let message = format!("invalid regular expression `{regex}`");
    let diagnostic = Diagnostic::error("case/regex", span, message);
    let last = reason.lines().last().unwrap_or("it does not compile");
    let last = last.trim_start_matches("error: ").trim_end_matches('.');
    if last.contains("size limit") {
        diagnostic.label("too large when compiled")
    } else if last.contains("look-around") || last.contains("backreference") {
        diagnostic
            .label("look-around and back-references are not supported")
            .help("use two checks, or `<not ...>`")
    } else {
        diagnostic.label(last.to_owned())
    }
}

/// The diagnostic for text in angle brackets that is no marker here, or has the wrong argument.
fn bad_marker(
    name: &str,
    argument: &str,
    whole: &str,
    place: MarkerPlace,
    span: Span,
) -> Diagnostic {
    let error = |code, message: String| Diagnostic::error(code, span, message);
    let literally = format!("write `\\{whole}` for the literal text");
    let is_here = |kind: &MarkerKind| {
        let row = kind.row();
        row.is_valid_in(MarkerPlace::Json) || row.is_valid_in(place)
    };
    let same_name = || MARKERS.iter().filter(|row| row.name == name);
    if let Some(kind) = same_name().map(|row| row.kind).find(is_here) {
        let example = kind.row().example();
        let message = match kind.row().argument {
            ArgumentKind::None => format!("`<{name}>` takes no argument, found `{argument}`"),
            _ => format!("`<{name}>` needs an argument"),
        };
        return error("case/marker-argument", message).help(format!("write `{example}`"));
    }
    let is_status = StatusPattern::from_marker(whole.trim_matches(['<', '>'])).is_some();
    let elsewhere = same_name()
        .next()
        .filter(|_| argument.is_empty() || name == "media-type");
    let unknown = || error("case/unknown-marker", format!("unknown marker `{whole}`"));
    match elsewhere.map(|row| row.places) {
        Some([MarkerPlace::Key]) => unknown()
            .help(format!("it is a key: write `{whole}: ...`"))
            .help(literally),
        Some([place, ..]) => misplaced(whole, place.describe(), span).help(literally),
        _ if is_status => misplaced(whole, "under `status`", span).help(literally),
        _ => {
            let known = || {
                let rows = rows_in(MarkerPlace::Json).chain(rows_in(place));
                rows.filter(|row| row.argument != ArgumentKind::Regex)
            };
            let meant = nearest(name, known().map(|row| row.name));
            let meant = meant.and_then(|name| known().find(|row| row.name == name));
            match meant.map(|row| (row.name, row.argument)) {
                _ if let Some(marker) = marker_for(name) => {
                    let marker = with_argument(marker, argument);
                    unknown().help(format!("did you mean `{marker}`?"))
                }
                Some((name, kind)) if argument.is_empty() && kind.is_optional() => {
                    unknown().help(format!("did you mean `<{name}>`?"))
                }
                Some((name, _)) => {
                    let argument = if argument.is_empty() { "..." } else { argument };
                    unknown().help(format!("did you mean `<{name} {argument}>`?"))
                }
                None => unknown(),
            }
            .help(literally)
        }
    }
}

/// The example of a comparing marker, with the argument that was written.
fn with_argument(marker: &str, argument: &str) -> String {
    match marker.strip_suffix(" 7>") {
        Some(name) if !argument.is_empty() => format!("{name} {argument}>"),
        _ => marker.to_owned(),
    }
}

fn misplaced(marker: &str, place: &str, span: Span) -> Diagnostic {
    let message = format!("`{marker}` is only valid {place}");
    Diagnostic::error("case/marker-misplaced", span, message)
}

fn unknown_key(key: &Key) -> Diagnostic {
    let keys: Vec<String> = rows_in(MarkerPlace::Key)
        .map(|row| format!("<{}>", row.name))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let written = key.text.as_str();
    let message = format!("unknown marker `{written}` as a key");
    let diagnostic = Diagnostic::error("case/unknown-marker", key.span, message)
        .label(format!("expected {}", one_of(&keys)))
        .suggest(written, keys.iter().copied());
    let is_of_alternatives = matches!(written, "<any-of>" | "<one-of>");
    let instead = INSTEAD_OF_ALTERNATIVES.into_iter();
    let diagnostic = instead
        .filter(|_| is_of_alternatives)
        .fold(diagnostic, Diagnostic::help);
    diagnostic.help(format!("write `\\{written}` if it is the name of a member"))
}

/// Can the pattern accept some texts and reject others?
fn can_judge_text(pattern: &Pattern) -> bool {
    match &*pattern.shape {
        Shape::Optional(_) => false,
        Shape::Marker(marker) => marker.kind.row().is_valid_in(MarkerPlace::Text),
        _ => true,
    }
}

fn any(span: Span) -> Pattern {
    Pattern::new(Shape::Marker(Marker::new(MarkerKind::Any)), span)
}
