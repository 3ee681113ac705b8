//! Rules of a contract: what holds for every answer of an operation, whatever case sent the request.

use std::sync::Arc;

use crate::json::digest::Digest;
use crate::model::contract::Level;
use crate::model::expectation::{Block, StatusPattern};
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
    /// The checks. Each block proves something.
    pub blocks: Vec<Block>,
    /// Digest of what the rule says.
    pub digest: Digest,
    /// The id in the contract.
    pub span: Span,
}

impl Rule {
    /// Does the rule hold for an answer with this status?
    pub fn describes(&self, status: u16) -> bool {
        self.status.iter().any(|pattern| pattern.accepts(status))
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
    /// Attaches a rule to a step with these expectations.
    pub fn new(rule: Arc<Rule>, expect: &[Block]) -> StepRule {
        // As for the other checks of a step: the required statuses decide, and the recommended ones where there are none.
        let accepted = |required: bool| {
            let blocks = expect
                .iter()
                .filter(move |block| matches!(block.level, None | Some(Level::Must)) == required);
            blocks.filter_map(|block| block.status.as_ref())
        };
        let decide = accepted(true).next().is_some();
        let is_certain = accepted(decide).any(|check| {
            let within =
                |inner: &StatusPattern| rule.status.iter().any(|outer| outer.covers(*inner));
            check.accepts.iter().all(within)
        });
        StepRule { rule, is_certain }
    }
}
