//! One case: runs its steps in order and always its `finally` steps, and combines their results.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::engine::client_credentials;
use crate::engine::cookies::Cookies;
use crate::engine::curl::Following;
use crate::engine::exchange::exchange_report;
use crate::engine::finding::findings;
use crate::engine::step::{StepOutcome, created_nothing, is_safe};
use crate::engine::verdict::{evidence, evidence_of_rules, left_behind, outlook, verdict};
use crate::engine::{Engine, Stopped};
use crate::json::Outline;
use crate::model::StepPlace;
use crate::model::{
    AnswerPlace, Block, BlockOutcome, BranchReport, Case, CaseReport, Disposition, ExchangeReport,
    Finding, Hop, Judgement, Opening, OpeningParts, OpeningReport, RawFinding, Response, Scope,
    Step, StepReport, StepRule, Unresolved, Verdict,
};
use crate::plan::bind;
use crate::plan::bind::Unbound;
use crate::redact::{Redacted, Redactor};

/// The result of running one case.
#[derive(Clone, Debug)]
pub struct CaseOutcome {
    /// The report of the case.
    pub report: CaseReport,
    /// The disposition of each requirement that the case proves, in the order of [`Case::proves`].
    pub evidence: Vec<Disposition>,
    /// The disposition of each other requirement that rules of the contract check on the answers of the case.
    pub by_rules: BTreeMap<String, Disposition>,
    /// Whether the target throttled without `Retry-After`. That violates the requirement that the contract names for it,
    /// whatever the case proves.
    pub is_silenced: bool,
    /// False if the run was stopped before the case was done.
    pub is_complete: bool,
    /// The answers to the steps (without `finally`), in order; empty unless the engine keeps answers.
    pub answers: Vec<KeptAnswer>,
}

/// An answer, with what is needed to judge it again.
#[derive(Clone, Debug)]
pub struct KeptAnswer {
    /// The answer.
    pub response: Response,
    /// What earlier steps had captured.
    pub captures: BTreeMap<String, Value>,
    /// Its findings.
    pub findings: Vec<RawFinding>,
    /// The redirects that led to it.
    pub hops: Vec<Hop>,
    /// Method and URL of each request, in order.
    pub sent: Vec<(String, String)>,
    /// The rules that were found by the requests that were sent; `None` if they are those of the step.
    pub rules: Option<Vec<StepRule>>,
}

/// The step that was abandoned, if its request can have changed the target.
fn abandoned(case: &Case, steps: &[StepOutcome], stopped: Option<Stopped>) -> Option<usize> {
    let next = case.steps.get(steps.len())?;
    let may_have_changed = stopped?.may_have_changed && !is_safe(next);
    may_have_changed.then_some(steps.len())
}

impl Engine {
    /// Runs one case once. The caller holds its locks and counts the attempts, from 0.
    pub(crate) async fn attempt_case(&self, case: &Case, attempt: usize) -> CaseOutcome {
        let started = Instant::now();
        let mut captures = match self.values_of(case, attempt) {
            Ok(values) => values,
            Err(problem) => return self.unstarted(case, &problem.to_string()),
        };
        let cookies = Cookies::of(case);
        if let Err(error) = self.note(case, &captures, &cookies) {
            return self.unstarted(case, &format!("the journal cannot be written: {error}"));
        }
        let mut steps = Vec::new();
        let mut stopped = None;
        let mut answers = Vec::new();
        for number in 0..case.steps.len() {
            if self.stop.is_stopped() {
                stopped = Some(Stopped {
                    may_have_changed: false,
                });
                break;
            }
            let before = self.keeps_answers.then(|| captures.clone());
            let place = StepPlace {
                case,
                attempt,
                number,
            };
            let step = self.run_step(place, &mut captures, &cookies, true);
            let mut outcome = match step.await {
                Ok(outcome) => outcome,
                Err(early) => {
                    stopped = Some(early);
                    break;
                }
            };
            if let (Some(captures), Ok(response)) = (before, &outcome.exchange.answer) {
                answers.push(KeptAnswer {
                    response: response.clone(),
                    captures,
                    findings: outcome.judged.judgement.findings.clone(),
                    hops: outcome.exchange.hops.clone(),
                    sent: owned(outcome.exchange.sent()),
                    rules: outcome.rules.clone(),
                });
            }
            let is_noted = case.steps[number].captures.is_empty()
                || self.note(case, &captures, &cookies).is_ok();
            let is_the_end = outcome.stops_the_case(place.step());
            self.release_body(place, &mut outcome, &cookies).await;
            steps.push(outcome);
            // Nothing more is changed that could not be undone after a crash.
            if is_the_end || !is_noted {
                break;
            }
        }
        let abandoned = abandoned(case, &steps, stopped);
        let mut finally = Vec::new();
        for number in 0..case.finally.len() {
            let number = case.steps.len() + number;
            let place = StepPlace {
                case,
                attempt,
                number,
            };
            let is_needless = self.is_needless(case, place.step(), &steps, abandoned, &captures);
            // An interrupted case still undoes what it did.
            let step = self.run_step(place, &mut captures, &cookies, false);
            if let Ok(mut outcome) = step.await {
                outcome.is_needless = is_needless;
                self.release_body(place, &mut outcome, &cookies).await;
                finally.push(outcome);
            }
        }
        let outcome = self.outcome(case, &steps, &finally, &cookies, stopped, started);
        if let Some(journal) = self.journal_of(case) {
            // If this fails, the case stays open in the journal, and undoing twice does no harm.
            let left = &outcome.report.left_behind;
            let _ = journal.ended(&case.id, left, outlook(left, &finally));
        }
        CaseOutcome { answers, ..outcome }
    }

    /// Has a step of `finally` nothing to undo? Its request lacks a value that a step would have captured, and that step
    /// was not sent, or was refused (4xx): it created nothing. A step that only looks something up creates nothing
    /// anyway: then those before it must have created nothing either. Nobody knows what the abandoned step created.
    fn is_needless(
        &self,
        case: &Case,
        step: &Step,
        steps: &[StepOutcome],
        abandoned: Option<usize>,
        captures: &BTreeMap<String, Value>,
    ) -> bool {
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let bound = bind::bind(&step.request, &self.target, scope, None, None);
        let Err(Unbound::Unresolved(Unresolved::Capture(missing))) = bound else {
            return false;
        };
        let captures_it = |step: &Step| step.captures.iter().any(|capture| capture.name == missing);
        let mut makers = case
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| captures_it(step));
        makers.all(|(index, maker)| {
            let mut before = case.steps.iter().zip(steps).take(index);
            abandoned
                .is_none_or(|abandoned| abandoned > index || abandoned < index && !is_safe(maker))
                && steps.get(index).is_none_or(created_nothing)
                && (!is_safe(maker)
                    || before.all(|(step, outcome)| is_safe(step) || created_nothing(outcome)))
        })
    }

    fn outcome(
        &self,
        case: &Case,
        steps: &[StepOutcome],
        finally: &[StepOutcome],
        cookies: &Cookies,
        stopped: Option<Stopped>,
        started: Instant,
    ) -> CaseOutcome {
        let was_stopped = stopped.is_some();
        let is_abandoned = abandoned(case, steps, stopped).is_some();
        let shows_nothing = steps
            .iter()
            .chain(finally)
            .all(|step| step.exchange.answer.is_ok() && step.judged.judgement.findings.is_empty());
        let redactor = &if shows_nothing {
            self.redactor.clone()
        } else {
            self.redactor_of(steps.iter().chain(finally), cookies)
        };
        let mut found: Vec<Finding> = steps
            .iter()
            .flat_map(|step| findings(step, redactor))
            .collect();
        for (number, step) in finally.iter().enumerate() {
            // What else fails there is only reported as left behind.
            let of_rules = findings(step, redactor).into_iter();
            let of_rules = of_rules.filter(|finding| finding.rule.is_some());
            found.extend(of_rules.map(|finding| Finding {
                step: steps.len() + number,
                ..finding
            }));
        }
        let findings = found;
        let (verdict, reason) = verdict(steps, &findings, was_stopped);
        let evidence = evidence(case, steps, finally);
        let by_rules = evidence_of_rules(case, steps, finally);
        let sum = |count: fn(&Judgement) -> usize| {
            steps.iter().map(|step| count(&step.judged.judgement)).sum()
        };
        // The exchanges of passed cases are not kept: a report may have ten thousand of them.
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
            by_rules: with_found(&case.by_rules, &by_rules),
            place: self.place_of(case),
            started_ms: milliseconds(started.saturating_duration_since(self.started)),
            duration_ms: milliseconds(started.elapsed()),
            checks_passed: sum(|judgement| judgement.passed),
            checks_failed: sum(|judgement| judgement.failed),
            checks_unjudged: sum(|judgement| judgement.unjudged),
            left_behind: left_behind(case, steps, finally, is_abandoned, redactor),
            violated: Vec::new(),
            unproven: Vec::new(),
            reruns: Vec::new(),
            findings,
            steps: self.step_reports(case, steps, finally, keep_exchange, redactor),
        };
        let mut outcome = CaseOutcome {
            // A finding can show a text that the search of the answer does not see: in another charset, for example.
            report: if shows_nothing {
                report
            } else {
                redactor.again(report)
            },
            evidence,
            by_rules,
            is_silenced: steps.iter().any(|step| step.judged.is_silenced),
            is_complete: !was_stopped,
            answers: Vec::new(),
        };
        self.report_evidence(case, &mut outcome);
        outcome
    }

    /// Writes into the report which requirements are violated and unproven.
    pub(super) fn report_evidence(&self, case: &Case, outcome: &mut CaseOutcome) {
        let with = |wanted: Disposition| {
            let known = case.proves.iter().zip(&outcome.evidence);
            known
                .filter(|(_, disposition)| **disposition == wanted)
                .map(|(id, _)| id.clone())
                .collect()
        };
        let mut violated: Vec<String> = with(Disposition::Violated);
        let mut unproven: Vec<String> = with(Disposition::Unproven);
        for (id, disposition) in &outcome.by_rules {
            match disposition {
                Disposition::Violated => violated.push(id.clone()),
                Disposition::Unproven => unproven.push(id.clone()),
                Disposition::Upheld | Disposition::NotApplicable => {}
            }
        }
        if let Some(throttling) = &self.suite.contract_of(case).throttling
            && outcome.is_silenced
            && !case.proves.contains(&throttling.requirement)
        {
            violated.push(throttling.requirement.clone());
        }
        outcome.report.violated = violated;
        outcome.report.unproven = unproven;
    }

    fn exchange_report(
        &self,
        case: &Case,
        step: &Step,
        outcome: &StepOutcome,
        redactor: &Redactor,
    ) -> Box<ExchangeReport> {
        let following = Following {
            most: step.request.follow,
            keeps_cookies: case.keeps_cookies,
            events: step.event_limit(),
        };
        let masked = self
            .masks
            .then(|| client_credentials::masked(&outcome.exchange));
        Box::new(exchange_report(
            masked.as_ref().unwrap_or(&outcome.exchange),
            step.request.identity.as_deref(),
            following,
            self.target.network_of(&outcome.exchange.request.service),
            redactor,
        ))
    }

    /// Frees the memory of a large body: keeps its report and outline instead. A case must hold no large body while
    /// its next step waits for room for another.
    async fn release_body(
        &self,
        place: StepPlace<'_>,
        outcome: &mut StepOutcome,
        cookies: &Cookies,
    ) {
        let Some(large_body) = outcome.large_body.take() else {
            return;
        };
        let work = || {
            let redactor = self.redactor_of(std::iter::once(&*outcome), cookies);
            let report = self.exchange_report(place.case, place.step(), outcome, &redactor);
            (report, self.outline(outcome))
        };
        let (report, outline) = self.heavy.run(outcome.body_bytes(), work).await;
        outcome.report = Some(report);
        outcome.outline = outline;
        outcome.judged.judgement.body = None;
        if let Ok(response) = &mut outcome.exchange.answer {
            response.body = Vec::new();
            response.coded = None;
        }
        drop(large_body);
    }

    /// The outline of the judged body. Its member names come from the target, so they are redacted.
    fn outline(&self, outcome: &StepOutcome) -> Option<Redacted> {
        let Some(body) = &outcome.judged.judgement.body else {
            return outcome.outline.clone();
        };
        let text = Outline::of(body).text(&|name| self.redactor.redact(name));
        Some(self.shown_texts.share(&text, |text| {
            let redactor = self.redactor.for_text(text);
            redactor.text(text)
        }))
    }

    /// Which branches of the blocks that are about the answer were taken.
    fn branches(
        &self,
        step: &Step,
        outcome: &StepOutcome,
        redactor: &Redactor,
    ) -> Vec<BranchReport> {
        let held;
        let step = match &outcome.rules {
            None => step,
            Some(rules) => {
                held = Step {
                    rules: rules.clone(),
                    ..step.clone()
                };
                &held
            }
        };
        let answers = outcome.exchange.answers();
        let outcomes = &outcome.judged.judgement.blocks;
        let both = step.blocks().zip(outcomes).enumerate();
        let branches = both.filter(|(_, ((block, rule), _))| {
            let about = rule.map_or(AnswerPlace::Last, |one| one.about);
            let describes = answers
                .at(about)
                .is_some_and(|response| rule.is_none_or(|one| one.rule.describes(response)));
            describes && (block.when.is_some() || !block.any_of.is_empty())
        });
        let report = |(index, ((block, rule), outcome)): (
            usize,
            ((&Block, Option<&StepRule>), &BlockOutcome),
        )| BranchReport {
            block: index,
            rule: rule.map(|one| one.rule.id.clone()),
            redirect: rule.and_then(|one| one.about.redirect()),
            line: self.suite.sources.place(block.span).line,
            when: block.when.as_ref().map(|when| redactor.text(&when.words())),
            taken: outcome.applied,
            alternatives: block.any_of.len(),
            alternative: outcome.alternative,
        };
        branches.map(report).collect()
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
            branches: self.branches(step, outcome, redactor),
            opening: opening_report(&outcome.exchange.timing.opening),
            first_byte_ms: milliseconds(outcome.exchange.timing.first_byte),
            duration_ms: milliseconds(outcome.exchange.timing.total),
            exchange: (keep_exchange || (is_finally && !outcome.passed())).then(|| {
                let report = outcome.report.clone();
                report.unwrap_or_else(|| self.exchange_report(case, step, outcome, redactor))
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
            .filter(|(_, outcome)| !outcome.is_needless)
            .map(|(step, outcome)| report(step, outcome, true));
        // Collected from a chain, the list would have room for four: half a kilobyte for each case of a big run.
        let mut reports = Vec::with_capacity(case.steps.len().min(steps.len()) + finally.len());
        reports.extend(own.chain(last));
        reports
    }
}

fn owned<'s>(sent: impl Iterator<Item = (&'s str, &'s str)>) -> Vec<(String, String)> {
    sent.map(|(method, url)| (method.to_owned(), url.to_owned()))
        .collect()
}

/// The requirements that rules prove, with those of rules that were found by what was sent.
fn with_found(known: &Arc<[String]>, by_rules: &BTreeMap<String, Disposition>) -> Arc<[String]> {
    let upheld = by_rules.iter();
    let upheld = upheld.filter(|(_, seen)| **seen == Disposition::Upheld);
    let mut found = upheld.map(|(id, _)| id).filter(|id| !known.contains(id));
    match found.next() {
        None => Arc::clone(known),
        Some(first) => known.iter().chain([first]).chain(found).cloned().collect(),
    }
}

fn opening_report(opening: &Opening) -> OpeningReport {
    let parts = OpeningParts {
        dns_ms: opening.dns.map(milliseconds),
        connect_ms: opening.connect.map(milliseconds),
        tls_ms: opening.tls.map(milliseconds),
    };
    parts.into()
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    // More than three decimals are noise.
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
