//! Values from schemas: whatever a schema and a legal value are, the illegal ones are bounded, named once and rejected by the
//! schema, and shrinking offers other values. The input is a JSON object with `schema` and `value`.

#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use probity::generate::{
    SchemaPlace, SplitMix, illegal_texts, illegal_values, random_value, smaller,
};
use probity::json::{SchemaDocuments, SchemaLibrary};
use serde_json::Value;

fuzz_target!(|text: &str| {
    let Ok(Value::Object(input)) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let (Some(schema), Some(value)) = (input.get("schema"), input.get("value")) else {
        return;
    };
    let documents = SchemaDocuments::new();
    let Ok(library) = SchemaLibrary::new(&documents) else {
        return;
    };
    let Ok(compiled) = library.compile_inline(schema) else {
        return;
    };
    let place = SchemaPlace::inline(&documents, schema);
    let accepts = |value: &Value| compiled.accepts(value);
    let _ = random_value(place, Some(value), &mut SplitMix::new(7));
    let (found, _) = illegal_values(place, value, &accepts, 50);
    assert!(found.len() <= 50);
    let mut names = BTreeSet::new();
    for one in &found {
        assert!(!compiled.accepts(&one.value));
        assert!(names.insert(&one.name));
        assert!(smaller(&one.value).iter().all(|other| *other != one.value));
    }
    let _ = illegal_texts(place, Some(value), &accepts, 50);
});
