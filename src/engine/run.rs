//! The run loop: the cases of a plan, several at a time, and the report of what came of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::verdict::CUT_OFF;
use crate::engine::{CaseOutcome, Engine, Event, Policy};
use crate::model::{Case, CaseReport, Report, Suite, Verdict};
use crate::plan::bind;
use crate::plan::{Durations, Plan, PlannedCase, Selection};

/// Why a case was not started when the run was stopped.
pub(super) const INTERRUPTED: &str = "interrupted";

/// Was a case not started or not finished because the run was stopped?
pub(crate) fn was_cut_off(report: &CaseReport) -> bool {
    match report.verdict {
        Verdict::Skip => &*report.reason == INTERRUPTED,
        Verdict::Error => &*report.reason == CUT_OFF,
        _ => false,
    }
}

/// One case to run.
#[derive(Clone, Copy, Debug)]
struct Work {
    /// Its place in the plan.
    place: usize,
    /// Its index in the suite.
    index: usize,
}

/// The cases of a run: those to come, and the reports of those done.
#[derive(Debug)]
struct Schedule {
    work: Vec<Work>,
    next: AtomicUsize,
    done: AtomicUsize,
    /// By place in the plan.
    reports: Mutex<Vec<Option<CaseReport>>>,
}

impl Schedule {
    /// What is left of a plan when some of its cases have reports already, in the order of the plan.
    fn new(plan: &Plan, reports: Vec<Option<CaseReport>>) -> Schedule {
        let cases = plan.cases.iter().enumerate();
        let left = cases
            .filter(|(place, planned)| planned.skip.is_none() && reports[*place].is_none())
            .map(|(place, planned)| Work {
                place,
                index: planned.index,
            });
        Schedule {
            work: left.collect(),
            next: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            reports: Mutex::new(reports),
        }
    }

    /// The same with the cases of `first` before the others, and the longest first.
    fn ordered(
        mut self,
        suite: &Suite,
        durations: Option<&Durations>,
        first: &BTreeSet<String>,
    ) -> Schedule {
        if let Some(durations) = durations {
            let took = durations.of_cases();
            self.work
                .sort_by_cached_key(|work| Reverse(took(&suite.cases[work.index].id)));
        }
        if !first.is_empty() {
            self.work
                .sort_by_cached_key(|work| !first.contains(&suite.cases[work.index].id));
        }
        self
    }

    fn next(&self) -> Option<Work> {
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        self.work.get(next).copied()
    }

    fn finish(&self, work: Work, report: CaseReport) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports[work.place] = Some(report);
    }

    fn take_reports(&self) -> Vec<Option<CaseReport>> {
        std::mem::take(&mut *self.reports.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Engine {
    /// Runs a plan, at most `jobs` cases at a time, and reports in the order of the plan.
    pub async fn run(
        self: Arc<Self>,
        plan: &Plan,
        selection: &Selection,
        jobs: usize,
        policy: Policy,
        on_event: impl Fn(Event<'_>) + Send + Sync + 'static,
    ) -> Report {
        let started_at = jiff::Timestamp::now();
        let schedule = Schedule::new(plan, self.resumed_cases(plan));
        let schedule = schedule.ordered(&self.suite, self.durations.as_ref(), &self.first);
        let schedule = Arc::new(schedule);
        tokio::select! {
            biased;
            () = self.stop.ended() => {}
            () = Arc::clone(&self).fetch_tokens(plan) => {}
        }
        let on_event = Arc::new(on_event);
        let mut workers = tokio::task::JoinSet::new();
        for _ in 0..jobs.clamp(1, schedule.work.len().max(1)) {
            let (engine, schedule) = (Arc::clone(&self), Arc::clone(&schedule));
            let on_event = Arc::clone(&on_event);
            workers.spawn(async move { engine.work(&schedule, &*on_event).await });
        }
        let mut defects = Vec::new();
        while let Some(joined) = workers.join_next().await {
            if let Err(error) = joined {
                defects.push(format!("a worker ended early: {error}"));
            }
        }
        let reports = schedule.take_reports();
        let seen = self.seen(defects);
        self.assemble(plan, selection, reports, &policy, started_at, seen)
    }

    /// Runs one case after the other until none is left.
    async fn work(&self, schedule: &Schedule, on_event: &(impl Fn(Event<'_>) + Sync)) {
        while let Some(work) = schedule.next() {
            if self.stop.is_stopped() {
                break;
            }
            let case = &self.suite.cases[work.index];
            if self.why_not_started(case).is_some() {
                continue;
            }
            on_event(Event::Started { id: &case.id });
            let outcome = self.run_case(work.index).await;
            self.waits_no_longer(case);
            on_event(Event::Finished {
                case: &outcome.report,
                is_complete: outcome.is_complete,
                done: schedule.done.fetch_add(1, Ordering::Relaxed) + 1,
                total: schedule.work.len(),
            });
            schedule.finish(work, outcome.report);
        }
    }

    /// Why a case is not started any more.
    pub(super) fn why_not_started(&self, case: &Case) -> Option<&str> {
        let interrupted = self.stop.is_stopped().then_some(INTERRUPTED);
        // A recording has no exchanges of the cases that were skipped for this reason.
        let lost = || self.liveness.lost(case);
        interrupted.or_else(|| (!self.source.is_recording()).then(lost).flatten())
    }

    /// Fetches the tokens of all identities of a plan, so that the redactor knows them before anything is shown.
    /// The cases that need a token report a failure.
    async fn fetch_tokens(self: Arc<Self>, plan: &Plan) {
        if self.source.is_recording() {
            return;
        }
        let planned = plan.cases.iter().filter(|planned| planned.skip.is_none());
        let cases = planned.map(|planned| &self.suite.cases[planned.index]);
        let steps = cases.flat_map(|case| case.steps.iter().chain(&case.finally));
        let identities: BTreeSet<String> = steps
            .filter(|step| bind::needs_token(&step.request, &self.target))
            .filter_map(|step| step.request.identity.clone())
            .collect();
        let mut requests = tokio::task::JoinSet::new();
        for identity in identities {
            let engine = Arc::clone(&self);
            requests.spawn(async move {
                let _ = engine.token(&identity).await;
            });
        }
        while requests.join_next().await.is_some() {}
    }

    /// The report of a run of this plan before its first case.
    pub fn not_started(&self, plan: &Plan, selection: &Selection, policy: &Policy) -> Report {
        let outcomes = plan.cases.iter().map(|_| None).collect();
        let now = jiff::Timestamp::now();
        let seen = self.seen(Vec::new());
        self.assemble(plan, selection, outcomes, policy, now, seen)
    }

    /// The reports of cases from the resumed run, by place in the plan.
    fn resumed_cases(&self, plan: &Plan) -> Vec<Option<CaseReport>> {
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
            self.seen(Vec::new()),
        )
    }
}
