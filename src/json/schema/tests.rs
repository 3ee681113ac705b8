//! Unit tests of schemas.

use super::*;
use proptest::prelude::*;

fn library(documents: &[(&str, Value)]) -> Result<SchemaLibrary, Vec<SchemaError>> {
    let documents = documents
        .iter()
        .map(|(name, document)| ((*name).to_owned(), Arc::new(document.clone())));
    SchemaLibrary::new(&documents.collect())
}

fn inline(schema: &Value) -> Schema {
    library(&[]).unwrap().compile_inline(schema).unwrap()
}

/// Pointer, message, location and requirement of each violation.
fn violations(schema: &Schema, value: &Value) -> Vec<(String, String, String, Option<String>)> {
    let violations = schema.violations(value).into_iter();
    violations
        .map(|violation| {
            (
                violation.pointer,
                violation.message,
                violation.rule.location,
                violation.requirement,
            )
        })
        .collect()
}

#[test]
fn a_reference_between_files_is_followed() {
    let library = library(&[
        (
            "p/a.json",
            json!({ "items": { "$ref": "b.json#/$defs/n" } }),
        ),
        ("p/b.json", json!({ "$defs": { "n": { "minimum": 3 } } })),
    ]);
    let schema = library.unwrap().compile("p/a.json", "").unwrap();
    assert_eq!(
        violations(&schema, &json!([5, 1])),
        [(
            "/1".to_owned(),
            "1 is less than 3".to_owned(),
            "p/b.json#/$defs/n/minimum".to_owned(),
            None
        )]
    );
}

#[test]
fn documents_may_refer_to_each_other_by_id_and_anchor() {
    let library = library(&[
        (
            "p/a.json",
            json!({ "$id": "https://example.test/a", "$ref": "b#n" }),
        ),
        (
            "p/b.json",
            json!({ "$id": "https://example.test/b", "$defs": { "n": { "$anchor": "n", "type": "null" } } }),
        ),
    ]);
    let schema = library.unwrap().compile("p/a.json", "").unwrap();
    let violations = schema.violations(&json!(1));
    assert_eq!(violations[0].rule.location, "p/b.json#/$defs/n/type");
    assert_eq!(violations[0].message, "got number, expected null");
}

#[test]
fn a_reference_to_nowhere_is_an_error_with_its_place() {
    let errors = library(&[(
        "p/a.json",
        json!({ "$defs": { "n": {} }, "allOf": [{ "$ref": "none.json" }, { "$ref": "#/$defs/m" }] }),
    )])
    .unwrap_err();
    assert_eq!(errors[0].pointer, "/allOf/0/$ref");
    assert!(errors[0].message.starts_with("no schema `"));
    assert_eq!(errors[1].pointer, "/allOf/1/$ref");
    assert_eq!(errors[1].candidates, ["#/$defs/n"]);
}

#[test]
fn a_schema_that_is_not_there_is_an_error() {
    let library = library(&[("a.json", json!({ "$defs": { "n": {} } }))]).unwrap();
    let error = |name, fragment| library.compile(name, fragment).unwrap_err().remove(0);
    assert_eq!(error("b.json", "").candidates, ["a.json"]);
    assert_eq!(error("a.json", "/$defs/m").candidates, ["a.json#/$defs/n"]);
    assert_eq!(
        error("a.json", "/$defs").message,
        "no schema at `a.json#/$defs`"
    );
}

#[test]
fn a_pattern_that_is_none_is_an_error_with_its_place() {
    let library = library(&[
        ("a.json", json!({ "items": { "$ref": "b.json" } })),
        (
            "b.json",
            json!({ "patternProperties": { "(": {} }, "pattern": "(?=a)" }),
        ),
    ])
    .unwrap();
    let errors = library.compile("a.json", "").unwrap_err();
    let places: Vec<_> = errors
        .iter()
        .map(|error| (error.document.as_str(), error.pointer.as_str()))
        .collect();
    assert_eq!(
        places,
        [("b.json", "/patternProperties/("), ("b.json", "/pattern")]
    );
}

#[test]
fn a_format_is_checked() {
    let schema = inline(&json!({ "format": "uuid" }));
    assert!(!schema.accepts(&json!("not-a-uuid")));
}

#[test]
fn numbers_are_judged_by_value() {
    assert!(inline(&json!({ "type": "integer" })).accepts(&json!(1.0)));
    assert!(inline(&json!({ "const": 1 })).accepts(&json!(1.0)));
}

#[test]
fn the_innermost_requirement_on_the_way_is_to_blame() {
    let schema = inline(&json!({
        "x-requirement": "R-1",
        "properties": {
            "plain": { "type": "string" },
            "used": { "$ref": "#/$defs/bare", "x-requirement": "R-2" },
            "own": { "$ref": "#/$defs/owned", "x-requirement": "R-3" },
            "x-requirement": { "type": "string" },
        },
        "$defs": {
            "bare": { "type": "string" },
            "owned": { "type": "string", "x-requirement": "R-4" },
        },
    }));
    let body = json!({ "plain": 1, "used": 1, "own": 1, "x-requirement": 1 });
    let blamed: Vec<_> = violations(&schema, &body)
        .into_iter()
        .map(|(pointer, _, _, requirement)| (pointer, requirement.unwrap()))
        .collect();
    let expected = [
        ("/plain", "R-1"),
        ("/used", "R-2"),
        ("/own", "R-4"),
        ("/x-requirement", "R-1"),
    ];
    assert_eq!(
        blamed,
        expected.map(|(pointer, id)| (pointer.to_owned(), id.to_owned()))
    );
}

#[test]
fn of_alternatives_the_most_similar_one_is_reported() {
    let schema = inline(&json!({ "anyOf": [
        { "type": "array", "items": { "$ref": "#/$defs/record" } },
        { "$ref": "#/$defs/record" },
    ], "$defs": { "record": { "type": "object", "required": ["xuid"] } } }));
    let first_violation = |body| violations(&schema, &body).remove(0);
    assert_eq!(first_violation(json!([{}])).0, "/0");
    assert_eq!(
        first_violation(json!({})).2,
        "inline#/$defs/record/required"
    );
    let (pointer, message, location, _) = first_violation(json!("x"));
    assert_eq!((pointer.as_str(), location.as_str()), ("", "inline#/anyOf"));
    assert_eq!(message, "string matches none of the 2 alternatives");
}

#[test]
fn the_branch_with_the_same_constant_is_the_nearest() {
    let schema = inline(&json!({ "oneOf": [
        { "properties": { "kind": { "const": "a" } } },
        { "properties": { "kind": { "const": "b" }, "x": { "type": "null" }, "y": { "type": "null" } } },
    ] }));
    let pointers: Vec<_> = violations(&schema, &json!({ "kind": "b", "x": 1, "y": 1 }))
        .into_iter()
        .map(|(pointer, ..)| pointer)
        .collect();
    assert_eq!(pointers, ["/x", "/y"]);
}

#[test]
fn each_member_that_is_not_allowed_is_a_violation() {
    let schema = inline(&json!({ "properties": { "a": true }, "additionalProperties": false }));
    let pointers: Vec<_> = violations(&schema, &json!({ "a": 1, "b/c": 1, "d": 1 }))
        .into_iter()
        .map(|(pointer, ..)| pointer)
        .collect();
    assert_eq!(pointers, ["/b~1c", "/d"]);
}

#[test]
fn a_false_schema_is_a_violation() {
    let schema = inline(&json!({ "properties": { "a": false } }));
    let violation = schema.violations(&json!({ "a": 1 })).remove(0);
    assert_eq!(violation.rule.keyword, "false");
    assert_eq!(violation.rule.location, "inline#/properties/a");
}

#[test]
fn violations_of_one_rule_are_limited() {
    let schema = inline(&json!({ "items": { "type": "null" }, "maxItems": 3 }));
    let violations = schema.violations(&json!(vec![1; 1000]));
    assert_eq!(violations.len(), VIOLATIONS_OF_ONE_RULE + 1);
}

proptest! {
    #[test]
    fn no_name_and_no_reference_make_the_library_panic(name: String, reference: String, body: String) {
        let documents = [(name.as_str(), json!({ "$ref": reference, "$defs": { "a": {} } }))];
        let _ = library(&documents);
        if let Ok(library) = library(&[(name.as_str(), json!({ "$defs": { "a": { "maxLength": 3 } } }))]) {
            let schema = library.compile(&name, "/$defs/a").unwrap();
            prop_assert_eq!(schema.accepts(&json!(body)), body.chars().count() <= 3);
            for violation in schema.violations(&json!(body)) {
                prop_assert_eq!(violation.rule.location, format!("{name}#/$defs/a/maxLength"));
            }
        }
    }
}

#[test]
fn a_document_is_read_as_its_draft_says() {
    let draft_07 = "http://json-schema.org/draft-07/schema#";
    let library = library(&[
        (
            "old.json",
            json!({
                "$schema": draft_07,
                "$id": "https://example.org/old.json",
                "definitions": { "pair": {
                    "items": [{ "type": "string" }, { "$ref": "#/definitions/n" }],
                    "additionalItems": false,
                }, "n": { "type": "integer", "x-requirement": "R-1" } },
            }),
        ),
        (
            "new.json",
            json!({
                "properties": { "pair": { "$ref": "old.json#/definitions/pair" } },
                "$defs": { "pair": { "prefixItems": [{ "type": "string" }], "items": false } },
            }),
        ),
        (
            "middle.json",
            json!({
                "$schema": "https://json-schema.org/draft/2019-09/schema",
                "$defs": { "id": { "format": "uuid" } },
                "properties": {
                    "id": { "$ref": "#/$defs/id", "minLength": 40 },
                    "new": { "$ref": "new.json#/$defs/pair" },
                },
                "unevaluatedProperties": false,
            }),
        ),
    ])
    .unwrap();
    let pair = library.compile("old.json", "/definitions/pair").unwrap();
    assert!(pair.accepts(&json!(["a", 1])));
    let found = violations(&pair, &json!([1, "a", 3]));
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|one| (one.0.as_str(), one.2.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("/0", "old.json#/definitions/pair/items/0/type"),
            ("/1", "old.json#/definitions/n/type"),
            ("", "old.json#/definitions/pair/additionalItems"),
        ]
    );
    let through = library.compile("new.json", "").unwrap();
    let found = violations(&through, &json!({ "pair": ["a", "b"] }));
    assert_eq!(found[0].2, "old.json#/definitions/n/type");
    assert_eq!(found[0].3.as_deref(), Some("R-1"));
    let middle = library.compile("middle.json", "").unwrap();
    let found = violations(&middle, &json!({ "id": "a", "new": ["a", 1], "other": 1 }));
    let mut found: Vec<&str> = found.iter().map(|one| one.2.as_str()).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "middle.json#/$defs/id/format",
            "middle.json#/properties/id/minLength",
            "middle.json#/unevaluatedProperties",
            "new.json#/$defs/pair/items",
        ]
    );
    let inline = library
        .compile_inline(&json!({ "$schema": draft_07, "items": [true], "additionalItems": { "$ref": "new.json#/$defs/pair" } }))
        .unwrap();
    assert!(!inline.accepts(&json!([1, ["a", 1]])));
    assert!(inline.accepts(&json!([1, ["a"]])));
}

#[test]
fn numbers_are_exact_in_every_draft() {
    for dialect in dialect::Dialect::ALL {
        let schema =
            inline(&json!({ "$schema": dialect.uri(), "maximum": 1e22, "multipleOf": 10 }));
        for (text, count) in [
            ("10000000000000000000000", 0),
            ("10000000000000000000001", 2),
        ] {
            let document = crate::json::Document::parse(text.as_bytes()).unwrap();
            let found = schema.violations_in(&document).unwrap();
            assert_eq!(found.len(), count, "{dialect:?} {text}");
        }
    }
}

#[test]
fn no_draft_ignores_what_another_one_says() {
    let uri = |dialect: dialect::Dialect| dialect.uri();
    let accepts = |dialect, mut schema: Value, value: Value| {
        schema["$schema"] = uri(dialect).into();
        inline(&schema).accepts(&value)
    };
    let all = dialect::Dialect::ALL;
    for dialect in all {
        // A keyword beside `$ref` that the draft ignores is an error; one in `allOf` is not.
        let bounded = json!({ "allOf": [{ "$ref": "#/properties/n" }], "properties": { "n": { "type": "string" } }, "minLength": 2 });
        assert!(
            !accepts(dialect, bounded.clone(), json!("a")),
            "{dialect:?}"
        );
        assert!(accepts(dialect, bounded, json!("ab")), "{dialect:?}");
        // A double without a fraction is an integer since draft 6.
        assert!(
            accepts(dialect, json!({ "type": "integer" }), json!(1.0)),
            "{dialect:?}"
        );
        assert!(
            !accepts(
                dialect,
                json!({ "format": "date-time" }),
                json!("2026-02-30T00:00:00Z")
            ),
            "{dialect:?}"
        );
    }
    // What is left over in draft 2019-09 and 2020-12.
    let before = json!({ "items": [true], "unevaluatedItems": false });
    assert!(!accepts(
        dialect::Dialect::Draft201909,
        before.clone(),
        json!([1, 2])
    ));
    assert!(accepts(dialect::Dialect::Draft201909, before, json!([1])));
    // Content is checked in draft-07 only.
    let content = json!({ "contentEncoding": "base64" });
    let checked = all.map(|dialect| !accepts(dialect, content.clone(), json!("?")));
    assert_eq!(checked, [false, false, true]);
}
