//! What a target does not have, and what depends on it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::model::{Contract, Suite};
use crate::plan::{Gap, Missing, Outlook};
use crate::text::printable::printable;

use crate::cli::outlook::LEVELS;
use crate::cli::outlook::lines::{columns, room, with_figures, write_ids, write_words};
use crate::cli::output::count;

/// Writes what is missing for the cases of one contract, and what cannot be proven.
///
/// ```text
/// seats: 1 of 26 cases can run. Missing in the target                cases  MUST
///   fixture seats.product                                               25    21
///       productId of an entry of the inventory whose distribution policy is open
///   cannot be proven
///       MUST   SEATS-01 to -04, -07
/// ```
pub(super) fn write(
    contract: &Contract,
    outlook: &Outlook<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(gaps) = outlook.gaps(contract) else {
        return Ok(());
    };
    let (run, all) = outlook.cases(contract);
    let (name, all) = (printable(&contract.name), count(all, "case"));
    let heading = format!("{name}: {run} of {all} can run. Missing in the target");
    writeln!(out)?;
    with_figures(&heading, ["cases", "MUST"], width, out)?;
    for (missing, gap) in gaps {
        let figures = [gap.cases, outlook.missing_musts(gap)].map(|figure| figure.to_string());
        let figures = [figures[0].as_str(), figures[1].as_str()];
        let (thing, description) = words(outlook.suite, *missing, gap);
        let (thing, description) = (printable(&thing), printable(&description));
        let line = match description.as_ref() {
            "" => format!("  {thing}"),
            description => format!("  {thing}: {description}"),
        };
        if columns(&line) <= room(width) {
            with_figures(&line, figures, width, out)?;
            continue;
        }
        with_figures(&format!("  {thing}"), figures, width, out)?;
        write_words("      ", description.split(' '), 6, width, out)?;
    }
    let ids = || contract.requirements.iter().map(|one| one.id.as_str());
    if !ids().any(|id| outlook.is_not_provable(id)) {
        return Ok(());
    }
    if !ids().any(|id| outlook.is_provable(id)) {
        return writeln!(out, "  nothing of this contract can be proven");
    }
    writeln!(out, "  cannot be proven")?;
    for level in LEVELS {
        let ids = contract.requirements.iter();
        let ids: Vec<&str> = ids
            .filter(|one| one.level == level)
            .map(|one| one.id.as_str())
            .filter(|id| outlook.is_not_provable(id))
            .collect();
        write_ids(&format!("      {level:<8}"), &ids, width, out)?;
    }
    Ok(())
}

/// The thing, and what to do about it or how the contracts describe it.
fn words(suite: &Suite, missing: Missing<'_>, gap: &Gap<'_>) -> (String, String) {
    let declared = |kind: &str, name: &str, names: Names| {
        let description = description(suite, name, names).cloned();
        (format!("{kind} {name}"), description.unwrap_or_default())
    };
    match missing {
        Missing::Service(name) => (format!("service {name}"), String::new()),
        Missing::Write => (
            "permission to write".to_owned(),
            "`permits: [read, write]` lets cases change the target, and undo the changes"
                .to_owned(),
        ),
        Missing::Identity(name) => declared("identity", name, |it| &it.identities),
        Missing::Capability(name) => declared("capability", name, |it| &it.capabilities),
        Missing::Fixture(name) => declared("fixture", name, |it| &it.fixtures),
        Missing::Disposable => {
            let fixtures: Vec<&str> = gap.fixtures.iter().copied().collect();
            let names = fixtures.join(", ");
            (
                "permission to change fixtures".to_owned(),
                format!("{names}: list under `disposable` those that cases may change"),
            )
        }
    }
}

type Names = fn(&Contract) -> &BTreeMap<String, String>;

/// How the contract that declares a name describes it.
pub(super) fn description<'s>(suite: &'s Suite, name: &str, names: Names) -> Option<&'s String> {
    let mut contracts = suite.contracts.iter();
    contracts.find_map(|contract| names(contract).get(name))
}
