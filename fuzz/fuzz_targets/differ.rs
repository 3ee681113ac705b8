//! The structural diff: two JSON documents with a NUL between them, one expected exactly, one that came.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use probity::json::{Document, json_equal};
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
    let (one, other) = (&octets[..at], &octets[at + 1..]);
    let (Ok(expected), Ok(came)) = (Document::parse(one), Document::parse(other)) else {
        return;
    };
    // Text with `<` or `$` is a pattern or a hole; numbers that do not survive are equal to nothing.
    if one.contains(&b'<') || one.contains(&b'$') || one.contains(&b'\\') {
        return;
    }
    if !expected.inexact.is_empty() || !expected.duplicates.is_empty() {
        return;
    }
    if !came.inexact.is_empty() || !came.duplicates.is_empty() {
        return;
    }
    let mut texts = [
        json!({ "json-exactly": expected.value }),
        json!({ "json": { "<unordered>": [expected.value] } }),
    ];
    for (number, block) in texts.iter_mut().enumerate() {
        block["proves"] = json!(["THINGS-01"]);
        block["status"] = json!(200);
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
        let body = if number == 0 {
            came.value.clone()
        } else {
            Value::Array(vec![came.value.clone()])
        };
        let response = Response {
            status: 200,
            body: body.to_string().into_bytes(),
            ..Response::default()
        };
        let step = &loaded.suite.cases[0].steps[0];
        let judgement = judge_step(0, step, scope, &response, &loaded.suite);
        if number == 0 {
            let equal = json_equal(&expected.value, &came.value);
            assert_eq!(
                judgement.findings.is_empty(),
                equal,
                "{:?}",
                judgement.findings
            );
        } else if json_equal(&expected.value, &came.value) {
            assert!(judgement.findings.is_empty(), "{:?}", judgement.findings);
        }
        for diff in judgement
            .findings
            .iter()
            .filter_map(|finding| finding.diff.as_ref())
        {
            assert!(diff.lines.len() <= 210);
        }
    }
});
