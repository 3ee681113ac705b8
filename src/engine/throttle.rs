//! Answers that ask for patience: 429 and 503 with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! Such an answer is no verdict, unless the step asks for just that status: it is waited for and the
//! request is sent again, within the budgets that the target sets for a step and for the run. When they are
//! spent there is no evidence. One without `Retry-After` violates the requirement that the contract names for
//! it, and is no evidence about anything else.

use crate::execute::retry_after::retry_after;
use crate::model::ThrottleDecision;
use std::time::Duration;

use crate::engine::care::Care;
use crate::model::{
    Block, BlockOutcome, Exchange, FindingKind, Judgement, Limits, RawFinding, Response,
    StatusPattern, Step, Suite, Throttling,
};
use crate::text::excerpt::short_text;

/// The most repeats of one step, for servers that ask for no time at all.
const REPEATS: usize = 20;

/// What one step has waited so far.
#[derive(Debug, Default)]
pub(super) struct Throttled {
    /// How often it was asked to wait.
    pub(super) times: usize,
    waited: Duration,
}

impl Throttled {
    /// Whether to wait before the request is sent again.
    pub(super) async fn ask(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        limits: &Limits,
        care: &Care,
    ) -> ThrottleDecision {
        let Ok(response) = &exchange.answer else {
            return ThrottleDecision::Final;
        };
        let Some(value) = response.header_values("retry-after").next() else {
            return ThrottleDecision::Final;
        };
        if !asks_for_patience(step, response) {
            return ThrottleDecision::Final;
        }
        let spent = |why: &str| {
            let value = short_text(&String::from_utf8_lossy(value), 60);
            ThrottleDecision::Spent(format!(
                "the target throttles: {} with `Retry-After: {value}`, {why}",
                response.status
            ))
        };
        let Some(wait) = retry_after(value) else {
            return spent("which is no time");
        };
        if self.times >= REPEATS {
            return spent(&format!("after {REPEATS} repeats"));
        }
        if wait > limits.throttle_wait.saturating_sub(self.waited) {
            return spent("which is more than `throttle-wait` leaves to a step");
        }
        if !care.hold(&step.request.service, wait).await {
            return spent("which is more than `throttle-total` leaves to the run");
        }
        self.times += 1;
        self.waited += wait;
        ThrottleDecision::Wait(wait)
    }
}

/// The judgement of a step whose answer is no evidence.
pub(super) fn unjudged(step: &Step) -> Judgement {
    let unproven = |block: &Block| BlockOutcome {
        upheld: Vec::new(),
        violated: Vec::new(),
        unproven: block.proves.to_vec(),
        held: false,
    };
    Judgement {
        blocks: step.expect.iter().map(unproven).collect(),
        ..Judgement::default()
    }
}

/// The judgement of an answer that asks for patience and does not say how much: one finding, about the
/// requirement that the contract names for it. Nothing else was judged.
pub(super) fn judge_silence(
    throttling: Option<&Throttling>,
    step_index: usize,
    step: &Step,
    response: &Response,
    suite: &Suite,
) -> Option<Judgement> {
    let throttling = throttling?;
    let is_silent =
        asks_for_patience(step, response) && response.header_values("retry-after").next().is_none();
    if !is_silent {
        return None;
    }
    let id = &throttling.requirement;
    let finding = RawFinding {
        step: step_index,
        block: None,
        requirement: Some(id.clone()),
        requirements: vec![id.clone()],
        level: suite.requirement(id).map(|requirement| requirement.level),
        kind: FindingKind::Header,
        message: format!("{} without Retry-After", response.status),
        pointer: None,
        header: Some("Retry-After".into()),
        expected: "the seconds to wait".into(),
        actual: "no such header".into(),
        schema: None,
        diff: None,
        place: suite.sources.place(throttling.span),
    };
    Some(Judgement {
        findings: vec![finding],
        failed: 1,
        ..unjudged(step)
    })
}

/// Is the answer one that may come at any time, and no answer to what the step asks?
fn asks_for_patience(step: &Step, response: &Response) -> bool {
    matches!(response.status, 429 | 503) && !names_status(step, response.status)
}

/// Does some block of the step ask for exactly this status?
fn names_status(step: &Step, status: u16) -> bool {
    step.expect
        .iter()
        .filter_map(|block| block.status.as_ref())
        .any(|check| check.accepts.contains(&StatusPattern::Exact(status)))
}
