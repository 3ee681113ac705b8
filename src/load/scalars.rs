//! Scalars with a meaning: durations, sizes, names.

use std::time::Duration;

use crate::load::node::{Key, Kind, Node};
use crate::load::record::{reject, wrong_type};
use crate::model::Diagnostic;

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
    (1..=86_400_000)
        .contains(&total)
        .then(|| Duration::from_millis(total))
}

/// `512B`, `64KiB`, `16MiB`, in bytes; at most 1 GiB.
fn size(text: &str) -> Option<usize> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: usize = digits.parse().ok()?;
    let unit = match &text[digits.len()..] {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        _ => return None,
    };
    number.checked_mul(unit).filter(|bytes| *bytes <= 1 << 30)
}

/// Reads a duration such as `10s`.
pub(crate) fn read_duration(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Duration> {
    let read = node.as_text().and_then(duration);
    if read.is_none() {
        reject(node, diagnostics, || match &node.kind {
            Kind::Number(number) => wrong_type(node, "a duration")
                .help(format!("add a unit: `{number}s`, `{number}ms`")),
            _ => Diagnostic::error(
                "format/duration",
                node.span,
                format!("invalid duration {}", quoted(node)),
            )
            .help("write a whole number and a unit, from `1ms` to `24h`: `200ms`, `10s`, `2m`"),
        });
    }
    read
}

/// Reads a size such as `16MiB`.
pub(crate) fn read_size(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Option<usize> {
    let read = node.as_text().and_then(size);
    if read.is_none() {
        reject(node, diagnostics, || match &node.kind {
            Kind::Number(number) => {
                wrong_type(node, "a size").help(format!("add a unit: `{number}KiB`, `{number}MiB`"))
            }
            _ => Diagnostic::error(
                "format/size",
                node.span,
                format!("invalid size {}", quoted(node)),
            )
            .help("write a whole number and a unit, at most 1 GiB: `64KiB`, `16MiB`"),
        });
    }
    read
}

/// A string in backticks, anything else in words.
fn quoted(node: &Node) -> String {
    match node.as_text() {
        Some(text) if !text.is_empty() => format!("`{}`", text.escape_debug()),
        _ => node.describe(),
    }
}

/// Is it lowercase letters, digits and `-`, as in the ids of cases?
pub(crate) fn is_kebab(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Reports names of variables that are not in kebab case.
pub(crate) fn check_variable_names<'k>(
    keys: impl Iterator<Item = &'k Key>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for key in keys.filter(|key| !is_kebab(&key.text)) {
        let message = format!(
            "the name `{}` is not in kebab case",
            key.text.escape_debug()
        );
        diagnostics.push(
            Diagnostic::error("case/variable-name", key.span, message)
                .help("use lowercase letters, digits and `-`"),
        );
    }
}

/// Is it a token of RFC 9110 section 5.6.2: the name of a method or header field?
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
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
            "0s",
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

    #[test]
    fn kebab_case_and_tokens() {
        assert!(is_kebab("missing-user-is-404"));
        for text in ["", "-a", "a-", "a_b", "A", "a b", "ä"] {
            assert!(!is_kebab(text), "{text}");
        }
        assert!(is_token("X-Custom_Header.1"));
        assert!(!is_token("X Header") && !is_token("") && !is_token("a:b"));
    }
}
