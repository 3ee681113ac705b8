//! Refusals that belong to no handler: an unknown path, a method nobody serves, a body too large. Each path
//! belongs to a contract, so that also these have the error body of their contract.

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::reference::answer::Answer;

/// The refusal of a call on this path, with the error body of the contract the path belongs to.
pub(crate) fn of_path(path: &str, status: StatusCode) -> Answer {
    let reason = status.canonical_reason().unwrap_or("Refused");
    if path.starts_with("/v1.0/") || path.starts_with("/beta/") {
        let code = match status {
            StatusCode::NOT_FOUND => "UnknownError",
            StatusCode::METHOD_NOT_ALLOWED => "Request_BadRequest",
            _ => "BadRequest",
        };
        return Answer::json(
            status,
            json!({ "error": { "code": code, "message": format!("{reason}: {path}") } }),
        );
    }
    if path.starts_with("/users/") {
        let body = json!({ "errorCode": status.as_u16(), "errorMessage": reason });
        return Answer::json(status, body);
    }
    Answer::json(status, json!({ "error": reason, "details": path }))
}

/// A 405 with the methods the path has, comma-separated.
pub(crate) fn method(path: &str, allow: &str) -> Answer {
    let mut answer = of_path(path, StatusCode::METHOD_NOT_ALLOWED);
    if let Ok(allow) = HeaderValue::from_str(allow) {
        answer.set(header::ALLOW, allow);
    }
    answer
}
