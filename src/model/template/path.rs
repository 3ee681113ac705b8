//! Values in a JSONPath: `$[?@.id == ${capture.id}]`, `$[?@.name == '${fixture.name}']`.

use std::fmt::Write as _;

use serde_json::Value;

use crate::model::template::{Expression, Part, Template, Unresolved};

/// A JSONPath with its holes filled in. Between quotes a value is inserted as text, elsewhere as a literal of RFC 9535
/// section 2.3.5.1: no value can add to the path.
///
/// # Errors
///
/// Those of `resolve`, and when a value is no scalar.
pub fn fill_path(
    template: &Template,
    mut resolve: impl FnMut(&Expression) -> Result<Value, Unresolved>,
) -> Result<String, Unresolved> {
    let mut path = String::new();
    let mut quote = None;
    for part in &template.parts {
        match part {
            Part::Text(text) => {
                quote = quote_after(text, quote);
                path.push_str(text);
            }
            Part::Hole(expression) => {
                let value = resolve(expression)?;
                path.push_str(&literal(&value, quote)?);
            }
        }
    }
    Ok(path)
}

/// The quote that is open behind a text.
fn quote_after(text: &str, mut quote: Option<char>) -> Option<char> {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', Some(_)) => {
                characters.next();
            }
            ('\'' | '"', None) => quote = Some(character),
            (closing, Some(open)) if closing == open => quote = None,
            _ => {}
        }
    }
    quote
}

fn literal(value: &Value, quote: Option<char>) -> Result<String, Unresolved> {
    match (value, quote) {
        (Value::String(text), None) => Ok(format!("\"{}\"", escaped(text, '"'))),
        (Value::String(text), Some(quote)) => Ok(escaped(text, quote)),
        (Value::Number(_) | Value::Bool(_) | Value::Null, _) => Ok(value.to_string()),
        (Value::Array(_) | Value::Object(_), _) => Err(Unresolved::Unfit(
            "an array or object cannot be part of a JSONPath".into(),
        )),
    }
}

/// The text between quotes (RFC 9535 section 2.3.1.1).
fn escaped(text: &str, quote: char) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            c if c == quote => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if u32::from(c) < 0x20 => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::json::Selector;
    use crate::model::Sources;

    fn filled(before: &str, value: &Value, behind: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("a", "");
        let template = Template {
            parts: vec![
                Part::Text(before.into()),
                Part::Hole(Expression::Capture("v".into())),
                Part::Text(behind.into()),
            ],
            span: sources.whole(file),
        };
        fill_path(&template, |_| Ok(value.clone())).unwrap()
    }

    #[test]
    fn a_value_is_a_literal_or_part_of_one() {
        assert_eq!(filled("$[?@.a > ", &json!(1.5), "]"), "$[?@.a > 1.5]");
        assert_eq!(
            filled("$[?@.a == ", &json!("x\"y"), "]"),
            r#"$[?@.a == "x\"y"]"#
        );
        assert_eq!(filled("$['", &json!("it's"), "']"), r"$['it\'s']");
        assert_eq!(
            filled(r#"$["a\"", 'b"#, &json!(7), "']"),
            r#"$["a\"", 'b7']"#
        );
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_place(text in any::<String>(), is_quoted: bool) {
            let (before, behind) = if is_quoted { ("$[?@.a == '", "']") } else { ("$[?@.a == ", "]") };
            let path = filled(before, &Value::from(text.as_str()), behind);
            let selector = Selector::new(&path).unwrap();
            let body = json!([{ "a": text }, { "a": format!("{text}x") }]);
            prop_assert_eq!(selector.select(&body).len(), 1);
        }
    }
}
