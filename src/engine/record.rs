//! What a run records of each exchange: everything needed to judge it again, and no secret.
//!
//! Secrets become placeholders ([`Placeholders`]), credentials and cookies become placeholders, a large body is
//! cut. The exchange says what was changed. Whether that matters is found out at once, by judging what will be written
//! too: if the result differs, the exchange is marked as no evidence.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::engine::coded_request::{coding_of, could_hide};
use crate::engine::cookies::Cookies;
use crate::engine::judged::Judged;
use crate::engine::{Engine, client_credentials};
use crate::model::ThrottleDecision;
use crate::model::recording::RECORDING_FORMAT;
use crate::model::{
    BodyGap, Case, Exchange, Gaps, NoAnswer, Origin, RecordedExchange, Response, RunFacts, Scope,
    Step, Suite, Target, TargetFacts,
};
use crate::plan::Selection;
use crate::plan::found_rules;
use crate::recording::request_body::recorded_bytes;
use crate::redact::Redactor;
use crate::redact::credentials;
use crate::redact::headers::{NOT_SHOWN, SENSITIVE};
use crate::redact::placeholders::Placeholders;

/// The largest part of an answer's body that is recorded, in bytes.
pub const BODY_LIMIT: usize = 4 << 20;

/// Receives each exchange when it is over.
type Sink = dyn Fn(RecordedExchange) + Send + Sync;

/// Records the exchanges of a run.
pub(super) struct Recorder {
    stand_ins: Placeholders,
    /// The fixtures of the target, with stand-ins.
    fixtures: BTreeMap<String, Value>,
    sink: Arc<Sink>,
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recorder({:?})", self.stand_ins)
    }
}

impl Recorder {
    pub(super) fn new(target: &Target, redactor: &Redactor, sink: Arc<Sink>) -> Recorder {
        let stand_ins = Placeholders::new(&target.secrets, redactor.clone());
        Recorder {
            fixtures: stand_ins.replace_values(&target.fixtures),
            stand_ins,
            sink,
        }
    }
}

/// One attempt of a step.
pub(super) struct Attempt<'a> {
    pub(super) case: &'a Case,
    /// The attempt of the case, from 0.
    pub(super) run: usize,
    pub(super) step: &'a Step,
    /// The index of the step; `finally` steps come after the others.
    pub(super) number: usize,
    /// The number of the attempt, from 1.
    pub(super) which: usize,
    pub(super) started: jiff::Timestamp,
    pub(super) exchange: &'a Exchange,
    pub(super) judged: &'a Judged,
    pub(super) passed: bool,
    pub(super) decision: &'a ThrottleDecision,
    /// What earlier steps had captured.
    pub(super) captures: &'a BTreeMap<String, Value>,
    /// The cookies of the case.
    pub(super) cookies: &'a Cookies,
}

impl Engine {
    /// The facts about the run that a recording has.
    pub fn run_facts(&self, selection: &Selection) -> RunFacts {
        let stand_ins = Placeholders::new(&self.target.secrets, self.redactor.clone());
        RunFacts {
            format: RECORDING_FORMAT.into(),
            probity: env!("CARGO_PKG_VERSION").into(),
            suite: stand_ins.replace(&self.suite.place).into_owned(),
            suite_digest: self.suite.digest.clone(),
            selection: selection.patterns(),
            retries: self.retries,
            started: jiff::Timestamp::now().to_string(),
            target: self.target_facts(&stand_ins),
        }
    }

    /// What a later process needs to know of the target to judge what this one has seen.
    pub fn facts_of_target(&self) -> TargetFacts {
        self.target_facts(&Placeholders::new(
            &self.target.secrets,
            self.redactor.clone(),
        ))
    }

    fn target_facts(&self, stand_ins: &Placeholders) -> TargetFacts {
        let text = |text: &str| stand_ins.replace(text).into_owned();
        let target = &*self.target;
        let fixtures = needed_fixtures(&self.suite, target);
        TargetFacts {
            name: text(&target.name),
            given: target.given.as_deref().map(text),
            services: target
                .services
                .iter()
                .map(|(name, url)| (name.clone(), text(url)))
                .collect(),
            identities: target
                .identities
                .iter()
                .map(|(name, identity)| {
                    let fields = identity.headers.iter();
                    // A fetched credential is before all others.
                    let token = identity.fetched_field().map(str::to_owned).into_iter();
                    let fields = token.chain(fields.map(|(field, _)| field.clone()));
                    (name.clone(), fields.collect())
                })
                .collect(),
            unset: target.unset.clone(),
            fixtures: stand_ins.replace_values(&fixtures),
            capabilities: target.capabilities.clone(),
            remote: target.remote.clone(),
            permits_write: target.permits_write,
            disposable: target.disposable.clone(),
            not_applicable: target
                .not_applicable
                .iter()
                .map(|(id, reason)| (id.clone(), text(reason)))
                .collect(),
            cannot: target
                .cannot
                .iter()
                .map(|(name, reason)| (name.clone(), text(reason)))
                .collect(),
            throttle_wait_ms: u64::try_from(target.limits.throttle_wait.as_millis())
                .unwrap_or(u64::MAX),
            throttle_total_ms: u64::try_from(target.limits.throttle_total.as_millis())
                .unwrap_or(u64::MAX),
            run_id_header: target.run_id_header.clone(),
            stand_ins: stand_ins.texts().to_vec(),
        }
    }

    /// Passes one attempt to the recorder, if there is one.
    pub(super) fn record_attempt(&self, attempt: &Attempt<'_>) {
        if let Some(recorder) = &self.recorder {
            (recorder.sink)(self.recorded(recorder, attempt));
        }
    }

    fn recorded(&self, recorder: &Recorder, attempt: &Attempt<'_>) -> RecordedExchange {
        let with_cookies;
        let mut received = attempt.cookies.secrets();
        received.add(self.received_in(attempt.exchange));
        let stand_ins = if received.is_empty() {
            &recorder.stand_ins
        } else {
            with_cookies = recorder.stand_ins.also(received);
            &with_cookies
        };
        let text = |text: &str| stand_ins.replace(text).into_owned();
        let mut exchange = attempt.exchange.clone();
        let identity = attempt.step.request.identity.clone();
        let placeholder = format!("[{}]", identity.as_deref().unwrap_or("credentials"));
        let request = &mut exchange.request;
        request.url = text(&request.url);
        request.target = text(&request.target);
        for (name, value) in &mut request.headers {
            let field = name.to_ascii_lowercase();
            let is_secret =
                request.credentials.contains(&field) || SENSITIVE.contains(&field.as_str());
            *value = if is_secret {
                client_credentials::hidden(name, value, &placeholder)
            } else {
                text(value)
            };
        }
        let request_body = request.body.take().and_then(|body| {
            let bytes = recorded_bytes(&body);
            let is_searched = self.masks || !stand_ins.is_empty();
            let is_secret = |content: &[u8]| {
                stand_ins.replace_bytes(content).is_some()
                    || self.masks && credentials::masked(content).is_some()
            };
            if is_searched && could_hide(&request.headers, &bytes, is_secret) {
                return None;
            }
            Some(stand_ins.replace_bytes(&bytes).map_or(bytes, Arc::from))
        });
        for hop in &mut exchange.hops {
            hop.location = text(&hop.location);
            hop.url = hop.url.as_deref().map(text);
        }
        let mut gaps = Gaps::default();
        for hop in &mut exchange.hops {
            if let Some(answer) = &mut hop.answer {
                let mut gaps_of_redirect = Gaps::default();
                disguise(Arc::make_mut(answer), stand_ins, &mut gaps_of_redirect);
                gaps.redirects |= gaps_of_redirect != Gaps::default();
            }
        }
        disguise_last(&mut exchange.answer, stand_ins, &mut gaps);
        let mut request_body = request_body;
        if self.masks {
            client_credentials::mask(&mut exchange, &mut request_body, &mut gaps);
        }
        gaps.hangs_on_secret =
            self.hangs_on_secret((recorder, stand_ins), attempt, &exchange, &gaps);
        let (response_body, response_length) = body_of(&mut exchange.answer, &mut gaps);
        let steps = attempt.case.steps.len();
        RecordedExchange {
            origin: Some(Origin {
                case: attempt.case.id.clone(),
                title: text(&attempt.case.title),
                run: attempt.run,
                finally: attempt.number >= steps,
                step: attempt.number.checked_sub(steps).unwrap_or(attempt.number),
                attempt: attempt.which,
                held: attempt.passed,
                values: made_values(attempt, stand_ins),
                throttled: match attempt.decision {
                    ThrottleDecision::Final => None,
                    ThrottleDecision::Wait(_) => Some(String::new()),
                    ThrottleDecision::Spent(reason) => Some(text(reason)),
                },
            }),
            identity,
            started: attempt.started.to_string(),
            exchange,
            request_body,
            response_body,
            response_length,
            gaps,
            lost: self
                .liveness
                .why_lost(&attempt.step.request.service)
                .map(text),
            captured: taken(attempt, stand_ins),
            place: String::new(),
        }
    }

    /// Whether the recorded answer is judged differently from the one received.
    fn hangs_on_secret(
        &self,
        (recorder, stand_ins): (&Recorder, &Placeholders),
        attempt: &Attempt<'_>,
        written: &Exchange,
        gaps: &Gaps,
    ) -> bool {
        if *gaps == Gaps::default() && stand_ins.is_empty() {
            return false;
        }
        let captures = stand_ins.replace_values(attempt.captures);
        let scope = Scope {
            fixtures: &recorder.fixtures,
            captures: &captures,
        };
        let contract = self.suite.contract_of(attempt.case);
        let throttling = contract.throttling.as_ref();
        let services = &self.target.services;
        let held = found_rules::held(attempt.step, attempt.exchange, contract, services);
        let again = self.judge_exchange(attempt.number, &held, throttling, scope, written);
        let again = again.with_origins(attempt.case, written.url());
        !again.says_the_same(attempt.judged) || again.captured != taken(attempt, stand_ins)
    }
}

/// What was made before the first step, with stand-ins: for its first exchange.
fn made_values(attempt: &Attempt<'_>, stand_ins: &Placeholders) -> BTreeMap<String, Value> {
    if attempt.number > 0 || attempt.which > 1 {
        return BTreeMap::new();
    }
    let values = attempt.case.values.iter();
    let values = values.filter_map(|value| attempt.captures.get_key_value(&value.key));
    values
        .map(|(key, value)| (key.clone(), stand_ins.replace_value(value)))
        .collect()
}

/// What was captured, with stand-ins.
fn taken(attempt: &Attempt<'_>, stand_ins: &Placeholders) -> Vec<(String, Value)> {
    let taken = attempt.judged.captured.iter();
    taken
        .map(|(name, value)| (name.clone(), stand_ins.replace_value(value)))
        .collect()
}

/// Removes secrets from the last answer, or from what came of it, and notes where they were.
fn disguise_last(
    answer: &mut Result<Response, NoAnswer>,
    stand_ins: &Placeholders,
    gaps: &mut Gaps,
) {
    match answer {
        Ok(response) => disguise(response, stand_ins, gaps),
        Err(no_answer) => {
            no_answer.detail = stand_ins.replace(&no_answer.detail).into_owned();
            if let Some(fragment) = &mut no_answer.fragment {
                disguise(&mut fragment.response, stand_ins, gaps);
                let body = &mut fragment.response.body;
                if stand_ins.is_cut_off_in(body) {
                    gaps.body = Some(BodyGap::Secret);
                    body.clear();
                }
            }
        }
    }
}

/// Takes the body of the last answer, as far as it is recorded; also returns how long the body is.
fn body_of(answer: &mut Result<Response, NoAnswer>, gaps: &mut Gaps) -> (Arc<[u8]>, usize) {
    match answer {
        Ok(response) => {
            let mut body = match response.coded.take() {
                Some(coded) if coded.fault.is_none() => coded.received,
                _ => std::mem::take(&mut response.body),
            };
            let length = body.len();
            if length > BODY_LIMIT {
                body.truncate(cut_at(&body));
                gaps.body = Some(BodyGap::Truncated);
            }
            (Arc::from(body), length)
        }
        Err(no_answer) => {
            let Some(fragment) = &mut no_answer.fragment else {
                return (Arc::from([]), 0);
            };
            let body = std::mem::take(&mut fragment.response.body);
            if body.len() < fragment.received {
                gaps.body = gaps.body.or(Some(BodyGap::Truncated));
            }
            (Arc::from(body), fragment.received)
        }
    }
}

/// Removes secrets from an answer, and notes where they were.
fn disguise(response: &mut Response, stand_ins: &Placeholders, gaps: &mut Gaps) {
    response.reason = stand_ins.replace(&response.reason).into_owned();
    let is_decoded = response
        .coded
        .as_ref()
        .is_some_and(|coded| coded.fault.is_none());
    let hides_secret = if is_decoded {
        stand_ins.replace_bytes(&response.body).is_some()
    } else {
        !stand_ins.is_empty() && is_compressed(response)
    };
    // A wrong length can be in the middle of a secret.
    let apart = stand_ins.apart(&response.body, &response.trailing);
    let hides_secret = hides_secret || is_decoded && apart.is_some();
    if let Some((body, trailing)) = apart {
        response.body = body;
        response.trailing = trailing;
        gaps.body = Some(BodyGap::Secret);
    }
    if hides_secret {
        response.body = Vec::new();
        response.coded = None;
        gaps.body = Some(BodyGap::Compressed);
    } else if let Some(body) = stand_ins.replace_bytes(&response.body) {
        response.body = body;
        gaps.body = Some(BodyGap::Secret);
    }
    if let Some(trailing) = stand_ins.replace_bytes(&response.trailing) {
        response.trailing = trailing;
        gaps.body = gaps.body.or(Some(BodyGap::Secret));
    }
    response.trailing.truncate(BODY_LIMIT);
    for (name, value) in &mut response.headers {
        let field = name.to_ascii_lowercase();
        if field == "set-cookie" {
            *value = without_value_of_cookie(value, stand_ins);
            gaps.headers.insert(field);
        } else if SENSITIVE.contains(&field.as_str()) {
            *value = NOT_SHOWN.as_bytes().to_vec();
            gaps.headers.insert(field);
        } else if let Some(replaced) = stand_ins.replace_bytes(value) {
            *value = replaced;
            gaps.headers.insert(field);
        }
        *name = stand_ins.replace(name).into_owned();
    }
}

/// A line of `Set-Cookie` with a placeholder for the value: checks of the attributes can be judged from a recording.
fn without_value_of_cookie(line: &[u8], stand_ins: &Placeholders) -> Vec<u8> {
    let line = String::from_utf8_lossy(line);
    let (pair, attributes) = match line.find(';') {
        Some(end) => line.split_at(end),
        None => (&*line, ""),
    };
    let Some((name, value)) = pair.split_once('=') else {
        return NOT_SHOWN.as_bytes().to_vec();
    };
    let replaced = stand_ins.replace(value);
    let value = match value.trim() {
        // That it is empty is no secret: so a cookie is deleted.
        "" => value,
        _ if replaced == value => NOT_SHOWN,
        _ => &replaced,
    };
    let (name, attributes) = (stand_ins.replace(name), stand_ins.replace(attributes));
    format!("{name}={value}{attributes}").into_bytes()
}

/// Whether the body may contain a secret in compressed form, by its header and by its first bytes.
fn is_compressed(response: &Response) -> bool {
    let says_so = response
        .header_values("content-encoding")
        .any(|coding| !coding.trim_ascii().eq_ignore_ascii_case(b"identity"));
    says_so || coding_of(&response.body).is_some()
}

/// Where to cut a body: not inside a character.
fn cut_at(body: &[u8]) -> usize {
    let is_inside = |at: usize| body[at] & 0xc0 == 0x80;
    (BODY_LIMIT - 3..=BODY_LIMIT)
        .rev()
        .find(|at| !is_inside(*at))
        .unwrap_or(BODY_LIMIT)
}

/// The fixtures that some case of the suite needs.
fn needed_fixtures(suite: &Suite, target: &Target) -> BTreeMap<String, Value> {
    let needed = suite.cases.iter().flat_map(|case| &case.needs.fixtures);
    needed
        .filter_map(|name| target.fixtures.get_key_value(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
