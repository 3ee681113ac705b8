//! Logs in: what the answers to the requests of an identity give.

use std::time::{Duration, SystemTime};

use crate::auth::Granted;
use crate::auth::answer::{SHORTEST, lifetime, until_renewal_of};
use crate::auth::login_progress::Progress;
use crate::auth::set_cookie::{LARGEST, SHORTEST_COOKIE, set_cookies};
use crate::json::{Document, Selector};
use crate::model::{Fetched, Login, LoginGives, LoginRequest, Response, Secret};
use crate::text::excerpt::short_text;

/// The longest part of a refusal that is shown, in characters.
const EXCERPT: usize = 200;

/// What an answer sets and gives, whether the login was accepted or not: no output may have it.
pub(super) fn secrets(gives: &LoginGives, response: &Response) -> Vec<Secret> {
    let cookies = set_cookies(response).map(|cookie| cookie.value);
    let mut secrets: Vec<Secret> = cookies
        .filter(|value| value.len() >= SHORTEST_COOKIE)
        .map(Secret::new)
        .collect();
    if let LoginGives::Token(path) = gives
        && let Ok((_, token)) = token(path, response)
    {
        secrets.push(Secret::new(token));
    }
    secrets
}

/// What is wrong with the answer to a request of a login, in words that follow the name of the request.
pub(super) fn check(
    request: &LoginRequest,
    response: &Response,
    redact: &dyn Fn(&str) -> String,
) -> Result<(), String> {
    let status = response.status;
    let is_expected = if request.statuses.is_empty() {
        (200..400).contains(&status)
    } else {
        request.statuses.contains(&status)
    };
    if !is_expected {
        return Err(refused(request, response, redact));
    }
    for (name, expected) in &request.expected_headers {
        let mut values = response.header_values(name);
        if !values.any(|value| value == expected.as_bytes()) {
            return Err(format!(
                "answered {status} without the expected `{name}: {expected}`"
            ));
        }
    }
    Ok(())
}

/// The credential, or what is wrong, in words that follow the name of the request. The answer was checked.
pub(super) fn read(
    login: &Login,
    response: &Response,
    asked_at: SystemTime,
    progress: &Progress,
) -> Result<Granted, String> {
    let status = response.status;
    let mut only_to = progress.last_url().to_owned();
    let (value, life) = match &login.gives {
        LoginGives::Cookie(name) => match (cookie(name, response), progress.cookie(name)) {
            // Many services keep the session that the form began. Then only what is expected shows that it is logged in.
            (Err(_), Some((value, url)))
                if !sets(name, response) && says_what_is_expected(&login.request) =>
            {
                only_to = url;
                Ok((value, None))
            }
            (found, _) => found,
        },
        LoginGives::Token(path) => token(path, response).map(|(life, token)| (token, life)),
    }
    .map_err(|what| format!("answered {status}, but {what}"))?;
    if value.chars().count() < SHORTEST {
        let count = value.chars().count();
        return Err(format!(
            "answered {status}, but what it gives has {count} of the {SHORTEST} characters that a secret needs: \
             a shorter one cannot be removed from reports"
        ));
    }
    let until = login.renew.or(life.map(until_renewal_of));
    let fetched = match &login.gives {
        LoginGives::Cookie(name) => Fetched {
            field: "Cookie",
            value: Secret::new(format!("{name}={value}")),
            only_to: Some(only_to),
        },
        LoginGives::Token(_) => Fetched {
            field: "Authorization",
            value: Secret::new(format!("Bearer {value}")),
            only_to: None,
        },
    };
    Ok(Granted {
        secret: Secret::new(value),
        fetched,
        refresh_token: None,
        renew_at: until.map(|until| asked_at + until),
    })
}

fn sets(name: &str, response: &Response) -> bool {
    set_cookies(response).any(|one| one.name == name)
}

fn says_what_is_expected(request: &LoginRequest) -> bool {
    !request.statuses.is_empty() || !request.expected_headers.is_empty()
}

/// A request that was not accepted. The body of an error is shown, not that of a success, which may have a credential.
fn refused(request: &LoginRequest, response: &Response, redact: &dyn Fn(&str) -> String) -> String {
    let status = response.status;
    let expected: Vec<String> = request.statuses.iter().map(u16::to_string).collect();
    let expected = match expected.as_slice() {
        [] => "2xx or 3xx".to_owned(),
        several => several.join(" or "),
    };
    let text = String::from_utf8_lossy(&response.body[..response.body.len().min(LARGEST)]);
    let excerpt = redact(text.trim());
    if status < 400 || excerpt.is_empty() {
        return format!("answered {status} instead of {expected}");
    }
    let excerpt = short_text(&excerpt, EXCERPT);
    format!("answered {status} instead of {expected}: {excerpt}")
}

/// The value of a cookie, and how long it lives. As in browsers, the last one of a name counts.
fn cookie(name: &str, response: &Response) -> Result<(String, Option<Duration>), String> {
    let Some(cookie) = set_cookies(response).filter(|one| one.name == name).last() else {
        let mut others: Vec<&str> = set_cookies(response).map(|one| one.name).collect();
        others.truncate(5);
        return Err(match others.as_slice() {
            [] => format!("sets no cookie; expected `{name}`"),
            others => format!(
                "does not set the cookie `{name}`; it sets `{}`",
                short_text(&others.join("`, `"), EXCERPT)
            ),
        });
    };
    if !cookie.value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "the value of `{name}` has characters that a cookie cannot"
        ));
    }
    let life = cookie.life();
    if life.is_some_and(|life| life.is_zero()) {
        return Err(format!("deletes the cookie `{name}`"));
    }
    Ok((cookie.value.to_owned(), life))
}

/// How long a token lives, and the token.
fn token(path: &Selector, response: &Response) -> Result<(Option<Duration>, String), String> {
    if response.body.len() > LARGEST {
        return Err("has more than 64 KiB".into());
    }
    // The text is not shown: it may contain the token.
    let document = Document::parse(&response.body).map_err(|error| {
        let (line, column) = (error.line, error.column);
        format!("it is not JSON (line {line}, column {column})")
    })?;
    let written = path.as_str();
    let nodes = path
        .select_in(&document)
        .map_err(|_| format!("{written} cannot be evaluated"))?;
    let token = match nodes.as_slice() {
        [(_, value)] => value
            .as_str()
            .ok_or_else(|| format!("{written} is not a string"))?,
        [] => return Err(format!("{written} selects nothing")),
        several => return Err(format!("{written} selects {} nodes", several.len())),
    };
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{written} has characters that a header cannot"));
    }
    let life = document.value.get("expires_in");
    let life = life.and_then(|life| lifetime(life).ok());
    Ok((life, token.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::LoginBody;

    fn login(gives: LoginGives) -> Login {
        Login {
            before: Vec::new(),
            request: LoginRequest {
                service: "a".into(),
                method: "POST".into(),
                url: "https://a.example/login".into(),
                headers: Vec::new(),
                body: LoginBody::None,
                statuses: Vec::new(),
                expected_headers: Vec::new(),
                captures: Vec::new(),
            },
            gives,
            renew: None,
        }
    }

    fn answer(gives: LoginGives, set_cookie: &[&str], body: &str) -> Result<Granted, String> {
        let headers = set_cookie.iter();
        let response = Response {
            status: 200,
            headers: headers
                .map(|line| ("Set-Cookie".to_owned(), line.as_bytes().to_vec()))
                .collect(),
            body: body.as_bytes().to_vec(),
            ..Response::default()
        };
        let login = login(gives);
        let mut progress = Progress::default();
        let request = &login.request;
        check(request, &response, &str::to_owned)?;
        progress.take(request, &request.url, &response)?;
        read(&login, &response, SystemTime::UNIX_EPOCH, &progress)
    }

    fn sid(line: &str) -> Result<Granted, String> {
        answer(LoginGives::Cookie("sid".into()), &[line], "")
    }

    #[test]
    fn a_cookie_is_renewed_before_it_expires() {
        let after = |line: &str| {
            let at = sid(line).unwrap().renew_at?;
            Some(at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(after("sid=abcd; Path=/; max-age=3600"), Some(3540));
        assert_eq!(after("sid=abcd; Max-Age = 8"), Some(6));
        assert_eq!(after("sid=abcd; Max-Age=soon"), None);
        assert_eq!(after("sid=abcd"), None);
        // `Max-Age` wins (RFC 6265 section 5.3).
        assert_eq!(
            after("sid=abcd; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=8"),
            Some(6)
        );
        for deleted in [
            "Max-Age=0",
            "Max-Age=-1",
            "Expires=Sun, 06 Nov 1994 08:49:37 GMT",
        ] {
            let said = sid(&format!("sid=abcd; {deleted}")).unwrap_err();
            assert_eq!(said, "answered 200, but deletes the cookie `sid`");
        }
    }

    #[test]
    fn a_cookie_only_goes_to_its_host() {
        let granted = sid("sid=\"abcd=\"; Path=/").unwrap();
        assert_eq!(granted.fetched.field, "Cookie");
        assert_eq!(granted.fetched.value.expose(), "sid=\"abcd=\"");
        assert_eq!(
            granted.fetched.only_to.as_deref(),
            Some("https://a.example/login")
        );
        let said = sid("sid=; Path=/").unwrap_err();
        assert!(said.contains("has 0 of the 4 characters"), "{said}");
    }

    proptest! {
        #[test]
        fn no_answer_panics_and_no_credential_breaks_a_header(
            lines in prop::collection::vec("(sid|x)?=?[ -~äß;,]{0,40}", 0..4),
            body in "[{}\\[\\]:,\"a-z0-9 \n]{0,60}",
        ) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let token = LoginGives::Token(Selector::new("$..token").unwrap());
            for gives in [LoginGives::Cookie("sid".into()), token] {
                if let Ok(granted) = answer(gives, &lines, &body) {
                    let value = granted.fetched.value;
                    let is_visible = |c: char| c == ' ' || c.is_ascii_graphic();
                    prop_assert!(value.expose().chars().all(is_visible));
                }
            }
        }
    }
}
