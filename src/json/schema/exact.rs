//! Schemas against documents whose numbers no double holds, and against ones that are expensive to explain.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::json::Document;
use crate::json::decimal::Decimal;
use crate::json::schema::keyword;
use crate::json::schema::keyword::ValueKind;
use crate::json::schema::reference::{Documents, Site};
use crate::json::schema::{Schema, SchemaRule, SchemaViolation};
use crate::json::stand_in::{Comparisons, exact_stand_in};
use crate::text::excerpt::short_text;

/// How many comparisons of a value with alternatives inside alternatives are made to explain why it is refused.
const COMPARISONS: u64 = 20_000;

/// Nested alternatives are compared as long as they make the work at most this many times as much.
const REPEATED: u64 = 20;

impl Schema {
    /// Everything in the document that the schema refuses, as [`Schema::violations`], with every number exact.
    ///
    /// # Errors
    ///
    /// Pointers to numbers that cannot be compared exactly with what the schema says.
    pub fn violations_in(&self, document: &Document) -> Result<Vec<SchemaViolation>, Vec<String>> {
        if document.inexact.is_empty() {
            return Ok(self.violations(&document.value));
        }
        let value = exact_stand_in(document, self.comparisons())?;
        let mut violations = self.violations(&value);
        for violation in &mut violations {
            // Messages show the number as it was written.
            let written = document.inexact.get(&violation.pointer);
            if let (Some(written), Some(number)) = (written, value.pointer(&violation.pointer)) {
                let shown = short_text(written, 40);
                violation.message = violation.message.replacen(&number.to_string(), &shown, 1);
            }
        }
        Ok(violations)
    }

    /// Every number of the schema and of the documents that it may refer to.
    fn comparisons(&self) -> Comparisons {
        let mut comparisons = Comparisons {
            tells_whole: true,
            ..Comparisons::default()
        };
        for document in self.documents.all() {
            add(document, &mut comparisons);
        }
        comparisons
    }

    /// Would it take too long to explain why the value is refused? Alternatives inside alternatives are compared once
    /// for each way that leads to them: 2 to the power of their depth.
    pub(super) fn is_too_deep(&self, value: &Value) -> bool {
        if !*self
            .has_recursive_choice
            .get_or_init(|| has_recursive_choice(&self.documents, &self.start))
        {
            return false;
        }
        let mut cost = Cost {
            documents: &self.documents,
            sites: HashMap::new(),
            known: HashMap::new(),
        };
        let comparisons = cost.of(&self.start, value);
        let distinct = cost.known.len() as u64;
        comparisons > COMPARISONS && comparisons / REPEATED > distinct
    }

    /// The one violation that is reported where the explanation was cut.
    pub(super) fn cut(&self) -> SchemaViolation {
        SchemaViolation {
            pointer: String::new(),
            message: format!(
                "the schema refuses the value; the search for the nearest alternative was cut at {COMPARISONS} comparisons"
            ),
            missing: None,
            rule: SchemaRule {
                keyword: "schema".to_owned(),
                location: self.start.to_string(),
                rule: self.name.clone(),
            },
            requirement: self
                .documents
                .follow(&self.start, "")
                .and_then(|rule| rule.requirement),
        }
    }
}

/// Does the schema lead back to itself, and has it alternatives?
fn has_recursive_choice(documents: &Documents, start: &Site) -> bool {
    let mut search = Search {
        documents,
        open: HashSet::new(),
        done: HashSet::new(),
        is_recursive: false,
        has_choice: false,
    };
    search.visit(start);
    search.is_recursive && search.has_choice
}

/// A walk through every schema that a schema leads to.
struct Search<'d> {
    documents: &'d Documents,
    open: HashSet<Site>,
    done: HashSet<Site>,
    is_recursive: bool,
    has_choice: bool,
}

impl Search<'_> {
    fn visit(&mut self, site: &Site) {
        self.is_recursive |= self.open.contains(site);
        if self.open.contains(site) || self.done.contains(site) {
            return;
        }
        self.open.insert(site.clone());
        let schema = self.documents.schema_at(site).and_then(Value::as_object);
        for (name, says) in schema.into_iter().flatten() {
            self.has_choice |= matches!(name.as_str(), "anyOf" | "oneOf");
            let site = site.below(name);
            match keyword::value_kind(name) {
                _ if name == "$defs" => {}
                Some(ValueKind::Reference) => {
                    if let Ok(named) = self
                        .documents
                        .resolve(&site.document, says.as_str().unwrap_or(""))
                    {
                        self.visit(&named);
                    }
                }
                Some(ValueKind::Schema) => self.visit(&site),
                Some(ValueKind::SchemaList) => {
                    for at in 0..says.as_array().map_or(0, Vec::len) {
                        self.visit(&site.below(&at.to_string()));
                    }
                }
                Some(ValueKind::SchemaByName | ValueKind::SchemaByPattern) => {
                    for name in says.as_object().into_iter().flatten().map(|(name, _)| name) {
                        self.visit(&site.below(name));
                    }
                }
                _ => {}
            }
        }
        self.open.remove(site);
        self.done.insert(site.clone());
    }
}

fn add(value: &Value, comparisons: &mut Comparisons) {
    match value {
        Value::Number(number) => comparisons.points.push(Decimal::of(number)),
        Value::Array(items) => items.iter().for_each(|item| add(item, comparisons)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::Number(number) if name == "multipleOf" => {
                        comparisons.divisors.push(Decimal::of(number));
                    }
                    _ => add(member, comparisons),
                }
            }
        }
        _ => {}
    }
}

/// How many times schemas are compared with values, at most, to explain a refusal.
struct Cost<'d> {
    documents: &'d Documents,
    sites: HashMap<Site, usize>,
    /// By schema and address of the value.
    known: HashMap<(usize, *const Value), u64>,
}

impl Cost<'_> {
    fn of(&mut self, site: &Site, value: &Value) -> u64 {
        let next = self.sites.len();
        let number = *self.sites.entry(site.clone()).or_insert(next);
        let key = (number, std::ptr::from_ref(value));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        // A schema that leads back to itself without a step into the value counts once.
        self.known.insert(key, 1);
        let schema = self.documents.schema_at(site).and_then(Value::as_object);
        let keywords = schema.into_iter().flatten();
        let costs = keywords.map(|(name, says)| {
            let below = site.below(name);
            self.of_keyword(&below, name, says, value)
        });
        let cost = costs.fold(1, u64::saturating_add);
        self.known.insert(key, cost);
        cost
    }

    fn of_keyword(&mut self, site: &Site, name: &str, says: &Value, value: &Value) -> u64 {
        let inner: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(members) => members.values().collect(),
            _ => Vec::new(),
        };
        match (name, keyword::value_kind(name)) {
            ("$defs" | "if" | "not" | "contains" | "contentSchema" | "propertyNames", _) => 0,
            (_, Some(ValueKind::Reference)) => {
                let named = self
                    .documents
                    .resolve(&site.document, says.as_str().unwrap_or(""));
                named.map_or(0, |named| self.of(&named, value))
            }
            ("properties", _) => {
                let members = value.as_object().into_iter().flatten();
                let known = members.filter(|(name, _)| says.get(name.as_str()).is_some());
                self.sum(known.map(|(name, member)| (site.below(name), member)))
            }
            ("prefixItems", _) => {
                let schemas = 0..says.as_array().map_or(0, Vec::len);
                self.sum(
                    schemas
                        .zip(inner)
                        .map(|(at, item)| (site.below(&at.to_string()), item)),
                )
            }
            ("then" | "else", _) => self.of(site, value),
            (_, Some(ValueKind::SchemaList)) => {
                let schemas = 0..says.as_array().map_or(0, Vec::len);
                self.sum(schemas.map(|at| (site.below(&at.to_string()), value)))
            }
            ("patternProperties", _) => {
                let patterns: Vec<&String> = says
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name)
                    .collect();
                let each = inner
                    .into_iter()
                    .flat_map(|member| patterns.iter().map(move |name| (*name, member)));
                self.sum(each.map(|(name, member)| (site.below(name), member)))
            }
            ("dependentSchemas", _) => {
                let names = says.as_object().into_iter().flatten();
                self.sum(names.map(|(name, _)| (site.below(name), value)))
            }
            (_, Some(ValueKind::Schema)) => {
                self.sum(inner.into_iter().map(|item| (site.clone(), item)))
            }
            _ => 0,
        }
    }

    fn sum<'v>(&mut self, pairs: impl Iterator<Item = (Site, &'v Value)>) -> u64 {
        pairs.fold(0, |sum: u64, (site, value)| {
            sum.saturating_add(self.of(&site, value))
        })
    }
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

    fn messages(schema: &Value, text: &str) -> Vec<String> {
        let document = Document::parse(text.as_bytes()).unwrap();
        let violations = inline(schema).violations_in(&document).unwrap();
        violations
            .into_iter()
            .map(|violation| violation.message)
            .collect()
    }

    #[test]
    fn numbers_that_no_double_holds_are_judged_exactly() {
        for (schema, text, message) in [
            (
                json!({ "const": 18_446_744_073_709_551_616.0 }),
                "18446744073709551617",
                "18446744073709551617 is not 1.8446744073709552e+19",
            ),
            (
                json!({ "enum": [18_446_744_073_709_551_616.0] }),
                "18446744073709551617",
                "18446744073709551617 is not one of [1.8446744073709552e+19]",
            ),
            (
                json!({ "maximum": 1e22 }),
                "10000000000000000000001",
                "10000000000000000000001 is more than 1e+22",
            ),
            (
                json!({ "minimum": 1 }),
                "0.99999999999999999999",
                "0.99999999999999999999 is less than 1",
            ),
            (
                json!({ "multipleOf": 10 }),
                "10000000000000000000001",
                "10000000000000000000001 is not a multiple of 10",
            ),
            (
                json!({ "type": "integer" }),
                "10000000000000000000000.5",
                "got number, expected integer",
            ),
            (
                json!({ "multipleOf": 0.01 }),
                "19.990000000000000001",
                "19.990000000000000001 is not a multiple of 0.01",
            ),
            (
                json!({ "maximum": 1 }),
                "1.00000000000000000001",
                "1.00000000000000000001 is more than 1",
            ),
            (
                json!({ "uniqueItems": true }),
                "[18446744073709551617, 18446744073709551617.0]",
                "two elements are equal",
            ),
            (json!({ "maximum": 5 }), "1e400", "1e400 is more than 5"),
        ] {
            assert_eq!(messages(&schema, text), [message], "{text}");
        }
    }

    #[test]
    fn numbers_that_no_double_holds_are_accepted_where_they_conform() {
        for (schema, text) in [
            (
                json!({ "uniqueItems": true }),
                "[18446744073709551617, 18446744073709551618]",
            ),
            (json!({ "type": "integer", "minimum": 1 }), "1e400"),
            (json!({ "exclusiveMaximum": 1 }), "0.99999999999999999999"),
            (
                json!({ "exclusiveMinimum": 1e22 }),
                "10000000000000000000001",
            ),
            (json!({ "multipleOf": 10 }), "10000000000000000000010"),
            (json!({ "not": { "const": 1 } }), "1.00000000000000000001"),
        ] {
            assert_eq!(messages(&schema, text), [""; 0], "{text}");
        }
    }

    /// A tree of nodes of two kinds, each missing what tells its kind.
    fn tree(keyword: &str, depth: usize) -> (Value, Value) {
        let kind = |name: &str| json!({ "properties": { "child": { "$ref": "#/$defs/node" } }, "required": [name] });
        let schema = json!({
            "$ref": "#/$defs/node",
            "$defs": { "node": { keyword: [kind("file"), kind("folder")] } },
        });
        let value = (0..depth).fold(json!({ "bad": 1 }), |inner, _| json!({ "child": inner }));
        (schema, value)
    }

    #[test]
    fn nested_alternatives_are_explained_as_deep_as_the_budget_goes() {
        for keyword in ["oneOf", "anyOf"] {
            let (schema, value) = tree(keyword, 60);
            let violations = inline(&schema).violations(&value);
            assert_eq!(violations.len(), 1);
            assert!(
                violations[0].message.contains("was cut at 20000"),
                "{}",
                violations[0].message
            );
            let (schema, value) = tree(keyword, 4);
            let violations = inline(&schema).violations(&value);
            assert!(
                violations[0].message.starts_with("member `f"),
                "{}",
                violations[0].message
            );
        }
    }

    #[test]
    fn a_wide_value_is_explained() {
        let (schema, _) = tree("oneOf", 0);
        let list = json!({ "items": { "$ref": "#/$defs/node" }, "$defs": schema["$defs"] });
        let values: Value = vec![json!({ "child": { "bad": 1 } }); 5_000].into();
        assert!(inline(&list).violations(&values).len() > 1);
    }
}
