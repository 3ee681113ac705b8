//! A difference between two schemas, and what it means for those who send and read.

use std::collections::BTreeSet;

use serde_json::Value;

/// Deepest nesting that is compared, of schemas in schemas and of `allOf`.
pub(super) const DEPTH: usize = 40;

/// So many schemas are compared within one: where schemas combine each other, there are more places than that.
const MOST: usize = 20_000;

/// From so many on, a pair that was compared is not compared again at another place.
const MANY: usize = 1000;

/// Who sends what a schema describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    Request,
    Answer,
}

/// What a change does to the values that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
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
pub(super) struct Difference {
    /// `owner.name`, `[].id`; empty for the whole.
    pub(super) path: String,
    pub(super) is_breaking: bool,
    /// `is required`
    pub(super) what: String,
}

/// A schema and what became of it.
pub(super) type Pair = (Direction, String, String);

/// What differs in a pair, and the pairs that it refers to, each with its path.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) differences: Vec<Difference>,
    pub(super) children: Vec<(String, Pair)>,
    /// How many schemas were compared.
    number: usize,
    /// The pairs that refer to others.
    seen: BTreeSet<(String, String)>,
}

impl Compared {
    /// Is the pair to be compared? What is not compared is reported: nothing is known of it.
    pub(super) fn takes(&mut self, path: &str, old: &Value, new: &Value) -> bool {
        let is_new = self.seen.insert((old.to_string(), new.to_string()));
        if !is_new && self.number >= MANY {
            return false;
        }
        self.number += 1;
        if self.number == MOST {
            self.differences.push(Difference {
                path: path.to_owned(),
                is_breaking: true,
                what: "and what follows cannot be compared: schemas combine each other too often"
                    .into(),
            });
        }
        self.number < MOST
    }
}

/// Notes differences at a path.
pub(super) struct Notes<'n> {
    pub(super) path: &'n str,
    pub(super) direction: Direction,
    pub(super) out: &'n mut Compared,
}

impl Notes<'_> {
    pub(super) fn add(&mut self, effect: Effect, what: impl Into<String>) {
        self.out.differences.push(Difference {
            path: self.path.to_owned(),
            is_breaking: effect.is_breaking(self.direction),
            what: what.into(),
        });
    }
}

/// The path of something below a path.
pub(super) fn join(path: &str, below: &str) -> String {
    match (path.is_empty(), below.is_empty()) {
        (true, _) => below.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{below}"),
    }
}
