//! One exchange as an entry of a HAR file.

use std::io;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::model::{
    BodyGap, EntryFacts, Hop, HopAnswer, NoAnswerReport, Opening, RecordedExchange, Response,
    SentRequest, Timing,
};
use crate::recording::writer::body::{Bodies, recorded_text, text};

/// Characters that a URI cannot contain (RFC 3986 section 2).
const NOT_IN_A_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The entry.
pub(crate) fn entry(recorded: &RecordedExchange, bodies: &mut Bodies) -> io::Result<Value> {
    let timing = recorded.exchange.timing;
    let total = milliseconds(timing.total);
    let mut entry = Map::new();
    if let Some(origin) = &recorded.origin {
        entry.insert("pageref".into(), origin.case.clone().into());
    }
    entry.insert("startedDateTime".into(), recorded.started.clone().into());
    entry.insert("time".into(), total.into());
    entry.insert("request".into(), request(recorded, bodies));
    entry.insert("response".into(), response(recorded, bodies));
    entry.insert("cache".into(), json!({}));
    entry.insert("timings".into(), timings(timing));
    if let Some(facts) = facts(recorded) {
        entry.insert("_probity".into(), serde_json::to_value(facts)?);
    }
    Ok(Value::Object(entry))
}

/// The parts of the time, which add up to the total. -1 is a part that did not take place.
fn timings(timing: Timing) -> Value {
    let part = |part: Option<Duration>| part.map_or(json!(-1), |part| json!(milliseconds(part)));
    let Opening { dns, connect, tls } = timing.opening;
    // HAR 1.2: the time of TLS is also part of `connect`.
    let connected = connect.map(|connect| connect + tls.unwrap_or_default());
    let opened = dns.unwrap_or_default() + connected.unwrap_or_default();
    json!({
        "blocked": -1, "dns": part(dns), "connect": part(connected), "ssl": part(tls), "send": 0,
        "wait": milliseconds(timing.first_byte.saturating_sub(opened)),
        "receive": milliseconds(timing.total.saturating_sub(timing.first_byte)),
    })
}

fn request(recorded: &RecordedExchange, bodies: &mut Bodies) -> Value {
    let request = &recorded.exchange.request;
    let version = match recorded.exchange.received() {
        Some(response) if !response.version.is_empty() => response.version.as_str(),
        _ => "HTTP/1.1",
    };
    let headers = request.headers.iter();
    let headers: Vec<Value> = headers
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect();
    let mut value = json!({
        "method": request.method,
        "url": uri(&request.url),
        "httpVersion": version,
        "cookies": [],
        "headers": headers,
        "queryString": query(&request.url),
    });
    let Value::Object(members) = &mut value else {
        return value;
    };
    if let Some(body) = &recorded.request_body {
        let mut data = Map::new();
        data.insert("mimeType".into(), media_type(request).into());
        data.extend(bodies.members(body));
        members.insert("postData".into(), data.into());
    }
    let bytes = recorded.request_body.as_ref().map_or(0, |body| body.len());
    members.insert("headersSize".into(), json!(-1));
    members.insert("bodySize".into(), json!(bytes));
    value
}

fn media_type(request: &SentRequest) -> &str {
    let mut headers = request.headers.iter();
    let field = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    field.map_or("", |(_, value)| value.as_str())
}

/// The answer; without one the status is 0, as in the files of browsers.
fn response(recorded: &RecordedExchange, bodies: &mut Bodies) -> Value {
    let no_answer = recorded.exchange.answer.as_ref().err();
    let error = no_answer.map(|no_answer| {
        let words = no_answer.kind.words();
        format!("{words}: {}", no_answer.detail)
    });
    let Some(response) = recorded.exchange.received() else {
        return json!({
            "status": 0, "statusText": "", "httpVersion": "", "cookies": [], "headers": [],
            "content": { "size": 0, "mimeType": "x-unknown" },
            "redirectURL": "", "headersSize": -1, "bodySize": -1,
            "_error": error.unwrap_or_default(),
        });
    };
    let first = |name: &str| {
        let value = response.header_values(name).next().unwrap_or_default();
        String::from_utf8_lossy(value).into_owned()
    };
    let headers: Vec<Value> = response
        .headers
        .iter()
        .map(|(name, value)| header(name, value))
        .collect();
    let mut content = Map::new();
    content.insert("size".into(), json!(recorded.response_length));
    let mime_type = match first("content-type") {
        none if none.is_empty() => "x-unknown".into(),
        mime_type => mime_type,
    };
    content.insert("mimeType".into(), mime_type.into());
    match recorded.gaps.body {
        Some(gap @ (BodyGap::Compressed | BodyGap::NotKept)) => {
            content.insert("comment".into(), gap.words().into());
        }
        gap => {
            content.extend(bodies.members(&recorded.response_body));
            if let Some(gap) = gap {
                content.insert("comment".into(), gap.words().into());
            }
        }
    }
    let mut value = json!({
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": response.version,
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": first("location"),
        "headersSize": -1,
        "bodySize": recorded.response_length,
    });
    if let Value::Object(members) = &mut value
        && !response.trailing.is_empty()
    {
        members.insert("_trailing".into(), text(&response.trailing).into());
    }
    if let (Value::Object(members), Some(error)) = (&mut value, error) {
        members.insert("_error".into(), error.into());
    }
    value
}

/// A field; a value that is not UTF-8 has its bytes in `_base64`.
fn header(name: &str, value: &[u8]) -> Value {
    let mut header = json!({ "name": name, "value": String::from_utf8_lossy(value) });
    if let (Value::Object(members), Err(_)) = (&mut header, std::str::from_utf8(value)) {
        let bytes = text(value);
        members.insert("_base64".into(), bytes.get("text").cloned().into());
    }
    header
}

/// The URL in a well-formed spelling.
fn uri(url: &str) -> String {
    let encoded = utf8_percent_encode(url, NOT_IN_A_URI);
    if url.contains("://") {
        encoded.to_string()
    } else {
        format!("unsendable:{encoded}")
    }
}

fn query(url: &str) -> Vec<Value> {
    let Some((_, query)) = url.split_once('?') else {
        return Vec::new();
    };
    let query = query.split('#').next().unwrap_or_default();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            json!({ "name": name, "value": value })
        })
        .collect()
}

fn facts(recorded: &RecordedExchange) -> Option<EntryFacts> {
    let exchange = &recorded.exchange;
    let request = &exchange.request;
    let default = Response::default();
    let response = exchange.received().unwrap_or(&default);
    let no_answer = exchange.answer.as_ref().err();
    Some(EntryFacts {
        origin: recorded.origin.clone()?,
        identity: recorded.identity.clone(),
        service: request.service.clone(),
        lost: recorded.lost.clone(),
        transport: request.transport.name().into(),
        url: request.url.clone(),
        target: request.target.clone(),
        omitted: request.omitted.clone(),
        credentials: request.credentials.clone(),
        version: response.version.clone(),
        saw_wire: response.saw_wire,
        no_answer: no_answer.map(|no_answer| NoAnswerReport {
            kind: no_answer.kind,
            detail: no_answer.detail.clone(),
        }),
        has_begun: no_answer.is_some_and(|no_answer| no_answer.has_begun),
        opening_ms: (
            exchange.timing.opening.dns.map(milliseconds),
            exchange.timing.opening.connect.map(milliseconds),
            exchange.timing.opening.tls.map(milliseconds),
        ),
        timing_ms: (
            milliseconds(exchange.timing.first_byte),
            milliseconds(exchange.timing.total),
        ),
        hops: exchange.hops.clone(),
        hop_answers: hop_answers(&exchange.hops),
        hop_gaps: recorded.gaps.redirects,
        captured: recorded.captured.clone(),
        body_gap: recorded.gaps.body,
        header_gaps: recorded.gaps.headers.clone(),
        hangs_on_secret: recorded.gaps.hangs_on_secret,
    })
}

/// The answers of redirects; none if none was kept.
fn hop_answers(hops: &[Hop]) -> Vec<Option<HopAnswer>> {
    let answers = hops.iter().map(|hop| hop.answer.as_deref().map(hop_answer));
    let answers: Vec<Option<HopAnswer>> = answers.collect();
    if answers.iter().all(Option::is_none) {
        return Vec::new();
    }
    answers
}

fn hop_answer(response: &Response) -> HopAnswer {
    let headers = response.headers.iter();
    HopAnswer {
        version: response.version.clone(),
        reason: response.reason.clone(),
        headers: headers
            .map(|(name, value)| (name.clone(), recorded_text(value)))
            .collect(),
        body: recorded_text(response.received_body()),
        trailing: recorded_text(&response.trailing),
        saw_wire: response.saw_wire,
        took_ms: response.took.map(milliseconds),
    }
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
