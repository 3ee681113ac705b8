//! A case that failed is run again, whole, to tell flaky from broken (`--retries`). A pass after a failure
//! is never a pass: the verdict is `flaky`, and what was violated once stays violated.

use crate::model::{
    Case, CaseReport, Disposition, Effect, Exchange, NoAnswer, NoAnswerKind, Opening, RerunReport,
    Step, Verdict,
};

use crate::engine::{CaseOutcome, Engine};

impl Engine {
    /// Runs one case of the suite, and again while it fails and may be repeated.
    pub async fn run_case(&self, index: usize) -> CaseOutcome {
        let case = &self.suite.cases[index];
        let _held = self.locks.take(&case.locks).await;
        if let Some(reason) = self.why_not_begun(case) {
            // It waited for its lock until the run was over: nothing was done, and nothing is undone.
            return CaseOutcome {
                report: self.skipped(case, reason),
                evidence: vec![Disposition::Unproven; case.proves.len()],
                is_silenced: false,
                answers: Vec::new(),
                is_whole: false,
            };
        }
        let mut outcome = self.attempt_case(case, 0).await;
        // A recording of another tool may hold a case several times: all of them must hold.
        for take in 1..self.source.takes(case) {
            let other = self.attempt_case(case, take).await;
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
            let take = outcome.report.reruns.len() + 1;
            let again = self.attempt_case(case, take).await;
            obstacle = self::obstacle(case, &again.report);
            if add(&mut outcome, again) {
                outcome.report.verdict = Verdict::Flaky;
                break;
            }
        }
        outcome.report.reason = self.redactor.text(&reason(&outcome.report, obstacle));
        self.tell_evidence(case, &mut outcome);
        outcome
    }

    /// May a request be sent once more, because the connection was cut before any octet of an answer came?
    ///
    /// Only where that cannot do twice what was to be done once: a server may have acted on a request that
    /// it did not answer (RFC 9110 section 9.2.2). Without `--retries`, only where the connection had served
    /// before: a server may close an idle one at any time, and the request crosses with that (RFC 9112 section
    /// 9.5). A new connection that is cut is the server's answer.
    pub(super) fn may_resend(&self, case: &Case, step: &Step, exchange: &Exchange) -> bool {
        let is_safe = case.effect == Effect::Read
            || ["GET", "HEAD", "OPTIONS"].contains(&step.request.method.as_str());
        let is_unheard =
            |no_answer: &NoAnswer| no_answer.kind == NoAnswerKind::Cut && !no_answer.has_begun;
        let had_served = exchange.timing.opening == Opening::default();
        (self.retries > 0 || had_served)
            && is_safe
            && exchange.answer.as_ref().is_err_and(is_unheard)
    }
}

/// Why a case must not be run again: the first attempt would stand in the way of the next.
fn obstacle(case: &Case, report: &CaseReport) -> Option<&'static str> {
    if !report.left_behind.is_empty() {
        return Some("what it did could not be undone");
    }
    let cannot_undo = case.effect == Effect::Write && case.finally.is_empty();
    cannot_undo.then_some("it changes the target and has no `finally`")
}

/// Adds a further attempt to what the earlier ones said. True when it shows that the case can pass: every
/// requirement that was violated before was upheld now, and nothing else failed.
fn add(outcome: &mut CaseOutcome, again: CaseOutcome) -> bool {
    let has_passed = matches!(again.report.verdict, Verdict::Pass | Verdict::Warn);
    // A pass by which a violated requirement was not looked at says nothing about it.
    let contradicts = outcome
        .evidence
        .iter()
        .zip(&again.evidence)
        .all(|(before, now)| *before != Disposition::Violated || *now == Disposition::Upheld);
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
