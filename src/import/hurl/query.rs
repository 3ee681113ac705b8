//! Queries of Hurl, and the filters behind them.

use crate::import::hurl::cursor::Token;
use crate::import::literal;
use crate::import::traffic::{Pattern, is_field_name, is_path, marked};
use crate::import::yaml::Yaml;

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Query {
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
pub(crate) struct Filters {
    pub(crate) is_count: bool,
    pub(crate) regex: Option<String>,
    /// Of a value that may be a number or a text. A text of an answer (a header field, XML) may be either.
    pub(crate) conversion: Option<Conversion>,
}

/// A filter that makes another type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    /// `toInt` or `toFloat`.
    Number(&'static str),
    /// `toString`.
    Text,
}

impl Conversion {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Conversion::Number(name) => name,
            Conversion::Text => "toString",
        }
    }
}

pub(crate) fn query(tokens: &mut std::slice::Iter<'_, Token>) -> Result<(Query, Filters), String> {
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
            [Token::Word(word), ..] if word == "toInt" => {
                filters.conversion = Some(Conversion::Number("toInt"));
            }
            [Token::Word(word), ..] if word == "toFloat" => {
                filters.conversion = Some(Conversion::Number("toFloat"));
            }
            [Token::Word(word), ..] if word == "toString" => {
                filters.conversion = Some(Conversion::Text);
            }
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

pub(crate) fn regex(expression: &str) -> Result<Pattern, String> {
    Pattern::regex(expression)
        .ok_or_else(|| "the regular expression, which is not of the syntax of Probity,".to_owned())
}

/// The expression of a capture.
pub(crate) fn captured(expression: &str) -> Result<Yaml, String> {
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

pub(crate) fn shown(word: &str) -> String {
    word.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(30)
        .collect()
}
