//! How an identity logs in: requests, of which the last one gives a cookie or a token.

use std::time::Duration;

use crate::json::Selector;
use crate::model::pattern::TextPattern;
use crate::redact::Secret;

/// A login with requests to services of the target.
#[derive(Clone, Debug)]
pub struct Login {
    /// The requests before the last one: they fetch what it needs.
    pub before: Vec<LoginRequest>,
    /// The request whose answer gives the credential.
    pub request: LoginRequest,
    /// What the answer gives.
    pub gives: LoginGives,
    /// How long what it gives is used; `None` is as long as the answer says, or the whole run.
    pub renew: Option<Duration>,
}

/// One request of a login. In its texts, [`captured_value`] characters stand for captured values.
#[derive(Clone, Debug)]
pub struct LoginRequest {
    /// The service that the request goes to.
    pub service: String,
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Header fields of the request, in order.
    pub headers: Vec<(String, Secret)>,
    /// The body.
    pub body: LoginBody,
    /// The statuses of an accepted request; empty is any 2xx or 3xx.
    pub statuses: Vec<u16>,
    /// Header fields of the answer to an accepted request, with their exact values.
    pub expected_headers: Vec<(String, String)>,
    /// What later requests use of the answer.
    pub captures: Vec<LoginCapture>,
}

/// What a request of a login takes of its answer.
#[derive(Clone, Debug)]
pub struct LoginCapture {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub from: LoginCaptureFrom,
    /// The part of it that is taken.
    pub part: Option<TextPattern>,
}

/// Where a value of a login is.
#[derive(Clone, Debug)]
pub enum LoginCaptureFrom {
    /// In the text of the body.
    Text,
    /// In this header field.
    Header(String),
    /// At this path of the JSON body.
    Json(Selector),
    /// The cookie of this name.
    Cookie(String),
}

/// The most values that a login captures.
pub const MOST_LOGIN_CAPTURES: usize = 32;

/// The first of the characters that stand for captured values. Unicode assigns them to nothing.
const FIRST_CAPTURED: u32 = 0xfdd0;

/// The character that stands for the captured value with this index.
pub fn captured_value(index: usize) -> Option<char> {
    let offset = u32::try_from(index).ok()?;
    char::from_u32(FIRST_CAPTURED + offset).filter(|_| index < MOST_LOGIN_CAPTURES)
}

/// The index of the captured value for which a character stands.
pub fn captured_index(character: char) -> Option<usize> {
    let offset = u32::from(character).checked_sub(FIRST_CAPTURED)?;
    let index = usize::try_from(offset).ok()?;
    (index < MOST_LOGIN_CAPTURES).then_some(index)
}

impl LoginRequest {
    /// Method and URL for people.
    pub fn place(&self) -> String {
        let url = self.url.chars();
        let url = url.map(|one| captured_index(one).map_or(one, |_| '…'));
        format!("{} {}", self.method, url.collect::<String>())
    }
}

/// The body of a login.
#[derive(Clone, Debug)]
pub enum LoginBody {
    /// None.
    None,
    /// `application/x-www-form-urlencoded`.
    Form(Vec<(String, Secret)>),
    /// `application/json`, as text.
    Json(Secret),
}

/// What the answer to a login gives.
#[derive(Clone, Debug)]
pub enum LoginGives {
    /// The cookie of this name, sent as `Cookie`.
    Cookie(String),
    /// The text at this path of the JSON body, sent as a bearer token.
    Token(Selector),
}

/// A credential that is fetched in the run, as a header field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The name of the field.
    pub field: &'static str,
    /// Its value.
    pub value: Secret,
    /// The URL that set it, if it only goes to that host.
    pub only_to: Option<String>,
}
