//! The run loop: joins plan, execute and judge. The one way to run a case, for the binary and for `cargo test`.

mod assemble;
mod care;
mod case;
mod curl;
mod evidence;
mod exchange;
mod finding;
mod journal;
mod liveness;
mod pace;
mod partial;
mod reasons;
mod record;
mod retry;
mod source;
mod step;
mod texts;
mod throttle;
mod verdict;
mod waive;
mod waived;

use crate::plan::bind;
use crate::recording::Playback;
use crate::redact::{Redacted, Redactor};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use case::{CaseOutcome, KeptAnswer};
pub use journal::{JOURNAL_FORMAT, Journal};
pub use pace::Stop;
pub use partial::partial_report;
pub use record::BODY_LIMIT;
pub use waive::Waivers;

use crate::auth::Tokens;
use crate::execute::{TransportSetupError, Transports};
use crate::model::report::RunIdReport;
use crate::model::{Case, CaseReport, RecordedExchange, Report, Suite, Target};
use crate::plan::run_id::RunId;
use crate::plan::{Plan, PlannedCase, Selection};
use care::Care;
use liveness::Liveness;
use pace::Locks;
use record::Recorder;
use source::Source;
use texts::Texts;

/// Why a case was not begun when the run was stopped.
const INTERRUPTED: &str = "interrupted";

/// The case was told to stop before it was done.
#[derive(Clone, Copy, Debug)]
struct Stopped;

/// How a run is judged as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Does a violated SHOULD make the run a failure?
    pub strict: bool,
    /// Which failures let the gate pass.
    pub waivers: Option<Waivers>,
}

/// What happens during a run, for people who watch it. No report is built from events.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// A case was begun.
    Started {
        /// Its id.
        id: &'a str,
    },
    /// A case is done.
    Finished {
        /// What stands in the report.
        case: &'a CaseReport,
        /// Was it done to its end? False when the run was stopped under it.
        is_whole: bool,
        /// How many cases are done.
        done: usize,
        /// How many will be run.
        of: usize,
    },
}

/// One case to run.
#[derive(Clone, Copy, Debug)]
struct Work {
    /// Where it stands in the plan.
    place: usize,
    /// Which case of the suite it is.
    index: usize,
}

/// Everything that running a case needs.
#[derive(Debug)]
pub struct Engine {
    suite: Arc<Suite>,
    target: Arc<Target>,
    source: Source,
    redactor: Redactor,
    texts: Texts<Arc<str>>,
    shown_texts: Texts<Redacted>,
    locks: Locks,
    care: Care,
    tokens: Tokens,
    run_id: Option<RunId>,
    liveness: Liveness,
    stop: Stop,
    started: Instant,
    keeps_answers: bool,
    retries: usize,
    journal: Option<Journal>,
    /// Cases that an earlier run of the same plan has done, by id.
    done: Mutex<HashMap<String, CaseReport>>,
    recorder: Option<Recorder>,
}

impl Engine {
    /// An engine for one suite and one target.
    ///
    /// # Errors
    ///
    /// When the HTTP client cannot be set up.
    pub fn new(
        suite: Arc<Suite>,
        target: Arc<Target>,
        stop: Stop,
    ) -> Result<Engine, TransportSetupError> {
        let source = Source::Network(Transports::to(&target)?);
        Ok(Engine::with_source(source, suite, target, stop))
    }

    /// An engine that takes its answers from a recording, and opens no socket.
    pub fn replaying(
        playback: Playback,
        suite: Arc<Suite>,
        target: Arc<Target>,
        stop: Stop,
    ) -> Engine {
        let liveness = Liveness::known(playback.lost());
        Engine {
            liveness,
            ..Engine::with_source(Source::Recording(playback), suite, target, stop)
        }
    }

    fn with_source(source: Source, suite: Arc<Suite>, target: Arc<Target>, stop: Stop) -> Engine {
        Engine {
            source,
            redactor: Redactor::new(&target.secrets),
            texts: Texts::default(),
            shown_texts: Texts::default(),
            locks: Locks::new(suite.cases.iter().flat_map(|case| &case.locks)),
            care: Care::new(&target.limits),
            tokens: Tokens::new(&target),
            run_id: target.run_id_header.as_deref().map(RunId::new),
            liveness: Liveness::new(target.services.keys()),
            stop,
            keeps_answers: false,
            retries: 0,
            journal: None,
            done: Mutex::default(),
            recorder: None,
            started: Instant::now(),
            suite,
            target,
        }
    }

    /// Hands every exchange to `sink` when it is over, without secrets.
    #[must_use]
    pub fn recording_to(
        mut self,
        sink: impl Fn(RecordedExchange) + Send + Sync + 'static,
    ) -> Engine {
        self.recorder = Some(Recorder::new(&self.target, &self.redactor, Arc::new(sink)));
        self
    }

    /// Keeps what every step was judged on, in [`CaseOutcome::answers`].
    #[must_use]
    pub fn keeping_answers(mut self) -> Engine {
        self.keeps_answers = true;
        self
    }

    /// Runs a case that failed up to so many times more, to tell flaky from broken.
    #[must_use]
    pub fn retrying(mut self, retries: usize) -> Engine {
        self.retries = retries;
        self
    }

    /// Writes into a journal what cases are about to make.
    #[must_use]
    pub fn journalling(mut self, journal: Journal) -> Engine {
        self.journal = Some(journal);
        self
    }

    /// The journal, if there is one.
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.as_ref()
    }

    /// Takes over cases that an earlier run of the same plan has done, and so the time it took.
    #[must_use]
    pub fn resuming(mut self, done: Vec<CaseReport>, elapsed: Duration) -> Engine {
        let by_id = done.into_iter().map(|case| (case.id.clone(), case));
        self.done = Mutex::new(by_id.collect());
        self.started = self.started.checked_sub(elapsed).unwrap_or(self.started);
        self
    }

    /// The suite.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The name of the run in its requests, if the target wants one.
    pub fn run_id(&self) -> Option<RunIdReport> {
        self.run_id.as_ref().map(RunId::report)
    }

    /// Finds the secrets of the target in a text.
    pub fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Runs a plan and reports in its order, whatever the order in which cases finish.
    ///
    /// At most `jobs` cases are under way at one time.
    pub async fn run(
        self: Arc<Self>,
        plan: &Plan,
        selection: &Selection,
        jobs: usize,
        policy: Policy,
        on_event: impl Fn(Event<'_>) + Send + Sync + 'static,
    ) -> Report {
        let started_at = jiff::Timestamp::now();
        let outcomes = self.taken_over(plan);
        let work: Arc<Vec<Work>> = Arc::new(
            plan.cases
                .iter()
                .enumerate()
                .filter(|(place, planned)| planned.skip.is_none() && outcomes[*place].is_none())
                .map(|(place, planned)| Work {
                    place,
                    index: planned.index,
                })
                .collect(),
        );
        tokio::select! {
            biased;
            () = self.stop.cancelled() => {}
            () = Arc::clone(&self).log_in(plan) => {}
        }
        let next = Arc::new(AtomicUsize::new(0));
        let done = Arc::new(AtomicUsize::new(0));
        let outcomes = Arc::new(Mutex::new(outcomes));
        let on_event = Arc::new(on_event);
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..jobs.clamp(1, work.len().max(1)) {
            let (engine, work, on_event) =
                (Arc::clone(&self), Arc::clone(&work), Arc::clone(&on_event));
            let (next, done) = (Arc::clone(&next), Arc::clone(&done));
            let outcomes = Arc::clone(&outcomes);
            workers.spawn(async move {
                while let Some(Work { place, index }) =
                    work.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    if engine.stop.is_stopped() {
                        break;
                    }
                    if engine.why_not_begun(&engine.suite.cases[*index]).is_some() {
                        continue;
                    }
                    on_event(Event::Started {
                        id: &engine.suite.cases[*index].id,
                    });
                    let outcome = engine.run_case(*index).await;
                    on_event(Event::Finished {
                        case: &outcome.report,
                        is_whole: outcome.is_whole,
                        done: done.fetch_add(1, Ordering::Relaxed) + 1,
                        of: work.len(),
                    });
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner)[*place] =
                        Some(outcome.report);
                }
            });
        }
        let mut defects = Vec::new();
        while let Some(joined) = workers.join_next().await {
            if let Err(error) = joined {
                defects.push(format!("a worker ended early: {error}"));
            }
        }
        let outcomes =
            std::mem::take(&mut *outcomes.lock().unwrap_or_else(PoisonError::into_inner));
        self.assemble(plan, selection, outcomes, &policy, started_at, defects)
    }

    /// Why a case is not begun any more.
    fn why_not_begun(&self, case: &Case) -> Option<&str> {
        let interrupted = self.stop.is_stopped().then_some(INTERRUPTED);
        // What of a recording is lost was never begun, and is not in it.
        let lost = || self.liveness.lost(case);
        interrupted.or_else(|| (!self.source.is_recording()).then(lost).flatten())
    }

    /// Gets the tokens of all identities of a plan, so that they are known as secrets before anything is
    /// shown. One that cannot be had is told by the cases that need it.
    async fn log_in(self: Arc<Self>, plan: &Plan) {
        if self.source.is_recording() {
            return;
        }
        let planned = plan.cases.iter().filter(|planned| planned.skip.is_none());
        let cases = planned.map(|planned| &self.suite.cases[planned.index]);
        let steps = cases.flat_map(|case| case.steps.iter().chain(&case.finally));
        let identities: BTreeSet<String> = steps
            .filter(|step| bind::needs_token(&step.request))
            .filter_map(|step| step.request.identity.clone())
            .collect();
        let mut under_way = tokio::task::JoinSet::new();
        for identity in identities {
            let engine = Arc::clone(&self);
            under_way.spawn(async move {
                let _ = engine.token(&identity).await;
            });
        }
        while under_way.join_next().await.is_some() {}
    }

    /// The report of a run of this plan that has done nothing yet.
    pub fn unbegun(&self, plan: &Plan, selection: &Selection, policy: &Policy) -> Report {
        let outcomes = plan.cases.iter().map(|_| None).collect();
        let now = jiff::Timestamp::now();
        self.assemble(plan, selection, outcomes, policy, now, Vec::new())
    }

    /// What an earlier run has done, each in its place of the plan.
    fn taken_over(&self, plan: &Plan) -> Vec<Option<CaseReport>> {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let cases = plan.cases.iter();
        cases
            .map(|planned| done.remove(&self.suite.cases[planned.index].id))
            .collect()
    }

    /// The report of a run of one case.
    pub(crate) fn report_of_case(&self, index: usize, outcome: CaseOutcome) -> Report {
        let plan = Plan {
            cases: vec![PlannedCase { index, skip: None }],
        };
        let now = jiff::Timestamp::now();
        self.assemble(
            &plan,
            &Selection::default(),
            vec![Some(outcome.report)],
            &Policy::default(),
            now,
            Vec::new(),
        )
    }
}
