//! Interpolation: the input is the text of a value, filled in with a fixture and a capture.

#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use probity::load::{SuiteSource, Thoroughness, load_suite};
use probity::model::{Body, Scope};
use serde_json::json;

const CONTRACT: &str = r#"{ "contract": "things", "title": "t", "service": "things", "services": { "things": {} },
"fixtures": { "name": "a name", "list": "a list" },
"requirements": [{ "id": "THINGS-01", "level": "MUST", "sentence": "s", "source": "here" }] }"#;

fuzz_target!(|text: &str| {
    let cases = json!({ "contract": "things", "title": "t", "cases": [{ "id": "one", "rows": [{ "row": "a", "x": text, "y": format!("${{row.x}}/{text}") }],
        "vars": { "v": text, "w": "${var.v}!" },
        "steps": [
            { "request": { "GET": "/things" }, "expect": [{ "status": 200 }], "capture": { "id": "$.id" } },
            { "request": { "POST": "/things", "json": { "v": text }, "headers": { "X-A": text, "X-B": "${row.y}${var.w}" }, "query": { "q": text } },
              "expect": [{ "proves": ["THINGS-01"], "status": 200, "json": { "x": "${row.x}", "y": text } }] }
        ] }] });
    let files = vec![
        ("cases/things/contract.json".to_owned(), CONTRACT.to_owned()),
        ("cases/things/all.json".to_owned(), cases.to_string()),
    ];
    let loaded = load_suite(&SuiteSource::Texts(files), Thoroughness::ForRun);
    let fixtures = BTreeMap::from([
        ("things.name".to_owned(), json!("${capture.id}")),
        (
            "things.list".to_owned(),
            json!(["<any>", 1.0, { "a": null }]),
        ),
    ]);
    let captures = BTreeMap::from([
        ("id".to_owned(), json!(18_446_744_073_709_551_615_u64)),
        ("var.v".to_owned(), json!("a variable")),
        ("made.0".to_owned(), json!("a made value")),
    ]);
    let scope = Scope {
        fixtures: &fixtures,
        captures: &captures,
    };
    for step in loaded.suite.cases.iter().flat_map(|case| &case.steps) {
        if let Body::Json(draft) = &step.request.body {
            if let Ok(value) = draft.resolve(scope) {
                assert!(value.to_string().len() < 1 << 28, "a value is bounded");
            }
        }
        for (_, draft) in &step.request.query {
            let _ = draft.resolve(scope);
        }
    }
});
