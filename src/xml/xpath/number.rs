//! Numbers and texts (XPath 1.0 sections 4.2 and 4.4).

/// The number that a text is; NaN if it is none. There is no exponent and no `+`.
pub(crate) fn number_of(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

/// The text of a number.
pub(super) fn text_of(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        (if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        })
        .to_owned()
    } else if number == 0.0 {
        "0".to_owned()
    } else {
        // Rust writes no exponent.
        number.to_string()
    }
}

/// The nearest whole number; of two the greater.
pub(super) fn round(number: f64) -> f64 {
    (number + 0.5).floor()
}
