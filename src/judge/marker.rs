//! The markers: which values each accepts.

use serde_json::Value;

use crate::json::date_time::is_date_time;
use crate::judge::mismatch::is_whole;
use crate::model::Marker;

/// Does the marker accept the value? Markers with a template are forms of their own.
pub(super) fn accepts(marker: &Marker, value: &Value) -> bool {
    let text = |accepts: &dyn Fn(&str) -> bool| value.as_str().is_some_and(accepts);
    match marker {
        Marker::Any => true,
        Marker::Present => !value.is_null(),
        Marker::String => value.is_string(),
        Marker::NonEmpty => text(&|text| !text.is_empty()),
        Marker::Number => value.is_number(),
        Marker::Integer => value.as_number().is_some_and(is_whole),
        Marker::Boolean => value.is_boolean(),
        Marker::Object => value.is_object(),
        Marker::Array => value.is_array(),
        Marker::Null => value.is_null(),
        Marker::Uuid => text(&is_uuid),
        Marker::DateTime { zone } => text(&|text| is_date_time(text, *zone)),
        Marker::Regex(pattern) => text(&|text| pattern.is_match(text)),
        Marker::OneOf(words) => text(&|text| words.iter().any(|word| word == text)),
        Marker::OneOfIgnoreCase(words) => {
            text(&|text| words.iter().any(|word| same_but_case(word, text)))
        }
        // No value is as absent; the others are forms of their own (`Form::of`).
        Marker::Absent | Marker::IgnoreCase(_) | Marker::ContainsText(_) | Marker::Not(_) => false,
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
            .all(|group| group.bytes().all(|octet| octet.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_doubles_are_integers() {
        assert!(accepts(&Marker::Integer, &json!(1.0)));
        assert!(accepts(&Marker::Integer, &json!(-3)));
        assert!(!accepts(&Marker::Integer, &json!(1.5)));
        assert!(!accepts(&Marker::Integer, &json!("1")));
    }

    #[test]
    fn a_uuid_has_five_groups() {
        assert!(is_uuid("047dd774-F1C4-40f2-82f0-278de79f9b83"));
        assert!(!is_uuid("{047dd774-f1c4-40f2-82f0-278de79f9b83}"));
        assert!(!is_uuid("047dd774f1c440f282f0278de79f9b83"));
        assert!(!is_uuid("047dd77g-f1c4-40f2-82f0-278de79f9b83"));
    }
}
