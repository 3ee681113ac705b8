//! Event streams: how many events there are, and the events as JSON.

use std::fmt::Write as _;

use serde_json::Value;

use crate::json::{Document, DocumentError};
use crate::judge::body_bytes::content;
use crate::judge::mismatch::{Mismatch, count};
use crate::model::{EVENT_STREAM, EventLimit, FindingKind, Response, Span, StreamEvent, events};

/// Checks that the answer is an event stream with as many events as are expected. That none came is an answer only where
/// some could have: `has_no_content` says that this one never has a body.
pub(super) fn judge(
    limit: EventLimit,
    span: Span,
    response: &Response,
    has_no_content: bool,
) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let types = response.header_values("content-type");
    let types: Vec<_> = types.map(String::from_utf8_lossy).collect();
    if !response.is_event_stream() || types.len() > 1 {
        let actual = match types.as_slice() {
            [] => "no such header".to_owned(),
            lines => lines.join(" | "),
        };
        let message = format!("the body is no event stream: its media type is not {EVENT_STREAM}");
        let mismatch = Mismatch::new(FindingKind::MediaType, span, message);
        let mismatch = mismatch.header("Content-Type");
        found.push(mismatch.expected(EVENT_STREAM).actual(actual));
        return found;
    }
    let events = events(&response.body);
    let least = limit.least();
    if least == 0 && has_no_content {
        let message = "this answer has no body, so that no event came shows nothing";
        let mismatch = Mismatch::new(FindingKind::Count, span, message);
        found.push(mismatch.expected("a stream").actual("no body"));
    }
    if events.len() < least {
        let (came, expected) = (count(events.len(), "event"), count(least, "event"));
        let message = format!("{came} came, expected {expected} within {:?}", limit.within);
        let mismatch = Mismatch::new(FindingKind::Count, span, message);
        let mismatch = mismatch.expected(format!("at least {expected}"));
        found.push(mismatch.actual(content(&response.body)));
    }
    let taken = events.iter().take(limit.take.unwrap_or(usize::MAX));
    if let Some(index) = taken.clone().position(|event| event.is_damaged) {
        let message = format!("event {} is not UTF-8: U+FFFD is in its place", index + 1);
        let mismatch = Mismatch::new(FindingKind::Text, span, message);
        let shown = taken.clone().nth(index).map(|event| event.data.as_str());
        let actual = Value::from(shown.unwrap_or_default()).to_string();
        found.push(mismatch.expected("UTF-8").actual(actual));
    }
    found
}

/// The events as an array of objects: `event`, `data`, `id` and `retry` where the stream gives them, and as `json` the
/// value of data that are JSON.
pub(super) fn document(stream: &[u8]) -> Result<Document, DocumentError> {
    let events = events(stream);
    let with_values = Document::parse(text(&events, true).as_bytes());
    // Data may be nested as deep as it goes.
    with_values.or_else(|_| Document::parse(text(&events, false).as_bytes()))
}

fn text(events: &[StreamEvent], has_values: bool) -> String {
    let events: Vec<String> = events
        .iter()
        .map(|event| object(event, has_values))
        .collect();
    format!("[{}]", events.join(","))
}

fn object(event: &StreamEvent, has_values: bool) -> String {
    let text = |text: &str| Value::from(text).to_string();
    // Writing to a string cannot fail.
    let mut object = format!("{{\"event\":{}", text(&event.event));
    if let Some(id) = &event.id {
        let _ = write!(object, ",\"id\":{}", text(id));
    }
    if let Some(retry) = event.retry {
        let _ = write!(object, ",\"retry\":{retry}");
    }
    let _ = write!(object, ",\"data\":{}", text(&event.data));
    if has_values && Document::parse(event.data.as_bytes()).is_ok() {
        // As it is written: numbers stay exact, and members twice are seen.
        let _ = write!(object, ",\"json\":{}", event.data);
    }
    object + "}"
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::testing::{judge as judged, kinds, must, response, span};
    use crate::model::{Block, BodyCheck, Condition, Judgement, StatusPattern};
    use proptest::prelude::*;
    use serde_json::json;

    fn stream(body: &str) -> Response {
        Response {
            headers: vec![(
                "Content-Type".into(),
                b"Text/Event-Stream; charset=utf-8".to_vec(),
            )],
            ..response(200, body)
        }
    }

    fn block(take: Option<usize>) -> Block {
        let within = Duration::from_secs(2);
        must()
            .status(&[StatusPattern::Any])
            .body(BodyCheck::Events {
                limit: EventLimit {
                    take,
                    may_be_none: false,
                    within,
                },
                span: span(),
            })
    }

    fn check(take: Option<usize>, response: &Response) -> Judgement {
        judged(vec![block(take)], response)
    }

    #[test]
    fn too_few_events_are_a_finding() {
        assert_eq!(
            check(Some(2), &stream("data: a\n\ndata: b\n\n")).findings,
            []
        );
        assert_eq!(check(None, &stream("data: a\n\n")).findings, []);
        let few = check(Some(2), &stream("data: a\n\ndata: b\n"));
        assert_eq!(kinds(&few), [("count", "-")]);
        let message = "1 event came, expected 2 events within 2s";
        assert_eq!(few.findings[0].message, message);
        for nothing in ["", ": comment\n\n", "[]", "{\"data\": 1}\n\n"] {
            assert_eq!(
                kinds(&check(None, &stream(nothing))),
                [("count", "-")],
                "{nothing}"
            );
        }
    }

    #[test]
    fn another_media_type_is_no_event_stream() {
        let plain = check(None, &response(200, "data: a\n\n"));
        assert_eq!(kinds(&plain), [("media-type", "-")]);
        assert_eq!(plain.findings[0].actual, "no such header");
    }

    #[test]
    fn what_is_not_utf_8_is_a_finding() {
        let response = Response {
            body: b"data: a\n\ndata: \xff\n\n".to_vec(),
            ..stream("")
        };
        let found = check(Some(2), &response);
        assert_eq!(kinds(&found), [("text", "-")]);
        assert!(
            found.findings[0]
                .message
                .starts_with("event 2 is not UTF-8")
        );
        assert_eq!(check(Some(1), &response).findings, []);
    }

    #[test]
    fn events_are_an_array_for_patterns_and_selections() {
        let body =
            "event: up\nid: 7\nretry: 100\ndata: {\"id\": 10000000000000000000001}\n\ndata: x\n\n";
        let document = document(body.as_bytes()).unwrap();
        assert_eq!(document.value[0]["event"], "up");
        assert_eq!(document.value[0]["retry"], 100);
        assert!(document.inexact.contains_key("/0/json/id"));
        assert_eq!(
            document.value[1],
            json!({ "event": "message", "data": "x" })
        );
        let blocks = vec![
            block(Some(2)),
            must().json(&json!([{ "id": "7" }, { "data": "x" }])),
            must().select(
                "$[*].event",
                Condition::Count {
                    min: 2,
                    max: Some(2),
                },
            ),
            must().json(&json!([{ "id": "8" }, "<any>"])),
        ];
        let judgement = judged(blocks, &stream(body));
        assert_eq!(kinds(&judgement), [("value", "/0/id")]);
    }

    #[test]
    fn data_nested_too_deep_are_text() {
        for depth in 100..400 {
            let data = "[".repeat(depth) + &"]".repeat(depth);
            let document = document(format!("data: {data}\n\n").as_bytes()).unwrap();
            assert_eq!(document.value[0]["data"], data.as_str());
        }
    }

    proptest! {
        #[test]
        fn any_stream_is_an_array(body in "((data|id|event|retry)(:|: )?[\\[\\]{}\"0-9,a\n\r]{0,9}\n{0,2}){0,9}") {
            let document = document(body.as_bytes()).unwrap();
            prop_assert_eq!(document.value.as_array().unwrap().len(), events(body.as_bytes()).len());
        }
    }
}
