//! Shares in percent.

/// A share in percent, rounded down to two digits; of nothing, everything.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        return 100.0;
    }
    let percent = part as f64 * 100.0 / whole as f64;
    // Rounded down: 100 stands for all and nothing less.
    (percent * 100.0).floor() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_is_never_rounded_up_to_all() {
        assert!(percent(99_999, 100_000) < 100.0);
        assert!((percent(0, 0) - 100.0).abs() < f64::EPSILON);
    }
}
