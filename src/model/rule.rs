//! Rules of a contract: what holds for every answer of an operation, whatever case sent the request.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::json::digest::Digest;
use crate::model::contract::Level;
use crate::model::exchange::{AnswerPlace, Response, has_no_content};
use crate::model::expectation::{Block, BodyCheck};
use crate::model::head_check::{StatusCheck, StatusPattern};
use crate::model::operation::Operation;
use crate::model::source::Span;

/// Checks that every answer of some operations must pass, if its status is one that the rule describes.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id, unique in its contract: a case opts out by it.
    pub id: String,
    /// The operations.
    pub operations: Vec<Operation>,
    /// The statuses of the answers that it describes; never empty.
    pub status: Vec<StatusPattern>,
    /// Does it describe only answers that have a body?
    pub non_empty: bool,
    /// The checks. Each block proves something.
    pub blocks: Vec<Block>,
    /// Digest of what the rule says.
    pub digest: Digest,
    /// The id in the contract.
    pub span: Span,
}

impl Rule {
    /// Does it hold for the answers to requests of this method to this path?
    pub fn is_about(&self, method: &str, path: &str) -> bool {
        let mut operations = self.operations.iter();
        operations.any(|operation| operation.names(method, path))
    }

    /// Does the rule hold for this answer?
    pub fn describes(&self, response: &Response) -> bool {
        self.describes_status(response.status) && !(self.non_empty && response.body.is_empty())
    }

    /// Does the rule hold for answers with this status?
    pub fn describes_status(&self, status: u16) -> bool {
        self.status.iter().any(|pattern| pattern.accepts(status))
    }

    /// Does the rule hold, with all its checks, for every answer that passes this check?
    fn describes_all(&self, method: &str, check: &StatusCheck) -> bool {
        let is_within =
            |inner: &StatusPattern| self.status.iter().any(|outer| outer.covers(*inner));
        let never_has_content = |pattern: &StatusPattern| match pattern {
            StatusPattern::Exact(status) => has_no_content(method, *status),
            _ => method == "HEAD",
        };
        !self.non_empty
            && check.accepts.iter().all(is_within)
            && !(self.reads_content() && check.accepts.iter().all(never_has_content))
    }

    /// Does it name this status, instead of its class?
    pub fn names_status(&self, status: u16) -> bool {
        self.status.contains(&StatusPattern::Exact(status))
    }

    /// Does a check of it say something about the content of a body?
    fn reads_content(&self) -> bool {
        let mut checks = self.blocks.iter().flat_map(Block::body_checks);
        checks.any(BodyCheck::reads_content)
    }
}

/// A rule, and what judging an answer by it needs.
#[derive(Clone, Debug)]
pub struct ContractRule {
    /// Index into the contracts of the suite.
    pub contract: usize,
    /// The rule.
    pub rule: Arc<Rule>,
    /// Full names of the fixtures that its checks use.
    pub fixtures: BTreeSet<String>,
}

/// A rule of the contract that holds for the answers to a step.
#[derive(Clone, Debug)]
pub struct StepRule {
    /// The rule, which many steps share.
    pub rule: Arc<Rule>,
    /// Whether the rule describes every answer that the step accepts: only then does the step prove what it requires.
    pub is_certain: bool,
    /// Whether it was found by the URL of a request that was sent. What it requires is upheld where it was judged.
    pub is_found: bool,
    /// The answer that it is about.
    pub about: AnswerPlace,
}

impl StepRule {
    /// Attaches rules to a step with these expectations.
    pub fn all(rules: Vec<Arc<Rule>>, method: &str, expect: &[Block]) -> Vec<StepRule> {
        // As for the other checks of a step: the required statuses decide, and the recommended ones where there are none.
        let has_required = expect
            .iter()
            .any(|block| block.required_status().is_some() && is_required(block));
        let own = expect
            .iter()
            .filter(|block| is_required(block) == has_required);
        let own = own.filter_map(Block::required_status);
        let mut accepted: Vec<StatusCheck> = own.cloned().collect();
        let uncertain = |rule| StepRule {
            rule,
            is_certain: false,
            is_found: false,
            about: AnswerPlace::Last,
        };
        let mut all: Vec<StepRule> = rules.into_iter().map(uncertain).collect();
        // A certain rule may require a status itself.
        while let Some(next) = all.iter_mut().find(|one| {
            !one.is_certain
                && accepted
                    .iter()
                    .any(|check| one.rule.describes_all(method, check))
        }) {
            next.is_certain = true;
            let required = next.rule.blocks.iter().filter(|block| is_required(block));
            accepted.extend(required.filter_map(Block::required_status).cloned());
        }
        all
    }
}

fn is_required(block: &Block) -> bool {
    matches!(block.level, None | Some(Level::Must))
}
