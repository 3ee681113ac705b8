//! What the schemas of an answer say about a place of its body: nothing about a member that none of them names, and nothing
//! about a value whose type none of them states.
//!
//! Where this cannot be seen (a pattern of names, a reference that leads nowhere), a place counts as described: then its mutants
//! survive, and are looked at.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json::Schema;
use crate::json::pointer::tokens;
use crate::model::{AnswerPlace, Block, BodyCheck, Response, Step, Suite};
use crate::prove::changed::BODY;

/// The place in `unchecked` that means everything about which the schemas of a body say nothing.
pub(super) const UNDESCRIBED: &str = "undescribed";

/// How many schemas of one place are looked at.
const MOST: usize = 1000;

/// Is the body of this answer held to a schema, and does none of them say anything about a place?
pub(super) fn is_undescribed(
    suite: &Suite,
    step: &Step,
    answer: AnswerPlace,
    response: &Response,
    place: &str,
) -> bool {
    if place != BODY && !place.starts_with('/') {
        return false;
    }
    let blocks: Vec<&Block> = step
        .blocks_for(answer, response)
        .map(|(block, _)| block)
        .collect();
    let schemas = |block: &&Block| {
        let checks = block.body_checks();
        let ids = checks.filter_map(|check| match check {
            BodyCheck::Schema { schema, .. } => Some(*schema),
            _ => None,
        });
        ids.collect::<Vec<_>>()
    };
    let mut always = blocks.iter().filter(|block| block.when.is_none());
    let is_held = always.any(|block| !schemas(block).is_empty());
    let mut all = blocks.iter().flat_map(schemas);
    is_held && !all.any(|id| states_type(suite.schema(id), place))
}

/// Does a schema state the type, or the values, of what is at a place?
fn states_type(schema: &Schema, place: &str) -> bool {
    let (document, pointer) = schema.place();
    let start = schema
        .document(document)
        .and_then(|one| one.pointer(pointer));
    let Some(start) = start else { return true };
    let mut look = Look {
        schema,
        is_unclear: false,
    };
    let mut nodes = look.expanded(vec![(document.to_owned(), start)]);
    let place = if place == BODY { "" } else { place };
    for token in tokens(place) {
        let inner = nodes.iter().flat_map(|(document, node)| {
            let inner = inner(node, &token).into_iter();
            inner.map(move |node| (document.clone(), node))
        });
        nodes = look.expanded(inner.collect());
    }
    let states = |node: &Value| match node {
        Value::Bool(accepts_all) => !accepts_all,
        node => ["type", "enum", "const", "not"]
            .iter()
            .any(|name| node.get(name).is_some()),
    };
    look.is_unclear || nodes.iter().any(|(_, node)| states(node))
}

/// A schema, and the document that its references start from.
type Node<'s> = (String, &'s Value);

struct Look<'s> {
    schema: &'s Schema,
    /// Was there something that is not understood?
    is_unclear: bool,
}

impl<'s> Look<'s> {
    /// The schemas, and those that hold for the same value.
    fn expanded(&mut self, mut waiting: Vec<Node<'s>>) -> Vec<Node<'s>> {
        let mut nodes: Vec<Node<'s>> = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some((document, node)) = waiting.pop() {
            if !seen.insert(std::ptr::from_ref(node).addr()) {
                continue;
            }
            if nodes.len() == MOST {
                self.is_unclear = true;
                break;
            }
            if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
                let to = self.schema.resolved(&document, reference);
                let found = to.and_then(|(document, pointer)| {
                    let node = self.schema.document(&document)?.pointer(&pointer)?;
                    Some((document, node))
                });
                self.is_unclear |= found.is_none();
                waiting.extend(found);
            }
            let lists = ["allOf", "anyOf", "oneOf"].iter();
            let lists = lists
                .filter_map(|name| node.get(name)?.as_array())
                .flatten();
            let others = ["if", "then", "else"]
                .iter()
                .filter_map(|name| node.get(name));
            waiting.extend(lists.chain(others).map(|node| (document.clone(), node)));
            nodes.push((document, node));
        }
        nodes
    }
}

/// The schemas for a member or, by `*`, for the elements of an array.
fn inner<'s>(node: &'s Value, token: &str) -> Vec<&'s Value> {
    let mut found = Vec::new();
    if token == "*" {
        let lists = ["prefixItems", "items"].iter();
        found.extend(
            lists
                .filter_map(|name| node.get(name)?.as_array())
                .flatten(),
        );
        let others = ["items", "additionalItems", "unevaluatedItems", "contains"].iter();
        let others = others.filter_map(|name| node.get(name));
        found.extend(others.filter(|one| !one.is_array()));
    }
    let by_pattern = node.get("patternProperties").and_then(Value::as_object);
    found.extend(by_pattern.into_iter().flat_map(|all| all.values()));
    match node.get("properties").and_then(|all| all.get(token)) {
        Some(named) => found.push(named),
        None => {
            let others = ["additionalProperties", "unevaluatedProperties"].iter();
            found.extend(others.filter_map(|name| node.get(name)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{SchemaDocuments, SchemaLibrary};
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn what_no_schema_names_and_what_has_no_type_is_undescribed() {
        let mut documents = SchemaDocuments::new();
        let pet = json!({
            "type": "object",
            "properties": {
                "id": { "type": "integer" },
                "any": { "description": "whatever" },
                "open": { "type": "object" },
                "map": { "additionalProperties": { "enum": [1] } },
                "closed": { "additionalProperties": false },
                "friends": { "type": "array", "items": { "$ref": "#" } },
                "tags": { "type": "array" },
                "x-": { "patternProperties": { "^a": { "type": "string" } } },
                "a/b": { "anyOf": [{ "minLength": 1 }, { "const": 2 }] },
            },
        });
        documents.insert("pet.json".to_owned(), Arc::new(pet));
        documents.insert(
            "all.json".to_owned(),
            Arc::new(json!({ "allOf": [{ "$ref": "pet.json" }, {}] })),
        );
        documents.insert(
            "none.json".to_owned(),
            Arc::new(json!({ "title": "Whatever" })),
        );
        let library = SchemaLibrary::new(&documents).unwrap();
        let schema = library.compile("all.json", "").unwrap();
        let described = [
            "body",
            "/id",
            "/open",
            "/map/x",
            "/closed/x",
            "/friends",
            "/friends/*",
            "/friends/*/friends/*/id",
            "/tags",
            "/x-/b",
            "/a~1b",
        ];
        for place in described {
            assert!(states_type(&schema, place), "{place}");
        }
        let undescribed = [
            "/other",
            "/other/x",
            "/any",
            "/any/*",
            "/open/x",
            "/map",
            "/friends/*/other",
            "/tags/*",
            "/x-",
        ];
        for place in undescribed {
            assert!(!states_type(&schema, place), "{place}");
        }
        let none = library.compile("none.json", "").unwrap();
        assert!(!states_type(&none, "body") && !states_type(&none, "/a/*"));
    }
}
