//! Patterns of JSON answers: what was the same in all of them is required, what varied or looks as if it does is free.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::import::literal;
use crate::import::traffic::credential::{
    has_spots, is_opaque, is_secret, is_secret_name, named_by_member,
};
use crate::import::yaml::{Entry, Yaml, is_exact};
use crate::text::uuid::is_uuid;

/// Most values that a pattern has.
const MOST: usize = 400;

/// Deepest pattern.
const DEPTH: usize = 12;

/// What a pattern is made with.
pub(crate) struct Shape<'a> {
    /// Is a secret in the text?
    pub(crate) is_secret: &'a dyn Fn(&str) -> bool,
    /// A value of the request, and how a pattern writes it: as a text, and as a number.
    pub(crate) known: Vec<(String, String, String)>,
    /// Members of which nothing is required, because the values have nothing in common.
    pub(crate) lost: usize,
    left: usize,
}

impl<'a> Shape<'a> {
    /// Makes patterns.
    pub(crate) fn new(
        is_secret: &'a dyn Fn(&str) -> bool,
        known: Vec<(String, String, String)>,
    ) -> Shape<'a> {
        Shape {
            is_secret,
            known,
            lost: 0,
            left: MOST,
        }
    }

    /// The pattern that all these values match.
    pub(crate) fn pattern(&mut self, values: &[&Value]) -> Yaml {
        self.merge(values, "", false, DEPTH)
    }

    /// `is_free` is inside lists, whose elements nothing distinguishes.
    fn merge(&mut self, values: &[&Value], name: &str, is_free: bool, depth: usize) -> Yaml {
        let kinds: BTreeSet<&str> = values.iter().map(|value| kind(value)).collect();
        let mut kinds = kinds.into_iter();
        let (Some(kind), None) = (kinds.next(), kinds.next()) else {
            self.lost += usize::from(!is_free);
            return Yaml::text("<any>");
        };
        if self.left == 0 || depth == 0 {
            return Yaml::text(format!("<{kind}>"));
        }
        self.left -= 1;
        let is_same = values.windows(2).all(|pair| pair[0] == pair[1]);
        // Everything below the name of a credential is one.
        let is_whole = matches!(values[0], Value::Array(_) | Value::Object(_));
        if is_whole && is_secret_name(name) {
            return Yaml::text(format!("<{kind}>"));
        }
        match values[0] {
            Value::Null => Yaml::Scalar(Value::Null),
            Value::Bool(_) if is_same && !is_free => Yaml::scalar(values[0]),
            Value::Bool(_) => Yaml::text("<boolean>"),
            Value::Number(_) => self.number(values, name, is_same && !is_free),
            Value::String(_) => self.text(values, name, is_same && !is_free),
            Value::Array(_) => self.list(values, name, depth),
            Value::Object(_) => self.object(values, is_free, depth),
        }
    }

    /// The value of the request that this one is. A short one may be the same by chance.
    fn known(&self, text: &str, name: &str) -> Option<&(String, String, String)> {
        let is_meant = is_id(name) || text.len() >= 6;
        self.known
            .iter()
            .find(|(known, ..)| is_meant && known == text)
    }

    fn number(&self, values: &[&Value], name: &str, is_same: bool) -> Yaml {
        let text = values[0].to_string();
        if is_same && let Some((.., number)) = self.known(&text, name) {
            return Yaml::text(number);
        }
        if is_same
            && !is_id(name)
            && !is_changing(name)
            && !is_time(&text)
            && is_exact(values[0])
            && !is_secret(name, &text)
        {
            return Yaml::scalar(values[0]);
        }
        let is_whole = values.iter().all(|value| value.is_i64() || value.is_u64());
        Yaml::text(if is_whole { "<integer>" } else { "<number>" })
    }

    fn text(&self, values: &[&Value], name: &str, is_same: bool) -> Yaml {
        let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
        let text = texts.first().copied().unwrap_or_default();
        if is_same && let Some((_, written, _)) = self.known(text, name) {
            return Yaml::text(written);
        }
        let is_non_empty = texts.iter().all(|text| !text.is_empty());
        let some_text = if is_non_empty {
            "<non-empty>"
        } else {
            "<string>"
        };
        if is_secret_name(name)
            || texts
                .iter()
                .any(|text| is_secret(name, text) || (self.is_secret)(text) || has_spots(text))
        {
            return Yaml::text(some_text);
        }
        if let Some(form) = texts.first().and_then(|text| form(text))
            && texts.iter().all(|text| self::form(text) == Some(form))
        {
            return Yaml::text(form);
        }
        let may_vary = is_id(name)
            || is_changing(name)
            || texts.iter().any(|text| varies(text))
            || text.len() > 200;
        if !is_same || may_vary {
            return Yaml::text(some_text);
        }
        Yaml::text(literal::text(text))
    }

    fn list(&mut self, values: &[&Value], name: &str, depth: usize) -> Yaml {
        let lists = || values.iter().filter_map(|value| value.as_array());
        let elements: Vec<&Value> = lists().flatten().take(1000).collect();
        if elements.is_empty() {
            return Yaml::text("<array>");
        }
        let marker = if lists().any(Vec::is_empty) {
            "<each?>"
        } else {
            "<each>"
        };
        let pattern = self.merge(&elements, name, true, depth - 1);
        Yaml::map([Entry::new(marker, pattern)])
    }

    fn object(&mut self, values: &[&Value], is_free: bool, depth: usize) -> Yaml {
        let objects: Vec<_> = values
            .iter()
            .filter_map(|value| value.as_object())
            .collect();
        let mut names: Vec<&String> = Vec::new();
        let mut seen = BTreeSet::new();
        for object in objects.iter().take(100) {
            names.extend(object.keys().filter(|name| seen.insert(*name)));
        }
        let mut entries = Vec::new();
        let mut required = 0;
        for name in names {
            if name.contains("${") || (self.is_secret)(name) || self.left == 0 {
                continue;
            }
            let members: Vec<&Value> = objects
                .iter()
                .filter_map(|object| object.get(name))
                .collect();
            required += usize::from(members.len() == objects.len());
            let is_value = ["value", "content"]
                .iter()
                .any(|one| one.eq_ignore_ascii_case(name));
            let pair = objects.iter().find_map(|object| named_by_member(object));
            let known_as = pair.as_deref().filter(|_| is_value).unwrap_or(name);
            let mut pattern = self.merge(&members, known_as, is_free, depth - 1);
            if members.len() < objects.len() {
                pattern = match pattern {
                    Yaml::Text(marker)
                        if marker.starts_with('<')
                            && marker.ends_with('>')
                            && !marker.contains(['/', ' ']) =>
                    {
                        Yaml::text(format!("{}?>", &marker[..marker.len() - 1]))
                    }
                    other => Yaml::map([Entry::new("<optional>", other)]),
                };
            }
            entries.push(Entry::new(literal::name(name), pattern));
        }
        if entries.is_empty() {
            return Yaml::text("<object>");
        }
        if required == 0 && !is_free {
            self.lost += entries.len();
        }
        Yaml::map(entries)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Does the name say that the value is an id?
fn is_id(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [
        "id", "_id", "uuid", "guid", "etag", "cursor", "nonce", "self",
    ]
    .contains(&lower.as_str())
        || name.ends_with("Id")
        || name.ends_with("ID")
        || ["_id", "-id", "_ids", "-ids"]
            .iter()
            .any(|end| lower.ends_with(end))
        || name.ends_with("Ids")
}

/// Does the name say that the value changes with time or with what is there?
fn is_changing(name: &str) -> bool {
    let words = crate::import::name::words(name);
    let is = |word: &String| {
        matches!(
            word.as_str(),
            "count"
                | "counts"
                | "total"
                | "totals"
                | "at"
                | "time"
                | "date"
                | "timestamp"
                | "created"
                | "updated"
                | "modified"
                | "expires"
                | "expiry"
                | "expiration"
                | "elapsed"
                | "duration"
                | "uptime"
                | "now"
                | "age"
                | "remaining"
                | "offset"
                | "next"
                | "previous"
                | "prev"
                | "took"
                | "trace"
                | "since"
                | "until"
                | "seen"
                | "last"
                | "random"
                | "seed"
                | "token"
                | "hash"
                | "checksum"
                | "digest"
                | "version"
        )
    };
    words.last().is_some_and(is)
        || words.first().is_some_and(|word| {
            matches!(
                word.as_str(),
                "total" | "num" | "created" | "updated" | "modified" | "last" | "next"
            )
        })
}

/// Seconds or milliseconds since 1970, in this century.
fn is_time(digits: &str) -> bool {
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole && matches!(digits.len(), 10 | 13) && digits.starts_with(['1', '2'])
}

/// The marker of a form.
fn form(text: &str) -> Option<&'static str> {
    if is_uuid(text.as_bytes()) {
        return Some("<uuid>");
    }
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is_day = bytes.len() >= 10
        && digits(0..4)
        && bytes[4] == b'-'
        && digits(5..7)
        && bytes[7] == b'-'
        && digits(8..10);
    if is_day && bytes.len() == 10 {
        return Some("</^[0-9]{4}-[0-9]{2}-[0-9]{2}$/>");
    }
    if is_day
        && bytes.len() >= 19
        && matches!(bytes[10], b'T' | b't')
        && digits(11..13)
        && bytes[13] == b':'
        && digits(14..16)
        && bytes[16] == b':'
        && digits(17..19)
    {
        let rest = text[19..]
            .trim_start_matches('.')
            .trim_start_matches(|c: char| c.is_ascii_digit());
        let is_zone = rest.eq_ignore_ascii_case("z")
            || rest.len() == 6 && rest.starts_with(['+', '-']) && rest.as_bytes()[3] == b':';
        return Some(if is_zone {
            "<date-time>"
        } else if rest.is_empty() {
            "<local-date-time>"
        } else {
            "<non-empty>"
        });
    }
    if text.len() == 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    {
        return Some("<sha256>");
    }
    None
}

/// Does the text look as if another answer had another one?
fn varies(text: &str) -> bool {
    let is_hex = |text: &str| text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_id = text
        .split(['/', '?', '=', '&', ':', ' ', ',', '.'])
        .any(|part| {
            is_uuid(part.as_bytes())
                || is_hex(part)
                || part.len() >= 2
                    && text.contains('/')
                    && part.bytes().all(|byte| byte.is_ascii_digit())
        });
    let is_http_date = text.ends_with(" GMT") && text.contains(':');
    has_id
        || is_opaque(text)
        || is_http_date
        || text.contains("://127.0.0.1")
        || text.contains("://localhost")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::import::yaml::file;

    fn shape(values: &[Value]) -> String {
        let is_secret = |text: &str| text.contains("hunter2");
        let mut shape = Shape::new(
            &is_secret,
            vec![(
                "4".into(),
                "${fixture.a}".into(),
                "${int(fixture.a)}".into(),
            )],
        );
        let values: Vec<&Value> = values.iter().collect();
        file(&[], &[Entry::new("json", shape.pattern(&values))])
    }

    #[test]
    fn one_answer_is_free_where_its_form_says_so() {
        let value = json!({
            "id": 4, "refId": "4", "shelf": 4, "uuid": "047dd774-f1c4-40f2-82f0-278de79f9b83", "title": "Tea", "size": 12, "total": 3,
            "filed": "2026-11-29T10:00:00Z", "day": "2026-11-29", "token": "abc", "note": "say hunter2", "gone": null,
            "tags": ["a", "b"], "links": [{ "href": "/a/17", "n": 1 }, { "href": "/a/18" }], "ok": true, "none": [],
            "marker": "<any>", "epoch": 1_764_400_000, "price": 1.5,
        });
        insta::assert_snapshot!(shape(&[value]));
    }

    #[test]
    fn two_answers_show_what_varies() {
        let one = json!({ "a": 1, "b": "x", "c": [1], "d": { "e": 1 }, "f": 1, "g": "<any>" });
        let two = json!({ "a": 1, "b": "y", "c": [], "d": { "e": 1.5 }, "f": null, "h": "i" });
        insta::assert_snapshot!(shape(&[one, two]));
    }
}
