//! Predicates of Hurl as patterns and conditions.

use serde_json::Value;

use crate::import::hurl::cursor::Token;
use crate::import::hurl::query::{Filters, Query, regex, shown};
use crate::import::traffic::{Check, Pattern, marked};
use crate::import::yaml::Yaml;

/// An IPv4 address.
const IPV4: &str = "^(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$";

/// What is required of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Predicate {
    pub(crate) is_not: bool,
    pub(crate) name: String,
    pub(crate) value: Option<Token>,
}

impl Predicate {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn refused(&self, query: &str) -> String {
        let not = if self.is_not { "not " } else { "" };
        format!("the predicate `{not}{}` of `{query}`", self.name)
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

pub(crate) fn predicate(query: &Query, tokens: &[Token]) -> Result<Predicate, String> {
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
    let known = [
        "==",
        "!=",
        ">",
        ">=",
        "<",
        "<=",
        "startsWith",
        "endsWith",
        "contains",
        "matches",
        "isInteger",
        "isFloat",
        "isBoolean",
        "isString",
        "isCollection",
        "isDate",
        "isIsoDate",
        "exists",
        "isEmpty",
        "isNumber",
        "isIpv4",
        "isIpv6",
        "isUuid",
        "isList",
        "isObject",
    ];
    let Some(name) = known.into_iter().find(|known| *known == name) else {
        return Err(format!("the predicate `{}`", shown(name)));
    };
    let takes_value = !name.starts_with("is") && name != "exists";
    if takes_value != value.is_some() {
        return Err(format!(
            "the predicate `{name}`, which {} a value,",
            if takes_value { "needs" } else { "takes no" }
        ));
    }
    let _ = query;
    Ok(Predicate {
        is_not: is_not != (name == "!="),
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

/// Does the path lead to one value at most?
pub(crate) fn is_one(path: &str) -> bool {
    !path.contains('*') && !path.contains("..") && !path.contains(['?', ',']) && {
        // A slice is several.
        let mut quote = None;
        path.chars().all(|character| match (quote, character) {
            (None, '\'' | '"') => {
                quote = Some(character);
                true
            }
            (Some(open), close) if open == close => {
                quote = None;
                true
            }
            (None, ':') => false,
            _ => true,
        })
    }
}

/// The number of elements of one list.
pub(crate) fn elements(path: String, predicate: &Predicate) -> Result<Check, String> {
    let number = predicate
        .expected()
        .and_then(|value| value.as_u64())
        .filter(|_| !predicate.is_not);
    let marker = match (predicate.name.as_str(), number) {
        ("==", Some(number)) => format!("<array {number}>"),
        (">=", Some(number)) => format!("<array {number}..>"),
        (">", Some(number)) => format!("<array {}..>", number.saturating_add(1)),
        ("<=", Some(number)) => format!("<array 0..{number}>"),
        ("<", Some(number)) if number > 0 => format!("<array 0..{}>", number - 1),
        _ => return Err(predicate.refused("count")),
    };
    Ok(Check::Select(
        path,
        vec![("each".into(), Pattern::marker(marker))],
    ))
}

/// A text contains another one, a list an element: which one it is, only the answer says.
pub(crate) fn contains(path: String, predicate: &Predicate) -> Result<Check, String> {
    let expected = predicate.expected().filter(|_| !predicate.is_not);
    let expected = expected.ok_or_else(|| predicate.refused("a path"))?;
    if !is_one(&path) {
        return Ok(Check::Select(
            path,
            vec![("some".into(), Pattern::Value(expected))],
        ));
    }
    let elements = format!("{path}[*]");
    let in_list = vec![("some".to_owned(), Pattern::Value(expected.clone()))];
    match expected.as_str().filter(|text| !marked::has_filling(text)) {
        None => Ok(Check::Select(elements, in_list)),
        Some(text) => {
            let in_text = vec![("each".to_owned(), Pattern::containing(text, false, false))];
            Ok(Check::AnyOf(vec![(path, in_text), (elements, in_list)]))
        }
    }
}

/// Conditions on what a path selects.
pub(crate) fn selection(
    predicate: &Predicate,
    filters: &Filters,
) -> Result<Vec<(String, Pattern)>, String> {
    let one = |key: &str, pattern: Pattern| Ok(vec![(key.to_owned(), pattern)]);
    let is_not = predicate.is_not;
    if let Some(expression) = &filters.regex {
        // That the expression finds something at all is the part that has a counterpart.
        return match predicate.name.as_str() {
            "exists" if !is_not && !filters.is_count => one("each", regex(expression)?),
            _ => Err("the filter `regex` of an assert".into()),
        };
    }
    if filters.is_count {
        let number = match predicate.expected() {
            Some(Value::Number(number)) => number.as_u64(),
            _ => None,
        };
        let bound = |key: &str, number: u64| Pattern::object(key, Yaml::Scalar(number.into()));
        return match (predicate.name.as_str(), number) {
            ("==", Some(number)) if !is_not => one("count", Pattern::Value(number.into())),
            (">=", Some(number)) if !is_not => one("count", bound("min", number)),
            (">", Some(number)) if !is_not => one("count", bound("min", number + 1)),
            ("<=", Some(number)) if !is_not => one("count", bound("max", number)),
            ("<", Some(number)) if !is_not && number > 0 => one("count", bound("max", number - 1)),
            _ => Err(predicate.refused("count")),
        };
    }
    let literal_text = predicate.text().filter(|text| !marked::has_filling(text));
    let marker = |marker: &str| one("each", Pattern::marker(marker));
    if is_not {
        return match (predicate.name.as_str(), predicate.expected()) {
            ("==", Some(value)) => one("none", Pattern::Value(value)),
            ("exists", _) => Ok(vec![
                ("count".into(), Pattern::Value(0.into())),
                ("or-none".into(), Pattern::Value(true.into())),
            ]),
            _ => Err(predicate.refused("a path")),
        };
    }
    match (predicate.name.as_str(), predicate.expected(), literal_text) {
        ("==", Some(value), _) => one("equal", Pattern::Value(value)),
        ("exists", ..) => one("count", Pattern::object("min", Yaml::Scalar(1.into()))),
        (">", Some(Value::Number(number)), _) => marker(&format!("<more-than {number}>")),
        (">=", Some(Value::Number(number)), _) => marker(&format!("<at-least {number}>")),
        ("<", Some(Value::Number(number)), _) => marker(&format!("<less-than {number}>")),
        ("<=", Some(Value::Number(number)), _) => marker(&format!("<at-most {number}>")),
        ("startsWith", _, Some(text)) => one("each", Pattern::containing(text, true, false)),
        ("endsWith", _, Some(text)) => one("each", Pattern::containing(text, false, true)),
        ("matches", ..) => match &predicate.value {
            Some(Token::Regex(expression) | Token::Text(expression)) => {
                one("each", regex(expression)?)
            }
            _ => Err(predicate.refused("a path")),
        },
        ("isInteger", ..) => marker("<integer>"),
        ("isFloat" | "isNumber", ..) => marker("<number>"),
        ("isBoolean", ..) => marker("<boolean>"),
        ("isString", ..) => marker("<string>"),
        ("isList", ..) => marker("<array>"),
        ("isObject", ..) => marker("<object>"),
        ("isIsoDate" | "isDate", ..) => marker("<date-time>"),
        ("isIpv4", ..) => one("each", regex(IPV4)?),
        ("isIpv6", ..) => marker("<ip>"),
        ("isUuid", ..) => marker("<uuid>"),
        _ => Err(predicate.refused("a path")),
    }
}
