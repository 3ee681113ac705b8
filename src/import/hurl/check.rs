//! Asserts and captures of Hurl as checks and captures of a case.

use serde_json::Value;

use crate::import::hurl::cursor::Token;
use crate::import::hurl::predicate::{Predicate, predicate, text_pattern};
use crate::import::hurl::query::{Filters, Query, captured, query, regex};
use crate::import::hurl::selection::{is_one, json, xml};
use crate::import::traffic::{Check, Pattern, StatusCheck, is_opaque, is_secret, is_time};
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

/// The check of a line of `[Asserts]`.
///
/// # Errors
///
/// What of it has no counterpart.
pub(crate) fn assert(tokens: &[Token]) -> Result<Assert, String> {
    let mut tokens = tokens.iter();
    let (query, filters) = query(&mut tokens)?;
    let predicate = predicate(tokens.as_slice())?;
    let is_of_json = matches!(query, Query::Json(_));
    let is_of_some = matches!(&query, Query::Json(path) if filters.is_count && !is_one(path));
    let checked = match query {
        Query::Status => return status(&predicate),
        Query::Header(name) => Check::Header(name, text_pattern(&predicate, &filters)?),
        Query::Cookie(name, part) => return cookie(name, part, &predicate),
        Query::Body => Check::Text(text_pattern(&predicate, &filters)?),
        Query::Regex(expression) if predicate.is("exists") && !predicate.is_not => {
            Check::Text(regex(&expression)?)
        }
        Query::Regex(_) => return Err("the query `regex`, but for `exists`,".into()),
        Query::Json(path) => json(path, &predicate, &filters)?,
        Query::Xml(path) => xml(path, &predicate, &filters)?,
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
        _ if is_of_some && accepts_few(&predicate) => {
            return Ok(Assert::Weaker(
                checked,
                "the check is weaker than `count`: fewer than two values pass too, where Hurl has none to count".into(),
            ));
        }
        "isFloat" => "an integer",
        "isInteger" if is_of_json => "a number such as 1.0",
        "isIpv6" => "an IPv4 address",
        _ => return Ok(Assert::Check(checked)),
    };
    let name = &predicate.name;
    let what = format!("the check is weaker than `{name}`: {accepted} passes too");
    Ok(Assert::Weaker(checked, what))
}

/// Does it accept a count of less than two?
fn accepts_few(predicate: &Predicate) -> bool {
    let number = predicate.expected().and_then(|value| value.as_u64());
    match (predicate.name.as_str(), number) {
        ("==" | ">=", Some(number)) => number < 2,
        (">", Some(number)) => number < 1,
        _ => true,
    }
}

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
