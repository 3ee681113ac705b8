//! What the schemas of a suite say about a part of a JSON value: members and words.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::lsp::cursor::Segment;
use crate::lsp::index::resolved;
use crate::lsp::suite::Suite;

/// How many references and alternatives are followed in one place.
const MOST_VIEWS: usize = 64;

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Type and description.
    pub(crate) doc: String,
    pub(crate) is_required: bool,
}

/// The schemas of one place in a value.
pub(crate) struct Schemas<'s> {
    suite: &'s Suite,
    files: BTreeMap<String, Value>,
    /// Each with the file that it is in.
    views: Vec<(String, Value)>,
}

impl<'s> Schemas<'s> {
    /// The schema that a case names: `presence/records.schema.json#/$defs/record`.
    pub(crate) fn named(suite: &'s Suite, name: &str) -> Schemas<'s> {
        let reference = serde_json::json!({ "$ref": name });
        Schemas::inline(suite, reference)
    }

    /// A schema that is written out.
    pub(crate) fn inline(suite: &'s Suite, schema: Value) -> Schemas<'s> {
        let mut schemas = Schemas {
            suite,
            files: BTreeMap::new(),
            views: vec![(String::new(), schema)],
        };
        schemas.expand();
        schemas
    }

    /// Goes on to a part of the value. Markers as keys lead to the elements of an array.
    pub(crate) fn step(&mut self, segment: &Segment) {
        let mut next = Vec::new();
        for (file, schema) in &self.views {
            let found = match segment {
                Segment::Item(index) => {
                    let first = schema.get("prefixItems").and_then(|all| all.get(index));
                    first.or(schema.get("items"))
                }
                Segment::Key(key) => match key.as_str() {
                    "<each>" | "<each?>" => schema.get("items"),
                    "<unordered>" | "<contains>" | "<optional>" => Some(schema),
                    key => {
                        let known = schema.get("properties").and_then(|all| all.get(key));
                        known.or(schema.get("additionalProperties"))
                    }
                },
            };
            next.extend(
                found
                    .filter(|one| one.is_object())
                    .map(|one| (file.clone(), one.clone())),
            );
        }
        self.views = next;
        self.expand();
    }

    /// Adds what the schemas refer to, and what they are made of.
    fn expand(&mut self) {
        let mut at = 0;
        while at < self.views.len() && self.views.len() < MOST_VIEWS {
            let (file, schema) = self.views[at].clone();
            at += 1;
            if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
                let own = (!file.is_empty()).then_some(&*file);
                if let Some(found) = self.target(&resolved(own, reference)) {
                    self.views.push(found);
                }
            }
            for key in ["allOf", "anyOf", "oneOf"] {
                let parts = schema.get(key).and_then(Value::as_array);
                let parts = parts.into_iter().flatten().cloned();
                self.views.extend(parts.map(|part| (file.clone(), part)));
            }
            for key in ["then", "else"] {
                let part = schema.get(key).cloned();
                self.views.extend(part.map(|part| (file.clone(), part)));
            }
        }
    }

    /// The schema that a path below `schemas/`, perhaps with a pointer, names.
    fn target(&mut self, name: &str) -> Option<(String, Value)> {
        let (file, pointer) = name.split_once('#').unwrap_or((name, ""));
        if !self.files.contains_key(file) {
            let path = self.suite.path_below("schemas", file);
            let text = &self.suite.files.get(&path)?.text;
            let schema = serde_json::from_str(text).ok()?;
            self.files.insert(file.to_owned(), schema);
        }
        let schema = self.files.get(file)?.pointer(pointer)?;
        Some((file.to_owned(), schema.clone()))
    }

    /// The members that the schemas name.
    pub(crate) fn members(&self) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for (_, schema) in &self.views {
            let required = schema.get("required").and_then(Value::as_array);
            let is_required = |name: &str| {
                required.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(name)))
            };
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, schema) in properties.into_iter().flatten() {
                match members.iter_mut().find(|known| known.name == *name) {
                    Some(known) => known.is_required |= is_required(name),
                    None => members.push(Member {
                        name: name.clone(),
                        doc: doc(schema),
                        is_required: is_required(name),
                    }),
                }
            }
        }
        members
    }

    /// The values of a fixed set.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (_, schema) in &self.views {
            let list = schema.get("enum").and_then(Value::as_array);
            let values = list.into_iter().flatten().chain(schema.get("const"));
            words.extend(
                values
                    .filter(|one| !one.is_object() && !one.is_array())
                    .map(|one| match one {
                        Value::String(word) => word.clone(),
                        other => other.to_string(),
                    }),
            );
            if schema.get("type").is_some_and(|one| one == "boolean") {
                words.extend(["true".to_owned(), "false".to_owned()]);
            }
        }
        words
    }

    /// What the schemas say in words about this place.
    pub(crate) fn doc(&self) -> Option<String> {
        let mut docs = self.views.iter().map(|(_, schema)| doc(schema));
        docs.find(|doc| !doc.is_empty())
    }
}

/// Type and description of a schema.
fn doc(schema: &Value) -> String {
    let types = match schema.get("type") {
        Some(Value::String(name)) => name.clone(),
        Some(Value::Array(names)) => {
            let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
            names.join(" or ")
        }
        _ => String::new(),
    };
    let about = schema.get("description").or(schema.get("title"));
    let about = about.and_then(Value::as_str).unwrap_or_default();
    match (types.is_empty(), about.is_empty()) {
        (true, _) => about.to_owned(),
        (false, true) => types,
        (false, false) => format!("{types}: {about}"),
    }
}
