//! An exchange for people: credentials as placeholders, bodies cut, a curl line beside it.

use crate::engine::curl::curl;
use crate::model::{
    BodyReport, Exchange, ExchangeReport, Network, NoAnswerReport, Response, ResponseReport,
};
use crate::redact::headers::SENSITIVE;
use crate::redact::redactor::Redactor;

/// How many octets of a body stand in a report.
const BODY_LIMIT: usize = 64 << 10;
/// How many header fields stand in a report, and how many characters of each value.
const HEADER_LIMIT: usize = 200;
const HEADER_VALUE_LIMIT: usize = 8 << 10;

/// The exchange as it stands in a report. Secrets go out before anything is cut, so that no half of one stays.
pub(crate) fn exchange_report(
    exchange: &Exchange,
    identity: Option<&str>,
    network: &Network,
    redactor: &Redactor,
) -> ExchangeReport {
    let request = &exchange.request;
    let identity = identity.unwrap_or("credentials");
    let is_secret = |name: &str| {
        let name = name.to_ascii_lowercase();
        request.credentials.contains(&name) || SENSITIVE.contains(&name.as_str())
    };
    let request_headers = request
        .headers
        .iter()
        .map(|(name, value)| {
            if is_secret(name) {
                (name.clone(), format!("[{identity}]"))
            } else {
                (name.clone(), redactor.redact(value).into_owned())
            }
        })
        .collect();
    let (response, no_answer) = match &exchange.answer {
        Ok(response) => (Some(response_report(response, redactor)), None),
        Err(no_answer) => (
            None,
            Some(NoAnswerReport {
                kind: no_answer.kind.name().into(),
                detail: redactor.redact(&no_answer.detail).into_owned(),
            }),
        ),
    };
    ExchangeReport {
        transport: request.transport.name().into(),
        method: request.method.clone(),
        url: redactor.redact(&request.url).into_owned(),
        request_headers,
        request_body: request
            .body
            .as_deref()
            .and_then(|body| body_report(body, redactor)),
        curl: curl(request, identity, network, &is_secret, redactor),
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
            let shown = if SENSITIVE.contains(&name.to_ascii_lowercase().as_str()) {
                "[not shown]".to_owned()
            } else {
                let value = redactor.redact(&value);
                crate::text::excerpt::short_text(&value, HEADER_VALUE_LIMIT)
            };
            (name.clone(), shown)
        });
    ResponseReport {
        version: response.version.clone(),
        status: response.status,
        reason: response.reason.clone(),
        headers: headers.collect(),
        body: body_report(&response.body, redactor),
        trailing: body_report(&response.trailing, redactor)
            .map_or_else(String::new, |body| body.text),
    }
}

fn body_report(octets: &[u8], redactor: &Redactor) -> Option<BodyReport> {
    if octets.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(octets);
    let text = redactor.redact(&text);
    let mut end = text.len().min(BODY_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(BodyReport {
        truncated: end < text.len(),
        text: text[..end].to_owned(),
        octets: octets.len(),
    })
}
