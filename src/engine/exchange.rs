//! An exchange for the report: credentials as placeholders, bodies cut, with a curl line.

use crate::engine::binary::{described, text_of};
use crate::engine::curl::curl;
use crate::model::{
    BodyReport, CodedReport, Exchange, ExchangeReport, Network, NoAnswer, NoAnswerKind,
    NoAnswerReport, Response, ResponseReport,
};
use crate::redact::headers::{NOT_SHOWN, is_sensitive};
use crate::redact::{Redacted, Redactor};

/// How many bytes of a body a report shows.
const BODY_LIMIT: usize = 64 << 10;
/// How many header fields a report shows, and how many characters of each value.
const HEADER_LIMIT: usize = 200;
const HEADER_VALUE_LIMIT: usize = 8 << 10;

/// The exchange for a report. Secrets are removed before anything is cut, so that no half of one remains.
pub(crate) fn exchange_report(
    exchange: &Exchange,
    identity: Option<&str>,
    network: &Network,
    redactor: &Redactor,
) -> ExchangeReport {
    let request = &exchange.request;
    let identity = identity.unwrap_or("credentials");
    let is_secret =
        |name: &str| is_sensitive(name) || request.credentials.contains(&name.to_ascii_lowercase());
    let request_headers = request
        .headers
        .iter()
        .map(|(name, value)| {
            if is_secret(name) {
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
    let is_unsendable = |no_answer: &NoAnswer| no_answer.kind == NoAnswerKind::Unsendable;
    let (curl, curl_inputs) = if exchange.answer.as_ref().is_err_and(is_unsendable) {
        // What could not be built cannot be sent again.
        (Redacted::default(), Vec::new())
    } else {
        curl(request, identity, network, &is_secret, redactor)
    };
    ExchangeReport {
        transport: request.transport.name().into(),
        method: request.method.clone(),
        url: redactor.text(&request.url),
        request_headers,
        request_body: request
            .body
            .as_deref()
            .and_then(|body| body_report(body, redactor)),
        curl,
        curl_inputs,
        response,
        no_answer,
    }
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
    ResponseReport {
        version: response.version.clone(),
        status: response.status,
        reason: redactor.text(&response.reason),
        headers: headers.collect(),
        body: answer_body(response, redactor),
        trailing: body_report(&response.trailing, redactor)
            .map_or_else(Redacted::default, |body| body.text),
    }
}

/// The body of an answer: text as it is, anything else as what it is in words.
fn answer_body(response: &Response, redactor: &Redactor) -> Option<BodyReport> {
    if response.body.is_empty() {
        return None;
    }
    let text = text_of(response, redactor);
    let text = text.unwrap_or_else(|| described(&response.body, redactor));
    let (text, is_all) = redactor.beginning(&text, BODY_LIMIT);
    Some(BodyReport {
        truncated: !is_all,
        text,
        octets: response.body.len(),
        coded: coded_report(response, redactor),
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

fn body_report(bytes: &[u8], redactor: &Redactor) -> Option<BodyReport> {
    if bytes.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let (text, is_all) = redactor.beginning(&text, BODY_LIMIT);
    Some(BodyReport {
        truncated: !is_all,
        text,
        octets: bytes.len(),
        coded: None,
    })
}
