//! Presence contract: `POST /users/batch`. It reads and never changes anything.

mod accept;
mod faults;
mod paths;
mod people;
mod record;
mod request;
mod select;
mod variants;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use self::paths::{BatchCall, FAULTS, PATHS};
use self::people::{CALLER, Relation, Setting};
use self::request::{BatchRequest, Invalid};
use crate::reference::answer::{Answer, Framing};
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::contract::{Contract, Route, Service, Stateless};
use crate::reference::token;
use crate::reference::token::XboxCaller;
use crate::reference::{Fault, Variant, path, refusal};

/// The contract, as the deployment serves it.
pub(crate) const CONTRACT: Contract = Contract {
    name: "presence",
    services: &["presence"],
    serve: |context| Service::new(context, ROUTES),
    faults: faults::FAULTS,
    path_faults: || &paths::FAULTS,
    variants: variants::VARIANTS,
};

const ROUTES: &[Route<Stateless>] = &[("/users/batch", &[("POST", batch), ("GET", other_method)])];

/// The versions of the contract that are served.
const VERSIONS: [&str; 3] = ["3", "vnext", "1"];

/// `GET /users/batch`, which is no method of the contract.
fn other_method(context: &Context, _: &mut Stateless, call: &Call) -> Result<Answer, Answer> {
    if context.switches.fault(Fault::PRESENCE_GET_SERVED) {
        return Ok(Answer::json(StatusCode::OK, json!([])));
    }
    Err(refusal::method(&call.path, "POST"))
}

/// `POST /users/batch`. The privacy of the users asked for decides what is in the answer, never its status.
fn batch(context: &Context, _: &mut Stateless, call: &Call) -> Result<Answer, Answer> {
    let switches = &context.switches;
    if switches.fault(Fault::PRESENCE_NOT_SERVED) {
        return Err(refusal::of_path(&call.path, StatusCode::NOT_FOUND));
    }
    let caller = authenticate(context, call)?;
    throttle(context)?;
    negotiate(context, call)?;
    let request = BatchRequest::read(&call.body, switches)
        .map_err(|invalid| refuse_body(context, invalid))?;
    refuse_by_fault(context, &request, caller)?;
    let views = select::select(&request, caller, switches);
    let mut records = record::records(&views, request.level, switches);
    faults::records(&mut records, &request, switches);
    let mut answer = success(context, &request, records);
    let facts = BatchCall { request, caller };
    path::spoil(PATHS, &FAULTS, &facts, &mut answer, switches);
    Ok(answer)
}

/// Who calls: 401 without a known token, 403 without the XUID claim.
fn authenticate(context: &Context, call: &Call) -> Result<XboxCaller, Answer> {
    let switches = &context.switches;
    match token::xbox_caller(&call.headers) {
        Some(XboxCaller::WithoutXuid) if !switches.fault(Fault::CLAIM_NOT_CHECKED) => Err(error(
            context,
            StatusCode::FORBIDDEN,
            &ServiceErrorResponse(8377, "the XUID claim is missing"),
        )),
        Some(caller) => Ok(caller),
        None => {
            let is_anonymous = token::is_anonymous(&call.headers);
            if is_anonymous && switches.fault(Fault::PRESENCE_ANONYMOUS) {
                return Ok(XboxCaller::User);
            }
            let status = if is_anonymous && switches.variant(Variant::ANONYMOUS_403) {
                StatusCode::FORBIDDEN
            } else {
                StatusCode::UNAUTHORIZED
            };
            let body = ServiceErrorResponse(4500, "authentication is needed");
            let refusal = error(context, status, &body);
            Err(if status == StatusCode::UNAUTHORIZED {
                refusal.with(header::WWW_AUTHENTICATE, "XBL3.0")
            } else {
                refusal
            })
        }
    }
}

/// The 503 that the service may answer at any time.
fn throttle(context: &Context) -> Result<(), Answer> {
    if context.turns.next().is_multiple_of(5) && context.switches.variant(Variant::THROTTLED) {
        let body = ServiceErrorResponse(5300, "too many calls");
        let refusal = error(context, StatusCode::SERVICE_UNAVAILABLE, &body);
        return Err(refusal.with(header::RETRY_AFTER, "0"));
    }
    Ok(())
}

/// Whether the required headers are there, and ask for what there is.
fn negotiate(context: &Context, call: &Call) -> Result<(), Answer> {
    let switches = &context.switches;
    let refuse =
        |status, description| Err(error(context, status, &ServiceError(4000, description)));
    let takes_json = accept::takes_json(&call.headers).unwrap_or(false);
    if !takes_json && !switches.fault(Fault::ACCEPT_IGNORED) {
        return refuse(
            StatusCode::NOT_ACCEPTABLE,
            "application/json is the only type",
        );
    }
    match call.header("x-xbl-contract-version").map(str::trim) {
        None if switches.fault(Fault::VERSION_OPTIONAL) => {}
        None => return refuse(StatusCode::BAD_REQUEST, "x-xbl-contract-version is missing"),
        Some("3") if switches.fault(Fault::VERSION_THREE_REFUSED) => {
            return refuse(
                StatusCode::NOT_ACCEPTABLE,
                "this contract version is not served",
            );
        }
        Some(version)
            if VERSIONS
                .iter()
                .any(|served| served.eq_ignore_ascii_case(version)) => {}
        Some(_) => {
            return refuse(
                StatusCode::NOT_ACCEPTABLE,
                "this contract version is not served",
            );
        }
    }
    if call.header("x-requestedserviceversion").is_none()
        && switches.fault(Fault::SERVICE_VERSION_REQUIRED)
    {
        return refuse(
            StatusCode::BAD_REQUEST,
            "X-RequestedServiceVersion is missing",
        );
    }
    Ok(())
}

fn refuse_body(context: &Context, invalid: Invalid) -> Answer {
    let switches = &context.switches;
    let (status, description) = match invalid {
        Invalid::Malformed if switches.fault(Fault::MALFORMED_JSON_IS_500) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "the body is not JSON")
        }
        Invalid::Malformed => (StatusCode::BAD_REQUEST, "the body is not JSON"),
        Invalid::UsersMissing if switches.fault(Fault::MISSING_USERS_IS_404) => {
            (StatusCode::NOT_FOUND, "users is missing")
        }
        Invalid::UsersMissing => (StatusCode::BAD_REQUEST, "users is missing"),
        Invalid::Member(description) => (StatusCode::BAD_REQUEST, description),
    };
    error(context, status, &ServiceError(4000, description))
}

/// The faults that turn something about the users asked for into an error.
fn refuse_by_fault(
    context: &Context,
    request: &BatchRequest,
    caller: XboxCaller,
) -> Result<(), Answer> {
    let switches = &context.switches;
    let status = if request.users == [CALLER] && switches.fault(Fault::OWN_PRESENCE_IS_404) {
        Some(StatusCode::NOT_FOUND)
    } else {
        request.users.iter().find_map(|xuid| {
            let Some(person) = people::find(xuid) else {
                return switches
                    .fault(Fault::NO_PRESENCE_IS_404)
                    .then_some(StatusCode::NOT_FOUND);
            };
            let fault = match (caller, person.relation, person.setting) {
                (_, _, Setting::Everyone) if !person.has_stored_presence() => {
                    return switches
                        .fault(Fault::NO_PRESENCE_IS_404)
                        .then_some(StatusCode::NOT_FOUND);
                }
                (_, _, Setting::Everyone) => return None,
                (XboxCaller::ThirdPartySite, _, _) => Fault::THIRD_PARTY_IS_403,
                (_, Relation::Friend, Setting::Blocked) => Fault::BLOCKED_FRIEND_IS_403,
                (_, Relation::Stranger, Setting::FriendsOnly) => Fault::STRANGER_IS_403,
                _ => return None,
            };
            switches.fault(fault).then_some(StatusCode::FORBIDDEN)
        })
    };
    match status {
        None => Ok(()),
        Some(status) => Err(error(
            context,
            status,
            &ServiceErrorResponse(4100, "the presence of a user cannot be had"),
        )),
    }
}

fn success(context: &Context, request: &BatchRequest, mut records: Vec<Value>) -> Answer {
    let switches = &context.switches;
    let is_lone = request.users.len() == 1 && records.len() == 1;
    let body = if switches.fault(Fault::WRAPPED_RECORDS) {
        json!({ "records": records })
    } else if is_lone && switches.variant(Variant::LONE_RECORD) {
        records.remove(0)
    } else {
        Value::Array(records)
    };
    let mut answer = Answer::json(StatusCode::OK, body);
    if switches.fault(Fault::TRUNCATED_JSON) {
        answer.framing = Framing::HalfTheContent;
    } else if switches.fault(Fault::BYTE_ORDER_MARK) {
        answer.framing = Framing::ByteOrderMark;
    }
    if switches.fault(Fault::PRESENCE_NO_ANSWER) {
        answer.framing = Framing::NoAnswer;
    } else if switches.fault(Fault::PRESENCE_CUT) {
        answer.framing = Framing::CutContent;
    } else if switches.fault(Fault::PRESENCE_LENGTH_SHORT) {
        answer.framing = Framing::LengthOneShort;
    } else if request.level == request::Level::All && switches.fault(Fault::LEVEL_ALL_HANGS) {
        answer.framing = Framing::Never;
    }
    if switches.fault(Fault::MISSING_CONTENT_TYPE) {
        answer = answer.untyped();
    } else if switches.fault(Fault::PRESENCE_TEXT_JSON) {
        answer.set(header::CONTENT_TYPE, HeaderValue::from_static("text/json"));
    }
    if let Ok(id) = HeaderValue::from_str(&context.sequence.guid()) {
        answer.set(HeaderName::from_static("x-xblcorrelationid"), id);
    }
    answer
        .with(HeaderName::from_static("x-xbl-contract-version"), "3")
        .with(header::CACHE_CONTROL, "no-cache, no-store, must-revalidate")
        .with(HeaderName::from_static("x-content-type-option"), "nosniff")
}

/// One of the two documented error bodies.
enum XboxError<'a> {
    /// `{errorCode, errorMessage}`, here for callers.
    ServiceErrorResponse(i32, &'a str),
    /// `{code, source, description}`, here for requests.
    ServiceError(i32, &'a str),
}
use XboxError::{ServiceError, ServiceErrorResponse};

fn error(context: &Context, status: StatusCode, error: &XboxError<'_>) -> Answer {
    let switches = &context.switches;
    if switches.fault(Fault::PRESENCE_ERROR_SHAPE) {
        return Answer::json(status, json!({ "errors": [status.as_u16()] }));
    }
    if switches.fault(Fault::PRESENCE_ERROR_TEXT) {
        return Answer::json(status, "the request cannot be served".into());
    }
    if switches.variant(Variant::XBOX_ERROR_EMPTY) {
        return Answer::empty(status);
    }
    let (ServiceErrorResponse(code, text) | ServiceError(code, text)) = error;
    let is_response = matches!(error, ServiceErrorResponse(..));
    let body = if is_response == switches.variant(Variant::XBOX_ERROR_OTHER_KIND) {
        json!({ "code": code, "source": "PresenceFD", "description": text })
    } else {
        json!({ "errorCode": code, "errorMessage": text })
    };
    Answer::json(status, body)
}
