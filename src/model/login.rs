//! How an identity logs in: one request, whose answer gives a cookie or a token.

use std::time::Duration;

use crate::json::Selector;
use crate::redact::Secret;

/// A login with a request to a service of the target.
#[derive(Clone, Debug)]
pub struct Login {
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
    /// The statuses of an accepted login; empty is any 2xx or 3xx.
    pub statuses: Vec<u16>,
    /// Header fields of the answer to an accepted login, with their exact values.
    pub expected_headers: Vec<(String, String)>,
    /// What the answer gives.
    pub gives: LoginGives,
    /// How long what it gives is used; `None` is as long as the answer says, or the whole run.
    pub renew: Option<Duration>,
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
