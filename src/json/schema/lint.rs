//! Finds mistakes in a single schema document, each with its place.
//!
//! Stricter than the specification where that ignores mistakes silently: unknown keywords and formats, `then` without
//! `if`, an `$id` inside a document. References are collected here and resolved by
//! [`crate::json::schema::reference`].

use serde_json::{Map, Value};

use crate::json::schema::dialect::Dialect;
use crate::json::schema::keyword;
use crate::json::schema::keyword::{TYPES, ValueKind};
use crate::json::schema::openapi;
use crate::json::schema::{SchemaError, candidates};
use crate::text::excerpt::short_json;

use crate::json::pointer::push_token;

/// Keywords that have no effect without another one.
const DEPENDENT: [(&str, &str); 5] = [
    ("additionalItems", "items"),
    ("else", "if"),
    ("maxContains", "contains"),
    ("minContains", "contains"),
    ("then", "if"),
];

/// Keywords that may be beside `$ref` in draft-07, which ignores them there: they reject nothing.
const BESIDE_REFERENCE: [&str; 11] = [
    "$comment",
    "$ref",
    "$schema",
    "default",
    "definitions",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
    "x-requirement",
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
        dialect: Dialect::of(schema),
        pointer: String::new(),
        found: Lint::default(),
    };
    linter.schema(schema);
    linter.found
}

struct Linter<'d> {
    document: &'d str,
    dialect: Dialect,
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
        let Some(kind) = keyword::value_kind_in(self.dialect, name) else {
            self.unknown_keyword(schema, name, value);
            return;
        };
        let partner = DEPENDENT.iter().find(|(dependent, _)| *dependent == name);
        if let Some((_, partner)) = partner
            && !schema.contains_key(*partner)
        {
            self.error(format!("`{name}` has no effect without `{partner}`"));
        }
        if name == "additionalItems" && schema.get("items").is_some_and(|items| !items.is_array()) {
            self.error(format!(
                "`{name}` has no effect: `items` is not a list of schemas"
            ));
        }
        if self.dialect == Dialect::Draft07
            && schema.contains_key("$ref")
            && !BESIDE_REFERENCE.contains(&name)
            && !name.starts_with("x-")
        {
            self.helped(
                format!("draft-07 ignores `{name}` beside `$ref`"),
                "write `allOf: [{ \"$ref\": ... }]` in place of `$ref`".to_owned(),
            );
        }
        if let Some(help) = openapi::exclusive(schema, name, value) {
            let message = format!("expected a number in `{name}`, found {}", short(value));
            self.helped(message, help);
            return;
        }
        self.value(name, kind, value);
    }

    fn unknown_keyword(&mut self, schema: &Map<String, Value>, name: &str, value: &Value) {
        let dialect = self.dialect;
        if let Some(help) = openapi::instead(schema, name, value) {
            self.helped(format!("`{name}` is a keyword of OpenAPI 3.0"), help);
            return;
        }
        let known = keyword::dialects_of(name);
        let instead = keyword::instead(dialect, name);
        let is_other = !known.is_empty() || instead.is_some();
        let message = match (is_other, dialect) {
            (false, _) => format!("unknown keyword `{name}`"),
            (true, Dialect::Draft202012) => format!("unsupported keyword `{name}`"),
            (true, _) => format!("unsupported keyword `{name}` in {}", dialect.name()),
        };
        if let Some(instead) = instead {
            self.error_with(message, vec![instead.to_owned()]);
        } else if let Some(other) = known.first() {
            self.helped(
                message,
                format!(
                    "it is one of {}: `\"$schema\": \"{}\"`",
                    other.name(),
                    other.uri()
                ),
            );
        } else {
            self.error_with(message, candidates(name, keyword::names(dialect)));
        }
    }

    fn value(&mut self, name: &str, kind: ValueKind, value: &Value) {
        let fits = match kind {
            ValueKind::SchemaByName | ValueKind::SchemaByPattern => {
                self.schemas_by_name(kind, value)
            }
            ValueKind::SchemaList => self.schema_list(value),
            ValueKind::Items if value.is_array() => self.schema_list(value),
            ValueKind::Schema | ValueKind::Items => {
                self.schema(value);
                true
            }
            ValueKind::Dependencies => self.dependencies(value),
            ValueKind::Reference | ValueKind::Text => self.text(name, kind, value),
            ValueKind::Type => self.types(value),
            ValueKind::Format => self.format(value),
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

    fn dependencies(&mut self, value: &Value) -> bool {
        let Some(members) = value.as_object() else {
            return false;
        };
        let mut all_fit = true;
        for (name, member) in members {
            if member.is_array() {
                all_fit &= is_text_list(member);
            } else {
                self.below(name, |linter| linter.schema(member));
            }
        }
        all_fit
    }

    fn format(&mut self, value: &Value) -> bool {
        let name = value.as_str().unwrap_or("");
        if let Some(help) = openapi::format(name) {
            self.helped(
                format!("`{name}` is a format of OpenAPI, and none of JSON Schema"),
                help.to_owned(),
            );
            return true;
        }
        self.word(value, "format", &keyword::formats(self.dialect))
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
            "$schema" if Dialect::named(text) != Some(self.dialect) => self.dialect_error(text),
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

    fn dialect_error(&mut self, text: &str) {
        if let Some(named) = Dialect::named(text) {
            self.error(format!(
                "{} inside a document of {}: move this schema into its own file",
                named.name(),
                self.dialect.name()
            ));
            return;
        }
        let known = Dialect::ALL.map(|one| format!("`{}`", one.uri()));
        let message = format!("unsupported dialect: expected one of {}", known.join(", "));
        if text.contains("openapis.org") {
            let help = "remove `$schema`: the messages for OpenAPI 3.0 say what to write instead";
            self.helped(message, help.to_owned());
        } else {
            self.error(message);
        }
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

    fn helped(&mut self, message: String, help: String) {
        self.error(message);
        if let Some(error) = self.found.errors.last_mut() {
            error.help = help;
        }
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
            help: String::new(),
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
        ValueKind::Items => "a schema, or a list of at least one",
        ValueKind::Dependencies => "an object of schemas and lists of names",
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
            ("$schema", json!("http://json-schema.org/draft-04/schema#")),
        ] {
            let schema = json!({ name: value });
            assert_eq!(errors(&schema).len(), 1, "{schema}");
        }
    }

    #[test]
    fn a_keyword_of_another_draft_is_an_error() {
        let schema = |dialect: Dialect, name: &str, value: Value| {
            let schema = json!({ "$schema": format!("{}#", dialect.uri()), name: value });
            errors(&schema)
                .into_iter()
                .map(|(_, message)| message)
                .collect::<Vec<_>>()
        };
        let (first, second) = (Dialect::Draft07, Dialect::Draft201909);
        for (dialect, name, value, message) in [
            (
                first,
                "$defs",
                json!({}),
                "unsupported keyword `$defs` in draft-07",
            ),
            (
                first,
                "unevaluatedProperties",
                json!(false),
                "unsupported keyword `unevaluatedProperties` in draft-07",
            ),
            (
                first,
                "prefixItems",
                json!([true]),
                "unsupported keyword `prefixItems` in draft-07",
            ),
            (first, "format", json!("uuid"), "unknown format `uuid`"),
            (
                first,
                "dependencies",
                json!({ "a": [1] }),
                "expected an object of schemas and lists of names in `dependencies`, found {\"a\":[1]}",
            ),
            (
                first,
                "additionalItems",
                json!(false),
                "`additionalItems` has no effect without `items`",
            ),
            (
                second,
                "dependencies",
                json!({}),
                "unsupported keyword `dependencies` in draft 2019-09",
            ),
            (
                second,
                "$recursiveRef",
                json!("#"),
                "unsupported keyword `$recursiveRef` in draft 2019-09",
            ),
            (
                second,
                "items",
                json!([]),
                "expected a schema, or a list of at least one in `items`, found []",
            ),
        ] {
            assert_eq!(schema(dialect, name, value), [message]);
        }
        let beside = json!({ "$schema": first.uri(), "$ref": "#/definitions/a", "title": "t", "minLength": 1, "definitions": { "a": true } });
        assert_eq!(
            errors(&beside),
            [(
                "/minLength".to_owned(),
                "draft-07 ignores `minLength` beside `$ref`".to_owned()
            )]
        );
        let inside = json!({ "items": { "$schema": first.uri() } });
        assert_eq!(errors(&inside).len(), 1);
    }

    #[test]
    fn a_keyword_of_openapi_has_its_form_in_json_schema() {
        let help = |schema: Value| {
            let found = lint("a.json", &schema).errors;
            assert_eq!(found.len(), 1, "{schema}");
            found[0].help.clone()
        };
        for (schema, expected) in [
            (
                json!({ "type": "string", "nullable": true }),
                r#"write `"type": ["string","null"]`"#,
            ),
            (
                json!({ "type": "string", "enum": ["a"], "nullable": true }),
                r#"write `"type": ["string","null"]`, and add `null` to `enum`"#,
            ),
            (
                json!({ "type": "string", "nullable": false }),
                "remove it: no type includes null",
            ),
            (
                json!({ "example": "a" }),
                r#"write `"examples": ["a"]`, or remove it"#,
            ),
            (
                json!({ "minimum": 3, "exclusiveMinimum": true }),
                r#"write `"exclusiveMinimum": 3`, and remove `minimum`"#,
            ),
            (
                json!({ "maximum": 3, "exclusiveMaximum": false }),
                "remove it: `maximum` is included",
            ),
            (
                json!({ "format": "binary" }),
                "remove it: it rejects no text",
            ),
        ] {
            assert_eq!(help(schema), expected);
        }
        let reference = json!({ "$defs": { "a": true }, "$ref": "#/$defs/a", "nullable": true });
        assert_eq!(
            help(reference),
            r##"write `"anyOf": [{"$ref":"#/$defs/a"},{"type":"null"}]`"##
        );
    }

    #[test]
    fn an_unknown_format_names_the_known_ones() {
        let found = lint("a.json", &json!({ "format": "emial" })).errors;
        assert!(found[0].candidates.contains(&"email".to_owned()));
    }
}
