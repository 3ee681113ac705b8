//! Runs a failed case again, from its first step, to distinguish flaky from broken (`--retries`). A pass after a failure
//! gives the verdict `flaky`, and what was violated once stays violated.

use crate::model::{
    Case, CaseReport, Disposition, Effect, Exchange, NoAnswer, NoAnswerKind, Opening, RerunReport,
    Step, Verdict,
};

use crate::engine::verdict::unproven_by_rules;
use crate::engine::{CaseOutcome, Engine};

impl Engine {
    /// Runs one case of the suite, and again while it fails and may be repeated.
    pub async fn run_case(&self, index: usize) -> CaseOutcome {
        let case = &self.suite.cases[index];
        if !case.locks.is_empty() {
            self.waits(case, || "a lock that another case holds".to_owned());
        }
        let _locked = self.locks.acquire(&case.locks).await;
        if let Some(reason) = self.why_not_started(case) {
            // The run was stopped while it waited for its locks.
            return CaseOutcome {
                report: self.skipped(case, reason),
                evidence: vec![Disposition::Unproven; case.proves.len()],
                by_rules: unproven_by_rules(case),
                is_silenced: false,
                answers: Vec::new(),
                is_complete: false,
            };
        }
        let mut outcome = self.attempt_case(case, 0).await;
        // A recording of another tool may contain a case several times: all of them must pass.
        for attempt in 1..self.source.attempts(case) {
            let other = self.attempt_case(case, attempt).await;
            if other.report.verdict.outweighs(outcome.report.verdict) {
                outcome = other;
            }
        }
        if outcome.report.verdict != Verdict::Fail || self.retries == 0 {
            return outcome;
        }
        let mut obstacle = obstacle(case, &outcome.report);
        while outcome.report.reruns.len() < self.retries
            && obstacle.is_none()
            && !self.stop.is_stopped()
        {
            let attempt = outcome.report.reruns.len() + 1;
            let again = self.attempt_case(case, attempt).await;
            obstacle = self::obstacle(case, &again.report);
            if add(&mut outcome, again) {
                outcome.report.verdict = Verdict::Flaky;
                break;
            }
        }
        outcome.report.reason = self.redactor.text(&reason(&outcome.report, obstacle));
        self.report_evidence(case, &mut outcome);
        outcome
    }

    /// Whether a request may be sent once more because the connection was closed before any byte of an answer.
    ///
    /// Only if that cannot change the target twice: a server may have acted on a request that it did not answer (RFC
    /// 9110 section 9.2.2). Without `--retries`, only if the connection was reused: a server may close an idle one at any
    /// time, just when a request is sent (RFC 9112 section 9.5). If a new connection is closed, that is the server's
    /// answer.
    pub(super) fn may_resend(&self, case: &Case, step: &Step, exchange: &Exchange) -> bool {
        let is_safe = case.effect == Effect::Read
            || ["GET", "HEAD", "OPTIONS"].contains(&step.request.method.as_str());
        let is_unanswered =
            |no_answer: &NoAnswer| no_answer.kind == NoAnswerKind::Cut && !no_answer.has_begun;
        let was_reused = exchange.timing.opening == Opening::default();
        (self.retries > 0 || was_reused)
            && is_safe
            && exchange.answer.as_ref().is_err_and(is_unanswered)
    }
}

/// Why a case must not be run again: the first attempt would affect the next.
fn obstacle(case: &Case, report: &CaseReport) -> Option<&'static str> {
    if !report.left_behind.is_empty() {
        return Some("what it did could not be undone");
    }
    let cannot_undo = case.effect == Effect::Write && case.finally.is_empty();
    cannot_undo.then_some("it changes the target and has no `finally`")
}

/// Adds an attempt to the earlier ones. Returns whether it shows that the case can pass: every requirement that was
/// violated before is upheld now, and nothing else failed.
fn add(outcome: &mut CaseOutcome, again: CaseOutcome) -> bool {
    let has_passed = matches!(again.report.verdict, Verdict::Pass | Verdict::Warn);
    // A pass that did not check a violated requirement says nothing about it.
    let contradicts = outcome
        .evidence
        .iter()
        .zip(&again.evidence)
        .all(|(before, now)| *before != Disposition::Violated || *now == Disposition::Upheld);
    let mut before = outcome.by_rules.iter();
    let contradicts = contradicts
        && before.all(|(id, before)| {
            let now = again.by_rules.get(id);
            *before != Disposition::Violated || now == Some(&Disposition::Upheld)
        });
    for (id, now) in again.by_rules {
        if now == Disposition::Violated {
            outcome.by_rules.insert(id, now);
        }
    }
    for (before, now) in outcome.evidence.iter_mut().zip(&again.evidence) {
        if *now == Disposition::Violated {
            *before = Disposition::Violated;
        }
    }
    outcome.is_silenced |= again.is_silenced;
    let report = again.report;
    let first = &mut outcome.report;
    first.duration_ms = report.started_ms + report.duration_ms - first.started_ms;
    first.left_behind.extend(report.left_behind);
    first.reruns.push(RerunReport {
        verdict: report.verdict,
        reason: report.reason,
        started_ms: report.started_ms,
        duration_ms: report.duration_ms,
        findings: report.findings,
        steps: report.steps,
    });
    has_passed && contradicts
}

/// `flaky, run 3 times: fail, fail, pass`.
fn reason(report: &CaseReport, obstacle: Option<&str>) -> String {
    let again = match (report.verdict, obstacle) {
        (Verdict::Fail, Some(obstacle)) => format!("not run again: {obstacle}"),
        _ => String::new(),
    };
    if report.reruns.is_empty() {
        return again;
    }
    let verdicts = report.reruns.iter().map(|rerun| rerun.verdict.name());
    let verdicts: Vec<&str> = ["fail"].into_iter().chain(verdicts).collect();
    let flaky = match report.verdict {
        Verdict::Flaky => "flaky, ",
        _ => "",
    };
    let times = verdicts.len();
    let again = if again.is_empty() {
        again
    } else {
        format!("; {again}")
    };
    format!("{flaky}run {times} times: {}{again}", verdicts.join(", "))
}
