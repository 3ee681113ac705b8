//! What a document says of the value of a header in an answer, as checks of a case.

use serde_json::{Map, Value};

use crate::import::literal;
use crate::import::openapi::fixture::resolved;
use crate::import::openapi::keyword;
use crate::import::openapi::plan::Plan;
use crate::model::TextPattern;

/// How many schemas are combined.
const MOST: usize = 100;

/// Headers with a date of HTTP, whatever the document says of their format. `Retry-After` may also have one.
const HTTP_DATES: [&str; 5] = ["Date", "Expires", "Last-Modified", "Retry-After", "Sunset"];

/// The checks of a value: each is a text of a case, and all of them must hold.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Checks {
    pub(crate) all: Vec<String>,
    /// Why a part of the schema is not checked, if so.
    pub(crate) gap: Option<String>,
}

/// The checks of a header with a schema.
pub(crate) fn checks(plan: &Plan<'_>, name: &str, schema: &Value) -> Checks {
    let mut checks = Checks::default();
    let mut left = MOST;
    checks.add(schema, &|reference| resolved(plan, reference), &mut left);
    let is_date = HTTP_DATES.iter().any(|one| name.eq_ignore_ascii_case(one));
    if is_date && checks != Checks::default() {
        return Checks {
            all: Vec::new(),
            gap: Some("HTTP writes dates in a form of its own (RFC 9110 section 5.6.7)".into()),
        };
    }
    // Each line is a cookie.
    if name.eq_ignore_ascii_case("set-cookie") && checks != Checks::default() {
        return Checks {
            all: Vec::new(),
            gap: Some("values of several cookies are not derived".into()),
        };
    }
    checks
}

impl Checks {
    fn require(&mut self, text: String) {
        if !self.all.contains(&text) {
            self.all.push(text);
        }
    }

    fn leave_out(&mut self, what: &str) {
        let why = format!("{what} of the value of a header cannot be checked");
        self.gap.get_or_insert(why);
    }

    /// Adds what a schema says. `left` is how many more are read.
    fn add(&mut self, schema: &Value, resolve: &dyn Fn(&Value) -> Option<Value>, left: &mut usize) {
        let is_beside =
            |(name, _): &(&String, &Value)| *name != "$ref" && !keyword::rejects_nothing(name);
        let members = schema
            .as_object()
            .filter(|members| members.contains_key("$ref"));
        if let Some((name, _)) = members.and_then(|members| members.iter().find(is_beside)) {
            self.leave_out(&format!("`{name}` beside `$ref`"));
        }
        let (Some(rest), Some(schema)) = (left.checked_sub(1), resolve(schema)) else {
            return self.leave_out("the schema");
        };
        *left = rest;
        let Value::Object(schema) = schema else {
            if schema == Value::Bool(false) {
                self.leave_out("`false`");
            }
            return;
        };
        if let Some(values) = listed(&schema) {
            self.one_of(values);
            let is_said = |name: &str| {
                ["const", "enum", "type"].contains(&name) || keyword::rejects_nothing(name)
            };
            if let Some(name) = schema.keys().find(|name| !is_said(name)) {
                self.leave_out(&format!("`{name}` beside a list of values"));
            }
            return;
        }
        let kinds = kinds(&schema);
        match kinds.as_slice() {
            ["integer" | "number"] => self.number(&schema, kinds[0]),
            ["boolean"] => self.require("<one-of true false>".into()),
            // Any value is a text.
            [] | ["string"] => {}
            kinds if kinds.contains(&"string") => {}
            [kind] => self.leave_out(&format!("the type {kind}")),
            _ => self.leave_out("the types"),
        }
        let is_number = matches!(kinds.as_slice(), ["integer" | "number"]);
        let is_text = matches!(kinds.as_slice(), [] | ["string"]);
        if is_text {
            self.length(&schema);
        }
        for (keyword, value) in &schema {
            match (keyword.as_str(), value) {
                ("type" | "contentMediaType", _) if !is_json_content(keyword, value) => {}
                ("minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum", _)
                    if is_number => {}
                ("minLength" | "maxLength", _) if is_text => {}
                ("pattern", Value::String(pattern)) if is_text => self.pattern(pattern),
                ("format", Value::String(format)) if is_text => self.format(format),
                ("contentMediaType", _) => self.require("<json>".into()),
                ("allOf", Value::Array(parts)) => {
                    for part in parts {
                        if *left == 0 {
                            self.leave_out("`allOf`");
                            break;
                        }
                        self.add(part, resolve, left);
                    }
                }
                ("anyOf" | "oneOf", Value::Array(parts)) => {
                    let is_null = |part: &Value| part.get("type") == Some(&"null".into());
                    let parts: Vec<&Value> = parts.iter().filter(|one| !is_null(one)).collect();
                    match parts.as_slice() {
                        [only] => self.add(only, resolve, left),
                        _ => self.leave_out(&format!("`{keyword}`")),
                    }
                }
                ("contentEncoding" | "contentSchema", _) => {}
                (name, _) if keyword::rejects_nothing(name) => {}
                (name, _) => self.leave_out(&format!("`{name}`")),
            }
        }
    }

    fn number(&mut self, schema: &Map<String, Value>, kind: &str) {
        let bound = |name: &str| schema.get(name).filter(|bound| bound.is_number());
        let shown = |bound: Option<&Value>| bound.map_or(String::new(), Value::to_string);
        let (least, most) = (shown(bound("minimum")), shown(bound("maximum")));
        let is_plain = |text: &str| !text.contains(['e', 'E']);
        let number = |name: &str| bound(name).and_then(Value::as_f64);
        let is_empty =
            { number("minimum").zip(number("maximum")) }.is_some_and(|(least, most)| least > most);
        if !is_plain(&least) || !is_plain(&most) || is_empty {
            self.require(format!("<{kind}>"));
            return self.leave_out("the bounds");
        }
        self.require(if least.is_empty() && most.is_empty() {
            format!("<{kind}>")
        } else {
            format!("<{kind} {least}..{most}>")
        });
        for (name, marker) in [
            ("exclusiveMinimum", "more-than"),
            ("exclusiveMaximum", "less-than"),
        ] {
            if let Some(bound) = bound(name) {
                self.require(format!("<{marker} {bound}>"));
            }
        }
    }

    fn length(&mut self, schema: &Map<String, Value>) {
        let count = |name: &str| schema.get(name).and_then(Value::as_u64);
        let least = count("minLength").filter(|least| *least > 0);
        let most = count("maxLength");
        match (least, most) {
            (None, None) => {}
            (Some(1), None) => self.require("<non-empty>".into()),
            (Some(least), Some(most)) if least > most => self.leave_out("the length"),
            (least, most) => {
                let shown = |bound: Option<u64>| bound.map_or(String::new(), |at| at.to_string());
                let range = format!("{}..{}", shown(least), shown(most));
                self.require(format!("<string {range}>"));
            }
        }
    }

    fn pattern(&mut self, pattern: &str) {
        if pattern.contains("${") || TextPattern::new(pattern).is_err() {
            return self.leave_out("`pattern`");
        }
        if !pattern.is_empty() {
            self.require(format!("</{pattern}/>"));
        }
    }

    fn format(&mut self, format: &str) {
        match format {
            "uuid" | "date-time" | "uri" | "email" => self.require(format!("<{format}>")),
            "ipv4" | "ipv6" => {
                self.require("<ip>".into());
                let sign = if format == "ipv4" { "\\." } else { ":" };
                self.require(format!("</{sign}/>"));
            }
            "date" => {
                self.require("</^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/>".into());
            }
            _ => self.leave_out(&format!("the format {format}")),
        }
    }

    fn one_of(&mut self, values: Vec<Value>) {
        let mut texts = Vec::new();
        for value in values {
            match value {
                Value::String(text) => texts.push(text),
                Value::Number(number) if number.is_i64() || number.is_u64() => {
                    texts.push(number.to_string());
                }
                Value::Bool(flag) => texts.push(flag.to_string()),
                Value::Null => {}
                _ => return self.leave_out("the list of values"),
            }
        }
        let is_word = |text: &String| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            !text.is_empty() && text.bytes().all(is_plain)
        };
        if texts.is_empty() {
            return self.leave_out("the list of values");
        }
        if texts.iter().all(is_word) {
            return self.require(format!("<one-of {}>", texts.join(" ")));
        }
        let texts: Vec<String> = texts.iter().map(|text| literal::expression(text)).collect();
        self.pattern(&format!("^({})$", texts.join("|")));
    }
}

/// Does a keyword say that the value is JSON?
fn is_json_content(keyword: &str, value: &Value) -> bool {
    keyword == "contentMediaType" && value == "application/json"
}

/// The values that a schema lists.
fn listed(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    let only = schema.get("const").map(|value| vec![value.clone()]);
    only.or_else(|| schema.get("enum")?.as_array().cloned())
}

/// The types that it names. A header has no null.
fn kinds(schema: &Map<String, Value>) -> Vec<&str> {
    let kinds = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    kinds.into_iter().filter(|kind| *kind != "null").collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(schema: &Value) -> (Vec<String>, Option<String>) {
        let mut checks = Checks::default();
        checks.add(schema, &|schema| Some(schema.clone()), &mut { MOST });
        (checks.all, checks.gap)
    }

    #[test]
    fn a_schema_becomes_markers() {
        for (schema, expected) in [
            (json!({ "type": "string", "description": "x" }), &[][..]),
            (json!({ "type": "integer" }), &["<integer>"]),
            (
                json!({ "type": "integer", "minimum": 0, "maximum": 9 }),
                &["<integer 0..9>"],
            ),
            (
                json!({ "type": "number", "exclusiveMinimum": 0.5 }),
                &["<number>", "<more-than 0.5>"],
            ),
            (json!({ "type": "boolean" }), &["<one-of true false>"]),
            (json!({ "enum": ["a", "b-c"] }), &["<one-of a b-c>"]),
            (json!({ "const": "no store" }), &["</^(no store)$/>"]),
            (
                json!({ "type": ["string", "null"], "format": "uuid", "minLength": 1 }),
                &["<non-empty>", "<uuid>"],
            ),
            (
                json!({ "pattern": "^W/", "maxLength": 64 }),
                &["<string ..64>", "</^W//>"],
            ),
            (
                json!({ "allOf": [{ "type": "string" }, { "format": "ipv4" }] }),
                &["<ip>", "</\\./>"],
            ),
            (
                json!({ "anyOf": [{ "type": "null" }, { "type": "integer" }] }),
                &["<integer>"],
            ),
        ] {
            assert_eq!(
                of(&schema),
                (expected.iter().map(|one| (*one).to_owned()).collect(), None),
                "{schema}"
            );
        }
    }

    #[test]
    fn what_cannot_be_checked_is_said() {
        for (schema, what) in [
            (json!({ "type": "array", "items": {} }), "the type array"),
            (
                json!({ "type": "integer", "multipleOf": 5 }),
                "`multipleOf`",
            ),
            (json!({ "not": { "const": "a" } }), "`not`"),
            (json!({ "type": "string", "pattern": "${x}" }), "`pattern`"),
            (json!({ "format": "hostname" }), "the format hostname"),
            (
                json!({ "oneOf": [{ "const": "a" }, { "const": "b" }] }),
                "`oneOf`",
            ),
            (json!({ "enum": [[1]] }), "the list of values"),
            (json!(false), "`false`"),
        ] {
            let expected = format!("{what} of the value of a header cannot be checked");
            assert_eq!(of(&schema).1, Some(expected), "{schema}");
        }
    }
}
