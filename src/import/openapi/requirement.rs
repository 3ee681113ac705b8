//! Requirements of a contract, made from what a document states.

use crate::import::openapi::document::Place;
use crate::import::openapi::plan::Plan;
use crate::import::yaml::{Entry, Yaml};

/// How strongly the document states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Must,
    Should,
    May,
}

/// One requirement.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    pub(crate) id: String,
    pub(crate) level: Level,
    pub(crate) sentence: String,
    pub(crate) source: String,
    /// Do only some answers show it?
    pub(crate) one_is_enough: bool,
    /// Why no case proves it; empty if one does.
    pub(crate) without_case: String,
    /// Why no request shows it; empty if one does.
    pub(crate) unobservable: String,
}

impl Requirement {
    pub(crate) fn new(
        plan: &Plan<'_>,
        id: String,
        level: Level,
        sentence: String,
        place: &Place<'_>,
    ) -> Requirement {
        Requirement {
            id,
            level,
            sentence,
            source: plan.documents.source(place),
            one_is_enough: false,
            without_case: String::new(),
            unobservable: String::new(),
        }
    }

    /// Its entry, with the reason why no case proves it, below the lines of `heading`.
    pub(crate) fn yaml(&self, heading: &[String]) -> Yaml {
        let mut id = Entry::new("id", Yaml::text(&self.id));
        id.above.extend(heading.iter().cloned());
        if !self.without_case.is_empty() {
            id.above.push(format!("no case: {}", self.without_case));
        }
        let level = match self.level {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
        };
        let mut entries = vec![
            id,
            Entry::new("level", Yaml::text(level)),
            Entry::new("sentence", Yaml::text(&self.sentence)),
            Entry::new("source", Yaml::text(&self.source)),
        ];
        if !self.unobservable.is_empty() {
            entries.push(Entry::new("unobservable", Yaml::text(&self.unobservable)));
        }
        if self.one_is_enough {
            entries.push(Entry::new("one-is-enough", Yaml::Scalar(true.into())));
        }
        Yaml::Block(entries)
    }
}
