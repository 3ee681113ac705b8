//! The credentials that pass between a client and a target: an answer, a report or a recording may repeat them.
//!
//! They are in the header fields that are never shown, and in fields, query parameters and members that are named like
//! one: what a login or a token endpoint takes and gives.

use url::form_urlencoded;

use crate::engine::json_texts::each_text;
use crate::model::{BodyGap, Exchange, Gaps, RecordedExchange, Response, SentBody};
use crate::recording::request_body::recorded_bytes;
use crate::redact::credentials::{self, is_credential, spots};
use crate::redact::headers::{NOT_SHOWN, is_sensitive};
use crate::redact::{Redactor, is_unlikely_by_chance, is_unlikely_elsewhere};
use crate::text::charset::Charset;

/// Schemes of `Authorization` that a recording may name (the IANA registry, and some that are common).
const SCHEMES: [&str; 10] = [
    "Basic",
    "Bearer",
    "Digest",
    "DPoP",
    "GNAP",
    "HOBA",
    "Negotiate",
    "NTLM",
    "Token",
    "XBL3.0",
];

/// A larger body is not searched for members that are named like a credential.
const SEARCHED: usize = 1 << 20;

/// Lets a redactor remember the credentials of an exchange.
pub(super) fn hide(recorded: &RecordedExchange, redactor: &Redactor) {
    let request = &recorded.exchange.request;
    for (_, value) in request
        .headers
        .iter()
        .filter(|(name, _)| is_sensitive(name) || is_credential(name))
    {
        let pairs = value.split(';').filter_map(|pair| pair.split_once('='));
        let parts = pairs.map(|(_, value)| value);
        let token = value.split_once(' ').map(|(_, token)| token);
        for value in [value.as_str()].into_iter().chain(token).chain(parts) {
            remember(value.trim(), is_unlikely_elsewhere, redactor);
        }
    }
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    // As it is written, and as it is meant.
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        remember_field(name, value, redactor);
    }
    in_form(query.as_bytes(), redactor);
    in_text(request.target.as_bytes(), redactor);
    for (_, value) in &request.headers {
        in_text(value.as_bytes(), redactor);
    }
    if let Ok(answer) = &recorded.exchange.answer {
        for (name, value) in &answer.headers {
            in_text(value, redactor);
            if is_credential(name) && !is_sensitive(name) {
                let value = String::from_utf8_lossy(value);
                remember(value.trim(), is_unlikely_elsewhere, redactor);
            }
        }
    }
    let bodies = [
        recorded.request_body.as_deref(),
        Some(&*recorded.response_body),
    ];
    for body in bodies
        .into_iter()
        .flatten()
        .filter(|body| body.len() <= SEARCHED)
    {
        let wide = of_utf_16(body);
        let body = wide.as_ref().map_or(body, |(_, text)| text.as_bytes());
        in_text(body, redactor);
        if !each_text(body, |name, text| remember_named(name, text, redactor)) {
            in_form(body, redactor);
        }
    }
}

/// What is named like a credential in a text of any format.
fn in_text(text: &[u8], redactor: &Redactor) {
    for spot in spots(text) {
        let value = String::from_utf8_lossy(&text[spot.range]);
        remember(value.trim(), is_unlikely_elsewhere, redactor);
    }
}

fn in_form(form: &[u8], redactor: &Redactor) {
    for (name, value) in form_urlencoded::parse(form) {
        remember_field(&name, &value, redactor);
    }
}

fn remember_field(name: &str, value: &str, redactor: &Redactor) {
    if ["code", "key"]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(name))
    {
        remember(value, is_unlikely_elsewhere, redactor);
    }
    remember_named(name, value, redactor);
}

fn remember_named(name: &str, value: &str, redactor: &Redactor) {
    if is_credential(name) {
        remember(value, is_unlikely_by_chance, redactor);
    }
}

fn remember(value: &str, is_remembered: fn(&str) -> bool, redactor: &Redactor) {
    if is_remembered(value) {
        redactor.receive(value);
    }
}

/// What a recording has in place of the value of a credential field: of `Authorization` a known scheme stays. By it, a
/// recording is matched with identities, and a person sees what a target needs.
pub(super) fn hidden(field: &str, value: &str, placeholder: &str) -> String {
    let scheme = value.split_once(' ').and_then(|(word, _)| {
        let mut known = SCHEMES.iter();
        known.find(|one| one.eq_ignore_ascii_case(word))
    });
    match scheme {
        Some(scheme) if field.eq_ignore_ascii_case("authorization") => {
            format!("{scheme} {placeholder}")
        }
        _ => placeholder.to_owned(),
    }
}

/// The exchange for a report, without everything that is named like a credential.
pub(super) fn masked(exchange: &Exchange) -> Exchange {
    let mut exchange = exchange.clone();
    let body = exchange.request.body.take();
    let mut bytes = body.as_ref().map(recorded_bytes);
    mask(&mut exchange, &mut bytes, &mut Gaps::default());
    exchange.request.body = bytes.map(SentBody::from);
    exchange
}

/// Takes everything that is named like a credential out of what is recorded, also what is too short to be looked for
/// elsewhere. What is left is as long as before, and in the same format.
pub(super) fn mask(
    exchange: &mut Exchange,
    body: &mut Option<std::sync::Arc<[u8]>>,
    gaps: &mut Gaps,
) {
    let request = &mut exchange.request;
    for text in [&mut request.url, &mut request.target] {
        mask_text(text);
    }
    for (name, value) in &mut request.headers {
        if is_credential(name) && !is_sensitive(name) {
            "[credentials]".clone_into(value);
        } else if !is_sensitive(name) {
            mask_text(value);
        }
    }
    if let Some(masked) = body.as_deref().and_then(credentials::masked) {
        *body = Some(masked.into());
    }
    for hop in &mut exchange.hops {
        mask_text(&mut hop.location);
        if let Some(url) = &mut hop.url {
            mask_text(url);
        }
        if let Some(answer) = &mut hop.answer {
            let mut of_redirect = Gaps::default();
            mask_answer(std::sync::Arc::make_mut(answer), &mut of_redirect);
            gaps.redirects |= of_redirect != Gaps::default();
        }
    }
    match &mut exchange.answer {
        Ok(response) => mask_answer(response, gaps),
        Err(no_answer) => {
            if let Some(fragment) = &mut no_answer.fragment {
                mask_answer(&mut fragment.response, gaps);
            }
        }
    }
}

fn mask_answer(response: &mut Response, gaps: &mut Gaps) {
    for (name, value) in &mut response.headers {
        if is_sensitive(name) {
            continue;
        }
        let field = name.to_ascii_lowercase();
        if is_credential(name) {
            *value = NOT_SHOWN.as_bytes().to_vec();
            gaps.headers.insert(field);
        } else if let Some(masked) = credentials::masked(value) {
            *value = masked;
            gaps.headers.insert(field);
        }
    }
    if let Some(masked) = credentials::masked(&response.body) {
        if response.coded.take().is_some() {
            response.body = Vec::new();
            gaps.body = Some(BodyGap::Compressed);
        } else {
            response.body = masked;
            gaps.body = gaps.body.or(Some(BodyGap::Secret));
        }
    }
    if let Some(masked) = credentials::masked(&response.trailing) {
        response.trailing = masked;
        gaps.body = gaps.body.or(Some(BodyGap::Secret));
    }
}

pub(super) fn mask_text(text: &mut String) {
    if let Some(masked) = credentials::masked(text.as_bytes()) {
        *text = String::from_utf8_lossy(&masked).into_owned();
    }
}

/// The text of bytes in UTF-16.
fn of_utf_16(bytes: &[u8]) -> Option<(Charset, String)> {
    let charset = Charset::of_utf_16(bytes)?;
    let text = charset.decode(bytes)?;
    Some((charset, text.into_owned()))
}
