//! What a run against a target can and cannot prove, known before any request.
//!
//! A suite and a target go in, a text for people comes out. Planning decides which cases run; this
//! only asks what each skipped case lacks, and which requirements stay unproven without it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use probity::engine::Redactor;
use probity::model::{Case, Contract, Effect, Level, Requirement, Suite, Target};
use probity::plan::{Selection, not_disposable, plan_run};
use probity::report::printable::printable;

use super::output::count;

const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// What can be said of a requirement before the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outlook {
    /// All cases that prove it can run.
    Provable,
    /// A case that proves it cannot run.
    NotProvable,
    /// Nothing proves it.
    WithoutCase,
    /// The target declares so, or no black-box test can see it.
    NotApplicable,
}

/// Something that a target does not have, with the requirements that are not proven without it.
type Lacks<'s> = BTreeMap<Lack<'s>, BTreeSet<&'s str>>;

/// One thing that a target does not have. The order is that of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lack<'s> {
    Service(&'s str),
    Write,
    Identity(&'s str),
    Capability(&'s str),
    Fixture(&'s str),
    Disposable(&'s str),
}

/// Tells what the target can prove.
///
/// ```text
/// target staging, cases may only read
///   presence     https://presence.staging.example
///
/// 39 of 47 cases can run. A requirement is provable when all of its cases can run.
///
///           all  provable  not provable  without a case  not applicable
/// MUST       43        41             2               0               0
///
/// What the target lacks, and what cannot be proven without it:
///
///   fixture `presence.cloaked`: XUID of a user who is online and hides it
///       MUST    PRESENCE-28
/// ```
pub(crate) fn tell(
    suite: &Suite,
    target: &Target,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let plan = plan_run(suite, target, &Selection::default());
    let mut lacks = Lacks::new();
    let mut provable: BTreeSet<&str> = BTreeSet::new();
    let mut not_provable: BTreeSet<&str> = BTreeSet::new();
    let mut run = 0;
    for planned in &plan.cases {
        let case = &suite.cases[planned.index];
        let ids = case.proves.iter().map(String::as_str);
        let ids = ids.filter(|id| !target.not_applicable.contains_key(*id));
        if planned.skip.is_none() {
            run += 1;
            provable.extend(ids);
            continue;
        }
        for lack in lacks_of(case, suite, target) {
            lacks.entry(lack).or_default().extend(ids.clone());
        }
        not_provable.extend(ids);
    }
    // One case that upholds these is enough, and one can run.
    let enough = requirements(suite).filter(|requirement| requirement.one_is_enough);
    for id in enough.map(|requirement| requirement.id.as_str()) {
        if provable.contains(id) && not_provable.remove(id) {
            for ids in lacks.values_mut() {
                ids.remove(id);
            }
        }
    }
    tell_target(target, out)?;
    writeln!(
        out,
        "\n{run} of {} can run. A requirement is provable when all of its cases can run.",
        count(plan.cases.len(), "case")
    )?;
    let outlook = |requirement: &Requirement| {
        let id = requirement.id.as_str();
        if target.not_applicable.contains_key(id) {
            Outlook::NotApplicable
        } else if not_provable.contains(id) {
            Outlook::NotProvable
        } else if provable.contains(id) {
            Outlook::Provable
        } else if requirement.unobservable.is_some() {
            Outlook::NotApplicable
        } else {
            Outlook::WithoutCase
        }
    };
    tell_figures(suite, outlook, out)?;
    tell_lacks(suite, &lacks, width, out)?;
    tell_missing_musts(suite, outlook, out)
}

fn tell_target(target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let may = if target.permits_write {
        "cases may read and write"
    } else {
        "cases may only read"
    };
    writeln!(out, "\ntarget {}, {may}", printable(&target.name))?;
    let redactor = Redactor::new(&target.secrets);
    for (service, url) in &target.services {
        writeln!(out, "  {service:<12} {}", printable(&redactor.redact(url)))?;
    }
    Ok(())
}

/// Everything that keeps a skipped case from running; where a whole service is missing, that alone.
fn lacks_of<'s>(case: &'s Case, suite: &'s Suite, target: &'s Target) -> Vec<Lack<'s>> {
    let needs = &case.needs;
    let services = needs.services.iter();
    let services = services.filter(|name| !target.services.contains_key(*name));
    let mut lacks: Vec<Lack<'s>> = services.map(|name| Lack::Service(name)).collect();
    if !lacks.is_empty() {
        return lacks;
    }
    if case.effect == Effect::Write && !target.permits_write {
        lacks.push(Lack::Write);
    }
    let identities = needs.identities.iter();
    let identities = identities.filter(|name| !target.identities.contains_key(*name));
    lacks.extend(identities.map(|name| Lack::Identity(name)));
    let capabilities = needs.capabilities.iter();
    let capabilities = capabilities.filter(|name| !target.capabilities.contains(*name));
    lacks.extend(capabilities.map(|name| Lack::Capability(name)));
    let fixtures = needs
        .fixtures
        .iter()
        .filter(|name| !target.fixtures.contains_key(*name));
    lacks.extend(fixtures.map(|name| Lack::Fixture(name)));
    let kept = not_disposable(case, suite, target);
    lacks.extend(kept.map(|name| Lack::Disposable(name)));
    lacks
}

/// A line for each level that has requirements.
fn tell_figures(
    suite: &Suite,
    outlook: impl Fn(&Requirement) -> Outlook,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "\n         all  provable  not provable  without a case  not applicable"
    )?;
    for level in LEVELS {
        let of_level: Vec<Outlook> = requirements(suite)
            .filter(|requirement| requirement.level == level)
            .map(&outlook)
            .collect();
        if of_level.is_empty() {
            continue;
        }
        let number = |kind| of_level.iter().filter(|outlook| **outlook == kind).count();
        writeln!(
            out,
            "{level:<8}{:>4}{:>10}{:>14}{:>16}{:>16}",
            of_level.len(),
            number(Outlook::Provable),
            number(Outlook::NotProvable),
            number(Outlook::WithoutCase),
            number(Outlook::NotApplicable),
        )?;
    }
    Ok(())
}

fn tell_lacks(
    suite: &Suite,
    lacks: &Lacks<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    if lacks.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nWhat the target lacks, and what cannot be proven without it:"
    )?;
    for (lack, ids) in lacks {
        writeln!(out, "\n  {}", printable(&headline(suite, *lack)))?;
        for level in LEVELS {
            let of_level = requirements(suite)
                .filter(|requirement| requirement.level == level)
                .map(|requirement| requirement.id.as_str())
                .filter(|id| ids.contains(id));
            let of_level: Vec<&str> = of_level.collect();
            tell_ids(level, &of_level, width, out)?;
        }
    }
    Ok(())
}

/// The thing, and what the contracts say about it.
fn headline(suite: &Suite, lack: Lack<'_>) -> String {
    let (kind, name, said) = match lack {
        Lack::Disposable(name) => {
            return format!(
                "leave to change fixture `{name}`: list it under `disposable`, if cases may change it"
            );
        }
        Lack::Write => {
            return "permission to write: `permits: [read, write]` lets cases change the target, and undo it"
                .to_owned();
        }
        Lack::Service(name) => ("service", name, None),
        Lack::Identity(name) => ("identity", name, said(suite, name, |it| &it.identities)),
        Lack::Capability(name) => ("capability", name, said(suite, name, |it| &it.capabilities)),
        Lack::Fixture(name) => ("fixture", name, said(suite, name, |it| &it.fixtures)),
    };
    match said {
        Some(said) => format!("{kind} `{name}`: {said}"),
        None => format!("{kind} `{name}`"),
    }
}

/// What the contract that declares a name says about it.
fn said<'s>(
    suite: &'s Suite,
    name: &str,
    names: impl Fn(&'s Contract) -> &'s BTreeMap<String, String>,
) -> Option<&'s String> {
    suite
        .contracts
        .iter()
        .find_map(|contract| names(contract).get(name))
}

/// The ids of one level, in lines no longer than the terminal.
fn tell_ids(level: Level, ids: &[&str], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut line = format!("      {level:<7}");
    let indent = line.len();
    let words = shortened(ids);
    for (index, word) in words.iter().enumerate() {
        let comma = if index + 1 < words.len() { "," } else { "" };
        if line.len() > indent && line.len() + 1 + word.len() + comma.len() > width {
            writeln!(out, "{line}")?;
            line = " ".repeat(indent);
        }
        line = format!("{line} {word}{comma}");
    }
    writeln!(out, "{line}")
}

/// Ids in few words: `SEATS-01 to -03`, `-07`, `-08`, `LICENSE-04`.
fn shortened(ids: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = "";
    let mut rest = ids;
    while let [first, after @ ..] = rest {
        let (name, _) = numbered(first).unwrap_or((first, 0));
        let mut last = *first;
        let mut length = 1;
        while let Some(next) = after.get(length - 1).filter(|next| follows(last, next)) {
            last = next;
            length += 1;
        }
        // Two neighbours are no range.
        if length == 2 {
            (last, length) = (first, 1);
        }
        let shown = if name == before {
            &first[name.len()..]
        } else {
            first
        };
        words.push(match length {
            1 => shown.to_owned(),
            _ => format!("{shown} to {}", &last[name.len()..]),
        });
        before = if numbered(first).is_some() { name } else { "" };
        rest = &rest[length..];
    }
    words
}

/// `SEATS` and 1 of `SEATS-01`.
fn numbered(id: &str) -> Option<(&str, u32)> {
    let (name, number) = id.rsplit_once('-')?;
    Some((name, number.parse().ok()?))
}

fn follows(id: &str, next: &str) -> bool {
    match (numbered(id), numbered(next)) {
        (Some((name, number)), Some((next_name, next_number))) => {
            name == next_name && number.checked_add(1) == Some(next_number)
        }
        _ => false,
    }
}

/// The last word: would a run be complete?
fn tell_missing_musts(
    suite: &Suite,
    outlook: impl Fn(&Requirement) -> Outlook,
    out: &mut dyn Write,
) -> io::Result<()> {
    let missing: Vec<&Requirement> = requirements(suite)
        .filter(|requirement| requirement.level == Level::Must)
        .filter(|it| matches!(outlook(it), Outlook::NotProvable | Outlook::WithoutCase))
        .collect();
    if missing.is_empty() {
        return writeln!(
            out,
            "\nA run can prove every MUST that applies to this target."
        );
    }
    writeln!(
        out,
        "\nA run would be incomplete (exit 4): it cannot prove {}. Give the target what it lacks, say under\n\
         `not-applicable` why a requirement does not apply, or run a part of the suite with `--only`.",
        count(missing.len(), "MUST")
    )
}

fn requirements(suite: &Suite) -> impl Iterator<Item = &Requirement> {
    suite
        .contracts
        .iter()
        .flat_map(|contract| &contract.requirements)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_a_range() {
        let ids = ["A-01", "A-02", "A-03", "A-05", "A-06", "B-07", "odd", "C-1"];
        assert_eq!(
            shortened(&ids),
            ["A-01 to -03", "-05", "-06", "B-07", "odd", "C-1"]
        );
        assert_eq!(shortened(&[]), [""; 0]);
    }
}
