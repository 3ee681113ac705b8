//! Servers with one fault each, and variants, which conform: what do the cases report about them?

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::engine::CaseOutcome;
use crate::model::{
    Case, Contract, Disposition, FalseAlarm, FaultOutcome, FaultResult, Faults, Level, Suite,
    Variants, Verdict,
};
use crate::prove::Material;
use crate::prove::check_at::{CheckAt, check_at};
use crate::prove::rules::Refused;
use crate::prove::share::Share;
use crate::prove::trial::{Part, Trial, TrialOutcome, run_all};
use crate::prove::undo::{ServerPlace, Traces};
use crate::reference::{Fault, Settings, Variant};

/// Pairs of variants that contradict each other; they cannot be on together.
const RIVALS: [(Variant, Variant); 6] = [
    (Variant::NUMERIC_TITLE_IDS, Variant::CAPITALISED_ENUMS),
    (Variant::XBOX_ERROR_OTHER_KIND, Variant::XBOX_ERROR_EMPTY),
    (Variant::NULLABLE_MEMBERS_NULL, Variant::SAMPLE_USER),
    (Variant::LOWER_CASE_INNER_ERROR, Variant::NO_INNER_ERROR),
    (Variant::ABSENT_AFTER_UNASSIGN, Variant::NULL_AFTER_UNASSIGN),
    (Variant::WITHHELD_MISSING, Variant::EMPTIED_RECORDS),
];

/// What the servers with faults showed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct FaultEvidence {
    /// By the place of the fault among all that are run.
    pub(super) outcomes: BTreeMap<usize, FaultOutcome>,
    /// The places of the checks that failed.
    pub(super) alive: HashSet<CheckAt>,
    /// What schemas rejected.
    pub(super) refused: Refused,
}

impl FaultEvidence {
    /// Adds what another shard saw.
    pub(super) fn merge(&mut self, other: FaultEvidence) {
        self.outcomes.extend(other.outcomes);
        self.alive.extend(other.alive);
        self.refused.merge(other.refused);
    }

    /// The results, in the order of the catalogue.
    pub(super) fn report(&self) -> Faults {
        let outcomes: Vec<FaultOutcome> = self.outcomes.values().cloned().collect();
        let killed = |one: &&FaultOutcome| one.outcome == FaultResult::Killed;
        Faults {
            total: outcomes.len(),
            killed: outcomes.iter().filter(killed).count(),
            outcomes,
        }
    }
}

/// The faults that are run, each with the cases that are run against it: those of its contract.
pub(super) fn chosen_faults(material: &Material) -> Vec<(Fault, Vec<usize>)> {
    Fault::all()
        .filter_map(|fault| Some((fault, cases_against(fault, material)?)))
        .collect()
}

/// Runs the cases of a contract against a server with each fault that violates it.
pub(super) async fn faults(
    material: &Material,
    share: Share,
    traces: &mut Traces,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> FaultEvidence {
    let suite = &material.suite;
    let chosen = share.take(chosen_faults(material));
    let trials = chosen.iter().map(|(_, (fault, cases))| Trial {
        settings: Settings {
            faults: [*fault].into(),
            variants: BTreeSet::new(),
            ..Settings::default()
        },
        parts: cases.iter().copied().map(Part::complete).collect(),
    });
    let mut outcomes = run_all(trials.collect(), material, progress).await;
    let mut evidence = FaultEvidence::default();
    for outcome in outcomes.iter_mut().flatten() {
        evidence.refused.merge(std::mem::take(&mut outcome.refused));
    }
    for ((place, (fault, _)), outcome) in chosen.iter().zip(&outcomes) {
        // If cleanup has no effect, what is left behind is not the fault of a case.
        if !fault.hinders_undoing() && !fault.leaves_no_answer() {
            let server = (ServerPlace::Fault(*place), *fault);
            traces.add_faulty(server, outcome.as_ref(), material);
        }
    }
    evidence.alive = outcomes
        .iter()
        .flatten()
        .flat_map(|outcome| &outcome.ran)
        .flat_map(|ran| &ran.outcome.report.findings)
        .map(|finding| check_at(&finding.place))
        .collect();
    evidence.outcomes = chosen
        .iter()
        .zip(outcomes)
        .map(|((place, (fault, _)), outcome)| {
            let result = result_of(*fault, outcome, suite, &material.clean_violations);
            (*place, result)
        })
        .collect();
    evidence
}

/// The cases that are run against a fault: those of its contract. `None` if the suite has no such contract, or the
/// selection leaves out the cases that prove its requirement.
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
    let is_proven = |index: &usize| suite.cases[*index].checks(fault.requirement());
    let is_complete = material.complete.contains(&contract);
    (!cases.is_empty() && (is_complete || cases.iter().any(is_proven))).then_some(cases)
}

/// The requirements that a case found violated.
pub(super) fn violations<'s>(
    case: &'s Case,
    outcome: &'s CaseOutcome,
    suite: &'s Suite,
) -> Vec<&'s str> {
    let proven = case.proves.iter().zip(&outcome.evidence);
    let proven = proven.filter(|(_, said)| **said == Disposition::Violated);
    let broken = outcome.by_rules.iter();
    let broken = broken.filter(|(_, said)| **said == Disposition::Violated);
    let throttling = suite.contract_of(case).throttling.as_ref();
    let silenced = throttling.filter(|_| outcome.is_silenced);
    proven
        .map(|(id, _)| id.as_str())
        .chain(broken.map(|(id, _)| id.as_str()))
        .chain(silenced.map(|throttling| throttling.requirement.as_str()))
        .collect()
}

fn result_of(
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
    for ran in outcome.into_iter().flat_map(|outcome| outcome.ran) {
        let (index, case) = (ran.part.index, ran.outcome);
        is_without_evidence |=
            case.report.verdict == Verdict::Error && suite.cases[index].checks(fault.requirement());
        let mut blamed = violations(&suite.cases[index], &case, suite);
        blamed.retain(|id| !clean_violations.contains(*id));
        let is_complaint = matches!(case.report.verdict, Verdict::Fail | Verdict::Error);
        if is_complaint || !blamed.is_empty() {
            cases.push(suite.cases[index].id.clone());
        }
        violated.extend(blamed.into_iter().map(str::to_owned));
    }
    let outcome = if is_broken {
        FaultResult::NotStarted
    } else if violated.contains(fault.requirement())
        || fault.leaves_no_answer() && is_without_evidence
    {
        FaultResult::Killed
    } else if hits == 0 {
        FaultResult::NotReached
    } else if cases.is_empty() {
        FaultResult::Survived
    } else {
        FaultResult::KilledByOther
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

/// The variants that are run: each alone, and as many together as there can be.
pub(super) fn chosen_variants() -> Vec<BTreeSet<Variant>> {
    let alone = Variant::all().map(|variant| BTreeSet::from([variant]));
    let without = |rivals: fn(&(Variant, Variant)) -> Variant| {
        let out: BTreeSet<Variant> = RIVALS.iter().map(rivals).collect();
        Variant::all()
            .filter(|variant| !out.contains(variant))
            .collect::<BTreeSet<_>>()
    };
    alone
        .chain([without(|rivals| rivals.0), without(|rivals| rivals.1)])
        .collect()
}

/// Runs all cases against servers with variants. Returns the false alarms, by the place of the server.
pub(super) async fn variants(
    material: &Material,
    share: Share,
    traces: &mut Traces,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> BTreeMap<usize, Vec<FalseAlarm>> {
    let sets = share.take(chosen_variants());
    let trials = sets.iter().map(|(_, variants)| Trial {
        settings: Settings {
            faults: BTreeSet::new(),
            variants: variants.clone(),
            ..Settings::default()
        },
        parts: material.green.iter().copied().map(Part::complete).collect(),
    });
    let outcomes = run_all(trials.collect(), material, progress).await;
    let mut all = BTreeMap::new();
    for ((place, variants), outcome) in sets.iter().zip(outcomes) {
        let when = format!("with {}", name_of(variants));
        traces.add(ServerPlace::Variants(*place), outcome.as_ref(), &when);
        all.insert(*place, alarms(variants, outcome, material));
    }
    all
}

/// The sums of the false alarms.
pub(super) fn report_variants(alarms: &BTreeMap<usize, Vec<FalseAlarm>>) -> Variants {
    Variants {
        total: alarms.len(),
        quiet: alarms.values().filter(|alarms| alarms.is_empty()).count(),
        false_alarms: alarms.values().flatten().cloned().collect(),
    }
}

fn name_of(variants: &BTreeSet<Variant>) -> String {
    match variants.first() {
        Some(only) if variants.len() == 1 => only.name().to_owned(),
        _ => format!("{} variants together", variants.len()),
    }
}

fn alarms(
    variants: &BTreeSet<Variant>,
    outcome: Option<TrialOutcome>,
    material: &Material,
) -> Vec<FalseAlarm> {
    let name = name_of(variants);
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
    for ran in outcome.ran {
        let (id, case) = (&material.suite.cases[ran.part.index].id, ran.outcome);
        let mut blamed: BTreeMap<Option<String>, String> = BTreeMap::new();
        for finding in case.report.findings {
            let is_note = finding.level == Some(Level::May);
            let of_requirements = finding.requirements.iter();
            let is_allowed = finding.level == Some(Level::Should)
                && of_requirements
                    .clone()
                    .all(|id| left.contains(id.as_str()) || material.clean_violations.contains(id));
            if !is_note && !is_allowed {
                blamed
                    .entry(finding.requirement)
                    .or_insert(finding.message.into());
            }
        }
        if case.report.verdict == Verdict::Error && blamed.is_empty() {
            blamed.insert(None, case.report.reason.into());
        }
        alarms.extend(
            blamed
                .into_iter()
                .map(|(requirement, message)| alarm(id, requirement, message)),
        );
    }
    alarms
}
