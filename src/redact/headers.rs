//! Header fields whose values are never shown.

/// Headers that carry credentials, in a request or in an answer.
pub const SENSITIVE: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
];

/// What is shown instead of the value of a sensitive field of an answer.
pub const NOT_SHOWN: &str = "[not shown]";

/// Is the value of this field never shown? Letter case does not matter.
pub fn is_sensitive(name: &str) -> bool {
    SENSITIVE.iter().any(|one| one.eq_ignore_ascii_case(name))
}
