//! What assertions of Chai say, as checks and patterns.

use serde_json::Value;

use crate::import::postman::expression::{Link, literal};
use crate::import::traffic::{Check, Pattern};

pub(crate) fn select(path: &str, key: &str, pattern: Pattern) -> Check {
    Check::Select(path.to_owned(), vec![(key.to_owned(), pattern)])
}

fn regex(argument: Option<&&str>) -> Option<Pattern> {
    let text = argument?.trim().strip_prefix('/')?;
    let (expression, flags) = text.rsplit_once('/')?;
    let flag = match flags {
        "" => "",
        "i" => "(?i)",
        _ => return None,
    };
    Pattern::regex(&format!("{flag}{}", expression.replace("\\/", "/")))
}

pub(crate) fn text_pattern(
    said: &Link,
    value: Option<&Value>,
    argument: Option<&&str>,
    is_not: bool,
) -> Option<Pattern> {
    if is_not {
        return None;
    }
    Some(match (said.name.as_str(), value) {
        ("eql" | "equal" | "equals" | "eq", Some(Value::String(text))) => {
            Pattern::Value(text.as_str().into())
        }
        ("include" | "includes" | "contain" | "contains" | "string", Some(Value::String(text))) => {
            Pattern::containing(text, false, false)
        }
        ("match" | "matches", _) => regex(argument)?,
        ("exist" | "ok", _) => Pattern::marker("<present>"),
        _ => return None,
    })
}

pub(crate) fn path_check(
    path: &str,
    said: &Link,
    arguments: &[&str],
    value: Option<&Value>,
    is_not: bool,
) -> Option<Check> {
    let marker = |marker: String| Some(select(path, "each", Pattern::marker(marker)));
    let exists = || select(path, "each", Pattern::marker("<present>"));
    if is_not {
        return match (said.name.as_str(), value) {
            ("eql" | "equal" | "equals" | "eq", Some(value)) => {
                Some(select(path, "none", Pattern::Value(value.clone())))
            }
            ("null", None) => Some(exists()),
            ("undefined", None) => Some(select(path, "count", Pattern::Value(1.into()))),
            _ => None,
        };
    }
    match (said.name.as_str(), value) {
        ("eql" | "equal" | "equals" | "eq", Some(value)) => {
            Some(select(path, "equal", Pattern::Value(value.clone())))
        }
        ("true", None) => Some(select(path, "equal", Pattern::Value(true.into()))),
        ("false", None) => Some(select(path, "equal", Pattern::Value(false.into()))),
        ("null", None) => Some(select(path, "equal", Pattern::Value(Value::Null))),
        ("exist", None) => Some(exists()),
        ("oneOf", Some(values @ Value::Array(_))) => {
            Some(select(path, "subset-of", Pattern::Value(values.clone())))
        }
        ("a" | "an", Some(Value::String(kind))) => {
            let known = ["string", "number", "boolean", "object", "array", "null"];
            known
                .contains(&kind.as_str())
                .then(|| marker(format!("<{kind}>")))?
        }
        ("above" | "greaterThan" | "gt", Some(Value::Number(number))) => {
            marker(format!("<more-than {number}>"))
        }
        ("below" | "lessThan" | "lt", Some(Value::Number(number))) => {
            marker(format!("<less-than {number}>"))
        }
        ("least" | "gte", Some(Value::Number(number))) => marker(format!("<at-least {number}>")),
        ("most" | "lte", Some(Value::Number(number))) => marker(format!("<at-most {number}>")),
        ("property" | "ownProperty", Some(Value::String(name)))
            if !name.contains(['\'', '\\', '.']) =>
        {
            let member = format!("{path}['{name}']");
            match arguments.get(1).map(|second| literal(second)) {
                None => Some(select(&member, "count", Pattern::Value(1.into()))),
                Some(second) => Some(select(&member, "equal", Pattern::Value(second?))),
            }
        }
        ("include" | "includes" | "contain" | "contains", Some(Value::String(text))) => {
            let in_text = vec![("each".to_owned(), Pattern::containing(text, false, false))];
            let in_list = vec![("some".to_owned(), Pattern::Value(text.as_str().into()))];
            Some(Check::AnyOf(vec![
                (path.to_owned(), in_text),
                (format!("{path}[*]"), in_list),
            ]))
        }
        ("match" | "matches", _) => Some(select(path, "each", regex(arguments.first())?)),
        _ => None,
    }
}
