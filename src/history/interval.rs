//! How certain a share is.

use crate::model::trend::Interval;

/// The quantile of the normal distribution for a confidence of 95 %.
const Z: f64 = 1.959_963_985;

/// The interval of Wilson's score (1927) for `number` of `of`, with 95 % confidence. It is honest about few trials, where
/// the ratio itself is not: 0 of 3 is 0 to 56 %. Nothing is known of no trials.
#[expect(clippy::cast_precision_loss, reason = "counts of runs are small")]
pub(super) fn wilson(number: usize, of: usize) -> Interval {
    if of == 0 {
        return Interval {
            low: 0.0,
            high: 1.0,
        };
    }
    let (n, ratio) = (of as f64, number.min(of) as f64 / of as f64);
    let square = Z * Z;
    let middle = (ratio + square / (2.0 * n)) / (1.0 + square / n);
    let half = Z / (1.0 + square / n) * (ratio * (1.0 - ratio) / n + square / (4.0 * n * n)).sqrt();
    Interval {
        // Rounding must not put the ratio outside.
        low: (middle - half).clamp(0.0, ratio),
        high: (middle + half).clamp(ratio, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        // Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (number, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = wilson(number, of);
            assert!(
                (interval.low - low).abs() < 1e-4,
                "{number} of {of}: {interval:?}"
            );
            assert!(
                (interval.high - high).abs() < 1e-4,
                "{number} of {of}: {interval:?}"
            );
        }
        assert!(wilson(0, 3).high > 0.5);
    }

    proptest! {
        #[test]
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        fn it_contains_the_ratio_rises_with_the_number_and_narrows_with_the_runs(
            of in 1_usize..2000, part in 0.0_f64..=1.0,
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and `of`")]
            let number = (part * of as f64) as usize;
            let interval = wilson(number, of);
            let ratio = number as f64 / of as f64;
            prop_assert!(0.0 <= interval.low && interval.low <= ratio);
            prop_assert!(ratio <= interval.high && interval.high <= 1.0);
            let more = wilson((number + 1).min(of), of);
            prop_assert!(more.low >= interval.low && more.high >= interval.high);
            let longer = wilson(2 * number, 2 * of);
            prop_assert!(longer.high - longer.low < interval.high - interval.low);
        }
    }
}
