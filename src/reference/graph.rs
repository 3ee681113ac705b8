//! What the two Microsoft Graph contracts share: who may call, the error body, the headers of every answer.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::token::NoGrant;
use crate::reference::{Fault, Variant};

/// A Graph error: one object with the single member `error`.
pub(crate) fn error(
    context: &Context,
    call: &Call,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Answer {
    let switches = &context.switches;
    let is_autopilot = call.path.contains("/deviceManagement/");
    let mut error = json!({ "code": code, "message": message });
    if !is_autopilot && switches.fault(Fault::INNER_ERROR_STRING) {
        error["innerError"] = Value::from("none");
    } else if !switches.variant(Variant::NO_INNER_ERROR) {
        let name = if switches.variant(Variant::LOWER_CASE_INNER_ERROR) {
            "innererror"
        } else {
            "innerError"
        };
        error[name] = inner_error(context);
    }
    let flat = if is_autopilot {
        Fault::FLAT_AUTOPILOT_ERROR
    } else {
        Fault::FLAT_LICENSE_ERROR
    };
    let html = if is_autopilot {
        Fault::HTML_AUTOPILOT_ERROR
    } else {
        Fault::HTML_LICENSE_ERROR
    };
    if switches.fault(html) {
        let page = "<!DOCTYPE html><title>Error</title><p>Something went wrong.";
        return add_graph_headers(context, call, Answer::html(status, page));
    }
    if !is_autopilot && switches.fault(Fault::LICENSE_ERROR_TEXT) {
        return add_graph_headers(context, call, Answer::json(status, code.into()));
    }
    if !is_autopilot && switches.fault(Fault::LICENSE_ERROR_CODE_NUMBER) {
        error["code"] = status.as_u16().into();
    }
    let body = if switches.fault(flat) {
        error
    } else {
        json!({ "error": error })
    };
    add_graph_headers(context, call, Answer::json(status, body))
}

/// The 401 for a call without a token that Graph knows.
pub(crate) fn unauthenticated(context: &Context, call: &Call, reason: NoGrant) -> Answer {
    let message = match reason {
        NoGrant::Missing => "Access token is empty.",
        NoGrant::Unknown => "CompactToken parsing failed with error code: 80049217",
    };
    let code = "InvalidAuthenticationToken";
    error(context, call, StatusCode::UNAUTHORIZED, code, message).with(
        header::WWW_AUTHENTICATE,
        "Bearer realm=\"\", authorization_uri=\"https://login.contoso.example/common/oauth2/authorize\"",
    )
}

/// The 429 that an action may answer at any time. It says when to come again, unless this fault is on.
pub(crate) fn throttle(context: &Context, call: &Call, silence: Fault) -> Result<(), Answer> {
    let switches = &context.switches;
    let turn = context.turns.next();
    let is_silent = turn.is_multiple_of(3) && switches.fault(silence);
    let is_throttled = turn.is_multiple_of(5) && switches.variant(Variant::THROTTLED);
    if !(is_silent || is_throttled) {
        return Ok(());
    }
    let status = StatusCode::TOO_MANY_REQUESTS;
    let message = "Too many requests.";
    let refusal = error(context, call, status, "TooManyRequests", message);
    Err(if is_silent {
        refusal
    } else {
        refusal.with(header::RETRY_AFTER, "0")
    })
}

/// The 400 for a call that Graph does not understand.
pub(crate) fn bad_request(context: &Context, call: &Call, message: &str) -> Answer {
    error(
        context,
        call,
        StatusCode::BAD_REQUEST,
        "BadRequest",
        message,
    )
}

/// The 404 for an id that nothing has.
pub(crate) fn not_found(context: &Context, call: &Call, id: &str) -> Answer {
    let message = format!(
        "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
    );
    error(
        context,
        call,
        StatusCode::NOT_FOUND,
        "Request_ResourceNotFound",
        &message,
    )
}

/// Gives an answer the headers that Graph sends with every answer. The client's own request id comes back.
pub(crate) fn add_graph_headers(context: &Context, call: &Call, mut answer: Answer) -> Answer {
    let request_id = context.sequence.guid();
    let client_request_id = call.header("client-request-id").unwrap_or(&request_id);
    for (name, value) in [
        ("request-id", request_id.as_str()),
        ("client-request-id", client_request_id),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            answer.set(HeaderName::from_static(name), value);
        }
    }
    answer
        .with(
            HeaderName::from_static("x-ms-ags-diagnostic"),
            r#"{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"1","ScaleUnit":"001","RoleInstance":"REFERENCE01"}}"#,
        )
        .with(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000")
        .with(header::VARY, "Accept-Encoding")
}

/// Graph writes the date in here without a zone.
fn inner_error(context: &Context) -> Value {
    let id = context.sequence.guid();
    json!({ "date": context.sequence.time(), "request-id": &id, "client-request-id": &id })
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;

    #[test]
    fn an_error_has_the_single_member_error_with_code_and_message() {
        let context = Context::test(&[]);
        let call = Call::test(Method::GET, "/v1.0/users/x", &[]);
        let body = not_found(&context, &call, "x").into_json();
        assert_eq!(body.as_object().unwrap().len(), 1);
        assert_eq!(body["error"]["code"], "Request_ResourceNotFound");
        assert!(body["error"]["innerError"]["request-id"].is_string());
    }

    #[test]
    fn the_request_id_of_the_client_comes_back() {
        let context = Context::test(&[]);
        let call = Call::test(Method::GET, "/v1.0/", &[("client-request-id", "mine")]);
        let answer = add_graph_headers(&context, &call, Answer::empty(StatusCode::NO_CONTENT));
        let (_, value) = &answer.headers[1];
        assert_eq!(value, "mine");
    }
}
