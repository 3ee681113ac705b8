//! Texts with large repeated parts, which are not held as a whole: `repeat-text` in the body of a request.

use serde_json::Value;

use crate::model::template::function::Function;
use crate::model::template::{Expression, Part, Scope, Template, Unresolved, plain_text};

/// The largest text with repeated parts, in bytes.
pub const GENERATED_LIMIT: u64 = 1 << 30;

/// A shorter repeated text is made at once, in bytes.
const SMALL: u64 = 64 << 10;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextPiece {
    /// This text.
    Text(String),
    /// This text so many times.
    Repeated(String, u64),
}

impl Template {
    /// The text with every hole filled, in pieces: a large `repeat-text` is not carried out.
    ///
    /// # Errors
    ///
    /// As [`Template::render`], and if the text would be larger than [`GENERATED_LIMIT`].
    pub fn pieces(&self, scope: Scope<'_>) -> Result<Vec<TextPiece>, Unresolved> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut total: u64 = 0;
        for part in &self.parts {
            let is_repeated = |function: &Function| *function == Function::RepeatText;
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Hole(Expression::Call(function, arguments)) if is_repeated(function) => {
                    let (unit, count) = repeated(arguments, scope)?;
                    let length = (unit.len() as u64).saturating_mul(count);
                    total = total.saturating_add(length);
                    if total > GENERATED_LIMIT {
                        let limit = GENERATED_LIMIT >> 20;
                        let fault = format!("the body is larger than {limit} MiB");
                        return Err(Unresolved::Unfit(fault));
                    }
                    if length < SMALL {
                        text.push_str(&unit.repeat(usize::try_from(count).unwrap_or(0)));
                    } else {
                        pieces.push(TextPiece::Text(std::mem::take(&mut text)));
                        pieces.push(TextPiece::Repeated(unit, count));
                    }
                }
                Part::Hole(expression) => {
                    text.push_str(&plain_text(&expression.resolve(scope)?)?);
                }
            }
        }
        pieces.push(TextPiece::Text(text));
        pieces.retain(|piece| *piece != TextPiece::Text(String::new()));
        Ok(pieces)
    }
}

fn repeated(arguments: &[Expression], scope: Scope<'_>) -> Result<(String, u64), Unresolved> {
    let mut values = arguments.iter().map(|argument| argument.resolve(scope));
    let mut next = || values.next().unwrap_or(Ok(Value::Null));
    let (text, count) = (plain_text(&next()?)?, next()?);
    let count = count.as_u64().ok_or_else(|| {
        Unresolved::Unfit(format!("`repeat-text` takes a whole number, found {count}"))
    })?;
    // An empty text stays empty, however often it is repeated.
    Ok((text.clone(), if text.is_empty() { 0 } else { count }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::Sources;

    fn template(parts: Vec<Part>) -> Template {
        let mut sources = Sources::default();
        let file = sources.add("cases.yaml", "");
        Template {
            parts,
            span: sources.whole(file),
        }
    }

    fn repeat(text: &str, count: u64) -> Part {
        let literal = |value: Value| Expression::Literal(Box::new(value));
        let arguments = vec![literal(text.into()), literal(count.into())];
        Part::Hole(Expression::Call(Function::RepeatText, arguments))
    }

    #[test]
    fn only_large_repeated_texts_are_not_carried_out() {
        let empty = BTreeMap::new();
        let scope = Scope {
            fixtures: &empty,
            captures: &empty,
        };
        let text = |text: &str| Part::Text(text.to_owned());
        let small = template(vec![text("a"), repeat("bc", 2), text("d")]);
        assert_eq!(
            small.pieces(scope).unwrap(),
            [TextPiece::Text("abcbcd".into())]
        );
        let large = template(vec![text("a"), repeat("x", 5_000_000), text("d")]);
        let wanted = [
            TextPiece::Text("a".into()),
            TextPiece::Repeated("x".into(), 5_000_000),
            TextPiece::Text("d".into()),
        ];
        assert_eq!(large.pieces(scope).unwrap(), wanted);
        for huge in [
            vec![repeat("xx", u64::MAX)],
            vec![repeat("x", 1 << 29), repeat("x", 1 << 30)],
        ] {
            let error = template(huge).pieces(scope).unwrap_err().to_string();
            assert_eq!(error, "the body is larger than 1024 MiB");
        }
        assert_eq!(
            template(vec![repeat("", u64::MAX)]).pieces(scope).unwrap(),
            []
        );
    }
}
