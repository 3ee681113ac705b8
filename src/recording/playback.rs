//! A recording as the source of answers. Opens no socket.
//!
//! An exchange answers a request only if the case would send the same request now. An exchange that is missing or was
//! changed is no evidence; the case is then an error, or is skipped, with the reason.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::judge;
use crate::model::StepPlace;
use crate::model::ThrottleDecision;
use crate::model::{
    BodyGap, Case, Exchange, Identity, Limits, Network, NoAnswer, NoAnswerKind, RecordedExchange,
    Recording, Response, RunFacts, Secret, SentBody, SentRequest, Step, Suite, Target, TargetFacts,
    Unmatched,
};
use crate::plan::Plan;
use crate::plan::link::is_redirect;
use crate::recording::request_body::recorded_bytes;
use crate::redact::headers::SENSITIVE;

/// The most attempts of one case.
const MOST_RUNS: usize = 1000;

/// Why a case without exchanges is skipped.
const NOTHING_RECORDED: &str = "the recording has no exchange of this case";

/// The exchanges of a recording, by case.
#[derive(Debug, Default)]
pub struct Playback {
    cases: HashMap<String, Vec<CaseAttempt>>,
    /// Why no exchange matches a case, if more is known.
    reasons: HashMap<String, String>,
    /// The services that were lost during the run, and why.
    lost: BTreeMap<String, String>,
    /// The header with the id of the run.
    run_id_header: Option<String>,
    /// Whether the recorded answers were judged too, with the same suite. Only then do placeholders not matter.
    is_verified: bool,
    /// Whether the exchanges were matched with the requests of the cases already.
    is_matched: bool,
    /// Whether nothing waits for a later answer: a client decides that for itself.
    is_final: bool,
}

/// One attempt of a case: the exchanges of each step, by whether it is a `finally` step and its number.
pub(crate) type CaseAttempt = BTreeMap<(bool, usize), Vec<Arc<RecordedExchange>>>;

impl Playback {
    /// The exchanges of a run that Probity recorded.
    ///
    /// With another suite it is not known whether a verdict depends on a secret.
    pub fn of_run(recording: Recording, suite: &Suite) -> (Playback, Vec<Unmatched<String>>) {
        let same_suite = |facts: &RunFacts| facts.suite_digest == suite.digest;
        let mut playback = Playback {
            run_id_header: recording
                .facts
                .as_ref()
                .and_then(|facts| facts.target.run_id_header.clone()),
            is_verified: recording.facts.as_ref().is_some_and(same_suite),
            ..Playback::default()
        };
        let cases: HashMap<&str, &Case> = suite
            .cases
            .iter()
            .map(|case| (case.id.as_str(), case))
            .collect();
        let mut unmatched = recording.unmatched;
        for recorded in recording.exchanges {
            let stray = |reason: String| Unmatched {
                place: recorded.place.clone(),
                request: line_of(&recorded),
                reason,
            };
            let Some(origin) = &recorded.origin else {
                unmatched.push(stray("it does not name its case".into()));
                continue;
            };
            let Some(case) = cases.get(origin.case.as_str()) else {
                let reason = format!("the suite has no case `{}`", origin.case);
                unmatched.push(stray(reason));
                continue;
            };
            if origin.run > MOST_RUNS {
                unmatched.push(stray(format!("no case is run {} times", origin.run)));
                continue;
            }
            let steps = if origin.finally {
                &case.finally
            } else {
                &case.steps
            };
            if origin.step >= steps.len() {
                let which = if origin.finally {
                    "`finally` step"
                } else {
                    "step"
                };
                let reason = format!("`{}` has no {which} {}", case.id, origin.step + 1);
                unmatched.push(stray(reason));
                continue;
            }
            if let Some(reason) = &recorded.lost {
                let service = recorded.exchange.request.service.clone();
                playback.lost.insert(service, reason.clone());
            }
            let case_attempts = playback.cases.entry(case.id.clone()).or_default();
            if case_attempts.len() <= origin.run {
                case_attempts.resize_with(origin.run + 1, CaseAttempt::new);
            }
            let attempts = case_attempts[origin.run]
                .entry((origin.finally, origin.step))
                .or_default();
            attempts.push(Arc::new(recorded));
        }
        let case_attempts = playback.cases.values_mut().flatten();
        for attempts in case_attempts.flat_map(BTreeMap::values_mut) {
            let number = |recorded: &Arc<RecordedExchange>| {
                recorded.origin.as_ref().map_or(0, |origin| origin.attempt)
            };
            attempts.sort_by_key(number);
        }
        (playback, unmatched)
    }

    /// The exchanges of another tool, matched with cases.
    pub(crate) fn of_attempts(
        cases: HashMap<String, Vec<CaseAttempt>>,
        reasons: HashMap<String, String>,
    ) -> Playback {
        Playback {
            cases,
            reasons,
            lost: BTreeMap::new(),
            run_id_header: None,
            is_verified: false,
            is_matched: true,
            is_final: false,
        }
    }

    /// One exchange, which is the only step of a case.
    pub(crate) fn of_exchange(case: &str, recorded: RecordedExchange) -> Playback {
        let attempt = CaseAttempt::from([((false, 0), vec![Arc::new(recorded)])]);
        let cases = HashMap::from([(case.to_owned(), vec![attempt])]);
        Playback {
            is_final: true,
            ..Playback::of_attempts(cases, HashMap::new())
        }
    }

    /// Skips every case of a plan that has no exchange.
    pub fn limit(&self, plan: &mut Plan, suite: &Suite) {
        for planned in &mut plan.cases {
            let case = &suite.cases[planned.index];
            if planned.skip.is_none() && !self.cases.contains_key(&case.id) {
                // The run did not start cases of a lost service.
                let mut needed = case.needs.services.iter();
                let lost = needed.find_map(|name| self.lost.get(name));
                let reason = lost.or_else(|| self.reasons.get(&case.id)).cloned();
                planned.skip = Some(reason.unwrap_or_else(|| NOTHING_RECORDED.into()));
            }
        }
    }

    /// The services that were lost during the run, and why.
    pub(crate) fn lost(&self) -> &BTreeMap<String, String> {
        &self.lost
    }

    /// How often a case is run. Repeats of a recorded run are decided again.
    pub(crate) fn case_attempts(&self, case: &Case) -> usize {
        let case_attempts = self.cases.get(&case.id).filter(|_| self.is_matched);
        case_attempts.map_or(1, Vec::len)
    }

    /// What was made before the first step of an attempt of a case. `None` for a recording without values: its requests
    /// then differ from those of the case.
    pub(crate) fn values(&self, case: &Case, attempt: usize) -> Option<BTreeMap<String, Value>> {
        let attempts = self.cases.get(&case.id)?.get(attempt)?;
        let first = attempts.get(&(false, 0))?.first()?;
        let values = &first.origin.as_ref()?.values;
        (!values.is_empty()).then(|| values.clone())
    }

    pub(crate) fn exchange(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
        request: SentRequest,
    ) -> Exchange {
        let Some(recorded) = self.attempts(place).get(attempt - 1) else {
            return no_evidence(request, "it has no answer to this request");
        };
        let keeps_cookies = place.case.keeps_cookies;
        let change = || {
            change(
                &request,
                recorded,
                self.run_id_header.as_deref(),
                keeps_cookies,
            )
        };
        let follows = place.step().request.follow > 0;
        let redirects = |response: &Response| is_redirect(response.status);
        if self.is_matched && follows && recorded.exchange.answer.as_ref().is_ok_and(redirects) {
            let detail = "the step follows redirects, and it has each request apart";
            return no_evidence(request, detail);
        }
        if let Some(change) = (!self.is_matched).then(change).flatten() {
            let detail = format!("the case now sends a different request: {change}");
            return no_evidence(request, &detail);
        }
        let mut exchange = recorded.exchange.clone();
        exchange.request.body = if self.is_matched {
            recorded.request_body.clone().map(SentBody::from)
        } else {
            request.body
        };
        exchange.request.omitted = request.omitted;
        exchange.request.service = request.service;
        if let Ok(response) = &mut exchange.answer {
            response.body = recorded.response_body.to_vec();
            if let Some(detail) = self.doubt(recorded, place.step(), response) {
                exchange.answer = Err(unrecorded(&detail));
            }
        }
        if let Err(no_answer) = &mut exchange.answer {
            let doubt = match &mut no_answer.fragment {
                Some(fragment) => {
                    fragment.response.body = recorded.response_body.to_vec();
                    self.doubt_of_head(recorded, place.step(), &fragment.response)
                }
                None => self.doubt_of_redirects(recorded, place.step()),
            };
            if let Some(detail) = doubt {
                exchange.answer = Err(unrecorded(&detail));
            }
        }
        exchange
    }

    /// Whether the answers come from another tool and were matched to cases.
    pub(crate) fn is_matched(&self) -> bool {
        self.is_matched
    }

    pub(crate) fn has_next(&self, place: StepPlace<'_>, attempt: usize) -> bool {
        attempt < self.attempts(place).len()
    }

    /// Whether the run waited after an attempt because the target throttled. That depended on its clock and limits, and
    /// cannot be decided again.
    pub(crate) fn throttle_decision(
        &self,
        place: StepPlace<'_>,
        attempt: usize,
    ) -> Option<ThrottleDecision> {
        if self.is_final {
            return Some(ThrottleDecision::Final);
        }
        let recorded = self.attempts(place).get(attempt - 1)?;
        match recorded.origin.as_ref()?.throttled.as_deref()? {
            "" => Some(ThrottleDecision::Wait(Duration::ZERO)),
            reason => Some(ThrottleDecision::Spent(reason.to_owned())),
        }
    }

    pub(crate) fn ends_early(&self, place: StepPlace<'_>, attempt: usize) -> bool {
        let attempts = self.attempts(place);
        let waits = place.step().eventually.is_some() && attempt >= attempts.len();
        let gave_up = |recorded: &Arc<RecordedExchange>| {
            recorded.origin.as_ref().is_some_and(|origin| !origin.held)
        };
        // If the run itself gave up, its time was over: that is evidence.
        waits && !attempts.last().is_some_and(gave_up)
    }

    fn attempts(&self, place: StepPlace<'_>) -> &[Arc<RecordedExchange>] {
        let key = match place.number.checked_sub(place.case.steps.len()) {
            None => (false, place.number),
            Some(number) => (true, number),
        };
        let case_attempts = self.cases.get(&place.case.id);
        let case_attempt = case_attempts.and_then(|case_attempts| case_attempts.get(place.attempt));
        case_attempt
            .and_then(|case_attempt| case_attempt.get(&key))
            .map_or(&[][..], Vec::as_slice)
    }

    /// Why the recorded answer is no evidence.
    fn doubt(
        &self,
        recorded: &RecordedExchange,
        step: &Step,
        response: &Response,
    ) -> Option<String> {
        if let Some(gap) = recorded
            .gaps
            .body
            .filter(|_| !recorded.gaps.hangs_on_secret)
        {
            let is_certain = gap == BodyGap::Secret && self.is_verified;
            if !is_certain && judge::reads_body(step, response) {
                return Some(gap.words().into());
            }
        }
        self.doubt_of_head(recorded, step, response)
    }

    /// Why the recorded redirects are no evidence, or nothing in the exchange is.
    fn doubt_of_redirects(&self, recorded: &RecordedExchange, step: &Step) -> Option<String> {
        let gaps = &recorded.gaps;
        if gaps.hangs_on_secret {
            return Some("the verdict depends on a secret, which it does not contain".into());
        }
        let has_rules = !step.rules.is_empty() || !step.open_rules.is_empty();
        (gaps.redirects && has_rules && !self.is_verified)
            .then(|| "it does not contain the answers of redirects as they came".into())
    }

    /// Why the head of the recorded answer is no evidence.
    fn doubt_of_head(
        &self,
        recorded: &RecordedExchange,
        step: &Step,
        response: &Response,
    ) -> Option<String> {
        let gaps = &recorded.gaps;
        if let Some(doubt) = self.doubt_of_redirects(recorded, step) {
            return Some(doubt);
        }
        let mut fields = gaps.headers.iter().filter(|_| !self.is_verified);
        let field = fields.find(|name| judge::reads_header(step, response, name))?;
        Some(format!(
            "it does not contain the value of the header `{field}`"
        ))
    }
}

/// The target of an earlier run, as far as judging needs it.
pub fn recorded_target(facts: &TargetFacts) -> Target {
    let identities = facts.identities.iter().map(|(name, fields)| {
        let value = || Secret::new(format!("[{name}]"));
        let headers = fields.iter().map(|field| (field.clone(), value()));
        let identity = Identity {
            headers: headers.collect(),
            oauth2: None,
            login: None,
        };
        (name.clone(), identity)
    });
    Target {
        name: facts.name.clone(),
        given: facts.given.clone(),
        services: facts.services.clone(),
        network: Network::default(),
        networks: BTreeMap::new(),
        identities: identities.collect(),
        unset: facts.unset.clone(),
        fixtures: facts.fixtures.clone(),
        capabilities: facts.capabilities.clone(),
        remote: facts.remote.clone(),
        permits_write: facts.permits_write,
        disposable: facts.disposable.clone(),
        limits: Limits {
            throttle_wait: Duration::from_millis(facts.throttle_wait_ms),
            throttle_total: Duration::from_millis(facts.throttle_total_ms),
            ..Limits::default()
        },
        not_applicable: facts.not_applicable.clone(),
        cannot: facts.cannot.clone(),
        run_id_header: None,
        variables: BTreeMap::new(),
        secrets: facts.stand_ins.iter().map(Secret::new).collect(),
    }
}

/// How the request of a case differs from the recorded one.
fn change(
    now: &SentRequest,
    recorded: &RecordedExchange,
    run_id_header: Option<&str>,
    keeps_cookies: bool,
) -> Option<String> {
    let then = &recorded.exchange.request;
    if now.method != then.method {
        return Some(format!("the method is {}, not {}", now.method, then.method));
    }
    if now.url != then.url {
        return Some(format!("the URL is {}, not {}", now.url, then.url));
    }
    let body = now.body.as_ref().map(recorded_bytes);
    if body.as_deref() != recorded.request_body.as_deref() {
        return Some("the body differs".into());
    }
    if now.transport > then.transport {
        return Some(format!(
            "it needs the transport `{}`, which sees more than `{}`",
            now.transport.name(),
            then.transport.name()
        ));
    }
    let no_token = |no_answer: &NoAnswer| no_answer.kind == NoAnswerKind::NoToken;
    if recorded.exchange.answer.as_ref().is_err_and(no_token) {
        // It was never sent, because there were no credentials.
        return None;
    }
    changed_header(now, then, run_id_header, keeps_cookies)
        .map(|name| format!("the header `{name}` differs"))
}

/// The name of a header field that differs.
fn changed_header<'r>(
    now: &'r SentRequest,
    then: &'r SentRequest,
    run_id_header: Option<&str>,
    keeps_cookies: bool,
) -> Option<&'r str> {
    /// What a transport adds by itself.
    const ADDED: [&str; 4] = ["accept", "connection", "content-length", "host"];
    let is_hidden = |request: &SentRequest, name: &str| {
        let name = name.to_ascii_lowercase();
        request.credentials.contains(&name) || SENSITIVE.contains(&name.as_str())
    };
    let values = |request: &'r SentRequest, name: &str| -> Vec<&'r str> {
        let lines = request.headers.iter();
        lines
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    };
    let differs = |name: &str| {
        // A recording has no cookies, so the case cannot send them again.
        if keeps_cookies && name.eq_ignore_ascii_case("cookie") {
            return false;
        }
        let (is, was) = (values(now, name), values(then, name));
        if is_hidden(now, name) || is_hidden(then, name) {
            return is.len() != was.len();
        }
        let mut added = ADDED.into_iter().chain(run_id_header);
        let is_added = added.any(|added| name.eq_ignore_ascii_case(added));
        is != was && !(is.is_empty() && is_added)
    };
    let names = now.headers.iter().chain(&then.headers);
    let mut names = names.map(|(name, _)| name.as_str());
    let changed = names.find(|name| differs(name));
    let is_there = |name: &&String| !values(then, name).is_empty();
    changed.or_else(|| now.omitted.iter().find(is_there).map(String::as_str))
}

/// `GET https://...` of a recorded exchange.
pub(crate) fn line_of(recorded: &RecordedExchange) -> String {
    let request = &recorded.exchange.request;
    format!("{} {}", request.method, request.url)
}

pub(crate) fn unrecorded(detail: &str) -> NoAnswer {
    NoAnswer {
        kind: NoAnswerKind::Unrecorded,
        detail: detail.into(),
        has_begun: false,
        fragment: None,
    }
}

pub(crate) fn no_evidence(request: SentRequest, detail: &str) -> Exchange {
    Exchange {
        request,
        hops: Vec::new(),
        answer: Err(unrecorded(detail)),
        timing: crate::model::Timing::default(),
    }
}
