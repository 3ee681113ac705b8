//! The rules of a schema, each with its place, and which of them a value breaks.
//!
//! Violations are for people, and of several alternatives only the most similar one is reported. Here every rule that
//! rejected a value counts, in every alternative.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use crate::json::pointer::push_token;
use crate::json::schema::dialect::Dialect;
use crate::json::schema::reference::{Documents, Site};
use crate::json::schema::violation::{THROUGH, missing_member};
use crate::json::schema::{Schema, SchemaAssertion, keyword};
use keyword::ValueKind;

/// The rules of one schema that values broke, as the validator reports them. [`Schema::broken`] resolves them.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct BrokenRules {
    /// Evaluation paths, and the member that was missing.
    seen: HashSet<(String, Option<String>)>,
}

impl BrokenRules {
    /// Merges the rules that other values of the same schema broke.
    pub fn merge(&mut self, other: BrokenRules) {
        self.seen.extend(other.seen);
    }

    fn note(&mut self, error: &ValidationError<'_>) {
        let missing = missing_member(error.kind()).map(str::to_owned);
        let path = error.evaluation_path().as_str().to_owned();
        self.seen.insert((path, missing));
        if let ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        {
            context.iter().flatten().for_each(|inner| self.note(inner));
        }
    }
}

impl Schema {
    /// Every rule of the schema, through references, in the order of documents and pointers. Each name in `required` is
    /// one rule. `not`, `contains` and `unevaluated…` are one rule with everything inside. `if` is no rule: it rejects
    /// nothing.
    pub fn assertions(&self) -> Vec<SchemaAssertion> {
        let mut gathered = RuleCollector {
            documents: &self.documents,
            visited: BTreeSet::new(),
            rules: BTreeMap::new(),
        };
        gathered.visit(&self.start);
        gathered.rules.into_values().collect()
    }

    /// Adds the rules that the value breaks.
    pub fn note_broken_rules(&self, value: &Value, broken_rules: &mut BrokenRules) {
        if self.too_expensive(value).is_some() {
            return;
        }
        for error in self.validator.iter_errors(value) {
            broken_rules.note(&error);
        }
    }

    /// The places of the broken rules, as in [`SchemaAssertion`]: document and pointer.
    pub fn broken(&self, broken_rules: &BrokenRules) -> BTreeSet<(String, String)> {
        let seen = broken_rules.seen.iter();
        let broken = seen.filter_map(|(path, missing)| {
            let path = path.strip_prefix(THROUGH)?;
            let rule = self.documents.follow(&self.start, path)?;
            let mut site = rule.site;
            let names = rule.value.as_array().filter(|_| missing.is_some());
            let index = names.and_then(|names| {
                let missing = missing.as_deref();
                names.iter().position(|name| name.as_str() == missing)
            });
            if let Some(index) = index {
                push_token(&mut site.pointer, &index.to_string());
            }
            Some((site.document, site.pointer))
        });
        broken.collect()
    }
}

/// The rules found by a walk through a schema.
struct RuleCollector<'d> {
    documents: &'d Documents,
    visited: BTreeSet<Site>,
    rules: BTreeMap<Site, SchemaAssertion>,
}

impl RuleCollector<'_> {
    fn visit(&mut self, site: &Site) {
        if self.visited.insert(site.clone())
            && let Some(schema) = self.documents.schema_at(site)
        {
            self.schema(site, "false", schema);
        }
    }

    /// `keyword` is the name of the rule if the schema is `false`.
    fn schema(&mut self, site: &Site, keyword: &str, schema: &Value) {
        match schema {
            Value::Bool(false) => self.rule(site, keyword, schema),
            Value::Object(members) => {
                for (name, value) in members {
                    self.keyword(&site.below(name), name, value);
                }
            }
            _ => {}
        }
    }

    fn keyword(&mut self, site: &Site, name: &str, value: &Value) {
        let kind = keyword::value_kind(name).map(|kind| keyword::of_value(kind, value));
        match (name, kind) {
            ("$defs" | "definitions" | "if" | "contentSchema", _) | (_, None) => {}
            ("dependencies", _) => {
                // All lists of names are one rule, as in `dependentRequired`.
                let members = value.as_object().into_iter().flatten();
                for (member, says) in members {
                    if says.is_array() {
                        self.rule(site, name, value);
                    } else {
                        self.schema(&site.below(member), "false", says);
                    }
                }
            }
            ("contentEncoding" | "contentMediaType", _) if self.is_of_draft_07(site) => {
                self.rule(site, name, value);
            }
            ("required", _) => {
                for (index, member) in value.as_array().into_iter().flatten().enumerate() {
                    self.rule(&site.below(&index.to_string()), name, member);
                }
            }
            ("not" | "contains", _) => self.rule(site, name, value),
            ("unevaluatedItems" | "unevaluatedProperties", _) if *value != Value::Bool(true) => {
                self.rule(site, name, value);
            }
            ("anyOf" | "oneOf", _) => {
                self.rule(site, name, value);
                self.list(site, value);
            }
            (_, Some(ValueKind::Reference)) => {
                if let Ok(named) = self.documents.resolve(&site.document, value_text(value)) {
                    self.visit(&named);
                }
            }
            (_, Some(ValueKind::Schema)) => self.schema(site, name, value),
            (_, Some(ValueKind::SchemaList)) => self.list(site, value),
            (_, Some(ValueKind::SchemaByName | ValueKind::SchemaByPattern)) => {
                for (member, schema) in value.as_object().into_iter().flatten() {
                    self.schema(&site.below(member), "false", schema);
                }
            }
            ("uniqueItems", _) if *value != Value::Bool(true) => {}
            _ if is_assertion(name) => self.rule(site, name, value),
            _ => {}
        }
    }

    /// Is the keyword one of draft-07? There the content of a text is checked.
    fn is_of_draft_07(&self, site: &Site) -> bool {
        let root = Site {
            document: site.document.clone(),
            pointer: String::new(),
        };
        let document = self.documents.schema_at(&root);
        document.is_some_and(|document| Dialect::of(document) == Dialect::Draft07)
    }

    fn list(&mut self, site: &Site, schemas: &Value) {
        for (index, schema) in schemas.as_array().into_iter().flatten().enumerate() {
            self.schema(&site.below(&index.to_string()), "false", schema);
        }
    }

    fn rule(&mut self, site: &Site, keyword: &str, value: &Value) {
        let rule = SchemaAssertion {
            document: site.document.clone(),
            pointer: site.pointer.clone(),
            keyword: keyword.to_owned(),
            value: value.clone(),
        };
        self.rules.insert(site.clone(), rule);
    }
}

/// The keywords of the validation vocabulary, `required` aside (draft 2020-12, validation, sections 6 and 7).
fn is_assertion(keyword: &str) -> bool {
    matches!(
        keyword,
        "const"
            | "dependentRequired"
            | "enum"
            | "exclusiveMaximum"
            | "exclusiveMinimum"
            | "format"
            | "maxContains"
            | "maximum"
            | "maxItems"
            | "maxLength"
            | "maxProperties"
            | "minContains"
            | "minimum"
            | "minItems"
            | "minLength"
            | "minProperties"
            | "multipleOf"
            | "pattern"
            | "type"
            | "uniqueItems"
    )
}

fn value_text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{SchemaDocuments, SchemaLibrary};
    use serde_json::json;

    fn inline(schema: &Value) -> Schema {
        let library = SchemaLibrary::new(&SchemaDocuments::new()).unwrap();
        library.compile_inline(schema).unwrap()
    }

    fn rules(schema: &Schema) -> Vec<String> {
        let rules = schema.assertions().into_iter();
        rules.map(|rule| rule.pointer).collect()
    }

    /// The rules that one of the values breaks; each of them must be one that the schema is said to have.
    fn broken(schema: &Schema, values: &[Value]) -> Vec<String> {
        let mut broken_rules = BrokenRules::default();
        for value in values {
            schema.note_broken_rules(value, &mut broken_rules);
        }
        let known = rules(schema);
        let broken: Vec<String> = schema
            .broken(&broken_rules)
            .into_iter()
            .map(|(_, pointer)| pointer)
            .collect();
        for pointer in &broken {
            assert!(known.contains(pointer), "{pointer} of {known:?}");
        }
        broken
    }

    #[test]
    fn each_required_name_is_a_rule() {
        let schema = inline(&json!({ "required": ["a", "b"], "title": "t", "x-requirement": "R" }));
        assert_eq!(rules(&schema), ["/required/0", "/required/1"]);
        assert_eq!(broken(&schema, &[json!({ "a": 1 })]), ["/required/1"]);
        assert_eq!(schema.assertions()[1].value, json!("b"));
    }

    #[test]
    fn rules_are_found_through_references_once() {
        let schema = inline(&json!({
            "properties": { "a": { "$ref": "#/$defs/n" }, "b": { "$ref": "#/$defs/n" } },
            "$defs": {
                "n": { "type": "integer", "properties": { "again": { "$ref": "#/$defs/n" } } },
                "unused": { "type": "null" },
            },
        }));
        assert_eq!(rules(&schema), ["/$defs/n/type"]);
        assert_eq!(broken(&schema, &[json!({ "b": "x" })]), ["/$defs/n/type"]);
    }

    #[test]
    fn broken_rules_of_every_alternative_count() {
        let schema = inline(&json!({ "anyOf": [{ "type": "null" }, { "pattern": "^a" }] }));
        assert_eq!(
            broken(&schema, &[json!("x")]),
            ["/anyOf", "/anyOf/0/type", "/anyOf/1/pattern"]
        );
        assert_eq!(broken(&schema, &[json!("a"), json!(null)]), [""; 0]);
    }

    #[test]
    fn a_condition_is_no_rule_and_what_follows_from_it_is() {
        let schema = inline(&json!({
            "if": { "required": ["a"] }, "then": { "minProperties": 2 }, "else": { "maxProperties": 0 },
        }));
        assert_eq!(
            rules(&schema),
            ["/else/maxProperties", "/then/minProperties"]
        );
        assert_eq!(
            broken(&schema, &[json!({ "a": 1 })]),
            ["/then/minProperties"]
        );
    }

    #[test]
    fn every_keyword_that_rejects_is_a_rule_that_is_found_again() {
        let samples = [
            (json!({ "type": ["string", "null"] }), json!(1)),
            (json!({ "enum": [1] }), json!(2)),
            (json!({ "const": 1 }), json!(2)),
            (json!({ "multipleOf": 2 }), json!(3)),
            (json!({ "minimum": 2 }), json!(1)),
            (json!({ "exclusiveMaximum": 2 }), json!(2)),
            (json!({ "maxLength": 1 }), json!("ab")),
            (json!({ "pattern": "a" }), json!("b")),
            (json!({ "format": "uuid" }), json!("b")),
            (json!({ "maxItems": 0 }), json!([1])),
            (json!({ "uniqueItems": true }), json!([1, 1])),
            (json!({ "contains": { "type": "null" } }), json!([1])),
            (json!({ "contains": true }), json!([])),
            (json!({ "not": true }), json!(1)),
            (
                json!({ "contains": { "type": "null" }, "minContains": 2 }),
                json!([null]),
            ),
            (
                json!({ "contains": { "type": "null" }, "maxContains": 1 }),
                json!([null, null]),
            ),
            (json!({ "maxProperties": 0 }), json!({ "a": 1 })),
            (
                json!({ "dependentRequired": { "a": ["b"] } }),
                json!({ "a": 1 }),
            ),
            (
                json!({ "dependentSchemas": { "a": false } }),
                json!({ "a": 1 }),
            ),
            (json!({ "additionalProperties": false }), json!({ "a": 1 })),
            (
                json!({ "additionalProperties": { "type": "null" } }),
                json!({ "a": 1 }),
            ),
            (json!({ "unevaluatedProperties": false }), json!({ "a": 1 })),
            (
                json!({ "unevaluatedProperties": { "type": "null" } }),
                json!({ "a": 1 }),
            ),
            (json!({ "unevaluatedItems": false }), json!([1])),
            (json!({ "properties": { "a": false } }), json!({ "a": 1 })),
            (
                json!({ "patternProperties": { "a/~": false } }),
                json!({ "a/~": 1 }),
            ),
            (
                json!({ "propertyNames": { "maxLength": 0 } }),
                json!({ "a": 1 }),
            ),
            (json!({ "propertyNames": false }), json!({ "a": 1 })),
            (json!({ "items": false }), json!([1])),
            (
                json!({ "prefixItems": [true], "items": false }),
                json!([1, 2]),
            ),
            (json!({ "prefixItems": [{ "type": "null" }] }), json!([1])),
            (json!({ "not": { "type": "null" } }), json!(null)),
            (json!({ "oneOf": [true, true] }), json!(1)),
            (json!({ "allOf": [{ "type": "null" }] }), json!(1)),
            (json!({ "allOf": [false] }), json!(1)),
        ];
        for (schema, value) in samples {
            let compiled = inline(&schema);
            assert_eq!(broken(&compiled, &[value]).len(), 1, "{schema}");
        }
    }

    #[test]
    fn every_keyword_of_an_earlier_draft_that_rejects_is_a_rule_that_is_found_again() {
        let both = [Dialect::Draft07, Dialect::Draft201909];
        let first = [Dialect::Draft07];
        let samples = [
            (
                &both[..],
                json!({ "items": [{ "type": "null" }] }),
                json!([1]),
            ),
            (
                &both,
                json!({ "items": [true], "additionalItems": false }),
                json!([1, 2]),
            ),
            (
                &both,
                json!({ "items": [true], "additionalItems": { "type": "null" } }),
                json!([1, 2]),
            ),
            (&both, json!({ "items": { "type": "null" } }), json!([1])),
            (&both, json!({ "contains": { "type": "null" } }), json!([1])),
            (&both, json!({ "format": "date-time" }), json!("b")),
            (&both, json!({ "exclusiveMinimum": 1 }), json!(1)),
            (
                &both,
                json!({ "$ref": "#/definitions/n", "definitions": { "n": { "type": "null" } } }),
                json!(1),
            ),
            (&both[1..], json!({ "format": "uuid" }), json!("b")),
            (
                &both[1..],
                json!({ "unevaluatedProperties": false }),
                json!({ "a": 1 }),
            ),
            (
                &both[1..],
                json!({ "items": [true], "unevaluatedItems": false }),
                json!([1, 2]),
            ),
            (
                &both[1..],
                json!({ "allOf": [{ "items": [true] }], "unevaluatedItems": false }),
                json!([1, 2]),
            ),
            (
                &both[1..],
                json!({ "contains": { "type": "null" }, "minContains": 2 }),
                json!([null]),
            ),
            (
                &both[1..],
                json!({ "$ref": "#/$defs/n", "minLength": 2, "$defs": { "n": true } }),
                json!("a"),
            ),
            (
                &first,
                json!({ "dependencies": { "a": ["b"] } }),
                json!({ "a": 1 }),
            ),
            (
                &first,
                json!({ "dependencies": { "a": false } }),
                json!({ "a": 1 }),
            ),
            (
                &first,
                json!({ "dependencies": { "a": { "maxProperties": 0 } } }),
                json!({ "a": 1 }),
            ),
            (&first, json!({ "contentEncoding": "base64" }), json!("?")),
            (
                &first,
                json!({ "contentMediaType": "application/json" }),
                json!("?"),
            ),
        ];
        for (dialects, schema, value) in samples {
            for dialect in dialects {
                let mut schema = schema.clone();
                schema["$schema"] = dialect.uri().into();
                let compiled = inline(&schema);
                assert_eq!(
                    broken(&compiled, std::slice::from_ref(&value)).len(),
                    1,
                    "{schema}"
                );
            }
        }
    }
}
