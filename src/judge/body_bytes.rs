//! The body as bytes: its length, digest and beginning; and bodies that are no text, in words.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

use crate::judge::form::fill_text;
use crate::judge::hex_diff;
use crate::judge::mismatch::{Mismatch, SHOWN, count};
use crate::model::{BytesCondition, FindingKind, Prefix, Scope, Span, hexadecimal};
use crate::text::excerpt::short_text;

/// How many bytes are shown of a body that is not text.
const FIRST_BYTES: usize = 16;

/// Checks one condition on the content of an answer.
pub(super) fn judge(
    condition: &BytesCondition,
    span: Span,
    scope: Scope<'_>,
    body: &[u8],
) -> Option<Mismatch> {
    let filled = |template| fill_text(template, scope, span);
    match condition {
        BytesCondition::Length { min, max } => length(*min, *max, span, body),
        BytesCondition::Sha256(template) => match filled(template) {
            Ok(expected) => sha256(&expected, span, body),
            Err(mismatch) => Some(*mismatch),
        },
        BytesCondition::StartsWith(Prefix::Bytes(expected)) => starts_with(expected, span, body),
        BytesCondition::StartsWith(Prefix::Text(template)) => match filled(template) {
            Ok(expected) => starts_with(expected.as_bytes(), span, body),
            Err(mismatch) => Some(*mismatch),
        },
        BytesCondition::Equal(file) => differs(&file.name, &file.bytes, span, body),
    }
}

/// Compares with a file, and shows the first bytes that differ.
fn differs(name: &str, expected: &[u8], span: Span, body: &[u8]) -> Option<Mismatch> {
    if body == expected {
        return None;
    }
    let at = first_difference(expected, body);
    let size = |bytes: &[u8]| count(bytes.len(), "byte");
    let message = format!(
        "the body is not the file `{name}`: it differs from byte {} on ({}, expected {})",
        at + 1,
        size(body),
        size(expected)
    );
    let mismatch = mismatch(span, message);
    let mismatch = mismatch.expected(content(expected)).actual(content(body));
    Some(Mismatch {
        diff: Some(hex_diff::of(expected, body, at)),
        ..mismatch
    })
}

/// The index of the first byte that differs; the length of the shorter one if it is a beginning of the other.
fn first_difference(one: &[u8], other: &[u8]) -> usize {
    let mut pairs = one.iter().zip(other);
    let at = pairs.position(|(one, other)| one != other);
    at.unwrap_or_else(|| one.len().min(other.len()))
}

fn length(min: u64, max: Option<u64>, span: Span, body: &[u8]) -> Option<Mismatch> {
    if is_within(body.len(), min, max) {
        return None;
    }
    let expected = bounds(min, max, "byte");
    let message = format!(
        "the body has {}, expected {expected}",
        count(body.len(), "byte")
    );
    Some(
        mismatch(span, message)
            .expected(expected)
            .actual(content(body)),
    )
}

fn sha256(expected: &str, span: Span, body: &[u8]) -> Option<Mismatch> {
    let digits = expected.strip_prefix("sha256:").unwrap_or(expected);
    let actual = digest_of(body);
    if actual.eq_ignore_ascii_case(digits) {
        return None;
    }
    let message = format!(
        "the SHA-256 digest of the body is {actual}, expected {}",
        short_text(digits, 64)
    );
    Some(
        mismatch(span, message)
            .expected(digits)
            .actual(content(body)),
    )
}

fn starts_with(expected: &[u8], span: Span, body: &[u8]) -> Option<Mismatch> {
    if expected.is_empty() {
        // A template can become empty: every body would pass.
        let message = "the expected beginning is empty: every body starts with it";
        return Some(mismatch(span, message.to_owned()).expected("at least 1 byte"));
    }
    if body.starts_with(expected) {
        return None;
    }
    let shown = &body[..body.len().min(expected.len().max(FIRST_BYTES))];
    // Both in the same form, or they could not be compared.
    let as_text = |bytes: &[u8]| readable(bytes).map(|text| format!("{:?}", short_text(&text, 40)));
    let (expected, actual) = match (as_text(expected), as_text(shown)) {
        (Some(expected), Some(actual)) if !body.is_empty() => (expected, actual),
        _ => (hex(expected), hex(shown)),
    };
    let message = if body.is_empty() {
        format!("the body has no bytes, expected it to start with {expected}")
    } else {
        format!("the body starts with {actual}, expected {expected}")
    };
    Some(
        mismatch(span, message)
            .expected(expected)
            .actual(content(body)),
    )
}

fn mismatch(span: Span, message: String) -> Mismatch {
    Mismatch::new(FindingKind::Bytes, span, message)
}

/// Is a number within inclusive bounds?
pub(super) fn is_within(number: usize, min: u64, max: Option<u64>) -> bool {
    let number = number as u64;
    min <= number && max.is_none_or(|max| number <= max)
}

/// `1 byte`, `2 to 5 bytes`, `at least 2 bytes`.
pub(super) fn bounds(min: u64, max: Option<u64>, noun: &str) -> String {
    let plural = |number: u64| {
        if number == 1 {
            noun.to_owned()
        } else {
            format!("{noun}s")
        }
    };
    match max {
        Some(max) if min == max => format!("{min} {}", plural(min)),
        Some(max) if min == 0 => format!("at most {max} {}", plural(max)),
        Some(max) => format!("{min} to {max} {}", plural(max)),
        None => format!("at least {min} {}", plural(min)),
    }
}

/// A body for people: text as it is, anything else as its length, digest and beginning.
pub(super) fn content(body: &[u8]) -> String {
    if body.is_empty() {
        return "no bytes".to_owned();
    }
    match std::str::from_utf8(body) {
        Ok(text) if !body.contains(&0) => short_text(text, SHOWN),
        _ => format!(
            "{}, sha256 {}, {}",
            count(body.len(), "byte"),
            digest_of(body),
            hex(&body[..body.len().min(FIRST_BYTES)])
        ),
    }
}

/// Bytes as text, if a person can read it.
fn readable(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // The end of an excerpt can be within a character.
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let is_readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t');
    (!text.is_empty() && text.chars().all(is_readable)).then(|| text.to_owned())
}

/// `89 50 4e 47`.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate().take(SHOWN / 3) {
        let space = if index == 0 { "" } else { " " };
        // Writing to a string cannot fail.
        let _ = write!(text, "{space}{byte:02x}");
    }
    text
}

fn digest_of(body: &[u8]) -> String {
    hexadecimal(digest(&SHA256, body).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{judge as judged, must, response, span};
    use crate::model::{BodyCheck, BodyFile, Judgement, Response, StatusPattern, Template};

    fn check(condition: BytesCondition, body: &[u8]) -> Judgement {
        let block = must().status(&[StatusPattern::Any]);
        let block = block.body(BodyCheck::Bytes {
            condition,
            span: span(),
        });
        let response = Response {
            body: body.to_vec(),
            ..response(200, "")
        };
        judged(vec![block], &response)
    }

    fn message(condition: BytesCondition, body: &[u8]) -> Option<(String, String)> {
        let findings = check(condition, body).findings.into_iter();
        let mut all = findings.map(|finding| {
            assert_eq!(finding.kind, FindingKind::Bytes);
            (finding.message, finding.actual)
        });
        all.next()
    }

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0";

    #[test]
    fn a_length_is_exact_or_within_bounds() {
        let length = |min, max| BytesCondition::Length { min, max };
        assert_eq!(message(length(10, Some(10)), PNG), None);
        assert_eq!(message(length(1, None), PNG), None);
        let (message, actual) = message(length(1, Some(9)), PNG).unwrap();
        assert_eq!(message, "the body has 10 bytes, expected 1 to 9 bytes");
        assert_eq!(
            actual,
            "10 bytes, sha256 7f9e5e7c0d7b4a7c, 89 50 4e 47 0d 0a 1a 0a 00 00"
                .replace("7f9e5e7c0d7b4a7c", &digest_of(PNG))
        );
    }

    #[test]
    fn a_digest_is_hexadecimal_in_either_letter_case_with_or_without_its_name() {
        let sha256 = |text: &str| BytesCondition::Sha256(Template::literal(text, span()));
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(message(sha256(empty), b""), None);
        assert_eq!(message(sha256(&empty.to_uppercase()), b""), None);
        assert_eq!(message(sha256(&format!("sha256:{empty}")), b""), None);
        let (text, actual) = message(sha256(empty), b"a").unwrap();
        assert!(
            text.contains(&digest_of(b"a")) && text.ends_with(empty),
            "{text}"
        );
        assert_eq!(actual, "a");
        // No digest equals an empty text.
        assert!(message(sha256(""), b"").is_some());
    }

    #[test]
    fn a_beginning_is_shown_as_text_where_both_are_text() {
        let text =
            |text: &str| BytesCondition::StartsWith(Prefix::Text(Template::literal(text, span())));
        let bytes = |bytes: &[u8]| BytesCondition::StartsWith(Prefix::Bytes(bytes.to_vec()));
        assert_eq!(message(bytes(b"\x89PNG"), PNG), None);
        assert_eq!(message(text("%PDF-"), b"%PDF-1.7"), None);
        assert_eq!(
            message(text("%PDF-"), b"<html>").unwrap().0,
            "the body starts with \"<html>\", expected \"%PDF-\""
        );
        assert_eq!(
            message(text("%PDF-"), PNG).unwrap().0,
            "the body starts with 89 50 4e 47 0d 0a 1a 0a 00 00, expected 25 50 44 46 2d"
        );
        assert_eq!(
            message(bytes(b"ab"), b"").unwrap().0,
            "the body has no bytes, expected it to start with 61 62"
        );
        // A beginning that is longer than the body is not there.
        assert!(message(text("abc"), b"ab").is_some());
    }

    #[test]
    fn a_body_is_a_file_byte_for_byte() {
        let file = |bytes: &[u8]| {
            BytesCondition::Equal(Box::new(BodyFile {
                name: "a.bin".to_owned(),
                path: "a.bin".to_owned(),
                bytes: bytes.into(),
            }))
        };
        assert_eq!(message(file(PNG), PNG), None);
        assert_eq!(message(file(b""), b""), None);
        assert_eq!(
            message(file(PNG), &PNG[..8]).unwrap().0,
            "the body is not the file `a.bin`: it differs from byte 9 on (8 bytes, expected 10 bytes)"
        );
        let judgement = check(file(b"\0abc"), b"\0abd");
        let diff = judgement.findings[0].diff.as_ref().unwrap();
        let lines: Vec<&str> = diff.lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, ["00000000  00 61 62 63", "00000000  00 61 62 64"]);
        assert_eq!(diff.lines[0].marks, [(19, 21)]);
    }

    #[test]
    fn bytes_that_are_no_text_are_never_shown_as_text() {
        assert!(!content(b"\xffabc").contains("abc"));
        assert!(!content(b"a\0b").contains("a\0b"));
        assert_eq!(content("ä".as_bytes()), "ä");
    }
}
