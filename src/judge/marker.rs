//! Which values each marker accepts.

use serde_json::Value;

use crate::json::date_time::is_date_time;
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
    fn a_uuid_has_five_groups() {
        assert!(is_uuid("047dd774-F1C4-40f2-82f0-278de79f9b83"));
        assert!(!is_uuid("{047dd774-f1c4-40f2-82f0-278de79f9b83}"));
        assert!(!is_uuid("047dd774f1c440f282f0278de79f9b83"));
        assert!(!is_uuid("047dd77g-f1c4-40f2-82f0-278de79f9b83"));
    }
}
