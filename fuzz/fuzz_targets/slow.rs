//! Redaction and schemas with a time oracle: a secret, NUL, what a text repeats, NUL, a JSON body.

#![no_main]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use probity::json::SchemaLibrary;
use probity::redact::{Redactor, Secret};
use serde_json::{Value, json};

/// A text of this length and a body of at most this length take so long at most, with much to spare.
const LENGTH: usize = 64 << 10;
const PATIENCE: Duration = Duration::from_secs(2);

fuzz_target!(|octets: &[u8]| {
    let mut parts = octets.splitn(3, |octet| *octet == 0);
    let (Some(secret), Some(unit)) = (parts.next(), parts.next()) else {
        return;
    };
    let (secret, unit) = (
        String::from_utf8_lossy(secret),
        String::from_utf8_lossy(unit),
    );
    if secret.chars().count() < 4 || secret.len() > 300 || unit.is_empty() || unit.len() > LENGTH {
        return;
    }
    let redactor = Redactor::new(&[Secret::new(secret.as_ref())]);
    let text = format!("{}{secret}", unit.repeat(LENGTH / unit.len()));
    let began = Instant::now();
    let redacted = redactor.text(&text);
    assert!(began.elapsed() < PATIENCE);
    // A placeholder can have a secret like `cret`.
    let placeholders = ["[secret]", "[cut: too slow to search for secrets]"];
    if !placeholders.iter().any(|one| one.contains(&*secret)) {
        let rest = placeholders
            .iter()
            .fold(redacted.to_string(), |text, one| text.replace(one, "\u{0}"));
        assert!(!rest.contains(&*secret));
    }
    let Some(Ok(body)) = parts.next().map(serde_json::from_slice::<Value>) else {
        return;
    };
    let node = json!({ "$ref": "#" });
    let kind = |name: &str| json!({ "required": [name], "properties": { "next": node, "left": node }, "items": node });
    let choice = json!({ "oneOf": [kind("file"), kind("folder"), { "type": "integer" }] });
    let both = json!({ "allOf": [choice, { "anyOf": [kind("a"), kind("b")] }] });
    for schema in [
        choice,
        both,
        json!({ "additionalProperties": node, "dependentSchemas": { "next": kind("x") } }),
    ] {
        let library = SchemaLibrary::new(&BTreeMap::new()).expect("no documents");
        let schema = library.compile_inline(&schema).expect("a valid schema");
        let began = Instant::now();
        let violations = schema.violations(&body);
        assert!(began.elapsed() < PATIENCE);
        assert_eq!(violations.is_empty(), schema.accepts(&body));
    }
});
