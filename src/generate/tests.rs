use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::json::{Schema, SchemaDocuments, SchemaLibrary};

fn compiled(schema: &Value) -> Schema {
    let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
    library.compile_inline(schema).unwrap()
}

fn illegal(schema: &Value, legal: &Value, most: usize) -> (Vec<Illegal>, usize) {
    let compiled = compiled(schema);
    assert!(compiled.accepts(legal), "{schema} {legal}");
    let documents = SchemaDocuments::new();
    let place = SchemaPlace::inline(&documents, schema);
    illegal_values(place, legal, &|value| compiled.accepts(value), most)
}

fn person() -> Value {
    json!({
        "type": "object",
        "required": ["name", "age"],
        "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": 10 },
            "age": { "type": "integer", "minimum": 0, "maximum": 150 },
            "kind": { "enum": ["cat", "dog"] },
            "born": { "type": "string", "format": "date" },
            "tags": { "type": "array", "maxItems": 2, "uniqueItems": true, "items": { "type": "string", "pattern": "^[a-z]+$" } },
        },
        "additionalProperties": false,
    })
}

#[test]
fn each_change_has_a_name_and_is_illegal() {
    let schema = person();
    let legal = json!({ "name": "Ada", "age": 36, "tags": ["a"] });
    let (found, left_out) = illegal(&schema, &legal, 100);
    assert_eq!(left_out, 0);
    let lines: Vec<String> = found
        .iter()
        .map(|one| format!("{}: {}: {}", one.name, one.what, one.value))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    // The bound takes each place once before any twice.
    let (few, left_out) = illegal(&schema, &legal, 10);
    assert_eq!((few.len(), left_out), (10, found.len() - 10));
    for name in ["name", "age", "kind", "born", "tags"] {
        assert!(
            few.iter().any(|one| one.name.starts_with(name)),
            "{name}: {few:?}"
        );
    }
}

#[test]
fn what_the_schema_accepts_is_no_illegal_value() {
    // Null and every other type are legal here.
    let schema = json!({ "properties": { "a": { "minLength": 2 } } });
    let (found, _) = illegal(&schema, &json!({ "a": "abc" }), 100);
    let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["a-too-short"]);
    assert_eq!(illegal(&json!({}), &json!({ "a": 1 }), 100).0, []);
    assert_eq!(illegal(&json!(true), &json!({ "a": 1 }), 100).0, []);
}

#[test]
fn references_are_followed_and_circles_end() {
    let mut documents = SchemaDocuments::new();
    let node = json!({ "type": "object", "required": ["id"], "properties": {
        "id": { "$ref": "../ids.json#/$defs/an%20id" }, "next": { "$ref": "#" } } });
    documents.insert("a/node.json".into(), Arc::new(node));
    let ids = json!({ "$defs": { "an id": { "type": "integer", "minimum": 1 } } });
    documents.insert("ids.json".into(), Arc::new(ids));
    let library = SchemaLibrary::new(&documents).unwrap();
    let schema = library.compile("a/node.json", "").unwrap();
    let place = SchemaPlace::named(&documents, "a/node.json").unwrap();
    let legal = json!({ "id": 1, "next": { "id": 2 } });
    let (found, _) = illegal_values(place, &legal, &|value| schema.accepts(value), 1000);
    let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
    assert!(
        names.contains(&"next-id-too-small") && names.contains(&"next-id-missing"),
        "{names:?}"
    );
    let around = json!({ "$ref": "#/$defs/a", "$defs": { "a": { "$ref": "#/$defs/a" } } });
    let place = SchemaPlace::inline(&documents, &around);
    assert_eq!(random_value(place, None, &mut SplitMix::new(1)), None);
}

#[test]
fn a_number_and_its_text_are_the_same_parameter() {
    let documents = SchemaDocuments::new();
    let names = |schema: &Value, legal: Option<&Value>| {
        let compiled = compiled(schema);
        let place = SchemaPlace::inline(&documents, schema);
        let is_legal = |value: &Value| compiled.accepts(value);
        let found = illegal_texts(place, legal, &is_legal, true, 100);
        let (found, _) = found.unwrap_or_default();
        found.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(
            &json!({ "type": "integer", "minimum": 1, "maximum": 9 }),
            None
        ),
        ["too-small", "too-large", "word", "fraction"]
    );
    // Everything that is sent is a text.
    assert_eq!(
        names(&json!({ "type": "string" }), Some(&json!("a"))),
        [""; 0]
    );
    assert_eq!(
        names(&json!({ "type": "string", "maxLength": 3 }), None),
        ["too-long"]
    );
    assert_eq!(names(&json!({ "type": "boolean" }), None), ["word"]);
    assert_eq!(
        names(
            &json!({ "type": "array", "items": { "type": "string" } }),
            None
        ),
        [""; 0]
    );
}

/// Schemas as people write them.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0u32..4, 0u32..6).prop_map(
            |(least, more)| json!({ "type": "string", "minLength": least, "maxLength": least + more })
        ),
        (-5i32..5, 0i32..9).prop_map(
            |(least, more)| json!({ "type": "integer", "minimum": least, "maximum": least + more })
        ),
        Just(json!({ "type": ["string", "null"], "format": "date" })),
        Just(json!({ "enum": ["a", 1, null] })),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "type": "number", "multipleOf": 0.5, "exclusiveMinimum": 0 })),
        Just(json!({ "type": "string", "pattern": "^[a-z]+$" })),
        Just(json!(true)),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 1..4), any::<bool>(), 0usize..4).prop_map(
                |(members, is_closed, required)| {
                    let names = ["a", "b c", "d/e", "f"];
                    let properties: serde_json::Map<String, Value> =
                        names.iter().map(|name| (*name).to_owned()).zip(members).collect();
                    let required: Vec<&str> = names.into_iter().take(required.min(properties.len())).collect();
                    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": !is_closed })
                }
            ),
            (inner.clone(), 0u32..3).prop_map(
                |(items, least)| json!({ "type": "array", "items": items, "minItems": least, "maxItems": least + 2 })
            ),
            prop::collection::vec(inner, 1..3).prop_map(|parts| json!({ "anyOf": parts })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 200 } else { 2000 }))]
    #[test]
    fn illegal_values_are_illegal_bounded_and_named_once(schema in any_schema(), seed in any::<u64>()) {
        let compiled = compiled(&schema);
        let documents = SchemaDocuments::new();
        let place = SchemaPlace::inline(&documents, &schema);
        let mut random = SplitMix::new(seed);
        let made = (0..20).find_map(|_| random_value(place, None, &mut random).filter(|value| compiled.accepts(value)));
        let Some(legal) = made else { return Ok(()) };
        // The same seed gives the same value.
        let again = (0..20).scan(SplitMix::new(seed), |random, _| Some(random_value(place, None, random)))
            .flatten().find(|value| compiled.accepts(value));
        prop_assert_eq!(Some(&legal), again.as_ref());
        let (found, _) = illegal_values(place, &legal, &|value| compiled.accepts(value), 40);
        prop_assert!(found.len() <= 40);
        let mut names = std::collections::BTreeSet::new();
        for one in &found {
            prop_assert!(!compiled.accepts(&one.value), "{} {}", one.name, one.value);
            prop_assert!(names.insert(one.name.clone()), "{}", one.name);
            prop_assert!(one.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            for value in smaller(&one.value) {
                prop_assert!(value != one.value, "{value}");
            }
        }
    }

    #[test]
    fn shrinking_ends(text in ".{0,12}", number in -50i64..50) {
        let mut value = json!({ "a": [text, number], "b": { "c": null } });
        let mut steps = 0;
        // Always the last that is offered: the least that each step takes away.
        while let Some(next) = smaller(&value).pop() {
            value = next;
            steps += 1;
            prop_assert!(steps < 10_000, "{value}");
        }
    }
}

#[test]
fn a_schema_that_contains_itself_many_times_ends() {
    let names: Vec<String> = (0..20).map(|number| format!("m{number}")).collect();
    let members: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| (name.clone(), json!({ "$ref": "#" })))
        .collect();
    let documents = SchemaDocuments::new();
    for (keyword, own) in [
        ("properties", json!(members)),
        ("oneOf", json!(vec![json!({ "$ref": "#" }); 20])),
        ("allOf", json!(vec![json!({ "$ref": "#" }); 20])),
        ("items", json!({ "$ref": "#" })),
    ] {
        let mut schema = json!({ keyword: own, "minItems": 40 });
        for is_required in [false, true] {
            if is_required {
                schema["required"] = json!(names);
            }
            let place = SchemaPlace::inline(&documents, &schema);
            for seed in 0..3 {
                let made = random_value(place, None, &mut SplitMix::new(seed));
                let length = made.map_or(0, |made| made.to_string().len());
                assert!(length < 1 << 20, "{schema}: {length}");
            }
            let legal = json!({ "m0": {} });
            let (found, left_out) = illegal_values(place, &legal, &|_| false, 10);
            assert!(found.len() + left_out <= 2000, "{schema}");
        }
    }
}

#[test]
fn a_large_value_has_few_smaller_ones() {
    let members = (0..3000).map(|number| (number.to_string(), json!("ab")));
    let object = Value::Object(members.collect());
    let found = smaller(&object);
    assert_eq!(found.len(), 64);
    let list = json!(vec![object; 2]);
    let found = smaller(&list);
    assert_eq!(found.len(), 64);
    assert_eq!(found[0], found[1]);
    assert_eq!(found[4].as_array().unwrap().len(), 2);
}
