//! Which values each marker accepts.

use serde_json::Value;

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

/// `2012-09-17T07:15:23.4930000Z`: a real day, 0 to 12 fraction digits, `Z` or an offset (ISO 8601;
/// RFC 3339 with a zone). A leap second is accepted at the end of an hour.
fn is_date_time(text: &str, zone_required: bool) -> bool {
    let mut reader = Reader(text.as_bytes());
    reader.date_time(zone_required).is_some() && reader.0.is_empty()
}

struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn date_time(&mut self, zone_required: bool) -> Option<()> {
        let year = self.digits(4)?;
        self.byte(b'-')?;
        let month = self.digits(2)?;
        self.byte(b'-')?;
        let day = self.digits(2)?;
        (1..=12).contains(&month).then_some(())?;
        (1..=days_in(year, month)).contains(&day).then_some(())?;
        self.byte(b'T')?;
        let hour = self.digits(2)?;
        self.byte(b':')?;
        let minute = self.digits(2)?;
        self.byte(b':')?;
        let second = self.digits(2)?;
        let second_is_real = second <= 59 || (second == 60 && minute == 59);
        (hour <= 23 && minute <= 59 && second_is_real).then_some(())?;
        self.fraction()?;
        if self.0.is_empty() && !zone_required {
            return Some(());
        }
        self.zone()
    }

    fn fraction(&mut self) -> Option<()> {
        if self.byte(b'.').is_none() {
            return Some(());
        }
        let digits = self
            .0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.0 = &self.0[digits..];
        (1..=12).contains(&digits).then_some(())
    }

    /// `Z`, `+hh:mm` or `+hh`.
    fn zone(&mut self) -> Option<()> {
        if self.byte(b'Z').is_some() {
            return Some(());
        }
        self.byte(b'+').or_else(|| self.byte(b'-'))?;
        let hours = self.digits(2)?;
        let minutes = match self.byte(b':') {
            Some(()) => self.digits(2)?,
            None => 0,
        };
        (hours <= 23 && minutes <= 59).then_some(())
    }

    fn byte(&mut self, expected: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == expected).then(|| self.0 = rest)
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, digit| {
            Some(number * 10 + char::from(*digit).to_digit(10)?)
        })
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
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

    #[test]
    fn a_date_time_names_a_real_day() {
        for real in [
            "2012-09-17T07:15:23.4930000Z",
            "2024-02-29T23:59:60Z",
            "2012-09-17T07:15:23+02:00",
            "2012-09-17T07:15:23-08",
        ] {
            assert!(is_date_time(real, true), "{real}");
        }
        for wrong in [
            "2023-02-29T00:00:00Z",
            "2012-09-17 07:15:23Z",
            "2012-09-17T24:00:00Z",
            "2012-09-17T07:15:23.Z",
            "2012-09-17T07:15Z",
            "2012-9-17T07:15:23Z",
            "2012-09-17T07:15:23Zx",
            "2012-09-17T07:15:23.1234567890123Z",
            "",
            "2012-09-17",
        ] {
            assert!(!is_date_time(wrong, false), "{wrong}");
        }
    }

    #[test]
    fn only_a_local_date_time_may_have_no_zone() {
        assert!(is_date_time("2012-09-17T07:15:23", false));
        assert!(!is_date_time("2012-09-17T07:15:23", true));
    }
}
