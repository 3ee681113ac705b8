//! Turns one entry of a HAR file into an exchange.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    BodyGap, EntryFacts, Exchange, Fragment, Gaps, Hop, HopAnswer, NoAnswer, NoAnswerKind, Opening,
    RecordedExchange, RecordedText, Response, SentRequest, Timing, Transport, Unmatched,
};
use crate::recording::reader::body::{Bodies, base64, bytes};
use crate::recording::reader::format::{BodyFormat, EntryFormat, HeaderFormat, ResponseFormat};

/// The result of reading an entry.
pub(crate) enum Read {
    /// An exchange, and the places of its bodies.
    Exchange(Box<RecordedExchange>, Bodies),
    /// Not an exchange with a server.
    Unmatched(Unmatched<String>),
}

/// Reads an entry that Probity wrote: everything must be there, or be marked as missing.
pub(crate) fn own(entry: EntryFormat, place: &str) -> Result<Read, String> {
    let Some(facts) = entry.facts else {
        return Err("`_probity` is missing".into());
    };
    let facts = *facts;
    let mut bodies = Bodies::default();
    let named = |transport: &Transport| transport.name() == facts.transport;
    let transport = Transport::ALL.into_iter().find(named);
    let transport = transport.ok_or_else(|| format!("unknown transport `{}`", facts.transport))?;
    let request_body = match &entry.request.body {
        None => None,
        Some(body) => Some(bodies.own(body, true)?),
    };
    let request = SentRequest {
        service: facts.service.clone(),
        method: entry.request.method,
        url: facts.url.clone(),
        target: facts.target.clone(),
        headers: texts(entry.request.headers),
        body: None,
        transport,
        omitted: facts.omitted.clone(),
        credentials: facts.credentials.clone(),
    };
    let mut response_body = Arc::from([]);
    let bytes = whole_number(entry.response.content.size);
    let has_head = facts.no_answer.is_none() || entry.response.status != 0;
    let response = if has_head {
        let content = &entry.response.content;
        if facts.body_gap != Some(BodyGap::Compressed) {
            response_body = bodies.own(content, false)?;
            let is_here = content.text.is_some();
            let is_whole = facts.body_gap.is_none() && is_here;
            if is_whole && bytes != Some(response_body.len()) {
                return Err("the length of its body differs from its `size`".into());
            }
        }
        Some(own_response(entry.response, &facts)?)
    } else {
        None
    };
    let received = bytes.unwrap_or_default();
    let fragment = |response| Box::new(Fragment { response, received });
    let answer = match &facts.no_answer {
        Some(no_answer) => Err(NoAnswer {
            kind: no_answer.kind,
            detail: no_answer.detail.clone(),
            has_begun: facts.has_begun,
            fragment: response.map(fragment),
        }),
        None => Ok(response.unwrap_or_default()),
    };
    let hops = hops(facts.hops, facts.hop_answers)?;
    let recorded = RecordedExchange {
        origin: Some(facts.origin),
        identity: facts.identity,
        started: entry.started,
        exchange: Exchange {
            request,
            hops,
            answer,
            timing: Timing {
                opening: Opening {
                    dns: facts.opening_ms.0.map(milliseconds),
                    connect: facts.opening_ms.1.map(milliseconds),
                    tls: facts.opening_ms.2.map(milliseconds),
                },
                first_byte: milliseconds(facts.timing_ms.0),
                total: milliseconds(facts.timing_ms.1),
            },
        },
        request_body,
        response_body,
        response_length: bytes.unwrap_or_default(),
        gaps: Gaps {
            body: facts.body_gap,
            headers: facts.header_gaps,
            hangs_on_secret: facts.hangs_on_secret,
            redirects: facts.hop_gaps,
        },
        lost: facts.lost,
        captured: facts.captured,
        place: place.to_owned(),
    };
    Ok(Read::Exchange(Box::new(recorded), bodies))
}

/// The redirects with their answers, as far as they were recorded.
fn hops(hops: Vec<Hop>, answers: Vec<Option<HopAnswer>>) -> Result<Vec<Hop>, String> {
    let none = std::iter::repeat_with(|| None);
    let both = hops.into_iter().zip(answers.into_iter().chain(none));
    let hops = both.map(|(hop, answer)| {
        let answer = answer.map(|answer| hop_response(hop.status, answer));
        Ok(Hop {
            answer: answer.transpose()?.map(Arc::new),
            ..hop
        })
    });
    hops.collect()
}

fn hop_response(status: u16, answer: HopAnswer) -> Result<Response, String> {
    if !(100..=999).contains(&status) {
        return Err(format!("invalid status {status}"));
    }
    let headers = answer.headers.into_iter();
    let headers = headers.map(|(name, value)| Ok((name, recorded_bytes(value)?)));
    Ok(Response {
        version: answer.version,
        status,
        reason: answer.reason,
        headers: headers.collect::<Result<_, String>>()?,
        body: recorded_bytes(answer.body)?,
        coded: None,
        trailing: recorded_bytes(answer.trailing)?,
        took: answer.took_ms.map(milliseconds),
        saw_wire: answer.saw_wire,
    })
}

fn recorded_bytes(recorded: RecordedText) -> Result<Vec<u8>, String> {
    if recorded.base64 {
        base64(&recorded.text)
    } else {
        Ok(recorded.text.into_bytes())
    }
}

fn own_response(response: ResponseFormat, facts: &EntryFacts) -> Result<Response, String> {
    if !(100..=999).contains(&response.status) {
        return Err(format!("invalid status {}", response.status));
    }
    let trailing = response.trailing.as_ref().map(bytes).transpose()?;
    Ok(Response {
        version: facts.version.clone(),
        status: response.status,
        reason: response.reason.unwrap_or_default(),
        headers: fields(response.headers)?,
        body: Vec::new(),
        coded: None,
        trailing: trailing.flatten().unwrap_or_default(),
        took: None,
        saw_wire: facts.saw_wire,
    })
}

/// Reads an entry that another tool wrote.
pub(crate) fn foreign(entry: EntryFormat, place: &str) -> Result<Read, String> {
    let request_line = format!("{} {}", entry.request.method, entry.request.url);
    let no_evidence = |reason: &str| {
        Ok(Read::Unmatched(Unmatched {
            place: place.to_owned(),
            request: request_line.clone(),
            reason: reason.to_owned(),
        }))
    };
    if let Some(cache) = &entry.from_cache {
        return no_evidence(&format!("the answer came from a cache ({cache})"));
    }
    if entry.from_service_worker {
        return no_evidence("the answer came from a service worker");
    }
    let request_body = match &entry.request.body {
        None if entry.request.body_size.is_some_and(|size| size > 0.0) => {
            return no_evidence("the file does not contain the body of the request");
        }
        None => None,
        Some(body) => match bytes(body)? {
            Some(bytes) => Some(Arc::from(bytes)),
            None => {
                return no_evidence("the file does not contain the body of the request as text");
            }
        },
    };
    let mut headers = texts(entry.request.headers);
    headers.retain(|(name, _)| !name.starts_with(':'));
    let media_type = entry
        .request
        .body
        .as_ref()
        .and_then(|body| body.media_type.as_ref()?.as_str());
    let is_typed = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if let Some(media_type) = media_type.filter(|media_type| media_type.contains('/') && !is_typed)
    {
        headers.push(("Content-Type".into(), media_type.to_owned()));
    }
    let url = entry.request.url;
    let url = url.split('#').next().unwrap_or_default().to_owned();
    let target = url
        .find("://")
        .and_then(|at| url[at + 3..].find('/').map(|slash| at + 3 + slash))
        .map_or_else(|| "/".to_owned(), |at| url[at..].to_owned());
    let mut gaps = Gaps::default();
    let mut response_body: Arc<[u8]> = Arc::from([]);
    let mut response_length = 0;
    let answer = if entry.response.status == 0 {
        let detail = match entry.response.error.as_deref() {
            None | Some("") => "the tool received no answer (status 0)".to_owned(),
            Some(error) => format!("the tool received no answer: {error}"),
        };
        Err(NoAnswer {
            kind: NoAnswerKind::Unrecorded,
            detail,
            has_begun: false,
            fragment: None,
        })
    } else {
        let response = foreign_response(&entry.response)?;
        let (body, gap) = foreign_body(&entry.response.content, &response)?;
        response_length = body.len();
        response_body = Arc::from(body);
        gaps.body = gap;
        Ok(response)
    };
    let recorded = RecordedExchange {
        origin: None,
        identity: None,
        started: entry.started,
        exchange: Exchange {
            request: SentRequest {
                service: String::new(),
                method: entry.request.method,
                url,
                target,
                headers,
                body: None,
                // It can send what `exact` can, and sees no more.
                transport: Transport::Exact,
                omitted: Vec::new(),
                credentials: Vec::new(),
            },
            hops: Vec::new(),
            answer,
            timing: Timing::default(),
        },
        request_body,
        response_body,
        response_length,
        gaps,
        lost: None,
        captured: Vec::new(),
        place: place.to_owned(),
    };
    Ok(Read::Exchange(Box::new(recorded), Bodies::default()))
}

fn foreign_response(response: &ResponseFormat) -> Result<Response, String> {
    if !(100..=999).contains(&response.status) {
        return Err(format!("invalid status {}", response.status));
    }
    let mut headers = Vec::new();
    for field in &response.headers {
        if field.name.starts_with(':') {
            continue;
        }
        // Chromium joins the lines of a repeated field by line feeds.
        for line in field.value.split('\n') {
            headers.push((field.name.clone(), line.as_bytes().to_vec()));
        }
    }
    let version = response.version.clone().unwrap_or_default();
    Ok(Response {
        version: match version.to_ascii_lowercase().as_str() {
            "h2" | "http/2" | "http/2.0" => "HTTP/2".into(),
            "h3" | "http/3" | "http/3.0" => "HTTP/3".into(),
            other => other.to_ascii_uppercase(),
        },
        status: response.status,
        reason: response.reason.clone().unwrap_or_default(),
        headers,
        ..Response::default()
    })
}

/// The body as the tool writes it: content codings undone, and often characters decoded.
///
/// It is the original only if its length is the one that the tool, or the server, states.
fn foreign_body(
    content: &BodyFormat,
    response: &Response,
) -> Result<(Vec<u8>, Option<BodyGap>), String> {
    let size = whole_number(content.size);
    let Some(bytes) = bytes(content)? else {
        let is_empty = size == Some(0);
        return Ok((Vec::new(), (!is_empty).then_some(BodyGap::NotKept)));
    };
    let is_coded = response.header_values("content-encoding").next().is_some();
    let stated = response.header_values("content-length").next();
    let stated = stated.and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok());
    let length = size.or(stated.filter(|_| !is_coded));
    let is_whole = length == Some(bytes.len());
    Ok((bytes, (!is_whole).then_some(BodyGap::NotKept)))
}

/// The number, if it is a length: -1 means unknown.
fn whole_number(size: Option<f64>) -> Option<usize> {
    let size = size.filter(|size| *size >= 0.0 && size.fract() == 0.0 && *size < 1e15)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number that is not negative and below 2^50"
    )]
    let size = size as u64;
    usize::try_from(size).ok()
}

fn milliseconds(number: f64) -> Duration {
    Duration::try_from_secs_f64(number / 1e3).unwrap_or_default()
}

fn texts(headers: Vec<HeaderFormat>) -> Vec<(String, String)> {
    let headers = headers.into_iter();
    headers.map(|field| (field.name, field.value)).collect()
}

fn fields(headers: Vec<HeaderFormat>) -> Result<Vec<(String, Vec<u8>)>, String> {
    let headers = headers.into_iter().map(|field| {
        let bytes = match &field.bytes {
            Some(text) => base64(text)?,
            None => field.value.into_bytes(),
        };
        Ok((field.name, bytes))
    });
    headers.collect()
}
