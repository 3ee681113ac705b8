//! Parses templates: `${fixture.online}`, `${repeat(fixture.offline, 1100)}`, `${now(+1h, unix)}`.

mod maker;

use std::borrow::Cow;

use crate::model::{BodyFact, Expression, FUNCTIONS, Function, Made, Part};
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

const SPACES: &[&str] = &["fixture", "capture", "row", "var", "with", "run"];

/// The names of all functions.
pub(crate) fn functions() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|row| row.name).chain(maker::NAMES)
}

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

/// The first hole of a text whose holes are not filled in, as it is written. A text that is no template has none.
pub(crate) fn first_hole(text: &str) -> Option<String> {
    if !text.contains("${") || text.contains("$${") {
        return None;
    }
    let parts = parse(text).ok()?;
    parts.iter().find_map(|part| match part {
        Part::Hole(expression) => Some(format!("${{{expression}}}")),
        Part::Text(_) => None,
    })
}

/// A text in a place where no value of the run is filled in: its holes may only be literals, such as the `${'x'}` that a
/// value of a row becomes in a longer text. The error is the first other hole.
pub(crate) fn plain(text: &str) -> Result<Cow<'_, str>, String> {
    if !text.contains("${") || text.contains("$${") {
        return Ok(text.into());
    }
    let Ok(parts) = parse(text) else {
        return Ok(text.into());
    };
    let mut plain = String::new();
    for part in parts {
        match part {
            Part::Text(text) => plain.push_str(&text),
            Part::Hole(Expression::Literal(value)) => match *value {
                serde_json::Value::String(text) => plain.push_str(&text),
                value => plain.push_str(&value.to_string()),
            },
            Part::Hole(expression) => return Err(format!("${{{expression}}}")),
        }
    }
    Ok(plain.into())
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
        let expression = self.operand()?;
        self.depth -= 1;
        Ok(expression)
    }

    fn operand(&mut self) -> Result<Expression, TemplateError> {
        if self.rest.starts_with('\'') {
            let text = self.quoted()?;
            return Ok(Expression::Literal(Box::new(text.into())));
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

    /// A quoted text; `''` in it is a quote.
    fn quoted(&mut self) -> Result<String, TemplateError> {
        let inside = self.rest.strip_prefix('\'').unwrap_or(self.rest);
        let mut text = String::new();
        let mut rest = inside;
        loop {
            let end = rest
                .find('\'')
                .ok_or_else(|| error(self.hole, "unclosed `'`"))?;
            text.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('\'') {
                Some(more) => {
                    text.push('\'');
                    rest = more;
                }
                None => break,
            }
        }
        self.rest = rest.trim_start();
        Ok(text)
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
            Some(("var", name)) if !name.is_empty() => Ok(Expression::Variable(word.to_owned())),
            Some(("run", name)) => match maker::of_run(name) {
                Some(maker) => Ok(Expression::Made(Made { place: 0, maker })),
                None => Err(error(self.hole, format!("a run has no `{name}`"))
                    .help("write `${run.id}`, the id of the run")),
            },
            Some(("body", _)) => self.body_fact(word),
            Some(("row", _)) => Err(TemplateError {
                is_row_value: true,
                ..error(self.hole, "`row` in a case without `rows`")
                    .help("add `rows:` to the case, or use a fixture")
            }),
            Some(("with", _)) => Err(error(self.hole, format!("`{word}` outside a shared step"))
                .help("only the steps that a contract defines under `steps` have parameters")),
            Some(("env", _)) => Err(error(self.hole, "environment variable in a case").help(
                "use a fixture or an identity: the target file can fill those from `${env.NAME}`",
            )),
            space => {
                let message = format!(
                    "expected `fixture.NAME`, `capture.NAME`, `row.NAME` or `var.NAME`, found `{word}`"
                );
                let unknown = error(self.hole, message);
                Err(match space {
                    Some((space, name)) => match nearest(space, SPACES.iter().copied()) {
                        Some(near) => unknown.help(format!("did you mean `{near}.{name}`?")),
                        None => unknown,
                    },
                    None => TemplateError {
                        bare_name: Some(word.to_owned()),
                        ..match functions().find(|name| *name == word) {
                            Some(name) => {
                                unknown.help(format!("write `{name}(...)`: it is a function"))
                            }
                            None => unknown.help("write `$${` for a literal `${`"),
                        }
                    },
                })
            }
        }
    }

    fn body_fact(&self, word: &str) -> Result<Expression, TemplateError> {
        BodyFact::find(word).map(Expression::OfBody).ok_or_else(|| {
            let known = BodyFact::ALL.map(|fact| format!("`{}`", fact.key()));
            error(
                self.hole,
                format!("no fact about a body is called `{word}`"),
            )
            .help(format!("write one of {}", known.join(", ")))
        })
    }

    fn call(&mut self, name: &str) -> Result<Expression, TemplateError> {
        if maker::NAMES.contains(&name) {
            let arguments = self.words(name)?;
            let maker = maker::read(name, &arguments).map_err(|(message, help)| {
                let wrong = error(self.hole, message);
                help.into_iter().fold(wrong, TemplateError::help)
            })?;
            return Ok(Expression::Made(Made { place: 0, maker }));
        }
        if name == "sha256"
            && let Some(rest) = self.rest.strip_prefix("body")
            && rest.trim_start().starts_with(')')
        {
            self.rest = rest.trim_start();
            self.close(name)?;
            return Ok(Expression::OfBody(BodyFact::Sha256));
        }
        let Some(function) = Function::find(name) else {
            let unknown = error(self.hole, format!("unknown function `{name}`"));
            let near = nearest(name, functions());
            return Err(unknown.help(near.map_or_else(
                || {
                    let known: Vec<&str> = functions().collect();
                    format!("the functions are {}", known.join(", "))
                },
                |near| format!("did you mean `{near}`?"),
            )));
        };
        let mut arguments = Vec::new();
        if !self.rest.starts_with(')') {
            arguments.push(self.expression()?);
        }
        while let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest.trim_start();
            arguments.push(self.expression()?);
        }
        self.close(name)?;
        let row = function.row();
        let (least, most) = row.arguments;
        if !(least..=most).contains(&arguments.len()) {
            let message = format!("`{name}` takes {}, found {}", row.takes(), arguments.len());
            return Err(error(self.hole, message));
        }
        Ok(Expression::Call(function, arguments))
    }

    /// The arguments of a function whose arguments are words, such as `+1h`. They can be quoted.
    fn words(&mut self, function: &str) -> Result<Vec<String>, TemplateError> {
        let mut words = Vec::new();
        while !self.rest.starts_with(')') {
            if !words.is_empty() {
                self.rest = self
                    .rest
                    .strip_prefix(',')
                    .ok_or_else(|| error(self.hole, format!("unclosed `{function}(`")))?
                    .trim_start();
            }
            if self.rest.starts_with('\'') {
                words.push(self.quoted()?);
                continue;
            }
            let end = self.rest.find([',', ')', '\'']).unwrap_or(self.rest.len());
            let (word, rest) = self.rest.split_at(end);
            words.push(word.trim().to_owned());
            self.rest = rest;
        }
        self.close(function)?;
        Ok(words)
    }

    fn close(&mut self, function: &str) -> Result<(), TemplateError> {
        let rest = self.rest.strip_prefix(')');
        self.rest = rest
            .ok_or_else(|| error(self.hole, format!("unclosed `{function}(`")))?
            .trim_start();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            Expression::Call(
                Function::Repeat,
                vec![
                    Expression::Fixture("offline".into()),
                    Expression::Literal(Box::new(1100.into()))
                ]
            )
        );
        let parts = parse("/users/${fixture.user}/x").unwrap();
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn a_plain_text_has_literals_only() {
        assert_eq!(plain("a/${'x y'}-${3}").unwrap(), "a/x y-3");
        assert_eq!(plain("a$b").unwrap(), "a$b");
        assert_eq!(plain("${'a'}${fixture.x}").unwrap_err(), "${fixture.x}");
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
            parse("${frobnicate()}")
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

    #[test]
    fn functions_nest_and_quotes_are_doubled() {
        let written = "${hmac-sha256('it''s }', concat(base64(fixture.a), json(capture.b), 1.5))}";
        assert_eq!(format!("${{{}}}", hole(written)), written);
        assert_eq!(
            hole("${ url-encode( 'a' ) }").to_string(),
            "url-encode('a')"
        );
        let deep = |depth: usize| format!("${{{}1{}}}", "hex(".repeat(depth), ")".repeat(depth));
        assert!(parse(&deep(15)).is_ok());
        assert!(
            parse(&deep(16))
                .unwrap_err()
                .message
                .contains("more than 16 deep")
        );
        assert!(parse(&deep(100_000)).is_err());
        // Arguments that stand side by side are not nested.
        let wide = format!("${{concat({})}}", vec!["upper('a')"; 16].join(", "));
        assert!(parse(&wide).is_ok());
    }

    fn literal() -> impl Strategy<Value = Expression> {
        prop_oneof![
            any::<i64>().prop_map(|number| Expression::Literal(Box::new(number.into()))),
            any::<bool>().prop_map(|flag| Expression::Literal(Box::new(flag.into()))),
            "[ -~äß\n]{0,12}".prop_map(|text| Expression::Literal(Box::new(text.into()))),
            "[a-z][a-z0-9.-]{0,8}".prop_map(Expression::Fixture),
            "[a-z][a-z0-9-]{0,8}".prop_map(Expression::Capture),
            "[a-z][a-z0-9-]{0,8}".prop_map(|name| Expression::Variable(format!("var.{name}"))),
            maker::tests::maker().prop_map(|maker| Expression::Made(Made { place: 0, maker })),
        ]
    }

    fn expressions() -> impl Strategy<Value = Expression> {
        literal().prop_recursive(8, 40, 4, |inner| {
            (0..FUNCTIONS.len(), prop::collection::vec(inner, 16)).prop_map(
                |(at, mut arguments)| {
                    let row = &FUNCTIONS[at];
                    arguments.truncate(row.arguments.1.min(4));
                    Expression::Call(row.function, arguments)
                },
            )
        })
    }

    proptest! {
        #[test]
        fn an_expression_is_read_as_it_is_written(expression in expressions()) {
            let written = format!("a ${{{expression}}} b");
            prop_assert_eq!(parse(&written).unwrap(), [
                Part::Text("a ".into()),
                Part::Hole(expression),
                Part::Text(" b".into()),
            ]);
        }

        #[test]
        fn a_hole_never_panics(text in "[a-z0-9'(),.+ -]{0,40}") {
            let _ = parse(&format!("${{{text}}}"));
        }

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
