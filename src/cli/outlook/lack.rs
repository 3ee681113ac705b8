//! What a target lacks, and what hangs on each thing of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::{Case, Contract, Effect, Level, Suite, Target};
use crate::plan::not_disposable;
use crate::text::printable::printable;

use crate::cli::outlook::ids::shortened;
use crate::cli::outlook::lines::{columns, flow, room, with_figures};
use crate::cli::outlook::{LEVELS, Survey, requirements};
use crate::cli::output::count;

/// One thing that a target does not have. The order is that of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lack<'s> {
    Service(&'s str),
    Write,
    Identity(&'s str),
    Capability(&'s str),
    /// Fixtures that the target has and does not give away.
    Disposable,
    Fixture(&'s str),
}

/// What hangs on a thing.
#[derive(Debug, Default)]
pub(super) struct Gap<'s> {
    cases: usize,
    /// What cannot be proven without it.
    ids: BTreeSet<&'s str>,
    /// Which fixtures, where the thing is leave to change them.
    fixtures: BTreeSet<&'s str>,
}

pub(super) type Gaps<'s> = BTreeMap<Lack<'s>, Gap<'s>>;

/// Notes why a case cannot run; where a whole service is missing, that alone.
pub(super) fn note<'s>(case: &'s Case, suite: &'s Suite, target: &'s Target, gaps: &mut Gaps<'s>) {
    let needs = &case.needs;
    let services = needs.services.iter();
    let services = services.filter(|name| !target.services.contains_key(*name));
    let mut lacks: Vec<Lack<'s>> = services.map(|name| Lack::Service(name)).collect();
    let mut kept: Vec<&str> = Vec::new();
    if lacks.is_empty() {
        if case.effect == Effect::Write && !target.permits_write {
            lacks.push(Lack::Write);
        }
        let identities = needs.identities.iter();
        let identities = identities.filter(|name| !target.identities.contains_key(*name));
        lacks.extend(identities.map(|name| Lack::Identity(name)));
        let capabilities = needs.capabilities.iter();
        let capabilities = capabilities.filter(|name| !target.capabilities.contains(*name));
        lacks.extend(capabilities.map(|name| Lack::Capability(name)));
        let fixtures = needs.fixtures.iter();
        let fixtures = fixtures.filter(|name| !target.fixtures.contains_key(*name));
        lacks.extend(fixtures.map(|name| Lack::Fixture(name)));
        kept.extend(not_disposable(case, suite, target).map(String::as_str));
        lacks.extend((!kept.is_empty()).then_some(Lack::Disposable));
    }
    for lack in lacks {
        let gap = gaps.entry(lack).or_default();
        gap.cases += 1;
        let ids = case.proves.iter().chain(&*case.by_rules);
        gap.ids.extend(ids.map(String::as_str));
        if lack == Lack::Disposable {
            gap.fixtures.extend(&kept);
        }
    }
}

/// Tells what is lacking for the cases of one contract, and what stays unproven.
///
/// ```text
/// seats: 1 of 26 cases can run. The target lacks                     cases  MUST
///   fixture seats.product                                               25    21
///       productId of an entry of the inventory whose distribution policy is open
///   cannot be proven
///       MUST   SEATS-01 to -04, -07
/// ```
pub(super) fn tell(
    contract: &Contract,
    survey: &Survey<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(gaps) = survey.gaps.get(contract.name.as_str()) else {
        return Ok(());
    };
    let (run, all) = survey.cases(contract);
    let can_run = format!(
        "{}: {run} of {} can run",
        printable(&contract.name),
        count(all, "case")
    );
    let is_missing = |id: &&&str| survey.not_provable.contains(**id);
    let musts = |gap: &Gap<'_>| {
        let is_must = |id: &&&str| survey.level(id) == Some(Level::Must);
        gap.ids.iter().filter(is_missing).filter(is_must).count()
    };
    writeln!(out)?;
    with_figures(
        &format!("{can_run}. The target lacks"),
        ["cases", "MUST"],
        width,
        out,
    )?;
    for (lack, gap) in gaps {
        let figures = [gap.cases.to_string(), musts(gap).to_string()];
        let figures = [figures[0].as_str(), figures[1].as_str()];
        let (thing, said) = words(survey.suite, *lack, gap);
        let (thing, said) = (printable(&thing), printable(&said));
        let whole = match said.as_ref() {
            "" => format!("  {thing}"),
            said => format!("  {thing}: {said}"),
        };
        if columns(&whole) <= room(width) {
            with_figures(&whole, figures, width, out)?;
            continue;
        }
        with_figures(&format!("  {thing}"), figures, width, out)?;
        flow("      ", said.split(' '), 6, width, out)?;
    }
    let ids = || contract.requirements.iter().map(|one| one.id.as_str());
    if !ids().any(|id| survey.not_provable.contains(id)) {
        return Ok(());
    }
    if !ids().any(|id| survey.provable.contains(id)) {
        return writeln!(out, "  nothing of this contract can be proven");
    }
    writeln!(out, "  cannot be proven")?;
    for level in LEVELS {
        let ids = contract.requirements.iter();
        let ids: Vec<&str> = ids
            .filter(|one| one.level == level)
            .map(|one| one.id.as_str())
            .filter(|id| survey.not_provable.contains(id))
            .collect();
        tell_ids(&format!("      {level:<8}"), &ids, width, out)?;
    }
    Ok(())
}

/// The ids behind a lead, in lines no longer than the terminal.
pub(super) fn tell_ids(
    lead: &str,
    ids: &[&str],
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut words = shortened(ids);
    let last = words.len() - 1;
    words[..last].iter_mut().for_each(|word| word.push(','));
    let words = words.iter().map(|word| printable(word));
    flow(lead, words, columns(lead), width, out)
}

/// The thing, and what is to be done or what the contracts say about it.
fn words(suite: &Suite, lack: Lack<'_>, gap: &Gap<'_>) -> (String, String) {
    let declared = |kind: &str, name: &str, names: Names| {
        let said = said(suite, name, names).cloned();
        (format!("{kind} {name}"), said.unwrap_or_default())
    };
    match lack {
        Lack::Service(name) => (format!("service {name}"), String::new()),
        Lack::Write => (
            "permission to write".to_owned(),
            "`permits: [read, write]` lets cases change the target, and undo it".to_owned(),
        ),
        Lack::Identity(name) => declared("identity", name, |it| &it.identities),
        Lack::Capability(name) => declared("capability", name, |it| &it.capabilities),
        Lack::Fixture(name) => declared("fixture", name, |it| &it.fixtures),
        Lack::Disposable => {
            let fixtures: Vec<&str> = gap.fixtures.iter().copied().collect();
            let names = fixtures.join(", ");
            (
                "leave to change fixtures".to_owned(),
                format!("{names}: list under `disposable` those that cases may change"),
            )
        }
    }
}

type Names = fn(&Contract) -> &BTreeMap<String, String>;

/// What the contract that declares a name says about it.
pub(super) fn said<'s>(suite: &'s Suite, name: &str, names: Names) -> Option<&'s String> {
    let mut contracts = suite.contracts.iter();
    contracts.find_map(|contract| names(contract).get(name))
}

/// How many of these are MUST, those that do not apply left out.
pub(super) fn musts<'s>(ids: &BTreeSet<&str>, suite: &'s Suite, target: &Target) -> Vec<&'s str> {
    requirements(suite)
        .filter(|one| one.level == Level::Must && ids.contains(one.id.as_str()))
        .filter(|one| !target.not_applicable.contains_key(&one.id))
        .map(|one| one.id.as_str())
        .collect()
}
