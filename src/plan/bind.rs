//! Turns a request of a case into the request that is sent: values filled in, credentials added.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::model::{
    Body, Draft, Exchange, HeaderValue, NoAnswer, NoAnswerKind, Request, Scope, Secret,
    SentRequest, Target, Timing, Transport, Unresolved,
};
use crate::plan::run_id::RunId;

/// What is encoded when a value is put into a path segment: all but pchar (RFC 3986 section 3.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// What is encoded in the name or value of a query parameter: all but unreserved characters and a few that are safe there.
/// `'` is encoded too: a URL (WHATWG URL Standard, special-query set) never holds it in a query.
const PARAMETER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@')
    .remove(b':')
    .remove(b'/')
    .remove(b'$')
    .remove(b',')
    .remove(b'(')
    .remove(b')');

/// Fills in a request for a target.
///
/// # Errors
///
/// When a fixture or capture is missing or does not fit, in one line.
pub(crate) fn bind(
    request: &Request,
    target: &Target,
    scope: Scope<'_>,
    token: Option<&Option<Secret>>,
    run_id: Option<&RunId>,
) -> Result<SentRequest, Unresolved> {
    let base = target.services.get(&request.service).ok_or_else(|| {
        Unresolved::Unfit(format!("the target has no service `{}`", request.service))
    })?;
    let mut url = base.clone();
    let path = request.path.render_with(scope, |value, before| {
        // `?` in a value of the path is encoded: the first one is that of the case.
        let kept = if before.contains('?') {
            PARAMETER
        } else {
            SEGMENT
        };
        utf8_percent_encode(value, kept).to_string()
    })?;
    // Otherwise a value from the target could extend the host name: `.elsewhere.example`.
    if !path.is_empty() && !path.starts_with('/') {
        let fault = format!("the path `{path}` does not begin with `/`");
        return Err(Unresolved::Unfit(fault));
    }
    url.push_str(&path);
    push_query(&mut url, &request.query, scope)?;
    let authority = url.find("://").map_or(0, |at| at + 3);
    let path = url[authority..]
        .find('/')
        .map_or("/", |at| &url[authority + at..]);
    let target_text = path.to_owned();

    let token = token.and_then(Option::as_ref);
    let (mut headers, omitted, credentials) = headers(request, target, scope, token)?;
    if let Some(run_id) = run_id {
        run_id.add(&mut headers, &omitted);
    }
    let body = match &request.body {
        Body::None => None,
        Body::Text(text) => Some(text.render(scope)?.into_bytes()),
        Body::Json(draft) => {
            let is_named = |name: &str| name.eq_ignore_ascii_case("content-type");
            if !headers.iter().any(|(name, _)| is_named(name))
                && !omitted.iter().any(|name| is_named(name))
            {
                headers.push(("Content-Type".into(), "application/json".into()));
            }
            let value = draft.resolve(scope)?;
            let text = serde_json::to_vec(&value);
            Some(text.map_err(|error| Unresolved::Unfit(error.to_string()))?)
        }
    };
    Ok(SentRequest {
        service: request.service.clone(),
        method: request.method.clone(),
        url,
        target: target_text,
        headers,
        body,
        transport: request.transport,
        omitted,
        credentials,
    })
}

fn push_query(
    url: &mut String,
    query: &[(String, Draft)],
    scope: Scope<'_>,
) -> Result<(), Unresolved> {
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, draft) in query {
        let values = match draft.resolve(scope)? {
            Value::Array(values) => values,
            value => vec![value],
        };
        for value in values {
            let text = match value {
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                other => {
                    return Err(Unresolved::Unfit(format!(
                        "the query parameter `{name}` cannot be {other}"
                    )));
                }
            };
            url.push(separator);
            url.extend(utf8_percent_encode(name, PARAMETER));
            url.push('=');
            url.extend(utf8_percent_encode(&text, PARAMETER));
            separator = '&';
        }
    }
    Ok(())
}

/// Header fields, names to leave out, names that came from the identity.
type BoundHeaders = (Vec<(String, String)>, Vec<String>, Vec<String>);

/// The identity's headers, then the case's own. A header of the case replaces that of the identity.
fn headers(
    request: &Request,
    target: &Target,
    scope: Scope<'_>,
    token: Option<&Secret>,
) -> Result<BoundHeaders, Unresolved> {
    let mut headers = Vec::new();
    let mut omitted = Vec::new();
    let mut credentials = Vec::new();
    if let Some(name) = &request.identity {
        let identity = target
            .identities
            .get(name)
            .ok_or_else(|| Unresolved::Unfit(format!("the target has no identity `{name}`")))?;
        let bearer = token.map(|token| {
            let value = Secret::new(format!("Bearer {}", token.expose()));
            ("Authorization".to_owned(), value)
        });
        for (field, value) in bearer.iter().chain(&identity.headers) {
            if !says(request, field) {
                headers.push((field.clone(), value.expose().to_owned()));
                credentials.push(field.to_ascii_lowercase());
            }
        }
    }
    for line in &request.headers {
        match &line.value {
            HeaderValue::Omit => omitted.push(line.name.to_ascii_lowercase()),
            HeaderValue::Lines(lines) => {
                for template in lines {
                    let value = template.render(scope)?;
                    if let Some(found) = unsendable_character(&value, request.transport) {
                        return Err(Unresolved::Unfit(format!(
                            "the value for the header `{}` contains {found}",
                            line.name
                        )));
                    }
                    headers.push((line.name.clone(), value));
                }
            }
        }
    }
    Ok((headers, omitted, credentials))
}

/// A character that a field value cannot have (RFC 9110 section 5.5), in words. The raw transport sends what can be
/// sent without ending the line.
fn unsendable_character(value: &str, transport: Transport) -> Option<String> {
    let is_wrong = |c: &char| match c {
        '\r' | '\n' | '\0' => true,
        '\t' => false,
        c => c.is_control() && transport != Transport::Raw,
    };
    value.chars().find(is_wrong).map(|c| match c {
        '\r' | '\n' => "a line break".to_owned(),
        '\0' => "NUL".to_owned(),
        c => format!("the control character U+{:04X}", u32::from(c)),
    })
}

/// Whether the case itself sets or omits this header.
fn says(request: &Request, field: &str) -> bool {
    let mut lines = request.headers.iter();
    lines.any(|line| line.name.eq_ignore_ascii_case(field))
}

/// Whether the request needs a token of its identity.
pub(crate) fn needs_token(request: &Request) -> bool {
    !says(request, "authorization")
}

/// An exchange that never happened, because its identity has no token.
pub(crate) fn unsent(request: SentRequest, no_answer: NoAnswer) -> Exchange {
    Exchange {
        request,
        answer: Err(no_answer),
        timing: Timing::default(),
    }
}

/// An exchange that never happened, because the request could not be built.
pub(crate) fn unsendable(request: &Request, problem: &Unresolved) -> Exchange {
    Exchange {
        request: SentRequest {
            service: request.service.clone(),
            method: request.method.clone(),
            url: request.path.to_string(),
            target: request.path.to_string(),
            headers: Vec::new(),
            body: None,
            transport: Transport::Normal,
            omitted: Vec::new(),
            credentials: Vec::new(),
        },
        answer: Err(NoAnswer {
            kind: NoAnswerKind::Unsendable,
            detail: problem.to_string(),
            has_begun: false,
        }),
        timing: Timing::default(),
    }
}
