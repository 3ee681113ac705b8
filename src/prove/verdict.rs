//! The result of all proofs: by requirement, and as an exit code with its reasons.

use std::collections::HashMap;

use crate::model::{
    CleanRun, Elsewhere, ExitCode, FaultResult, Faults, Inverted, LeftBehind, Level, Mutants,
    Proof, Requirement, RequirementProof, Rules, Undoing, UnmatchedAcceptance, Variants,
};
use crate::prove::survey::Survey;
use crate::prove::{Material, ProofOptions};
use crate::text::count::count;
use crate::text::names::some_of;

/// The gap of a requirement whose cases do not pass on this target.
const NOT_GREEN: &str = "no case that proves it passed on this target";

/// How many names one reason lists.
const NAMES: usize = 5;

/// For each requirement of the selected cases: what violated it and was detected.
pub(super) fn requirements(
    material: &Material,
    survey: &Survey,
    faults: Option<&Faults>,
) -> Vec<RequirementProof> {
    let suite = &material.suite;
    let mut cases: HashMap<&str, usize> = HashMap::new();
    for index in &material.green {
        let case = &suite.cases[*index];
        for id in case.proves.iter().chain(&*case.by_rules) {
            *cases.entry(id).or_default() += 1;
        }
    }
    let mut by_fault: HashMap<&str, usize> = HashMap::new();
    for outcome in faults.iter().flat_map(|faults| &faults.outcomes) {
        if outcome.outcome == FaultResult::Killed {
            *by_fault.entry(&outcome.requirement).or_default() += 1;
        }
    }
    let mut proofs = Vec::new();
    for (number, contract) in suite.contracts.iter().enumerate() {
        for requirement in &contract.requirements {
            let id = requirement.id.as_str();
            let is_selected = material.complete.contains(&number) || cases.contains_key(id);
            if !is_selected {
                continue;
            }
            let mut proof = RequirementProof {
                id: id.to_owned(),
                contract: contract.name.clone(),
                level: requirement.level,
                cases: cases.get(id).copied().unwrap_or(0),
                mutants: survey.by_requirement.get(id).copied().unwrap_or(0),
                faults: by_fault.get(id).copied().unwrap_or(0),
                gap: String::new(),
                counts: false,
            };
            (proof.gap, proof.counts) = gap(requirement, &proof, material);
            proofs.push(proof);
        }
    }
    proofs
}

/// What is missing for a requirement, and whether that counts.
fn gap(requirement: &Requirement, proof: &RequirementProof, material: &Material) -> (String, bool) {
    if proof.mutants + proof.faults > 0 {
        return (String::new(), false);
    }
    let declared = material.target.not_applicable.get(&requirement.id);
    if let Some(reason) = declared.or(requirement.unobservable.as_ref()) {
        return (reason.clone(), false);
    }
    if proof.cases > 0 {
        return (
            "its checks never failed: no mutant and no fault violated it".into(),
            true,
        );
    }
    let all = material.suite.cases.iter();
    let mut proven = all.flat_map(|case| case.proves.iter().chain(&*case.by_rules));
    if proven.any(|id| *id == requirement.id) {
        return (NOT_GREEN.into(), false);
    }
    ("no case proves it".into(), requirement.level == Level::Must)
}

/// Sets the exit code and its reasons.
pub(super) fn decide(proof: &mut Proof, options: &ProofOptions) {
    let mut reasons = of_the_clean_run(&proof.clean);
    reasons.extend(of_mutants(&proof.mutants, options.min_killed));
    reasons.extend(of_elsewhere(
        &proof.mutants.elsewhere,
        options.min_everywhere,
    ));
    reasons.extend(of_rules(&proof.rules, options.min_rules));
    reasons.extend(of_opposites(&proof.inverted));
    reasons.extend(of_servers(proof.faults.as_ref(), proof.variants.as_ref()));
    reasons.extend(proof.undoing.iter().flat_map(of_undoing));
    reasons.extend(of_requirements(&proof.requirements));
    proof.exit = ExitCode::strongest(reasons.iter().map(|(code, _)| *code));
    let rank = |code: ExitCode| {
        ExitCode::BY_STRENGTH
            .iter()
            .position(|other| *other == code)
    };
    reasons.sort_by_key(|(code, _)| rank(*code));
    proof.reasons = reasons.into_iter().map(|(_, reason)| reason).collect();
}

/// The exit code of the passing run of a shard, with its reasons.
pub(super) fn of_a_part(clean: &CleanRun) -> (ExitCode, Vec<String>) {
    let reasons = of_the_clean_run(clean);
    let exit = ExitCode::strongest(reasons.iter().map(|(code, _)| *code));
    (
        exit,
        reasons.into_iter().map(|(_, reason)| reason).collect(),
    )
}

/// An exit code with its reason.
type Reason = (ExitCode, String);

fn violated(reason: String) -> Reason {
    (ExitCode::Violated, reason)
}

fn of_the_clean_run(clean: &CleanRun) -> Vec<Reason> {
    let with_verdict = |verdict: &str| {
        let cases = clean.not_green.iter();
        let cases = cases.filter(|one| one.verdict == verdict);
        cases.map(|one| one.case.as_str()).collect::<Vec<_>>()
    };
    let mut reasons = Vec::new();
    let failed = with_verdict("fail");
    if !failed.is_empty() {
        reasons.push(violated(format!(
            "{} failed on this target ({})",
            count(failed.len(), "case"),
            some_of(&failed, NAMES)
        )));
    }
    let errors = with_verdict("error");
    if !errors.is_empty() {
        let reason = format!(
            "no evidence from {} ({})",
            count(errors.len(), "case"),
            some_of(&errors, NAMES)
        );
        reasons.push((ExitCode::Error, reason));
    }
    let nothing = match (clean.cases, clean.green) {
        (0, _) => "nothing to prove: no case was selected",
        (_, 0) => "nothing to prove: no case passed on this target",
        _ => return reasons,
    };
    reasons.push((ExitCode::Incomplete, nothing.into()));
    reasons
}

fn of_mutants(mutants: &Mutants, min_killed: Option<f64>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match min_killed {
        Some(least) if mutants.killed_percent < least => reasons.push(violated(format!(
            "the mutation score is {}%, {least}% required",
            mutants.killed_percent
        ))),
        None if mutants.survived > 0 => {
            let places = mutants.unchecked.iter();
            let places = places.filter(|one| one.accepted.is_none()).count();
            reasons.push(violated(format!(
                "survived: no check reads {} in the answers",
                count(places, "place")
            )));
        }
        _ => {}
    }
    reasons.extend(of_unmatched("unchecked", &mutants.unmatched));
    reasons
}

fn of_elsewhere(elsewhere: &Elsewhere, min_everywhere: Option<f64>) -> Option<Reason> {
    if let Some(least) = min_everywhere {
        return (elsewhere.everywhere_percent < least).then(|| {
            violated(format!(
                "{}% of the mutants are killed in their own exchange, {least}% required",
                elsewhere.everywhere_percent
            ))
        });
    }
    if elsewhere.must == 0 {
        return None;
    }
    let pairs = elsewhere.pairs.iter();
    let open = pairs.filter(|one| one.level == Level::Must && one.accepted.is_none());
    let mut cases: Vec<&str> = open.map(|one| one.case.as_str()).collect();
    cases.sort_unstable();
    cases.dedup();
    Some(violated(format!(
        "killed elsewhere: {} of a MUST that other exchanges check ({})",
        count(elsewhere.must, "mutant"),
        some_of(&cases, NAMES)
    )))
}

fn of_rules(rules: &Rules, min_rules: Option<f64>) -> Option<Reason> {
    let least = min_rules?;
    if rules.total == 0 {
        return Some(violated(format!(
            "no answer was checked with a schema, {least}% of the rules of schemas required"
        )));
    }
    (rules.refusing_percent < least).then(|| {
        violated(format!(
            "{}% of the rules of schemas rejected something, {least}% required",
            rules.refusing_percent
        ))
    })
}

fn of_unmatched(list: &str, unmatched: &[UnmatchedAcceptance]) -> Option<Reason> {
    if unmatched.is_empty() {
        return None;
    }
    let at: Vec<&str> = unmatched.iter().map(|one| one.at.as_str()).collect();
    Some(violated(format!(
        "{} of `{list}` with nothing to allow ({})",
        count(at.len(), "entry"),
        some_of(&at, NAMES)
    )))
}

fn of_undoing(undoing: &Undoing) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let open = |one: &&LeftBehind| one.accepted.is_none();
    let mut cases: Vec<&str> = undoing
        .left
        .iter()
        .filter(open)
        .map(|one| one.case.as_str())
        .collect();
    cases.dedup();
    if !cases.is_empty() {
        reasons.push(violated(format!(
            "{} left something behind ({})",
            count(cases.len(), "case"),
            some_of(&cases, NAMES)
        )));
    }
    reasons.extend(of_unmatched("lasting", &undoing.unmatched));
    reasons
}

fn of_opposites(inverted: &Inverted) -> Option<Reason> {
    let blind = inverted.blind.len();
    (blind > 0).then(|| violated(format!("blind: {} cannot fail", count(blind, "check"))))
}

fn of_servers(faults: Option<&Faults>, variants: Option<&Variants>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for result in [
        FaultResult::Survived,
        FaultResult::KilledByOther,
        FaultResult::NotReached,
        FaultResult::NotStarted,
    ] {
        let outcomes = faults.iter().flat_map(|faults| &faults.outcomes);
        let names: Vec<&str> = outcomes
            .filter(|one| one.outcome == result)
            .map(|one| one.fault.as_str())
            .collect();
        if !names.is_empty() {
            reasons.push(violated(format!(
                "{}: {} ({})",
                result.name(),
                count(names.len(), "fault"),
                some_of(&names, NAMES)
            )));
        }
    }
    let alarms = variants.map_or(0, |variants| variants.false_alarms.len());
    if alarms > 0 {
        reasons.push(violated(format!(
            "{} about conforming variants",
            count(alarms, "false alarm")
        )));
    }
    reasons
}

fn of_requirements(requirements: &[RequirementProof]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let gaps = requirements.iter().filter(|one| one.counts);
    let gaps: Vec<&str> = gaps.map(|one| one.id.as_str()).collect();
    if !gaps.is_empty() {
        reasons.push(violated(format!(
            "unproven: {} ({})",
            count(gaps.len(), "requirement"),
            some_of(&gaps, NAMES)
        )));
    }
    let open = requirements.iter();
    let open = open.filter(|one| one.level == Level::Must && one.gap == NOT_GREEN);
    let open: Vec<&str> = open.map(|one| one.id.as_str()).collect();
    if !open.is_empty() {
        let reason = format!(
            "not proven here: {} MUST ({})",
            open.len(),
            some_of(&open, NAMES)
        );
        reasons.push((ExitCode::Incomplete, reason));
    }
    reasons
}
