//! What asserts of Hurl say about what a path selects.

use serde_json::Value;

use crate::import::hurl::cursor::Token;
use crate::import::hurl::predicate::Predicate;
use crate::import::hurl::query::{Conversion, Filters, regex};
use crate::import::traffic::{Check, Pattern, marked};
use crate::import::yaml::Yaml;
use crate::xml::{Namespaces, XPath};

/// An IPv4 address.
const IPV4: &str = "^(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$";

/// Conditions on what a path selects.
type Conditions = Vec<(String, Pattern)>;

/// What a path of JSON selects. As tried with Hurl 8: it compares the value if there is one, a list of them if there are
/// several, and nothing if there is none.
pub(crate) fn json(
    path: String,
    predicate: &Predicate,
    filters: &Filters,
) -> Result<Check, String> {
    if let Some(conversion) = filters.conversion {
        return converted(path, predicate, conversion, filters);
    }
    if predicate.is("contains") && *filters == Filters::default() {
        return contains(path, predicate);
    }
    let is_one = is_one(&path);
    if filters.is_count && is_one {
        return elements(path, predicate);
    }
    let mut conditions = selection(predicate, filters)?;
    if filters.is_count || predicate.is("exists") && filters.regex.is_none() {
        return Ok(Check::Select(path, conditions));
    }
    if predicate.is("==") {
        if !predicate.is_not {
            return Ok(if predicate.accepts_nothing {
                Check::AnyOf(vec![(path.clone(), conditions), (path, nothing())])
            } else {
                Check::Select(path, conditions)
            });
        }
        if predicate.accepts_nothing {
            conditions.push(("or-none".into(), Pattern::Value(true.into())));
        } else {
            conditions.extend(one_value());
        }
    } else if !is_one {
        conditions.extend(one_value());
    }
    let is_list_too = predicate.is("isList") || predicate.is_not;
    Ok(if is_list_too && !is_one {
        Check::AnyOf(vec![several(&path), (path, conditions)])
    } else {
        Check::Select(path, conditions)
    })
}

/// What an XPath selects or yields.
pub(crate) fn xml(path: String, predicate: &Predicate, filters: &Filters) -> Result<Check, String> {
    let is_of_nodes =
        XPath::new(&path, &Namespaces::default()).is_ok_and(|path| path.is_of_nodes());
    let conditions = selection(predicate, filters)?;
    let is_known = |key: &str| {
        if is_of_nodes {
            // In Hurl, nodes are never equal to a value, and without any `!=` holds too.
            key != "none"
        } else {
            matches!(key, "equal" | "each")
        }
    };
    if conditions.iter().any(|(key, _)| !is_known(key)) {
        return Err(predicate.refused("xpath"));
    }
    Ok(Check::Xml(path, conditions))
}

fn one_value() -> Conditions {
    vec![("count".into(), Pattern::Value(1.into()))]
}

fn several(path: &str) -> (String, Conditions) {
    let count = Pattern::object("min", Yaml::Scalar(2.into()));
    (path.to_owned(), vec![("count".into(), count)])
}

fn nothing() -> Conditions {
    vec![
        ("count".into(), Pattern::Value(0.into())),
        ("or-none".into(), Pattern::Value(true.into())),
    ]
}

/// A number or a text, whichever the answer has.
fn converted(
    path: String,
    predicate: &Predicate,
    conversion: Conversion,
    filters: &Filters,
) -> Result<Check, String> {
    let refused = || format!("the filter `{}`, but for `==`,", conversion.name());
    if !predicate.is("==") || predicate.is_not || predicate.accepts_nothing || filters.is_count {
        return Err(refused());
    }
    let expected = predicate.expected().ok_or_else(refused)?;
    let other = match (&expected, conversion) {
        (Value::Number(number), Conversion::Number(_)) => Some(Value::from(number.to_string())),
        (Value::String(text), Conversion::Text) => serde_json::from_str(text)
            .ok()
            .filter(|value| matches!(value, Value::Number(_) | Value::Bool(_))),
        _ => return Err(refused()),
    };
    let is = |value| {
        (
            path.clone(),
            vec![("equal".to_owned(), Pattern::Value(value))],
        )
    };
    Ok(match other {
        Some(other) => Check::AnyOf(vec![is(expected), is(other)]),
        None => Check::Select(path, vec![("equal".to_owned(), Pattern::Value(expected))]),
    })
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
fn elements(path: String, predicate: &Predicate) -> Result<Check, String> {
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
fn contains(path: String, predicate: &Predicate) -> Result<Check, String> {
    let expected = predicate.expected().filter(|_| !predicate.is_not);
    let expected = expected.ok_or_else(|| predicate.refused("a path"))?;
    if !is_one(&path) {
        let (_, mut among) = several(&path);
        among.push(("some".into(), Pattern::Value(expected.clone())));
        let text = expected.as_str().filter(|text| !marked::has_filling(text));
        return Ok(match text {
            None => Check::Select(path, among),
            Some(text) => {
                let mut alone = one_value();
                alone.push(("each".into(), Pattern::containing(text, false, false)));
                Check::AnyOf(vec![(path.clone(), among), (path, alone)])
            }
        });
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
fn selection(predicate: &Predicate, filters: &Filters) -> Result<Vec<(String, Pattern)>, String> {
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
