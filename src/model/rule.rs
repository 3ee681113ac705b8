//! Rules of a contract: what holds for every answer of an operation, whatever case sent the request.

use std::sync::Arc;

use crate::json::digest::Digest;
use crate::model::contract::Level;
use crate::model::exchange::Response;
use crate::model::expectation::Block;
use crate::model::head_check::{StatusCheck, StatusPattern};
use crate::model::source::Span;

/// Checks that every answer of some operations must pass, if its status is one that the rule describes.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id, unique in its contract: a case opts out by it.
    pub id: String,
    /// The operations, as [`Request::operation`](crate::model::Request::operation) names them.
    pub operations: Vec<String>,
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
    /// Does the rule hold for this answer? Where a redirect was followed, it is that of another operation.
    pub fn describes(&self, response: &Response) -> bool {
        let status = response.status;
        let is_of_status = self.status.iter().any(|pattern| pattern.accepts(status));
        is_of_status && !response.was_redirected && !(self.non_empty && response.body.is_empty())
    }

    /// Does the rule hold for every answer that passes this check?
    fn describes_all(&self, check: &StatusCheck) -> bool {
        let is_within =
            |inner: &StatusPattern| self.status.iter().any(|outer| outer.covers(*inner));
        !self.non_empty && check.accepts.iter().all(is_within)
    }
}

/// A rule of the contract that holds for the answers to a step.
#[derive(Clone, Debug)]
pub struct StepRule {
    /// The rule, which many steps share.
    pub rule: Arc<Rule>,
    /// Whether the rule describes every answer that the step accepts: only then does the step prove what it requires.
    pub is_certain: bool,
}

impl StepRule {
    /// Attaches rules to a step with these expectations.
    pub fn all(rules: Vec<Arc<Rule>>, expect: &[Block]) -> Vec<StepRule> {
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
        };
        let mut all: Vec<StepRule> = rules.into_iter().map(uncertain).collect();
        // A certain rule may require a status itself.
        while let Some(next) = all.iter_mut().find(|one| {
            !one.is_certain && accepted.iter().any(|check| one.rule.describes_all(check))
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
