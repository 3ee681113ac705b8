//! What was written of a suite: contracts with their requirements and cases, and what was counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::name::{Names as UniqueNames, words};
use crate::import::traffic::figures::TrafficFigures;
use crate::import::traffic::group::Item;
use crate::import::traffic::header::shown_name;
use crate::import::traffic::identity::Sends;
use crate::import::traffic::operation;
use crate::import::traffic::service::{Service, Source};
use crate::import::traffic::value::{Fixtures, Origin};
use crate::import::traffic::vault::Vault;
use crate::import::yaml::{Entry, Yaml};

/// How much is known about the answers of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// The source states what they must be.
    Required,
    /// They were seen.
    Observed,
    /// Nothing.
    Assumed,
}

/// A requirement: of an operation, by how much is known.
#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) id: String,
    pub(crate) operation: String,
    pub(crate) known: Known,
    pub(crate) place: String,
    pub(crate) statuses: BTreeSet<u16>,
}

/// What was written of a suite.
pub(crate) struct Written<'a> {
    pub(crate) services: &'a [Service],
    pub(crate) vault: &'a Vault,
    pub(crate) fixtures: &'a Fixtures,
    pub(crate) source: &'a Source,
    /// Steps of which no answer is known.
    pub(crate) guesses: usize,
    /// Steps that check less than the source does.
    pub(crate) partial: usize,
    /// Cases that create something that nothing in the source deletes.
    pub(crate) not_undone: usize,
    /// What of recorded answers is not checked, each with its place.
    pub(crate) losses: Vec<String>,
    pub(crate) contracts: BTreeMap<usize, Contract>,
    requirement_ids: UniqueNames,
    cases: usize,
}

/// A contract: of a service, by its number.
#[derive(Debug, Default)]
pub(crate) struct Contract {
    pub(crate) requirements: Vec<Requirement>,
    /// Where they are, by operation.
    pub(crate) places: BTreeMap<String, Vec<usize>>,
    pub(crate) services: BTreeSet<usize>,
    pub(crate) fixtures: BTreeSet<usize>,
    pub(crate) identities: BTreeSet<usize>,
    pub(crate) files: BTreeMap<String, Vec<Yaml>>,
    pub(crate) ids: BTreeMap<String, UniqueNames>,
}

impl<'a> Written<'a> {
    /// Nothing yet.
    pub(crate) fn new(
        services: &'a [Service],
        vault: &'a Vault,
        fixtures: &'a Fixtures,
        source: &'a Source,
    ) -> Written<'a> {
        Written {
            services,
            vault,
            fixtures,
            source,
            guesses: 0,
            partial: 0,
            not_undone: 0,
            losses: Vec::new(),
            contracts: BTreeMap::new(),
            requirement_ids: UniqueNames::default(),
            cases: 0,
        }
    }

    pub(crate) fn name(&self, service: usize) -> &str {
        self.services
            .get(service)
            .map_or("api", |one| one.name.as_str())
    }

    /// The name of another service in a contract.
    pub(crate) fn service(&mut self, contract: usize, service: usize) -> String {
        let entry = self.contracts.entry(contract).or_default();
        entry.services.insert(service);
        self.name(service).to_owned()
    }

    /// The requirement of the operation of an item, made if there is none.
    pub(crate) fn requirement(&mut self, contract: usize, item: &Item, known: Known) -> String {
        let is_foreign = item.service != contract;
        let host = if is_foreign {
            format!(" of {}", self.name(item.service))
        } else {
            String::new()
        };
        let operation = format!(
            "{} {}{host}",
            item.call.method,
            operation::shown(&item.path)
        );
        let many = self.services.len() > 1;
        let name = self.name(contract).to_owned();
        let entry = self.contracts.entry(contract).or_default();
        let statuses = item.call.answers.iter().map(|answer| answer.status);
        let same = entry.places.entry(operation.clone()).or_default();
        let found = same
            .iter()
            .find(|at| entry.requirements[**at].known == known);
        if let Some(&found) = found {
            let found = &mut entry.requirements[found];
            found.statuses.extend(statuses);
            return found.id.clone();
        }
        let mut parts = if many { words(&name) } else { Vec::new() };
        parts.extend(words(&item.call.method));
        let path = words(&operation::shown(&item.path));
        parts.extend(if path.is_empty() {
            vec!["root".to_owned()]
        } else {
            path
        });
        if known == Known::Assumed {
            parts.push("assumed".into());
        } else if known == Known::Observed && !same.is_empty() {
            parts.push("observed".into());
        }
        let mut id = parts.join("-").to_ascii_uppercase();
        id.truncate(80);
        let id = self
            .requirement_ids
            .give(id.trim_end_matches('-').to_owned());
        same.push(entry.requirements.len());
        entry.requirements.push(Requirement {
            id: id.clone(),
            operation,
            known,
            place: item.call.place.clone(),
            statuses: statuses.collect(),
        });
        id
    }

    /// Adds a case; its first entry is the id, which it gets here.
    pub(crate) fn add_case(
        &mut self,
        contract: usize,
        file: &str,
        id: String,
        mut entries: Vec<Entry>,
        fixtures: &BTreeSet<usize>,
        identities: &BTreeSet<usize>,
    ) {
        let entry = self.contracts.entry(contract).or_default();
        entry.fixtures.extend(fixtures);
        entry.identities.extend(identities);
        let id = entry.ids.entry(file.to_owned()).or_default().give(id);
        let cases = entry.files.entry(file.to_owned()).or_default();
        if let Some(first) = entries.first_mut() {
            first.value = Yaml::text(id);
            if !cases.is_empty() {
                first.above.push(String::new());
            }
        }
        cases.push(Yaml::Block(entries));
        self.cases += 1;
    }

    /// Does the target file say where every service is?
    pub(crate) fn has_target(&self) -> bool {
        let mut services = self.services.iter();
        !self.services.is_empty() && services.all(|service| service.url.is_some())
    }

    /// What was counted.
    pub(crate) fn figures(&self) -> TrafficFigures {
        let requirements = || {
            self.contracts
                .values()
                .flat_map(|contract| &contract.requirements)
        };
        let operations: BTreeSet<(&str, &str)> = self
            .contracts
            .iter()
            .flat_map(|(at, contract)| {
                contract
                    .requirements
                    .iter()
                    .map(|one| (self.name(*at), one.operation.as_str()))
            })
            .collect();
        let mut variables: Vec<(String, String)> = Vec::new();
        for number in self.used_identities() {
            let Some(identity) = self.vault.identities.get(number) else {
                continue;
            };
            for sends in &identity.sends {
                let names: Vec<(&String, String)> = match sends {
                    Sends::Bearer(name) => vec![(name, "the bearer token".into())],
                    Sends::Basic(user, password) => {
                        vec![(user, "the user".into()), (password, "the password".into())]
                    }
                    Sends::Field(field, _, name) => {
                        vec![(name, format!("the field {}", shown_name(field)))]
                    }
                };
                let about = |what: String| format!("{what} of {}", identity.name);
                variables.extend(
                    names
                        .into_iter()
                        .map(|(name, what)| (name.clone(), about(what))),
                );
            }
        }
        let mut missing = 0;
        for number in self.used_fixtures() {
            match self
                .fixtures
                .get(number)
                .map(|one| (&one.origin, &one.about))
            {
                Some((Origin::Secret(name), about)) => {
                    variables.push((name.clone(), about.clone()));
                }
                Some((Origin::Missing, _)) => missing += 1,
                _ => {}
            }
        }
        TrafficFigures {
            operations: operations.len(),
            contracts: self.contracts.len(),
            requirements: requirements().count(),
            cases: self.cases,
            guesses: self.guesses,
            partial: self.partial,
            not_undone: self.not_undone,
            variables,
            fixtures_to_fill: missing,
            has_target: self.has_target(),
            urls: self
                .services
                .iter()
                .filter_map(|service| service.url.clone())
                .collect(),
            ..TrafficFigures::default()
        }
    }

    fn used_fixtures(&self) -> BTreeSet<usize> {
        self.contracts
            .values()
            .flat_map(|contract| contract.fixtures.iter().copied())
            .collect()
    }

    fn used_identities(&self) -> BTreeSet<usize> {
        self.contracts
            .values()
            .flat_map(|contract| contract.identities.iter().copied())
            .collect()
    }
}
