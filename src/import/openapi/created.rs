//! Shared steps that create what other cases are about.

use crate::import::openapi::sent::Sent;
use crate::import::yaml::{Entry, Yaml};

/// A shared step that creates something.
#[derive(Clone, Debug)]
pub(crate) struct Creator {
    pub(crate) contract: String,
    /// The names of the steps that are used, its own last.
    pub(crate) setup: Vec<String>,
    /// The name of the value that it captures.
    pub(crate) capture: String,
    /// The operation, by its place.
    pub(crate) post: usize,
    pub(crate) delete: usize,
    /// The step, as an entry of `steps`.
    pub(crate) step: Entry,
    /// The request that undoes it.
    pub(crate) undo: Undo,
}

/// A request that deletes what another one created.
#[derive(Clone, Debug)]
pub(crate) struct Undo {
    /// The request, whose path does not matter.
    pub(crate) sent: Sent,
    /// The name of the value that the created thing is known by.
    pub(crate) capture: String,
}

impl Undo {
    /// What `finally` does after a request to a path: what was created is below it, whatever its parameters are.
    pub(crate) fn of(&self, path: &str) -> Yaml {
        let mut sent = self.sent.clone();
        let path = path.trim_end_matches('/');
        sent.path = format!("{path}/${{capture.{}}}", self.capture);
        let gone = [
            Yaml::text("<2xx>"),
            Yaml::Scalar(404.into()),
            Yaml::Scalar(410.into()),
        ];
        let gone = Entry::new("status", Yaml::list(gone));
        let step = Yaml::Block(vec![
            Entry::new("title", Yaml::text("clean up")),
            sent.entry(),
            Entry::new("expect", Yaml::list([Yaml::map([gone])])),
        ]);
        Yaml::Lines(vec![step])
    }
}

/// The parts of the step of a creator.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// Its title, request and expectations.
    pub(crate) entries: Vec<Entry>,
    /// What it captures.
    pub(crate) captures: Vec<Entry>,
    /// What undoes it.
    pub(crate) undo: Yaml,
}

impl Creator {
    /// The step, to be written out in a case.
    pub(crate) fn parts(&self) -> Parts {
        let mut parts = Parts {
            entries: Vec::new(),
            captures: Vec::new(),
            undo: Yaml::list([]),
        };
        let Yaml::Block(entries) = &self.step.value else {
            return parts;
        };
        for entry in entries {
            match (entry.key.as_str(), &entry.value) {
                ("capture", Yaml::Map(captures)) => parts.captures.clone_from(captures),
                ("finally", undo) => parts.undo = undo.clone(),
                _ => parts.entries.push(entry.clone()),
            }
        }
        parts
    }

    /// Where the value that it captures is in the answer.
    pub(crate) fn source(&self) -> Option<Yaml> {
        self.parts()
            .captures
            .first()
            .map(|entry| entry.value.clone())
    }

    /// The steps that come before its own.
    pub(crate) fn earlier(&self) -> &[String] {
        self.setup.split_last().map_or(&[], |(_, earlier)| earlier)
    }
}
