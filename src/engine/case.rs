//! One case: its steps in order, its `finally` steps always, and what they say together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::bind;
use super::exchange::exchange_report;
use super::playback::unrecorded;
use super::record::Attempt;
use super::throttle::{Patience, Throttled, judge_silence, unjudged};
use super::{Engine, Stopped};
use crate::judge;
use crate::model::{
    Case, CaseReport, Disposition, Exchange, Finding, FindingKind, Judgement, Level, NoAnswer,
    NoAnswerKind, Opening, OpeningReport, Outline, Response, Scope, Secret, Step, StepReport,
    Throttling, Verdict,
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

/// A step of a case that is under way.
#[derive(Clone, Copy)]
pub(super) struct StepPlace<'c> {
    pub(super) case: &'c Case,
    /// Which time the case is run, from 0.
    pub(super) take: usize,
    /// The steps of `finally` are numbered after the others.
    pub(super) number: usize,
}

impl<'c> StepPlace<'c> {
    pub(super) fn step(self) -> &'c Step {
        match self.number.checked_sub(self.case.steps.len()) {
            None => &self.case.steps[self.number],
            Some(number) => &self.case.finally[number],
        }
    }
}

/// What one step gave.
pub(super) struct StepOutcome {
    pub(super) exchange: Exchange,
    judged: Judged,
    attempts: usize,
    throttled: usize,
    resent: usize,
    /// Why the target's wish to wait was not followed to its end: no evidence either.
    out_of_patience: Option<String>,
}

/// What is said of one answer; nothing where there was none.
#[derive(Default)]
pub(super) struct Judged {
    judgement: Judgement,
    /// What was captured from it.
    pub(super) captured: Vec<(String, Value)>,
    /// The target throttled and did not say for how long: no evidence about anything else.
    is_silenced: bool,
}

impl Judged {
    /// Are the same requirements upheld and violated, by the same sorts of findings?
    pub(super) fn says_the_same(&self, other: &Judged) -> bool {
        let facts = |judged: &Judged| {
            let judgement = &judged.judgement;
            let counts = [judgement.passed, judgement.failed, judgement.unjudged];
            (judged.is_silenced, counts)
        };
        let findings = |judged: &Judged| -> Vec<(FindingKind, Vec<String>)> {
            let findings = judged.judgement.findings.iter();
            findings
                .map(|finding| (finding.kind, finding.requirements.clone()))
                .collect()
        };
        facts(self) == facts(other)
            && self.judgement.blocks == other.judgement.blocks
            && findings(self) == findings(other)
    }
}

impl StepOutcome {
    /// Nothing that matters was refused, and there was an answer.
    fn held(&self) -> bool {
        self.exchange.answer.is_ok()
            && self
                .judged
                .judgement
                .findings
                .iter()
                .all(|finding| finding.level == Some(Level::May))
    }

    /// The case cannot go on: no answer, a MUST or an arrangement that failed.
    fn stops_the_case(&self) -> bool {
        self.exchange.answer.is_err()
            || self.judged.is_silenced
            || self.out_of_patience.is_some()
            || self
                .judged
                .judgement
                .findings
                .iter()
                .any(|finding| matches!(finding.level, None | Some(Level::Must)))
    }
}

impl Engine {
    /// Runs one case once. Who calls holds its locks, and counts how often it is run, from 0.
    pub(super) async fn attempt_case(&self, case: &Case, take: usize) -> CaseOutcome {
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
            let place = StepPlace { case, take, number };
            let Ok(outcome) = self.run_step(place, &mut captures, true).await else {
                was_stopped = true;
                break;
            };
            if let (Some(captures), Ok(response)) = (before, &outcome.exchange.answer) {
                recorded.push(RecordedStep {
                    response: response.clone(),
                    captures,
                    findings: outcome.judged.judgement.findings.clone(),
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
            let place = StepPlace { case, take, number };
            // An interrupt does not keep a case from undoing what it did.
            if let Ok(outcome) = self.run_step(place, &mut captures, false).await {
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

    /// Sends a step until it holds, or once if it does not wait for anything.
    pub(super) async fn run_step(
        &self,
        place: StepPlace<'_>,
        captures: &mut BTreeMap<String, Value>,
        can_be_stopped: bool,
    ) -> Result<StepOutcome, Stopped> {
        let (case, step) = (place.case, place.step());
        let started = Instant::now();
        let mut attempts = 0;
        let mut throttled = Throttled::default();
        let mut resent = 0;
        loop {
            attempts += 1;
            let started_at = jiff::Timestamp::now();
            let mut outcome = if can_be_stopped {
                tokio::select! {
                    biased;
                    () = self.stop.cancelled() => return Err(Stopped),
                    outcome = self.attempt(place, attempts, captures) => outcome,
                }
            } else {
                self.attempt(place, attempts, captures).await
            };
            outcome.attempts = attempts;
            outcome.throttled = throttled.times;
            outcome.resent = resent;
            if resent == 0
                && self.may_resend(case, step, &outcome.exchange)
                && self.source.goes_on(place, attempts)
            {
                self.record(place, &outcome, started_at, &Patience::Stands, captures);
                resent = 1;
                continue;
            }
            let limits = &self.target.limits;
            let patience = if let Some(patience) = self.source.patience(place, attempts) {
                throttled.times += usize::from(matches!(patience, Patience::Wait(_)));
                patience
            } else {
                let asked = throttled.ask(step, &outcome.exchange, limits, &self.care);
                asked.await
            };
            self.record(place, &outcome, started_at, &patience, captures);
            match patience {
                Patience::Stands => {}
                Patience::Wait(_) if !self.source.goes_on(place, attempts) => {
                    outcome.exchange.answer = Err(unrecorded(
                        "the target asked to be left alone for a while, and the recording ends there",
                    ));
                    outcome.judged = Judged::default();
                    return Ok(outcome);
                }
                Patience::Wait(wait) => {
                    self.rest(wait, can_be_stopped).await?;
                    continue;
                }
                Patience::Spent(reason) => {
                    outcome.judged.judgement = unjudged(step);
                    outcome.out_of_patience = Some(reason);
                    return Ok(outcome);
                }
            }
            let again = step.eventually.filter(|eventually| {
                let within = limits.eventually.of(eventually.within);
                !outcome.held()
                    && started.elapsed() + eventually.every < within
                    && self.source.goes_on(place, attempts)
            });
            let Some(eventually) = again else {
                captures.extend(outcome.judged.captured.drain(..));
                return Ok(outcome);
            };
            self.rest(eventually.every, can_be_stopped).await?;
        }
    }

    /// Waits between two attempts.
    async fn rest(&self, pause: Duration, can_be_stopped: bool) -> Result<(), Stopped> {
        if self.source.is_recording() {
            return Ok(());
        }
        tokio::select! {
            biased;
            () = self.stop.cancelled(), if can_be_stopped => Err(Stopped),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// One request of a step, judged.
    async fn attempt(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        captures: &BTreeMap<String, Value>,
    ) -> StepOutcome {
        let StepPlace { case, number, .. } = place;
        let step = place.step();
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let throttling = self.suite.contract_of(case).throttling.as_ref();
        let exchange = self.exchange(place, attempt, scope).await;
        let judged = match &exchange.answer {
            Ok(response) => self.judge(number, step, throttling, scope, response),
            Err(_) => Judged::default(),
        };
        let mut outcome = StepOutcome {
            exchange,
            judged,
            attempts: 1,
            throttled: 0,
            resent: 0,
            out_of_patience: None,
        };
        if !outcome.held() && self.source.ends_too_early(place, attempt) {
            outcome.exchange.answer = Err(unrecorded(
                "the step waits for something that had not come when the recording ends",
            ));
            outcome.judged = Judged::default();
        }
        outcome
    }

    /// Sends the request of a step: as whom it says, when it is its turn.
    async fn exchange(&self, place: StepPlace<'_>, attempt: usize, scope: Scope<'_>) -> Exchange {
        let step = place.step();
        let token = match &step.request.identity {
            Some(identity) if bind::needs_token(&step.request) => self.token(identity).await,
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
                let mut exchange = self.source.exchange(place, attempt, request).await;
                // Whether the service is still there may be asked next, and has to wait for its turn too.
                drop(under_way);
                self.note_answer(&step.request.service, &mut exchange).await;
                exchange
            }
        }
    }

    /// The token of an identity; `None` for one that needs none, and where nothing is sent.
    pub(super) async fn token(&self, identity: &str) -> Result<Option<Secret>, NoAnswer> {
        match self.source.transports() {
            Some(transports) => self.tokens.get(identity, transports, &self.redactor).await,
            None => Ok(None),
        }
    }

    /// Hands one attempt to whoever records.
    fn record(
        &self,
        place: StepPlace<'_>,
        outcome: &StepOutcome,
        started: jiff::Timestamp,
        patience: &Patience,
        captures: &BTreeMap<String, Value>,
    ) {
        self.record_attempt(&Attempt {
            case: place.case,
            run: place.take,
            step: place.step(),
            number: place.number,
            which: outcome.attempts,
            started,
            exchange: &outcome.exchange,
            judged: &outcome.judged,
            held: outcome.held(),
            patience,
            captures,
        });
    }

    /// Holds one answer against its step, and takes from it what later steps need.
    pub(super) fn judge(
        &self,
        number: usize,
        step: &Step,
        throttling: Option<&Throttling>,
        scope: Scope<'_>,
        response: &Response,
    ) -> Judged {
        let mut judged = Judged::default();
        match judge_silence(throttling, number, step, response, &self.suite) {
            Some(judgement) => {
                judged.judgement = judgement;
                judged.is_silenced = true;
            }
            None => {
                judged.judgement = judge::judge_step(number, step, scope, response, &self.suite);
            }
        }
        match judge::capture(number, step, response, &self.suite) {
            Ok(captured) => judged.captured = captured,
            // A response that was refused already needs no second complaint.
            Err(findings) if judged.judgement.findings.is_empty() => {
                judged.judgement.findings = findings;
            }
            Err(_) => {}
        }
        self.leave_out_moot(&mut judged.judgement);
        judged
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
            .flat_map(|step| step.judged.judgement.findings.iter().cloned())
            .collect();
        let (verdict, reason) = verdict(steps, &findings, was_stopped);
        let evidence = evidence(case, steps);
        let sum = |count: fn(&Judgement) -> usize| {
            steps.iter().map(|step| count(&step.judged.judgement)).sum()
        };
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
            is_silenced: steps.iter().any(|step| step.judged.is_silenced),
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
        let body = outcome.judged.judgement.body.as_ref()?;
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
    if steps.iter().any(|step| step.judged.is_silenced) {
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
        .map(|step| step.judged.judgement.passed + step.judged.judgement.failed)
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
            .map_or(&[][..], |outcome| &outcome.judged.judgement.blocks);
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
                    .judged
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
