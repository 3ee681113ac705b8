//! The passing run whose answers the proofs change.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::engine::{CaseOutcome, Engine, KeptAnswer, Stop};
use crate::execute::TransportSetupError;
use crate::model::{CleanRun, NotGreen, Suite, Target, Verdict};
use crate::plan::plan_run;
use crate::prove::{OnProgress, ProofOptions, Stage, server};
use crate::recording::Playback;
use crate::redact::Redactor;

/// The result of a clean run.
#[derive(Debug, Default)]
pub(super) struct Green {
    /// The summary in the report.
    pub(super) clean: CleanRun,
    /// Passing cases by index, each with one answer per step.
    pub(super) answers: Vec<(usize, Vec<KeptAnswer>)>,
    /// Requirements that are violated although their cases pass: recommendations.
    pub(super) violations: BTreeSet<String>,
    /// Knows every secret, including fetched tokens.
    pub(super) redactor: Redactor,
}

/// Where the answers come from.
pub(super) enum Source {
    /// The target, with so many cases at a time.
    Target { at_once: usize },
    /// An earlier run. Nothing is sent.
    Recording(Playback),
}

/// Runs the selected cases and keeps their answers.
pub(super) async fn run(
    suite: &Arc<Suite>,
    target: &Arc<Target>,
    options: &ProofOptions,
    source: Source,
    on_progress: &OnProgress,
) -> Result<Green, TransportSetupError> {
    let mut plan = plan_run(suite, target, &options.selection);
    let (suite_too, target, stop) = (Arc::clone(suite), Arc::clone(target), Stop::default());
    let (engine, at_once) = match source {
        Source::Target { at_once } => (Engine::new(suite_too, target, stop)?, at_once),
        Source::Recording(playback) => {
            playback.limit(&mut plan, suite);
            (Engine::replaying(playback, suite_too, target, stop), 1)
        }
    };
    let mut green = Green {
        redactor: engine.redactor().clone(),
        ..Green::default()
    };
    green.clean.cases = plan.cases.len();
    let mut work = Vec::new();
    for planned in plan.cases {
        match planned.skip {
            None => work.push(planned.index),
            Some(reason) => green.clean.not_green.push(NotGreen {
                case: suite.cases[planned.index].id.clone(),
                verdict: Verdict::Skip.name().into(),
                reason,
            }),
        }
    }
    for (index, outcome) in outcomes(engine.keeping_answers(), &work, at_once, on_progress).await {
        green.add(index, outcome, suite);
    }
    Ok(green)
}

impl Green {
    fn add(&mut self, index: usize, outcome: CaseOutcome, suite: &Suite) {
        let report = &outcome.report;
        if matches!(report.verdict, Verdict::Pass | Verdict::Warn) {
            self.clean.green += 1;
            self.clean.answers += outcome.answers.len();
            let violated = server::violations(&suite.cases[index], &outcome, suite);
            self.violations
                .extend(violated.into_iter().map(str::to_owned));
            self.answers.push((index, outcome.answers));
            return;
        }
        let first = report.findings.first();
        let first = first.map(|finding| finding.message.to_string());
        self.clean.not_green.push(NotGreen {
            case: report.id.clone(),
            verdict: report.verdict.name().into(),
            reason: match report.reason.as_str() {
                "" => first.unwrap_or_default(),
                reason => reason.to_owned(),
            },
        });
    }
}

/// The outcomes of the cases, in the order of `work`.
async fn outcomes(
    engine: Engine,
    work: &[usize],
    at_once: usize,
    on_progress: &OnProgress,
) -> Vec<(usize, CaseOutcome)> {
    let engine = Arc::new(engine);
    let places = Arc::new(Semaphore::new(at_once.max(1)));
    let mut running = JoinSet::new();
    for index in work.iter().copied() {
        let (engine, places) = (Arc::clone(&engine), Arc::clone(&places));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            (index, engine.run_case(index).await)
        });
    }
    let mut outcomes = Vec::with_capacity(work.len());
    while let Some(joined) = running.join_next().await {
        outcomes.extend(joined.ok());
        on_progress(Stage::Answers, outcomes.len(), work.len());
    }
    outcomes.sort_by_key(|(index, _)| *index);
    outcomes
}
