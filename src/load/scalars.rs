//! Small texts with a meaning: durations and sizes.

use std::time::Duration;

/// `200ms`, `10s`, `2m`. Whole numbers only; at most a day.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    let milliseconds = match &text[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let total = number.checked_mul(milliseconds)?;
    (total <= 86_400_000).then(|| Duration::from_millis(total))
}

/// `512B`, `64KiB`, `16MiB`, in octets; at most 1 GiB.
pub(crate) fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: usize = digits.parse().ok()?;
    let unit = match &text[digits.len()..] {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return None,
    };
    number.checked_mul(unit).filter(|octets| *octets <= 1 << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_need_a_unit_and_are_bounded() {
        assert_eq!(duration("200ms"), Some(Duration::from_millis(200)));
        assert_eq!(duration("2m"), Some(Duration::from_mins(2)));
        for text in [
            "",
            "10",
            "s",
            "1.5s",
            "-1s",
            "99999999999999999999s",
            "2d",
            "25h",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(size("16MiB"), Some(16 << 20));
        assert_eq!(size("16MB"), None);
        assert_eq!(size("4096MiB"), None);
    }
}
