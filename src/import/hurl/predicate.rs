//! Predicates of Hurl as patterns and conditions.

use serde_json::Value;

use crate::import::hurl::cursor::Token;
use crate::import::hurl::query::{Filters, regex, shown};
use crate::import::traffic::{PREDICATES, Pattern, marked};

/// What is required of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Predicate {
    pub(crate) is_not: bool,
    /// Where the query finds nothing, every predicate fails but one with `not`: `!=` fails, `not ==` does not.
    pub(crate) accepts_nothing: bool,
    pub(crate) name: String,
    pub(crate) value: Option<Token>,
}

impl Predicate {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn refused(&self, query: &str) -> String {
        let name = match (self.is_not, self.accepts_nothing, &*self.name) {
            (true, false, "==") => "!=".to_owned(),
            (false, true, "==") => "not !=".to_owned(),
            (true, _, name) => format!("not {name}"),
            (false, _, name) => name.to_owned(),
        };
        format!("the predicate `{name}` of `{query}`")
    }

    /// The expected value.
    pub(crate) fn expected(&self) -> Option<Value> {
        match self.value.as_ref()? {
            Token::Value(value) => Some(value.clone()),
            Token::Text(text) => Some(Value::from(text.as_str())),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self.value.as_ref()? {
            Token::Text(text) => Some(text),
            _ => None,
        }
    }
}

pub(crate) fn predicate(tokens: &[Token]) -> Result<Predicate, String> {
    let (is_not, tokens) = match tokens {
        [Token::Word(word), rest @ ..] if word == "not" => (true, rest),
        _ => (false, tokens),
    };
    let (name, value) = match tokens {
        [Token::Word(name)] => (name, None),
        [Token::Word(name), value] => (name, Some(value.clone())),
        _ => return Err("a line without a predicate, or with more than one,".into()),
    };
    let name = match name.as_str() {
        "equals" => "==",
        "notEquals" => "!=",
        "greaterThan" => ">",
        "greaterThanOrEquals" => ">=",
        "lessThan" => "<",
        "lessThanOrEquals" => "<=",
        "includes" => "contains",
        other => other,
    };
    let Some(name) = PREDICATES.iter().copied().find(|known| *known == name) else {
        return Err(format!("the predicate `{}`", shown(name)));
    };
    let takes_value = !name.starts_with("is") && name != "exists";
    if takes_value != value.is_some() {
        return Err(format!(
            "the predicate `{name}`, which {} a value,",
            if takes_value { "needs" } else { "takes no" }
        ));
    }
    Ok(Predicate {
        is_not: is_not != (name == "!="),
        accepts_nothing: is_not,
        name: if name == "!=" {
            "==".into()
        } else {
            name.into()
        },
        value,
    })
}

/// What a header field or the text of a body must be.
pub(crate) fn text_pattern(predicate: &Predicate, filters: &Filters) -> Result<Pattern, String> {
    if filters.is_count || filters.regex.is_some() {
        return Err("a filter of a text".into());
    }
    let is_not = predicate.is_not;
    let literal_text = predicate.text().filter(|text| !marked::has_filling(text));
    Ok(
        match (predicate.name.as_str(), predicate.expected(), literal_text) {
            ("==", Some(Value::String(text)), _) if !is_not => Pattern::Value(Value::String(text)),
            ("==", Some(Value::Number(number)), _) if !is_not => {
                Pattern::marker(format!("<integer {number}..{number}>"))
            }
            ("exists", ..) => Pattern::marker(if is_not { "<absent>" } else { "<present>" }),
            ("contains", _, Some(text)) if !is_not => Pattern::containing(text, false, false),
            ("startsWith", _, Some(text)) if !is_not => Pattern::containing(text, true, false),
            ("endsWith", _, Some(text)) if !is_not => Pattern::containing(text, false, true),
            ("matches", ..) if !is_not => match &predicate.value {
                Some(Token::Regex(expression) | Token::Text(expression)) => regex(expression)?,
                _ => return Err(predicate.refused("text")),
            },
            ("isEmpty", ..) if is_not => Pattern::marker("<non-empty>"),
            ("isInteger", ..) if !is_not => Pattern::marker("<integer>"),
            ("isUuid", ..) if !is_not => Pattern::marker("<uuid>"),
            ("isIsoDate", ..) if !is_not => Pattern::marker("<date-time>"),
            _ => return Err(predicate.refused("text")),
        },
    )
}
