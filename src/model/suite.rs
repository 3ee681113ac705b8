//! A suite: all contracts, cases and compiled schemas of one directory tree, loaded together.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::digest::Digest;
use crate::json::schema::{Schema, SchemaId};
use crate::model::case::Case;
use crate::model::contract::{Contract, Level, Requirement};
use crate::model::fixture_form::FixtureForm;
use crate::model::rule::{ContractRule, StepRule};
use crate::model::source::{FileId, Sources};

/// A loaded suite.
#[derive(Debug, Default)]
pub struct Suite {
    /// Where it was read from: a directory as it was typed, or `embedded`.
    pub place: String,
    /// The name to print: `name` of its `probity.yaml`, that of its directory, or `embedded`.
    pub name: String,
    /// SHA-256 of everything that was loaded, as hexadecimal digits.
    pub digest: String,
    /// Digests of the requirements of each contract, in the order of the contracts.
    pub contract_digests: Vec<Digest>,
    /// Contracts in order of their names.
    pub contracts: Vec<Contract>,
    /// The forms of fixtures, by the full names of the fixtures.
    pub fixture_forms: BTreeMap<String, FixtureForm>,
    /// Cases in order of file and position in the file.
    pub cases: Vec<Case>,
    /// The rules of all contracts, whether or not a case requests their operations.
    pub rules: Vec<ContractRule>,
    /// Schemas that checks use, each compiled once.
    pub schemas: Vec<Schema>,
    /// The `targets/reference.yaml` of the suite, which a bare URL uses.
    pub reference_target: Option<FileId>,
    /// All files that were read.
    pub sources: Sources,
}

impl Suite {
    /// The contract of a case.
    pub fn contract_of(&self, case: &Case) -> &Contract {
        &self.contracts[case.contract]
    }

    /// The strongest level among the requirements that a case proves itself.
    pub fn level_of(&self, case: &Case) -> Option<Level> {
        let levels = case
            .proves
            .iter()
            .map(|id| Some(self.requirement(id)?.level));
        levels.flatten().max()
    }

    /// A requirement by its id.
    pub fn requirement(&self, id: &str) -> Option<&Requirement> {
        self.contracts
            .iter()
            .find_map(|contract| contract.requirement(id))
    }

    /// Every requirement, in the order of the contracts.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.contracts
            .iter()
            .flat_map(|contract| &contract.requirements)
    }

    /// Does a case opt out of a rule (`without`) whose operation it requests? The rule then does not hold for every answer.
    pub fn has_exceptions(&self, known: &ContractRule) -> bool {
        let cases = self.cases.iter();
        let own = cases.filter(|case| case.contract == known.contract);
        let mut steps = own.flat_map(|case| case.steps.iter().chain(&case.finally));
        steps.any(|step| {
            let operation = step.request.operation();
            let (method, path) = operation.split_once(' ').unwrap_or_default();
            let holds = |one: &StepRule| Arc::ptr_eq(&one.rule, &known.rule);
            step.request.link.is_none()
                && known.rule.is_about(method, path)
                && !step.rules.iter().any(holds)
        })
    }

    /// A compiled schema.
    pub fn schema(&self, id: SchemaId) -> &Schema {
        &self.schemas[id.0]
    }
}
