//! The changes of one JSON value that make mutants, each with its description.
//!
//! A change is made without knowing whether it is legal. Judging finds that out: if no change at a place is killed,
//! no check reads the place; if some are, the others are equivalent: the suite allows them.

use serde_json::{Map, Number, Value};

use crate::prove::bounds::Bounds;

/// A text that no answer contains.
const STRANGER: &str = "probity-other";

/// How many characters are added to a text to make it long.
const LONG: usize = 5_000;

/// One way to change a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    /// The description: `null`, `another text`.
    pub(super) what: &'static str,
    /// The new value.
    pub(super) value: Value,
}

/// Every change of a value that keeps it in its place. `other` is the value that another record has there, `bounds`
/// are those that some schema sets.
pub(super) fn changes(value: &Value, other: Option<&Value>, bounds: &Bounds) -> Vec<Change> {
    let mut made = Vec::new();
    other_types(value, &mut made);
    match value {
        Value::Null => {}
        Value::Bool(flag) => push(&mut made, "negated", Value::Bool(!flag)),
        Value::Number(number) => numbers(number, &mut made),
        Value::String(text) => texts(text, &mut made),
        Value::Array(items) => lists(items, &mut made),
        Value::Object(members) => objects(members, &mut made),
    }
    for beside in bounds.beside(value) {
        if !made.iter().any(|change| change.value == beside) {
            push(&mut made, "beside a bound", beside);
        }
    }
    if let Some(other) = other {
        push(&mut made, "the value of another record", other.clone());
    }
    made.retain(|change| change.value != *value);
    made
}

fn push(made: &mut Vec<Change>, what: &'static str, value: Value) {
    made.push(Change { what, value });
}

/// What [`other_types`] does, but `null`: that a member has no value is no change of its type.
pub(super) const OTHER_TYPES: [&str; 5] =
    ["a boolean", "a number", "a text", "an array", "an object"];

/// One value of each other JSON type, made from the value where that can be.
fn other_types(value: &Value, made: &mut Vec<Change>) {
    if !value.is_null() {
        push(made, "null", Value::Null);
    }
    if !value.is_boolean() {
        push(made, "a boolean", Value::Bool(true));
    }
    if !value.is_number() {
        let digits = value.as_str().and_then(|text| text.parse::<i64>().ok());
        push(made, "a number", digits.unwrap_or(7).into());
    }
    if !value.is_string() {
        let text = match value {
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => STRANGER.to_owned(),
        };
        push(made, "a text", text.into());
    }
    if !value.is_array() {
        push(made, "an array", Value::Array(vec![value.clone()]));
    }
    if !value.is_object() {
        let mut members = Map::new();
        members.insert(STRANGER.to_owned(), value.clone());
        push(made, "an object", members.into());
    }
}

fn numbers(number: &Number, made: &mut Vec<Change>) {
    push(made, "zero", 0.into());
    push(made, "out of range", 9_007_199_254_740_991_i64.into());
    if let Some(whole) = number.as_i64() {
        push(made, "negative", (-1 - whole.saturating_abs()).into());
        push(made, "one more", whole.saturating_add(1).into());
    }
    let fraction = number.as_f64().map(|double| double.trunc() + 0.5);
    if let Some(fraction) = fraction.and_then(Number::from_f64) {
        push(made, "with a fraction", fraction.into());
    }
}

fn texts(text: &str, made: &mut Vec<Change>) {
    push(made, "empty", "".into());
    push(made, "another text", STRANGER.into());
    push(made, "in other case", swap_case(text).into());
    push(made, "with a letter before", format!("x{text}").into());
    push(made, "with a letter more", format!("{text}x").into());
    push(
        made,
        "too long",
        format!("{text}{}", "x".repeat(LONG)).into(),
    );
    if is_guid(text) {
        push(made, "a broken GUID", text[..text.len() - 1].into());
        push(
            made,
            "another GUID",
            "0b5e0000-0000-4000-8000-00000000beef".into(),
        );
    }
    if let Some(rest) = text.get(10..).filter(|_| is_date(text)) {
        push(made, "a date without time", text[..10].into());
        let slashed = format!("{}/{}/{}{rest}", &text[5..7], &text[8..10], &text[..4]);
        push(
            made,
            "a date in other notation",
            slashed.replace('T', " ").into(),
        );
        push(
            made,
            "a date that does not exist",
            format!("{}13-32{rest}", &text[..5]).into(),
        );
        let never = format!("{}02-30{rest}", &text[..5]);
        push(made, "30 February", never.into());
        let common_year = format!("2025-02-29{rest}");
        push(made, "29 February of a common year", common_year.into());
        let other_zone = match text.strip_suffix('Z') {
            Some(local) => local.to_owned(),
            None => format!("{}Z", text.split('+').next().unwrap_or(text)),
        };
        push(made, "a date with another zone", other_zone.into());
    }
}

fn lists(items: &[Value], made: &mut Vec<Change>) {
    let Some(first) = items.first() else {
        push(
            made,
            "with a strange element",
            Value::Array(vec![STRANGER.into()]),
        );
        push(made, "with null in it", Value::Array(vec![Value::Null]));
        return;
    };
    push(made, "emptied", Value::Array(Vec::new()));
    if items.len() > 1 {
        push(made, "one element less", Value::Array(items[1..].to_vec()));
        push(
            made,
            "in other order",
            items.iter().rev().cloned().collect(),
        );
    }
    let mut with_null = items.to_vec();
    with_null.push(Value::Null);
    push(made, "with null in it", Value::Array(with_null));
    let mut doubled = items.to_vec();
    doubled.push(first.clone());
    push(made, "an element twice", Value::Array(doubled));
}

fn objects(members: &Map<String, Value>, made: &mut Vec<Change>) {
    push(made, "emptied", Map::new().into());
    let mut more = members.clone();
    more.insert(STRANGER.to_owned(), STRANGER.into());
    push(made, "with an extra member", more.into());
}

fn swap_case(text: &str) -> String {
    let swap = |character: char| {
        if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        }
    };
    text.chars().map(swap).collect()
}

fn is_guid(text: &str) -> bool {
    let is_place = |(at, octet): (usize, u8)| match at {
        8 | 13 | 18 | 23 => octet == b'-',
        _ => octet.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_place)
}

/// Does the text begin with a date as ISO 8601 writes it, with a time behind it?
fn is_date(text: &str) -> bool {
    let is_place = |(at, octet): (usize, u8)| match at {
        4 | 7 => octet == b'-',
        10 => octet == b'T' || octet == b't',
        _ => octet.is_ascii_digit(),
    };
    text.len() > 16 && text.is_ascii() && text.bytes().enumerate().take(11).all(is_place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn what(value: &Value) -> Vec<&'static str> {
        changes(value, None, &Bounds::default())
            .iter()
            .map(|change| change.what)
            .collect()
    }

    fn changed(value: &Value, what: &str) -> Value {
        let made = changes(value, Some(&json!("theirs")), &Bounds::default());
        let found = made.into_iter().find(|change| change.what == what);
        found.unwrap_or_else(|| panic!("no `{what}`")).value
    }

    #[test]
    fn no_change_leaves_the_value_as_it_was() {
        let values = [
            json!(null),
            json!(true),
            json!(0),
            json!(1.5),
            json!(""),
            json!("ab"),
            json!([]),
            json!([1]),
            json!({}),
        ];
        for value in values {
            assert!(
                changes(&value, Some(&value), &Bounds::default())
                    .iter()
                    .all(|change| change.value != value),
                "{value}"
            );
        }
    }

    #[test]
    fn every_value_becomes_each_other_type() {
        assert_eq!(
            what(&json!(null)),
            ["a boolean", "a number", "a text", "an array", "an object"]
        );
        assert_eq!(
            what(&json!(true))[..5],
            ["null", "a number", "a text", "an array", "an object"]
        );
        assert_eq!(changed(&json!("0012"), "a number"), json!(12));
        assert_eq!(changed(&json!(12), "a text"), json!("12"));
        assert_eq!(changed(&json!({ "a": 1 }), "an array"), json!([{ "a": 1 }]));
    }

    #[test]
    fn a_boolean_is_negated() {
        assert_eq!(changed(&json!(true), "negated"), json!(false));
    }

    #[test]
    fn a_number_leaves_its_range() {
        assert_eq!(changed(&json!(5), "negative"), json!(-6));
        assert_eq!(changed(&json!(5), "one more"), json!(6));
        assert_eq!(changed(&json!(5), "with a fraction"), json!(5.5));
        assert_eq!(changed(&json!(5), "zero"), json!(0));
        assert!(changed(&json!(5), "out of range").as_i64().unwrap() > 1 << 52);
    }

    #[test]
    fn a_text_becomes_another_one() {
        assert_eq!(changed(&json!("Online"), "in other case"), json!("oNLINE"));
        assert_eq!(changed(&json!("Online"), "empty"), json!(""));
        assert_eq!(changed(&json!("on"), "with a letter before"), json!("xon"));
        assert_eq!(changed(&json!("on"), "with a letter more"), json!("onx"));
        assert_eq!(
            changed(&json!("Online"), "another text"),
            json!("probity-other")
        );
        assert!(
            changed(&json!("Online"), "too long")
                .as_str()
                .unwrap()
                .len()
                > 5_000
        );
        assert_eq!(
            changed(&json!("mine"), "the value of another record"),
            json!("theirs")
        );
    }

    #[test]
    fn a_guid_is_broken() {
        let guid = json!("047dd774-f1c4-40f2-82f0-278de79f9b83");
        assert_eq!(
            changed(&guid, "a broken GUID"),
            json!("047dd774-f1c4-40f2-82f0-278de79f9b8")
        );
        assert!(!what(&json!("047dd774-f1c4-40f2-82f0-278de79f9bzz")).contains(&"a broken GUID"));
    }

    #[test]
    fn a_date_takes_other_forms() {
        let date = json!("2026-01-15T10:00:01Z");
        assert_eq!(changed(&date, "a date without time"), json!("2026-01-15"));
        assert_eq!(
            changed(&date, "a date in other notation"),
            json!("01/15/2026 10:00:01Z")
        );
        assert_eq!(
            changed(&date, "a date that does not exist"),
            json!("2026-13-32T10:00:01Z")
        );
        assert_eq!(changed(&date, "30 February"), json!("2026-02-30T10:00:01Z"));
        assert_eq!(
            changed(&date, "29 February of a common year"),
            json!("2025-02-29T10:00:01Z")
        );
        assert_eq!(
            changed(&date, "a date with another zone"),
            json!("2026-01-15T10:00:01")
        );
        let local = json!("2026-01-15T10:00:01+02:00");
        assert_eq!(
            changed(&local, "a date with another zone"),
            json!("2026-01-15T10:00:01Z")
        );
        assert!(!what(&json!("2026-01-15 is a day")).contains(&"a date without time"));
    }

    #[test]
    fn a_list_is_emptied_shortened_doubled_and_turned() {
        let list = json!([1, 2]);
        assert_eq!(changed(&list, "emptied"), json!([]));
        assert_eq!(changed(&list, "one element less"), json!([2]));
        assert_eq!(changed(&list, "in other order"), json!([2, 1]));
        assert_eq!(changed(&list, "an element twice"), json!([1, 2, 1]));
        assert_eq!(changed(&list, "with null in it"), json!([1, 2, null]));
        assert_eq!(changed(&json!([]), "with null in it"), json!([null]));
        assert_eq!(
            changed(&json!([]), "with a strange element"),
            json!(["probity-other"])
        );
    }

    #[test]
    fn an_object_is_emptied_and_grows() {
        assert_eq!(changed(&json!({ "a": 1 }), "emptied"), json!({}));
        assert_eq!(
            changed(&json!({ "a": 1 }), "with an extra member"),
            json!({ "a": 1, "probity-other": "probity-other" })
        );
    }
}
