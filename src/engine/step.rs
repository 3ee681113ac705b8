//! One step of a case: sends its request, judges the answer, and repeats it where the step or the target asks for it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use crate::engine::cookies::Cookies;
use crate::engine::judged::Judged;
use crate::engine::record::Attempt;
use crate::engine::redirects::KEPT_BODY;
use crate::engine::throttle::{Throttled, judge_silence, unjudged};
use crate::engine::{Engine, Stopped};
use crate::execute::memory::LargeBody;
use crate::execute::{ConnectionChoice, Received};
use crate::judge;
use crate::model::StepPlace;
use crate::model::ThrottleDecision;
use crate::model::{
    Answers, Exchange, ExchangeReport, Fetched, Judgement, Level, NoAnswer, NoAnswerKind, Response,
    Scope, Step, StepRule, Throttling,
};
use crate::plan::bind;
use crate::plan::found_rules;
use crate::recording::playback::unrecorded;
use crate::redact::Redacted;

/// The result of one step.
pub(super) struct StepOutcome {
    pub(super) exchange: Exchange,
    pub(super) judged: Judged,
    /// The rules that were found by the requests that were sent; `None` if they are those of the step.
    pub(super) rules: Option<Vec<StepRule>>,
    pub(super) attempts: usize,
    pub(super) throttled: usize,
    pub(super) resent: usize,
    /// The target asked for a longer wait than the limits allow: no evidence either.
    pub(super) wait_refused: Option<String>,
    /// The room in memory that a large body takes.
    pub(super) large_body: Option<LargeBody>,
    /// The exchange as it is reported, where the body is no longer kept.
    pub(super) report: Option<Box<ExchangeReport>>,
    /// The outline of that body.
    pub(super) outline: Option<Redacted>,
    /// A step of `finally` that has nothing to undo: what it would undo was never created.
    pub(super) is_needless: bool,
}

impl StepOutcome {
    fn new(received: Received, judged: Judged) -> StepOutcome {
        StepOutcome {
            exchange: received.exchange,
            large_body: received.large_body,
            judged,
            rules: None,
            attempts: 1,
            throttled: 0,
            resent: 0,
            wait_refused: None,
            report: None,
            outline: None,
            is_needless: false,
        }
    }

    /// Whether there was an answer and no check above MAY failed.
    pub(super) fn passed(&self) -> bool {
        let mut findings = self.judged.judgement.findings.iter();
        self.exchange.answer.is_ok() && findings.all(|finding| finding.level == Some(Level::May))
    }

    /// Whether there was an answer and no check of the step itself above MAY failed, whatever the rules of the contract
    /// say about the answer.
    pub(super) fn did_its_work(&self) -> bool {
        let findings = self.judged.judgement.findings.iter();
        let mut own = findings.filter(|finding| finding.rule.is_none());
        self.exchange.answer.is_ok() && own.all(|finding| finding.level == Some(Level::May))
    }

    /// Whether the case ends here: no answer, a failed check of a MUST or of the case's preparation, or nothing captured
    /// for the next steps. The next steps do not depend on rules.
    pub(super) fn stops_the_case(&self, step: &Step) -> bool {
        let findings = self.judged.judgement.findings.iter();
        let mut own = findings.filter(|finding| finding.rule.is_none());
        self.exchange.answer.is_err()
            || self.judged.is_silenced
            || self.wait_refused.is_some()
            || !self.judged.has_captured && !step.captures.is_empty()
            || own.any(|finding| matches!(finding.level, None | Some(Level::Must)))
    }

    /// The size of the body of the answer.
    pub(super) fn body_bytes(&self) -> usize {
        let answer = self.exchange.answer.as_ref();
        answer.map_or(0, |response| response.body.len())
    }

    /// Turns the outcome into one without evidence, because the recording has no more exchanges.
    fn unrecorded(&mut self, why: &str) {
        self.exchange.answer = Err(unrecorded(why));
        self.judged = Judged::default();
    }
}

impl Engine {
    /// Sends the request of a step: once, or again until its expectations hold (`eventually`), the target no longer
    /// throttles, or a connection that was closed under it is replaced.
    pub(super) async fn run_step(
        &self,
        place: StepPlace<'_>,
        captures: &mut BTreeMap<String, Value>,
        cookies: &Cookies,
        can_be_stopped: bool,
    ) -> Result<StepOutcome, Stopped> {
        let (case, step) = (place.case, place.step());
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        self.learn_secrets_of(case, step, scope);
        let limits = &self.target.limits;
        let started = Instant::now();
        let mut attempts = 0;
        let mut throttled = Throttled::default();
        let mut resent = 0;
        let mut connection = ConnectionChoice::Any;
        let mut may_have_changed = false;
        loop {
            attempts += 1;
            let started_at = jiff::Timestamp::now();
            // Boxed: it is by far the largest future of a run.
            let attempt = Box::pin(self.attempt(place, attempts, connection, captures, cookies));
            let mut outcome = tokio::select! {
                biased;
                () = self.stop.cancelled(), if can_be_stopped => {
                    return Err(Stopped { may_have_changed: true });
                }
                outcome = attempt => outcome,
            };
            outcome.attempts = attempts;
            outcome.throttled = throttled.times;
            outcome.resent = resent;
            if resent == 0
                && self.may_resend(case, step, &outcome.exchange)
                && self.source.has_next(place, attempts)
            {
                let decision = &ThrottleDecision::Final;
                self.record(place, &outcome, started_at, decision, captures, cookies)
                    .await;
                resent = 1;
                connection = ConnectionChoice::New;
                continue;
            }
            connection = ConnectionChoice::Any;
            let decision = match self.source.throttle_decision(place, attempts) {
                Some(decision) => {
                    throttled.times += usize::from(matches!(decision, ThrottleDecision::Wait(_)));
                    decision
                }
                None => {
                    throttled
                        .decide(step, &outcome.exchange, limits, &self.rate_limiter)
                        .await
                }
            };
            self.record(place, &outcome, started_at, &decision, captures, cookies)
                .await;
            let pause = match decision {
                ThrottleDecision::Final => {
                    let within = |within| limits.eventually.of(within);
                    let again = step.eventually.filter(|eventually| {
                        !outcome.passed()
                            && started.elapsed() + eventually.every < within(eventually.within)
                            && self.source.has_next(place, attempts)
                    });
                    let Some(eventually) = again else {
                        captures.extend(outcome.judged.captured.drain(..));
                        return Ok(outcome);
                    };
                    self.waits_before(place, "the next try of");
                    eventually.every
                }
                ThrottleDecision::Wait(_) if !self.source.has_next(place, attempts) => {
                    outcome
                        .unrecorded("the target throttled, and the recording has no later answer");
                    return Ok(outcome);
                }
                ThrottleDecision::Wait(wait) => {
                    self.waits_before(place, "Retry-After of");
                    wait
                }
                ThrottleDecision::Spent(reason) => {
                    outcome.judged.judgement = unjudged(step);
                    outcome.wait_refused = Some(reason);
                    return Ok(outcome);
                }
            };
            may_have_changed |= !created_nothing(&outcome);
            // The body of an answer that is not final takes no room while others are waited for.
            drop(outcome);
            if !self.source.is_recording() {
                tokio::select! {
                    biased;
                    () = self.stop.ended(), if can_be_stopped => {
                        return Err(Stopped { may_have_changed });
                    }
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }

    /// Sends one request of a step, and judges the answer.
    async fn attempt(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        connection: ConnectionChoice,
        captures: &BTreeMap<String, Value>,
        cookies: &Cookies,
    ) -> StepOutcome {
        let StepPlace { case, number, .. } = place;
        let step = place.step();
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let throttling = self.suite.contract_of(case).throttling.as_ref();
        let exchange = self.exchange(place, attempt, connection, scope, cookies);
        let received = exchange.await;
        let mut received = received;
        let contract = self.suite.contract_of(case);
        let held = found_rules::held(step, &received.exchange, contract, &self.target.services);
        if let Some(number) = found_rules::unkept(&held, &received.exchange) {
            received.exchange.answer = Err(self.unkept(number, &received.exchange));
        }
        let exchange = &received.exchange;
        let judge = || self.judge_exchange(number, &held, throttling, scope, exchange);
        let length = exchange.answer.as_ref().map_or(0, |last| last.body.len());
        let judged = self.heavy.run(length, judge).await;
        let judged = judged.with_origins(case, exchange.url());
        self.note_captured(case, step, &judged.captured, cookies);
        let rules = match held {
            Cow::Borrowed(_) => None,
            Cow::Owned(held) => Some(held.rules),
        };
        let mut outcome = StepOutcome {
            rules,
            ..StepOutcome::new(received, judged)
        };
        if !outcome.passed() && self.source.ends_early(place, attempt) {
            outcome.unrecorded("the recording ends before the step's `eventually` was over");
        }
        outcome
    }

    /// Why nothing can be said about the answer of a redirect that a rule describes.
    fn unkept(&self, number: usize, exchange: &Exchange) -> NoAnswer {
        let status = exchange.hops.get(number).map_or(0, |hop| hop.status);
        if self.source.is_recording() {
            let detail = format!(
                "it does not contain the answer of the redirect with status {status}, which a rule describes"
            );
            return unrecorded(&detail);
        }
        NoAnswer {
            kind: NoAnswerKind::TooLarge,
            detail: format!(
                "the answer of the redirect with status {status}, which a rule describes, has a body of more than {} KiB",
                KEPT_BODY >> 10
            ),
            has_begun: true,
            fragment: None,
        }
    }

    /// Sends the request of a step with the credentials of its identity, within the rate limits.
    async fn exchange(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        connection: ConnectionChoice,
        scope: Scope<'_>,
        cookies: &Cookies,
    ) -> Received {
        let step = place.step();
        let token = match &step.request.identity {
            Some(identity) if bind::needs_token(&step.request, &self.target) => {
                self.waits(place.case, || format!("the token of {identity}"));
                self.token(identity).await
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
        let unsent = |exchange| Received {
            exchange,
            large_body: None,
        };
        match (bound, token) {
            (Err(problem), _) => unsent(bind::unsendable(&step.request, &problem)),
            (Ok(request), Err(no_token)) => {
                let no_token = self.about_login(step, no_token);
                unsent(bind::unsent(request, no_token))
            }
            (Ok(mut request), Ok(_)) => {
                self.hide_derived_headers(place.case, step, scope, &mut request);
                if step.request.states_body {
                    self.learn_facts_of(request.body.as_ref());
                }
                let exchange =
                    self.exchange_following(place, attempt, request, connection, cookies);
                let mut received = exchange.await;
                if let Ok(response) = &mut received.exchange.answer {
                    // Other tools may not record a time.
                    let took = received.exchange.timing.total;
                    response.took = (!took.is_zero()).then_some(took);
                }
                received
            }
        }
    }

    /// The credential that an identity fetches; `None` for one that fetches none, and for a recording.
    pub(super) async fn token(&self, identity: &str) -> Result<Option<Fetched>, NoAnswer> {
        match self.source.transports() {
            Some(transports) => self.tokens.get(identity, transports, &self.redactor).await,
            None => Ok(None),
        }
    }

    /// Why a request was not sent. That the service of a login cannot be reached says nothing about another service.
    fn about_login(&self, step: &Step, no_token: NoAnswer) -> NoAnswer {
        let identity = step.request.identity.as_ref();
        let identity = identity.and_then(|name| self.target.identities.get(name));
        let login = identity.and_then(|identity| identity.login.as_ref());
        if login.is_some_and(|login| login.request.service == step.request.service) {
            return no_token;
        }
        NoAnswer {
            kind: NoAnswerKind::NoToken,
            ..no_token
        }
    }

    /// Passes one attempt to the recorder.
    async fn record(
        &self,
        place: StepPlace<'_>,
        outcome: &StepOutcome,
        started: jiff::Timestamp,
        decision: &ThrottleDecision,
        captures: &BTreeMap<String, Value>,
        cookies: &Cookies,
    ) {
        if self.recorder.is_none() {
            return;
        }
        let attempt = Attempt {
            case: place.case,
            run: place.attempt,
            step: place.step(),
            number: place.number,
            which: outcome.attempts,
            started,
            exchange: &outcome.exchange,
            judged: &outcome.judged,
            passed: outcome.passed(),
            decision,
            captures,
            cookies,
        };
        let record = || self.record_attempt(&attempt);
        self.heavy.run(outcome.body_bytes(), record).await;
    }

    /// Judges what came back, and captures what later steps need.
    pub(super) fn judge_exchange(
        &self,
        number: usize,
        step: &Step,
        throttling: Option<&Throttling>,
        scope: Scope<'_>,
        exchange: &Exchange,
    ) -> Judged {
        match &exchange.answer {
            Ok(_) => self.judge(number, step, throttling, scope, exchange.answers()),
            // What the recording does not hold as it was is no evidence, the redirects included.
            Err(no_answer) if no_answer.kind == NoAnswerKind::Unrecorded => Judged::default(),
            Err(no_answer) => {
                let redirects = exchange.answers();
                self.judge_fragment(number, step, throttling, scope, (redirects, no_answer))
            }
        }
    }

    /// Judges the answers to a step, and captures from the last one what later steps need. Where none came, rules are
    /// judged on the redirects before it.
    pub(super) fn judge(
        &self,
        number: usize,
        step: &Step,
        throttling: Option<&Throttling>,
        scope: Scope<'_>,
        answers: Answers<'_>,
    ) -> Judged {
        let mut judged = Judged::default();
        let Some(response) = answers.last else {
            if step.rules.iter().any(|one| answers.at(one.about).is_some()) {
                judged.judgement = judge::judge_step(number, step, scope, answers, &self.suite);
                self.drop_not_applicable(&mut judged.judgement);
            }
            return judged;
        };
        match judge_silence(throttling, number, step, response, &self.suite) {
            Some(judgement) => {
                judged.judgement = judgement;
                judged.is_silenced = true;
            }
            None => {
                judged.judgement = judge::judge_step(number, step, scope, answers, &self.suite);
            }
        }
        match judge::capture(number, step, response, &self.suite) {
            Ok(captured) => {
                judged.captured = captured;
                judged.has_captured = true;
            }
            // What was captured is there for `finally`. An answer that failed already needs no second finding.
            Err((captured, findings)) => {
                judged.captured = captured;
                if judged.judgement.findings.is_empty() {
                    judged.judgement.findings = findings;
                }
            }
        }
        self.drop_not_applicable(&mut judged.judgement);
        judged
    }

    /// Removes findings about requirements that the target declares not applicable.
    pub(super) fn drop_not_applicable(&self, judgement: &mut Judgement) {
        let not_applicable = &self.target.not_applicable;
        if not_applicable.is_empty() {
            return;
        }
        judgement.findings.retain_mut(|finding| {
            if finding.requirements.is_empty() {
                return true;
            }
            finding
                .requirements
                .retain(|id| !not_applicable.contains_key(id));
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
            block.violated.retain(|id| !not_applicable.contains_key(id));
        }
    }
}

/// Is the method one that changes nothing (RFC 9110 section 9.2.1)?
pub(super) fn is_safe(step: &Step) -> bool {
    matches!(step.request.method.as_str(), "GET" | "HEAD" | "OPTIONS")
}

/// Is it certain that the step created nothing on the target? Its only request did not arrive, or was refused.
pub(super) fn created_nothing(step: &StepOutcome) -> bool {
    let is_refused = |response: &Response| (400..500).contains(&response.status);
    let was_refused = step.exchange.answer.as_ref().is_ok_and(is_refused);
    step.attempts <= 1 && step.resent == 0 && was_refused || never_arrived(step)
}

/// Is it certain that the request did not arrive?
pub(super) fn never_arrived(step: &StepOutcome) -> bool {
    let is_unsent = |no_answer: &NoAnswer| {
        matches!(
            no_answer.kind,
            NoAnswerKind::Unresolved
                | NoAnswerKind::Refused
                | NoAnswerKind::Tls
                | NoAnswerKind::Unsendable
                | NoAnswerKind::NoToken
        )
    };
    let led_nowhere = |no_answer: &NoAnswer| {
        no_answer.kind == NoAnswerKind::Elsewhere && step.exchange.hops.is_empty()
    };
    if step.exchange.answer.as_ref().is_err_and(led_nowhere) {
        return true;
    }
    step.attempts <= 1
        && step.exchange.hops.is_empty()
        && step.exchange.answer.as_ref().is_err_and(is_unsent)
}
