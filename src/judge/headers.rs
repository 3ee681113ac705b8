//! Header fields (RFC 9110 section 5).

#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::judge::form::{Accepts, Form, OrNone};
use crate::judge::items;
use crate::judge::mismatch::{Mismatch, brief_text};
use crate::judge::pattern::Checker;
use crate::model::{
    FindingKind, HeaderCheck, HeaderExpectation, MediaType, NO_HEADER, Pattern, Response, Scope,
    Span,
};
use crate::text::parameters::{parameters, split};

/// Checks one header field; nothing when it matches.
pub(super) fn judge(check: &HeaderCheck, scope: Scope<'_>, response: &Response) -> Vec<Mismatch> {
    let mismatches = match &check.expected {
        HeaderExpectation::Items(kind, checks) => match all_lines(check, response) {
            Ok(lines) => items::judge(check, *kind, checks, &lines, scope),
            Err(mismatch) => vec![*mismatch],
        },
        _ => match whole(check, scope, response) {
            Ok(()) => Vec::new(),
            Err(mismatch) => vec![*mismatch],
        },
    };
    let mismatches = mismatches.into_iter();
    mismatches
        .map(|mismatch| mismatch.header(&check.name))
        .collect()
}

/// Checks a field as a whole.
fn whole(check: &HeaderCheck, scope: Scope<'_>, response: &Response) -> Result<(), Box<Mismatch>> {
    match &check.expected {
        HeaderExpectation::Absent => absent(check, response),
        HeaderExpectation::Present => present(check, response),
        HeaderExpectation::Pattern(pattern) => {
            let form = Form::of(pattern, scope)?;
            let line = one_value(check, response, &|| as_written(&form))?;
            matching(check, &form, &line)
        }
        HeaderExpectation::MediaType(expected) => {
            let line = one_value(check, response, &|| expected.to_string())?;
            media_type(check, expected, &line)
        }
        HeaderExpectation::Lines(pattern) => lines(check, pattern, scope, response),
        HeaderExpectation::Items(..) => Ok(()),
    }
}

/// The lines of a field as text.
fn all_lines(check: &HeaderCheck, response: &Response) -> Result<Vec<String>, Box<Mismatch>> {
    response
        .header_values(&check.name)
        .map(|value| text(check, value))
        .collect()
}

fn absent(check: &HeaderCheck, response: &Response) -> Result<(), Box<Mismatch>> {
    match response.header_values(&check.name).next() {
        None => Ok(()),
        Some(value) => Err(Box::new(
            mismatch(check, format!("header `{}` must not be there", check.name))
                .expected(NO_HEADER)
                .actual(lossy(value)),
        )),
    }
}

fn present(check: &HeaderCheck, response: &Response) -> Result<(), Box<Mismatch>> {
    match response.header_values(&check.name).next() {
        Some(_) => Ok(()),
        None => Err(Box::new(missing(check, "any value"))),
    }
}

/// The value of a field. Several lines are one value, joined with commas, unless the field is no list (RFC 9110
/// sections 5.2 and 5.3).
fn one_value(
    check: &HeaderCheck,
    response: &Response,
    expected: &dyn Fn() -> String,
) -> Result<String, Box<Mismatch>> {
    let values: Vec<&[u8]> = response.header_values(&check.name).collect();
    if values.is_empty() {
        return Err(Box::new(missing(check, &expected())));
    }
    if values.len() > 1 && !is_list(&check.name) {
        let shown: Vec<String> = values.iter().map(|value| lossy(value)).collect();
        let mut message = format!(
            "{} lines of header `{}`, expected one",
            values.len(),
            check.name
        );
        if check.name.eq_ignore_ascii_case("set-cookie") {
            message.push_str(" (a list or `<contains>: [...]` checks several)");
        }
        return Err(Box::new(
            mismatch(check, message)
                .expected("one line")
                .actual(shown.join(" | ")),
        ));
    }
    let lines: Vec<String> = values
        .into_iter()
        .map(|value| text(check, value))
        .collect::<Result<_, _>>()?;
    Ok(lines.join(", "))
}

/// Response fields that have one value, or, as `Set-Cookie`, values that cannot be joined.
const SINGLE: &[&str] = &[
    "age",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "last-modified",
    "location",
    "retry-after",
    "server",
    "set-cookie",
    "strict-transport-security",
];

/// Can the values of several lines be joined with commas?
pub(super) fn is_list(name: &str) -> bool {
    !SINGLE
        .iter()
        .any(|single| single.eq_ignore_ascii_case(name))
}

fn matching(check: &HeaderCheck, form: &Form<'_>, line: &str) -> Result<(), Box<Mismatch>> {
    // A number or a boolean filled into a template is meant as the text that it makes.
    let as_text = match &form.accepts {
        Accepts::Value(value) if value.is_number() || value.is_boolean() => Some(value.to_string()),
        _ => None,
    };
    let problem = match as_text {
        Some(expected) if expected == line => None,
        Some(expected) => Some((
            format!("is `{}`", brief_text(line)),
            format!("\"{expected}\""),
        )),
        None => Checker::of_text()
            .first_mismatch(form, &Value::from(line))
            .map(|found| (found.message, found.expected)),
    };
    match problem {
        None => Ok(()),
        Some((message, expected)) => Err(Box::new(
            mismatch(check, format!("header `{}`: {message}", check.name))
                .expected(expected)
                .actual(format!("\"{line}\"")),
        )),
    }
}

fn media_type(check: &HeaderCheck, expected: &MediaType, line: &str) -> Result<(), Box<Mismatch>> {
    let essence = &expected.essence;
    let problem = match parse_media_type(line) {
        Some(actual) if actual.eq_ignore_ascii_case(essence) => {
            let mut parameters = expected.parameters.iter();
            match parameters.find_map(|(name, value)| parameter_problem(name, value, line)) {
                Some(problem) => problem,
                None => return Ok(()),
            }
        }
        Some(actual) => format!(
            "media type is `{}`, expected `{essence}`",
            brief_text(actual)
        ),
        None => format!(
            "`{}` is not a media type, expected `{essence}`",
            brief_text(line)
        ),
    };
    let mismatch = Mismatch::new(FindingKind::MediaType, check.span, problem);
    Err(Box::new(
        mismatch.expected(expected.to_string()).actual(line),
    ))
}

/// What is wrong with one parameter of a media type.
fn parameter_problem(name: &str, expected: &str, line: &str) -> Option<String> {
    let values = parameters(line)
        .into_iter()
        .filter(|(known, _)| known == name);
    let values: Vec<String> = values.map(|(_, value)| value.unwrap_or_default()).collect();
    // RFC 9110 section 8.3.2: charsets have no letter case. Of other values nothing is known.
    let is_equal = |actual: &str| match name {
        "charset" => actual.eq_ignore_ascii_case(expected),
        _ => actual == expected,
    };
    match values.as_slice() {
        [] => Some(format!(
            "there is no `{name}`, expected `{name}={expected}`"
        )),
        [actual] if is_equal(actual) => None,
        [actual] => {
            let actual = brief_text(actual);
            Some(format!("`{name}` is `{actual}`, expected `{expected}`"))
        }
        several => {
            let times = several.len();
            Some(format!(
                "`{name}` is there {times} times, expected `{name}={expected}`"
            ))
        }
    }
}

fn lines(
    check: &HeaderCheck,
    pattern: &Pattern,
    scope: Scope<'_>,
    response: &Response,
) -> Result<(), Box<Mismatch>> {
    let form = Form::of(pattern, scope)?;
    let mut lines = all_lines(check, response)?;
    let shown = lines.join(" | ");
    let is_of_elements = check.is_of_elements();
    let unit = if is_of_elements { "element" } else { "line" };
    if lines.is_empty() && !matches!(form.accepts, Accepts::Each(_, OrNone::Yes)) {
        return Err(Box::new(missing(check, &as_written(&form))));
    }
    if is_of_elements {
        lines = lines.iter().flat_map(|line| elements(line)).collect();
    }
    let found = Checker::of_text().first_mismatch(&form, &Value::from(lines));
    found.map_or(Ok(()), |found| {
        let place = found.pointer.as_deref().and_then(|pointer| {
            let index: usize = pointer.strip_prefix('/')?.parse().ok()?;
            Some(format!("{unit} {}", index + 1))
        });
        let what = if found.kind == FindingKind::Header || place.is_some() {
            found.message
        } else {
            // An array of lines.
            found.message.replace("element", unit)
        };
        let place = place.map_or_else(String::new, |place| format!(", {place}"));
        let message = format!("header `{}`{place}: {what}", check.name);
        Err(Box::new(
            mismatch(check, message)
                .expected(found.expected.replace("element", unit))
                .actual(shown),
        ))
    })
}

/// The elements of a line of a list, without empty ones (RFC 9110 section 5.6.1.2). A comma in quotes separates nothing.
fn elements(line: &str) -> Vec<String> {
    let parts = split(line, ',').into_iter();
    let parts = parts.map(|part| part.trim_matches([' ', '\t']));
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn mismatch(check: &HeaderCheck, message: String) -> Mismatch {
    let span: Span = check.span;
    Mismatch::new(FindingKind::Header, span, message)
}

fn missing(check: &HeaderCheck, expected: &str) -> Mismatch {
    mismatch(check, format!("header `{}` is missing", check.name))
        .expected(expected)
        .actual(NO_HEADER)
}

/// What is expected of a value, as in the case file: `"bar"`, `</^x/>`. A number is meant as the text that it makes.
fn as_written(form: &Form<'_>) -> String {
    match &form.accepts {
        Accepts::Value(value) if value.is_number() || value.is_boolean() => {
            format!("\"{value}\"")
        }
        _ => form.render(),
    }
}

/// A field value as text, without the white space around it (RFC 9110 section 5.5).
fn text(check: &HeaderCheck, value: &[u8]) -> Result<String, Box<Mismatch>> {
    match std::str::from_utf8(value) {
        Ok(text) => Ok(text.trim_matches([' ', '\t']).to_owned()),
        // Shown with replacement characters, it could equal a text that it is not.
        Err(_) => Err(Box::new(
            mismatch(check, format!("header `{}` is not UTF-8", check.name))
                .expected("text")
                .actual(lossy(value)),
        )),
    }
}

fn lossy(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.trim_matches([' ', '\t']).to_owned()
}

/// `type/subtype` of a media type, without its parameters (RFC 9110 section 8.3.1).
pub(super) fn parse_media_type(line: &str) -> Option<&str> {
    let essence = line
        .split(';')
        .next()
        .unwrap_or("")
        .trim_matches([' ', '\t']);
    let (main, sub) = essence.split_once('/')?;
    (is_token(main) && is_token(sub)).then_some(essence)
}

/// Is this a token (RFC 9110 section 5.6.2)?
fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}
