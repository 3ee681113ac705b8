//! The token endpoint of the deployment: `POST /oauth2/v2.0/token`, with the grants `client_credentials` and
//! `refresh_token` (RFC 6749 sections 4.4 and 6).
//!
//! A client is called like the permission of its token (`store-admin`, `delegated-user-read`). Its secret is
//! `secret-of-` and its name, its first refresh token `refresh-of-` and its name. Each access token differs
//! from the one before by its number: `store-admin.2`. A token does not expire here, since the deployment has
//! no clock: it only says when it would.

mod behaviour;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::contract::{Service, State};
use crate::reference::token;

pub use behaviour::{Login, UnknownLogin};

/// Makes the token endpoint ready to serve.
pub(crate) fn serve(context: &Arc<Context>) -> Service {
    Service::new(context, &[("/oauth2/v2.0/token", &[("POST", token)])])
}

/// What the token endpoint remembers: how many tokens each client got, and how often it was called.
#[derive(Debug, Default)]
struct Counts {
    calls: u64,
    tokens: BTreeMap<String, u64>,
}

impl State for Counts {
    fn initial() -> Self {
        Self::default()
    }

    fn to_json(&self) -> Value {
        Value::Null
    }
}

/// Grants a token, or says why not.
fn token(context: &Context, counts: &mut Counts, call: &Call) -> Result<Answer, Answer> {
    counts.calls += 1;
    let is = |login| context.switches.login(login);
    if is(Login::Down) {
        let page = "<h1>Internal Server Error</h1>";
        return Err(Answer::html(StatusCode::INTERNAL_SERVER_ERROR, page));
    }
    if is(Login::BusyAtFirst) && counts.calls == 1 {
        let refusal = Answer::empty(StatusCode::SERVICE_UNAVAILABLE);
        return Err(refusal.with(header::RETRY_AFTER, "1"));
    }
    if is(Login::Echo) {
        return Err(echo(call));
    }
    let granted = grant(call, counts, is(Login::Rotating))?;
    Ok(success(granted, context))
}

/// An access token, and the refresh token that goes with it.
struct Granted {
    access_token: String,
    refresh_token: Option<String>,
}

fn grant(call: &Call, counts: &mut Counts, is_rotating: bool) -> Result<Granted, Answer> {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&call.body)
        .into_owned()
        .collect();
    let field = |name: &str| {
        let mut fields = fields.iter();
        fields
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    };
    let is_form = call
        .header("content-type")
        .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return Err(refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "the body is no form",
        ));
    }
    let by_header = basic(&call.headers);
    let (client, secret) = match &by_header {
        Some((client, secret)) => (client.as_str(), Some(secret.as_str())),
        None => (field("client_id").unwrap_or(""), field("client_secret")),
    };
    let is_known = token::is_known(client);
    let is_right = secret == Some(format!("secret-of-{client}").as_str());
    let unauthorized = || {
        let refusal = refuse(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "the client is unknown, or its secret is wrong",
        );
        refusal.with(header::WWW_AUTHENTICATE, "Basic realm=\"tokens\"")
    };
    let number = counts.tokens.get(client).copied().unwrap_or(0) + 1;
    let access_token = format!("{client}.{number}");
    let refresh_token = match field("grant_type") {
        Some("client_credentials") if is_known && is_right => None,
        // A public client has no secret to show.
        Some("refresh_token") if is_known && (is_right || secret.is_none()) => {
            let right = match number {
                1 => format!("refresh-of-{client}"),
                _ if !is_rotating => format!("refresh-of-{client}"),
                number => format!("refresh-of-{client}.{number}"),
            };
            if field("refresh_token") != Some(right.as_str()) {
                let what = "the refresh token is unknown, or was used before";
                return Err(refuse(StatusCode::BAD_REQUEST, "invalid_grant", what));
            }
            is_rotating.then(|| format!("refresh-of-{client}.{}", number + 1))
        }
        Some("client_credentials" | "refresh_token") => return Err(unauthorized()),
        Some(_) => {
            let what = "the grants are client_credentials and refresh_token";
            return Err(refuse(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                what,
            ));
        }
        None => {
            let what = "grant_type is missing";
            return Err(refuse(StatusCode::BAD_REQUEST, "invalid_request", what));
        }
    };
    counts.tokens.insert(client.to_owned(), number);
    Ok(Granted {
        access_token,
        refresh_token,
    })
}

fn success(granted: Granted, context: &Context) -> Answer {
    let is = |login| context.switches.login(login);
    let mut body = json!({
        "token_type": if is(Login::WrongType) { "mac" } else { "Bearer" },
        "access_token": granted.access_token,
    });
    if !is(Login::WithoutExpiry) {
        body["expires_in"] = Value::from(if is(Login::ShortLived) { 1 } else { 3599 });
    }
    if let Some(refresh_token) = granted.refresh_token {
        body["refresh_token"] = Value::from(refresh_token);
    }
    let mut answer = Answer::json(StatusCode::OK, body).with(header::CACHE_CONTROL, "no-store");
    if is(Login::CutJson) {
        answer.framing = crate::reference::answer::Framing::HalfTheContent;
    }
    answer
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Answer {
    let body = json!({ "error": error, "error_description": description });
    Answer::json(status, body).with(header::CACHE_CONTROL, "no-store")
}

/// A refusal that says too much, as some do.
fn echo(call: &Call) -> Answer {
    let authorization = call.header("authorization").unwrap_or("none");
    let (client, secret) = basic(&call.headers).unwrap_or_default();
    let body = String::from_utf8_lossy(&call.body);
    let description =
        format!("{client} is not {secret} (authorization: {authorization}, body: {body})");
    refuse(StatusCode::UNAUTHORIZED, "invalid_client", &description)
}

/// Client and secret of the Authorization field, each decoded like a form (RFC 6749 section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let field = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, pair) = field.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(pair.trim()).ok()?).ok()?;
    let (client, secret) = pair.split_once(':')?;
    let decoded = |text: &str| {
        let mut parsed = url::form_urlencoded::parse(text.as_bytes());
        parsed
            .next()
            .map_or_else(String::new, |(text, _)| text.into_owned())
    };
    Some((decoded(client), decoded(secret)))
}

#[cfg(test)]
mod tests {
    use axum::http::Method;

    use super::*;

    fn ask(
        (context, counts): &mut (Context, Counts),
        body: &str,
        authorization: Option<&str>,
    ) -> Answer {
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(authorization.map(|value| ("authorization", value)));
        let call = Call::test(Method::POST, "/oauth2/v2.0/token", &headers);
        let call = call.with_body(body.to_owned());
        token(context, counts, &call).unwrap_or_else(|refusal| refusal)
    }

    const BY_BODY: &str =
        "grant_type=client_credentials&client_id=store-admin&client_secret=secret-of-store-admin";

    #[test]
    fn a_client_gets_a_new_token_each_time() {
        let mut endpoint = (Context::test(&[]), Counts::default());
        assert_eq!(
            ask(&mut endpoint, BY_BODY, None).into_json()["access_token"],
            "store-admin.1"
        );
        let basic = format!(
            "Basic {}",
            STANDARD.encode("store-admin:secret%2Dof-store-admin")
        );
        let answer = ask(&mut endpoint, "grant_type=client_credentials", Some(&basic));
        assert_eq!(answer.into_json()["access_token"], "store-admin.2");
    }

    #[test]
    fn what_is_wrong_is_refused_as_the_standard_says() {
        let mut endpoint = (Context::test(&[]), Counts::default());
        for (body, status, error) in [
            (
                "grant_type=client_credentials&client_id=store-admin&client_secret=x",
                401,
                "invalid_client",
            ),
            (
                "grant_type=client_credentials&client_id=nobody&client_secret=secret-of-nobody",
                401,
                "invalid_client",
            ),
            (
                "grant_type=refresh_token&client_id=store-admin&refresh_token=x",
                400,
                "invalid_grant",
            ),
            ("grant_type=password", 400, "unsupported_grant_type"),
            ("", 400, "invalid_request"),
        ] {
            let answer = ask(&mut endpoint, body, None);
            assert_eq!(answer.status.as_u16(), status, "{body}");
            assert_eq!(answer.into_json()["error"], error, "{body}");
        }
    }

    #[test]
    fn a_refresh_token_may_be_good_for_one_call() {
        let mut endpoint = (Context::test(&[]), Counts::default());
        let body = |token: &str| {
            format!("grant_type=refresh_token&client_id=store-admin&refresh_token={token}")
        };
        for _ in 0..2 {
            let answer = ask(&mut endpoint, &body("refresh-of-store-admin"), None);
            assert_eq!(answer.status, StatusCode::OK);
        }
        endpoint = (Context::test(&[Login::Rotating]), Counts::default());
        let first = ask(&mut endpoint, &body("refresh-of-store-admin"), None).into_json();
        assert_eq!(first["refresh_token"], "refresh-of-store-admin.2");
        let again = ask(&mut endpoint, &body("refresh-of-store-admin"), None);
        assert_eq!(again.into_json()["error"], "invalid_grant");
        let next = ask(&mut endpoint, &body("refresh-of-store-admin.2"), None);
        assert_eq!(next.status, StatusCode::OK);
    }

    #[test]
    fn every_name_is_unique_kebab_case_and_parses_back() {
        let names: std::collections::BTreeSet<_> = Login::ALL.iter().map(|it| it.name()).collect();
        assert_eq!(names.len(), Login::ALL.len());
        for login in Login::ALL {
            assert_eq!(login.name().parse(), Ok(*login));
            assert!(login.sentence().ends_with('.'));
        }
    }
}
