//! How many schemas one value is compared with.
//!
//! Each of several schemas can combine the next one twice: so many comparisons as 2 to the power of their number, and
//! the validator makes all of them. A schema with too many is a mistake.

use std::collections::HashMap;

use serde_json::Value;

use crate::json::pointer::below;
use crate::json::schema::SchemaError;
use crate::json::schema::reference::Documents;

/// The most schemas that one value is compared with, without what is in it.
const MOST: u64 = 100_000;

/// Keywords of one schema, and of several, for the same value.
const ONE: [&str; 4] = ["if", "then", "else", "not"];
const SEVERAL: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// The schemas that compare one value with too many others: of those that contain each other, the innermost ones.
pub(super) fn too_many(documents: &Documents) -> Vec<SchemaError> {
    let mut search = Search {
        documents,
        known: HashMap::new(),
    };
    let mut errors = Vec::new();
    for (name, document) in documents.by_name() {
        let mut waiting = vec![(String::new(), document)];
        while let Some((pointer, value)) = waiting.pop() {
            match value {
                Value::Object(members) => {
                    if search.crosses(name, value) {
                        errors.push(error(name, &pointer));
                    }
                    let members = members.iter().rev();
                    waiting.extend(members.map(|(key, value)| (below(&pointer, key), value)));
                }
                Value::Array(items) => {
                    let items = items.iter().enumerate().rev();
                    waiting.extend(items.map(|(at, item)| (format!("{pointer}/{at}"), item)));
                }
                _ => {}
            }
        }
    }
    errors
}

fn error(document: &str, pointer: &str) -> SchemaError {
    SchemaError {
        document: document.to_owned(),
        pointer: pointer.to_owned(),
        message: format!(
            "a value would be compared with more than {MOST} schemas: those that this one combines lead to each other in too many ways"
        ),
        candidates: Vec::new(),
        help: "combine each schema once with `allOf`, `anyOf` or `oneOf`".to_owned(),
    }
}

/// Counts the comparisons of each schema.
struct Search<'d> {
    documents: &'d Documents,
    /// By address. A schema that is being counted has one, so that one that leads back to itself has an end.
    known: HashMap<*const Value, u64>,
}

/// A schema with the document that its references are relative to.
type Schema<'d> = (&'d str, &'d Value);

impl<'d> Search<'d> {
    /// Has the schema too many, and none of those that it combines?
    fn crosses(&mut self, document: &'d str, schema: &'d Value) -> bool {
        self.count((document, schema)) > MOST && { self.combined((document, schema)).into_iter() }
            .all(|(_, one)| {
                self.known
                    .get(&std::ptr::from_ref(one))
                    .is_none_or(|ways| *ways <= MOST)
            })
    }

    fn count(&mut self, schema: Schema<'d>) -> u64 {
        let mut waiting = vec![(schema, false)];
        while let Some((schema, has_parts)) = waiting.pop() {
            let key = std::ptr::from_ref(schema.1);
            if !has_parts && self.known.contains_key(&key) {
                continue;
            }
            let parts = self.combined(schema);
            if has_parts || parts.is_empty() {
                let ways = parts.iter().map(|(_, one)| {
                    let ways = self.known.get(&std::ptr::from_ref(*one));
                    ways.copied().unwrap_or(1)
                });
                let sum = ways.fold(1, u64::saturating_add);
                self.known.insert(key, sum);
                continue;
            }
            self.known.insert(key, 1);
            waiting.push((schema, true));
            waiting.extend(parts.into_iter().map(|part| (part, false)));
        }
        self.known
            .get(&std::ptr::from_ref(schema.1))
            .copied()
            .unwrap_or(1)
    }

    /// The schemas that the same value is compared with.
    fn combined(&self, (document, schema): Schema<'d>) -> Vec<Schema<'d>> {
        let mut found: Vec<Schema<'d>> = Vec::new();
        let Value::Object(keywords) = schema else {
            return found;
        };
        for (name, value) in keywords {
            match (name.as_str(), value) {
                ("$ref", Value::String(reference)) => {
                    found.extend(self.documents.referred(document, reference));
                }
                ("dependentSchemas", Value::Object(all)) => {
                    found.extend(all.values().map(|one| (document, one)));
                }
                (name, Value::Array(all)) if SEVERAL.contains(&name) => {
                    found.extend(all.iter().map(|one| (document, one)));
                }
                (name, one) if ONE.contains(&name) => found.push((document, one)),
                _ => {}
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::json::{SchemaDocuments, SchemaLibrary};

    fn errors(documents: &[(String, Value)]) -> Vec<String> {
        let documents = documents.iter().cloned();
        let documents: SchemaDocuments = documents
            .map(|(name, value)| (name, Arc::new(value)))
            .collect();
        let errors = SchemaLibrary::new(&documents).err().unwrap_or_default();
        errors
            .into_iter()
            .map(|error| format!("{}#{}", error.document, error.pointer))
            .collect()
    }

    #[test]
    fn a_schema_to_which_too_many_ways_lead_is_a_mistake() {
        for keyword in SEVERAL {
            let chain = |levels: usize| -> Vec<(String, Value)> {
                let level = |at: usize| {
                    let next = json!({ "$ref": format!("l{}.json", at + 1) });
                    (format!("l{at}.json"), json!({ keyword: [next, next] }))
                };
                let last = (format!("l{levels}.json"), json!({ "type": "string" }));
                (0..levels).map(level).chain([last]).collect()
            };
            assert_eq!(errors(&chain(12)), [""; 0], "{keyword}");
            assert_eq!(errors(&chain(40)), ["l25.json#"], "{keyword}");
        }
    }

    #[test]
    fn what_leads_back_to_itself_and_what_is_in_a_value_has_an_end() {
        let node = json!({
            "oneOf": [{ "$ref": "#" }, { "type": "null" }],
            "properties": { "a": { "$ref": "#" }, "b": { "$ref": "#" }, "oneOf": { "enum": [{ "$ref": "#" }] } },
            "items": { "anyOf": [{ "$ref": "#" }, { "$ref": "#" }] },
        });
        assert_eq!(errors(&[("node.json".into(), node)]), [""; 0]);
    }
}
