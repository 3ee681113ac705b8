//! Sessions: the cookie, the token against forged requests, signing in and out.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::Value;

use super::faults::Fault;
use super::{Cabinet, Drawers, Problem, Shared, field, pages};

/// Who may sign in, and with what.
const MEMBERS: [(&str, &str); 2] = [("ada", "correct horse battery"), ("grace", "nanoseconds")];

/// What the service knows about a visitor.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) member: Option<&'static str>,
    pub(super) csrf: String,
    pub(super) searches: Vec<Instant>,
    /// When a token for a script ends; `None` for a session of a browser.
    pub(super) expires: Option<Timestamp>,
    /// May a script with this token change anything?
    pub(super) may_write: bool,
}

/// A random value that cannot be guessed.
fn secret() -> String {
    let mut bytes = [0; 16];
    // Without random numbers there is no session that anybody could have.
    let _ = SystemRandom::new().fill(&mut bytes);
    hex(&bytes)
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The token of a script.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    field(headers, header::AUTHORIZATION).strip_prefix("Bearer ")
}

/// The id of the session that a request names.
fn session_id(headers: &HeaderMap) -> &str {
    if let Some(token) = bearer(headers) {
        return token;
    }
    let cookies = field(headers, header::COOKIE).split(';');
    let mut ids = cookies.filter_map(|cookie| cookie.trim().strip_prefix("sid="));
    ids.next().unwrap_or_default()
}

impl Drawers {
    /// Starts a session and returns its id.
    pub(super) fn start(&mut self, member: Option<&'static str>) -> String {
        let id = secret();
        let session = Session {
            member,
            csrf: secret(),
            searches: Vec::new(),
            expires: None,
            may_write: true,
        };
        self.sessions.insert(id.clone(), session);
        id
    }

    pub(super) fn session(&mut self, headers: &HeaderMap) -> Option<&mut Session> {
        let session = self.sessions.get_mut(session_id(headers))?;
        let is_of_script = session.expires.is_some() == bearer(headers).is_some();
        let is_over = session.expires.is_some_and(|end| end < Timestamp::now());
        (is_of_script && !is_over).then_some(session)
    }

    /// The member who has signed in.
    pub(super) fn member(&mut self, headers: &HeaderMap) -> Result<&'static str, Problem> {
        let member = self.session(headers).and_then(|session| session.member);
        member.ok_or(Problem(StatusCode::UNAUTHORIZED, "sign in first"))
    }
}

impl Cabinet {
    /// The cookie of a session.
    pub(super) fn cookie(&self, id: &str) -> String {
        let hidden = if self.has(Fault::CookieReadable) {
            ""
        } else {
            "; HttpOnly"
        };
        format!("sid={id}; Path=/; SameSite=Lax{hidden}")
    }

    /// Refuses a change without the token of the session.
    pub(super) fn check(
        &self,
        drawers: &mut Drawers,
        headers: &HeaderMap,
        token: Option<&str>,
    ) -> Result<(), Problem> {
        let header = headers.get("X-CSRF-Token");
        let token = token.or_else(|| header.and_then(|token| token.to_str().ok()));
        let session = drawers.session(headers);
        let is_script = bearer(headers).is_some();
        let is_right = session.is_some_and(|session| {
            // No browser sends the token of a script by itself.
            let is_meant = is_script || token == Some(session.csrf.as_str());
            is_meant && session.may_write
        });
        if is_right || self.has(Fault::CsrfUnchecked) {
            return Ok(());
        }
        let what = "the token of the session is missing or wrong";
        Err(Problem(StatusCode::FORBIDDEN, what))
    }
}

type Form = HashMap<String, String>;

/// The fields of a form.
fn form(body: &str) -> Form {
    url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect()
}

/// Where a member is led to: a path of this service, or home.
fn destination<'a>(cabinet: &Cabinet, form: &'a Form) -> &'a str {
    let next = form.get("next").map_or("/home", String::as_str);
    let is_path = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if is_path || cabinet.has(Fault::OpenRedirect) {
        next
    } else {
        "/home"
    }
}

/// The member with this name and password.
pub(super) fn member(user: &str, password: &str) -> Option<&'static str> {
    let known = |member: &&(&str, &str)| **member == (user, password);
    MEMBERS.iter().find(known).map(|(name, _)| *name)
}

/// The member with this name, whatever the password.
pub(super) fn is_user(user: &str) -> Option<&'static str> {
    let mut names = MEMBERS.iter().map(|(name, _)| *name);
    names.find(|name| *name == user)
}

/// Signs in with JSON instead of the form: no page of another site can send it.
fn sign_script_in(cabinet: &Cabinet, body: &str) -> Result<Response, Problem> {
    let what = "user or password is wrong";
    let refused = Problem(StatusCode::UNAUTHORIZED, what);
    let given: Value = serde_json::from_str(body).unwrap_or_default();
    let text = |name: &str| given[name].as_str().unwrap_or_default();
    let member = member(text("user"), text("password"));
    let id = cabinet.open().start(Some(member.ok_or(refused)?));
    let cookie = [(header::SET_COOKIE, cabinet.cookie(&id))];
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

pub(super) async fn sign_in(
    State(cabinet): Shared,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Problem> {
    if field(&headers, header::CONTENT_TYPE).starts_with("application/json") {
        return sign_script_in(&cabinet, &body);
    }
    let form = form(&body);
    let mut drawers = cabinet.open();
    let token = form.get("csrf").map(String::as_str);
    cabinet.check(&mut drawers, &headers, token)?;
    let given = |name| form.get(name).map_or("", String::as_str);
    let (user, password) = (given("user"), given("password"));
    let Some(member) = member(user, password) else {
        let is_known = MEMBERS.iter().any(|(name, _)| *name == user);
        let message = if !is_known && cabinet.has(Fault::UserRevealed) {
            "There is no such user."
        } else {
            "User or password is wrong."
        };
        let page = pages::form(token.unwrap_or_default(), given("next"), message);
        return Ok((StatusCode::UNAUTHORIZED, page).into_response());
    };
    let old = session_id(&headers).to_owned();
    let id = match drawers.sessions.get_mut(&old) {
        Some(session) if cabinet.has(Fault::SessionFixed) => {
            session.member = Some(member);
            old
        }
        _ => {
            drawers.sessions.remove(&old);
            drawers.start(Some(member))
        }
    };
    let cookie = [(header::SET_COOKIE, cabinet.cookie(&id))];
    Ok((
        cookie,
        redirect(StatusCode::SEE_OTHER, destination(&cabinet, &form)),
    )
        .into_response())
}

pub(super) async fn sign_out(
    State(cabinet): Shared,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Problem> {
    let form = form(&body);
    let mut drawers = cabinet.open();
    drawers.member(&headers)?;
    cabinet.check(&mut drawers, &headers, form.get("csrf").map(String::as_str))?;
    if !cabinet.has(Fault::LogoutForgotten) {
        drawers.sessions.remove(session_id(&headers));
    }
    let gone = [(
        header::SET_COOKIE,
        format!("{}; Max-Age=0", cabinet.cookie("")),
    )];
    Ok((gone, redirect(StatusCode::SEE_OTHER, "/login")).into_response())
}

/// A redirect without a body.
pub(super) fn redirect(status: StatusCode, place: &str) -> Response {
    (status, [(header::LOCATION, place)]).into_response()
}
