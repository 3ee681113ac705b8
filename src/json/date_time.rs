//! Date-times: one reading for `<date-time>`, `<local-date-time>` and `format: date-time`.

/// Is the text a date-time (RFC 3339 section 5.6)? A real day, `T` and `Z` in either letter case, any number of
/// fraction digits, and a leap second only where UTC can have one. Without `zone_required` the zone may be missing.
pub(crate) fn is_date_time(text: &str, zone_required: bool) -> bool {
    let mut reader = Reader(text.as_bytes());
    reader.date_time(zone_required).is_some() && reader.0.is_empty()
}

struct Reader<'t>(&'t [u8]);

impl Reader<'_> {
    fn date_time(&mut self, zone_required: bool) -> Option<()> {
        let year = self.digits(4)?;
        self.one_of(b"-")?;
        let month = self.digits(2)?;
        self.one_of(b"-")?;
        let day = self.digits(2)?;
        (1..=12).contains(&month).then_some(())?;
        (1..=days_in(year, month)).contains(&day).then_some(())?;
        self.one_of(b"Tt")?;
        let hour = self.digits(2)?;
        self.one_of(b":")?;
        let minute = self.digits(2)?;
        self.one_of(b":")?;
        let second = self.digits(2)?;
        (hour <= 23 && minute <= 59 && second <= 60).then_some(())?;
        if self.one_of(b".").is_some() {
            self.fraction()?;
        }
        if self.0.is_empty() && !zone_required {
            return (second < 60 || minute == 59).then_some(());
        }
        let offset = self.zone()?;
        let utc = (hour * 60 + minute + 2 * DAY - offset) % DAY;
        (second < 60 || utc == DAY - 1).then_some(())
    }

    fn fraction(&mut self) -> Option<()> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit());
        let count = digits.count();
        self.0 = &self.0[count..];
        (count > 0).then_some(())
    }

    /// `Z` or `+hh:mm`: the minutes that the time is ahead of UTC, modulo one day.
    fn zone(&mut self) -> Option<u32> {
        if self.one_of(b"Zz").is_some() {
            return Some(0);
        }
        let sign = self.one_of(b"+-")?;
        let hours = self.digits(2)?;
        self.one_of(b":")?;
        let minutes = self.digits(2)?;
        (hours <= 23 && minutes <= 59).then_some(())?;
        let offset = hours * 60 + minutes;
        Some(if sign == b'+' { offset } else { DAY - offset })
    }

    fn one_of(&mut self, expected: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        expected.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, digit| {
            Some(number * 10 + char::from(*digit).to_digit(10)?)
        })
    }
}

/// The minutes of a day.
const DAY: u32 = 24 * 60;

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

    #[test]
    fn a_date_time_is_of_a_real_day() {
        for real in [
            "2012-09-17T07:15:23.4930000Z",
            "2012-09-17T07:15:23.12345678901234567890Z",
            "2024-02-29T23:59:60Z",
            "2024-01-01t10:00:00z",
            "2012-09-17T07:15:23+02:00",
            "2024-03-01T05:29:60+05:30",
            "2024-02-29T15:59:60-08:00",
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
            "2024-01-01T10:00:00-08",
            "2024-02-29T22:59:60Z",
            "2024-02-29T23:59:60+01:00",
            "",
            "2012-09-17",
        ] {
            assert!(!is_date_time(wrong, false), "{wrong}");
        }
    }

    #[test]
    fn the_zone_may_be_missing_only_where_it_is_not_required() {
        assert!(is_date_time("2012-09-17T07:15:23", false));
        assert!(!is_date_time("2012-09-17T07:15:23", true));
    }
}
