//! Tokens for scripts: a session without a browser, in `Authorization`, that needs no token against forged requests.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::faults::Fault;
use super::sessions::{is_user, member};
use super::{Cabinet, Problem, Shared, field};

/// What a request may ask for.
const MEMBERS: [&str; 4] = ["user", "password", "scope", "hours"];

/// What a token is good for.
struct Wanted<'r> {
    user: &'r str,
    password: Option<&'r str>,
    scope: &'r str,
    hours: i64,
}

/// The request, if it is a legal one.
fn wanted<'r>(cabinet: &Cabinet, given: &'r Map<String, Value>) -> Option<Wanted<'r>> {
    let is_known = |name: &String| MEMBERS.contains(&name.as_str());
    if !given.keys().all(is_known) && !cabinet.has(Fault::ExtraAccepted) {
        return None;
    }
    let user = given.get("user")?.as_str()?;
    let password = match given.get("password") {
        None if cabinet.has(Fault::PasswordOptional) => None,
        password => Some(password?.as_str().filter(|password| !password.is_empty())?),
    };
    let scope = given.get("scope")?.as_str()?;
    let is_scope = ["read", "write"].contains(&scope) || cabinet.has(Fault::ScopeUnchecked);
    let hours = match given.get("hours") {
        None => 1,
        Some(hours) if cabinet.has(Fault::HoursUnchecked) => hours.as_i64().unwrap_or(1),
        Some(hours) => hours.as_i64().filter(|hours| (1..=24).contains(hours))?,
    };
    let is_legal = is_scope && (1..=64).contains(&user.chars().count());
    is_legal.then_some(Wanted {
        user,
        password,
        scope,
        hours,
    })
}

pub(super) async fn create(
    State(cabinet): Shared,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Problem> {
    if !field(&headers, header::CONTENT_TYPE).starts_with("application/json") {
        let what = "a token is asked for in application/json";
        return Err(Problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, what));
    }
    let Ok(given) = serde_json::from_str::<Value>(&body) else {
        let status = if cabinet.has(Fault::MalformedIs500) {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::BAD_REQUEST
        };
        return Err(Problem(status, "the body is no JSON"));
    };
    let what =
        "a token has `user`, `password`, `scope` (read or write) and perhaps `hours` (1 to 24)";
    let illegal = Problem(StatusCode::BAD_REQUEST, what);
    let Some(wanted) = given.as_object().and_then(|given| wanted(&cabinet, given)) else {
        return Err(illegal);
    };
    let signed_in = match wanted.password {
        Some(password) => member(wanted.user, password),
        None => is_user(wanted.user),
    };
    let what = "user or password is wrong";
    let signed_in = signed_in.ok_or(Problem(StatusCode::UNAUTHORIZED, what))?;
    let hours = SignedDuration::from_hours(wanted.hours.clamp(1, 24));
    let expires = Timestamp::now() + hours;
    let mut drawers = cabinet.open();
    let token = drawers.start(Some(signed_in));
    if let Some(session) = drawers.sessions.get_mut(&token) {
        session.expires = Some(expires);
        session.may_write = wanted.scope == "write";
    }
    let scope = if wanted.scope == "write" {
        "write"
    } else {
        "read"
    };
    let mut made = json!({ "token": token, "scope": scope, "expires": expires.to_string() });
    if cabinet.has(Fault::ExpiresMissing)
        && let Some(made) = made.as_object_mut()
    {
        made.remove("expires");
    }
    let kept = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, kept, Json(made)).into_response())
}
