//! The values of a suite: what a target file will say.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::import::name::{Names, kebab, words};

/// A value that cases use as a fixture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fixture {
    /// Its name, unique in the suite.
    pub(crate) name: String,
    /// What it is, in one line.
    pub(crate) about: String,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origin {
    /// The source has it.
    Known(Value),
    /// It is a secret, from this variable of the environment.
    Secret(String),
    /// Nobody knows it.
    Missing,
}

/// All values of a suite.
#[derive(Debug, Default)]
pub(crate) struct Fixtures {
    all: Vec<Fixture>,
    names: Names,
    variables: Names,
    /// By what they stand for.
    known: BTreeMap<String, usize>,
}

impl Fixtures {
    /// One of them.
    pub(crate) fn get(&self, number: usize) -> Option<&Fixture> {
        self.all.get(number)
    }

    /// A variable of the environment that no other value has.
    pub(crate) fn variable(&mut self, suite: &str, name: &str) -> String {
        let is_variable = !name.is_empty()
            && name.starts_with(|first: char| first.is_ascii_uppercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if is_variable {
            return self.variables.give(name.to_owned()).replace('-', "_");
        }
        let words: Vec<String> = words(suite).into_iter().chain(words(name)).collect();
        let mut variable = words.join("_").to_ascii_uppercase();
        if !variable.starts_with(|first: char| first.is_ascii_alphabetic()) {
            variable.insert_str(0, "API_");
        }
        self.variables.give(variable).replace('-', "_")
    }

    /// The value for a key, made if there is none.
    pub(crate) fn give(
        &mut self,
        key: String,
        name: &str,
        about: impl Into<String>,
        origin: impl FnOnce(&mut Fixtures) -> Origin,
    ) -> usize {
        if let Some(&number) = self.known.get(&key) {
            return number;
        }
        let origin = origin(self);
        let number = self.all.len();
        self.known.insert(key, number);
        let name = self.names.give(kebab(name, "value"));
        self.all.push(Fixture {
            name,
            about: about.into(),
            origin,
        });
        number
    }
}
