//! The environment variables that are not set: what each is for, and what depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::{Level, VariableUse};
use crate::plan::Outlook;
use crate::text::printable::printable;

use crate::cli::outlook::gaps::description;
use crate::cli::outlook::lines::{with_figures, write_ids, write_words};
use crate::cli::output::count;

/// Writes the variables that are not set, grouped by what they are for.
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
pub(super) fn write(
    outlook: &Outlook<'_>,
    missing: &BTreeSet<String>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut groups: BTreeMap<&BTreeSet<VariableUse>, Vec<&str>> = BTreeMap::new();
    for name in missing {
        if let Some(uses) = outlook.target.variables.get(name) {
            groups.entry(uses).or_default().push(name);
        }
    }
    let are = if missing.len() == 1 { "is" } else { "are" };
    let sentence = format!(
        "{} {are} not set. A run needs all variables of the target file. If you have no token for an identity, remove \
         it from the file; its cases are then skipped.",
        count(missing.len(), "environment variable")
    );
    writeln!(out)?;
    write_words("", sentence.split(' '), 0, width, out)?;
    writeln!(out)?;
    with_figures("", ["cases", "MUST"], width, out)?;
    for (uses, names) in groups {
        writeln!(out, "  {}", printable(&names.join(", ")))?;
        for one in uses {
            write_use(one, outlook, width, out)?;
        }
    }
    Ok(())
}

fn write_use(
    one: &VariableUse,
    outlook: &Outlook<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let suite = outlook.suite;
    let (kind, name, description) = match one {
        VariableUse::Service(name) => ("service", name.as_str(), None),
        VariableUse::Network(None) => ("the network", "", None),
        VariableUse::Network(Some(name)) => ("the network of", name.as_str(), None),
        VariableUse::Identity(name) => {
            let description = description(suite, name, |contract| &contract.identities);
            ("identity", name.as_str(), description)
        }
        VariableUse::Fixture(name) => {
            let description = description(suite, name, |contract| &contract.fixtures);
            ("fixture", name.as_str(), description)
        }
    };
    let (cases, requirements) = outlook.needed_for(one);
    let musts = requirements.iter().filter(|one| one.level == Level::Must);
    let figures = [cases, musts.count()].map(|figure| figure.to_string());
    let thing = format!("    {kind} {name}");
    let thing = printable(&thing);
    with_figures(thing.trim_end(), [&figures[0], &figures[1]], width, out)?;
    if let Some(words) = description {
        write_words("      ", printable(words).split(' '), 6, width, out)?;
    }
    let ids: Vec<&str> = requirements.iter().map(|one| one.id.as_str()).collect();
    write_ids("      ", &ids, width, out)
}
