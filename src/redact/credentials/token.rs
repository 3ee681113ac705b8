//! Values that are secrets whatever they are called: tokens that say of which service they are.

/// Beginnings of the tokens of well-known services.
const PREFIXES: &[&str] = &[
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "sk-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "xoxb-",
    "xoxp-",
    "xoxa-",
    "xoxs-",
    "AKIA",
    "ASIA",
    "ya29.",
    "AIza",
    "glpat-",
    "npm_",
    "pypi-",
    "SG.",
    "-----BEGIN ",
    "Bearer ",
    "bearer ",
    "Basic ",
    "hf_",
    "dop_v1_",
    "shpat_",
];

/// Is the value a secret, whatever its name?
pub(crate) fn is_secret_value(value: &str) -> bool {
    let has_prefix = PREFIXES.iter().any(|prefix| {
        value.strip_prefix(prefix).is_some_and(|rest| {
            rest.len() >= 12 && !rest.contains(' ') || prefix.starts_with("---")
        })
    });
    has_prefix || is_jwt(value)
}

fn is_jwt(value: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    value.starts_with("eyJ") && value.split('.').count() >= 3 && value.split('.').all(is_part)
}
