//! What a run against a target can and cannot prove, known before any request.
//!
//! A suite and a target go in, a text for people comes out. Planning decides which cases run; this
//! only asks what each skipped case lacks, and which requirements stay unproven without it.

mod ids;
mod lack;
mod lines;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::model::{Contract, Level, Requirement, Suite, Target};
use crate::plan::{Selection, plan_run};
use crate::redact::Redactor;
use crate::text::printable::printable;

use crate::cli::output::count;
use crate::cli::ways;
use lack::{Gaps, tell_ids};
use lines::flow;

const LEVELS: [Level; 3] = [Level::Must, Level::Should, Level::May];

/// Lines of sentences are no longer than this.
const WIDEST: usize = 100;

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

/// What planning says about every case and requirement.
struct Survey<'s> {
    suite: &'s Suite,
    target: &'s Target,
    /// By contract: cases that can run, and all.
    cases: BTreeMap<&'s str, (usize, usize)>,
    provable: BTreeSet<&'s str>,
    not_provable: BTreeSet<&'s str>,
    /// What the target lacks, by contract.
    gaps: BTreeMap<&'s str, Gaps<'s>>,
}

impl<'s> Survey<'s> {
    fn of(suite: &'s Suite, target: &'s Target) -> Survey<'s> {
        let mut survey = Survey {
            suite,
            target,
            cases: BTreeMap::new(),
            provable: BTreeSet::new(),
            not_provable: BTreeSet::new(),
            gaps: BTreeMap::new(),
        };
        let mut only_by_rules = BTreeSet::new();
        for planned in &plan_run(suite, target, &Selection::default()).cases {
            let case = &suite.cases[planned.index];
            let contract = suite.contracts[case.contract].name.as_str();
            let ids = case.proves.iter().map(String::as_str);
            let ids = ids.filter(|id| !target.not_applicable.contains_key(*id));
            let by_rules = case.by_rules.iter().map(String::as_str);
            let by_rules = by_rules.filter(|id| !target.not_applicable.contains_key(*id));
            let (run, all) = survey.cases.entry(contract).or_default();
            *all += 1;
            if planned.skip.is_none() {
                *run += 1;
                survey.provable.extend(ids.chain(by_rules));
                continue;
            }
            survey.not_provable.extend(ids);
            only_by_rules.extend(by_rules);
            let gaps = survey.gaps.entry(contract).or_default();
            lack::note(case, suite, target, gaps);
        }
        // One case that upholds these is enough, and one can run.
        let enough = requirements(suite).filter(|requirement| requirement.one_is_enough);
        for id in enough.map(|requirement| requirement.id.as_str()) {
            if survey.provable.contains(id) {
                survey.not_provable.remove(id);
            }
        }
        // A rule holds for whatever answers there are.
        only_by_rules.retain(|id| !survey.provable.contains(id));
        survey.not_provable.extend(only_by_rules);
        survey.gaps.retain(|_, gaps| !gaps.is_empty());
        survey
    }

    /// How many cases of a contract can run, and how many there are.
    fn cases(&self, contract: &Contract) -> (usize, usize) {
        let cases = self.cases.get(contract.name.as_str());
        cases.copied().unwrap_or_default()
    }

    fn level(&self, id: &str) -> Option<Level> {
        let known = requirements(self.suite).find(|one| one.id == id);
        known.map(|one| one.level)
    }

    fn outlook(&self, requirement: &Requirement) -> Outlook {
        let id = requirement.id.as_str();
        if self.target.not_applicable.contains_key(id) {
            Outlook::NotApplicable
        } else if self.not_provable.contains(id) {
            Outlook::NotProvable
        } else if self.provable.contains(id) {
            Outlook::Provable
        } else if requirement.unobservable.is_some() {
            Outlook::NotApplicable
        } else {
            Outlook::WithoutCase
        }
    }

    fn with(&self, outlook: Outlook) -> Vec<&'s Requirement> {
        let all = requirements(self.suite);
        all.filter(|one| self.outlook(one) == outlook).collect()
    }
}

/// Tells what is missing to run against the target, how it is reached, and what it can prove.
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
/// presence: 39 of 47 cases can run. The target lacks               cases  MUST
///   fixture presence.cloaked                                           8     2
///       XUID of a user who is online and hides it
/// ```
pub(crate) fn tell(
    suite: &Suite,
    target: &Target,
    missing: &BTreeSet<String>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let width = width.min(WIDEST);
    let survey = Survey::of(suite, target);
    tell_target(target, out)?;
    if !missing.is_empty() {
        variables::tell(suite, target, missing, width, out)?;
    }
    tell_figures(&survey, !missing.is_empty(), width, out)?;
    for contract in &suite.contracts {
        lack::tell(contract, &survey, width, out)?;
    }
    tell_missing_musts(&survey, width, out)
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
    ways::tell(target, out)
}

/// A line for each contract, and their sum.
fn tell_figures(
    survey: &Survey<'_>,
    is_missing: bool,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let contracts = &survey.suite.contracts;
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
    flow("", sentence.split(' '), 0, width, out)?;
    writeln!(
        out,
        "\n{:longest$}{:>13}{:>11}{:>11}{:>11}",
        "", "cases run", "MUST", "SHOULD", "MAY"
    )?;
    for contract in contracts {
        let name = printable(&contract.name);
        tell_row(survey, &format!("{name:longest$}"), &[contract], out)?;
    }
    if contracts.len() > 1 {
        let all: Vec<&Contract> = contracts.iter().collect();
        tell_row(survey, &format!("{:longest$}", "total"), &all, out)?;
    }
    let ids = |outlook| -> Vec<&str> {
        let of = survey.with(outlook).into_iter();
        of.map(|one| one.id.as_str()).collect()
    };
    let (left_out, without) = (ids(Outlook::NotApplicable), ids(Outlook::WithoutCase));
    if !left_out.is_empty() || !without.is_empty() {
        writeln!(out)?;
    }
    for (what, ids) in [
        ("Not applicable, or not to be seen from outside:", left_out),
        ("Proven by no case:", without),
    ] {
        if !ids.is_empty() {
            writeln!(out, "{what}")?;
            tell_ids("  ", &ids, width, out)?;
        }
    }
    Ok(())
}

/// Cases that run, and what is provable of each level, of these contracts together.
fn tell_row(
    survey: &Survey<'_>,
    name: &str,
    of: &[&Contract],
    out: &mut dyn Write,
) -> io::Result<()> {
    let cases = of.iter().map(|contract| survey.cases(contract));
    let cases = cases.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    write!(out, "{name}{:>13}", share(cases))?;
    for level in LEVELS {
        let requirements = of.iter().flat_map(|contract| &contract.requirements);
        let outlooks = requirements
            .filter(|one| one.level == level)
            .map(|one| survey.outlook(one))
            .filter(|outlook| *outlook != Outlook::NotApplicable);
        let outlooks: Vec<Outlook> = outlooks.collect();
        let provable = outlooks.iter().filter(|one| **one == Outlook::Provable);
        write!(out, "{:>11}", share((provable.count(), outlooks.len())))?;
    }
    writeln!(out)
}

/// `39 of 47`, or nothing of nothing.
fn share((part, whole): (usize, usize)) -> String {
    match whole {
        0 => "-".to_owned(),
        _ => format!("{part} of {whole}"),
    }
}

/// The last word: would a run be complete?
fn tell_missing_musts(survey: &Survey<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let missing = [Outlook::NotProvable, Outlook::WithoutCase].map(|outlook| {
        let of = survey.with(outlook).into_iter();
        of.filter(|one| one.level == Level::Must).count()
    });
    let text = match missing[0] + missing[1] {
        0 => "A run can prove every MUST that applies to this target.".to_owned(),
        number => format!(
            "A run would be incomplete (exit 4): it cannot prove {}. Give the target what it lacks, say under \
             `not-applicable` why a requirement does not apply, or run a part of the suite with `--only`.",
            count(number, "MUST")
        ),
    };
    writeln!(out)?;
    flow("", text.split(' '), 0, width, out)
}

fn requirements(suite: &Suite) -> impl Iterator<Item = &Requirement> {
    suite
        .contracts
        .iter()
        .flat_map(|contract| &contract.requirements)
}
