use crate::json::Document;
use crate::judge::testing::{judge, kinds, must, response};
use crate::model::StatusPattern;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Kind and pointer of what a body has against an open pattern.
fn open(pattern: &Value, body: &str) -> Vec<(&'static str, String)> {
    found(must().json(pattern), body)
}

fn closed(pattern: &Value, body: &str) -> Vec<(&'static str, String)> {
    found(must().json_exactly(pattern), body)
}

fn found(block: crate::model::Block, body: &str) -> Vec<(&'static str, String)> {
    let blocks = vec![block.status(&[StatusPattern::Any])];
    let judgement = judge(blocks, &response(200, body));
    let held = judgement.blocks[0].held;
    assert_eq!(held, judgement.findings.is_empty());
    let found = kinds(&judgement).into_iter();
    found
        .map(|(kind, pointer)| (kind, pointer.to_owned()))
        .collect()
}

fn at(kind: &'static str, pointer: &str) -> (&'static str, String) {
    (kind, pointer.to_owned())
}

#[test]
fn objects_are_open_in_json_and_closed_in_json_exactly() {
    let pattern = json!({ "a": { "b": 1 } });
    assert_eq!(open(&pattern, r#"{"x":1,"a":{"b":1,"y":2}}"#), []);
    assert_eq!(
        closed(&pattern, r#"{"x":1,"a":{"b":1,"y":2}}"#),
        [at("extra", "/a/y"), at("extra", "/x")]
    );
}

#[test]
fn every_mismatch_is_reported_with_its_kind_and_place() {
    let pattern = json!({ "a": 1, "b": "x", "c": [1, 2], "d": "<string>", "e": 1 });
    assert_eq!(
        open(&pattern, r#"{"a":2,"b":5,"c":[1],"d":"ok"}"#),
        [
            at("value", "/a"),
            at("type", "/b"),
            at("count", "/c"),
            at("missing", "/c"),
            at("missing", "/e"),
        ]
    );
}

// Footguns: "green when it should be red" and their kin, by name.

#[test]
fn each_over_an_empty_array_fails_unless_the_case_allows_it() {
    assert_eq!(
        open(&json!({ "<each>": "<string>" }), "[]"),
        [at("count", "")]
    );
    assert_eq!(open(&json!({ "<each?>": "<string>" }), "[]"), []);
    assert_eq!(
        open(&json!({ "<each?>": "<string>" }), "[1]"),
        [at("type", "/0")]
    );
    assert_eq!(
        open(&json!({ "<each?>": "<string>" }), "{}"),
        [at("type", "")]
    );
}

#[test]
fn an_unordered_list_counts_how_often_an_element_is_there() {
    let roles = json!({ "<unordered>": ["admin", "user"] });
    assert_eq!(open(&roles, r#"["user","admin"]"#), []);
    assert_eq!(
        open(&roles, r#"["user","admin","admin"]"#),
        [at("extra", "/2")]
    );
    assert_eq!(
        open(&roles, r#"["admin","admin"]"#),
        [at("extra", "/1"), at("missing", "")]
    );
    assert_eq!(open(&roles, r#"["admin"]"#), [at("missing", "")]);
}

#[test]
fn a_wide_pattern_does_not_take_the_element_of_a_narrow_one() {
    let pattern = json!({ "<unordered>": ["<any>", 1] });
    assert_eq!(open(&pattern, "[1,2]"), []);
    assert_eq!(open(&pattern, "[2,1]"), []);
    assert_eq!(open(&pattern, "[2,3]").len(), 2);
}

#[test]
fn contains_needs_an_element_of_its_own_for_each_pattern() {
    let pattern = json!({ "<contains>": [{ "id": 1 }, { "id": "<integer>" }] });
    assert_eq!(open(&pattern, r#"[{"id":7,"x":1},{"id":8},{"id":1}]"#), []);
    assert_eq!(open(&pattern, r#"[{"id":1}]"#), [at("missing", "")]);
}

#[test]
fn a_missing_member_matches_no_marker_but_absent_and_optional_ones() {
    for marker in [
        "<any>",
        "<present>",
        "<null>",
        "<string>",
        "<not null>",
        "<not 1>",
    ] {
        assert_eq!(
            open(&json!({ "a": marker }), "{}"),
            [at("missing", "/a")],
            "{marker}"
        );
    }
    for marker in ["<absent>", "<string?>", "<any?>"] {
        assert_eq!(open(&json!({ "a": marker }), "{}"), [], "{marker}");
    }
    assert_eq!(open(&json!({ "a": null }), "{}"), [at("missing", "/a")]);
    assert_eq!(
        open(&json!({ "a": "<absent>" }), r#"{"a":null}"#),
        [at("extra", "/a")]
    );
    assert_eq!(
        open(&json!({ "a": "<present>" }), r#"{"a":null}"#),
        [at("value", "/a")]
    );
    assert_eq!(
        open(&json!({ "a": "<string?>" }), r#"{"a":null}"#),
        [at("type", "/a")]
    );
}

#[test]
fn json_is_not_compared_as_text() {
    let pattern = json!({ "a": 1, "b": [1.5, { "c": 100 }] });
    assert_eq!(
        closed(&pattern, r#" { "b" : [15e-1, {"c":1e2}], "a": 1.0 } "#),
        []
    );
    assert_eq!(closed(&json!("\u{e4}"), r#""\u00e4""#), []);
}

#[test]
fn big_integers_are_never_equal_after_rounding() {
    for pattern in [
        json!(18_446_744_073_709_551_615_u64),
        json!(18_446_744_073_709_551_616.0),
        json!("<not 5>"),
    ] {
        let found = open(&pattern, "18446744073709551617");
        assert_eq!(found, [at("inexact", "")], "{pattern}");
    }
    assert_eq!(
        open(&json!(9_007_199_254_740_993_u64), "9007199254740993"),
        []
    );
    assert_eq!(
        open(&json!(9_007_199_254_740_992_u64), "9007199254740993"),
        [at("value", "")]
    );
    assert_eq!(
        open(
            &json!({ "<unordered>": [1, 18_446_744_073_709_551_616.0] }),
            "[18446744073709551617,1]"
        )
        .len(),
        2
    );
}

#[test]
fn the_type_of_a_big_number_is_still_known() {
    assert_eq!(open(&json!("<number>"), "18446744073709551617"), []);
    assert_eq!(open(&json!("<integer>"), "18446744073709551617"), []);
    assert_eq!(
        open(&json!("<integer>"), "1.00000000000000000001"),
        [at("inexact", "")]
    );
}

#[test]
fn a_captured_object_is_compared_whole_even_in_an_open_pattern() {
    assert_eq!(
        open(&json!({ "a": "${capture.one}" }), r#"{"a":1,"b":2}"#),
        []
    );
    assert_eq!(
        open(&json!({ "a": "${capture.one}" }), r#"{"a":2}"#),
        [at("value", "/a")]
    );
}

#[test]
fn what_nothing_fills_is_a_finding_and_no_panic() {
    assert_eq!(open(&json!("${capture.lost}"), "1"), [at("capture", "-")]);
}

#[test]
fn letter_case_is_named_where_nothing_else_differs() {
    let block = must()
        .status(&[StatusPattern::Any])
        .json(&json!({ "state": "online" }));
    let judgement = judge(vec![block], &response(200, r#"{"state":"Online"}"#));
    let message = &judgement.findings[0].message;
    assert_eq!(
        message,
        "is \"Online\", expected \"online\" (differs in case only)"
    );
    assert_eq!(open(&json!("<ignore-case online>"), r#""Online""#), []);
    assert_eq!(
        open(&json!("<ignore-case online>"), r#""away""#),
        [at("value", "")]
    );
}

#[test]
fn an_element_too_many_moves_no_other() {
    assert_eq!(
        open(
            &json!([{ "id": 1 }, { "id": 3 }]),
            r#"[{"id":1},{"id":2},{"id":3}]"#
        ),
        [at("count", ""), at("extra", "/1")]
    );
}

#[test]
fn an_element_without_partner_is_compared_with_the_likest() {
    let pattern = json!({ "<unordered>": [{ "xuid": "1", "state": "online", "x": 1 }, { "xuid": "2", "state": "online", "x": 1 }] });
    assert_eq!(
        open(
            &pattern,
            r#"[{"xuid":"2","state":"away","x":1},{"xuid":"1","state":"online","x":1}]"#
        ),
        [at("value", "/0/state")]
    );
}

#[test]
fn a_list_too_long_to_match_is_a_finding() {
    let ones = vec![json!("<integer>"); 2001];
    let body = json!(vec![1; 2001]).to_string();
    assert_eq!(
        open(&json!({ "<unordered>": ones }), &body),
        [at("count", "")]
    );
    let values: Vec<Value> = (0..3000).map(Value::from).collect();
    let reversed: Vec<Value> = (0..3000).rev().map(Value::from).collect();
    assert_eq!(
        open(
            &json!({ "<unordered>": values }),
            &json!(reversed).to_string()
        ),
        []
    );
}

#[test]
fn a_mismatch_comes_with_one_diff() {
    let block = must()
        .status(&[StatusPattern::Any])
        .json(&json!({ "a": 1, "b": 2 }));
    let judgement = judge(vec![block], &response(200, r#"{"a":2,"b":3,"c":4}"#));
    let diff = judgement.findings[0].diff.as_ref().unwrap();
    let lines: Vec<_> = diff.lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        lines,
        [
            "{",
            "\"a\": 1",
            "\"a\": 2",
            "\"b\": 2",
            "\"b\": 3",
            "… 1 other member",
            "}"
        ]
    );
    assert!(judgement.findings[1].diff.is_none());
}

fn element() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0u8..4).prop_map(Value::from),
        "[ab]{0,1}".prop_map(Value::from),
        (0u8..3, 0u8..3).prop_map(|(a, b)| json!({ "a": a, "b": [b] })),
    ]
}

proptest! {
    #[test]
    fn every_permutation_is_accepted_and_no_other_multiset(
        (items, shuffled) in prop::collection::vec(element(), 1..12)
            .prop_flat_map(|items| (Just(items.clone()), Just(items).prop_shuffle())),
        at: prop::sample::Index,
        other: prop::sample::Index,
    ) {
        let pattern = json!({ "<unordered>": items });
        let judged = |actual: &[Value]| open(&pattern, &json!(actual).to_string());
        prop_assert_eq!(judged(&shuffled), []);
        let mut dropped = shuffled.clone();
        dropped.remove(at.index(shuffled.len()));
        prop_assert!(!judged(&dropped).is_empty());
        let mut doubled = shuffled.clone();
        doubled.push(shuffled[at.index(shuffled.len())].clone());
        prop_assert!(!judged(&doubled).is_empty());
        // One element in the place of another: the count is right, the multiset is not.
        let mut replaced = shuffled.clone();
        replaced[at.index(shuffled.len())] = shuffled[other.index(shuffled.len())].clone();
        let is_same = replaced[at.index(shuffled.len())] == shuffled[at.index(shuffled.len())];
        prop_assert_eq!(judged(&replaced).is_empty(), is_same);
    }

    #[test]
    fn no_body_makes_the_judge_panic(body in r#"[\[\]{},:" 0-9a-e.\-]{0,40}"#) {
        let pattern = json!({ "<unordered>": [{ "a": "<string?>" }, ["<integer>"], 1] });
        let accepts = open(&pattern, &body).is_empty();
        prop_assert!(!accepts || Document::parse(body.as_bytes()).is_ok());
    }
}
