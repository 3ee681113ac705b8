//! An exchange for the report: credentials as placeholders, bodies cut, with a curl line.

use std::borrow::Cow;

use crate::engine::binary::{described, has_secret, text_of};
use crate::engine::body_report::{request_body, text_report};
use crate::engine::curl::{Following, NO_IDENTITY, curl};
use crate::model::{
    BodyReport, CodedReport, Exchange, ExchangeReport, Fragment, HopReport, Network, NoAnswer,
    NoAnswerKind, NoAnswerReport, Response, ResponseReport,
};
use crate::redact::headers::{NOT_SHOWN, is_sensitive};
use crate::redact::{Redacted, Redactor};

/// How many header fields a report shows, and how many characters of each value.
const HEADER_LIMIT: usize = 200;
const HEADER_VALUE_LIMIT: usize = 8 << 10;

/// The exchange for a report; `following` says what else is done after the answer. Secrets are removed before anything is cut, so that no half of one remains.
pub(crate) fn exchange_report(
    exchange: &Exchange,
    identity: Option<&str>,
    following: Following,
    network: &Network,
    redactor: &Redactor,
) -> ExchangeReport {
    let request = &exchange.request;
    let identity = identity.unwrap_or(NO_IDENTITY);
    let is_of_identity = |name: &str| request.credentials.contains(&name.to_ascii_lowercase());
    let is_secret = |name: &str| is_sensitive(name) || is_of_identity(name);
    let request_headers = request
        .headers
        .iter()
        .map(|(name, value)| {
            if name.eq_ignore_ascii_case("cookie") && !is_of_identity("cookie") {
                (
                    redactor.text(name),
                    redactor.text(&names_of_cookies(&redactor.redact(value))),
                )
            } else if is_secret(name) {
                (redactor.text(name), redactor.text(&format!("[{identity}]")))
            } else {
                (redactor.text(name), redactor.text(value))
            }
        })
        .collect();
    let fragment = exchange.fragment();
    let response = match (&exchange.answer, fragment) {
        (Ok(response), _) => Some(response_report(response, redactor)),
        (Err(_), Some(fragment)) => Some(fragment_report(fragment, redactor)),
        (Err(_), None) => None,
    };
    let no_answer = exchange.answer.as_ref().err();
    let no_answer = no_answer.map(|no_answer| NoAnswerReport {
        kind: no_answer.kind,
        detail: redactor.text(&no_answer.detail),
    });
    let is_unsendable = |no_answer: &NoAnswer| match no_answer.kind {
        NoAnswerKind::Unsendable => true,
        NoAnswerKind::Elsewhere => exchange.hops.is_empty(),
        _ => false,
    };
    let (curl, curl_inputs) = if exchange.answer.as_ref().is_err_and(is_unsendable) {
        // What could not be built cannot be sent again.
        (Redacted::default(), Vec::new())
    } else {
        curl(request, following, identity, network, &is_secret, redactor)
    };
    ExchangeReport {
        transport: request.transport.name().into(),
        method: request.method.clone(),
        url: redactor.text(&request.url),
        request_headers,
        request_body: request
            .body
            .as_ref()
            .and_then(|body| request_body(body, redactor)),
        curl,
        curl_inputs,
        hops: hops(exchange, redactor),
        response,
        no_answer,
    }
}

/// `sid=[not shown]; csrf=[not shown]`.
fn names_of_cookies(value: &str) -> String {
    let pairs = value
        .split(';')
        .map(|pair| match pair.trim().split_once('=') {
            Some((name, _)) => format!("{name}={NOT_SHOWN}"),
            None => NOT_SHOWN.to_owned(),
        });
    pairs.collect::<Vec<String>>().join("; ")
}

fn hops(exchange: &Exchange, redactor: &Redactor) -> Vec<HopReport> {
    let hops = exchange.hops.iter();
    hops.map(|hop| HopReport {
        status: hop.status,
        reason: hop
            .answer
            .as_ref()
            .map_or_else(Redacted::default, |answer| redactor.text(&answer.reason)),
        location: redactor.text(&hop.location).excerpt(HEADER_VALUE_LIMIT),
        method: hop.method.clone(),
        url: hop.url.as_deref().map(|url| redactor.text(url)),
    })
    .collect()
}

fn response_report(response: &Response, redactor: &Redactor) -> ResponseReport {
    let headers = response
        .headers
        .iter()
        .take(HEADER_LIMIT)
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value);
            let shown = if is_sensitive(name) {
                NOT_SHOWN.into()
            } else {
                redactor.text(&value).excerpt(HEADER_VALUE_LIMIT)
            };
            (redactor.text(name), shown)
        });
    let body = String::from_utf8_lossy(&response.body);
    let trailing = String::from_utf8_lossy(&response.trailing);
    let (body, trailing) = if trailing.is_empty() {
        (body, trailing)
    } else {
        // A wrong length can be in the middle of a secret.
        let (body, trailing) = redactor.apart(&body, &trailing);
        (body.into_owned().into(), trailing.into_owned().into())
    };
    ResponseReport {
        version: response.version.clone(),
        status: response.status,
        reason: redactor.text(&response.reason),
        headers: headers.collect(),
        body: answer_body(response, &body, redactor),
        trailing: text_report(&trailing, response.trailing.len(), redactor).text,
    }
}

/// What came of an answer. Its body may end within a secret, and is shown as text only where that can be seen.
fn fragment_report(fragment: &Fragment, redactor: &Redactor) -> ResponseReport {
    let response = &fragment.response;
    let bytes = &response.body;
    let mut report = response_report(response, redactor);
    if bytes.is_empty() {
        return report;
    }
    let text = match std::str::from_utf8(without_half_character(bytes)) {
        // The mark of a cut lets the redactor find the beginning of a secret.
        Ok(text) if !text.contains('\0') => format!("{text}…"),
        _ => described(bytes, redactor),
    };
    let shown = text_report(&text, fragment.received, redactor);
    report.body = Some(BodyReport {
        truncated: true,
        ..shown
    });
    report
}

/// The bytes without the beginning of a UTF-8 character at their end.
fn without_half_character(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// The body of an answer: text as it is, anything else as what it is in words. `plain` is the body as UTF-8, without a
/// secret that goes on after its end.
fn answer_body(response: &Response, plain: &str, redactor: &Redactor) -> Option<BodyReport> {
    let bytes = &response.body;
    if bytes.is_empty() {
        return None;
    }
    let text = match text_of(response, redactor) {
        Some(Cow::Borrowed(_)) => Cow::Borrowed(plain),
        Some(text) => text,
        None if !response.trailing.is_empty()
            && has_secret(&[&bytes[..], &response.trailing].concat(), redactor) =>
        {
            format!("[{} bytes with a secret]", bytes.len()).into()
        }
        None => described(bytes, redactor).into(),
    };
    Some(BodyReport {
        coded: coded_report(response, redactor),
        ..text_report(&text, bytes.len(), redactor)
    })
}

fn coded_report(response: &Response, redactor: &Redactor) -> Option<CodedReport> {
    let coded = response.coded.as_ref();
    let coded = coded.filter(|coded| coded.fault.is_none())?;
    Some(CodedReport {
        codings: redactor.text(&coded.codings),
        octets: coded.received.len(),
    })
}
