//! One step of a case: its request, the answer, what the checks say of it, and whether it is sent again.

use crate::model::StepPlace;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::judged::Judged;
use crate::engine::record::Attempt;
use crate::engine::throttle::{Throttled, judge_silence, unjudged};
use crate::engine::{Engine, Stopped};
use crate::judge;
use crate::model::ThrottleDecision;
use crate::model::{
    Exchange, Judgement, Level, NoAnswer, Response, Scope, Secret, Step, Throttling,
};
use crate::plan::bind;
use crate::recording::playback::unrecorded;

/// What one step gave.
pub(super) struct StepOutcome {
    pub(super) exchange: Exchange,
    pub(super) judged: Judged,
    pub(super) attempts: usize,
    pub(super) throttled: usize,
    pub(super) resent: usize,
    /// Why the target's wish to wait was not followed to its end: no evidence either.
    pub(super) out_of_patience: Option<String>,
}

impl StepOutcome {
    /// Nothing that matters was refused, and there was an answer.
    pub(super) fn held(&self) -> bool {
        self.exchange.answer.is_ok()
            && self
                .judged
                .judgement
                .findings
                .iter()
                .all(|finding| finding.level == Some(Level::May))
    }

    /// The case cannot go on: no answer, a MUST or an arrangement that failed.
    pub(super) fn stops_the_case(&self) -> bool {
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
                self.record(
                    place,
                    &outcome,
                    started_at,
                    &ThrottleDecision::Final,
                    captures,
                );
                resent = 1;
                continue;
            }
            let limits = &self.target.limits;
            let patience = if let Some(patience) = self.source.patience(place, attempts) {
                throttled.times += usize::from(matches!(patience, ThrottleDecision::Wait(_)));
                patience
            } else {
                let asked = throttled.ask(step, &outcome.exchange, limits, &self.care);
                asked.await
            };
            self.record(place, &outcome, started_at, &patience, captures);
            match patience {
                ThrottleDecision::Final => {}
                ThrottleDecision::Wait(_) if !self.source.goes_on(place, attempts) => {
                    outcome.exchange.answer = Err(unrecorded(
                        "the target asked to be left alone for a while, and the recording ends there",
                    ));
                    outcome.judged = Judged::default();
                    return Ok(outcome);
                }
                ThrottleDecision::Wait(wait) => {
                    self.rest(wait, can_be_stopped).await?;
                    continue;
                }
                ThrottleDecision::Spent(reason) => {
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
        patience: &ThrottleDecision,
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
}
