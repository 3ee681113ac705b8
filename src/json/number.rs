//! JSON numbers: equality, and exactness of doubles.

use serde_json::Number;

/// Decimals with at most this many significant digits are distinct as doubles (IEEE 754).
const DIGITS_ALWAYS_EXACT: usize = 15;

/// The maximum number of significant digits that a double needs (IEEE 754).
const DIGITS_AT_MOST: usize = 17;

/// Are two numbers equal by value? `1` and `1.0` are; 2^53 + 1 and 2^53 are not.
pub(crate) fn numbers_equal(one: &Number, other: &Number) -> bool {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => one == other,
        (None, None) => one.as_f64() == other.as_f64(),
        _ => false,
    }
}

/// The number as an integer, if it is one of at most 65 bits with sign: `2.0` is, `2.5` and `1e30` are not.
fn integer(number: &Number) -> Option<i128> {
    // 2^64: every 64-bit integer, signed or not, lies below.
    const BOUND: f64 = 18_446_744_073_709_551_616.0;
    if let Some(number) = number.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = number.as_u64() {
        return Some(number.into());
    }
    let double = number.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within bounds")]
    (double.fract() == 0.0 && double.abs() <= BOUND).then_some(double as i128)
}

/// An integer of 64 bits.
pub(crate) fn small_integer(text: &str) -> Option<Number> {
    let unsigned = text.parse::<u64>().ok().map(Number::from);
    unsigned.or_else(|| text.parse::<i64>().ok().map(Number::from))
}

/// Is the text a number as JSON writes it (RFC 8259 section 6)?
pub(crate) fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent
            .is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// Does the double represent the number exactly? A fraction may be rounded if it has no more digits than a double needs,
/// because every parser rounds it in the same way; a whole number must not be rounded.
pub(crate) fn is_exact(text: &str, double: f64) -> bool {
    let unsigned = text.trim_start_matches('-');
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return true;
    }
    if double == 0.0 {
        return false;
    }
    if significant.len() <= DIGITS_ALWAYS_EXACT {
        return true;
    }
    // The power of ten of the last significant digit: not negative means a whole number.
    let trailing_zeros = digits.len() - digits.trim_end_matches('0').len();
    let fraction_digits = i64::try_from(fraction.len()).unwrap_or(i64::MAX);
    let power = exponent.parse::<i64>().unwrap_or(0) - fraction_digits
        + i64::try_from(trailing_zeros).unwrap_or(0);
    match usize::try_from(power) {
        // `{:.0}` prints every digit of the double, unrounded.
        Ok(zeros) => {
            format!("{:.0}", double.abs()) == format!("{significant}{}", "0".repeat(zeros))
        }
        Err(_) => significant.len() <= DIGITS_AT_MOST,
    }
}
