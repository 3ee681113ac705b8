//! Plain (unquoted) scalars: `null`, `true`, `false`, a number that can be represented exactly, or a string.
//!
//! What some YAML version or a lenient reader would read as something else is rejected: XUIDs are digits, a country may be
//! `no`, and a contract must not depend on the reader of the file.

use serde_json::Number;

use crate::json::number::is_exact;
use crate::load::node::Kind;
use crate::model::{Diagnostic, Span};

/// Why a plain scalar is rejected.
#[derive(Debug, PartialEq)]
pub(super) enum Problem {
    /// A word that YAML versions read differently, and what to write instead.
    Word(&'static str),
    /// Not a JSON number, but a number to some readers.
    Number,
    /// An integer beyond 64 bits, or a number beyond a double.
    TooLarge,
    /// A number that a double would round to this one.
    NotExact(f64),
}

impl Problem {
    pub(super) fn diagnostic(&self, span: Span, text: &str) -> Diagnostic {
        let quote = format!("quote it if it is a string: \"{text}\"");
        match self {
            Problem::Word(instead) => Diagnostic::error(
                "yaml/ambiguous-word",
                span,
                format!("ambiguous word `{text}`: YAML versions read it differently"),
            )
            .help(format!("write `{instead}`, or quote it: \"{text}\"")),
            Problem::Number => Diagnostic::error(
                "yaml/ambiguous-number",
                span,
                format!("ambiguous number `{text}`: it is not a JSON number"),
            )
            .help(quote),
            Problem::TooLarge => Diagnostic::error(
                "yaml/large-number",
                span,
                format!("number out of range: {text} does not fit into 64 bits"),
            )
            .help(quote),
            Problem::NotExact(read) => Diagnostic::error(
                "yaml/inexact-number",
                span,
                format!("number with too many digits: {text} would be read as {read}"),
            )
            .help(quote),
        }
    }
}

/// The value of an unquoted scalar, or why it is rejected.
pub(super) fn read(text: String) -> Result<Kind, (String, Problem)> {
    match meaning(&text) {
        Ok(Some(kind)) => Ok(kind),
        Ok(None) => Ok(Kind::Text(text)),
        Err(problem) => Err((text, problem)),
    }
}

/// What a rejected scalar is in the file of another tool.
pub(super) fn foreign(text: String, problem: &Problem) -> Kind {
    match problem {
        Problem::Word(_) => match text.as_str() {
            "~" | "Null" | "NULL" => Kind::Null,
            "True" | "TRUE" => Kind::Bool(true),
            "False" | "FALSE" => Kind::Bool(false),
            _ => Kind::Text(text),
        },
        Problem::TooLarge | Problem::NotExact(_) => {
            let number = text.parse().ok().and_then(Number::from_f64);
            number.map_or(Kind::Text(text), Kind::Number)
        }
        Problem::Number => Kind::Text(text),
    }
}

/// `None` is text.
fn meaning(text: &str) -> Result<Option<Kind>, Problem> {
    match text {
        "null" => return Ok(Some(Kind::Null)),
        "true" => return Ok(Some(Kind::Bool(true))),
        "false" => return Ok(Some(Kind::Bool(false))),
        "~" | "Null" | "NULL" => return Err(Problem::Word("null")),
        _ => {}
    }
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "yes", "on"]) {
        return Err(Problem::Word("true"));
    }
    if is(["false", "no", "off"]) {
        return Err(Problem::Word("false"));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return Ok(None);
    }
    if is_json_number(text) {
        return number(text).map(|number| Some(Kind::Number(number)));
    }
    if looks_like_a_number(text) {
        return Err(Problem::Number);
    }
    Ok(None)
}

fn number(text: &str) -> Result<Number, Problem> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return text
            .parse::<u64>()
            .map(Number::from)
            .or_else(|_| text.parse::<i64>().map(Number::from))
            .map_err(|_| Problem::TooLarge);
    }
    let double: f64 = text.parse().map_err(|_| Problem::Number)?;
    let number = Number::from_f64(double).ok_or(Problem::TooLarge)?;
    if is_exact(text, double) {
        Ok(number)
    } else {
        Err(Problem::NotExact(double))
    }
}

/// RFC 8259 section 6.
fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (integer, rest) = split_digits(rest);
    if integer.is_empty() || (integer.len() > 1 && integer.starts_with('0')) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let (digits, rest) = split_digits(fraction);
            if digits.is_empty() {
                return false;
            }
            rest
        }
    };
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let (digits, rest) =
                split_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
            !digits.is_empty() && rest.is_empty()
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// Everything that some version of YAML, or a lenient reader, takes for a number.
fn looks_like_a_number(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = rest.to_ascii_lowercase();
    if matches!(lower.as_str(), ".inf" | ".nan") {
        return true;
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = lower.strip_prefix(prefix) {
            return !digits.is_empty() && digits.chars().all(|c| c == '_' || c.is_digit(radix));
        }
    }
    let (mantissa, exponent) = match lower.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (lower.as_str(), None),
    };
    let is_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let mantissa_fits = mantissa.contains(|c: char| c.is_ascii_digit())
        && mantissa.split('.').count() <= 2
        && mantissa.split('.').all(is_digits);
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && is_digits(digits)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_keep_their_type_or_are_rejected() {
        assert_eq!(meaning("12"), Ok(Some(Kind::Number(12.into()))));
        assert_eq!(meaning("9NBLGGH4R2R6"), Ok(None));
        for text in [
            "012", "1_000", "0x1F", "0o14", "+1", ".5", "1.", ".inf", ".NaN", "0016", "-012",
        ] {
            assert_eq!(meaning(text), Err(Problem::Number), "{text}");
        }
        assert_eq!(meaning("18446744073709551616"), Err(Problem::TooLarge));
        assert_eq!(meaning("1e400"), Err(Problem::TooLarge));
    }

    #[test]
    fn a_fraction_keeps_its_digits_or_is_rejected() {
        for text in ["0.1", "1.10", "-2.5e3", "0.30000000000000004", "0.0"] {
            assert!(matches!(meaning(text), Ok(Some(Kind::Number(_)))), "{text}");
        }
        for text in ["0.12345678901234567891", "1e-400"] {
            assert!(matches!(meaning(text), Err(Problem::NotExact(_))), "{text}");
        }
    }

    #[test]
    fn words_of_older_versions_are_rejected() {
        for text in ["yes", "No", "on", "OFF", "True", "~"] {
            assert!(matches!(meaning(text), Err(Problem::Word(_))), "{text}");
        }
        for text in ["2026-01-01", "22:22", "y", "nothing", "-", "...", "1.2.3"] {
            assert_eq!(meaning(text), Ok(None), "{text}");
        }
    }
}
