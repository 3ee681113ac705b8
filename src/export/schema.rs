//! The schemas of a suite in one document: each file is a component, and references lead from one to another.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::json::schema::{Schema, SchemaId};
use crate::model::Suite;
use crate::text::names::Unique;

/// Keywords that say where a document is, which is in another one now.
const OF_DOCUMENT: [&str; 5] = ["$schema", "$id", "$anchor", "$dynamicAnchor", "$vocabulary"];

/// Keywords whose value has schemas by names, and those whose value is data.
const BY_NAME: [&str; 5] = [
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
];
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// The components of the document.
#[derive(Debug)]
pub(super) struct Components<'s> {
    suite: &'s Suite,
    /// Names of components by document; a schema in a case has the number of the schema instead.
    names: BTreeMap<String, String>,
    taken: Unique,
    schemas: Map<String, Value>,
    notes: BTreeSet<String>,
}

impl<'s> Components<'s> {
    pub(super) fn new(suite: &'s Suite) -> Components<'s> {
        Components {
            suite,
            names: BTreeMap::new(),
            taken: Unique::default(),
            schemas: Map::new(),
            notes: BTreeSet::new(),
        }
    }

    /// A reference to a schema of the suite.
    pub(super) fn reference(&mut self, id: SchemaId) -> Value {
        let schema = self.suite.schema(id);
        let (document, pointer) = schema.place();
        let key = if schema.is_inline() {
            format!("inline {}", id.0)
        } else {
            document.to_owned()
        };
        let name = self.component(schema, document, key);
        json!({ "$ref": target(&name, pointer) })
    }

    /// The name of the component of a document, which is made if it is not there yet.
    fn component(&mut self, schema: &Schema, document: &str, key: String) -> String {
        if let Some(name) = self.names.get(&key) {
            return name.clone();
        }
        let name = self.taken.take(&name_of(&key));
        self.names.insert(key, name.clone());
        let Some(value) = schema.document(document) else {
            return name;
        };
        let value = self.converted(schema, document, &name, value);
        self.schemas.insert(name.clone(), value);
        name
    }

    /// A schema with references to components.
    fn converted(&mut self, schema: &Schema, document: &str, own: &str, value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                let items = items.iter();
                items
                    .map(|item| self.converted(schema, document, own, item))
                    .collect()
            }
            Value::Object(members) => {
                let mut converted = Map::new();
                for (keyword, value) in members {
                    if OF_DOCUMENT.contains(&keyword.as_str()) {
                        continue;
                    }
                    let value = match (keyword.as_str(), value) {
                        ("$ref", Value::String(reference)) => {
                            self.resolved(schema, document, own, reference)
                        }
                        ("$dynamicRef", _) => {
                            let note = format!(
                                "`$dynamicRef` in schemas/{document}: any value is accepted there"
                            );
                            self.notes.insert(note);
                            continue;
                        }
                        (keyword, Value::Object(named)) if BY_NAME.contains(&keyword) => {
                            let named = named.iter().map(|(name, value)| {
                                (name.clone(), self.converted(schema, document, own, value))
                            });
                            Value::Object(named.collect())
                        }
                        (keyword, value) if DATA.contains(&keyword) => value.clone(),
                        (_, value) => self.converted(schema, document, own, value),
                    };
                    converted.insert(keyword.clone(), value);
                }
                Value::Object(converted)
            }
            other => other.clone(),
        }
    }

    fn resolved(&mut self, schema: &Schema, document: &str, own: &str, reference: &str) -> Value {
        let Some((other, pointer)) = schema.resolved(document, reference) else {
            return reference.into();
        };
        let name = if other == document {
            own.to_owned()
        } else {
            self.component(schema, &other, other.clone())
        };
        target(&name, &pointer).into()
    }

    /// The schemas, and what could not be said.
    pub(super) fn finish(self) -> (Map<String, Value>, Vec<String>) {
        (self.schemas, self.notes.into_iter().collect())
    }
}

/// `license.user` for `license/user.schema.json`: only what the specification permits in a name.
fn name_of(document: &str) -> String {
    let stem = document.strip_suffix(".json").unwrap_or(document);
    let stem = stem.strip_suffix(".schema").unwrap_or(stem);
    stem.chars()
        .map(|character| match character {
            '/' => '.',
            plain if plain.is_ascii_alphanumeric() || "._-".contains(plain) => plain,
            _ => '-',
        })
        .collect()
}

/// A reference to a place in a component.
fn target(name: &str, pointer: &str) -> String {
    let mut text = format!("#/components/schemas/{name}");
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_references_are_those_of_the_specification() {
        assert_eq!(name_of("license/user.schema.json"), "license.user");
        assert_eq!(name_of("a b/ü.json"), "a-b.-");
        assert_eq!(name_of("inline 7"), "inline-7");
        assert_eq!(
            target("a", "/$defs/x~1 y"),
            "#/components/schemas/a/$defs/x~1%20y"
        );
    }
}
