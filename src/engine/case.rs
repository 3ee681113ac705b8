//! One case: its steps in order, its `finally` steps always, and what they say together.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::Engine;
use crate::engine::exchange::exchange_report;
use crate::engine::finding::{findings, received};
use crate::engine::step::StepOutcome;
use crate::engine::verdict::{evidence, left_behind, verdict};
use crate::json::Outline;
use crate::model::StepPlace;
use crate::model::{
    Case, CaseReport, Disposition, Finding, Judgement, Opening, OpeningReport, RawFinding,
    Response, Step, StepReport, Verdict,
};
use crate::redact::{Redacted, Redactor};

/// What running one case gave.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The report of the case.
    pub report: CaseReport,
    /// What the case says about each requirement that it proves, in the order of [`Case::proves`].
    pub evidence: Vec<Disposition>,
    /// Did the target throttle without a Retry-After? That violates the requirement that the contract names for
    /// it, whatever the case proves.
    pub is_silenced: bool,
    /// Was it completed? False when the run was stopped meanwhile.
    pub is_whole: bool,
    /// The answers that the steps (without `finally`) were judged on, in order; empty unless the engine keeps answers.
    pub answers: Vec<KeptAnswer>,
}

/// An answer as it was judged, and all that judging it again needs.
#[derive(Clone, Debug)]
pub struct KeptAnswer {
    /// What came back.
    pub response: Response,
    /// What earlier steps had captured.
    pub captures: BTreeMap<String, Value>,
    /// What was not met.
    pub findings: Vec<RawFinding>,
}

impl Engine {
    /// Runs one case once. The caller holds its locks, and counts the attempts, from 0.
    pub(crate) async fn attempt_case(&self, case: &Case, take: usize) -> CaseOutcome {
        let started = Instant::now();
        let mut captures = BTreeMap::new();
        if let Err(error) = self.note(case, &captures) {
            return self.unjournalled(case, &error);
        }
        let mut steps = Vec::new();
        let mut was_stopped = false;
        let mut answers = Vec::new();
        for number in 0..case.steps.len() {
            let before = self.keeps_answers.then(|| captures.clone());
            let place = StepPlace { case, take, number };
            let Ok(outcome) = self.run_step(place, &mut captures, true).await else {
                was_stopped = true;
                break;
            };
            if let (Some(captures), Ok(response)) = (before, &outcome.exchange.answer) {
                answers.push(KeptAnswer {
                    response: response.clone(),
                    captures,
                    findings: outcome.judged.judgement.findings.clone(),
                });
            }
            let is_noted =
                case.steps[number].captures.is_empty() || self.note(case, &captures).is_ok();
            let is_the_end = outcome.stops_the_case();
            steps.push(outcome);
            // What could not be undone after a crash must not be done.
            if is_the_end || !is_noted {
                break;
            }
        }
        let mut finally = Vec::new();
        for number in 0..case.finally.len() {
            let number = case.steps.len() + number;
            let place = StepPlace { case, take, number };
            // A case undoes what it did even after an interrupt.
            if let Ok(outcome) = self.run_step(place, &mut captures, false).await {
                finally.push(outcome);
            }
        }
        let outcome = self.outcome(case, &steps, &finally, was_stopped, started);
        if let Some(journal) = self.journal_of(case) {
            // If this cannot be written, the case stays open in the journal, and undoing twice does no harm.
            let _ = journal.ends(&case.id, &outcome.report.left_behind);
        }
        CaseOutcome { answers, ..outcome }
    }

    fn outcome(
        &self,
        case: &Case,
        steps: &[StepOutcome],
        finally: &[StepOutcome],
        was_stopped: bool,
        started: Instant,
    ) -> CaseOutcome {
        let redactor = &self.redactor.also(received(steps.iter().chain(finally)));
        let findings: Vec<Finding> = steps
            .iter()
            .flat_map(|step| findings(step, redactor))
            .collect();
        let (verdict, reason) = verdict(steps, &findings, was_stopped);
        let evidence = evidence(case, steps);
        let sum = |count: fn(&Judgement) -> usize| {
            steps.iter().map(|step| count(&step.judged.judgement)).sum()
        };
        // Exchanges of passing cases are not kept: one report can have ten thousand.
        let keep_exchange = verdict != Verdict::Pass;
        let report = CaseReport {
            id: case.id.clone(),
            digest: Some(case.digest),
            title: redactor.text(&case.title),
            contract: self
                .texts
                .share(&self.suite.contract_of(case).name, |text| text.into()),
            verdict,
            reason: redactor.text(&reason),
            proves: case.proves.clone(),
            place: self.suite.sources.place(case.span),
            started_ms: milliseconds(started.saturating_duration_since(self.started)),
            duration_ms: milliseconds(started.elapsed()),
            checks_passed: sum(|judgement| judgement.passed),
            checks_failed: sum(|judgement| judgement.failed),
            checks_unjudged: sum(|judgement| judgement.unjudged),
            left_behind: left_behind(case, steps, finally, redactor),
            violated: Vec::new(),
            unproven: Vec::new(),
            reruns: Vec::new(),
            findings,
            steps: self.step_reports(case, steps, finally, keep_exchange, redactor),
        };
        let mut outcome = CaseOutcome {
            report,
            evidence,
            is_silenced: steps.iter().any(|step| step.judged.is_silenced),
            is_whole: !was_stopped,
            answers: Vec::new(),
        };
        self.tell_evidence(case, &mut outcome);
        outcome
    }

    /// Writes into the report what the case says about requirements: all that a report of the run needs.
    pub(super) fn tell_evidence(&self, case: &Case, outcome: &mut CaseOutcome) {
        let of = |wanted: Disposition| {
            let known = case.proves.iter().zip(&outcome.evidence);
            known
                .filter(|(_, disposition)| **disposition == wanted)
                .map(|(id, _)| id.clone())
                .collect()
        };
        let mut violated: Vec<String> = of(Disposition::Violated);
        let unproven = of(Disposition::Unproven);
        if let Some(throttling) = &self.suite.contract_of(case).throttling
            && outcome.is_silenced
            && !case.proves.contains(&throttling.requirement)
        {
            violated.push(throttling.requirement.clone());
        }
        outcome.report.violated = violated;
        outcome.report.unproven = unproven;
    }

    /// What the judged body is made of. Members bear names that the target chose: a secret among them
    /// goes out like any other.
    fn outline(&self, outcome: &StepOutcome) -> Option<Redacted> {
        let body = outcome.judged.judgement.body.as_ref()?;
        let text = Outline::of(body).text(&|name| self.redactor.redact(name));
        Some(
            self.shown_texts
                .share(&text, |text| self.redactor.text(text)),
        )
    }

    fn step_reports(
        &self,
        case: &Case,
        steps: &[StepOutcome],
        finally: &[StepOutcome],
        keep_exchange: bool,
        redactor: &Redactor,
    ) -> Vec<StepReport> {
        let report = |step: &Step, outcome: &StepOutcome, is_finally: bool| StepReport {
            title: redactor.text(&step.name()),
            operation: self
                .shown_texts
                .share(&step.request.operation(), |text| self.redactor.text(text)),
            outline: self.outline(outcome).filter(|_| !is_finally),
            finally: is_finally,
            attempts: outcome.attempts,
            throttled: outcome.throttled,
            resent: outcome.resent,
            status: outcome
                .exchange
                .answer
                .as_ref()
                .ok()
                .map(|response| response.status),
            version: outcome
                .exchange
                .answer
                .as_ref()
                .ok()
                .map(|response| self.texts.share(&response.version, |text| text.into())),
            opening: opening_report(&outcome.exchange.timing.opening),
            first_byte_ms: milliseconds(outcome.exchange.timing.first_byte),
            duration_ms: milliseconds(outcome.exchange.timing.total),
            exchange: (keep_exchange || (is_finally && !outcome.held())).then(|| {
                Box::new(exchange_report(
                    &outcome.exchange,
                    step.request.identity.as_deref(),
                    self.target.network_of(&outcome.exchange.request.service),
                    redactor,
                ))
            }),
        };
        let own = case
            .steps
            .iter()
            .zip(steps)
            .map(|(step, outcome)| report(step, outcome, false));
        let last = case
            .finally
            .iter()
            .zip(finally)
            .map(|(step, outcome)| report(step, outcome, true));
        own.chain(last).collect()
    }
}

fn opening_report(opening: &Opening) -> OpeningReport {
    OpeningReport {
        dns_ms: opening.dns.map(milliseconds),
        connect_ms: opening.connect.map(milliseconds),
        tls_ms: opening.tls.map(milliseconds),
    }
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    // Three decimals: what is finer is noise.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
