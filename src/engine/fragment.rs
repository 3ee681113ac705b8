//! An answer that is not complete: its head is judged, its body is not.
//!
//! Such a step is no evidence that a requirement is upheld, whatever its head says, so its case never passes. What the
//! head violates is violated all the same: no rest of a body would change it.

use crate::engine::Engine;
use crate::engine::judged::Judged;
use crate::engine::throttle::{judge_silence, throttles};
use crate::judge;
use crate::model::{
    Answers, Exchange, FindingKind, Fragment, NoAnswer, RawFinding, Response, Scope, Step, Suite,
    Throttling,
};

impl Engine {
    /// Judges the redirects that were followed, and the head of a last answer that is not complete. Nothing is captured
    /// from it.
    pub(super) fn judge_fragment(
        &self,
        number: usize,
        step: &Step,
        throttling: Option<&Throttling>,
        scope: Scope<'_>,
        (answers, no_answer): (Answers<'_>, &NoAnswer),
    ) -> Judged {
        let Some(Fragment { response, .. }) = no_answer.fragment.as_deref() else {
            if !answers.redirects.iter().any(|hop| hop.head.is_some()) {
                return self.judge(number, step, throttling, scope, answers);
            }
            let mut judged = Judged {
                judgement: judge::judge_head(number, step, scope, answers, &self.suite),
                ..Judged::default()
            };
            self.drop_not_applicable(&mut judged.judgement);
            if !judged.judgement.findings.is_empty() {
                let incomplete = incomplete(number, step, no_answer, &self.suite);
                judged.judgement.findings.push(incomplete);
            }
            return judged;
        };
        let mut judged = Judged::default();
        match judge_silence(throttling, number, step, response, &self.suite) {
            Some(judgement) => {
                judged.judgement = judgement;
                judged.is_silenced = true;
                return judged;
            }
            // Whoever is asked to wait has no answer yet.
            None if throttles(step, response) && asks_to_wait(response) => {
                return self.judge(number, step, throttling, scope, answers);
            }
            None => {
                let last = Some(response);
                let answers = Answers { last, ..answers };
                judged.judgement = judge::judge_head(number, step, scope, answers, &self.suite);
            }
        }
        self.drop_not_applicable(&mut judged.judgement);
        let mut findings = judged.judgement.findings.iter();
        if findings.any(|finding| finding.redirect.is_none()) {
            let incomplete = incomplete(number, step, no_answer, &self.suite);
            judged.judgement.findings.push(incomplete);
        }
        judged
    }
}

fn asks_to_wait(response: &Response) -> bool {
    response.header_values("retry-after").next().is_some()
}

/// The finding that stands beside those about the head.
fn incomplete(number: usize, step: &Step, no_answer: &NoAnswer, suite: &Suite) -> RawFinding {
    let words = no_answer.kind.words();
    RawFinding {
        step: number,
        block: None,
        rule: None,
        redirect: None,
        used: None,
        requirement: None,
        requirements: Vec::new(),
        level: None,
        kind: FindingKind::Incomplete,
        message: format!("the answer is not complete: {}", no_answer.detail),
        pointer: None,
        header: None,
        expected: "a complete answer".into(),
        actual: words.into(),
        schema: None,
        diff: None,
        place: suite.sources.place(step.span),
    }
}

/// Forgets what came of a redirect that was to be followed: its head is not that of the answer.
pub(super) fn without_redirect(exchange: &mut Exchange, is_redirect: impl Fn(u16) -> bool) {
    if let Err(no_answer) = &mut exchange.answer {
        let redirects = |fragment: &Fragment| {
            let mut locations = fragment.response.header_values("location");
            is_redirect(fragment.response.status) && locations.next().is_some()
        };
        no_answer.fragment = no_answer
            .fragment
            .take()
            .filter(|fragment| !redirects(fragment));
    }
}
