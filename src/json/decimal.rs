//! Decimal numbers of any size, exactly: order, whole numbers and multiples.

use std::cmp::Ordering;

use serde_json::Number;

/// A decimal number: 0.DIGITS times ten to the power of `point`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// From 0 to 9, without zeros at either end; empty for 0.
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// Reads a JSON number.
    pub(crate) fn parse(text: &str) -> Decimal {
        // No text is long enough to spell a number beyond this exponent without writing the exponent.
        const FAR: i64 = 1 << 40;
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent =
            exponent
                .parse()
                .unwrap_or(if exponent.starts_with('-') { -FAR } else { FAR });
        let unsigned = mantissa.trim_start_matches('-');
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let all = || {
            whole
                .bytes()
                .chain(fraction.bytes())
                .map(|digit| digit - b'0')
        };
        let leading = all().take_while(|digit| *digit == 0).count();
        let mut digits: Vec<u8> = all().skip(leading).collect();
        digits.truncate(
            digits
                .iter()
                .rposition(|digit| *digit != 0)
                .map_or(0, |last| last + 1),
        );
        let point = count(whole.len()) - count(leading) + i64::clamp(exponent, -FAR, FAR);
        Decimal {
            is_negative: mantissa.starts_with('-') && !digits.is_empty(),
            point: if digits.is_empty() { 0 } else { point },
            digits,
        }
    }

    /// The value of a number: of a double every digit if it is whole, else the digits that name it.
    pub(crate) fn of(number: &Number) -> Decimal {
        match number.as_f64() {
            Some(double) if number.is_f64() && double.fract() == 0.0 => {
                Decimal::parse(&format!("{double:.0}"))
            }
            _ => Decimal::parse(&number.to_string()),
        }
    }

    /// Is it a whole number? `2.0` is.
    pub(crate) fn is_whole(&self) -> bool {
        self.point >= count(self.digits.len())
    }

    /// Is it a multiple of a divisor with at most 19 significant digits? `None` for any other divisor.
    pub(crate) fn is_multiple_of(&self, divisor: &Decimal) -> Option<bool> {
        let by = divisor.digits.iter().try_fold(0_u64, |number, digit| {
            number.checked_mul(10)?.checked_add((*digit).into())
        })?;
        if by == 0 {
            return None;
        }
        // Without zeros at its end, the number is no multiple of a larger power of ten than its own.
        let power = |number: &Decimal| number.point - count(number.digits.len());
        let Ok(mut zeros) = u64::try_from(power(self) - power(divisor)) else {
            return Some(self.digits.is_empty());
        };
        let by = u128::from(by);
        let mut rest = self
            .digits
            .iter()
            .fold(0, |rest, digit| (rest * 10 + u128::from(*digit)) % by);
        let mut ten = 10 % by;
        while zeros > 0 {
            if zeros % 2 == 1 {
                rest = rest * ten % by;
            }
            ten = ten * ten % by;
            zeros /= 2;
        }
        Some(rest == 0)
    }

    /// The nearest double, or the largest one.
    pub(crate) fn to_f64(&self) -> f64 {
        let digits: String = self
            .digits
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect();
        let sign = if self.is_negative { "-" } else { "" };
        let double: f64 = format!("{sign}0.{digits}0e{}", self.point)
            .parse()
            .unwrap_or(0.0);
        double.clamp(f64::MIN, f64::MAX)
    }

    fn magnitude(&self, other: &Decimal) -> Ordering {
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (false, false) => self
                .point
                .cmp(&other.point)
                .then_with(|| self.digits.cmp(&other.digits)),
            (is_zero, is_other_zero) => is_other_zero.cmp(&is_zero),
        }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Decimal) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (is_negative, is_other_negative) => is_other_negative.cmp(&is_negative),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Decimal) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Decimal {
        Decimal::parse(text)
    }

    #[test]
    fn numbers_are_in_order_whatever_their_size() {
        let ascending = [
            "-1e400",
            "-18446744073709551617",
            "-18446744073709551616",
            "-1.5",
            "-1e-400",
            "0",
            "1e-400",
            "0.1",
            "1",
            "1.00000000000000000001",
            "9.9e21",
            "1e22",
            "10000000000000000000000.5",
            "1e99999999999999999999",
        ];
        for pair in ascending.windows(2) {
            assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
        }
        assert_eq!(number("-0.0"), number("0e5"));
        assert_eq!(number("120e-1"), number("12.00"));
    }

    #[test]
    fn whole_numbers_and_multiples_are_exact() {
        for (text, divisor, is_multiple) in [
            ("10000000000000000000001", "10", false),
            ("10000000000000000000010", "10", true),
            ("19.990000000000000001", "0.01", false),
            ("19.99", "0.01", true),
            ("1e400", "7", false),
            ("7e400", "7", true),
            ("0", "3", true),
            ("-18446744073709551616", "2", true),
        ] {
            assert_eq!(
                number(text).is_multiple_of(&number(divisor)),
                Some(is_multiple),
                "{text} {divisor}"
            );
        }
        assert!(number("1e400").is_whole() && number("2.0").is_whole() && number("0").is_whole());
        assert!(!number("10000000000000000000000.5").is_whole());
    }

    proptest! {
        #[test]
        fn order_is_that_of_the_numbers(one: i64, other: i64) {
            prop_assert_eq!(number(&one.to_string()).cmp(&number(&other.to_string())), one.cmp(&other));
        }

        #[test]
        fn doubles_are_in_order(one: f64, other: f64) {
            let decimal = |double| Number::from_f64(double).map(|number| Decimal::of(&number));
            if let (Some(a), Some(b)) = (decimal(one), decimal(other)) {
                prop_assert_eq!(Some(a.cmp(&b)), one.partial_cmp(&other));
            }
        }
    }
}
