//! Servers with one fault each, and servers that differ and conform: what do the cases say about them?

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Material;
use super::survey::{CheckAt, check_at};
use crate::engine::{CaseOutcome, Engine, Stop};
use crate::model::{
    Case, Contract, Disposition, FalseAlarm, FaultFate, FaultOutcome, Faults, Level, Suite, Target,
    Variants, Verdict,
};
use crate::reference::{Deployment, Fault, Settings, Variant};

/// How long a case waits for an answer that a fault keeps from coming.
const BRIEFLY: Duration = Duration::from_secs(1);

/// Deployments under way for each core: their cases wait as much as they work.
const DEPLOYMENTS_PER_JOB: usize = 4;

/// Pairs of variants that say two things about one answer; they cannot be on together.
const RIVALS: [(Variant, Variant); 6] = [
    (Variant::NumericTitleIds, Variant::CapitalisedEnums),
    (Variant::XboxErrorOtherKind, Variant::XboxErrorEmpty),
    (Variant::NullableMembersNull, Variant::SampleUser),
    (Variant::LowerCaseInnerError, Variant::NoInnerError),
    (Variant::AbsentAfterUnassign, Variant::NullAfterUnassign),
    (Variant::WithheldMissing, Variant::EmptiedRecords),
];

/// One run of cases against a deployment of its own.
struct Trial {
    settings: Settings,
    cases: Vec<usize>,
}

/// What a trial gave: the outcomes in the order of its cases, and how often each of its faults showed.
struct TrialOutcome {
    cases: Vec<(usize, CaseOutcome)>,
    hits: u64,
}

/// Runs the cases of a contract against a server with each fault that violates it.
/// The places are those of the checks that noticed a fault.
pub(super) async fn faults(
    material: &Material,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> (Faults, HashSet<CheckAt>) {
    let suite = &material.suite;
    let chosen: Vec<(Fault, Vec<usize>)> = Fault::ALL
        .iter()
        .filter_map(|fault| Some((*fault, cases_against(*fault, material)?)))
        .collect();
    let trials = chosen.iter().map(|(fault, cases)| Trial {
        settings: Settings {
            faults: [*fault].into(),
            variants: BTreeSet::new(),
            ..Settings::default()
        },
        cases: cases.clone(),
    });
    let outcomes = run_all(trials.collect(), material, progress).await;
    let places = outcomes
        .iter()
        .flatten()
        .flat_map(|outcome| &outcome.cases)
        .flat_map(|(_, case)| &case.report.findings)
        .map(|finding| check_at(&finding.place))
        .collect();
    let outcomes: Vec<FaultOutcome> = chosen
        .iter()
        .zip(outcomes)
        .map(|((fault, _), outcome)| fate(*fault, outcome, suite, &material.clean_violations))
        .collect();
    let report = Faults {
        total: outcomes.len(),
        killed: outcomes
            .iter()
            .filter(|one| one.outcome == FaultFate::Killed)
            .count(),
        outcomes,
    };
    (report, places)
}

/// The cases that a fault is shown to: those of its contract. `None` when the fault is none of the suite's,
/// or when the selection leaves out what proves its requirement.
fn cases_against(fault: Fault, material: &Material) -> Option<Vec<usize>> {
    let suite = &material.suite;
    let (prefix, _) = fault.requirement().rsplit_once('-')?;
    let is_theirs = |contract: &Contract| {
        let mut ids = contract
            .requirements
            .iter()
            .map(|requirement| &requirement.id);
        ids.any(|id| id.rsplit_once('-').is_some_and(|(of, _)| of == prefix))
    };
    let contract = suite.contracts.iter().position(is_theirs)?;
    let cases: Vec<usize> = material
        .green
        .iter()
        .copied()
        .filter(|index| suite.cases[*index].contract == contract)
        .collect();
    let is_proven = |index: &usize| {
        let proves = &suite.cases[*index].proves;
        proves.iter().any(|id| id == fault.requirement())
    };
    let is_whole = material.whole.contains(&contract);
    (!cases.is_empty() && (is_whole || cases.iter().any(is_proven))).then_some(cases)
}

/// The requirements that a case saw violated.
pub(super) fn violations<'s>(
    case: &'s Case,
    outcome: &CaseOutcome,
    suite: &'s Suite,
) -> Vec<&'s str> {
    let proven = case.proves.iter().zip(&outcome.evidence);
    let proven = proven.filter(|(_, said)| **said == Disposition::Violated);
    let throttling = suite.contract_of(case).throttling.as_ref();
    let silenced = throttling.filter(|_| outcome.is_silenced);
    proven
        .map(|(id, _)| id.as_str())
        .chain(silenced.map(|throttling| throttling.requirement.as_str()))
        .collect()
}

fn fate(
    fault: Fault,
    outcome: Option<TrialOutcome>,
    suite: &Suite,
    clean_violations: &BTreeSet<String>,
) -> FaultOutcome {
    let hits = outcome.as_ref().map_or(0, |outcome| outcome.hits);
    let is_broken = outcome.is_none();
    let mut violated: BTreeSet<String> = BTreeSet::new();
    let mut is_without_evidence = false;
    let mut cases = Vec::new();
    for (index, case) in outcome.into_iter().flat_map(|outcome| outcome.cases) {
        let mut proves = suite.cases[index].proves.iter();
        is_without_evidence |=
            case.report.verdict == Verdict::Error && proves.any(|id| id == fault.requirement());
        let mut blamed = violations(&suite.cases[index], &case, suite);
        blamed.retain(|id| !clean_violations.contains(*id));
        let is_complaint = matches!(case.report.verdict, Verdict::Fail | Verdict::Error);
        if is_complaint || !blamed.is_empty() {
            cases.push(suite.cases[index].id.clone());
        }
        violated.extend(blamed.into_iter().map(str::to_owned));
    }
    let outcome = if is_broken {
        FaultFate::Broken
    } else if violated.contains(fault.requirement())
        || fault.leaves_no_answer() && is_without_evidence
    {
        FaultFate::Killed
    } else if hits == 0 {
        FaultFate::Dead
    } else if cases.is_empty() {
        FaultFate::Silent
    } else {
        FaultFate::KilledByOther
    };
    FaultOutcome {
        fault: fault.name().to_owned(),
        sentence: fault.sentence().to_owned(),
        requirement: fault.requirement().to_owned(),
        outcome,
        hits,
        cases,
        violated: violated.into_iter().collect(),
    }
}

/// Runs all cases against each variant alone, and against as many together as there can be.
pub(super) async fn variants(
    material: &Material,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Variants {
    let alone = Variant::ALL
        .iter()
        .map(|variant| BTreeSet::from([*variant]));
    let without = |rivals: fn(&(Variant, Variant)) -> Variant| {
        let out: BTreeSet<Variant> = RIVALS.iter().map(rivals).collect();
        let all = Variant::ALL.iter().copied();
        all.filter(|variant| !out.contains(variant))
            .collect::<BTreeSet<_>>()
    };
    let sets: Vec<BTreeSet<Variant>> = alone
        .chain([without(|rivals| rivals.0), without(|rivals| rivals.1)])
        .collect();
    let trials = sets.iter().map(|variants| Trial {
        settings: Settings {
            faults: BTreeSet::new(),
            variants: variants.clone(),
            ..Settings::default()
        },
        cases: material.green.clone(),
    });
    let outcomes = run_all(trials.collect(), material, progress).await;
    let mut report = Variants {
        total: sets.len(),
        ..Variants::default()
    };
    for (variants, outcome) in sets.iter().zip(outcomes) {
        let alarms = alarms(variants, outcome, material);
        report.quiet += usize::from(alarms.is_empty());
        report.false_alarms.extend(alarms);
    }
    report
}

fn alarms(
    variants: &BTreeSet<Variant>,
    outcome: Option<TrialOutcome>,
    material: &Material,
) -> Vec<FalseAlarm> {
    let names: Vec<&str> = variants.iter().map(|variant| variant.name()).collect();
    let name = match names.as_slice() {
        [only] => (*only).to_owned(),
        several => format!("{} variants together", several.len()),
    };
    let alarm = |case: &str, requirement: Option<String>, message: String| FalseAlarm {
        variant: name.clone(),
        case: case.to_owned(),
        requirement,
        message,
    };
    let Some(outcome) = outcome else {
        return vec![alarm("", None, "the server could not be started".into())];
    };
    let left: BTreeSet<&str> = variants
        .iter()
        .flat_map(|variant| variant.leaves())
        .copied()
        .collect();
    let mut alarms = Vec::new();
    for (index, case) in outcome.cases {
        let id = &material.suite.cases[index].id;
        let mut blamed: BTreeMap<Option<String>, String> = BTreeMap::new();
        for finding in case.report.findings {
            let is_told_only = finding.level == Some(Level::May);
            let of_requirements = finding.requirements.iter();
            let is_allowed = finding.level == Some(Level::Should)
                && of_requirements
                    .clone()
                    .all(|id| left.contains(id.as_str()) || material.clean_violations.contains(id));
            if !is_told_only && !is_allowed {
                blamed.entry(finding.requirement).or_insert(finding.message);
            }
        }
        if case.report.verdict == Verdict::Error && blamed.is_empty() {
            blamed.insert(None, case.report.reason);
        }
        alarms.extend(
            blamed
                .into_iter()
                .map(|(requirement, message)| alarm(id, requirement, message)),
        );
    }
    alarms
}

/// Runs every trial, some at a time; outcomes come in the order of the trials, `None` where the server did
/// not start.
async fn run_all(
    trials: Vec<Trial>,
    material: &Material,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<Option<TrialOutcome>> {
    let of = trials.len();
    let places = Arc::new(Semaphore::new(material.jobs * DEPLOYMENTS_PER_JOB));
    let mut running = JoinSet::new();
    for (number, trial) in trials.into_iter().enumerate() {
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
    let engine = Engine::new(suite, Arc::new(target), Stop::default()).ok()?;
    let mut cases = Vec::with_capacity(trial.cases.len());
    for index in trial.cases {
        cases.push((index, engine.run_case(index).await));
    }
    let hits = faults.iter().map(|fault| deployment.hits(*fault)).sum();
    Some(TrialOutcome { cases, hits })
}

/// The same target at another address.
fn aimed_at(target: &Target, base: &str, other: &str) -> Target {
    let mut target = target.clone();
    for url in target.services.values_mut() {
        if let Some(rest) = url.strip_prefix(base) {
            *url = format!("{other}{rest}");
        }
    }
    // What leads to the target does not lead to a server of ours.
    target.network = crate::model::Network::default();
    target.networks.clear();
    target
}
