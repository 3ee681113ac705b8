//! Markers, patterns and selections against a body: a check as JSON, a NUL, and the body.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use probity::judge::judge_step;
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::{Response, Scope};
use serde_json::{Value, json};

const CONTRACT: &str = r#"{ "contract": "things", "title": "t", "service": "things", "services": { "things": {} },
"requirements": [{ "id": "THINGS-01", "level": "MUST", "sentence": "s", "source": "here" }] }"#;

fuzz_target!(|octets: &[u8]| {
    let Some(at) = octets.iter().position(|octet| *octet == 0) else {
        return;
    };
    let Ok(checks) = serde_json::from_slice::<Value>(&octets[..at]) else {
        return;
    };
    let mut block = json!({ "proves": ["THINGS-01"], "status": 200 });
    match checks {
        Value::Object(members)
            if members.keys().any(|key| {
                matches!(
                    &**key,
                    "json"
                        | "json-exactly"
                        | "select"
                        | "text"
                        | "schema"
                        | "headers"
                        | "bytes"
                        | "jsonl"
                        | "xml"
                        | "encoded"
                        | "events"
                )
            }) =>
        {
            block.as_object_mut().expect("above").extend(members);
        }
        pattern => block["json"] = pattern,
    }
    let cases = json!({ "contract": "things", "title": "t", "cases": [
        { "id": "one", "request": { "GET": "/" }, "expect": [block] }] });
    let files = vec![
        ("cases/things/contract.json".to_owned(), CONTRACT.to_owned()),
        ("cases/things/all.json".to_owned(), cases.to_string()),
    ];
    let loaded = load_suite(&SuiteSource::Texts(files), Thoroughness::ForRun);
    if !loaded.is_valid() {
        return;
    }
    let nothing = BTreeMap::new();
    let scope = Scope {
        fixtures: &nothing,
        captures: &nothing,
    };
    let body = octets[at + 1..].to_vec();
    let response = Response {
        version: "HTTP/1.1".to_owned(),
        status: 200,
        headers: [
            "X-A",
            "Set-Cookie",
            "Link",
            "Content-Type",
            "Content-Encoding",
        ]
        .map(|name| (name.to_owned(), body.clone()))
        .into(),
        body,
        ..Response::default()
    };
    for step in loaded.suite.cases.iter().flat_map(|case| &case.steps) {
        let judgement = judge_step(0, step, scope, &response, &loaded.suite);
        let held = judgement.blocks.iter().all(|block| block.held);
        // What is told and what is counted cannot disagree.
        assert_eq!(
            held,
            judgement.findings.is_empty() && judgement.unjudged == 0
        );
        assert!(judgement.passed + judgement.failed + judgement.unjudged > 0);
        let again = judge_step(0, step, scope, &response, &loaded.suite);
        assert_eq!(judgement.findings, again.findings);
    }
});
