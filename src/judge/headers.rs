//! Header fields (RFC 9110 section 5).

use serde_json::Value;

use crate::judge::form::{Accepts, Form, OrNone};
use crate::judge::items;
use crate::judge::mismatch::{Mismatch, brief_text};
use crate::judge::pattern::Checker;
use crate::model::{
    FindingKind, HeaderCheck, HeaderExpectation, MediaType, Pattern, Response, Scope, Span,
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
        HeaderExpectation::Pattern(pattern) => match Form::of(pattern, scope) {
            Ok(form) => one_value(check, response).and_then(|line| matching(check, &form, &line)),
            Err(mismatch) => Err(mismatch),
        },
        HeaderExpectation::MediaType(expected) => {
            one_value(check, response).and_then(|line| media_type(check, expected, &line))
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
                .expected("no such header")
                .actual(lossy(value)),
        )),
    }
}

fn present(check: &HeaderCheck, response: &Response) -> Result<(), Box<Mismatch>> {
    match response.header_values(&check.name).next() {
        Some(_) => Ok(()),
        None => Err(Box::new(missing(check))),
    }
}

/// The value of a field. Several lines are one value, joined with commas, unless the field is no list (RFC 9110
/// sections 5.2 and 5.3).
fn one_value(check: &HeaderCheck, response: &Response) -> Result<String, Box<Mismatch>> {
    let values: Vec<&[u8]> = response.header_values(&check.name).collect();
    if values.is_empty() {
        return Err(Box::new(missing(check)));
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
        return Err(Box::new(missing(check)));
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

fn missing(check: &HeaderCheck) -> Mismatch {
    let expected = match &check.expected {
        HeaderExpectation::MediaType(media_type) => media_type.to_string(),
        HeaderExpectation::Pattern(_) | HeaderExpectation::Lines(_) => "the expected value".into(),
        _ => "any value".to_owned(),
    };
    mismatch(check, format!("header `{}` is missing", check.name))
        .expected(expected)
        .actual("no such header")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{judge, must, pattern, response, span};
    use crate::model::{
        Argument, Bound, Limit, Marker, MarkerKind, Range, Shape, StatusPattern, Template,
    };
    use serde_json::json;

    fn found(expected: HeaderExpectation, lines: &[(&str, &[u8])]) -> Vec<(&'static str, String)> {
        let mut block = must().status(&[StatusPattern::Any]);
        block.headers.push(HeaderCheck {
            name: "X-One".into(),
            expected,
            span: span(),
        });
        let mut response = response(200, "");
        let lines = lines.iter();
        response.headers = lines
            .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
            .collect();
        let findings = judge(vec![block], &response).findings.into_iter();
        findings
            .map(|finding| {
                assert_eq!(finding.header.as_deref(), Some("X-One"));
                (finding.kind.name(), finding.message)
            })
            .collect()
    }

    #[test]
    fn elements_of_a_list_are_checked_whatever_lines_and_order() {
        let check = |name: &str, key: &str, patterns: Value, lines: &[&str]| {
            let mut block = must().status(&[StatusPattern::Any]);
            block.headers.push(HeaderCheck {
                name: name.into(),
                expected: HeaderExpectation::Lines(pattern(&json!({ key: patterns }))),
                span: span(),
            });
            let mut response = response(200, "");
            let lines = lines.iter();
            response.headers = lines
                .map(|line| (name.to_owned(), line.as_bytes().to_vec()))
                .collect();
            let findings = judge(vec![block], &response).findings.into_iter();
            findings.map(|one| one.message).collect::<Vec<String>>()
        };
        for lines in [
            &["Accept, Origin"][..],
            &["Origin", "Accept"],
            &["Origin , ,Accept,", ""],
            &["Origin,\tAccept"],
        ] {
            let set = json!(["Accept", "Origin"]);
            for key in ["<contains>", "<unordered>"] {
                assert_eq!(check("Vary", key, set.clone(), lines), [""; 0], "{lines:?}");
            }
            assert_eq!(
                check("vary", "<contains>", json!(["Origin"]), lines),
                [""; 0]
            );
            assert_eq!(check("Vary", "<each>", json!("</^[A-Z]/>"), lines), [""; 0]);
            assert_eq!(
                check("Vary", "<contains>", json!(["Cookie"]), lines).len(),
                1
            );
            assert_eq!(
                check("Vary", "<unordered>", json!(["Origin"]), lines).len(),
                1
            );
            assert_eq!(
                check("Vary", "<each>", json!("<not Accept>"), lines).len(),
                1
            );
        }
        let quoted = &["private=\"a, no-store\", max-age=3"][..];
        let no_store = json!(["no-store"]);
        assert_eq!(
            check("Cache-Control", "<contains>", no_store, quoted).len(),
            1
        );
        let age = json!(["max-age=3", "private=\"a, no-store\""]);
        assert_eq!(check("Cache-Control", "<unordered>", age, quoted), [""; 0]);
        assert_eq!(
            check("Allow", "<each>", json!("<one-of GET HEAD>"), &["GET, PUT"]),
            ["header `Allow`, element 2: is \"PUT\", expected one of GET, HEAD"]
        );
        // Nothing is in an empty list, and nothing is in no list.
        assert_eq!(check("Allow", "<each>", json!("<any>"), &[""]).len(), 1);
        assert_eq!(check("Allow", "<each?>", json!("GET"), &[""]), [""; 0]);
        assert_eq!(check("Allow", "<contains>", json!(["GET"]), &[]).len(), 1);
        // Of other fields nothing says that commas separate.
        assert_eq!(
            check("X-One", "<contains>", json!(["b"]), &["a, b"]).len(),
            1
        );
    }

    #[test]
    fn digits_are_a_number() {
        let found_of = found;
        let found = |pattern_text: &str, line: &str| {
            let expected = HeaderExpectation::Pattern(pattern(&json!(pattern_text)));
            found_of(expected, &[("X-One", line.as_bytes())])
        };
        for (marker, right, wrong) in [
            ("<integer>", "7", "7.5"),
            ("<integer>", "-7", "7.0"),
            ("<integer>", "123456789012345678901234567890", "1e3"),
            ("<number>", "1e3", "NaN"),
            ("<not integer>", "x", "7"),
        ] {
            assert_eq!(found(marker, right), [], "{marker} {right}");
            assert_eq!(found(marker, wrong).len(), 1, "{marker} {wrong}");
        }
        let in_range = |kind: MarkerKind, bounds: [Option<&str>; 2], line: &str| {
            let [min, max] =
                bounds.map(|bound| bound.map(|text| Bound::of(Template::literal(text, span()))));
            let argument = Argument::Limit(Box::new(Limit::Range(Range { min, max })));
            let shape = Shape::Marker(Marker { kind, argument });
            let span = span();
            let expected = HeaderExpectation::Pattern(Pattern { shape, span });
            found_of(expected, &[("X-One", line.as_bytes())])
        };
        for (kind, bounds, right, wrong) in [
            (MarkerKind::Integer, [Some("1"), Some("60")], "60", "61"),
            (MarkerKind::Integer, [Some("1"), None], "1", "0"),
            (MarkerKind::Integer, [None, Some("0")], "0", "007"),
            (
                MarkerKind::Number,
                [Some("0"), Some("1")],
                "0.25",
                "1.00000000000000000001",
            ),
        ] {
            assert_eq!(in_range(kind, bounds, right), [], "{right}");
            assert_eq!(in_range(kind, bounds, wrong).len(), 1, "{wrong}");
        }
        // What is no number is compared with nothing.
        for wrong in [
            "",
            "a gzip",
            "-",
            "1e",
            "e9",
            "1e99999999999999999999",
            "\u{1f600}",
        ] {
            let bounds = [Some("1"), Some("9")];
            assert_eq!(
                in_range(MarkerKind::Number, bounds, wrong).len(),
                1,
                "{wrong}"
            );
            assert_eq!(
                in_range(MarkerKind::Integer, bounds, wrong).len(),
                1,
                "{wrong}"
            );
        }
        for wrong in ["", " ", "+7", "seven", "7 ", "0x7", "٧"] {
            let is_trimmed = wrong == "7 ";
            assert_eq!(
                found("<integer>", wrong).is_empty(),
                is_trimmed,
                "{wrong:?}"
            );
        }
    }

    fn media_type_of(essence: &str, parameters: &[(&str, &str)]) -> HeaderExpectation {
        let parameters = parameters.iter();
        HeaderExpectation::MediaType(MediaType {
            essence: essence.to_owned(),
            parameters: parameters
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        })
    }

    #[test]
    fn named_parameters_of_a_media_type_must_be_there() {
        let html = || media_type_of("text/html", &[("charset", "utf-8"), ("v", "A")]);
        for right in [
            &b"text/html; Charset=\"UTF-8\"; v=A; x=y"[..],
            b"TEXT/HTML;v=\"A\";charset=utf-8",
        ] {
            assert_eq!(found(html(), &[("X-One", right)]), []);
        }
        for (wrong, message) in [
            (
                &b"text/html; v=A"[..],
                "there is no `charset`, expected `charset=utf-8`",
            ),
            (b"text/html; charset=utf-8; v=a", "`v` is `a`, expected `A`"),
            (
                b"text/html; v=A; charset=utf-8; charset=latin1",
                "`charset` is there 2 times, expected `charset=utf-8`",
            ),
        ] {
            let found = found(html(), &[("X-One", wrong)]);
            assert_eq!(found, [("media-type", message.to_owned())]);
        }
    }

    fn value(text: &str) -> HeaderExpectation {
        HeaderExpectation::Pattern(pattern(&json!(text)))
    }

    #[test]
    fn names_have_no_case_and_values_no_space_around() {
        assert_eq!(found(value("a b"), &[("x-oNE", b" \ta b\t ")]), []);
    }

    #[test]
    fn a_missing_header_and_another_value_are_reported() {
        assert_eq!(found(value("a"), &[])[0].1, "header `X-One` is missing");
        assert_eq!(
            found(value("a"), &[("X-One", b"A")])[0].1,
            "header `X-One`: is \"A\", expected \"a\" (differs in case only)"
        );
        assert_eq!(found(value("</^a/>"), &[("X-One", b"abc")]), []);
    }

    #[test]
    fn a_number_filled_in_is_meant_as_text() {
        assert_eq!(found(value("${capture.one}"), &[("X-One", b"1")]), []);
        assert_eq!(found(value("${capture.one}"), &[("X-One", b"2")]).len(), 1);
    }

    #[test]
    fn several_lines_are_one_value_with_commas() {
        let twice: [(&str, &[u8]); 2] = [("X-One", b"a"), ("x-one", b" b ")];
        assert_eq!(found(value("a, b"), &twice), []);
        assert_eq!(found(value("<contains b>"), &twice), []);
        assert_eq!(found(value("a"), &twice).len(), 1);
        assert!(!is_list("Set-Cookie") && !is_list("ETag") && is_list("Cache-Control"));
    }

    #[test]
    fn a_field_that_is_no_list_has_one_line() {
        let twice: [(&str, &[u8]); 2] = [("Location", b"/a"), ("location", b"/b")];
        let check = HeaderCheck {
            name: "Location".into(),
            expected: value("/a, /b"),
            span: span(),
        };
        let mut block = must().status(&[StatusPattern::Any]);
        block.headers.push(check);
        let mut response = response(200, "");
        response.headers = twice
            .map(|(name, value)| (name.to_owned(), value.to_vec()))
            .into();
        let findings = judge(vec![block], &response).findings;
        assert_eq!(
            findings[0].message,
            "2 lines of header `Location`, expected one"
        );
    }

    #[test]
    fn lines_match_patterns() {
        let lines = |expected: Value| HeaderExpectation::Lines(pattern(&expected));
        let twice: [(&str, &[u8]); 2] = [("X-One", b"a=1"), ("x-one", b"b=2; x")];
        for accepted in [
            json!(["a=1", "b=2; x"]),
            json!(["</^a=/>", "</^b=/>"]),
            json!({ "<contains>": ["</^b=/>"] }),
            json!({ "<unordered>": ["</^b=/>", "</^a=/>"] }),
            json!({ "<each>": "</=/>" }),
        ] {
            assert_eq!(found(lines(accepted), &twice), []);
        }
        for (rejected, message) in [
            (
                json!(["a=1", "c"]),
                "header `X-One`, line 2: is \"b=2; x\", expected \"c\"",
            ),
            (json!(["a=1"]), "header `X-One`: has 2 lines, expected 1"),
            (
                json!({ "<contains>": ["</^c=/>"] }),
                "header `X-One`: no line is </^c=/>",
            ),
            (
                json!({ "<each>": "</^a=/>" }),
                "header `X-One`, line 2: is \"b=2; x\", expected text that matches /^a=/",
            ),
        ] {
            assert_eq!(found(lines(rejected), &twice)[0].1, message);
        }
        let each = json!({ "<each>": "a" });
        assert_eq!(found(lines(each), &[])[0].1, "header `X-One` is missing");
        assert_eq!(found(lines(json!({ "<each?>": "a" })), &[]), []);
    }

    #[test]
    fn absent_and_present() {
        assert_eq!(found(HeaderExpectation::Absent, &[]), []);
        assert_eq!(found(HeaderExpectation::Absent, &[("X-One", b"")]).len(), 1);
        assert_eq!(found(HeaderExpectation::Present, &[("X-One", b"")]), []);
        assert_eq!(found(HeaderExpectation::Present, &[]).len(), 1);
    }

    #[test]
    fn a_media_type_is_compared_without_case_and_parameters() {
        let json = || media_type_of("application/json", &[]);
        assert_eq!(
            found(json(), &[("X-One", b"Application/JSON ; charset=utf-8")]),
            []
        );
        for wrong in [
            &b"application/json+x"[..],
            b"application/json, text/html",
            b"json",
            b"",
            b"/json",
        ] {
            assert_eq!(found(json(), &[("X-One", wrong)])[0].0, "media-type");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_equal_to_none() {
        assert_eq!(
            found(value("\u{fffd}"), &[("X-One", b"\xff")])[0].1,
            "header `X-One` is not UTF-8"
        );
        assert_eq!(found(HeaderExpectation::Present, &[("X-One", b"\xff")]), []);
    }
}
