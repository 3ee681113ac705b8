//! Cases run against a deployment of their own, and what each of them left behind in it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::engine::{CaseOutcome, Engine, Stop};
use crate::model::{Suite, Target};
use crate::prove::Material;
use crate::prove::difference::{Difference, differences};
use crate::prove::rejudge;
use crate::prove::rules::Refused;
use crate::reference::{Deployment, Settings};

/// How long a case waits for an answer that a fault prevents.
const BRIEFLY: Duration = Duration::from_secs(1);

/// Deployments at the same time per core: their cases wait as much as they work.
const DEPLOYMENTS_PER_JOB: usize = 4;

/// A run of cases, one after the other, against a deployment of its own.
#[derive(Debug)]
pub(super) struct Trial {
    pub(super) settings: Settings,
    pub(super) parts: Vec<Part>,
}

/// A case, or the beginning of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The case, by its index in the suite.
    pub(super) index: usize,
    pub(super) ending: Ending,
}

/// How a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// As its file says.
    Complete,
    /// After so many of its steps; its `finally` is run all the same.
    Interrupted(usize),
    /// After its steps, without its `finally`.
    WithoutFinally,
}

impl Part {
    /// The complete case.
    pub(super) fn complete(index: usize) -> Part {
        Part {
            index,
            ending: Ending::Complete,
        }
    }
}

/// The result of a trial.
#[derive(Debug)]
pub(super) struct TrialOutcome {
    /// One for each part, in their order.
    pub(super) ran: Vec<Ran>,
    /// How often requests reached the faults of the deployment.
    pub(super) hits: u64,
    /// What schemas rejected.
    pub(super) refused: Refused,
}

/// The result of one part of a trial.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) part: Part,
    pub(super) outcome: CaseOutcome,
    /// What is neither as it was before nor as it was when the server started: restoring the initial state is right.
    pub(super) left: Vec<Difference>,
}

/// Runs every trial, some at a time; outcomes come in the order of the trials, `None` where the server did
/// not start.
pub(super) async fn run_all(
    trials: Vec<Trial>,
    material: &Material,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Option<TrialOutcome>> {
    let of = trials.len();
    let places = Arc::new(Semaphore::new(material.jobs * DEPLOYMENTS_PER_JOB));
    let mut running = JoinSet::new();
    // From the end: there all variants are on together, which takes longest.
    for (number, trial) in trials.into_iter().enumerate().rev() {
        let (suite, target) = (Arc::clone(&material.suite), Arc::clone(&material.target));
        let base = material.base.clone().unwrap_or_default();
        let places = Arc::clone(&places);
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            (number, run(trial, suite, &target, &base).await)
        });
    }
    let mut outcomes: Vec<Option<TrialOutcome>> = Vec::new();
    outcomes.resize_with(of, || None);
    let mut done = 0;
    while let Some(joined) = running.join_next().await {
        if let Ok((number, outcome)) = joined {
            outcomes[number] = outcome;
        }
        done += 1;
        progress(done, of);
    }
    outcomes
}

/// Cases run one after the other, in the order of the suite: what one leaves behind on a faulty server is
/// then the same each time.
async fn run(trial: Trial, suite: Arc<Suite>, target: &Target, base: &str) -> Option<TrialOutcome> {
    let faults = trial.settings.faults.clone();
    let deployment = Deployment::start(trial.settings, ([127, 0, 0, 1], 0).into())
        .await
        .ok()?;
    let mut target = aimed_at(target, base, &deployment.base_url());
    if faults.iter().any(|fault| fault.leaves_no_answer()) {
        target.limits.timeout = target.limits.timeout.min(BRIEFLY);
    }
    let engine = Engine::new(Arc::clone(&suite), Arc::new(target), Stop::default()).ok()?;
    let engine = engine.keeping_answers();
    let mut refused = Refused::default();
    let mut ran = Vec::with_capacity(trial.parts.len());
    let fresh: Value = deployment.state();
    let mut before = fresh.clone();
    for part in trial.parts {
        let mut outcome = run_part(part, &engine, &suite).await;
        let answers = std::mem::take(&mut outcome.answers);
        let case = rejudge::held(&suite.cases[part.index], &answers);
        refused.note_case(&suite, &case.steps, &answers);
        let after = deployment.state();
        let mut left = differences(&before, &after);
        left.retain(|one| fresh.pointer(&one.place) != after.pointer(&one.place));
        ran.push(Ran {
            part,
            outcome,
            left,
        });
        before = after;
    }
    let hits = faults.iter().map(|fault| deployment.hits(*fault)).sum();
    Some(TrialOutcome { ran, hits, refused })
}

async fn run_part(part: Part, engine: &Engine, suite: &Suite) -> CaseOutcome {
    let mut case = suite.cases[part.index].clone();
    match part.ending {
        Ending::Complete => return engine.run_case(part.index).await,
        Ending::Interrupted(steps) => case.steps.truncate(steps),
        Ending::WithoutFinally => case.finally.clear(),
    }
    engine.attempt_case(&case, 0).await
}

/// The same target at another address.
fn aimed_at(target: &Target, base: &str, other: &str) -> Target {
    let mut target = target.clone();
    for url in target.services.values_mut() {
        if let Some(rest) = url.strip_prefix(base) {
            *url = format!("{other}{rest}");
        }
    }
    // The connection settings of the target are not for this server.
    target.network = crate::model::Network::default();
    target.networks.clear();
    target
}
