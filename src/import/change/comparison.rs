//! A comparison of the schemas of two documents: each named schema once, with the operations that use it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::import::change::Change;
use crate::import::change::difference::{Compared, DEPTH, Direction, Pair, join};

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
    pub(super) old: &'c BTreeMap<String, Value>,
    pub(super) new: &'c BTreeMap<String, Value>,
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
                        Direction::Answer => "responses",
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
}

/// The place of a difference: `the member owner.name of its body`.
fn place(path: &str, what: &str) -> String {
    if path.is_empty() {
        return what.to_owned();
    }
    format!("the member {path} of {what}")
}
