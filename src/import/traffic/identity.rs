//! Roles that send requests, and what their header fields are made of.

use crate::model::ByteEncoding;

/// A role that sends requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Its name.
    pub(crate) name: String,
    /// What it is known by.
    pub(crate) key: Vec<(String, String)>,
    /// What it sends.
    pub(crate) sends: Vec<Sends>,
}

/// A header field of an identity. Each text is the name of a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sends {
    /// `Authorization: Bearer`.
    Bearer(String),
    /// `Authorization: Basic`.
    Basic(String, String),
    /// Another field: its name, what is before the secret, and the variable.
    Field(String, String, String),
}

/// Values that recordings have in place of credentials.
pub(crate) const PLACEHOLDERS: [&str; 4] = ["[identity]", "[not shown]", "[secret]", ""];

/// What a field of credentials is made of.
pub(crate) enum Parts {
    Bearer(String),
    Basic(String, String),
    Scheme(String, String),
    Field(String),
}

pub(crate) fn parts(field: &str, value: &str) -> Parts {
    if let Some(both) = value.strip_prefix('\u{0}') {
        let (user, password) = both.split_once('\u{0}').unwrap_or((both, ""));
        return Parts::Basic(user.to_owned(), password.to_owned());
    }
    if !field.to_ascii_lowercase().ends_with("authorization") {
        return Parts::Field(value.to_owned());
    }
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Parts::Bearer(token.trim().to_owned())
        }
        Some((scheme, encoded)) if scheme.eq_ignore_ascii_case("basic") => {
            let decoded = ByteEncoding::Base64.decode(encoded.trim()).ok();
            let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
            let decoded = decoded.unwrap_or_default();
            let (user, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
            Parts::Basic(user.to_owned(), password.to_owned())
        }
        Some((scheme, rest))
            if scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            Parts::Scheme(scheme.to_owned(), rest.trim().to_owned())
        }
        _ => Parts::Field(value.to_owned()),
    }
}

/// What of a field says who sends it: cookies of analytics change all the time.
pub(crate) fn identifying(field: &str, value: &str) -> String {
    if !field.eq_ignore_ascii_case("cookie") {
        return value.to_owned();
    }
    let pairs = value.split(';').filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        let name = name.to_ascii_lowercase();
        let is_session = [
            "sess", "sid", "auth", "token", "jwt", "login", "remember", "user",
        ]
        .iter()
        .any(|word| name.contains(word));
        is_session.then(|| format!("{name}={value}"))
    });
    pairs.collect::<Vec<_>>().join(";")
}
