//! Candidates: changes of one value that a keyword of its schema may reject.

use serde_json::{Map, Number, Value, json};

/// The longest text that is made, in characters, and the longest list.
pub(crate) const LONGEST_TEXT: usize = 5000;
pub(crate) const LONGEST_LIST: usize = 200;

/// A change of one value: its name in kebab case, what it is in words, and the value.
pub(crate) struct Candidate {
    pub(crate) name: &'static str,
    pub(crate) what: String,
    pub(crate) value: Value,
}

fn candidate(name: &'static str, what: impl Into<String>, value: Value) -> Candidate {
    Candidate {
        name,
        what: what.into(),
        value,
    }
}

/// The changes of a value of a schema with these keywords, the plainest first. Members and items are changed elsewhere.
pub(crate) fn candidates(keywords: &Map<String, Value>, value: &Value) -> Vec<Candidate> {
    let mut all = Vec::new();
    beyond_bounds(keywords, value, &mut all);
    of_another_length(keywords, value, &mut all);
    if keywords.contains_key("enum") || keywords.contains_key("const") {
        let other = match value {
            Value::Number(_) => json!(-987_654_321),
            _ => json!("no-such-value"),
        };
        all.push(candidate("unknown", "is not an allowed value", other));
    }
    if keywords.contains_key("pattern") {
        for text in ["!", "\u{e9}"] {
            all.push(candidate(
                "pattern",
                "does not match the pattern",
                json!(text),
            ));
        }
    }
    if let Some(format) = keywords.get("format").and_then(Value::as_str) {
        let what = format!("is not a valid {format}");
        all.push(candidate("format", what.clone(), json!("word")));
        all.push(candidate("format", what, json!("a word: %")));
    }
    of_another_type(value, &mut all);
    all
}

fn of_another_type(value: &Value, all: &mut Vec<Candidate>) {
    all.push(candidate("null", "is null", Value::Null));
    let other_type = match value {
        Value::String(_) => Some(json!(7)),
        Value::Null => None,
        _ => Some(json!("word")),
    };
    let name = if value.is_string() { "number" } else { "word" };
    let what = if value.is_string() {
        "is a number"
    } else {
        "is a string"
    };
    for (name, what, other) in [
        (name, what, other_type),
        ("list", "is a list", (!value.is_array()).then(|| json!([]))),
        (
            "object",
            "is an object",
            (!value.is_object()).then(|| json!({})),
        ),
        (
            "fraction",
            "is not an integer",
            value.is_number().then(|| json!(1.5)),
        ),
    ] {
        all.extend(other.map(|other| candidate(name, what, other)));
    }
}

fn beyond_bounds(keywords: &Map<String, Value>, value: &Value, all: &mut Vec<Candidate>) {
    if !value.is_number() {
        return;
    }
    let limit = |name: &str| keywords.get(name).filter(|limit| limit.is_number());
    let mut push = |name, what: String, value: Option<Number>| {
        all.extend(value.map(|value| candidate(name, what, Value::Number(value))));
    };
    if let Some(least) = limit("minimum") {
        push(
            "too-small",
            format!("is less than {least}"),
            moved(least, -1),
        );
    }
    if let Some(least) = limit("exclusiveMinimum") {
        push(
            "too-small",
            format!("is not more than {least}"),
            moved(least, 0),
        );
    }
    if let Some(most) = limit("maximum") {
        push("too-large", format!("is more than {most}"), moved(most, 1));
    }
    if let Some(most) = limit("exclusiveMaximum") {
        push(
            "too-large",
            format!("is not less than {most}"),
            moved(most, 0),
        );
    }
    if let Some(step) = limit("multipleOf").and_then(Value::as_f64) {
        let between = value.as_f64().unwrap_or(0.0) + step / 2.0;
        push(
            "step",
            format!("is not a multiple of {step}"),
            number(between),
        );
    }
}

/// A limit and so much more.
fn moved(limit: &Value, by: i64) -> Option<Number> {
    match limit.as_i64() {
        Some(whole) => whole.checked_add(by).map(Number::from),
        None => {
            let by = if by < 0 {
                -1.0
            } else {
                f64::from(u8::from(by > 0))
            };
            number(limit.as_f64()? + by)
        }
    }
}

/// A number as a document writes it: a whole one without a fraction.
pub(crate) fn number(value: f64) -> Option<Number> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is whole, and within 53 bits"
    )]
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

fn of_another_length(keywords: &Map<String, Value>, value: &Value, all: &mut Vec<Candidate>) {
    let count = |name: &str| {
        let count = keywords.get(name).and_then(Value::as_u64);
        count.and_then(|count| usize::try_from(count).ok())
    };
    match value {
        Value::String(text) => {
            if let Some(least) = count("minLength").filter(|least| *least > 0) {
                let short: String = text.chars().take(least - 1).collect();
                let what = match least {
                    1 => "is empty".to_owned(),
                    _ => format!("has fewer than {least} characters"),
                };
                all.push(candidate("too-short", what, short.into()));
            }
            if let Some(most) = count("maxLength").filter(|most| *most < LONGEST_TEXT) {
                let what = format!("has more than {most} characters");
                all.push(candidate("too-long", what, longer(text, most + 1).into()));
            }
        }
        Value::Array(items) => {
            if let Some(least) = count("minItems").filter(|least| *least > 0) {
                let short: Vec<Value> = items.iter().take(least - 1).cloned().collect();
                let what = format!("has fewer than {least} items");
                all.push(candidate("too-few", what, short.into()));
            }
            if let Some(most) = count("maxItems").filter(|most| *most < LONGEST_LIST)
                && let Some(last) = items.last()
            {
                let mut long = items.clone();
                long.resize(most + 1, last.clone());
                let what = format!("has more than {most} items");
                all.push(candidate("too-many", what, long.into()));
            }
            if keywords.get("uniqueItems") == Some(&Value::Bool(true))
                && let Some(first) = items.first()
            {
                let mut twice = items.clone();
                twice.push(first.clone());
                all.push(candidate("repeated", "has a duplicate item", twice.into()));
            }
        }
        _ => {}
    }
}

/// The text, repeated until it has so many characters.
fn longer(text: &str, count: usize) -> String {
    let text = if text.is_empty() { "x" } else { text };
    text.chars().cycle().take(count).collect()
}
