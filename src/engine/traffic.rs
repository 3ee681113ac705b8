//! Exchanges that no case sent, judged by the rules of the contracts: what `probity record --check` sees pass.
//!
//! Method and path of a request say which operation it is, as for a captured URL. Each exchange is then one attempt of a
//! case with one step, whose only checks are the rules of that operation, taken from a recording of one entry: judge,
//! findings, evidence, redaction and report are those of every run.
//!
//! Of the exchanges that say the same, one is kept: a run of any length has a report of bounded size. What is new about a
//! requirement is always kept.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::engine::traffic_case::{Unfit, case, unlike, usable_rules};
use crate::engine::{Engine, Policy, Stop, client_credentials};
use crate::model::fingerprint::fingerprint;
use crate::model::{
    Case, CaseReport, Disposition, Exchange, Gaps, Operation, RecordedExchange, RecordingReport,
    Report, Rule, SentRequest, Suite, Target, Unmatched, Verdict,
};
use crate::plan::found_rules::operation_of;
use crate::plan::{Plan, PlannedCase, Selection};
use crate::recording::Playback;
use crate::recording::request_body::recorded_bytes;
use crate::redact::Redactor;

/// The most exchanges that are kept only because they show another combination of findings.
const MOST_KEPT: usize = 500;

/// The most sorts of exchanges without evidence that are listed.
const MOST_UNMATCHED: usize = 200;

/// Why a requirement is unproven.
const NO_RULE: &str = "no rule of the contract checks it: only a case can prove it";

/// Why the rules of an operation have given no evidence, or not all of it.
const NO_EXCHANGE: &str = "no exchange of this operation";
const NO_SUCH_ANSWER: &str = "no exchange of this operation had an answer that shows the rest";

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

/// What has passed so far.
#[derive(Debug, Default)]
struct Seen {
    exchanges: usize,
    judged: usize,
    /// Each with the index of its case.
    kept: Vec<(usize, CaseReport)>,
    keys: HashSet<String>,
    about: HashSet<(String, bool)>,
    /// By request line without query and reason: how many.
    unmatched: BTreeMap<(String, String), usize>,
    more_unmatched: usize,
    /// How many exchanges of each case were kept.
    rows: HashMap<usize, usize>,
    failed: HashSet<String>,
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
        let mut ids = HashSet::new();
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
                        case.id = unlike(case.id, &mut ids);
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
        let scheme = client_credentials::scheme(&recorded.exchange.request);
        let playback = Playback::of_exchange(&case.id, recorded);
        let (suite, target) = (Arc::clone(&self.suite), Arc::clone(&self.target));
        let mut engine = Engine::replaying(playback, suite, target, Stop::default());
        engine.redactor = self.redactor.clone();
        if let Some(sink) = self.sink.clone().filter(|_| is_recorded) {
            engine = engine.recording_to(move |recorded| {
                sink(match scheme {
                    Some(scheme) => client_credentials::with_scheme(recorded, scheme),
                    None => recorded,
                });
            });
        }
        engine.mask_recorded();
        let outcome = engine.attempt_case(case, 0).await;
        (engine, outcome.report)
    }

    /// Takes note of what an exchange has shown; nothing if no rule was judged and there was an answer.
    fn note(
        &mut self,
        index: usize,
        recorded: &RecordedExchange,
        engine: &Engine,
        mut report: CaseReport,
    ) -> Option<Seeing> {
        let has_answer = recorded.exchange.answer.is_ok();
        let checks = report.checks_passed + report.checks_failed;
        let shows_nothing = checks == 0 && report.findings.is_empty() && report.violated.is_empty();
        if !self.is_selected(index) || has_answer && shows_nothing {
            return None;
        }
        let request = &recorded.exchange.request;
        let path = request.target.split('?').next().unwrap_or_default();
        let status = recorded.exchange.received().map(|answer| answer.status);
        let came = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let title = format!("{} {path}: {came}", request.method);
        report.title = self.redactor.text(&title);
        let lines = fingerprint(&report.findings);
        let mut is_new = false;
        let violated = report.violated.iter().map(|id| (id.clone(), false));
        let upheld = report.by_rules.iter().map(|id| (id.clone(), true));
        for about in violated.chain(upheld) {
            is_new |= self.seen.about.insert(about);
        }
        let key = format!(
            "{index} {status:?} {:?} {lines:?} {:?}",
            report.verdict, report.reason
        );
        if self.seen.kept.len() < MOST_KEPT {
            is_new |= self.seen.keys.insert(key);
        }
        if !is_new {
            return Some(Seeing { news: None });
        }
        let shown = lines
            .iter()
            .filter(|line| !self.seen.failed.contains(*line));
        let is_news = shown.count() > 0 || report.verdict == Verdict::Error;
        self.seen.failed.extend(lines);
        let row = self.seen.rows.entry(index).or_default();
        *row += 1;
        report.id = format!("{}[{row}]", self.suite.cases[index].id);
        let news = is_news.then(|| Box::new(engine.report_of_exchange(index, report.clone())));
        self.seen.kept.push((index, report));
        Some(Seeing { news })
    }

    fn unmatched(&mut self, recorded: &RecordedExchange, reason: String) {
        let request = &recorded.exchange.request;
        let url = request.url.split('?').next().unwrap_or_default();
        let line = (format!("{} {url}", request.method), reason);
        let is_known = self.seen.unmatched.contains_key(&line);
        if is_known || self.seen.unmatched.len() < MOST_UNMATCHED {
            *self.seen.unmatched.entry(line).or_default() += 1;
        } else {
            self.seen.more_unmatched += 1;
        }
    }

    /// The requirements that rules of selected operations prove and no exchange has exercised, by the case of the
    /// operation. So they are unproven: that nothing was violated is no success.
    fn gaps(&self) -> Vec<(usize, Arc<[String]>)> {
        let is_seen = |id: &String| {
            let about = |is_upheld: bool| self.seen.about.contains(&(id.clone(), is_upheld));
            about(true) || about(false)
        };
        let mut gaps = Vec::new();
        let operations = self.operations.iter().enumerate();
        let operations =
            operations.flat_map(|(contract, own)| own.iter().map(move |one| (contract, one)));
        for (contract, (operation, index)) in operations {
            let rules = self.suite.rules.iter();
            let own = rules
                .filter(|known| known.contract == contract)
                .map(|known| &known.rule);
            let own = own.filter(|rule| rule.operations.contains(operation));
            let blocks = own.flat_map(|rule| &rule.blocks);
            let ids: BTreeSet<&String> = blocks.flat_map(|block| &*block.proves).collect();
            let missing: Vec<String> = (ids.into_iter())
                .filter(|id| !is_seen(id) && !self.target.not_applicable.contains_key(*id))
                .cloned()
                .collect();
            if !missing.is_empty() && self.is_selected(*index) {
                gaps.push((*index, Arc::from(missing)));
            }
        }
        gaps
    }

    /// The report of everything that has passed, and the redactor for what is made of it. `file` is where the exchanges
    /// are, if they are recorded.
    ///
    /// # Panics
    ///
    /// Never: nothing else keeps the suite when no exchange is being judged.
    pub async fn report(self, policy: Policy, file: &str) -> (Report, Redactor) {
        let gaps = self.gaps();
        let mut suite = Arc::into_inner(self.suite).expect("every engine has ended");
        let mut cases = Vec::new();
        let mut planned = Vec::new();
        let mut done = Vec::new();
        let mut plan = |case: Case, skip: Option<&str>| {
            planned.push(PlannedCase {
                index: cases.len(),
                skip: skip.map(str::to_owned),
            });
            cases.push(case);
        };
        for (index, report) in self.seen.kept {
            let mut case = suite.cases[index].clone();
            case.id.clone_from(&report.id);
            case.title = report.title.to_string();
            plan(case, None);
            done.push(report);
        }
        for (index, missing) in gaps {
            let is_seen = self.seen.rows.contains_key(&index);
            let case = Case {
                by_rules: missing,
                ..suite.cases[index].clone()
            };
            let why = if is_seen { NO_SUCH_ANSWER } else { NO_EXCHANGE };
            plan(case, Some(why));
        }
        suite.cases = cases;
        let plan = Plan { cases: planned };
        let suite = Arc::new(suite);
        let engine = Engine::replaying(Playback::default(), suite, self.target, Stop::default());
        let mut engine = engine.resuming(done, self.started.elapsed());
        engine.redactor = self.redactor.clone();
        let engine = Arc::new(engine);
        let run = Arc::clone(&engine).run(&plan, &self.selection, 1, policy, |_| {});
        let mut report = run.await;
        report.started = self.started_at.to_string();
        for one in &mut report.requirements {
            if one.disposition == Disposition::Unproven && one.cases.is_empty() {
                one.reason = self.redactor.text(NO_RULE);
            }
        }
        let mut unmatched: Vec<Unmatched<String>> = (self.seen.unmatched.into_iter())
            .map(|((request, reason), number)| Unmatched {
                place: format!("{number} x"),
                request,
                reason,
            })
            .collect();
        if self.seen.more_unmatched > 0 {
            unmatched.push(Unmatched {
                place: format!("{} x", self.seen.more_unmatched),
                request: "other requests".into(),
                reason: "no rule is about them".into(),
            });
        }
        let recording = live(file, &report.started, self.seen.exchanges, unmatched);
        report.recording = Some(recording.redacted(&self.redactor));
        (report, self.redactor)
    }
}

impl Engine {
    /// The report of one exchange.
    fn report_of_exchange(&self, index: usize, report: CaseReport) -> Report {
        let outcome = crate::engine::CaseOutcome {
            report,
            evidence: Vec::new(),
            by_rules: BTreeMap::new(),
            is_silenced: false,
            is_complete: true,
            answers: Vec::new(),
        };
        let mut report = self.report_of_case(index, outcome);
        let recording = live("", &report.started, 1, Vec::new());
        report.recording = Some(recording.redacted(&self.redactor));
        report
    }
}

/// What reports say about the source of the exchanges.
fn live(
    file: &str,
    started: &str,
    exchanges: usize,
    unmatched: Vec<Unmatched<String>>,
) -> RecordingReport<String> {
    RecordingReport {
        file: file.to_owned(),
        creator: format!("probity {}", env!("CARGO_PKG_VERSION")),
        recorded: Some(started.to_owned()),
        is_other_suite: false,
        is_live: true,
        exchanges,
        unmatched,
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
