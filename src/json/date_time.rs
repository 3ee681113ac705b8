//! Date-times: one reading for `<date-time>`, `<local-date-time>` and `format: date-time`.

/// Is the text a date-time (RFC 3339 section 5.6)? A real day, `T` and `Z` in either letter case, any number of
/// fraction digits, and a leap second only where UTC can have one. Without `zone_required` the zone may be missing.
pub(crate) fn is_date_time(text: &str, zone_required: bool) -> bool {
    let mut reader = Reader(text.as_bytes());
    reader.date_time(zone_required).is_some() && reader.0.is_empty()
}

/// A moment, exactly: milliseconds since 1970, and the digits of the fraction behind them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    milliseconds: i64,
    /// Without zeros at the end, so that the order of the texts is that of the fractions.
    rest: String,
}

impl Instant {
    /// The moment that a date-time with a zone names. A leap second is the first second of the next day.
    pub(crate) fn of(text: &str) -> Option<Instant> {
        if !is_date_time(text, true) {
            return None;
        }
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
        let days = days_since_1970(number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let seconds = number(11, 13)? * 3_600 + number(14, 16)? * 60 + number(17, 19)?;
        let behind = text.get(19..)?;
        let digits = behind.strip_prefix('.').unwrap_or("");
        let fraction: String = digits.chars().take_while(char::is_ascii_digit).collect();
        let zone = match behind.rfind(['+', '-']) {
            Some(at) => {
                let minutes = |from: usize, to: usize| behind.get(from..to)?.parse::<i64>().ok();
                let offset = minutes(at + 1, at + 3)? * 60 + minutes(at + 4, at + 6)?;
                if behind[at..].starts_with('-') {
                    -offset
                } else {
                    offset
                }
            }
            None => 0,
        };
        let (thousandths, rest) = fraction.split_at(fraction.len().min(3));
        let thousandths = format!("{thousandths:0<3}").parse::<i64>().ok()?;
        Some(Instant {
            milliseconds: (days * 86_400 + seconds - zone * 60) * 1_000 + thousandths,
            rest: rest.trim_end_matches('0').to_owned(),
        })
    }

    /// The moment so many milliseconds later.
    pub(crate) fn plus(&self, milliseconds: i64) -> Instant {
        Instant {
            milliseconds: self.milliseconds.saturating_add(milliseconds),
            rest: self.rest.clone(),
        }
    }

    /// The moment as a date-time in UTC, to the second; `None` outside the years 0 to 9999.
    pub(crate) fn to_text(&self) -> Option<String> {
        let seconds = self.milliseconds.div_euclid(1_000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = date_of(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        (0..=9_999)
            .contains(&year)
            .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
    }
}

/// The days from 1 January 1970 to a day of the Gregorian calendar. Years begin in March, so that a leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
        - 719_468
}

/// The day so many days after 1 January 1970.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year_of_era + i64::from(month >= 10);
    (year, (month + 2) % 12 + 1, day)
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
    fn moments_are_in_order_whatever_their_zone_and_fraction() {
        let at = |text: &str| Instant::of(text).unwrap();
        let ascending = [
            "0000-01-01T00:00:00Z",
            "1969-12-31T23:59:59.9999Z",
            "1970-01-01T00:00:00Z",
            "1970-01-01T00:00:00.0001Z",
            "1970-01-01T00:00:00.0010000000000000000000001Z",
            "1970-01-01T00:00:00.00100000000000000000001Z",
            "1970-01-01T00:00:00.9Z",
            "2024-02-29T00:00:00+14:00",
            "2024-02-28T20:00:00.5-04:00",
            "2024-03-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ];
        for pair in ascending.windows(2) {
            assert!(at(pair[0]) < at(pair[1]), "{pair:?}");
        }
        assert_eq!(
            at("2026-01-31T12:00:00.50Z"),
            at("2026-01-31t13:30:00.5+01:30")
        );
        assert_eq!(at("2016-12-31T23:59:60Z"), at("2017-01-01T00:00:00Z"));
        assert_eq!(
            at("2026-01-31T12:00:00Z").plus(1_500),
            at("2026-01-31T12:00:01.5Z")
        );
        assert_eq!(Instant::of("2026-01-31T12:00:00"), None);
    }

    proptest::proptest! {
        #[test]
        fn a_moment_is_read_as_it_is_written(seconds in -62_167_219_200_i64..253_402_300_800) {
            let instant = Instant { milliseconds: seconds * 1_000, rest: String::new() };
            let text = instant.to_text().unwrap();
            proptest::prop_assert_eq!(Instant::of(&text), Some(instant));
        }
    }

    #[test]
    fn the_zone_may_be_missing_only_where_it_is_not_required() {
        assert!(is_date_time("2012-09-17T07:15:23", false));
        assert!(!is_date_time("2012-09-17T07:15:23", true));
    }
}
