//! What a keyword of a schema was and is: the type, listed values, limits, and words that cannot be compared.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::import::change::difference::{Direction, Effect, Notes};
use crate::import::change::flat::reference;

/// Most values of an enumeration that are listed.
const VALUES: usize = 5;

pub(super) fn requiredness(notes: &mut Notes<'_>, was: bool, is: bool) {
    match (was, is, notes.direction) {
        (false, true, Direction::Request) => notes.add(Effect::Narrowed, "is required"),
        (true, false, Direction::Request) => notes.add(Effect::Widened, "is no longer required"),
        (false, true, Direction::Answer) => notes.add(Effect::Narrowed, "is always present"),
        (true, false, Direction::Answer) => notes.add(Effect::Widened, "may be missing"),
        _ => {}
    }
}

pub(super) fn types(notes: &mut Notes<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
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
            format!("can have any type (was {})", shown(&old)),
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
    let text = format!("has the type {} (was {})", shown(&new), shown(&old));
    notes.add(effect, text);
}

/// Enumerations: a constant is one of a single value.
pub(super) fn listed(notes: &mut Notes<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
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
            return notes.add(Effect::Widened, "is no longer limited to listed values");
        }
        (Some(old), Some(new)) => (old, new),
    };
    let gone: Vec<&Value> = old.iter().filter(|value| !new.contains(value)).collect();
    let come: Vec<&Value> = new.iter().filter(|value| !old.contains(value)).collect();
    if !gone.is_empty() {
        notes.add(
            Effect::Narrowed,
            format!("can no longer be {}", values(&gone)),
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

pub(super) fn short(value: &Value) -> String {
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

pub(super) fn limits(notes: &mut Notes<'_>, old: &Map<String, Value>, new: &Map<String, Value>) {
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
            (Some(limit), None) => {
                notes.add(Effect::Widened, format!("no longer has the {name} {limit}"));
            }
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
                notes.add(effect, format!("has the {name} {to} (was {from})"));
            }
            (None, None) => {}
        }
    }
}

/// Keywords that accept less than their absence. Two values of them cannot be compared.
pub(super) const WORDS: &[&str] = &[
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

pub(super) fn word(notes: &mut Notes<'_>, name: &str, old: Option<&Value>, new: Option<&Value>) {
    let says_something = |value: &&Value| **value != Value::Bool(name != "uniqueItems");
    let (old, new) = (old.filter(says_something), new.filter(says_something));
    match (old, new) {
        (None, Some(new)) => notes.add(Effect::Narrowed, format!("has the {name} {}", short(new))),
        (Some(old), None) => notes.add(
            Effect::Widened,
            format!("no longer has the {name} {}", short(old)),
        ),
        (Some(old), Some(new)) if old != new => notes.add(
            Effect::Other,
            format!("has the {name} {} (was {})", short(new), short(old)),
        ),
        _ => {}
    }
}
