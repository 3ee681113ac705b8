//! The environment variables that are not set: what each is for, and what hangs on it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::{Case, Suite, Target, VariableUse};
use crate::text::printable::printable;

use crate::cli::outlook::lack::{musts, said, tell_ids};
use crate::cli::outlook::lines::{flow, with_figures};
use crate::cli::outlook::requirements;
use crate::cli::output::count;

/// Tells the variables that are missing, those together that are for the same.
///
/// ```text
/// 2 environment variables are not set. ...
///
///                                                                    cases  MUST
///   XBL_TOKEN, XBL_USER_HASH
///     identity presence.caller                                          46    40
///       the user `self`, by `XBL3.0 x={userhash};{token}` with a token that
///       carries the XUID claim
///       PRESENCE-01 to -60
/// ```
pub(super) fn tell(
    suite: &Suite,
    target: &Target,
    missing: &BTreeSet<String>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut groups: BTreeMap<&BTreeSet<VariableUse>, Vec<&str>> = BTreeMap::new();
    for name in missing {
        if let Some(uses) = target.variables.get(name) {
            groups.entry(uses).or_default().push(name);
        }
    }
    let are = if missing.len() == 1 { "is" } else { "are" };
    let sentence = format!(
        "{} {are} not set, and a run needs all that the target file names. An identity that you have no token \
         for: take it out of the file, and its cases are skipped.",
        count(missing.len(), "environment variable")
    );
    writeln!(out)?;
    flow("", sentence.split(' '), 0, width, out)?;
    writeln!(out)?;
    with_figures("", ["cases", "MUST"], width, out)?;
    for (uses, names) in groups {
        writeln!(out, "  {}", printable(&names.join(", ")))?;
        for one in uses {
            tell_use(one, suite, target, width, out)?;
        }
    }
    Ok(())
}

fn tell_use(
    one: &VariableUse,
    suite: &Suite,
    target: &Target,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cases: Vec<&Case> = suite.cases.iter().filter(|case| needs(case, one)).collect();
    let proven = cases.iter();
    let proven = proven.flat_map(|case| case.proves.iter().chain(&*case.by_rules));
    let proven: BTreeSet<&str> = proven.map(String::as_str).collect();
    let (kind, name, words) = match one {
        VariableUse::Service(name) => ("service", name.as_str(), None),
        VariableUse::Network(None) => ("the network", "", None),
        VariableUse::Network(Some(name)) => ("the network of", name.as_str(), None),
        VariableUse::Identity(name) => {
            let words = said(suite, name, |contract| &contract.identities);
            ("identity", name.as_str(), words)
        }
        VariableUse::Fixture(name) => {
            let words = said(suite, name, |contract| &contract.fixtures);
            ("fixture", name.as_str(), words)
        }
    };
    let figures = [
        cases.len().to_string(),
        musts(&proven, suite, target).len().to_string(),
    ];
    let thing = format!("    {kind} {name}");
    with_figures(
        printable(&thing).trim_end(),
        [&figures[0], &figures[1]],
        width,
        out,
    )?;
    if let Some(words) = words {
        flow("      ", printable(words).split(' '), 6, width, out)?;
    }
    let applies = |id: &&str| !target.not_applicable.contains_key(*id);
    let ids: Vec<&str> = requirements(suite)
        .map(|one| one.id.as_str())
        .filter(|id| proven.contains(id))
        .filter(applies)
        .collect();
    tell_ids("      ", &ids, width, out)
}

fn needs(case: &Case, one: &VariableUse) -> bool {
    match one {
        VariableUse::Network(None) => true,
        VariableUse::Service(name) | VariableUse::Network(Some(name)) => {
            case.needs.services.contains(name)
        }
        VariableUse::Identity(name) => case.needs.identities.contains(name),
        VariableUse::Fixture(name) => case.needs.fixtures.contains(name),
    }
}
