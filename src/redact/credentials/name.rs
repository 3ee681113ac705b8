//! Names of credentials: of header fields, parameters, members, elements and variables.

/// Words that name a credential wherever they are in a name.
const WORDS: &[&str] = &[
    "pwd",
    "pass",
    "pw",
    "secrets",
    "token",
    "tokens",
    "jwt",
    "otp",
    "totp",
    "hotp",
    "pin",
    "mfa",
    "sid",
    "session",
    "sessid",
    "sig",
    "hmac",
    "bearer",
    "cookie",
    "cookies",
    "saml",
    "passkey",
    "assertion",
];

/// Parts of names that are no part of another word.
const PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "apikey",
    "authorization",
    "credential",
    "privatekey",
    "accesskey",
    "subscriptionkey",
    "functionskey",
    "functionkey",
    "authkey",
    "secretkey",
    "signingkey",
    "encryptionkey",
    "accountkey",
    "masterkey",
    "sharedkey",
    "licensekey",
    "authtoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "csrf",
    "xsrf",
    "signature",
    "sessionid",
    "phpsessid",
    "clientassertion",
    "samlresponse",
    "authcode",
    "devicecode",
    "codeverifier",
];

/// Words that make a `key` one that opens something.
const OF_KEYS: &[&str] = &[
    "api",
    "subscription",
    "access",
    "private",
    "functions",
    "function",
    "auth",
    "signing",
    "encryption",
    "account",
    "master",
    "shared",
    "license",
    "admin",
    "service",
    "webhook",
    "client",
    "app",
];

/// Last words of names that say something about a credential: `token_type`, `password_changed_at`.
const ABOUT: &[&str] = &[
    "type", "used", "count", "at", "expires", "expiry", "length", "policy", "limit", "url", "uri",
    "endpoint", "enabled", "required",
];

/// Names of credentials if their values are long and have digits: `code` is often that of an error.
const IF_LONG: &[&str] = &[
    "key",
    "code",
    "auth",
    "state",
    "nonce",
    "authentication",
    "dpop",
    "ticket",
];

/// What comes before such a name in fields that are nobody's standard: `X-Auth`, `X-Custom-Auth`.
const OF_FIELDS: &[&str] = &["x", "custom"];

/// Is this the name of a credential? Letter case, `-` and `_` do not matter; `monkey` and `compass` are none.
pub(crate) fn is_credential(name: &str) -> bool {
    if name.len() > 200 {
        return false;
    }
    let words = words(name);
    let is = |one: &str| words.iter().any(|word| word == one);
    let is_about = words
        .last()
        .is_some_and(|last| ABOUT.contains(&last.as_str()))
        || is("expires")
        || words.iter().any(|word| word.starts_with("secretar"))
        || (is("tokens")
            && ["max", "min", "prompt", "completion", "total"]
                .iter()
                .any(|word| is(word)))
        || words.concat().ends_with("expiresin");
    if is_about {
        return false;
    }
    let joined = words.concat();
    WORDS.iter().any(|word| is(word))
        || words.iter().any(|word| word.ends_with("token"))
        || PARTS.iter().any(|part| joined.contains(part))
        || is("key") && OF_KEYS.iter().any(|word| is(word))
}

/// Is this the name of a credential if it has a value like this one?
pub(crate) fn is_credential_if_long(name: &str, value: &str) -> bool {
    let is_long = value.len() >= 12 && value.bytes().any(|byte| byte.is_ascii_digit());
    is_long && may_be_credential(name)
}

/// Is this the name of a credential for some values?
pub(super) fn may_be_credential(name: &str) -> bool {
    if name.len() > 200 {
        return false;
    }
    let words = words(name);
    let own = words
        .iter()
        .position(|word| !OF_FIELDS.contains(&word.as_str()));
    own.is_some_and(|at| IF_LONG.contains(&words[at..].concat().as_str()))
}

/// The words of a name in lower case, without digits at their ends.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (at, &character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let is_next_lower = characters
            .get(at + 1)
            .is_some_and(|next| next.is_lowercase());
        let is_new = character.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase() || before.is_ascii_digit() || is_next_lower
            });
        if !character.is_alphanumeric() || is_new {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    let words = words
        .iter()
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials() {
        for name in [
            "password",
            "user_password",
            "newPassword2",
            "passwd",
            "passphrase",
            "pwd",
            "pass",
            "client_secret",
            "access_token",
            "accesstoken",
            "apikey",
            "X-Api-Key",
            "apiKey",
            "APIKey",
            "Ocp-Apim-Subscription-Key",
            "x-functions-key",
            "accessKey",
            "private_key",
            "jwt",
            "otp",
            "OTPCode",
            "pin",
            "mfa_code",
            "credentials",
            "session",
            "sessionId",
            "JSESSIONID",
            "PHPSESSID",
            "sid",
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "X-Amz-Credential",
            "csrf",
            "XSRF-TOKEN",
            "csrfmiddlewaretoken",
            "SAMLResponse",
            "id_token",
            "Private-Token",
            "X-Auth-Token",
            "X-Vault-Token",
            "user[password]",
            "Set-Cookie",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in [
            "monkey",
            "keyboard",
            "keys",
            "key",
            "author",
            "passed",
            "compass",
            "passenger",
            "keyword",
            "token_type",
            "tokenExpiresAt",
            "title",
            "sidebar",
            "spin",
            "opinion",
            "secretary",
            "max_tokens",
            "mission",
            "design",
            "tokenizer",
            "authority",
            "bypass",
            "sessions",
        ] {
            assert!(!is_credential(name), "{name}");
        }
        assert!(
            is_credential_if_long("key", "AbCdEf-0123456")
                && is_credential_if_long("X-Auth", "AbCdEf-0123456")
                && is_credential_if_long("x-custom-auth", "AbCdEf-0123456")
                && is_credential_if_long("DPoP", "AbCdEf-0123456")
                && !is_credential_if_long("x-error-code", "AbCdEf-0123456")
                && !is_credential_if_long("key", "colour")
        );
    }
}
