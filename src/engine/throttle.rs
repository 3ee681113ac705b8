//! Answers that throttle: 429 and 503 with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! Unless the step expects exactly that status, such an answer is not judged: the run waits and sends the request
//! again, within the limits that the target sets for a step and for the run. Beyond them there is no evidence. An
//! answer without `Retry-After` violates the requirement that the contract names for it, and is no evidence about
//! any other.

use crate::execute::retry_after::retry_after;
use crate::model::ThrottleDecision;
use std::time::Duration;

use crate::engine::rate_limiter::RateLimiter;
use crate::model::{
    Block, BlockOutcome, Exchange, FindingKind, Judgement, Limits, RawFinding, Response, Step,
    StepRule, Suite, Throttling,
};
use crate::text::excerpt::short_text;

/// The most repeats of one step, for servers that answer `Retry-After: 0`.
const REPEATS: usize = 20;

/// How often and how long one step has waited.
#[derive(Debug, Default)]
pub(super) struct Throttled {
    /// How often the target throttled.
    pub(super) times: usize,
    waited: Duration,
}

impl Throttled {
    /// Decides whether to wait and send the request again.
    pub(super) async fn decide(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        limits: &Limits,
        rate_limiter: &RateLimiter,
    ) -> ThrottleDecision {
        let Ok(response) = &exchange.answer else {
            return ThrottleDecision::Final;
        };
        let Some(value) = response.header_values("retry-after").next() else {
            return ThrottleDecision::Final;
        };
        if !throttles(step, response) {
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
            return spent("which is not a valid value");
        };
        if self.times >= REPEATS {
            return spent(&format!("after {REPEATS} repeats"));
        }
        if wait > limits.throttle_wait.saturating_sub(self.waited) {
            return spent("which exceeds what `throttle-wait` allows a step");
        }
        if !rate_limiter.pause(&step.request.service, wait).await {
            return spent("which exceeds what `throttle-total` allows the run");
        }
        self.times += 1;
        self.waited += wait;
        ThrottleDecision::Wait(wait)
    }
}

/// The judgement of a step whose answer is no evidence.
pub(super) fn unjudged(step: &Step) -> Judgement {
    let unproven = |(block, rule): (&Block, Option<&StepRule>)| BlockOutcome {
        upheld: Vec::new(),
        violated: Vec::new(),
        unproven: match rule {
            Some(rule) if !rule.is_certain => Vec::new(),
            _ => block.proves.to_vec(),
        },
        held: false,
        applied: block.when.is_none(),
        alternative: None,
    };
    Judgement {
        blocks: step.blocks().map(unproven).collect(),
        ..Judgement::default()
    }
}

/// The judgement of an answer that throttles without `Retry-After`: one finding, for the requirement that the
/// contract names for it.
pub(super) fn judge_silence(
    throttling: Option<&Throttling>,
    step_index: usize,
    step: &Step,
    response: &Response,
    suite: &Suite,
) -> Option<Judgement> {
    let throttling = throttling?;
    let is_silent =
        throttles(step, response) && response.header_values("retry-after").next().is_none();
    if !is_silent {
        return None;
    }
    let id = &throttling.requirement;
    let finding = RawFinding {
        step: step_index,
        block: None,
        rule: None,
        redirect: None,
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
        used: None,
    };
    Some(Judgement {
        findings: vec![finding],
        failed: 1,
        ..unjudged(step)
    })
}

/// Whether the answer throttles, and the step does not expect that.
pub(super) fn throttles(step: &Step, response: &Response) -> bool {
    matches!(response.status, 429 | 503) && !step.names_status(response.status)
}
