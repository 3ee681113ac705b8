//! Parses templates: `${fixture.online}`, `${repeat(fixture.offline, 1100)}`.

use crate::model::{Expression, Part};
use crate::text::nearest::nearest;

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemplateError {
    /// The hole as written, from `${` on.
    pub(crate) hole: String,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do, if that is known here.
    pub(crate) help: Option<String>,
    /// Is it the value of a row, where there is none?
    pub(crate) is_row_value: bool,
    /// A name without a prefix, as in `${user}`: perhaps that of a fixture.
    pub(crate) bare_name: Option<String>,
}

impl TemplateError {
    fn help(self, help: impl Into<String>) -> TemplateError {
        TemplateError {
            help: Some(help.into()),
            ..self
        }
    }
}

const FUNCTIONS: &[&str] = &["repeat", "string", "int", "upper", "lower"];
const SPACES: &[&str] = &["fixture", "capture", "row"];

/// Splits a string into literal parts and holes. `$${` is a literal `${`.
pub(crate) fn parse(text: &str) -> Result<Vec<Part>, TemplateError> {
    if !text.contains("${") {
        // Nearly every string, and kept for the whole run: without spare capacity.
        let literal = (!text.is_empty()).then(|| Part::Text(text.to_owned()));
        return Ok(literal.into_iter().collect());
    }
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            literal.push_str(&rest[..at - 1]);
            literal.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        literal.push_str(&rest[..at]);
        let hole = &rest[at..];
        let inside = hole_end(hole).ok_or_else(|| unclosed(hole))?;
        if !literal.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut literal)));
        }
        parts.push(Part::Hole(expression(&hole[2..inside], &hole[..=inside])?));
        rest = &hole[inside + 1..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Part::Text(literal));
    }
    Ok(parts)
}

/// The offset of the `}` that closes a hole. Quoted text is skipped.
pub(crate) fn hole_end(hole: &str) -> Option<usize> {
    let mut quoted = false;
    hole.char_indices().find_map(|(at, c)| {
        if c == '\'' {
            quoted = !quoted;
        }
        (c == '}' && !quoted).then_some(at)
    })
}

fn error(hole: &str, message: impl Into<String>) -> TemplateError {
    TemplateError {
        hole: hole.chars().take(80).collect(),
        message: message.into(),
        help: None,
        is_row_value: false,
        bare_name: None,
    }
}

fn unclosed(hole: &str) -> TemplateError {
    if hole.contains('}') {
        return error(hole, "unclosed `'`");
    }
    error(hole, "unclosed `${`").help("write `$${` for a literal `${`")
}

fn expression(text: &str, hole: &str) -> Result<Expression, TemplateError> {
    let mut parser = ExpressionParser {
        rest: text.trim(),
        hole,
        depth: 0,
    };
    let expression = parser.expression()?;
    if !parser.rest.is_empty() {
        return Err(error(
            hole,
            format!("unexpected `{}` in `{hole}`", parser.rest),
        ));
    }
    Ok(expression)
}

struct ExpressionParser<'t> {
    rest: &'t str,
    hole: &'t str,
    depth: usize,
}

impl<'t> ExpressionParser<'t> {
    fn expression(&mut self) -> Result<Expression, TemplateError> {
        self.depth += 1;
        if self.depth > 16 {
            return Err(error(self.hole, "functions are nested more than 16 deep"));
        }
        if let Some(text) = self.rest.strip_prefix('\'') {
            let end = text
                .find('\'')
                .ok_or_else(|| error(self.hole, "unclosed `'`"))?;
            let literal = Expression::Literal(Box::new(text[..end].into()));
            self.rest = text[end + 1..].trim_start();
            return Ok(literal);
        }
        let end = self
            .rest
            .find(|c: char| !(c.is_alphanumeric() || "._-".contains(c)))
            .unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        if word.is_empty() {
            return Err(error(self.hole, format!("missing name in `{}`", self.hole))
                .help("write `${fixture.NAME}`, `${capture.NAME}` or `${row.NAME}`"));
        }
        if let Some(arguments) = self.rest.strip_prefix('(') {
            self.rest = arguments.trim_start();
            return self.call(word);
        }
        self.name(word)
    }

    fn name(&self, word: &'t str) -> Result<Expression, TemplateError> {
        if let Ok(number) = word.parse::<i64>() {
            return Ok(Expression::Literal(Box::new(number.into())));
        }
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
            && let Some(number) = word.parse().ok().and_then(serde_json::Number::from_f64)
        {
            return Ok(Expression::Literal(Box::new(number.into())));
        }
        match word {
            "true" => return Ok(Expression::Literal(Box::new(true.into()))),
            "false" => return Ok(Expression::Literal(Box::new(false.into()))),
            _ => {}
        }
        match word.split_once('.') {
            Some(("fixture", name)) if !name.is_empty() => Ok(Expression::Fixture(name.to_owned())),
            Some(("capture", name)) if !name.is_empty() => Ok(Expression::Capture(name.to_owned())),
            Some(("row", _)) => Err(TemplateError {
                is_row_value: true,
                ..error(self.hole, "`row` in a case without `rows`")
                    .help("add `rows:` to the case, or use a fixture")
            }),
            Some(("env", _)) => Err(error(self.hole, "environment variable in a case").help(
                "use a fixture or an identity: the target file can fill those from `${env.NAME}`",
            )),
            space => {
                let message = format!(
                    "expected `fixture.NAME`, `capture.NAME` or `row.NAME`, found `{word}`"
                );
                let unknown = error(self.hole, message);
                Err(match space {
                    Some((space, name)) => match nearest(space, SPACES.iter().copied()) {
                        Some(near) => unknown.help(format!("did you mean `{near}.{name}`?")),
                        None => unknown,
                    },
                    None => TemplateError {
                        bare_name: Some(word.to_owned()),
                        ..unknown.help("write `$${` for a literal `${`")
                    },
                })
            }
        }
    }

    fn call(&mut self, function: &str) -> Result<Expression, TemplateError> {
        if !FUNCTIONS.contains(&function) {
            let unknown = error(self.hole, format!("unknown function `{function}`"));
            return Err(match nearest(function, FUNCTIONS.iter().copied()) {
                Some(near) => unknown.help(format!("did you mean `{near}`?")),
                None => unknown.help(format!("the functions are {}", FUNCTIONS.join(", "))),
            });
        }
        let mut arguments = Vec::new();
        if !self.rest.starts_with(')') {
            arguments.push(self.expression()?);
        }
        while let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest.trim_start();
            arguments.push(self.expression()?);
        }
        self.rest = self
            .rest
            .strip_prefix(')')
            .ok_or_else(|| error(self.hole, format!("unclosed `{function}(`")))?
            .trim_start();
        let count = arguments.len();
        let mut arguments = arguments.into_iter().map(Box::new);
        match (function, arguments.next(), arguments.next()) {
            ("repeat", Some(value), Some(times)) if count == 2 => {
                Ok(Expression::Repeat(value, times))
            }
            ("string", Some(value), None) => Ok(Expression::Text(value)),
            ("int", Some(value), None) => Ok(Expression::Integer(value)),
            ("upper", Some(value), None) => Ok(Expression::Upper(value)),
            ("lower", Some(value), None) => Ok(Expression::Lower(value)),
            _ => {
                let takes = if function == "repeat" {
                    "two arguments"
                } else {
                    "one argument"
                };
                let message = format!("`{function}` takes {takes}, found {count}");
                Err(error(self.hole, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(text: &str) -> Expression {
        match parse(text).unwrap().remove(0) {
            Part::Hole(expression) => expression,
            Part::Text(text) => panic!("text {text}"),
        }
    }

    #[test]
    fn a_template_is_split_into_text_and_holes() {
        assert_eq!(
            hole("${fixture.online}"),
            Expression::Fixture("online".into())
        );
        assert_eq!(
            hole("${ repeat(fixture.offline, 1100) }"),
            Expression::Repeat(
                Box::new(Expression::Fixture("offline".into())),
                Box::new(Expression::Literal(Box::new(1100.into())))
            )
        );
        let parts = parse("/users/${fixture.user}/x").unwrap();
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn a_doubled_dollar_is_literal() {
        assert_eq!(parse("$${x}").unwrap(), [Part::Text("${x}".into())]);
        assert_eq!(parse("5 $ {x}").unwrap(), [Part::Text("5 $ {x}".into())]);
    }

    #[test]
    fn mistakes_are_reported_with_help() {
        let help = |text: &str| parse(text).unwrap_err().help.unwrap();
        assert_eq!(help("${fixtur.x}"), "did you mean `fixture.x`?");
        assert_eq!(help("${uper(fixture.x)}"), "did you mean `upper`?");
        assert_eq!(parse("${user}").unwrap_err().bare_name.unwrap(), "user");
        assert!(
            parse("${uuid()}")
                .unwrap_err()
                .message
                .contains("unknown function")
        );
        assert!(parse("${").is_err());
        assert!(parse("${}").is_err());
        assert!(
            parse("${repeat(1)}")
                .unwrap_err()
                .message
                .contains("two arguments")
        );
        assert!(
            parse("${string(1) 2}")
                .unwrap_err()
                .message
                .contains("unexpected")
        );
    }

    proptest::proptest! {
        #[test]
        fn parsing_never_panics_and_text_without_holes_is_kept(text in ".{0,60}") {
            let parts = parse(&text);
            if !text.contains("${") {
                let kept: String = parts.unwrap().iter().map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Hole(_) => String::new(),
                }).collect();
                proptest::prop_assert_eq!(kept, text);
            }
        }
    }
}
