//! Reads the answer of a token endpoint: a token (RFC 6749 section 5.1) or an error (section 5.2).

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::auth::{Granted, SKEW};
use crate::json::Document;
use crate::model::{Fetched, Response, Secret};
use crate::text::excerpt::short_text;

/// The largest answer, in bytes.
const LARGEST: usize = 64 << 10;

/// A shorter token could not be redacted in reports, in characters.
pub(super) const SHORTEST: usize = 4;

/// The longest error description that is shown, in characters.
const LONGEST_DESCRIPTION: usize = 300;

/// The longest lifetime that is used.
const LONGEST_LIFE: Duration = Duration::from_hours(24 * 365);

/// The time to wait after a 429 or 503.
pub(crate) fn asks_to_wait(
    response: &Response,
    retry_after: fn(&[u8]) -> Option<Duration>,
) -> Option<Duration> {
    if !matches!(response.status, 429 | 503) {
        return None;
    }
    retry_after(response.header_values("retry-after").next()?)
}

/// The token, or what is wrong, in words that follow "the token endpoint".
pub(crate) fn read(
    response: &Response,
    asked_at: SystemTime,
    redact: &dyn Fn(&str) -> String,
) -> Result<Granted, String> {
    let status = response.status;
    if response.body.len() > LARGEST {
        return Err(format!("answered {status} with more than 64 KiB"));
    }
    if (300..400).contains(&status) {
        return Err(format!(
            "answered {status}: redirects are not followed, because they could send the client's secret elsewhere"
        ));
    }
    let document = Document::parse(&response.body);
    if let Ok(document) = &document
        && let Some(error) = document.value.get("error").and_then(Value::as_str)
    {
        let description = document.value.get("error_description");
        let shown = |text: &str| short_text(redact(text).trim(), LONGEST_DESCRIPTION);
        return Err(match description.and_then(Value::as_str) {
            Some(description) => {
                format!("answered {status} {}: {}", shown(error), shown(description))
            }
            None => format!("answered {status} {}", shown(error)),
        });
    }
    if status != 200 {
        return Err(format!("answered {status} without an OAuth 2.0 error"));
    }
    // The text is not shown: it may contain the token.
    let document = document.map_err(|error| {
        let (line, column) = (error.line, error.column);
        format!("answered 200 with invalid JSON (line {line}, column {column})")
    })?;
    if !document.duplicates.is_empty() {
        return Err("answered 200 with a duplicate member".into());
    }
    granted(&document.value, asked_at, redact).map_err(|what| format!("answered 200, but {what}"))
}

fn granted(
    body: &Value,
    asked_at: SystemTime,
    redact: &dyn Fn(&str) -> String,
) -> Result<Granted, String> {
    let access_token = match body.get("access_token") {
        Some(Value::String(token)) => token,
        Some(_) => return Err("`access_token` is not a string".into()),
        None => return Err("without `access_token`".into()),
    };
    if access_token.chars().count() < SHORTEST {
        return Err(too_short("access_token", access_token));
    }
    // RFC 6750 section 2.1 allows less; what a header cannot contain is rejected.
    if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("`access_token` contains characters that a header cannot".into());
    }
    match body.get("token_type").map(Value::as_str) {
        Some(Some(kind)) if kind.eq_ignore_ascii_case("bearer") => {}
        Some(Some(kind)) => {
            let kind = short_text(&redact(kind), 40);
            return Err(format!(
                "`token_type` is `{kind}`; only `Bearer` is supported"
            ));
        }
        Some(None) => return Err("`token_type` is not a string".into()),
        None => return Err("without `token_type`".into()),
    }
    let refresh_token = match body.get("refresh_token") {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) if token.chars().count() < SHORTEST => {
            return Err(too_short("refresh_token", token));
        }
        Some(Value::String(token)) => Some(Secret::new(token.clone())),
        Some(_) => return Err("`refresh_token` is not a string".into()),
    };
    Ok(Granted {
        secret: Secret::new(access_token.clone()),
        fetched: Fetched {
            field: "Authorization",
            value: Secret::new(format!("Bearer {access_token}")),
            only_to: None,
        },
        refresh_token,
        renew_at: match body.get("expires_in") {
            None | Some(Value::Null) => None,
            Some(life) => Some(asked_at + until_renewal_of(lifetime(life)?)),
        },
    })
}

fn too_short(member: &str, token: &str) -> String {
    let count = token.chars().count();
    format!(
        "`{member}` has {count} of the {SHORTEST} characters that a secret needs: a shorter one cannot be removed from reports"
    )
}

/// How long a token lives. Some endpoints write the seconds as a string.
pub(super) fn lifetime(life: &Value) -> Result<Duration, String> {
    let seconds = match life {
        Value::Number(number) => number.as_u64().or_else(|| whole(number.as_f64()?)),
        Value::String(digits) => digits.parse().ok(),
        _ => None,
    };
    match seconds {
        Some(0) => Err("the token has expired already: `expires_in` is 0".into()),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
        None => Err("`expires_in` is not a number of seconds".into()),
    }
}

/// After how long the next credential is fetched.
pub(super) fn until_renewal_of(life: Duration) -> Duration {
    let life = life.min(LONGEST_LIFE);
    life.saturating_sub(SKEW.min(life / 4))
}

/// `3600.0`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only a whole number within bounds is cast"
)]
fn whole(number: f64) -> Option<u64> {
    (number.fract() == 0.0 && (0.0..=1e15).contains(&number)).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Granted, String> {
        let response = Response {
            status,
            body: body.as_bytes().to_vec(),
            ..Response::default()
        };
        let redact = |text: &str| text.replace("s3cret", "[secret]");
        read(&response, SystemTime::UNIX_EPOCH, &redact)
    }

    fn renewed_after(expires_in: &str) -> Option<u64> {
        let body = format!(
            r#"{{"access_token": "abcd", "token_type": "bearer", "expires_in": {expires_in}}}"#
        );
        let at = answer(200, &body).unwrap().renew_at?;
        Some(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn a_token_is_renewed_before_it_expires() {
        assert_eq!(renewed_after("3600"), Some(3540));
        assert_eq!(renewed_after("\"3599\""), Some(3539));
        assert_eq!(renewed_after("3600.0"), Some(3540));
        assert_eq!(renewed_after("8"), Some(6));
        assert_eq!(renewed_after("null"), None);
        assert_eq!(
            renewed_after("18446744073709551615"),
            Some(365 * 86400 - 60)
        );
    }

    #[test]
    fn the_error_of_the_endpoint_is_reported() {
        let body = r#"{"error": "invalid_client", "error_description": "no client has s3cret"}"#;
        assert_eq!(
            answer(401, body).unwrap_err(),
            "answered 401 invalid_client: no client has [secret]"
        );
        assert_eq!(
            answer(400, r#"{"error": "invalid_scope"}"#).unwrap_err(),
            "answered 400 invalid_scope"
        );
        assert_eq!(
            answer(502, "<html>").unwrap_err(),
            "answered 502 without an OAuth 2.0 error"
        );
        assert!(answer(307, "").unwrap_err().contains("redirects"));
    }

    #[test]
    fn an_invalid_token_is_rejected_and_not_shown() {
        for (body, what) in [
            ("abcd", "invalid JSON (line 1, column 1)"),
            (r#"["abcd"]"#, "without `access_token`"),
            (r#"{"access_token": 1}"#, "not a string"),
            (
                r#"{"access_token": "abc"}"#,
                "`access_token` has 3 of the 4 characters that a secret needs",
            ),
            (r#"{"access_token": ""}"#, "has 0 of the 4 characters"),
            (
                r#"{"access_token": "abcd", "token_type": "bearer", "refresh_token": "x"}"#,
                "`refresh_token` has 1 of the 4 characters",
            ),
            (r#"{"access_token": "ab\ncd"}"#, "a header cannot"),
            (r#"{"access_token": "abcd"}"#, "without `token_type`"),
            (r#"{"access_token": "abcd", "token_type": "mac"}"#, "`mac`"),
            (
                r#"{"access_token": "abcd", "access_token": "efgh", "token_type": "bearer"}"#,
                "duplicate member",
            ),
            (
                r#"{"access_token": "abcd", "token_type": "bearer", "expires_in": 0}"#,
                "expired already",
            ),
            (
                r#"{"access_token": "abcd", "token_type": "bearer", "expires_in": "soon"}"#,
                "not a number of seconds",
            ),
            (
                r#"{"access_token": "abcd", "token_type": "bearer", "refresh_token": {}}"#,
                "`refresh_token`",
            ),
        ] {
            let said = answer(200, body).unwrap_err();
            assert!(said.contains(what), "{body}: {said}");
            assert!(!said.contains("abcd"), "{said}");
        }
        let long = format!(r#"{{"access_token": "{}"}}"#, "a".repeat(LARGEST));
        assert!(answer(200, &long).unwrap_err().contains("64 KiB"));
    }
}
