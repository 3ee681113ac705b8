//! How schemas changed: what they accept became less (narrowed), more (widened), or neither.

use serde_json::{Map, Value};

use crate::import::change::comparison::Comparison;
use crate::import::change::difference::{Compared, Direction, Effect, Notes, join};
use crate::import::change::flat::{
    flattened, has_reference, members_of, only_reference, reference, required_of, without_null,
};
use crate::import::change::keyword::{WORDS, limits, listed, requiredness, short, types, word};

impl Comparison<'_> {
    pub(super) fn compare(
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
        let refers = has_reference(old) || has_reference(new);
        if old == new && !refers || refers && !out.takes(path, old, new) {
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
            (true, false) => notes.add(Effect::Narrowed, "can no longer be null"),
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
                    notes.add(Effect::Narrowed, "no longer allows other members");
                } else {
                    notes.add(Effect::Widened, "allows other members");
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
                    notes.add(Effect::Narrowed, "is new and required");
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
                            format!("no longer has alternatives ({name})"),
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
                    format!("no longer has the alternative {}", short(one)),
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
