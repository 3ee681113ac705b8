//! Asserts and captures of Hurl as checks and captures of a case.

use serde_json::Value;

use crate::import::hurl::cursor::Token;
use crate::import::literal;
use crate::import::traffic::{
    Check, Pattern, StatusCheck, is_field_name, is_opaque, is_path, is_secret, marked,
};
use crate::import::yaml::{Entry, Yaml};
use crate::model::hexadecimal;

/// What an assert is: a check, or a bound on the status that is part of one.
pub(crate) enum Assert {
    Check(Check),
    /// A check that says less than the assert, and what it does not say.
    Weaker(Check, String),
    /// A comparison of the status: its sign, and the number.
    Status(&'static str, u16),
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
enum Query {
    Status,
    Header(String),
    Cookie(String, Option<String>),
    Body,
    Json(String),
    Xml(String),
    Regex(String),
    Duration,
    Sha256,
    Bytes,
}

/// What the filters behind a query make of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Filters {
    is_count: bool,
    regex: Option<String>,
}

/// What is required of it.
#[derive(Clone, Debug, PartialEq)]
struct Predicate {
    is_not: bool,
    name: String,
    value: Option<Token>,
}

/// The check of a line of `[Asserts]`.
///
/// # Errors
///
/// What of it has no counterpart.
pub(crate) fn assert(tokens: &[Token]) -> Result<Assert, String> {
    let mut tokens = tokens.iter();
    let (query, filters) = query(&mut tokens)?;
    let predicate = predicate(&query, tokens.as_slice())?;
    let checked = match query {
        Query::Status => return status(&predicate),
        Query::Header(name) => Check::Header(name, text_pattern(&predicate, &filters)?),
        Query::Cookie(name, part) => return cookie(name, part, &predicate),
        Query::Body => Check::Text(text_pattern(&predicate, &filters)?),
        Query::Regex(expression) if predicate.is("exists") && !predicate.is_not => {
            Check::Text(regex(&expression)?)
        }
        Query::Regex(_) => return Err("the query `regex`, but for `exists`,".into()),
        Query::Json(path) if predicate.is("contains") && filters == Filters::default() => {
            contains(path, &predicate)?
        }
        Query::Json(path) if filters.is_count && is_one(&path) => elements(path, &predicate)?,
        Query::Json(path) => Check::Select(path, selection(&predicate, &filters)?),
        Query::Xml(path) => Check::Xml(path, selection(&predicate, &filters)?),
        Query::Duration => match (predicate.name.as_str(), &predicate.value) {
            ("<" | "<=", Some(Token::Value(Value::Number(number))))
                if !predicate.is_not && is_time(number) =>
            {
                Check::Within(format!("{number}ms"))
            }
            _ => return Err(predicate.refused("duration")),
        },
        Query::Sha256 => match (predicate.name.as_str(), &predicate.value) {
            ("==", Some(Token::Bytes(bytes))) if bytes.len() == 32 && !predicate.is_not => {
                Check::Bytes("sha256", Pattern::marker(hexadecimal(bytes)))
            }
            _ => return Err(predicate.refused("sha256")),
        },
        Query::Bytes => match (filters.is_count, predicate.name.as_str(), &predicate.value) {
            (true, "==", Some(Token::Value(value @ Value::Number(_)))) if !predicate.is_not => {
                Check::Bytes("length", Pattern::Value(value.clone()))
            }
            (false, "startsWith", Some(Token::Bytes(bytes))) if !predicate.is_not => {
                let hex = Yaml::text(hexadecimal(bytes));
                Check::Bytes("starts-with", Pattern::object("hex", hex))
            }
            _ => return Err(predicate.refused("bytes")),
        },
    };
    let accepted = match predicate.name.as_str() {
        "isFloat" => "an integer",
        "isIpv6" => "an IPv4 address",
        _ => return Ok(Assert::Check(checked)),
    };
    let name = &predicate.name;
    let what = format!("the check is weaker than `{name}`: {accepted} passes too");
    Ok(Assert::Weaker(checked, what))
}

/// An IPv4 address.
const IPV4: &str = "^(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$";

/// What is said of the value of a cookie that is a credential.
pub(crate) const HIDDEN_COOKIE: &str =
    "the value of the cookie is not checked, only that it has one: it may be a credential";

/// What to do about it.
pub(crate) const HELP_OF_HIDDEN_COOKIE: &str =
    "compare it with a fixture: the target takes its value from the environment";

/// Where a line of `[Captures]` takes its value from.
///
/// # Errors
///
/// What of it has no counterpart.
pub(crate) fn capture(tokens: &[Token]) -> Result<Yaml, String> {
    let mut tokens = tokens.iter();
    let (query, filters) = query(&mut tokens)?;
    if !tokens.as_slice().is_empty() && tokens.as_slice() != [Token::Word("redact".into())] {
        return Err("what follows the query".into());
    }
    if filters.is_count {
        return Err("the filter `count` of a capture".into());
    }
    let matched = filters.regex.as_deref().map(captured).transpose()?;
    let part = |key: &str, value: Yaml| {
        let mut entries = vec![Entry::new(key, value)];
        entries.extend(
            matched
                .clone()
                .map(|expression| Entry::new("match", expression)),
        );
        Yaml::map(entries)
    };
    Ok(match query {
        Query::Json(path) if filters.regex.is_none() => Yaml::text(path),
        Query::Json(path) => part("path", Yaml::text(path)),
        Query::Header(name) => part("header", Yaml::text(name)),
        Query::Cookie(name, None) => part("cookie", Yaml::text(name)),
        Query::Body => part("text", Yaml::Scalar(true.into())),
        Query::Status => part("status", Yaml::Scalar(true.into())),
        Query::Sha256 => part("sha256", Yaml::Scalar(true.into())),
        Query::Xml(path) => part("xml", Yaml::text(path)),
        Query::Regex(expression) if filters.regex.is_none() => Yaml::map([
            Entry::new("text", Yaml::Scalar(true.into())),
            Entry::new("match", captured(&expression)?),
        ]),
        Query::Regex(_) => return Err("a filter of the query `regex`".into()),
        Query::Cookie(..) => return Err("an attribute of a cookie".into()),
        Query::Duration => return Err("the query `duration` of a capture".into()),
        Query::Bytes => return Err("the query `bytes` of a capture".into()),
    })
}

fn query(tokens: &mut std::slice::Iter<'_, Token>) -> Result<(Query, Filters), String> {
    let Some(Token::Word(name)) = tokens.next() else {
        return Err("a line that does not begin with a query".into());
    };
    let mut text = |what: &str| match tokens.next() {
        Some(Token::Text(text) | Token::Regex(text)) if !marked::has_filling(text) => {
            Ok(text.clone())
        }
        Some(Token::Text(_)) => Err(format!("a template in the query `{what}`")),
        _ => Err(format!("the query `{what}` without its text")),
    };
    let query = match name.as_str() {
        "status" => Query::Status,
        "header" => {
            let name = text("header")?;
            if !is_field_name(&name) {
                return Err("the name of a header field, which is none,".into());
            }
            Query::Header(name)
        }
        "cookie" => {
            let text = text("cookie")?;
            if !is_field_name(text.split('[').next().unwrap_or_default()) {
                return Err("the name of a cookie, which is none,".into());
            }
            match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
                Some((name, "Value")) => Query::Cookie(name.to_owned(), None),
                Some((name, part)) => Query::Cookie(name.to_owned(), Some(part.to_owned())),
                None => Query::Cookie(text, None),
            }
        }
        "body" => Query::Body,
        "jsonpath" => {
            let path = text("jsonpath")?;
            let path = if path.starts_with('$') {
                path
            } else {
                format!("$.{path}")
            };
            if !is_path(&path) {
                return Err("the path, which is not JSONPath as in RFC 9535,".into());
            }
            Query::Json(path)
        }
        "xpath" => {
            let path = text("xpath")?;
            if has_prefix(&path) {
                return Err("an XPath with namespaces".into());
            }
            if crate::xml::XPath::new(&path, &crate::xml::Namespaces::default()).is_err() {
                return Err("the path, which is not XPath 1.0 as Probity reads it,".into());
            }
            Query::Xml(path)
        }
        "regex" => Query::Regex(text("regex")?),
        "duration" => Query::Duration,
        "sha256" => Query::Sha256,
        "bytes" => Query::Bytes,
        other => return Err(format!("the query `{}`", shown(other))),
    };
    let mut filters = Filters::default();
    loop {
        let rest = tokens.as_slice();
        match rest {
            [Token::Word(word), ..] if word == "count" => filters.is_count = true,
            // A number or a text is one already where that matters.
            [Token::Word(word), ..]
                if matches!(word.as_str(), "toInt" | "toFloat" | "toString") => {}
            [
                Token::Word(word),
                Token::Text(text) | Token::Regex(text),
                ..,
            ] if word == "regex" && filters.regex.is_none() && !marked::has_filling(text) => {
                filters.regex = Some(text.clone());
                tokens.next();
            }
            [Token::Word(word), ..] if is_filter(word) => {
                return Err(format!("the filter `{}`", shown(word)));
            }
            _ => break,
        }
        tokens.next();
    }
    Ok((query, filters))
}

/// Is it a number of milliseconds that a case can have?
pub(crate) fn is_time(number: &serde_json::Number) -> bool {
    number
        .as_u64()
        .is_some_and(|time| (1..=3_600_000).contains(&time))
}

/// `p:name`, but not `axis::name` and not what is in quotes.
fn has_prefix(path: &str) -> bool {
    let mut quote = None;
    let bytes = path.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), close) if open == *close => quote = None,
            (None, b':') => {
                return bytes.get(at + 1) != Some(&b':')
                    && at.checked_sub(1).map(|at| bytes[at]) != Some(b':');
            }
            _ => {}
        }
        false
    })
}

fn regex(expression: &str) -> Result<Pattern, String> {
    Pattern::regex(expression)
        .ok_or_else(|| "the regular expression, which is not of the syntax of Probity,".to_owned())
}

/// The expression of a capture.
fn captured(expression: &str) -> Result<Yaml, String> {
    regex(expression)?;
    Ok(Yaml::text(literal::template(expression)))
}

fn is_filter(word: &str) -> bool {
    [
        "base64",
        "daysAfterNow",
        "daysBeforeNow",
        "charsetDecode",
        "decode",
        "first",
        "format",
        "dateFormat",
        "htmlEscape",
        "htmlUnescape",
        "jsonpath",
        "last",
        "location",
        "nth",
        "regex",
        "replace",
        "split",
        "toDate",
        "toHex",
        "urlEncode",
        "urlDecode",
        "urlQueryParam",
        "utf8",
        "xpath",
    ]
    .iter()
    .any(|name| word.starts_with(name))
}

fn shown(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(30)
        .collect()
}

impl Predicate {
    fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn refused(&self, query: &str) -> String {
        let not = if self.is_not { "not " } else { "" };
        format!("the predicate `{not}{}` of `{query}`", self.name)
    }

    /// The expected value.
    fn expected(&self) -> Option<Value> {
        match self.value.as_ref()? {
            Token::Value(value) => Some(value.clone()),
            Token::Text(text) => Some(Value::from(text.as_str())),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self.value.as_ref()? {
            Token::Text(text) => Some(text),
            _ => None,
        }
    }
}

fn predicate(query: &Query, tokens: &[Token]) -> Result<Predicate, String> {
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

fn status(predicate: &Predicate) -> Result<Assert, String> {
    let number = match &predicate.value {
        Some(Token::Value(value)) => value.as_u64().and_then(|number| u16::try_from(number).ok()),
        _ => None,
    };
    let sign = ["==", "<", "<=", ">", ">="]
        .into_iter()
        .find(|sign| predicate.is(sign));
    match (sign, number) {
        (Some("=="), Some(number)) if !predicate.is_not => {
            Ok(Assert::Check(Check::Status(StatusCheck::OneOf(vec![
                number,
            ]))))
        }
        (Some(sign), Some(number)) if !predicate.is_not && sign != "==" => {
            Ok(Assert::Status(sign, number))
        }
        _ => Err(predicate.refused("status")),
    }
}

/// The classes of statuses within these bounds, if they are classes.
pub(crate) fn classes(bounds: &[(&'static str, u16)]) -> Option<StatusCheck> {
    let holds = |status: u16| {
        bounds.iter().all(|(sign, bound)| match *sign {
            "<" => status < *bound,
            "<=" => status <= *bound,
            ">" => status > *bound,
            _ => status >= *bound,
        })
    };
    let mut classes = Vec::new();
    for class in 1..=5 {
        let mut statuses = class * 100..class * 100 + 100;
        if statuses.clone().all(holds) {
            classes.push(class);
        } else if statuses.any(holds) {
            return None;
        }
    }
    (!classes.is_empty() && classes.len() < 5).then_some(StatusCheck::Classes(classes))
}

/// What a header field or the text of a body must be.
fn text_pattern(predicate: &Predicate, filters: &Filters) -> Result<Pattern, String> {
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

fn cookie(name: String, part: Option<String>, predicate: &Predicate) -> Result<Assert, String> {
    let known = [
        "Domain", "Path", "Expires", "Max-Age", "Secure", "HttpOnly", "SameSite",
    ];
    let part = match part {
        None => None,
        Some(part) => match known
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(&part))
        {
            Some(known) => Some(known.to_owned()),
            None => return Err("the attribute of a cookie".into()),
        },
    };
    let is_flag = part
        .as_deref()
        .is_some_and(|part| matches!(part, "Secure" | "HttpOnly"));
    let pattern = match (predicate.name.as_str(), predicate.expected(), is_flag) {
        ("exists", _, true) => Pattern::Value(Value::Bool(!predicate.is_not)),
        ("exists", ..) => Pattern::marker(if predicate.is_not {
            "<absent>"
        } else {
            "<present>"
        }),
        ("==", Some(value), false) if part.is_some() && !predicate.is_not => match value {
            Value::String(text) => Pattern::Value(Value::String(text)),
            Value::Number(number) => Pattern::Value(Value::String(number.to_string())),
            _ => return Err(predicate.refused("cookie")),
        },
        ("==" | "contains" | "matches" | "startsWith" | "endsWith", ..)
            if part.is_none() && !predicate.is_not =>
        {
            let value = match &predicate.value {
                Some(Token::Text(text) | Token::Regex(text)) => text.clone(),
                Some(Token::Value(value)) => value.to_string(),
                _ => return Err(predicate.refused("cookie")),
            };
            // The value of a cookie that may be a credential is not written.
            if is_secret(&name, &value) || is_opaque(&value) {
                let check = Check::Cookie(name, None, Pattern::marker("<non-empty>"));
                return Ok(Assert::Weaker(check, HIDDEN_COOKIE.into()));
            }
            match (predicate.name.as_str(), &predicate.value) {
                ("==", Some(Token::Value(_))) => Pattern::Value(Value::String(value)),
                _ => text_pattern(predicate, &Filters::default())?,
            }
        }
        _ => return Err(predicate.refused("cookie")),
    };
    Ok(Assert::Check(Check::Cookie(name, part, pattern)))
}

/// Does the path lead to one value at most?
fn is_one(path: &str) -> bool {
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
