//! The `Retry-After` header field (RFC 9110 section 10.2.3).

use std::time::Duration;

use jiff::fmt::rfc2822;

/// Seconds, or a date.
pub fn retry_after(value: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    let wait = until.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_is_seconds_or_a_date() {
        assert_eq!(retry_after(b" 7 "), Some(Duration::from_secs(7)));
        let past = retry_after(b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(past, Some(Duration::ZERO));
        let future = retry_after(b"Sat, 06 Nov 2094 08:49:37 GMT").unwrap();
        assert!(future > Duration::from_hours(1));
        for text in [
            &b"soon"[..],
            b"-1",
            b"",
            b"1.5",
            b"\xff",
            b"99999999999999999999999",
        ] {
            assert_eq!(retry_after(text), None, "{text:?}");
        }
    }
}
