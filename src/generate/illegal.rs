//! Values with exactly one change, which the schema rejects.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::generate::candidate::candidates;
use crate::generate::place::SchemaPlace;
use crate::generate::random::{MOST_SCHEMAS, plain_value};
use crate::json::pointer::{below, tokens};

/// How deep a value is changed, and how many candidates are tried.
const DEPTH: usize = 8;
const MOST_CANDIDATES: usize = 2000;

/// The most bytes of all candidates as JSON.
const MOST_BYTES: usize = 8 << 20;

/// A value of one change, which the schema rejects.
#[derive(Clone, Debug, PartialEq)]
pub struct Illegal {
    /// What is changed, in kebab case and unique: `user-too-short`.
    pub name: String,
    /// The same in words: `user is empty`.
    pub what: String,
    /// Where: JSON Pointer to the changed value; of a missing or further member, to its object.
    pub pointer: String,
    /// The complete value.
    pub value: Value,
}

/// The illegal values of one change of a legal value, and how many more there would be. `is_legal` is the compiled schema.
/// Each place is changed once before any is changed a second time.
pub fn illegal_values(
    schema: SchemaPlace<'_>,
    legal: &Value,
    is_legal: &dyn Fn(&Value) -> bool,
    most: usize,
) -> (Vec<Illegal>, usize) {
    let mut search = Search {
        legal,
        is_legal,
        found: Vec::new(),
        seen: BTreeSet::new(),
        names: BTreeSet::new(),
        tried: 0,
        bytes: 0,
        left: MOST_SCHEMAS,
    };
    search.visit(schema, "", legal, DEPTH);
    let mut found: Vec<(usize, (usize, Illegal))> = search.found.into_iter().enumerate().collect();
    found.sort_by_key(|(_, (rank, _))| *rank);
    let left_out = found.len().saturating_sub(most);
    found.truncate(most);
    found.sort_by_key(|(place, _)| *place);
    (
        found.into_iter().map(|(_, (_, one))| one).collect(),
        left_out,
    )
}

struct Search<'v> {
    legal: &'v Value,
    is_legal: &'v dyn Fn(&Value) -> bool,
    /// With the number of those before it at the same place.
    found: Vec<(usize, Illegal)>,
    seen: BTreeSet<String>,
    names: BTreeSet<String>,
    tried: usize,
    bytes: usize,
    /// How many more schemas are looked at to make values of members that are not there.
    left: usize,
}

impl Search<'_> {
    /// Has enough been tried? A schema that contains itself several times has more places than can be visited.
    fn is_over(&self) -> bool {
        self.tried >= MOST_CANDIDATES || self.bytes >= MOST_BYTES
    }

    /// Changes the value at a pointer, and what is in it.
    fn visit(&mut self, schema: SchemaPlace<'_>, pointer: &str, value: &Value, depth: usize) {
        let (Some(depth), Some((schema, keywords))) = (depth.checked_sub(1), schema.keywords())
        else {
            return;
        };
        if self.is_over() {
            return;
        }
        let mut rank = 0;
        for one in candidates(keywords, value) {
            let value = self.with(pointer, &one.value);
            self.add(pointer, pointer, one.name, &one.what, value, &mut rank);
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            let parts = keywords.get(name).and_then(Value::as_array);
            for part in parts.into_iter().flatten() {
                self.visit(schema.at(part), pointer, value, depth);
            }
        }
        match value {
            Value::Object(members) => self.members(schema, keywords, pointer, members, depth),
            Value::Array(items) => {
                if let (Some(first), Some(schema_of_items)) = (items.first(), keywords.get("items"))
                {
                    self.visit(
                        schema.at(schema_of_items),
                        &format!("{pointer}/0"),
                        first,
                        depth,
                    );
                }
            }
            _ => {}
        }
    }

    fn members(
        &mut self,
        schema: SchemaPlace<'_>,
        keywords: &Map<String, Value>,
        pointer: &str,
        members: &Map<String, Value>,
        depth: usize,
    ) {
        let required = keywords.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if self.is_over() {
                return;
            }
            let mut without = members.clone();
            if without.shift_remove(name).is_some() {
                let value = self.with(pointer, &Value::Object(without));
                let at = below(pointer, name);
                self.add(pointer, &at, "missing", "is missing", value, &mut 0);
            }
        }
        let properties = keywords.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if self.is_over() {
                return;
            }
            let at = below(pointer, name);
            let property = schema.at(property);
            match members.get(name) {
                Some(value) => self.visit(property, &at, value, depth),
                None => {
                    if let Some(value) = plain_value(property, &mut self.left) {
                        self.visit(property, &at, &value, depth);
                    }
                }
            }
        }
        let is_closed = ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .any(|name| keywords.get(*name) == Some(&Value::Bool(false)));
        if is_closed {
            let mut with = members.clone();
            with.insert("probity-extra".into(), json!(true));
            let value = self.with(pointer, &Value::Object(with));
            let what = "has a member that is not allowed";
            self.add(pointer, pointer, "extra-member", what, value, &mut 0);
        }
    }

    /// The legal value with another value at a pointer.
    fn with(&self, pointer: &str, value: &Value) -> Option<Value> {
        let mut changed = self.legal.clone();
        if let Some(place) = changed.pointer_mut(pointer) {
            *place = value.clone();
            return Some(changed);
        }
        let (parent, _) = pointer.rsplit_once('/')?;
        let parent = changed.pointer_mut(parent)?.as_object_mut()?;
        parent.insert(tokens(pointer).last()?, value.clone());
        Some(changed)
    }

    /// Keeps a change if it is a new one, and illegal. `at` is what the change is about.
    fn add(
        &mut self,
        pointer: &str,
        at: &str,
        name: &str,
        what: &str,
        value: Option<Value>,
        rank: &mut usize,
    ) {
        if self.is_over() {
            return;
        }
        self.tried += 1;
        let Some(value) = value else { return };
        let text = value.to_string();
        self.bytes += text.len();
        if (self.is_legal)(&value) || !self.seen.insert(text) {
            return;
        }
        let words: Vec<String> = tokens(at).collect();
        let subject = match words.as_slice() {
            [] => "the body".to_owned(),
            words => words.join("."),
        };
        let unique = unique(&mut self.names, &words, name);
        let one = Illegal {
            name: unique,
            what: format!("{subject} {what}"),
            pointer: pointer.to_owned(),
            value,
        };
        self.found.push((*rank, one));
        *rank += 1;
    }
}

/// A name for a change of what these words lead to.
fn unique(names: &mut BTreeSet<String>, words: &[String], name: &str) -> String {
    let mut made = String::new();
    for word in words.iter().map(String::as_str).chain([name]) {
        let mut is_new = true;
        for character in word.chars().take(40) {
            if !character.is_ascii_alphanumeric() {
                is_new = true;
                continue;
            }
            if is_new && !made.is_empty() {
                made.push('-');
            }
            made.push(character.to_ascii_lowercase());
            is_new = false;
        }
    }
    if made.len() > 80 {
        made.truncate(80);
        made.truncate(made.trim_end_matches('-').len());
    }
    if !made.starts_with(|first: char| first.is_ascii_lowercase()) {
        made.insert_str(0, "of-");
    }
    let mut wanted = made.clone();
    let mut number = 2;
    while !names.insert(wanted.clone()) {
        wanted = format!("{made}-{number}");
        number += 1;
    }
    wanted
}
