//! Turns a request of a case into the request that is sent: values filled in, credentials added.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::model::{
    Capture, Draft, Exchange, Expression, Fetched, Function, HeaderValue, Identity, NoAnswer,
    NoAnswerKind, Request, Scope, SentBody, SentRequest, Target, Timing, Transport, Unresolved,
    WrittenBody,
};
use crate::plan::body_facts::facts;
use crate::plan::content::content;
use crate::plan::link;
use crate::plan::pairs::pairs;
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

/// Why a request cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unbound {
    /// A value is missing or does not fit.
    #[error(transparent)]
    Unresolved(#[from] Unresolved),
    /// The captured URL that it should be sent to, and why it is not.
    #[error("`${{capture.{0}}}` {1}")]
    Elsewhere(String, String),
}

/// Fills in a request for a target.
///
/// # Errors
///
/// When a fixture or capture is missing or does not fit, in one line, or a captured URL leads out of the target.
pub(crate) fn bind(
    request: &Request,
    target: &Target,
    scope: Scope<'_>,
    fetched: Option<&Option<Fetched>>,
    run_id: Option<&RunId>,
) -> Result<SentRequest, Unbound> {
    let mut captures = None;
    if request.states_body
        && let Some(content) = content(request, scope, media_type(request, scope).as_deref())?
    {
        let known = captures.insert(scope.captures.clone());
        known.extend(facts(&content.body));
    }
    let scope = Scope {
        captures: captures.as_ref().unwrap_or(scope.captures),
        ..scope
    };
    let place = place(request, target, scope)?;
    let fetched = fetched.and_then(Option::as_ref);
    let (mut headers, omitted, credentials) = headers(request, target, scope, fetched)?;
    if let Some(fetched) = fetched
        && let Some(only_to) = &fetched.only_to
        && !says(request, fetched.field)
    {
        link::check_host(only_to, &place.url)
            .map_err(|what| Unresolved::Unfit(format!("the cookie of the identity {what}")))?;
    }
    if let Some(run_id) = run_id {
        run_id.add(&mut headers, &omitted);
    }
    let body = body(request, scope, &mut headers, &omitted)?;
    Ok(SentRequest {
        service: place.service,
        method: request.method.clone(),
        url: place.url,
        target: place.target,
        headers,
        body,
        transport: request.transport,
        omitted,
        credentials,
    })
}

/// The `Content-Type` that the case gives the request.
fn media_type(request: &Request, scope: Scope<'_>) -> Option<String> {
    let mut lines = request.headers.iter();
    let line = lines.find(|line| line.name.eq_ignore_ascii_case("content-type"))?;
    match &line.value {
        HeaderValue::Lines(lines) => lines.first()?.render(scope).ok(),
        HeaderValue::Omit => None,
    }
}

/// Where a request goes.
struct Place {
    service: String,
    url: String,
    target: String,
}

fn place(request: &Request, target: &Target, scope: Scope<'_>) -> Result<Place, Unbound> {
    if let Some(capture) = &request.link {
        return linked(capture, request, target, scope);
    }
    let base = target.services.get(&request.service).ok_or_else(|| {
        Unresolved::Unfit(format!("the target has no service `{}`", request.service))
    })?;
    let mut url = base.clone();
    let path = request.path.render_with(scope, |value, before, hole| {
        // `?` in a value of the path is encoded: the first one is that of the case.
        let kept = if before.contains('?') {
            PARAMETER
        } else {
            SEGMENT
        };
        if !before.contains('?') && matches!(hole, Expression::Call(Function::Path, _)) {
            let segments = value.split('/');
            let segments = segments.map(|one| utf8_percent_encode(one, kept).to_string());
            return segments.collect::<Vec<String>>().join("/");
        }
        utf8_percent_encode(value, kept).to_string()
    })?;
    // Otherwise a value from the target could extend the host name: `.elsewhere.example`.
    if !path.is_empty() && !path.starts_with('/') {
        let fault = format!("the path `{path}` does not begin with `/`");
        return Err(Unresolved::Unfit(fault).into());
    }
    url.push_str(&path);
    push_query(&mut url, &request.query, scope)?;
    let authority = url.find("://").map_or(0, |at| at + 3);
    let path = url[authority..]
        .find('/')
        .map_or("/", |at| &url[authority + at..]);
    Ok(Place {
        service: request.service.clone(),
        target: path.to_owned(),
        url,
    })
}

/// The place that a captured URL names, resolved against the URL of the answer that gave it.
fn linked(
    capture: &str,
    request: &Request,
    target: &Target,
    scope: Scope<'_>,
) -> Result<Place, Unbound> {
    let text = |name: &str| scope.captures.get(name).and_then(Value::as_str);
    let reference = text(capture).ok_or_else(|| match scope.captures.get(capture) {
        None => Unresolved::Capture(capture.to_owned()),
        Some(value) => Unresolved::Unfit(format!(
            "the capture `{capture}` is {value}, which is no URL"
        )),
    })?;
    let origin = text(&Capture::origin_of(capture)).unwrap_or_default();
    let elsewhere = |why| Unbound::Elsewhere(capture.to_owned(), why);
    let link = link::resolve(reference, origin, &request.service, &target.services);
    let mut link = link.map_err(elsewhere)?;
    let names: Vec<&str> = request.query.iter().map(|(name, _)| &**name).collect();
    link.drop_parameters(&names);
    let mut url = link.url.to_string();
    let path_and_query = link.target();
    let mut added = path_and_query.clone();
    push_query(&mut added, &request.query, scope)?;
    url.push_str(&added[path_and_query.len()..]);
    Ok(Place {
        service: link.service,
        url,
        target: added,
    })
}

/// The body, whose `Content-Type` is added to the headers.
fn body(
    request: &Request,
    scope: Scope<'_>,
    headers: &mut Vec<(String, String)>,
    omitted: &[String],
) -> Result<Option<SentBody>, Unresolved> {
    let is_named = |name: &str| name.eq_ignore_ascii_case("content-type");
    let place = headers.iter().position(|(name, _)| is_named(name));
    let given = place.map(|at| headers[at].1.clone());
    let Some(content) = content(request, scope, given.as_deref())? else {
        return Ok(None);
    };
    match (place, content.media_type) {
        (None, Some(media_type)) if !omitted.iter().any(|name| is_named(name)) => {
            headers.push(("Content-Type".into(), media_type));
        }
        // With the boundary of this body.
        (Some(at), Some(media_type))
            if matches!(content.body.written, WrittenBody::Multipart(..)) =>
        {
            headers[at].1 = media_type;
        }
        _ => {}
    }
    if !content.body.framing.chunks.is_empty() {
        add(headers, omitted, "Transfer-Encoding", "chunked");
    }
    if content.body.framing.wait.is_some() {
        add(headers, omitted, "Expect", "100-continue");
    }
    Ok(Some(content.body))
}

/// Adds a field, unless the case gives or omits it.
fn add(headers: &mut Vec<(String, String)>, omitted: &[String], field: &str, value: &str) {
    let mut names = headers.iter().map(|(name, _)| name).chain(omitted);
    if !names.any(|name| name.eq_ignore_ascii_case(field)) {
        headers.push((field.to_owned(), value.to_owned()));
    }
}

fn push_query(
    url: &mut String,
    query: &[(String, Draft)],
    scope: Scope<'_>,
) -> Result<(), Unresolved> {
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, text) in pairs("query parameter", query, scope)? {
        url.push(separator);
        url.extend(utf8_percent_encode(&name, PARAMETER));
        url.push('=');
        url.extend(utf8_percent_encode(&text, PARAMETER));
        separator = '&';
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
    fetched: Option<&Fetched>,
) -> Result<BoundHeaders, Unresolved> {
    let mut headers = Vec::new();
    let mut omitted = Vec::new();
    let mut credentials = Vec::new();
    if let Some(name) = &request.identity {
        let identity = target
            .identities
            .get(name)
            .ok_or_else(|| Unresolved::Unfit(format!("the target has no identity `{name}`")))?;
        let fetched = fetched.map(|one| (one.field.to_owned(), one.value.clone()));
        for (field, value) in fetched.iter().chain(&identity.headers) {
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

/// Whether the request needs what its identity fetches.
pub(crate) fn needs_token(request: &Request, target: &Target) -> bool {
    let identity = request.identity.as_ref();
    let identity = identity.and_then(|name| target.identities.get(name));
    let field = identity.and_then(Identity::fetched_field);
    field.is_some_and(|field| !says(request, field))
}

/// An exchange that never happened, because its identity has no token.
pub(crate) fn unsent(request: SentRequest, no_answer: NoAnswer) -> Exchange {
    Exchange {
        request,
        hops: Vec::new(),
        answer: Err(no_answer),
        timing: Timing::default(),
    }
}

/// An exchange that never happened, because the request could not be built.
pub(crate) fn unsendable(request: &Request, problem: &Unbound) -> Exchange {
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
        hops: Vec::new(),
        answer: Err(NoAnswer {
            kind: match problem {
                Unbound::Unresolved(_) => NoAnswerKind::Unsendable,
                Unbound::Elsewhere(..) => NoAnswerKind::Elsewhere,
            },
            detail: problem.to_string(),
            has_begun: false,
            fragment: None,
        }),
        timing: Timing::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::plan::content::encoded_form;

    fn decoded(text: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect()
    }

    proptest! {
        #[test]
        fn a_query_and_a_form_are_decoded_to_what_was_encoded(
            pairs in prop::collection::vec((".{1,20}", ".{0,40}"), 1..6),
        ) {
            let literal = |text: &str| Draft::Literal(Box::new(text.into()));
            let query: Vec<(String, Draft)> = pairs
                .iter()
                .map(|(name, value)| (name.clone(), literal(value)))
                .collect();
            let scope = Scope { fixtures: &BTreeMap::new(), captures: &BTreeMap::new() };
            let mut url = "/a".to_owned();
            push_query(&mut url, &query, scope).unwrap();
            prop_assert!(url.is_ascii());
            prop_assert!(!url.contains([' ', '#', '+']), "{}", url);
            let (path, text) = url.split_once('?').unwrap();
            prop_assert_eq!(path, "/a");
            prop_assert_eq!(&decoded(text), &pairs);
            prop_assert_eq!(&decoded(&encoded_form(&pairs)), &pairs);
        }
    }
}
