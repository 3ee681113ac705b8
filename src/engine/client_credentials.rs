//! The credentials that pass between a client and a target: an answer, a report or a recording may repeat them.
//!
//! They are in the header fields that are never shown, and in fields, query parameters and members that are named like
//! one: what a login or a token endpoint takes and gives.

use serde_json::Value;
use url::form_urlencoded;

use crate::model::{RecordedExchange, SentRequest};
use crate::redact::headers::is_sensitive;
use crate::redact::{Redactor, is_unlikely_by_chance, is_unlikely_elsewhere};

/// Names of parameters and members whose values are credentials, in lower case and without `-` and `_`.
const NAMES: [&str; 13] = [
    "accesstoken",
    "apikey",
    "assertion",
    "clientassertion",
    "clientsecret",
    "devicecode",
    "idtoken",
    "password",
    "refreshtoken",
    "secret",
    "subscriptionkey",
    "token",
    "xapikey",
];

/// The same of parameters in a URL or a form: as members of JSON they are often something else, such as the code of an error.
const OF_FORMS: [&str; 3] = ["code", "key", "sig"];

/// Schemes of `Authorization` that a recording may name (the IANA registry, and some that are common).
const SCHEMES: [&str; 10] = [
    "Basic",
    "Bearer",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Negotiate",
    "NTLM",
    "Token",
    "XBL3.0",
];

/// A larger body is not searched for members that are named like a credential.
const SEARCHED: usize = 1 << 20;

/// Lets a redactor remember the credentials of an exchange.
pub(super) fn hide(recorded: &RecordedExchange, redactor: &Redactor) {
    let request = &recorded.exchange.request;
    for (_, value) in request
        .headers
        .iter()
        .filter(|(name, _)| is_sensitive(name))
    {
        let pairs = value.split(';').filter_map(|pair| pair.split_once('='));
        let parts = pairs.map(|(_, value)| value);
        let token = value.split_once(' ').map(|(_, token)| token);
        for value in [value.as_str()].into_iter().chain(token).chain(parts) {
            remember(value.trim(), is_unlikely_elsewhere, redactor);
        }
    }
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    // As it is written, and as it is meant.
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        remember_field(name, value, redactor);
    }
    in_form(query.as_bytes(), redactor);
    let bodies = [
        recorded.request_body.as_deref(),
        Some(&*recorded.response_body),
    ];
    for body in bodies
        .into_iter()
        .flatten()
        .filter(|body| body.len() <= SEARCHED)
    {
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => in_json(&value, redactor),
            Err(_) => in_form(body, redactor),
        }
    }
}

fn in_form(form: &[u8], redactor: &Redactor) {
    for (name, value) in form_urlencoded::parse(form) {
        remember_field(&name, &value, redactor);
    }
}

fn in_json(value: &Value, redactor: &Redactor) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) => remember_named(name, text, redactor),
                    other => in_json(other, redactor),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| in_json(item, redactor)),
        _ => {}
    }
}

fn remember_field(name: &str, value: &str, redactor: &Redactor) {
    if OF_FORMS.iter().any(|one| one.eq_ignore_ascii_case(name)) {
        remember(value, is_unlikely_elsewhere, redactor);
    }
    remember_named(name, value, redactor);
}

fn remember_named(name: &str, value: &str, redactor: &Redactor) {
    let plain = name.chars().filter(|character| !"-_".contains(*character));
    let plain: String = plain.flat_map(char::to_lowercase).collect();
    if NAMES.contains(&plain.as_str()) {
        remember(value, is_unlikely_by_chance, redactor);
    }
}

fn remember(value: &str, is_remembered: fn(&str) -> bool, redactor: &Redactor) {
    if is_remembered(value) {
        redactor.receive(value);
    }
}

/// The scheme of a credential in `Authorization`, if it is a known one: by it, a recording is matched with identities.
pub(super) fn scheme(request: &SentRequest) -> Option<&'static str> {
    let mut headers = request.headers.iter();
    let (_, value) = headers.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
    let (word, _) = value.split_once(' ')?;
    let mut known = SCHEMES.iter();
    known.find(|one| one.eq_ignore_ascii_case(word)).copied()
}

/// Puts the scheme before the placeholder of a credential.
pub(super) fn with_scheme(mut recorded: RecordedExchange, scheme: &str) -> RecordedExchange {
    for (name, value) in &mut recorded.exchange.request.headers {
        if name.eq_ignore_ascii_case("authorization") {
            *value = format!("{scheme} {value}");
        }
    }
    recorded
}
