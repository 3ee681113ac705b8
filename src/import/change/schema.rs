//! How schemas changed: what they accept became less (narrowed), more (widened), or neither.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::import::change::Change;

/// Deepest nesting that is compared, of schemas in schemas and of `allOf`.
const DEPTH: usize = 40;

/// Most values of an enumeration that are listed.
const VALUES: usize = 5;

/// Who sends what a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// What a change does to the values that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    Narrowed,
    Widened,
    /// Some are new, others are gone.
    Other,
    /// Nothing is rejected that was accepted, and the other way round.
    Same,
}

impl Effect {
    fn is_breaking(self, direction: Direction) -> bool {
        match self {
            Effect::Narrowed => direction == Direction::Request,
            Effect::Widened => direction == Direction::Answer,
            Effect::Other => true,
            Effect::Same => false,
        }
    }
}

/// A difference at a place in a schema.
#[derive(Clone, Debug)]
struct Difference {
    /// `owner.name`, `[].id`; empty for the whole.
    path: String,
    is_breaking: bool,
    /// `is required`
    what: String,
}

/// A schema and what became of it.
type Pair = (Direction, String, String);

/// What differs in a pair, and the pairs that it refers to, each with its path.
#[derive(Debug, Default)]
struct Compared {
    differences: Vec<Difference>,
    children: Vec<(String, Pair)>,
}

/// Where a pair is used.
#[derive(Debug, Default)]
struct Uses {
    /// The operations.
    operations: BTreeSet<String>,
    /// How often, the first time with the path there: `[].owner` in `the body of the 200`.
    count: usize,
    first: (String, String),
}

/// A comparison of the schemas of two documents.
#[derive(Debug)]
pub(super) struct Comparison<'c> {
    old: &'c BTreeMap<String, Value>,
    new: &'c BTreeMap<String, Value>,
    compared: BTreeMap<Pair, Compared>,
    uses: BTreeMap<Pair, Uses>,
    changes: Vec<Change>,
}

impl<'c> Comparison<'c> {
    pub(super) fn new(
        old: &'c BTreeMap<String, Value>,
        new: &'c BTreeMap<String, Value>,
    ) -> Comparison<'c> {
        Comparison {
            old,
            new,
            compared: BTreeMap::new(),
            uses: BTreeMap::new(),
            changes: Vec::new(),
        }
    }

    /// Compares what a request has without a name in the document, such as a parameter.
    pub(super) fn add_inline(&mut self, operation: &str, what: &str, old: &Value, new: &Value) {
        if old.is_null() && new.is_null() {
            return;
        }
        let everything = Value::Bool(true);
        let or_everything = |value: &Value| {
            if value.is_null() {
                everything.clone()
            } else {
                value.clone()
            }
        };
        let mut compared = Compared::default();
        self.compare(
            "",
            &or_everything(old),
            &or_everything(new),
            Direction::Request,
            DEPTH,
            &mut compared,
        );
        for difference in compared.differences {
            let place = place(&difference.path, what);
            self.changes.push(Change {
                is_breaking: difference.is_breaking,
                text: format!("{operation}: {place} {}", difference.what),
            });
        }
        for (path, pair) in compared.children {
            self.mark(operation, what, &path, &pair);
        }
    }

    /// Compares named schemas, and all that they refer to.
    pub(super) fn add_file(
        &mut self,
        operation: &str,
        direction: Direction,
        what: &str,
        old: &str,
        new: &str,
    ) {
        let pair = (direction, old.to_owned(), new.to_owned());
        self.mark(operation, what, "", &pair);
    }

    /// Notes that an operation uses a pair, and the pairs below it.
    fn mark(&mut self, operation: &str, what: &str, path: &str, pair: &Pair) {
        let mut waiting = vec![(path.to_owned(), pair.clone())];
        let mut seen = BTreeSet::new();
        while let Some((path, pair)) = waiting.pop() {
            let uses = self.uses.entry(pair.clone()).or_default();
            uses.operations.insert(operation.to_owned());
            uses.count += 1;
            if uses.count == 1 {
                uses.first = (path.clone(), what.to_owned());
            }
            if !seen.insert(pair.clone()) {
                continue;
            }
            self.compare_files(&pair);
            for (below, child) in &self.compared[&pair].children {
                waiting.push((join(&path, below), child.clone()));
            }
        }
    }

    fn compare_files(&mut self, pair: &Pair) {
        if self.compared.contains_key(pair) {
            return;
        }
        let mut compared = Compared::default();
        let (old, new) = (self.old.get(&pair.1), self.new.get(&pair.2));
        if let (Some(old), Some(new)) = (old, new) {
            self.compare("", old, new, pair.0, DEPTH, &mut compared);
        }
        self.compared.insert(pair.clone(), compared);
    }

    /// What changed, in the order of the names of schemas.
    pub(super) fn into_changes(self) -> Vec<Change> {
        let mut changes = self.changes;
        for (pair, uses) in &self.uses {
            for difference in &self.compared[pair].differences {
                let mut operations = uses.operations.iter();
                let first = operations.next().map_or("", String::as_str);
                let text = if uses.count == 1 {
                    let path = join(&uses.first.0, &difference.path);
                    format!(
                        "{first}: {} {}",
                        place(&path, &uses.first.1),
                        difference.what
                    )
                } else {
                    let stem = pair.2.trim_end_matches(".schema.json");
                    let stem = stem.trim_end_matches(".request");
                    let sent = match pair.0 {
                        Direction::Request => "requests",
                        Direction::Answer => "answers",
                    };
                    let others = match operations.next() {
                        None => first.to_owned(),
                        Some(second) => match operations.count() {
                            0 => format!("{first} and {second}"),
                            more => format!("{first}, {second} and {more} more"),
                        },
                    };
                    let what = format!("the schema {stem}");
                    let place = place(&difference.path, &what);
                    format!("{place} {} (in {sent} of {others})", difference.what)
                };
                changes.push(Change {
                    is_breaking: difference.is_breaking,
                    text,
                });
            }
        }
        changes
    }

    fn compare(
        &self,
        path: &str,
        old: &Value,
        new: &Value,
        direction: Direction,
        depth: usize,
        out: &mut Compared,
    ) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        if old == new && !has_reference(old) {
            return;
        }
        let mut notes = Notes {
            path,
            direction,
            out,
        };
        let ((old, was_nullable), (new, is_nullable)) = (without_null(old), without_null(new));
        match (was_nullable, is_nullable) {
            (false, true) => notes.add(Effect::Widened, "can be null"),
            (true, false) => notes.add(Effect::Narrowed, "cannot be null any more"),
            _ => {}
        }
        if let (Some(from), Some(to)) = (only_reference(old), only_reference(new)) {
            let pair = (direction, from.to_owned(), to.to_owned());
            out.children.push((path.to_owned(), pair));
            return;
        }
        let old = flattened(old, self.old, depth);
        let new = flattened(new, self.new, depth);
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            (None, None) => return,
            (Some(_), None) => return notes.add(Effect::Narrowed, "accepts nothing"),
            (None, Some(_)) => return notes.add(Effect::Widened, "accepts values"),
        };
        types(&mut notes, &old, &new);
        listed(&mut notes, &old, &new);
        limits(&mut notes, &old, &new);
        for name in WORDS {
            word(&mut notes, name, old.get(*name), new.get(*name));
        }
        self.members(path, &old, &new, direction, depth, out);
        self.alternatives(path, &old, &new, direction, depth, out);
        for (name, below) in [("items", "[]"), ("additionalProperties", "*")] {
            let everything = Value::Bool(true);
            let (from, to) = (old.get(name), new.get(name));
            if from.is_none() && to.is_none() {
                continue;
            }
            let is_closed = |schema: Option<&Value>| schema == Some(&Value::Bool(false));
            if name == "additionalProperties" && is_closed(from) != is_closed(to) {
                let mut notes = Notes {
                    path,
                    direction,
                    out,
                };
                if is_closed(to) {
                    notes.add(Effect::Narrowed, "has no other members any more");
                } else {
                    notes.add(Effect::Widened, "can have other members");
                }
                continue;
            }
            let path = join(path, below);
            self.compare(
                &path,
                from.unwrap_or(&everything),
                to.unwrap_or(&everything),
                direction,
                depth,
                out,
            );
        }
    }

    fn members(
        &self,
        path: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        depth: usize,
        out: &mut Compared,
    ) {
        let (from, to) = (members_of(old), members_of(new));
        let (was, is) = (required_of(old), required_of(new));
        let is_closed = new.get("additionalProperties") == Some(&Value::Bool(false));
        for (name, schema) in &from {
            let path = join(path, name);
            let mut notes = Notes {
                path: &path,
                direction,
                out,
            };
            let Some(now) = to.get(name) else {
                // Answers do not have it any more; requests may have what nobody reads.
                let effect = match direction {
                    Direction::Answer => Effect::Other,
                    Direction::Request if is_closed => Effect::Narrowed,
                    Direction::Request => Effect::Same,
                };
                notes.add(effect, "is removed");
                continue;
            };
            requiredness(&mut notes, was.contains(name), is.contains(name));
            self.compare(&path, schema, now, direction, depth, out);
        }
        for name in to.keys().filter(|name| !from.contains_key(*name)) {
            let path = join(path, name);
            let mut notes = Notes {
                path: &path,
                direction,
                out,
            };
            match (direction, is.contains(name)) {
                (Direction::Request, true) => {
                    notes.add(Effect::Narrowed, "is new, and is required");
                }
                (_, _) => notes.add(Effect::Same, "is new"),
            }
        }
        // Names that are required and not described.
        let is_described = |name: &&String| from.contains_key(*name) || to.contains_key(*name);
        for name in was.union(&is).filter(|name| !is_described(name)) {
            let path = join(path, name);
            let mut notes = Notes {
                path: &path,
                direction,
                out,
            };
            requiredness(&mut notes, was.contains(name), is.contains(name));
        }
    }

    fn alternatives(
        &self,
        path: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
        direction: Direction,
        depth: usize,
        out: &mut Compared,
    ) {
        for name in ["oneOf", "anyOf"] {
            let list = |schema: &Map<String, Value>| -> Vec<Value> {
                let list = schema.get(name).and_then(Value::as_array);
                list.cloned().unwrap_or_default()
            };
            let (from, to) = (list(old), list(new));
            if from.is_empty() || to.is_empty() {
                let mut notes = Notes {
                    path,
                    direction,
                    out,
                };
                match (from.is_empty(), to.is_empty()) {
                    (true, false) => {
                        notes.add(Effect::Narrowed, format!("has alternatives ({name})"));
                    }
                    (false, true) => {
                        notes.add(
                            Effect::Widened,
                            format!("has no alternatives ({name}) any more"),
                        );
                    }
                    _ => {}
                }
                continue;
            }
            // References to schemas of one name are the same alternative, whatever is in them.
            let is_same = |one: &Value, other: &Value| {
                one == other || reference(one).is_some() && reference(one) == reference(other)
            };
            let gone: Vec<&Value> = from
                .iter()
                .filter(|one| !to.iter().any(|other| is_same(one, other)))
                .collect();
            let come: Vec<&Value> = to
                .iter()
                .filter(|one| !from.iter().any(|other| is_same(one, other)))
                .collect();
            for one in &from {
                if let Some(other) = to.iter().find(|other| is_same(one, other)) {
                    self.compare(path, one, other, direction, depth, out);
                }
            }
            if gone.len() == come.len() {
                for (one, other) in gone.iter().zip(&come) {
                    self.compare(path, one, other, direction, depth, out);
                }
                continue;
            }
            let mut notes = Notes {
                path,
                direction,
                out,
            };
            for one in gone {
                notes.add(
                    Effect::Narrowed,
                    format!("has the alternative {} no more", short(one)),
                );
            }
            for one in come {
                notes.add(
                    Effect::Widened,
                    format!("has the alternative {}", short(one)),
                );
            }
        }
    }
}

/// Notes differences at a path.
struct Notes<'n> {
    path: &'n str,
    direction: Direction,
    out: &'n mut Compared,
}

impl Notes<'_> {
    fn add(&mut self, effect: Effect, what: impl Into<String>) {
        self.out.differences.push(Difference {
            path: self.path.to_owned(),
            is_breaking: effect.is_breaking(self.direction),
            what: what.into(),
        });
    }
}

fn requiredness(notes: &mut Notes<'_>, was: bool, is: bool) {
    match (was, is, notes.direction) {
        (false, true, Direction::Request) => notes.add(Effect::Narrowed, "is required"),
        (true, false, Direction::Request) => notes.add(Effect::Widened, "is not required any more"),
        (false, true, Direction::Answer) => notes.add(Effect::Narrowed, "is always there"),
        (true, false, Direction::Answer) => notes.add(Effect::Widened, "may be missing"),
        _ => {}
    }
}

fn types(notes: &mut Notes<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
    let of = |schema: &Map<String, Value>| -> BTreeSet<String> {
        match schema.get("type") {
            Some(Value::String(name)) => BTreeSet::from([name.clone()]),
            Some(Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                names.map(str::to_owned).collect()
            }
            _ => BTreeSet::new(),
        }
    };
    let (old, new) = (of(old), of(new));
    if old == new {
        return;
    }
    let shown = |types: &BTreeSet<String>| {
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        types.join(" or ")
    };
    if old.is_empty() {
        return notes.add(Effect::Narrowed, format!("has the type {}", shown(&new)));
    }
    if new.is_empty() {
        return notes.add(
            Effect::Widened,
            format!("has any type, which was {}", shown(&old)),
        );
    }
    // Every integer is a number.
    let accepts = |types: &BTreeSet<String>, one: &String| {
        types.contains(one) || one == "integer" && types.contains("number")
    };
    let is_gone = old.iter().any(|one| !accepts(&new, one));
    let is_new = new.iter().any(|one| !accepts(&old, one));
    let effect = match (is_gone, is_new) {
        (true, true) => Effect::Other,
        (true, false) => Effect::Narrowed,
        (false, true) => Effect::Widened,
        (false, false) => Effect::Same,
    };
    let text = format!("has the type {}, which was {}", shown(&new), shown(&old));
    notes.add(effect, text);
}

/// Enumerations: a constant is one of a single value.
fn listed(notes: &mut Notes<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
    let of = |schema: &Map<String, Value>| -> Option<Vec<Value>> {
        let constant = schema.get("const").map(|value| vec![value.clone()]);
        constant.or_else(|| schema.get("enum")?.as_array().cloned())
    };
    let (old, new) = match (of(old), of(new)) {
        (None, None) => return,
        (None, Some(new)) => {
            let text = format!("can only be {}", values(&new.iter().collect::<Vec<_>>()));
            return notes.add(Effect::Narrowed, text);
        }
        (Some(_), None) => {
            return notes.add(Effect::Widened, "has no listed values any more");
        }
        (Some(old), Some(new)) => (old, new),
    };
    let gone: Vec<&Value> = old.iter().filter(|value| !new.contains(value)).collect();
    let come: Vec<&Value> = new.iter().filter(|value| !old.contains(value)).collect();
    if !gone.is_empty() {
        notes.add(
            Effect::Narrowed,
            format!("cannot be {} any more", values(&gone)),
        );
    }
    if !come.is_empty() {
        notes.add(Effect::Widened, format!("can be {}", values(&come)));
    }
}

fn values(list: &[&Value]) -> String {
    let shown: Vec<String> = list.iter().take(VALUES).map(|value| short(value)).collect();
    match list.len().saturating_sub(VALUES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn short(value: &Value) -> String {
    if let Some(name) = reference(value) {
        return name.trim_end_matches(".schema.json").to_owned();
    }
    crate::text::excerpt::short_json(value, 40)
}

/// Limits of which the higher one rejects more, and of which the lower one does.
const LIMITS: [(&str, bool); 10] = [
    ("minimum", true),
    ("exclusiveMinimum", true),
    ("minLength", true),
    ("minItems", true),
    ("minProperties", true),
    ("maximum", false),
    ("exclusiveMaximum", false),
    ("maxLength", false),
    ("maxItems", false),
    ("maxProperties", false),
];

fn limits(notes: &mut Notes<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
    for (name, is_least) in LIMITS {
        // A length of at least 0 says nothing.
        let is_empty = |value: &&Value| {
            is_least
                && name != "minimum"
                && name != "exclusiveMinimum"
                && value.as_f64() == Some(0.0)
        };
        let of = |schema: &Map<String, Value>| -> Option<Value> {
            schema.get(name).filter(|value| !is_empty(value)).cloned()
        };
        match (of(old), of(new)) {
            (None, Some(limit)) => notes.add(Effect::Narrowed, format!("has the {name} {limit}")),
            (Some(limit), None) => notes.add(
                Effect::Widened,
                format!("has no {name} any more, which was {limit}"),
            ),
            (Some(from), Some(to)) => {
                let (Some(was), Some(is)) = (from.as_f64(), to.as_f64()) else {
                    continue;
                };
                let order = if is_least {
                    is.total_cmp(&was)
                } else {
                    was.total_cmp(&is)
                };
                let effect = match order {
                    std::cmp::Ordering::Greater => Effect::Narrowed,
                    std::cmp::Ordering::Less => Effect::Widened,
                    std::cmp::Ordering::Equal => continue,
                };
                notes.add(effect, format!("has the {name} {to}, which was {from}"));
            }
            (None, None) => {}
        }
    }
}

/// Keywords that accept less than their absence. Two values of them cannot be compared.
const WORDS: &[&str] = &[
    "pattern",
    "format",
    "multipleOf",
    "uniqueItems",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "patternProperties",
    "dependentRequired",
    "dependentSchemas",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

fn word(notes: &mut Notes<'_>, name: &str, old: Option<&Value>, new: Option<&Value>) {
    let says_something = |value: &&Value| **value != Value::Bool(name != "uniqueItems");
    let (old, new) = (old.filter(says_something), new.filter(says_something));
    match (old, new) {
        (None, Some(new)) => notes.add(Effect::Narrowed, format!("has the {name} {}", short(new))),
        (Some(old), None) => notes.add(
            Effect::Widened,
            format!("has no {name} any more, which was {}", short(old)),
        ),
        (Some(old), Some(new)) if old != new => notes.add(
            Effect::Other,
            format!("has the {name} {}, which was {}", short(new), short(old)),
        ),
        _ => {}
    }
}

fn members_of(schema: &Map<String, Value>) -> BTreeMap<String, Value> {
    let members = schema.get("properties").and_then(Value::as_object);
    let members = members.into_iter().flatten();
    members
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect()
}

fn required_of(schema: &Map<String, Value>) -> BTreeSet<String> {
    let names = schema.get("required").and_then(Value::as_array);
    let names = names.into_iter().flatten().filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()
}

/// The name of the schema that this one is, and nothing else.
fn only_reference(schema: &Value) -> Option<&str> {
    let is_only = schema.as_object().is_some_and(|members| members.len() == 1);
    reference(schema).filter(|_| is_only)
}

fn has_reference(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(has_reference),
        Value::Object(members) => {
            members.contains_key("$ref") || members.values().any(has_reference)
        }
        _ => false,
    }
}

/// The schema without the alternative null, and whether it had one.
fn without_null(schema: &Value) -> (&Value, bool) {
    let is_null = |one: &&Value| one.get("type").and_then(Value::as_str) == Some("null");
    for name in ["anyOf", "oneOf"] {
        if let Some([one, other]) = schema
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            && schema.as_object().is_some_and(|members| members.len() == 1)
        {
            if is_null(&other) {
                return (one, true);
            }
            if is_null(&one) {
                return (other, true);
            }
        }
    }
    (schema, false)
}

/// The schema with all that it combines, as one. `None` if it accepts nothing.
fn flattened(
    schema: &Value,
    all: &BTreeMap<String, Value>,
    depth: usize,
) -> Option<Map<String, Value>> {
    let members = match schema {
        Value::Bool(false) => return None,
        Value::Object(members) => members,
        _ => return Some(Map::new()),
    };
    let Some(depth) = depth.checked_sub(1) else {
        return Some(Map::new());
    };
    let mut flat = members.clone();
    flat.remove("$ref");
    flat.remove("allOf");
    let target = reference(schema).and_then(|name| all.get(name));
    let parts = members.get("allOf").and_then(Value::as_array);
    for part in target.into_iter().chain(parts.into_iter().flatten()) {
        for (name, value) in flattened(part, all, depth)? {
            combine(&mut flat, name, value);
        }
    }
    Some(flat)
}

/// Adds a keyword of another part.
fn combine(flat: &mut Map<String, Value>, name: String, value: Value) {
    let Some(known) = flat.get_mut(&name) else {
        flat.insert(name, value);
        return;
    };
    match (name.as_str(), known, value) {
        ("required", Value::Array(known), Value::Array(more)) => {
            for one in more {
                if !known.contains(&one) {
                    known.push(one);
                }
            }
        }
        ("properties", Value::Object(known), Value::Object(more)) => {
            for (member, schema) in more {
                match known.get_mut(&member) {
                    None => {
                        known.insert(member, schema);
                    }
                    Some(other) if *other != schema => {
                        let both = vec![other.take(), schema];
                        *other = serde_json::json!({ "allOf": both });
                    }
                    Some(_) => {}
                }
            }
        }
        // The first part that says it is taken.
        _ => {}
    }
}

/// The place of a difference: `the member owner.name of its body`.
fn place(path: &str, what: &str) -> String {
    if path.is_empty() {
        return what.to_owned();
    }
    format!("the member {path} of {what}")
}

fn join(path: &str, below: &str) -> String {
    match (path.is_empty(), below.is_empty()) {
        (true, _) => below.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{below}"),
    }
}
