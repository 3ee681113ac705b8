//! The date of the attribute `Expires`, as a user agent reads it (RFC 6265 section 5.1.1).

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// What has been found so far.
#[derive(Default)]
struct Found {
    time: Option<[u32; 3]>,
    day: Option<u32>,
    /// From 1.
    month: Option<u32>,
    year: Option<u32>,
}

/// Does a user agent find a date in the text?
pub(super) fn is_cookie_date(text: &str) -> bool {
    let mut found = Found::default();
    for token in text.as_bytes().split(|byte| is_delimiter(*byte)) {
        found.take(token);
    }
    found.is_date()
}

/// RFC 6265 section 5.1.1, `delimiter`.
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

impl Found {
    fn take(&mut self, token: &[u8]) {
        if self.time.is_none() {
            self.time = time(token);
            if self.time.is_some() {
                return;
            }
        }
        if self.day.is_none() {
            self.day = number(token, 1, 2);
            if self.day.is_some() {
                return;
            }
        }
        if self.month.is_none() {
            self.month = month(token);
            if self.month.is_some() {
                return;
            }
        }
        if self.year.is_none() {
            self.year = number(token, 2, 4);
        }
    }

    fn is_date(&self) -> bool {
        let (Some([hour, minute, second]), Some(day), Some(month), Some(year)) =
            (self.time, self.day, self.month, self.year)
        else {
            return false;
        };
        let year = match year {
            70..=99 => year + 1900,
            0..=69 => year + 2000,
            year => year,
        };
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=days).contains(&day) && year >= 1601 && hour <= 23 && minute <= 59 && second <= 59
    }
}

/// A number of so many digits, before the end or something that is no digit.
fn number(token: &[u8], least: usize, most: usize) -> Option<u32> {
    let digits = token
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !(least..=most).contains(&digits) {
        return None;
    }
    std::str::from_utf8(&token[..digits]).ok()?.parse().ok()
}

/// `1*2DIGIT ":" 1*2DIGIT ":" 1*2DIGIT`, before the end or something that is no digit.
fn time(token: &[u8]) -> Option<[u32; 3]> {
    let mut fields = token.splitn(3, |byte| *byte == b':');
    let mut whole = || {
        let field = fields.next()?;
        number(field, 1, 2).filter(|_| field.len() <= 2)
    };
    let (hour, minute) = (whole()?, whole()?);
    Some([hour, minute, number(fields.next()?, 1, 2)?])
}

fn month(token: &[u8]) -> Option<u32> {
    let beginning = token.get(..3)?.to_ascii_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| month.as_bytes() == beginning)?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read_leniently() {
        for date in [
            "Wed, 09 Jun 2021 10:18:14 GMT",
            "Thu, 01-Jan-1970 00:00:00 GMT",
            "Thu, 01-Jan-70 0:0:0",
            "Sun Nov  6 08:49:37 1994",
            "29 february 2024 23:59:59 and more",
            "1994 6 Nov 08:49:37x",
        ] {
            // A year of four digits in front is no day, but is one of the year.
            assert!(is_cookie_date(date), "{date}");
        }
        for no_date in [
            "",
            "garbage",
            "0",
            "Wed, 09 Jun 2021",
            "09 Jun 2021 24:00:00",
            "09 Jun 2021 10:60:00",
            "09 Jun 2021 10:00:60",
            "31 Apr 2021 10:00:00",
            "29 Feb 2023 10:00:00",
            "00 Jan 2021 10:00:00",
            "01 Jan 1600 10:00:00",
            "01 Foo 2021 10:00:00",
            "01 Jan 2021 10:000:00",
            "2021-06-09T10:18:14Z",
        ] {
            assert!(!is_cookie_date(no_date), "{no_date}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in "\\PC{0,40}|[0-9: JanFeb]{0,30}") {
            let _ = is_cookie_date(&text);
        }
    }
}
