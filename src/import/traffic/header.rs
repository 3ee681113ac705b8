//! Which header fields of a call a case has.

use crate::import::traffic::call::Call;

/// Fields that clients add on their own, or that belong to a connection.
const OF_CLIENTS: &[&str] = &[
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "te",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "accept-encoding",
    "expect",
];

/// Fields that browsers and proxies add to each request.
const OF_BROWSERS: &[&str] = &[
    "accept-language",
    "cache-control",
    "dnt",
    "origin",
    "pragma",
    "priority",
    "purpose",
    "referer",
    "user-agent",
    "upgrade-insecure-requests",
    "x-requested-with-browser",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-forwarded-host",
    "via",
    "traceparent",
    "tracestate",
    "x-request-id",
    "x-correlation-id",
    "if-none-match",
    "if-modified-since",
    "x-client-data",
    "save-data",
    "range",
];

/// Is the field left out of a case?
pub(crate) fn is_left_out(call: &Call, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_of = |list: &[&str]| list.contains(&name.as_str());
    is_of(OF_CLIENTS)
        || name.starts_with(':')
        || call.is_browser && (is_of(OF_BROWSERS) || name.starts_with("sec-"))
}

/// Can a request have a field of this name?
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A name in a sentence: bounded, and without what could end it.
pub(crate) fn shown_name(name: &str) -> String {
    let shown: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_.[] ".contains(*c))
        .take(60)
        .collect();
    if shown.trim().is_empty() {
        "without a name".into()
    } else {
        shown
    }
}

/// The field as a person writes it: HTTP/2 has names in lower case only.
pub(crate) fn canonical(name: &str) -> String {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) || name.starts_with("x-") {
        return name.to_owned();
    }
    let words = name.split('-').map(|word| {
        let mut characters = word.chars();
        let first = characters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(characters).collect::<String>()
    });
    words.collect::<Vec<_>>().join("-")
}
