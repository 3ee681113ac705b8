//! One case: its steps in order, its `finally` steps always, and what they say together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::bind;
use super::exchange::exchange_report;
use super::throttle::{Patience, Throttled, judge_silence, unjudged};
use super::{Engine, Stopped};
use crate::judge;
use crate::model::{
    Case, CaseReport, Disposition, Exchange, Finding, Judgement, Level, NoAnswer, NoAnswerKind,
    Opening, OpeningReport, Outline, Response, Scope, Step, StepReport, Throttling, Verdict,
};

/// What running one case gave.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// What stands in the report.
    pub report: CaseReport,
    /// What the case says about each requirement that it proves, in the order of [`Case::proves`].
    pub evidence: Vec<Disposition>,
    /// Did the target throttle without a word about when to come again? That is held against the
    /// requirement that the contract names for it, whatever the case proves.
    pub is_silenced: bool,
    /// Was it done to its end? False when the run was stopped under it.
    pub is_whole: bool,
    /// What the steps (without `finally`) were judged on, in order; empty unless the engine records.
    pub recorded: Vec<RecordedStep>,
}

/// An answer as it was judged, and all that judging it again needs.
#[derive(Clone, Debug)]
pub struct RecordedStep {
    /// What came back.
    pub response: Response,
    /// What earlier steps had captured.
    pub captures: BTreeMap<String, Value>,
    /// What was not met.
    pub findings: Vec<Finding>,
}

/// What one step gave.
pub(super) struct StepOutcome {
    pub(super) exchange: Exchange,
    judgement: Judgement,
    captured: Vec<(String, Value)>,
    attempts: usize,
    throttled: usize,
    resent: usize,
    /// The target throttled and did not say for how long: no evidence about anything else.
    is_silenced: bool,
    /// Why the target's wish to wait was not followed to its end: no evidence either.
    out_of_patience: Option<String>,
}

impl StepOutcome {
    /// Nothing that matters was refused, and there was an answer.
    fn held(&self) -> bool {
        self.exchange.answer.is_ok()
            && self
                .judgement
                .findings
                .iter()
                .all(|finding| finding.level == Some(Level::May))
    }

    /// The case cannot go on: no answer, a MUST or an arrangement that failed.
    fn stops_the_case(&self) -> bool {
        self.exchange.answer.is_err()
            || self.is_silenced
            || self.out_of_patience.is_some()
            || self
                .judgement
                .findings
                .iter()
                .any(|finding| matches!(finding.level, None | Some(Level::Must)))
    }
}

impl Engine {
    /// Runs one case once. Who calls holds its locks.
    pub(crate) async fn attempt_case(&self, case: &Case) -> CaseOutcome {
        let started = Instant::now();
        let mut captures = BTreeMap::new();
        if let Err(error) = self.note(case, &captures) {
            return self.unjournalled(case, &error);
        }
        let mut steps = Vec::new();
        let mut was_stopped = false;
        let mut recorded = Vec::new();
        for number in 0..case.steps.len() {
            let before = self.is_recording.then(|| captures.clone());
            let Ok(outcome) = self.run_step(case, number, &mut captures, true).await else {
                was_stopped = true;
                break;
            };
            if let (Some(captures), Ok(response)) = (before, &outcome.exchange.answer) {
                recorded.push(RecordedStep {
                    response: response.clone(),
                    captures,
                    findings: outcome.judgement.findings.clone(),
                });
            }
            let is_noted =
                case.steps[number].captures.is_empty() || self.note(case, &captures).is_ok();
            let is_the_end = outcome.stops_the_case();
            steps.push(outcome);
            // What cannot be undone any more after a crash is not added to.
            if is_the_end || !is_noted {
                break;
            }
        }
        let mut finally = Vec::new();
        for number in 0..case.finally.len() {
            let number = case.steps.len() + number;
            // An interrupt does not keep a case from undoing what it did.
            if let Ok(outcome) = self.run_step(case, number, &mut captures, false).await {
                finally.push(outcome);
            }
        }
        let outcome = self.outcome(case, &steps, &finally, was_stopped, started);
        if let Some(journal) = self.journal_of(case) {
            // If this cannot be written, the case stays open in the journal, and undoing twice does no harm.
            let _ = journal.ends(&case.id, &outcome.report.left_behind);
        }
        CaseOutcome {
            recorded,
            ..outcome
        }
    }

    /// Sends a step until it holds, or once if it does not wait for anything. The steps of `finally` are
    /// numbered after the others.
    pub(super) async fn run_step(
        &self,
        case: &Case,
        number: usize,
        captures: &mut BTreeMap<String, Value>,
        can_be_stopped: bool,
    ) -> Result<StepOutcome, Stopped> {
        let step = match number.checked_sub(case.steps.len()) {
            None => &case.steps[number],
            Some(number) => &case.finally[number],
        };
        let throttling = self.suite.contract_of(case).throttling.as_ref();
        let started = Instant::now();
        let mut attempts = 0;
        let mut throttled = Throttled::default();
        let mut resent = 0;
        loop {
            attempts += 1;
            let mut outcome = if can_be_stopped {
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return Err(Stopped),
                    outcome = self.attempt(number, step, throttling, captures) => outcome,
                }
            } else {
                self.attempt(number, step, throttling, captures).await
            };
            outcome.attempts = attempts;
            outcome.throttled = throttled.times;
            outcome.resent = resent;
            if resent == 0 && self.may_resend(case, step, &outcome.exchange) {
                resent = 1;
                continue;
            }
            let limits = &self.target.limits;
            let asked = throttled.ask(step, &outcome.exchange, limits, &self.care);
            match asked.await {
                Patience::Stands => {}
                Patience::Wait(wait) => {
                    self.rest(wait, can_be_stopped).await?;
                    continue;
                }
                Patience::Spent(reason) => {
                    outcome.judgement = unjudged(step);
                    outcome.out_of_patience = Some(reason);
                    return Ok(outcome);
                }
            }
            let again = step.eventually.filter(|eventually| {
                let within = limits.eventually.of(eventually.within);
                !outcome.held() && started.elapsed() + eventually.every < within
            });
            let Some(eventually) = again else {
                captures.extend(outcome.captured.drain(..));
                return Ok(outcome);
            };
            self.rest(eventually.every, can_be_stopped).await?;
        }
    }

    /// Waits between two attempts.
    async fn rest(&self, pause: Duration, can_be_stopped: bool) -> Result<(), Stopped> {
        tokio::select! {
            biased;
            () = self.stop.cancelled(), if can_be_stopped => Err(Stopped),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// One request of a step, judged.
    async fn attempt(
        &self,
        number: usize,
        step: &Step,
        throttling: Option<&Throttling>,
        captures: &BTreeMap<String, Value>,
    ) -> StepOutcome {
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let exchange = self.exchange(step, scope).await;
        let mut values = Vec::new();
        let silence =
            exchange.answer.as_ref().ok().and_then(|response| {
                judge_silence(throttling, number, step, response, &self.suite)
            });
        let is_silenced = silence.is_some();
        let mut judgement = match (&exchange.answer, silence) {
            (_, Some(judgement)) => judgement,
            (Ok(response), None) => judge::judge_step(number, step, scope, response, &self.suite),
            (Err(_), None) => Judgement::default(),
        };
        if let Ok(response) = &exchange.answer {
            match judge::capture(number, step, response, &self.suite) {
                Ok(taken) => values = taken,
                // A response that was refused already needs no second complaint.
                Err(findings) if judgement.findings.is_empty() => judgement.findings = findings,
                Err(_) => {}
            }
        }
        self.leave_out_moot(&mut judgement);
        StepOutcome {
            exchange,
            judgement,
            captured: values,
            attempts: 1,
            throttled: 0,
            resent: 0,
            is_silenced,
            out_of_patience: None,
        }
    }

    /// Sends the request of a step: as whom it says, when it is its turn.
    async fn exchange(&self, step: &Step, scope: Scope<'_>) -> Exchange {
        let token = match &step.request.identity {
            Some(identity) if bind::needs_token(&step.request) => {
                self.tokens
                    .get(identity, &self.transports, &self.redactor)
                    .await
            }
            _ => Ok(None),
        };
        let run_id = self.run_id.as_ref();
        let bound = bind::bind(
            &step.request,
            &self.target,
            scope,
            token.as_ref().ok(),
            run_id,
        );
        match (bound, token) {
            (Err(problem), _) => bind::unsendable(&step.request, &problem),
            (Ok(request), Err(no_token)) => bind::unsent(request, no_token),
            (Ok(request), Ok(_)) => {
                let under_way = self.care.turn(&step.request.service).await;
                let mut exchange = self.transports.send(request).await;
                // Whether the service is still there may be asked next, and has to wait for its turn too.
                drop(under_way);
                self.note_answer(&step.request.service, &mut exchange).await;
                exchange
            }
        }
    }

    /// Findings about requirements that the target declares not applicable do not count.
    fn leave_out_moot(&self, judgement: &mut Judgement) {
        let moot = &self.target.not_applicable;
        if moot.is_empty() {
            return;
        }
        judgement.findings.retain_mut(|finding| {
            if finding.requirements.is_empty() {
                return true;
            }
            finding.requirements.retain(|id| !moot.contains_key(id));
            finding.requirement = finding.requirements.first().cloned();
            finding.level = finding
                .requirements
                .iter()
                .filter_map(|id| self.suite.requirement(id))
                .map(|requirement| requirement.level)
                .max();
            !finding.requirements.is_empty()
        });
        for block in &mut judgement.blocks {
            block.violated.retain(|id| !moot.contains_key(id));
        }
    }

    fn outcome(
        &self,
        case: &Case,
        steps: &[StepOutcome],
        finally: &[StepOutcome],
        was_stopped: bool,
        started: Instant,
    ) -> CaseOutcome {
        let findings: Vec<Finding> = steps
            .iter()
            .flat_map(|step| step.judgement.findings.iter().cloned())
            .collect();
        let (verdict, reason) = verdict(steps, &findings, was_stopped);
        let evidence = evidence(case, steps);
        let sum =
            |count: fn(&Judgement) -> usize| steps.iter().map(|step| count(&step.judgement)).sum();
        // What every check held on is not worth keeping: ten thousand of these stand in one report.
        let keep_exchange = verdict != Verdict::Pass;
        let mut report = CaseReport {
            id: case.id.clone(),
            digest: Some(case.digest),
            title: case.title.clone(),
            contract: self.suite.contract_of(case).name.clone(),
            verdict,
            reason,
            proves: case.proves.clone(),
            place: self.suite.sources.place(case.span),
            started_ms: milliseconds(started.saturating_duration_since(self.started)),
            duration_ms: milliseconds(started.elapsed()),
            checks_passed: sum(|judgement| judgement.passed),
            checks_failed: sum(|judgement| judgement.failed),
            checks_unjudged: sum(|judgement| judgement.unjudged),
            left_behind: left_behind(case, steps, finally),
            violated: Vec::new(),
            unproven: Vec::new(),
            reruns: Vec::new(),
            findings,
            steps: self.step_reports(case, steps, finally, keep_exchange),
        };
        self.redactor.redact_case(&mut report);
        let mut outcome = CaseOutcome {
            report,
            evidence,
            is_silenced: steps.iter().any(|step| step.is_silenced),
            is_whole: !was_stopped,
            recorded: Vec::new(),
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
    fn outline(&self, outcome: &StepOutcome) -> Option<Arc<str>> {
        let body = outcome.judgement.body.as_ref()?;
        let text = Outline::of(body).text(&|name| self.redactor.redact(name));
        Some(self.texts.share(&text))
    }

    fn step_reports(
        &self,
        case: &Case,
        steps: &[StepOutcome],
        finally: &[StepOutcome],
        keep_exchange: bool,
    ) -> Vec<StepReport> {
        let report = |step: &Step, outcome: &StepOutcome, is_finally: bool| StepReport {
            title: step.name(),
            operation: step.request.operation(),
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
                .map(|response| response.version.clone()),
            opening: opening_report(&outcome.exchange.timing.opening),
            first_byte_ms: milliseconds(outcome.exchange.timing.first_byte),
            duration_ms: milliseconds(outcome.exchange.timing.total),
            exchange: (keep_exchange || (is_finally && !outcome.held())).then(|| {
                Box::new(exchange_report(
                    &outcome.exchange,
                    step.request.identity.as_deref(),
                    &self.redactor,
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

/// The verdict of a case, and the reason when there is no evidence.
fn verdict(steps: &[StepOutcome], findings: &[Finding], was_stopped: bool) -> (Verdict, String) {
    if let Some(finding) = findings.iter().find(|finding| finding.level.is_none()) {
        let what = if finding.block.is_some() {
            "the case could not be arranged"
        } else {
            "a value could not be captured"
        };
        return (Verdict::Error, format!("{what}: {}", finding.message));
    }
    if steps.iter().any(|step| step.is_silenced) {
        let reason = "the target throttles, and does not say for how long";
        return (Verdict::Error, reason.into());
    }
    for step in steps {
        if let Some(reason) = &step.out_of_patience {
            return (Verdict::Error, reason.clone());
        }
        if let Err(no_answer) = &step.exchange.answer {
            let attempts = match step.attempts {
                1 => String::new(),
                many => format!(" ({many} attempts)"),
            };
            return (
                Verdict::Error,
                format!("{}: {}{attempts}", no_answer.kind.words(), no_answer.detail),
            );
        }
    }
    if findings
        .iter()
        .any(|finding| finding.level == Some(Level::Must))
    {
        return (Verdict::Fail, String::new());
    }
    // Green without evidence is the worst mistake there is: a case that judged nothing has not passed.
    let judged: usize = steps
        .iter()
        .map(|step| step.judgement.passed + step.judgement.failed)
        .sum();
    if judged == 0 && !was_stopped {
        return (Verdict::Error, "no check was made".into());
    }
    if was_stopped {
        return (
            Verdict::Error,
            "interrupted before the case was done".into(),
        );
    }
    if findings
        .iter()
        .any(|finding| finding.level == Some(Level::Should))
    {
        return (Verdict::Warn, String::new());
    }
    (Verdict::Pass, String::new())
}

/// What the steps say about each requirement of the case. One that a later, unsent step should have proven is unproven.
fn evidence(case: &Case, steps: &[StepOutcome]) -> Vec<Disposition> {
    let mut evidence = vec![Disposition::Upheld; case.proves.len()];
    let mut set = |id: &String, disposition: Disposition| {
        if let Some(at) = case.proves.iter().position(|proven| proven == id)
            && evidence[at] != Disposition::Violated
        {
            evidence[at] = disposition;
        }
    };
    for (number, step) in case.steps.iter().enumerate() {
        let blocks = steps
            .get(number)
            .map_or(&[][..], |outcome| &outcome.judgement.blocks);
        for (position, block) in step.expect.iter().enumerate() {
            match blocks.get(position) {
                Some(outcome) => {
                    outcome
                        .unproven
                        .iter()
                        .for_each(|id| set(id, Disposition::Unproven));
                    outcome
                        .violated
                        .iter()
                        .for_each(|id| set(id, Disposition::Violated));
                }
                None => block
                    .proves
                    .iter()
                    .for_each(|id| set(id, Disposition::Unproven)),
            }
        }
    }
    evidence
}

/// What the `finally` steps could not undo; nothing where no request of the case can have arrived.
fn left_behind(case: &Case, steps: &[StepOutcome], finally: &[StepOutcome]) -> Vec<String> {
    if steps.iter().all(never_arrived) {
        return Vec::new();
    }
    not_undone(case, finally)
}

pub(super) fn not_undone(case: &Case, finally: &[StepOutcome]) -> Vec<String> {
    case.finally
        .iter()
        .zip(finally)
        .filter(|(_, outcome)| !outcome.held())
        .map(|(step, outcome)| {
            let why = match &outcome.exchange.answer {
                Err(no_answer) => no_answer.detail.clone(),
                Ok(_) => outcome
                    .judgement
                    .findings
                    .first()
                    .map_or_else(String::new, |finding| finding.message.clone()),
            };
            format!("{}: {why}", step.name())
        })
        .collect()
}

/// Was there no connection that the request could have gone through?
fn never_arrived(step: &StepOutcome) -> bool {
    let is_unsent = |no_answer: &NoAnswer| {
        matches!(
            no_answer.kind,
            NoAnswerKind::Unresolved
                | NoAnswerKind::Refused
                | NoAnswerKind::Tls
                | NoAnswerKind::Unsendable
        )
    };
    step.attempts <= 1 && step.exchange.answer.as_ref().is_err_and(is_unsent)
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    // Three decimals: what is finer is noise.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
