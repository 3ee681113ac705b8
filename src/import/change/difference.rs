//! A difference between two schemas, and what it means for those who send and read.

/// Deepest nesting that is compared, of schemas in schemas and of `allOf`.
pub(super) const DEPTH: usize = 40;

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
