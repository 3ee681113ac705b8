//! Event streams as values to change, and changed values as event streams.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::json::Document;
use crate::model::{StreamEvent, events};

/// The events as an array of objects. Data that are JSON are only there as `json`: what is changed there is written as
/// data.
pub(super) fn values_of(stream: &[u8]) -> Value {
    let events = events(stream);
    events.iter().map(value_of).collect()
}

fn value_of(event: &StreamEvent) -> Value {
    let mut members = Map::new();
    // The type of an event that names none: to remove it would change nothing.
    if event.event != "message" {
        members.insert("event".into(), event.event.clone().into());
    }
    if let Some(id) = &event.id {
        members.insert("id".into(), id.clone().into());
    }
    if let Some(retry) = event.retry {
        members.insert("retry".into(), retry.into());
    }
    match Document::parse(event.data.as_bytes()) {
        Ok(document) => members.insert("json".into(), document.value),
        Err(_) => members.insert("data".into(), event.data.clone().into()),
    };
    members.into()
}

/// The stream of these events. `None` if it cannot be written: fields are texts, and a client ignores all others. What
/// is no event is a comment.
pub(super) fn written(events: &Value) -> Option<String> {
    match events {
        Value::Array(events) => events.iter().map(event).collect(),
        other => Some(format!(": {other}\n\n")),
    }
}

fn event(event: &Value) -> Option<String> {
    let Value::Object(members) = event else {
        return Some(": no event\n\n".to_owned());
    };
    let mut text = String::new();
    for (name, value) in members {
        let (name, value) = match (name.as_str(), value) {
            ("json", value) => ("data", value.to_string()),
            ("retry", Value::Number(number)) => ("retry", number.to_string()),
            (name @ ("event" | "id" | "data"), Value::String(text)) => (name, text.clone()),
            _ => return None,
        };
        for line in value.split(['\n', '\r']) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name}: {line}");
        }
    }
    Some(text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let stream = "event: up\nid: 7\nretry: 5\ndata: {\"id\":1}\n\ndata: a\ndata: b\n\n";
        let values = values_of(stream.as_bytes());
        assert_eq!(values_of(written(&values).unwrap().as_bytes()), values);
        assert_eq!(values[0]["json"]["id"], 1);
        assert_eq!(values[1]["data"], "a\nb");
    }

    #[test]
    fn without_data_or_without_an_object_there_is_no_event() {
        for events in [serde_json::json!([{ "event": "a" }, null, 1]), Value::Null] {
            let written = written(&events).unwrap();
            assert_eq!(values_of(written.as_bytes()), serde_json::json!([]));
        }
        assert_eq!(written(&serde_json::json!([{ "id": 1 }])), None);
    }
}
