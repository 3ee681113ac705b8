//! The markers: which values each accepts.

use serde_json::Value;

use crate::judge::mismatch::is_whole;
use crate::model::Marker;

/// Does the marker accept the value? Markers with something to fill in are forms, and not asked here.
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

/// `2012-09-17T07:15:23.4930000Z`: a real day, 0 to 12 fraction digits, `Z` or an offset (ISO 8601;
/// RFC 3339 where the zone is there). A leap second may stand at the end of an hour.
fn is_date_time(text: &str, zone_required: bool) -> bool {
    let mut reader = Reader(text.as_bytes());
    reader.date_time(zone_required).is_some() && reader.0.is_empty()
}

struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn date_time(&mut self, zone_required: bool) -> Option<()> {
        let year = self.digits(4)?;
        self.octet(b'-')?;
        let month = self.digits(2)?;
        self.octet(b'-')?;
        let day = self.digits(2)?;
        (1..=12).contains(&month).then_some(())?;
        (1..=days_in(year, month)).contains(&day).then_some(())?;
        self.octet(b'T')?;
        let hour = self.digits(2)?;
        self.octet(b':')?;
        let minute = self.digits(2)?;
        self.octet(b':')?;
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
        if self.octet(b'.').is_none() {
            return Some(());
        }
        let digits = self
            .0
            .iter()
            .take_while(|octet| octet.is_ascii_digit())
            .count();
        self.0 = &self.0[digits..];
        (1..=12).contains(&digits).then_some(())
    }

    /// `Z`, `+hh:mm` or `+hh`.
    fn zone(&mut self) -> Option<()> {
        if self.octet(b'Z').is_some() {
            return Some(());
        }
        self.octet(b'+').or_else(|| self.octet(b'-'))?;
        let hours = self.digits(2)?;
        let minutes = match self.octet(b':') {
            Some(()) => self.digits(2)?,
            None => 0,
        };
        (hours <= 23 && minutes <= 59).then_some(())
    }

    fn octet(&mut self, expected: u8) -> Option<()> {
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

    #[test]
    fn a_date_time_is_of_a_real_day() {
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
    fn the_zone_may_be_missing_only_where_it_is_local() {
        assert!(is_date_time("2012-09-17T07:15:23", false));
        assert!(!is_date_time("2012-09-17T07:15:23", true));
    }
}
