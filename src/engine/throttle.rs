//! Answers that ask for patience: 429 and 503 with `Retry-After` (RFC 9110 section 10.2.3).
//!
//! Such an answer is no verdict, unless the step asks for just that status: it is waited for and the
//! request is sent again, within the budgets that the target sets for a step and for the run. When they are
//! spent there is no evidence. One without `Retry-After` violates the requirement that the contract names for
//! it, and is no evidence about anything else.

use std::time::Duration;

use jiff::fmt::rfc2822;

use super::care::Care;
use crate::model::finding::short_text;
use crate::model::{
    Block, BlockOutcome, Exchange, Finding, FindingKind, Judgement, Limits, Response,
    StatusPattern, Step, Suite, Throttling,
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

/// What becomes of an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It asks for none: it stands as it is.
    Stands,
    /// The request is sent again after this time.
    Wait(Duration),
    /// More is asked for than can be given: there is no evidence, for this reason.
    Spent(String),
}

impl Throttled {
    /// Whether to wait before the request is sent again.
    pub(super) async fn ask(
        &mut self,
        step: &Step,
        exchange: &Exchange,
        limits: &Limits,
        care: &Care,
    ) -> Patience {
        let Ok(response) = &exchange.answer else {
            return Patience::Stands;
        };
        let Some(value) = response.header_values("retry-after").next() else {
            return Patience::Stands;
        };
        if !asks_for_patience(step, response) {
            return Patience::Stands;
        }
        let spent = |why: &str| {
            let value = short_text(&String::from_utf8_lossy(value), 60);
            Patience::Spent(format!(
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
        Patience::Wait(wait)
    }
}

/// Seconds, or a date.
pub(super) fn retry_after(value: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp();
    let wait = until.duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(wait).unwrap_or_default())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_is_seconds_or_a_date() {
        assert_eq!(retry_after(b" 7 "), Some(Duration::from_secs(7)));
        let past = retry_after(b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(past, Some(Duration::ZERO));
        let future = retry_after(b"Sat, 06 Nov 2094 08:49:37 GMT").unwrap();
        assert!(future > Duration::from_hours(1));
        for text in [
            &b"soon"[..],
            b"-1",
            b"",
            b"1.5",
            b"\xff",
            b"99999999999999999999999",
        ] {
            assert_eq!(retry_after(text), None, "{text:?}");
        }
    }
}
