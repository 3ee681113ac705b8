//! The trials: the mock as it is, each variant, and the tables themselves.

use std::collections::BTreeSet;

use libtest_mimic::{Failed, Trial};
use probity::model;

use crate::run::{Outcome, run, run_program};
use crate::server::Mock;
use crate::stub::STUBS;
use crate::survivors;
use crate::variant::{Level, Variant};
use crate::variants;

/// Calls without a variant: no requirement describes the answer to them.
const WITHOUT_VARIANT: &[&str] = &["nothing/matches"];

/// Variants that the program runs against, one for each contract; the engine runs against all.
const BY_PROGRAM: &[&str] = &[
    "seats/assign-one/state-pending",
    "presence/level-device/titles",
    "license/user-writer/licenses-null",
    "autopilot/route-a/content",
];

/// All trials.
pub(crate) fn all() -> Vec<Trial> {
    let mut trials = vec![
        Trial::test("the_mock_conforms", the_mock_conforms),
        Trial::test("every_call_has_a_variant", every_call_has_a_variant),
        Trial::test("every_variant_has_a_call", every_variant_has_a_call),
        Trial::test("every_survivor_is_a_variant", every_survivor_is_a_variant),
    ];
    for variant in variants::all() {
        let name = variant.name();
        if BY_PROGRAM.contains(&name.as_str()) {
            let program = move || program_kills(variant);
            trials.push(Trial::test(format!("program/{name}"), program));
        }
        trials.push(Trial::test(name, move || is_killed(variant)));
    }
    trials
}

/// Without a fault nothing is blamed, and no recommendation either.
fn the_mock_conforms() -> Result<(), Failed> {
    let mock = Mock::start(None)?;
    let outcome = run_program(&mock.url(), &["--strict"])?;
    if outcome.exit == 0 && outcome.violated().is_empty() {
        return Ok(());
    }
    Err(told(&outcome).into())
}

fn every_call_has_a_variant() -> Result<(), Failed> {
    let broken: BTreeSet<_> = variants::all().map(|variant| variant.call).collect();
    let mut calls = STUBS.iter().copied().flatten().map(|stub| stub.call);
    match calls.find(|call| !broken.contains(call) && !WITHOUT_VARIANT.contains(call)) {
        Some(call) => Err(format!("no variant breaks {call}").into()),
        None => Ok(()),
    }
}

fn every_variant_has_a_call() -> Result<(), Failed> {
    let mut names = BTreeSet::new();
    for variant in variants::all() {
        let mut stubs = STUBS.iter().copied().flatten();
        if !stubs.any(|stub| stub.call == variant.call) {
            return Err(format!("no stub answers {}", variant.call).into());
        }
        if !names.insert(variant.name()) {
            return Err(format!("two variants have the name {}", variant.name()).into());
        }
    }
    Ok(())
}

fn every_survivor_is_a_variant() -> Result<(), Failed> {
    let names: BTreeSet<_> = variants::all().map(|variant| variant.name()).collect();
    match survivors::names().find(|name| !names.contains(*name)) {
        Some(name) => Err(format!("no variant has the name {name}").into()),
        None => Ok(()),
    }
}

/// The suite kills the variant by its requirement, unless the variant is known to survive.
fn is_killed(variant: Variant) -> Result<(), Failed> {
    let mock = Mock::start(Some(variant))?;
    let is_strict = variant.fault.level == Level::Should;
    let outcome = run(&mock.url(), Some(variant.contract()), is_strict)?;
    let requirement = variant.fault.requirement;
    let level = match variant.fault.level {
        Level::Must => model::Level::Must,
        Level::Should => model::Level::Should,
    };
    if outcome.level(requirement) != Some(level) {
        return Err(format!("{requirement} is not a {level:?} of the suite").into());
    }
    if mock.is_called() && !mock.has_broken() {
        return Err("the change fits none of the answers to such calls".into());
    }
    let name = variant.name();
    let is_survivor = survivors::names().any(|survivor| survivor == name);
    match (kills(&outcome, requirement), is_survivor) {
        (true, false) => blames_no_other(variant, &outcome),
        (false, true) => Ok(()),
        (true, true) => Err("killed now: remove it from the list of survivors".into()),
        (false, false) if !mock.is_called() => Err("the suite makes no such call".into()),
        (false, false) => Err(format!("{requirement} is broken: {}", told(&outcome)).into()),
    }
}

/// Of the MUST requirements only those are violated that the variant breaks.
fn blames_no_other(variant: Variant, outcome: &Outcome) -> Result<(), Failed> {
    let fault = variant.fault;
    let violated = outcome.violated().into_iter();
    let musts = violated.filter(|id| outcome.level(id) == Some(model::Level::Must));
    let others: Vec<&str> = musts
        .filter(|id| *id != fault.requirement && !fault.also.contains(id))
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    Err(format!("blamed, too: {others:?}\n{}", told(outcome)).into())
}

/// The program says the same of a variant as the engine does: exit 1, and the requirement in the report.
fn program_kills(variant: Variant) -> Result<(), Failed> {
    let mock = Mock::start(Some(variant))?;
    let outcome = run_program(&mock.url(), &[])?;
    if kills(&outcome, variant.fault.requirement) {
        return Ok(());
    }
    Err(told(&outcome).into())
}

fn kills(outcome: &Outcome, requirement: &str) -> bool {
    outcome.exit == 1 && outcome.violated().contains(&requirement)
}

fn told(outcome: &Outcome) -> String {
    let violated = outcome.violated();
    let findings = outcome.findings();
    format!("exit {}, violated: {violated:?}\n{findings}", outcome.exit)
}
