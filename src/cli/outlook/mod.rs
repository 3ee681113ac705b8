//! What a run against a target can and cannot prove, as text. The facts come from [`Outlook`].

mod exceptions;
mod gaps;
mod ids;
mod lines;
mod variables;

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::model::{Contract, Level, Suite, Target};
use crate::plan::{Outlook, Provability, musts_without_case};
use crate::redact::Redactor;
use crate::text::printable::printable;

use crate::cli::output::count;
use crate::cli::ways;
use lines::{write_ids, write_words};

const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// The longest line of sentences.
const WIDEST: usize = 100;

/// Writes what is missing for a run against the target, its network settings, and what a run can prove.
///
/// ```text
/// target staging, cases may only read
///   presence     https://presence.staging.example
///
/// What a run can prove: a requirement when all of its cases can run.
///
///            cases run       MUST     SHOULD        MAY
/// presence    39 of 47   41 of 43   10 of 10     2 of 2
///
/// presence: 39 of 47 cases can run. Missing in the target          cases  MUST
///   fixture presence.cloaked                                           8     2
///       XUID of a user who is online and hides it
/// ```
pub(crate) fn write(
    suite: &Suite,
    target: &Target,
    missing: &BTreeSet<String>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = width.min(WIDEST);
    let outlook = Outlook::of(suite, target);
    write_target(target, out)?;
    if !missing.is_empty() {
        variables::write(&outlook, missing, width, out)?;
    }
    write_figures(&outlook, !missing.is_empty(), width, out)?;
    for contract in &suite.contracts {
        gaps::write(contract, &outlook, width, out)?;
    }
    exceptions::write(&outlook, width, out)?;
    write_missing_musts(&outlook, width, out)
}

/// Writes which MUST requirements no case proves, whatever the target.
pub(crate) fn write_without_case(
    suite: &Suite,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let without = musts_without_case(suite);
    if without.is_empty() {
        return Ok(());
    }
    let width = width.min(WIDEST);
    let (have, them) = if without.len() == 1 {
        ("has", "it")
    } else {
        ("have", "them")
    };
    let text = format!(
        "{} {have} no case, so a run is incomplete (exit 4) unless the target declares {them} not applicable:",
        count(without.len(), "MUST requirement")
    );
    writeln!(out)?;
    write_words("", text.split(' '), 0, width, out)?;
    write_ids("  ", &without, width, out)
}

fn write_target(target: &Target, out: &mut dyn Write) -> io::Result<()> {
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
    ways::write(target, out)
}

/// Writes a line for each contract, and their sum.
fn write_figures(
    outlook: &Outlook<'_>,
    is_missing: bool,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let contracts = &outlook.suite.contracts;
    let longest = contracts.iter().map(|contract| contract.name.len()).max();
    let longest = longest.unwrap_or(0).max("total".len());
    let once = if is_missing {
        " once every variable is set"
    } else {
        ""
    };
    let sentence =
        format!("What a run can prove{once}: a requirement when all of its cases can run.");
    writeln!(out)?;
    write_words("", sentence.split(' '), 0, width, out)?;
    writeln!(
        out,
        "\n{:longest$}{:>13}{:>11}{:>11}{:>11}",
        "", "cases run", "MUST", "SHOULD", "MAY"
    )?;
    for contract in contracts {
        let name = printable(&contract.name);
        write_row(outlook, &format!("{name:longest$}"), &[contract], out)?;
    }
    if contracts.len() > 1 {
        let all: Vec<&Contract> = contracts.iter().collect();
        write_row(outlook, &format!("{:longest$}", "total"), &all, out)?;
    }
    let ids = |provability| -> Vec<&str> {
        let requirements = outlook.requirements(provability).into_iter();
        requirements.map(|one| one.id.as_str()).collect()
    };
    let left_out = ids(Provability::NotApplicable);
    let without = ids(Provability::WithoutCase);
    if !left_out.is_empty() || !without.is_empty() {
        writeln!(out)?;
    }
    for (what, ids) in [
        ("Not applicable, or not observable from outside:", left_out),
        ("Proven by no case:", without),
    ] {
        if !ids.is_empty() {
            writeln!(out, "{what}")?;
            write_ids("  ", &ids, width, out)?;
        }
    }
    Ok(())
}

/// Writes the cases that can run, and what is provable of each level, for these contracts together.
fn write_row(
    outlook: &Outlook<'_>,
    name: &str,
    of: &[&Contract],
    out: &mut dyn Write,
) -> io::Result<()> {
    let cases = of.iter().map(|contract| outlook.cases(contract));
    let cases = cases.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    write!(out, "{name}{:>13}", share(cases))?;
    for level in LEVELS {
        let requirements = of.iter().flat_map(|contract| &contract.requirements);
        let applicable: Vec<Provability> = requirements
            .filter(|one| one.level == level)
            .map(|one| outlook.provability(one))
            .filter(|one| *one != Provability::NotApplicable)
            .collect();
        let provable = applicable.iter();
        let provable = provable.filter(|one| **one == Provability::Provable);
        write!(out, "{:>11}", share((provable.count(), applicable.len())))?;
    }
    writeln!(out)
}

/// `39 of 47`, or `-` if there is nothing.
fn share((part, whole): (usize, usize)) -> String {
    match whole {
        0 => "-".to_owned(),
        _ => format!("{part} of {whole}"),
    }
}

/// Writes whether a run would be complete.
fn write_missing_musts(outlook: &Outlook<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let [not_provable, without_case] =
        [Provability::NotProvable, Provability::WithoutCase].map(|provability| {
            let requirements = outlook.requirements(provability).into_iter();
            requirements.filter(|one| one.level == Level::Must).count()
        });
    let provable = outlook.requirements(Provability::Provable);
    let has_must = provable.iter().any(|one| one.level == Level::Must);
    let text = match not_provable + without_case {
        0 if !has_must => {
            "No MUST applies to this target: a run can prove nothing that it must do.".to_owned()
        }
        0 => "A run can prove every MUST that applies to this target.".to_owned(),
        number => {
            let add = match (not_provable, without_case) {
                (0, _) => "Add a case for each requirement that no case proves",
                (_, 0) => "Add what is missing to the target file",
                _ => {
                    "Add what is missing to the target file, and a case for each requirement that no case proves"
                }
            };
            format!(
                "A run would be incomplete (exit 4): it cannot prove {}. {add}, state under `not-applicable` why a \
                 requirement does not apply, or run a part of the suite with `--only`.",
                count(number, "MUST")
            )
        }
    };
    writeln!(out)?;
    write_words("", text.split(' '), 0, width, out)
}
