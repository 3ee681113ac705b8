//! Answers that ask for patience: 429 and 503 with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! Such an answer is no verdict, unless the step asks for just that status: it is waited for and the
//! request is sent again, within the budget that the target sets. One without `Retry-After` violates the
//! requirement that the contract names for it, and is no evidence about anything else.

use std::time::Duration;

use crate::model::{
    Block, BlockOutcome, Exchange, Finding, FindingKind, Judgement, Response, StatusPattern, Step,
    Suite, Throttling,
};

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
    /// How long to wait before the request is sent again; `None` when the answer stands as it is.
    pub(super) fn wait(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        budget: Duration,
    ) -> Option<Duration> {
        let response = exchange.answer.as_ref().ok()?;
        if !asks_for_patience(step, response) {
            return None;
        }
        let value = response.header_values("retry-after").next()?;
        let seconds: u64 = std::str::from_utf8(value).ok()?.trim().parse().ok()?;
        let wait = Duration::from_secs(seconds);
        if self.times >= REPEATS || wait > budget.saturating_sub(self.waited) {
            return None;
        }
        self.times += 1;
        self.waited += wait;
        Some(wait)
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
    let unproven = |block: &Block| BlockOutcome {
        upheld: Vec::new(),
        violated: Vec::new(),
        unproven: block.proves.clone(),
        held: false,
    };
    let id = &throttling.requirement;
    let finding = Finding {
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
        blocks: step.expect.iter().map(unproven).collect(),
        findings: vec![finding],
        failed: 1,
        ..Judgement::default()
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
