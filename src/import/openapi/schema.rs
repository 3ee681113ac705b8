//! The schemas of a suite: valid in draft 2020-12, each with the name of its file.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::generate::SchemaPlace;
use crate::import::openapi::convert::Finished;
use crate::import::openapi::keyword;
use crate::json::pointer::unescaped;
use crate::json::{Schema, SchemaDocuments, SchemaLibrary};
use crate::model::Diagnostic;

/// How often mistakes are looked for: what is left out can leave another keyword without effect.
const ROUNDS: usize = 20;

/// How deep schemas are looked into for something that rejects anything.
const NESTING: usize = 32;

/// How much is looked at to make all values of a document.
const MOST_FOR_SAMPLES: usize = 2_000_000;

/// The converted schemas of a document.
#[derive(Debug)]
pub(crate) struct Schemas {
    /// As they are written, by the name of the file.
    documents: SchemaDocuments,
    /// With examples.
    described: BTreeMap<String, Value>,
    /// Names of files by number.
    names: Vec<String>,
    /// Why a part of a schema was left out, by the name of the file.
    gaps: BTreeMap<String, String>,
    library: Library,
    /// The last compiled one: cases of an operation need the same several times.
    last: RefCell<Option<(String, Rc<Schema>)>>,
    /// How much more is looked at to make values.
    pub(crate) left_for_samples: Cell<usize>,
}

struct Library(Option<SchemaLibrary>);

impl std::fmt::Debug for Library {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Library")
    }
}

impl Schemas {
    /// Finds what the draft rejects, leaves it out, and says so.
    pub(crate) fn new(finished: Finished<'_>, found: &mut Vec<Diagnostic>) -> Schemas {
        let mut documents = SchemaDocuments::new();
        let mut described = BTreeMap::new();
        let mut places = BTreeMap::new();
        let mut gaps = BTreeMap::new();
        for (name, converted) in finished.files {
            documents.insert(name.clone(), Arc::new(without_examples(&converted.schema)));
            places.insert(name.clone(), converted.place);
            if let Some(why) = converted.gap {
                gaps.insert(name.clone(), why);
            }
            described.insert(name, converted.schema);
        }
        let mut library = None;
        for round in 0..ROUNDS {
            let errors = match SchemaLibrary::new(&documents) {
                Ok(made) => {
                    library = Some(made);
                    break;
                }
                Err(errors) => errors,
            };
            let mut fixed = BTreeSet::new();
            for error in errors {
                if !fixed.insert((error.document.clone(), error.pointer.clone())) {
                    continue;
                }
                if let Some(document) = documents.get_mut(&error.document) {
                    // What cannot be fixed in place accepts everything in the last round.
                    let pointer = if round + 2 < ROUNDS {
                        error.pointer.as_str()
                    } else {
                        ""
                    };
                    remove(Arc::make_mut(document), pointer);
                }
                gaps.entry(error.document.clone())
                    .or_insert_with(|| error.message.clone());
                if let Some(place) = places.get(&error.document) {
                    let instead = match error.pointer.as_str() {
                        "" => "left out: the schema".to_owned(),
                        pointer => format!("left out: `{pointer}` of the schema"),
                    };
                    found.push(place.warning(error.message, &instead));
                }
            }
        }
        Schemas {
            documents,
            described,
            names: finished.names,
            gaps,
            library: Library(library),
            last: RefCell::default(),
            left_for_samples: Cell::new(MOST_FOR_SAMPLES),
        }
    }

    /// The name of the file with this number.
    pub(crate) fn name(&self, number: usize) -> &str {
        self.names.get(number).map_or("", String::as_str)
    }

    /// The schema in a file, with its examples.
    pub(crate) fn described(&self, name: &str) -> Option<&Value> {
        self.described.get(name)
    }

    /// Why a part of a schema, or of one that it refers to, was left out.
    pub(crate) fn gap(&self, name: &str) -> Option<&str> {
        let mut reached = self.leads_to(name).into_iter();
        reached.find_map(|name| self.gaps.get(name).map(String::as_str))
    }

    /// The same of a schema that is in no file.
    pub(crate) fn gap_of_value(&self, schema: &Value) -> Option<&str> {
        let mut names = Vec::new();
        references(schema, &mut names);
        names.into_iter().find_map(|name| self.gap(name))
    }

    /// Can a schema with a gap reject what the whole one accepts?
    pub(crate) fn is_distorted(&self, name: &str) -> bool {
        self.gap(name).is_some()
            && self.leads_to(name).into_iter().any(|name| {
                let schema = self.written(name);
                schema.is_some_and(has_more_with_less)
            })
    }

    /// Can an answer be held to the schema? Not if nothing that rejects anything is left of it, or what is left may be
    /// wrong.
    pub(crate) fn is_usable(&self, name: &str) -> bool {
        self.gap(name).is_none() || !self.is_distorted(name) && !self.accepts_everything(name)
    }

    fn accepts_everything(&self, name: &str) -> bool {
        let mut seen = BTreeSet::new();
        let written = self.written(name);
        written.is_none_or(|schema| self.rejects_nothing(schema, &mut seen, NESTING))
    }

    /// `seen` are the files that were looked into.
    fn rejects_nothing<'s>(
        &'s self,
        schema: &'s Value,
        seen: &mut BTreeSet<&'s str>,
        depth: usize,
    ) -> bool {
        let Value::Object(members) = schema else {
            return *schema != Value::Bool(false);
        };
        // What is so deep is not looked into: nothing is claimed of it.
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };
        members
            .iter()
            .all(|(name, value)| match (name.as_str(), value) {
                ("$ref", Value::String(name)) => {
                    let other = self.written(name).filter(|_| seen.insert(name));
                    other.is_none_or(|other| self.rejects_nothing(other, seen, depth))
                }
                ("allOf", Value::Array(all)) => {
                    all.iter().all(|one| self.rejects_nothing(one, seen, depth))
                }
                ("anyOf", Value::Array(all)) => {
                    all.iter().any(|one| self.rejects_nothing(one, seen, depth))
                }
                ("properties" | "patternProperties", Value::Object(all)) => all
                    .values()
                    .all(|one| self.rejects_nothing(one, seen, depth)),
                ("items" | "additionalProperties", one) => self.rejects_nothing(one, seen, depth),
                (
                    "title" | "description" | "default" | "deprecated" | "readOnly" | "writeOnly"
                    | "examples" | "contentEncoding" | "contentMediaType" | "contentSchema",
                    _,
                ) => true,
                (name, _) => name.starts_with("x-"),
            })
    }

    /// A schema, and those that it leads to.
    fn leads_to<'s>(&'s self, name: &'s str) -> BTreeSet<&'s str> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![name];
        while let Some(name) = waiting.pop() {
            if let Some(schema) = self.written(name)
                && reached.insert(name)
            {
                references(schema, &mut waiting);
            }
        }
        reached
    }

    /// The schema in a file as it is written.
    pub(crate) fn written(&self, name: &str) -> Option<&Value> {
        self.documents.get(name).map(|document| &**document)
    }

    /// The schema to judge values with.
    pub(crate) fn compiled(&self, name: &str) -> Option<Rc<Schema>> {
        let mut last = self.last.borrow_mut();
        if let Some((known, schema)) = &*last
            && known == name
        {
            return Some(Rc::clone(schema));
        }
        let schema = Rc::new(self.library.0.as_ref()?.compile(name, "").ok()?);
        *last = Some((name.to_owned(), Rc::clone(&schema)));
        Some(schema)
    }

    /// Does a schema that is in no file accept a value? Not if that cannot be told.
    pub(crate) fn accept(&self, schema: &Value, value: &Value) -> bool {
        let library = self.library.0.as_ref();
        let compiled = library.and_then(|library| library.compile_inline(schema).ok());
        compiled.is_some_and(|schema| schema.accepts(value))
    }

    /// The schema in a file, to make values of.
    pub(crate) fn place(&self, name: &str) -> Option<SchemaPlace<'_>> {
        SchemaPlace::named(&self.documents, name)
    }

    /// The files that some names lead to.
    pub(crate) fn reachable(&self, names: &BTreeSet<String>) -> Vec<(String, Value)> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&str> = names.iter().map(String::as_str).collect();
        while let Some(name) = waiting.pop() {
            if let Some(schema) = self.written(name)
                && reached.insert(name)
            {
                references(schema, &mut waiting);
            }
        }
        let reached = reached.into_iter();
        let files = reached.filter_map(|name| Some((name.to_owned(), self.written(name)?.clone())));
        files
            .map(|(name, schema)| (name, with_draft(schema)))
            .collect()
    }
}

/// Has the schema a keyword that rejects more if a part of the schema is missing?
pub(crate) fn has_more_with_less(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(has_more_with_less),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let rejects_more = match name.as_str() {
                "additionalProperties" | "items" => {
                    value.is_object() || *value == Value::Bool(false)
                }
                "else"
                | "if"
                | "maxContains"
                | "not"
                | "oneOf"
                | "then"
                | "unevaluatedItems"
                | "unevaluatedProperties" => true,
                _ => false,
            };
            rejects_more && (name != "items" || members.contains_key("prefixItems"))
                || has_more_with_less(value)
        }),
        _ => false,
    }
}

/// The names of files that a schema refers to.
pub(crate) fn references<'s>(schema: &'s Value, found: &mut Vec<&'s str>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(reference) if name == "$ref" => found.push(reference),
                    _ => references(value, found),
                }
            }
        }
        _ => {}
    }
}

fn with_draft(schema: Value) -> Value {
    let Value::Object(members) = schema else {
        return schema;
    };
    let mut written = Map::new();
    written.insert(
        "$schema".into(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    written.extend(members);
    Value::Object(written)
}

/// The schema without examples, which reject nothing.
pub(crate) fn without_examples(schema: &Value) -> Value {
    keyword::without(schema, &|name| name == "examples")
}

/// Removes the keyword at a pointer. A schema that is removed from a list accepts everything instead.
fn remove(schema: &mut Value, pointer: &str) {
    let (parent, token) = pointer.rsplit_once('/').unwrap_or(("", ""));
    let token = unescaped(token);
    let is_removed = match schema.pointer_mut(parent) {
        Some(Value::Object(members)) => !pointer.is_empty() && members.remove(&token).is_some(),
        Some(Value::Array(items)) => {
            let item = token.parse().ok().and_then(|at: usize| items.get_mut(at));
            item.map(|item| *item = Value::Bool(true)).is_some()
        }
        _ => false,
    };
    if !is_removed {
        *schema = Value::Bool(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn examples_are_removed_and_members_of_that_name_are_not() {
        let schema = json!({
            "examples": [1],
            "properties": { "examples": { "type": "array", "examples": [[]], "items": { "examples": [2] } } },
            "enum": [{ "examples": 1 }],
        });
        assert_eq!(
            without_examples(&schema),
            json!({ "properties": { "examples": { "type": "array", "items": {} } }, "enum": [{ "examples": 1 }] })
        );
    }

    #[test]
    fn a_keyword_is_removed_at_its_place() {
        let mut schema = json!({ "anyOf": [{ "a/b": 1, "c": 2 }, 3] });
        remove(&mut schema, "/anyOf/0/a~1b");
        remove(&mut schema, "/anyOf/1");
        assert_eq!(schema, json!({ "anyOf": [{ "c": 2 }, true] }));
        remove(&mut schema, "/nothing/here");
        assert_eq!(schema, json!(true));
    }
}
