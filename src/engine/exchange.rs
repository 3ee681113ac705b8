//! An exchange for the report: credentials as placeholders, bodies cut, with a curl line.

use std::borrow::Cow;

use crate::engine::binary::{described, has_secret, text_of};
use crate::engine::body_report::{request_body, text_report};
use crate::engine::curl::{NO_IDENTITY, curl};
use crate::model::{
    BodyReport, CodedReport, Exchange, ExchangeReport, HopReport, Network, NoAnswer, NoAnswerKind,
    NoAnswerReport, Response, ResponseReport,
};
use crate::redact::headers::{NOT_SHOWN, is_sensitive};
use crate::redact::{Redacted, Redactor};

/// How many header fields a report shows, and how many characters of each value.
const HEADER_LIMIT: usize = 200;
const HEADER_VALUE_LIMIT: usize = 8 << 10;

/// The exchange for a report. Secrets are removed before anything is cut, so that no half of one remains.
pub(crate) fn exchange_report(
    exchange: &Exchange,
    identity: Option<&str>,
    follow: usize,
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
    let (response, no_answer) = match &exchange.answer {
        Ok(response) => (Some(response_report(response, redactor)), None),
        Err(no_answer) => (
            None,
            Some(NoAnswerReport {
                kind: no_answer.kind,
                detail: redactor.text(&no_answer.detail),
            }),
        ),
    };
    let is_unsendable = |no_answer: &NoAnswer| match no_answer.kind {
        NoAnswerKind::Unsendable => true,
        NoAnswerKind::Elsewhere => exchange.hops.is_empty(),
        _ => false,
    };
    let (curl, curl_inputs) = if exchange.answer.as_ref().is_err_and(is_unsendable) {
        // What could not be built cannot be sent again.
        (Redacted::default(), Vec::new())
    } else {
        curl(request, follow, identity, network, &is_secret, redactor)
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
