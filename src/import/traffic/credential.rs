//! What makes a request that of somebody, and which names and values are secret.

use crate::redact::credentials::{is_credential, is_credential_if_long, spots};

pub(crate) use crate::redact::credentials::is_secret_value;

/// A credential that is in no header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Credential {
    /// `Authorization: Basic`, by user and password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// `Authorization: Bearer`.
    Bearer(String),
    /// Some other header field.
    Header(String, String),
}

/// Is a value with this name a secret?
pub(crate) fn is_secret(name: &str, value: &str) -> bool {
    let is_maybe = is_credential_if_long(name, value);
    !value.is_empty() && (is_secret_name(name) || is_maybe || is_secret_value(value))
}

/// Is what has this name a secret, by its name?
pub(crate) fn is_secret_name(name: &str) -> bool {
    is_credential(name)
}

/// Has the text values that are named like a credential?
pub(crate) fn has_spots(text: &str) -> bool {
    !spots(text.as_bytes()).is_empty()
}

/// Is the text long and of letters and digits at random, as session ids and keys of capability URLs are?
pub(crate) fn is_opaque(value: &str) -> bool {
    let is_word = value.bytes().all(|byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=' | b'~')
    });
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().filter(|byte| is(byte)).count();
    value.len() >= 20
        && is_word
        && has(u8::is_ascii_digit) >= 2
        && has(u8::is_ascii_uppercase) >= 2
        && has(u8::is_ascii_lowercase) >= 2
}

/// Is this header field a credential?
pub(crate) fn is_credential_field(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "authorization" | "proxy-authorization" | "cookie"
    ) || is_secret_name(&name) && !is_changing_field(&name)
}

/// Is this header field a secret that changes from request to request?
pub(crate) fn is_changing_field(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["csrf", "xsrf", "signature", "nonce"]
        .iter()
        .any(|word| name.contains(word))
}

/// The credential's name in `{"name": "password", "value": ...}`.
pub(crate) fn named_by_member(
    members: &serde_json::Map<String, serde_json::Value>,
) -> Option<String> {
    let names = [
        "name",
        "key",
        "field",
        "id",
        "parameter",
        "param",
        "header",
        "label",
    ];
    let found = members.iter().find_map(|(name, value)| {
        let is_name = names.iter().any(|one| one.eq_ignore_ascii_case(name));
        value
            .as_str()
            .filter(|value| is_name && is_secret_name(value))
    });
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_secret() {
        for name in [
            "password",
            "user_password",
            "access_token",
            "X-Api-Key",
            "apiKey",
            "client_secret",
            "csrf",
            "SID",
            "X-CSRF-Token",
            "Ocp-Apim-Subscription-Key",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "keyword",
            "token_type",
            "monkey",
            "title",
            "sidebar",
            "author",
            "passenger",
            "tokenExpiresAt",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn some_values_are_secret_whatever_their_name() {
        assert!(is_secret("key", "AbCdEf-0123456") && !is_secret("key", "colour"));
        assert!(is_secret_value("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln"));
        assert!(is_secret_value("ghp_0123456789abcdef"));
        assert!(!is_secret_value("sk-short"));
        assert!(!is_secret_value("eyJ is a text"));
        assert!(is_opaque("T0aXb29KcqPz81LmRrWq"));
        assert!(!is_opaque("0123456789abcdef0123456789abcdef"));
    }
}
