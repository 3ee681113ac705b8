//! What it takes to explain why a schema refuses a value, and where that is cut.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::json::schema::keyword;
use crate::json::schema::keyword::ValueKind;
use crate::json::schema::reference::{Documents, Site};
use crate::json::schema::{Schema, SchemaRule, SchemaViolation};

/// How many comparisons of a value with alternatives inside alternatives are made to explain why it is refused.
const COMPARISONS: u64 = 20_000;

/// Nested alternatives are compared as long as they make the work at most this many times as much.
const REPEATED: u64 = 20;

/// How many JSON values are copied to explain why a value is refused: each mistake in an alternative has a copy of the
/// value that it is in. So many take about 60 MB.
const COPIES: u64 = 400_000;

impl Schema {
    /// Why it would take too long to explain why the value is refused. Alternatives inside alternatives are compared
    /// once for each way that leads to them: 2 to the power of their depth. And each of their mistakes has a copy of
    /// the value that it is in.
    pub(super) fn too_expensive(&self, value: &Value) -> Option<String> {
        let choices = self
            .choices
            .get_or_init(|| Choices::of(&self.documents, &self.start));
        let most_copies = size(value).saturating_mul(choices.rules);
        if !choices.is_recursive && (!choices.has_any || most_copies <= COPIES) {
            return None;
        }
        let mut work = Work {
            documents: &self.documents,
            sites: HashMap::new(),
            known: HashMap::new(),
            sizes: HashMap::new(),
        };
        let cost = work.of(&self.start, value, false);
        let distinct = work.known.len() as u64;
        if cost.comparisons > COMPARISONS && cost.comparisons / REPEATED > distinct {
            return Some(format!("at {COMPARISONS} comparisons"));
        }
        (cost.copies > COPIES).then(|| format!("at {COPIES} copied values"))
    }

    /// The one violation that is reported where the explanation was cut.
    pub(super) fn cut(&self, at: &str) -> SchemaViolation {
        SchemaViolation {
            pointer: String::new(),
            message: format!(
                "the schema refuses the value; the search for the nearest alternative was cut {at}"
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

/// The alternatives of a schema.
pub(super) struct Choices {
    has_any: bool,
    /// Does the schema lead back to itself?
    is_recursive: bool,
    /// The number of rules that a value can break at one place, at most.
    rules: u64,
}

impl Choices {
    fn of(documents: &Documents, start: &Site) -> Choices {
        let mut search = Search {
            documents,
            open: HashSet::new(),
            done: HashSet::new(),
            found: Choices {
                has_any: false,
                is_recursive: false,
                rules: 0,
            },
        };
        search.visit(start);
        search.found
    }
}

/// A walk through every schema that a schema leads to.
struct Search<'d> {
    documents: &'d Documents,
    open: HashSet<Site>,
    done: HashSet<Site>,
    found: Choices,
}

impl Search<'_> {
    fn visit(&mut self, site: &Site) {
        self.found.is_recursive |= self.open.contains(site);
        if self.open.contains(site) || self.done.contains(site) {
            return;
        }
        self.open.insert(site.clone());
        let schema = self.documents.schema_at(site).and_then(Value::as_object);
        for (name, says) in schema.into_iter().flatten() {
            self.found.has_any |= matches!(name.as_str(), "anyOf" | "oneOf");
            let names = says.as_array().filter(|_| name == "required");
            self.found.rules += names.map_or(1, |names| names.len() as u64);
            let site = site.below(name);
            let kind = keyword::value_kind(name).map(|kind| keyword::of_value(kind, says));
            match kind {
                _ if matches!(name.as_str(), "$defs" | "definitions") => {}
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
                Some(
                    ValueKind::SchemaByName | ValueKind::SchemaByPattern | ValueKind::Dependencies,
                ) => {
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

/// The number of nodes of a value.
fn size(value: &Value) -> u64 {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<u64>(),
        Value::Object(members) => 1 + members.values().map(size).sum::<u64>(),
        _ => 1,
    }
}

/// What it takes, at most, to explain a refusal.
#[derive(Clone, Copy, Default)]
struct Cost {
    /// How many times schemas are compared with values.
    comparisons: u64,
    /// How many values are copied into mistakes.
    copies: u64,
}

impl Cost {
    fn and(self, other: Cost) -> Cost {
        Cost {
            comparisons: self.comparisons.saturating_add(other.comparisons),
            copies: self.copies.saturating_add(other.copies),
        }
    }
}

/// Adds up what explanations take.
struct Work<'d> {
    documents: &'d Documents,
    sites: HashMap<Site, usize>,
    /// By schema, address of the value, and whether that is in an alternative.
    known: HashMap<(usize, *const Value, bool), Cost>,
    sizes: HashMap<*const Value, u64>,
}

impl Work<'_> {
    fn of(&mut self, site: &Site, value: &Value, is_alternative: bool) -> Cost {
        let next = self.sites.len();
        let number = *self.sites.entry(site.clone()).or_insert(next);
        let key = (number, std::ptr::from_ref(value), is_alternative);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let mut cost = Cost {
            comparisons: 1,
            copies: 0,
        };
        // A schema that leads back to itself without a step into the value counts once.
        self.known.insert(key, cost);
        let schema = self.documents.schema_at(site).and_then(Value::as_object);
        for (name, says) in schema.into_iter().flatten() {
            let below = site.below(name);
            cost = cost.and(self.of_keyword(&below, name, says, value, is_alternative));
            if is_alternative {
                let copies = mistakes(name, says, value).saturating_mul(self.size(value));
                cost = cost.and(Cost {
                    comparisons: 0,
                    copies,
                });
            }
        }
        self.known.insert(key, cost);
        cost
    }

    fn size(&mut self, value: &Value) -> u64 {
        let key = std::ptr::from_ref(value);
        if let Some(known) = self.sizes.get(&key) {
            return *known;
        }
        let size = match value {
            Value::Array(items) => items.iter().map(|item| self.size(item)).sum::<u64>(),
            Value::Object(members) => members.values().map(|member| self.size(member)).sum(),
            _ => return 1,
        };
        self.sizes.insert(key, size + 1);
        size + 1
    }

    fn of_keyword(
        &mut self,
        site: &Site,
        name: &str,
        says: &Value,
        value: &Value,
        is_alternative: bool,
    ) -> Cost {
        let inner: Vec<&Value> = match value {
            Value::Array(items) => items.iter().collect(),
            Value::Object(members) => members.values().collect(),
            _ => Vec::new(),
        };
        let kind = keyword::value_kind(name).map(|kind| keyword::of_value(kind, says));
        match (name, kind) {
            (
                "$defs" | "definitions" | "if" | "not" | "contains" | "contentSchema"
                | "propertyNames",
                _,
            ) => Cost::default(),
            (_, Some(ValueKind::Reference)) => {
                let named = self
                    .documents
                    .resolve(&site.document, says.as_str().unwrap_or(""));
                named.map_or(Cost::default(), |named| {
                    self.of(&named, value, is_alternative)
                })
            }
            ("properties", _) => {
                let members = value.as_object().into_iter().flatten();
                let known = members.filter(|(name, _)| says.get(name.as_str()).is_some());
                let pairs = known.map(|(name, member)| (site.below(name), member));
                self.sum(pairs, is_alternative)
            }
            ("prefixItems", _) | ("items", Some(ValueKind::SchemaList)) => {
                let schemas = 0..says.as_array().map_or(0, Vec::len);
                let pairs = schemas
                    .zip(inner)
                    .map(|(at, item)| (site.below(&at.to_string()), item));
                self.sum(pairs, is_alternative)
            }
            ("then" | "else", _) => self.of(site, value, is_alternative),
            (_, Some(ValueKind::SchemaList)) => {
                let schemas = 0..says.as_array().map_or(0, Vec::len);
                let pairs = schemas.map(|at| (site.below(&at.to_string()), value));
                self.sum(pairs, is_alternative || matches!(name, "anyOf" | "oneOf"))
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
                let pairs = each.map(|(name, member)| (site.below(name), member));
                self.sum(pairs, is_alternative)
            }
            ("dependentSchemas" | "dependencies", _) => {
                let names = says.as_object().into_iter().flatten();
                let pairs = names.map(|(name, _)| (site.below(name), value));
                self.sum(pairs, is_alternative)
            }
            (_, Some(ValueKind::Schema)) => {
                let pairs = inner.into_iter().map(|item| (site.clone(), item));
                self.sum(pairs, is_alternative)
            }
            _ => Cost::default(),
        }
    }

    fn sum<'v>(
        &mut self,
        pairs: impl Iterator<Item = (Site, &'v Value)>,
        is_alternative: bool,
    ) -> Cost {
        pairs.fold(Cost::default(), |sum, (site, value)| {
            sum.and(self.of(&site, value, is_alternative))
        })
    }
}

/// How many mistakes a keyword can find in a value itself.
fn mistakes(name: &str, says: &Value, value: &Value) -> u64 {
    match (name, value) {
        ("required", Value::Object(members)) => {
            let names = says.as_array().into_iter().flatten();
            let names = names.filter_map(Value::as_str);
            names.filter(|name| !members.contains_key(*name)).count() as u64
        }
        ("dependentRequired" | "dependencies", Value::Object(_)) => {
            let lists = says.as_object().into_iter().flatten();
            lists
                .map(|(_, names)| names.as_array().map_or(0, Vec::len) as u64)
                .sum()
        }
        ("type", _) => u64::from(!is_of_type(says, value)),
        (
            "required" | "properties" | "patternProperties" | "$ref" | "$defs" | "definitions"
            | "allOf" | "items" | "prefixItems" | "if" | "then" | "else" | "dependentSchemas"
            | "title" | "description",
            _,
        ) => 0,
        ("propertyNames", Value::Object(members)) => members.len() as u64,
        _ => 1,
    }
}

fn is_of_type(says: &Value, value: &Value) -> bool {
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        // Which of the two does not matter here: a number is small.
        Value::Number(_) => return true,
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    match says {
        Value::Array(types) => types.iter().any(|one| one == own),
        one => one == own,
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

    /// A tree of nodes of two kinds, each missing what determines its kind.
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
    fn many_mistakes_in_nested_alternatives_are_explained_within_the_budget() {
        let names: Vec<String> = (0..400).map(|number| format!("m{number}")).collect();
        let kind = |name: &str| {
            let required = [vec![name.to_owned()], names.clone()].concat();
            json!({ "properties": { "child": { "$ref": "#/$defs/node" } }, "required": required })
        };
        let schema = json!({
            "$ref": "#/$defs/node",
            "$defs": { "node": { "oneOf": [kind("file"), kind("folder")] } },
        });
        let leaf: Value = vec![json!(1); 4000].into();
        let violations = inline(&schema).violations(&json!({ "child": leaf }));
        assert!(
            violations[0]
                .message
                .contains("was cut at 400000 copied values"),
            "{}",
            violations[0].message
        );
        // At most 100 of each of the two places.
        assert_eq!(
            inline(&schema).violations(&json!({ "child": {} })).len(),
            200
        );
        let flat = json!({ "anyOf": [{ "required": names }, { "type": "string" }] });
        let value = json!({ "a": vec![json!([1]); 4000] });
        let violations = inline(&flat).violations(&value);
        assert!(violations[0].message.contains("was cut at"));
    }

    #[test]
    fn two_ways_to_each_member_are_explained_within_the_budget() {
        let schema = json!({
            "type": "object",
            "additionalProperties": { "$ref": "#" },
            "dependentSchemas": { "next": { "properties": { "next": { "$ref": "#" } } } },
        });
        let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!({ "next": inner }));
        let violations = inline(&schema).violations(&deep(100));
        assert!(violations[0].message.contains("was cut at 20000"));
        assert!(
            inline(&schema).accepts(&(0..100).fold(json!({}), |inner, _| json!({ "next": inner })))
        );
        assert_eq!(inline(&schema).violations(&deep(1)).len(), 2);
    }

    #[test]
    fn a_wide_value_is_explained() {
        let (schema, _) = tree("oneOf", 0);
        let list = json!({ "items": { "$ref": "#/$defs/node" }, "$defs": schema["$defs"] });
        let values: Value = vec![json!({ "child": { "bad": 1 } }); 5_000].into();
        assert!(inline(&list).violations(&values).len() > 1);
    }
}
