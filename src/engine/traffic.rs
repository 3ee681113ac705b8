//! Exchanges that no case sent, judged by the rules of the contracts: what `probity record --check` sees pass.
//!
//! Method and path of a request say which operation it is, as for a captured URL. Each exchange is then one attempt of a
//! case with one step, whose only checks are the rules of that operation, taken from a recording of one entry: judge,
//! findings, evidence, redaction and report are those of every run.
//!
//! Of the exchanges that say the same, one is kept: a run of any length has a report of bounded size. What is new about a
//! requirement is always kept.

mod case;
mod report;
mod seen;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::engine::{Engine, Stop, client_credentials};
use crate::model::{
    CaseReport, Exchange, Gaps, Operation, RecordedExchange, Report, Rule, SentRequest, Suite,
    Target,
};
use crate::plan::Selection;
use crate::plan::found_rules::operation_of;
use crate::recording::Playback;
use crate::recording::request_body::recorded_bytes;
use crate::redact::Redactor;
use crate::text::names::Unique;
pub use case::Unfit;
use case::{case, usable_rules};
use seen::Seen;

/// Receives each exchange, without secrets.
type Sink = Arc<dyn Fn(RecordedExchange) + Send + Sync>;

/// Judges exchanges as they pass.
pub struct TrafficJudge {
    /// One case for each operation of each contract, and one without rules.
    suite: Arc<Suite>,
    target: Arc<Target>,
    redactor: Redactor,
    /// By contract: its operations, each with the index of its case.
    operations: Vec<Vec<(Operation, usize)>>,
    /// The case without rules.
    other: usize,
    selection: Selection,
    sink: Option<Sink>,
    seen: Seen,
    started: Instant,
    started_at: jiff::Timestamp,
}

/// What an exchange showed.
#[derive(Debug)]
pub struct Seeing {
    /// A report of the one exchange, if it shows what no exchange before it has shown: a finding, or no answer.
    pub news: Option<Box<Report>>,
}

impl std::fmt::Debug for TrafficJudge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrafficJudge({:?})", self.seen)
    }
}

impl TrafficJudge {
    /// A judge of the exchanges of a target, and the rules of selected contracts that it cannot judge. The cases of the suite
    /// are not used; those of the report are exchanges.
    pub fn new(
        mut suite: Suite,
        target: Target,
        selection: Selection,
    ) -> (TrafficJudge, Vec<Unfit>) {
        let (rules, unfit) = usable_rules(&suite, &target);
        let mut cases = Vec::new();
        // `GET /a` and `GET /a/{}` are one in words.
        let mut ids = Unique::default();
        let mut operations = Vec::new();
        for (contract, rules) in rules.iter().enumerate() {
            let mut own: Vec<(Operation, usize)> = Vec::new();
            // Also those whose rules cannot be judged: what they prove is then unproven.
            let all = suite
                .rules
                .iter()
                .filter(|known| known.contract == contract);
            for rule in all.map(|known| &known.rule) {
                for operation in &rule.operations {
                    if own.iter().all(|(known, _)| known != operation) {
                        own.push((operation.clone(), cases.len()));
                        let mut case = case(&suite, &target, contract, operation, rules, rule.span);
                        case.id = ids.take(&case.id);
                        cases.push(case);
                    }
                }
            }
            operations.push(own);
        }
        let other = cases.len();
        let none: Arc<[Arc<Rule>]> = Arc::default();
        if let Some(contract) = suite.contracts.first() {
            let (span, anything) = (contract.span, Operation::new("GET /"));
            let mut case = case(&suite, &target, 0, &anything, &none, span);
            if let Some(service) = target.services.keys().next() {
                case.steps[0].request.service.clone_from(service);
            }
            cases.push(case);
        }
        suite.cases = cases;
        let judge = TrafficJudge {
            redactor: Redactor::new(&target.secrets),
            suite: Arc::new(suite),
            target: Arc::new(target),
            operations,
            other,
            selection,
            sink: None,
            seen: Seen::default(),
            started: Instant::now(),
            started_at: jiff::Timestamp::now(),
        };
        let concerns = |one: &Unfit| {
            let own = judge.operations.get(one.contract);
            own.is_some_and(|own| own.iter().any(|(_, index)| judge.is_selected(*index)))
        };
        let unfit = unfit.into_iter().filter(concerns).collect();
        (judge, unfit)
    }

    /// Also passes each exchange to `sink`, without secrets.
    #[must_use]
    pub fn recording_to(
        mut self,
        sink: impl Fn(RecordedExchange) + Send + Sync + 'static,
    ) -> TrafficJudge {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// The redactor, which also knows the credentials that have passed.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// How many exchanges have passed, and how many of them a rule has judged.
    pub fn counts(&self) -> (usize, usize) {
        (self.seen.exchanges, self.seen.judged)
    }

    /// How many operations the rules of the selection are about.
    pub fn operations(&self) -> usize {
        let all = self.operations.iter().flatten();
        all.filter(|(_, index)| self.is_selected(*index)).count()
    }

    /// What has passed is not everything: an exchange was under way at the end. So the exchanges are no success.
    pub fn leave_unfinished(&mut self) {
        self.seen.is_cut = true;
    }

    fn is_selected(&self, index: usize) -> bool {
        let case = &self.suite.cases[index];
        self.selection.selects(&self.suite, case)
    }

    /// Judges one exchange.
    pub async fn judge(&mut self, exchange: Exchange) -> Vec<Seeing> {
        self.seen.exchanges += 1;
        let recorded = recorded(exchange);
        client_credentials::hide(&recorded, &self.redactor);
        let found = self.cases_of(&recorded.exchange.request);
        let mut seeings = Vec::new();
        if found.is_empty() {
            if self.sink.is_some() {
                self.attempt(self.other, recorded.clone(), true).await;
            }
            let reason = match &recorded.exchange.answer {
                Ok(_) => "no rule of a contract is about this method and path".to_owned(),
                Err(no_answer) => format!("{}: {}", no_answer.kind.words(), no_answer.detail),
            };
            self.unmatched(&recorded, reason);
            return seeings;
        }
        let mut is_judged = false;
        for (number, index) in found.iter().copied().enumerate() {
            let (engine, report) = self.attempt(index, recorded.clone(), number == 0).await;
            if let Some(seeing) = self.note(index, &recorded, &engine, report) {
                is_judged = true;
                seeings.push(seeing);
            }
        }
        self.seen.judged += usize::from(is_judged);
        if !is_judged {
            let status = recorded
                .exchange
                .received()
                .map_or(0, |answer| answer.status);
            let reason = if found.iter().any(|index| self.is_selected(*index)) {
                format!("no rule of the operation describes an answer with status {status}")
            } else {
                "its operation is not selected".to_owned()
            };
            self.unmatched(&recorded, reason);
        }
        seeings
    }

    /// The cases of the operations that a request belongs to, at most one of each contract.
    fn cases_of(&self, request: &SentRequest) -> Vec<usize> {
        let sent = (&*request.method, &*request.url);
        let contracts = self.suite.contracts.iter().zip(&self.operations);
        let found = contracts.filter_map(|(contract, own)| {
            let names = own.iter().map(|(operation, _)| operation);
            let operation = operation_of(sent, names, contract, &self.target.services)?;
            let (_, index) = own.iter().find(|(known, _)| known == operation)?;
            Some(*index)
        });
        found.collect()
    }

    /// Runs a case on one exchange.
    async fn attempt(
        &self,
        index: usize,
        recorded: RecordedExchange,
        is_recorded: bool,
    ) -> (Engine, CaseReport) {
        let case = &self.suite.cases[index];
        let playback = Playback::of_exchange(&case.id, recorded);
        let (suite, target) = (Arc::clone(&self.suite), Arc::clone(&self.target));
        let mut engine = Engine::replaying(playback, suite, target, Stop::default());
        engine.redactor = self.redactor.clone();
        if let Some(sink) = self.sink.clone().filter(|_| is_recorded) {
            engine = engine.recording_to(move |recorded| sink(recorded));
        }
        engine.masks = true;
        let outcome = engine.attempt_case(case, 0).await;
        (engine, outcome.report)
    }
}

/// An exchange as a recording has it.
fn recorded(mut exchange: Exchange) -> RecordedExchange {
    let total = jiff::SignedDuration::try_from(exchange.timing.total).unwrap_or_default();
    let now = jiff::Timestamp::now();
    let started = now.checked_sub(total).unwrap_or(now);
    let request_body = exchange.request.body.take();
    let request_body = request_body.map(|body| recorded_bytes(&body));
    let body = match &mut exchange.answer {
        Ok(response) => std::mem::take(&mut response.body),
        Err(no_answer) => match &mut no_answer.fragment {
            Some(fragment) => std::mem::take(&mut fragment.response.body),
            None => Vec::new(),
        },
    };
    RecordedExchange {
        origin: None,
        identity: None,
        started: started.to_string(),
        exchange,
        request_body,
        response_length: body.len(),
        response_body: Arc::from(body),
        gaps: Gaps::default(),
        lost: None,
        captured: Vec::<(String, Value)>::new(),
        place: String::new(),
    }
}
