//! Finds mistakes in a single schema document, each with its place.
//!
//! Stricter than the specification where that ignores mistakes silently: unknown keywords and formats, `then` without
//! `if`, an `$id` inside a document. References are collected here and resolved by
//! [`crate::json::schema::reference`].

use serde_json::{Map, Value};

use crate::json::schema::keyword;
use crate::json::schema::keyword::{FORMATS, TYPES, ValueKind};
use crate::json::schema::{SchemaError, candidates};
use crate::text::excerpt::short_json;

use crate::json::pointer::push_token;

/// The only supported dialect, also for `$schema`.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Keywords that have no effect without another one.
const DEPENDENT: [(&str, &str); 4] = [
    ("else", "if"),
    ("maxContains", "contains"),
    ("minContains", "contains"),
    ("then", "if"),
];

/// Longest text of a rejected value in a message, in characters.
const SHOWN: usize = 60;

/// The result of a walk through one document.
#[derive(Debug, Default)]
pub(crate) struct Lint {
    /// Mistakes.
    pub(crate) errors: Vec<SchemaError>,
    /// Every `$ref`: pointer and value.
    pub(crate) references: Vec<(String, String)>,
    /// Every `$anchor`: its name, and the pointer to its schema.
    pub(crate) anchors: Vec<(String, String)>,
    /// Every regular expression: pointer and expression.
    pub(crate) patterns: Vec<(String, String)>,
    /// Every `x-requirement`: pointer and requirement.
    pub(crate) requirements: Vec<(String, String)>,
}

/// Walks through one document.
pub(crate) fn lint(document: &str, schema: &Value) -> Lint {
    let mut linter = Linter {
        document,
        pointer: String::new(),
        found: Lint::default(),
    };
    linter.schema(schema);
    linter.found
}

struct Linter<'d> {
    document: &'d str,
    /// The current place.
    pointer: String,
    found: Lint,
}

impl Linter<'_> {
    fn schema(&mut self, schema: &Value) {
        match schema {
            Value::Bool(_) => {}
            Value::Object(members) => {
                for (name, value) in members {
                    self.below(name, |linter| linter.keyword(members, name, value));
                }
            }
            other => self.error(format!(
                "expected a schema (an object or a boolean), found {}",
                short(other)
            )),
        }
    }

    fn keyword(&mut self, schema: &Map<String, Value>, name: &str, value: &Value) {
        let Some(kind) = keyword::value_kind(name) else {
            self.unknown_keyword(name);
            return;
        };
        let partner = DEPENDENT.iter().find(|(dependent, _)| *dependent == name);
        if let Some((_, partner)) = partner
            && !schema.contains_key(*partner)
        {
            self.error(format!("`{name}` has no effect without `{partner}`"));
        }
        self.value(name, kind, value);
    }

    fn unknown_keyword(&mut self, name: &str) {
        if let Some(instead) = keyword::instead(name) {
            self.error_with(
                format!("unsupported keyword `{name}`"),
                vec![instead.to_owned()],
            );
        } else {
            self.error_with(
                format!("unknown keyword `{name}`"),
                candidates(name, keyword::names()),
            );
        }
    }

    fn value(&mut self, name: &str, kind: ValueKind, value: &Value) {
        let fits = match kind {
            ValueKind::Schema => {
                self.schema(value);
                true
            }
            ValueKind::SchemaByName | ValueKind::SchemaByPattern => {
                self.schemas_by_name(kind, value)
            }
            ValueKind::SchemaList => self.schema_list(value),
            ValueKind::Reference | ValueKind::Text => self.text(name, kind, value),
            ValueKind::Type => self.types(value),
            ValueKind::Format => self.word(value, "format", &FORMATS),
            ValueKind::Pattern => self.pattern(value),
            ValueKind::TextList => is_text_list(value),
            ValueKind::TextListByName => value
                .as_object()
                .is_some_and(|lists| lists.values().all(is_text_list)),
            ValueKind::Count => value.as_u64().is_some() || value.as_f64().is_some_and(is_count),
            ValueKind::Number => value.is_number(),
            ValueKind::Positive => value.as_f64().is_some_and(|number| number > 0.0),
            ValueKind::Flag => value.is_boolean(),
            ValueKind::ValueList => value.as_array().is_some_and(|values| !values.is_empty()),
            ValueKind::Value => true,
        };
        if !fits {
            self.error(format!(
                "expected {} in `{name}`, found {}",
                describe(kind),
                short(value)
            ));
        }
    }

    fn schemas_by_name(&mut self, kind: ValueKind, value: &Value) -> bool {
        let Some(schemas) = value.as_object() else {
            return false;
        };
        for (name, schema) in schemas {
            self.below(name, |linter| {
                if kind == ValueKind::SchemaByPattern {
                    linter.note_pattern(name);
                }
                linter.schema(schema);
            });
        }
        true
    }

    fn pattern(&mut self, value: &Value) -> bool {
        if let Some(pattern) = value.as_str() {
            self.note_pattern(pattern);
        }
        value.is_string()
    }

    fn note_pattern(&mut self, pattern: &str) {
        let place = self.pointer.clone();
        self.found.patterns.push((place, pattern.to_owned()));
    }

    fn schema_list(&mut self, value: &Value) -> bool {
        let Some(schemas) = value.as_array().filter(|schemas| !schemas.is_empty()) else {
            return false;
        };
        for (index, schema) in schemas.iter().enumerate() {
            self.below(&index.to_string(), |linter| linter.schema(schema));
        }
        true
    }

    fn text(&mut self, name: &str, kind: ValueKind, value: &Value) -> bool {
        let Some(text) = value.as_str() else {
            return false;
        };
        let parent = self.pointer[..self.pointer.rfind('/').unwrap_or(0)].to_owned();
        match name {
            "$anchor" => self.found.anchors.push((text.to_owned(), parent)),
            "$schema" if text.trim_end_matches('#') != DIALECT => {
                self.error(format!("unsupported dialect: expected `{DIALECT}`"));
            }
            "$id" if !parent.is_empty() => {
                self.error(
                    "`$id` is only valid at the top of a file: move this schema into its own file"
                        .to_owned(),
                );
            }
            "x-requirement" => self
                .found
                .requirements
                .push((self.pointer.clone(), text.to_owned())),
            "$id" if text.contains('#') => self.error("fragment in `$id`".to_owned()),
            _ if kind == ValueKind::Reference => {
                self.found
                    .references
                    .push((self.pointer.clone(), text.to_owned()));
            }
            _ => {}
        }
        true
    }

    fn types(&mut self, value: &Value) -> bool {
        match value {
            Value::String(_) => self.word(value, "type", &TYPES),
            Value::Array(types) if !types.is_empty() => {
                let mut all_text = true;
                for (index, name) in types.iter().enumerate() {
                    self.below(&index.to_string(), |linter| {
                        all_text &= linter.word(name, "type", &TYPES);
                    });
                }
                all_text
            }
            _ => false,
        }
    }

    fn word(&mut self, value: &Value, what: &str, known: &[&str]) -> bool {
        let Some(word) = value.as_str() else {
            return false;
        };
        if !known.contains(&word) {
            self.error_with(
                format!("unknown {what} `{word}`"),
                candidates(word, known.iter().copied()),
            );
        }
        true
    }

    /// Walks into a member or element, and back.
    fn below(&mut self, token: &str, walk: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        push_token(&mut self.pointer, token);
        walk(self);
        self.pointer.truncate(length);
    }

    fn error(&mut self, message: String) {
        self.error_with(message, Vec::new());
    }

    fn error_with(&mut self, message: String, candidates: Vec<String>) {
        self.found.errors.push(SchemaError {
            document: self.document.to_owned(),
            pointer: self.pointer.clone(),
            message,
            candidates,
        });
    }
}

fn short(value: &Value) -> String {
    short_json(value, SHOWN)
}

fn is_text_list(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|texts| texts.iter().all(Value::is_string))
}

/// JSON Schema counts `3.0` as a whole number.
fn is_count(number: f64) -> bool {
    number >= 0.0 && number.fract() == 0.0
}

fn describe(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Schema => "a schema",
        ValueKind::SchemaByName | ValueKind::SchemaByPattern => "an object of schemas",
        ValueKind::SchemaList => "a list of at least one schema",
        ValueKind::Reference | ValueKind::Text => "text",
        ValueKind::Type => "a type name or a list of them",
        ValueKind::Format => "the name of a format",
        ValueKind::Pattern => "a regular expression",
        ValueKind::TextList => "a list of names",
        ValueKind::TextListByName => "an object of lists of names",
        ValueKind::Count => "a whole number from 0",
        ValueKind::Number => "a number",
        ValueKind::Positive => "a number above 0",
        ValueKind::Flag => "true or false",
        ValueKind::ValueList => "a list of at least one value",
        ValueKind::Value => "a value",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn errors(schema: &Value) -> Vec<(String, String)> {
        let found = lint("a.json", schema).errors;
        found
            .into_iter()
            .map(|error| (error.pointer, error.message))
            .collect()
    }

    #[test]
    fn an_unknown_keyword_is_an_error_with_its_place() {
        let found = errors(&json!({ "items": { "requierd": ["a"] } }));
        assert_eq!(
            found,
            [(
                "/items/requierd".to_owned(),
                "unknown keyword `requierd`".to_owned()
            )]
        );
    }

    #[test]
    fn names_and_data_are_not_keywords() {
        let schema = json!({
            "properties": { "requierd": true, "a/b": { "const": { "requierd": 1 } } },
            "$defs": { "nonsense": { "enum": [{ "nope": 1 }], "default": { "nope": 1 } } },
            "patternProperties": { "^x": {} },
            "examples": [{ "nope": 1 }],
            "x-note": { "nope": 1 },
        });
        assert_eq!(errors(&schema), []);
    }

    #[test]
    fn a_keyword_with_a_wrong_value_is_an_error() {
        for (name, value) in [
            ("required", json!("xuid")),
            ("properties", json!([])),
            ("minLength", json!(-1)),
            ("minimum", json!("1")),
            ("multipleOf", json!(0)),
            ("anyOf", json!([])),
            ("items", json!([{}])),
            ("type", json!([])),
            ("type", json!("strin")),
            ("format", json!("emial")),
            ("uniqueItems", json!(1)),
            ("definitions", json!({})),
            ("then", json!({})),
            ("$schema", json!("http://json-schema.org/draft-07/schema#")),
        ] {
            let schema = json!({ name: value });
            assert_eq!(errors(&schema).len(), 1, "{schema}");
        }
    }

    #[test]
    fn an_unknown_format_names_the_known_ones() {
        let found = lint("a.json", &json!({ "format": "emial" })).errors;
        assert!(found[0].candidates.contains(&"email".to_owned()));
    }
}
