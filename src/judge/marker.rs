//! Which values each marker accepts.

use serde_json::Value;

use crate::json::date_time::is_date_time;
use crate::json::{Document, is_format};
use crate::judge::mismatch::is_whole;
use crate::model::{Argument, Marker, MarkerKind};

/// Does the marker accept the value? Its argument is filled in.
pub(super) fn accepts(marker: &Marker, value: &Value) -> bool {
    let text = |accepts: &dyn Fn(&str) -> bool| value.as_str().is_some_and(accepts);
    let argument = marker.text().unwrap_or_default();
    match marker.kind {
        MarkerKind::Any => true,
        MarkerKind::Present => !value.is_null(),
        MarkerKind::String => value.is_string(),
        MarkerKind::NonEmpty => text(&|text| !text.is_empty()),
        MarkerKind::Number => value.is_number(),
        MarkerKind::Integer => value.as_number().is_some_and(is_whole),
        MarkerKind::Boolean => value.is_boolean(),
        MarkerKind::Object => value.is_object(),
        MarkerKind::Array => value.is_array(),
        MarkerKind::Null => value.is_null(),
        // What they compare with is judged elsewhere.
        MarkerKind::MoreThan | MarkerKind::LessThan | MarkerKind::AtLeast | MarkerKind::AtMost => {
            matches!(marker.argument, Argument::Limit(_))
        }
        MarkerKind::Sha256 => text(&is_sha256),
        MarkerKind::Base64 => text(&is_base64),
        MarkerKind::Uri => text(&|text| is_format("uri", text)),
        MarkerKind::Email => text(&|text| is_format("email", text)),
        MarkerKind::Ip => text(&|text| is_format("ipv4", text) || is_format("ipv6", text)),
        MarkerKind::Semver => text(&is_semver),
        MarkerKind::JsonText => text(&|text| Document::parse(text.as_bytes()).is_ok()),
        MarkerKind::Uuid => text(&is_uuid),
        MarkerKind::DateTime => text(&|text| is_date_time(text, true)),
        MarkerKind::LocalDateTime => text(&|text| is_date_time(text, false)),
        MarkerKind::Regex => match &marker.argument {
            Argument::Regex(pattern) => text(&|text| pattern.is_match(text)),
            _ => false,
        },
        MarkerKind::IgnoreCase => text(&|text| same_but_case(argument, text)),
        MarkerKind::ContainsText => text(&|text| text.contains(argument)),
        MarkerKind::OneOf => text(&|text| marker.words().iter().any(|word| word == text)),
        MarkerKind::OneOfIgnoreCase => {
            text(&|text| marker.words().iter().any(|word| same_but_case(word, text)))
        }
        // No value is as absent; the others are judged elsewhere: as forms, and as checks of headers and bodies.
        MarkerKind::Absent
        | MarkerKind::Not
        | MarkerKind::MediaType
        | MarkerKind::Unordered
        | MarkerKind::Contains
        | MarkerKind::Each
        | MarkerKind::EachOrNone
        | MarkerKind::Optional
        | MarkerKind::Omit
        | MarkerKind::Empty
        | MarkerKind::Nothing => false,
    }
}

/// Do the texts differ in letter case at most?
pub(super) fn same_but_case(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

/// Is it 64 hexadecimal digits?
fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Is it base64 with padding (RFC 4648 section 4), of at least one byte? The bits that no byte has must be 0.
fn is_base64(text: &str) -> bool {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    let place = |digit: u8| ALPHABET.iter().position(|known| *known == digit);
    let unused = match padding {
        0 => 0,
        1 => 0b11,
        2 => 0b1111,
        _ => return false,
    };
    let last = digits.bytes().last().and_then(place);
    !digits.is_empty()
        && text.len().is_multiple_of(4)
        && digits.bytes().all(|digit| place(digit).is_some())
        && last.is_some_and(|last| last & unused == 0)
}

/// Is it a version of Semantic Versioning 2.0.0?
fn is_semver(text: &str) -> bool {
    let is_number = |part: &str| {
        let is_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_digits && (part == "0" || !part.starts_with('0'))
    };
    let is_word = |part: &str| {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(is_allowed)
    };
    let is_label = |part: &str| {
        is_word(part) && (is_number(part) || !part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (version, build) = match text.split_once('+') {
        Some((version, build)) => (version, Some(build)),
        None => (text, None),
    };
    let (core, label) = match version.split_once('-') {
        Some((core, label)) => (core, Some(label)),
        None => (version, None),
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && label.is_none_or(|label| label.split('.').all(is_label))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

/// The form 8-4-4-4-12 in hexadecimal digits (RFC 9562 section 4).
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn doubles_without_a_fraction_are_integers() {
        let integer = Marker::new(MarkerKind::Integer);
        assert!(accepts(&integer, &json!(1.0)));
        assert!(accepts(&integer, &json!(-3)));
        assert!(!accepts(&integer, &json!(1.5)));
        assert!(!accepts(&integer, &json!("1")));
    }

    #[test]
    fn texts_have_the_formats_of_their_documents() {
        let fits = |kind, text: &str| accepts(&Marker::new(kind), &json!(text));
        for (kind, right, wrong) in [
            (
                MarkerKind::Semver,
                &[
                    "1.2.3",
                    "0.0.0",
                    "1.0.0-rc.1+exp.sha-5114f85",
                    "1.0.0-0a",
                    "1.0.0+001",
                ][..],
                &[
                    "1.2",
                    "01.2.3",
                    "1.2.3-",
                    "1.2.3-01",
                    "v1.2.3",
                    "1.2.3+",
                    "1.2.3-a..b",
                    "",
                ][..],
            ),
            (
                MarkerKind::Base64,
                &["Zg==", "Zm8=", "Zm9v", "+/+/"],
                &[
                    "", "Zg", "Zh==", "Zm9=", "Zm9v=", "Z===", "Zm 8", "Zm8=Zm8=", "Pz8-",
                ],
            ),
            (
                MarkerKind::Ip,
                &["127.0.0.1", "::1", "2001:db8::"],
                &["256.0.0.1", "1.2.3", "01.2.3.4", ":::", "localhost", ""],
            ),
            (
                MarkerKind::Uri,
                &[
                    "https://example.com/a?b#c",
                    "urn:a:b",
                    "mailto:a@example.com",
                ],
                &["/a", "example.com", "http://a b", ""],
            ),
            (
                MarkerKind::Email,
                &["a@example.com", "a.b+c@example.com"],
                &["a", "@example.com", "a@", "a b@example.com", ""],
            ),
            (
                MarkerKind::JsonText,
                &["{}", "1", " [null] "],
                &["", "{", "undefined", "{} {}"],
            ),
        ] {
            for text in right {
                assert!(fits(kind, text), "{kind:?} {text}");
            }
            for text in wrong {
                assert!(!fits(kind, text), "{kind:?} {text}");
            }
        }
        assert!(fits(MarkerKind::Sha256, &"aF".repeat(32)));
        assert!(!fits(MarkerKind::Sha256, &"a".repeat(63)));
        assert!(!fits(MarkerKind::Sha256, &"g".repeat(64)));
    }

    #[test]
    fn a_uuid_has_five_groups() {
        assert!(is_uuid("047dd774-F1C4-40f2-82f0-278de79f9b83"));
        assert!(!is_uuid("{047dd774-f1c4-40f2-82f0-278de79f9b83}"));
        assert!(!is_uuid("047dd774f1c440f282f0278de79f9b83"));
        assert!(!is_uuid("047dd77g-f1c4-40f2-82f0-278de79f9b83"));
    }
}
