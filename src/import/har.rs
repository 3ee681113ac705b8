//! Calls of a HAR file: of a browser, of a proxy, or of `probity run --record`.

use std::collections::BTreeMap;

use crate::import::traffic::{Answer, Body, Call, Traffic, marked, multipart};
use crate::model::{
    Diagnostic, FileId, NoAnswer, NoAnswerKind, RecordedExchange, Recording, Sources,
};
use crate::recording::read_recording;

/// Reads a recording. Static assets are left out unless `all` are wanted.
pub(crate) fn read(
    sources: &Sources,
    file: FileId,
    name: &str,
    all: bool,
    traffic: &mut Traffic,
    found: &mut Vec<Diagnostic>,
) {
    let (recording, mut mistakes) = read_recording(sources, file);
    found.append(&mut mistakes);
    let Some(recording) = recording else {
        return;
    };
    let mut leave_out = |what: &str| *traffic.left_out.entry(what.to_owned()).or_default() += 1;
    for _ in &recording.unmatched {
        leave_out(
            "no complete exchange with the server (a cache, or a body that the file does not have)",
        );
    }
    let is_last = last_attempts(&recording);
    let base = traffic.calls.iter().filter_map(|call| call.sequence).max();
    let base = base.map_or(0, |last| last + 1);
    let mut sequences: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for (at, recorded) in recording.exchanges.iter().enumerate() {
        if !is_last[at] {
            leave_out("earlier attempts of a step");
            continue;
        }
        let response = match &recorded.exchange.answer {
            Ok(response) => response,
            Err(none) => {
                leave_out(unanswered(recorded, none));
                continue;
            }
        };
        let media_type = response
            .header_values("content-type")
            .next()
            .unwrap_or_default();
        let media_type = String::from_utf8_lossy(media_type).to_ascii_lowercase();
        let unwanted = unwanted(recorded, response.status, &media_type);
        if let Some(what) = unwanted.filter(|_| !all || response.status > 599) {
            leave_out(what);
            continue;
        }
        let mut call = call(recorded, name);
        let number = sequences.len();
        let sequence = recorded
            .origin
            .as_ref()
            .map_or_else(String::new, |origin| origin.case.clone());
        call.sequence = Some(base + *sequences.entry(sequence).or_insert(number));
        calls.push(call);
    }
    traffic.calls.append(&mut calls);
    if let Some(facts) = &recording.facts {
        traffic
            .secrets
            .extend(facts.target.stand_ins.iter().cloned());
    }
}

/// Which exchanges are the last attempt of their step.
fn last_attempts(recording: &Recording) -> Vec<bool> {
    let mut last: BTreeMap<(&str, bool, usize), usize> = BTreeMap::new();
    for (at, recorded) in recording.exchanges.iter().enumerate() {
        if let Some(origin) = &recorded.origin {
            last.insert((&origin.case, origin.finally, origin.step), at);
        }
    }
    let is_last = |(at, recorded): (usize, &RecordedExchange)| match &recorded.origin {
        None => true,
        Some(origin) => last.get(&(&origin.case, origin.finally, origin.step)) == Some(&at),
    };
    recording
        .exchanges
        .iter()
        .enumerate()
        .map(is_last)
        .collect()
}

/// Why there is no answer.
fn unanswered(recorded: &RecordedExchange, none: &NoAnswer) -> &'static str {
    let is_undoing = recorded
        .origin
        .as_ref()
        .is_some_and(|origin| origin.finally);
    let is_sent = none.kind != NoAnswerKind::Unsendable && none.kind != NoAnswerKind::NoToken;
    match (is_undoing, is_sent) {
        (true, false) => {
            "`finally` requests that were not sent, as there was nothing to undo: their cases have no such clean-up"
        }
        (true, true) => "`finally` requests without an answer: their cases have no such clean-up",
        (false, false) => "requests that were not sent",
        (false, true) => "no answer",
    }
}

/// Why an exchange says nothing about an API.
fn unwanted(recorded: &RecordedExchange, status: u16, media_type: &str) -> Option<&'static str> {
    let request = &recorded.exchange.request;
    if status == 304 {
        return Some("304 (Not Modified): the browser had the answer already");
    }
    if status > 599 {
        return Some("a status that is none");
    }
    if status == 101 {
        return Some("WebSocket connections");
    }
    let has = |name: &str| {
        request
            .headers
            .iter()
            .any(|(field, _)| field.eq_ignore_ascii_case(name))
    };
    if request.method == "OPTIONS" && has("access-control-request-method") {
        return Some("CORS preflight requests");
    }
    let path = request
        .url
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_asset = [
        "image/",
        "font/",
        "audio/",
        "video/",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/x-javascript",
        "application/font",
        "application/vnd.ms-fontobject",
        "application/wasm",
    ]
    .iter()
    .any(|kind| media_type.starts_with(kind))
        || [
            ".js", ".mjs", ".css", ".map", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico",
            ".webp", ".avif", ".woff", ".woff2", ".ttf", ".otf", ".wasm",
        ]
        .iter()
        .any(|end| path.ends_with(end))
            && !media_type.contains("json");
    (is_asset && request.method == "GET")
        .then_some("static assets (images, scripts, style sheets, fonts); `--all` includes them")
}

fn call(recorded: &RecordedExchange, name: &str) -> Call {
    let request = &recorded.exchange.request;
    let headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), marked::literal(value)))
        .collect();
    let header = |wanted: &str| {
        let mut headers = headers.iter();
        headers
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.as_str())
    };
    let is_browser = headers
        .iter()
        .any(|(name, _)| name.to_ascii_lowercase().starts_with("sec-"))
        || header("user-agent").is_some_and(|agent| agent.starts_with("Mozilla/"));
    let media_type = header("content-type");
    let body = recorded.request_body.as_deref().unwrap_or_default();
    let body = match media_type.and_then(|media_type| multipart(body, media_type)) {
        Some(parts) => Body::Multipart(parts),
        None => Body::of_bytes(body, media_type),
    };
    let origin = recorded.origin.as_ref();
    let is_own = origin.is_some();
    let mut headers = headers.clone();
    headers.retain(|(name, value)| {
        // Every client adds one; only a case of Probity that is about it has one of its own.
        let is_agent = name.eq_ignore_ascii_case("user-agent");
        !is_agent || is_own && !value.to_ascii_lowercase().starts_with("probity")
    });
    Call {
        place: format!("{name}, {}", recorded.place),
        sequence_name: origin.map(|origin| {
            let id = origin.case.splitn(3, '/').last().unwrap_or_default();
            (marked::literal(id), marked::literal(&origin.title))
        }),
        folder: origin.map(|origin| {
            let mut parts = origin.case.split('/');
            parts.nth(1).unwrap_or_default().to_owned()
        }),
        stays: is_own,
        is_undoing: origin.is_some_and(|origin| origin.finally),
        method: request.method.clone(),
        url: marked::literal(&request.url),
        headers,
        body,
        identity: recorded.identity.clone(),
        follow: u32::try_from(recorded.exchange.hops.len())
            .ok()
            .filter(|hops| *hops > 0),
        is_browser,
        answers: answer(recorded).into_iter().collect(),
        ..Call::default()
    }
}

fn answer(recorded: &RecordedExchange) -> Option<Answer> {
    let response = recorded.exchange.answer.as_ref().ok()?;
    let headers = response
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), String::from_utf8_lossy(value).into_owned()));
    let mut answer = Answer {
        status: response.status,
        headers: headers.collect(),
        body: None,
    };
    let is_json = answer
        .media_type()
        .is_some_and(|media_type| media_type.contains("json"));
    let is_coded = recorded.origin.is_some()
        && answer
            .header("content-encoding")
            .is_some_and(|coding| coding != "identity");
    if !is_coded && (is_json || recorded.gaps.body.is_none()) {
        answer.body = Some(recorded.response_body.clone());
    }
    Some(answer)
}
