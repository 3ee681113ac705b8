use proptest::prelude::*;

use super::*;

fn read_text(text: &str) -> (Option<Recording>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("some.har", text);
    read_recording(&sources, file)
}

/// One entry with these members in the place of its request and answer.
fn one(request: &str, response: &str) -> Recording {
    let text = format!(
        r#"{{"log":{{"entries":[{{"request":{{"method":"GET","url":"http://h/",{request}"headers":[]}},"response":{response}}}]}}}}"#
    );
    let (recording, diagnostics) = read_text(&text);
    assert_eq!(diagnostics, [], "{text}");
    recording.unwrap()
}

fn gap(content: &str) -> Option<crate::model::BodyGap> {
    let response = format!(r#"{{"status":200,"headers":[],"content":{content}}}"#);
    one("", &response).exchanges[0].gaps.body
}

#[test]
fn a_body_is_whole_only_when_its_length_says_so() {
    use crate::model::BodyGap::NotKept;
    assert_eq!(gap(r#"{"size":5,"text":"hello"}"#), None);
    assert_eq!(gap(r#"{"size":0}"#), None);
    assert_eq!(
        gap(r#"{"size":5,"text":"aGVsbG8=","encoding":"base64"}"#),
        None
    );
    assert_eq!(
        gap(r#"{"size":5,"text":"aGVsbG8","encoding":"base64"}"#),
        None
    );
    assert_eq!(gap(r#"{"size":6,"text":"hello"}"#), Some(NotKept));
    assert_eq!(gap(r#"{"size":5}"#), Some(NotKept));
    assert_eq!(gap(r#"{"size":-1,"text":"hello"}"#), Some(NotKept));
    assert_eq!(gap(r#"{"text":"hello"}"#), Some(NotKept));
    assert_eq!(gap("{}"), Some(NotKept));
}

#[test]
fn the_server_says_how_long_a_body_is_when_the_tool_does_not() {
    let response = |coding: &str| {
        format!(
            r#"{{"status":200,"headers":[{{"name":"Content-Length","value":"5"}}{coding}],"content":{{"text":"hello"}}}}"#
        )
    };
    assert_eq!(one("", &response("")).exchanges[0].gaps.body, None);
    let coded = response(r#",{"name":"content-encoding","value":"gzip"}"#);
    assert!(one("", &coded).exchanges[0].gaps.body.is_some());
}

#[test]
fn lines_that_a_browser_joined_are_parted_and_pseudo_fields_left_out() {
    let response = r#"{"status":200,"httpVersion":"h2","content":{"size":0},"headers":[
        {"name":":status","value":"200"},{"name":"set-cookie","value":"a=1\nb=2"}]}"#;
    let recording = one("", response);
    let answer = recording.exchanges[0].exchange.answer.as_ref().unwrap();
    assert_eq!(answer.version, "HTTP/2");
    let names: Vec<&str> = answer
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["set-cookie", "set-cookie"]);
}

#[test]
fn what_is_no_exchange_with_the_server_is_left_out_with_its_reason() {
    let reason = |text: &str| {
        let (recording, _) = read_text(text);
        let recording = recording.unwrap();
        assert_eq!(recording.exchanges.len(), 0);
        recording.unmatched[0].reason.clone()
    };
    let cached = r#"{"log":{"entries":[{"_fromCache":"disk","request":{"method":"GET","url":"u"},"response":{"status":200}}]}}"#;
    assert_eq!(reason(cached), "the answer came from a cache (disk)");
    let no_body = r#"{"log":{"entries":[{"request":{"method":"POST","url":"u","bodySize":4},"response":{"status":200}}]}}"#;
    assert_eq!(
        reason(no_body),
        "the file does not contain the body of the request"
    );
}

#[test]
fn status_zero_is_no_answer() {
    let recording = one("", r#"{"status":0,"_error":"net::ERR_FAILED"}"#);
    let no_answer = recording.exchanges[0].exchange.answer.as_ref().unwrap_err();
    assert_eq!(
        no_answer.detail,
        "the tool received no answer: net::ERR_FAILED"
    );
}

#[test]
fn a_mistake_in_an_entry_of_another_tool_is_reported_and_the_rest_is_read() {
    let text = "{\"log\":{\"entries\":[\n{\"request\":{\"method\":\"GET\",\"url\":\"u\"},\"response\":{\"status\":\"200\"}},\n{\"request\":{\"method\":\"GET\",\"url\":\"u\"},\"response\":{\"status\":200}}]}}";
    let (recording, diagnostics) = read_text(text);
    assert_eq!(recording.unwrap().exchanges.len(), 1);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].severity, Severity::Warning);
    assert_eq!(
        diagnostics[0].message,
        "`log.entries[0]`: invalid type: string, expected u16"
    );
    let mut sources = Sources::default();
    sources.add("some.har", text);
    let place = sources.place(diagnostics[0].span.unwrap());
    assert_eq!(place.line, 2);
}

#[test]
fn many_mistakes_are_counted_and_not_all_reported() {
    let entries = vec!["{}"; 50].join(",");
    let (_, diagnostics) = read_text(&format!("{{\"log\":{{\"entries\":[{entries}]}}}}"));
    assert_eq!(diagnostics.len(), MOST_MISTAKES + 1);
    assert_eq!(
        diagnostics[MOST_MISTAKES].message,
        "30 more entries have mistakes"
    );
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = "[".repeat(200_000);
    let (recording, diagnostics) = read_text(&deep);
    assert!(recording.is_none() && diagnostics.len() == 1);
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    let (recording, _) = read_text(&format!(
        "{{\"log\":{{\"entries\":[{{\"x\":{open}{close},\"request\":{{\"method\":\"GET\",\"url\":\"u\"}},\"response\":{{\"status\":200}}}}]}}}}"
    ));
    // Passed over without going down.
    assert_eq!(recording.unwrap().exchanges.len(), 1);
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let word = prop_oneof![
        Just("base64"),
        Just("text"),
        Just("[secret]"),
        Just("http://h/?a=b#c"),
        Just("normal"),
        Just("probity-recording/1"),
        Just("%/=\u{1f600}"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("log"),
        Just("entries"),
        Just("_probity"),
        Just("request"),
        Just("response"),
        Just("method"),
        Just("url"),
        Just("status"),
        Just("headers"),
        Just("name"),
        Just("value"),
        Just("content"),
        Just("text"),
        Just("encoding"),
        Just("size"),
        Just("postData"),
        Just("_sha256"),
        Just("format"),
        Just("origin"),
        Just("timing_ms"),
        Just("_error"),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,400}") {
        read_text(&text);
    }

    #[test]
    fn no_json_makes_the_reader_panic(entry in json(), facts in json()) {
        read_text(&entry.to_string());
        let log = serde_json::json!({ "log": { "entries": [entry], "_probity": facts } });
        let text = log.to_string();
        read_text(&text);
        for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
            read_text(&text[..end]);
        }
    }

    #[test]
    fn no_entry_makes_the_reader_panic(request in json(), response in json()) {
        let entry = serde_json::json!({ "request": request, "response": response });
        let log = serde_json::json!({ "log": { "entries": [entry] } });
        read_text(&log.to_string());
    }
}
