//! The head of a request: what every transport rejects, and the fields that every transport adds.

use crate::execute::failure::unsendable;
use crate::model::exchange::{NoAnswer, SentRequest};

/// Rejects what no transport may send.
///
/// A credential from the environment may have a trailing line break; on the raw transport that would end the field or
/// the head.
pub(super) fn check(request: &SentRequest) -> Result<(), NoAnswer> {
    for (name, value) in &request.headers {
        if value.contains(['\r', '\n', '\0']) && is_credential(request, name) {
            return Err(unsendable(format!(
                "the credential in `{name}` contains a line break"
            )));
        }
    }
    Ok(())
}

/// The value of the `Content-Length` that a transport adds: with a body its length, and `0` for the
/// methods that give a body a meaning (RFC 9110 section 8.6), as some servers answer 411 without it.
pub(super) fn content_length(request: &SentRequest) -> Option<String> {
    if is_settled(request, "content-length") || has(request, "transfer-encoding") {
        return None;
    }
    match &request.body {
        Some(body) => Some(body.len().to_string()),
        None if ["POST", "PUT", "PATCH"].contains(&request.method.as_str()) => Some("0".to_owned()),
        None => None,
    }
}

/// Whether the case gives or omits this field.
pub(super) fn is_settled(request: &SentRequest, name: &str) -> bool {
    has(request, name) || is_omitted(request, name)
}

/// Whether the case gives this field.
pub(super) fn has(request: &SentRequest, name: &str) -> bool {
    values(request, name).next().is_some()
}

/// Whether the case omits this field. `name` is in lower case.
pub(super) fn is_omitted(request: &SentRequest, name: &str) -> bool {
    request.omitted.iter().any(|omitted| omitted == name)
}

/// Whether the field came from the identity.
pub(super) fn is_credential(request: &SentRequest, name: &str) -> bool {
    request
        .credentials
        .iter()
        .any(|credential| credential.eq_ignore_ascii_case(name))
}

/// The values that the case gives a field, in order.
pub(super) fn values<'a>(
    request: &'a SentRequest,
    name: &'a str,
) -> impl Iterator<Item = &'a str> + 'a {
    request
        .headers
        .iter()
        .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}
