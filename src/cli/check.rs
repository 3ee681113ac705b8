//! `probity check`: everything that can be found without sending a request.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use probity::engine::Redactor;
use probity::load::Thoroughness;
use probity::model::{ExitCode, Level, Suite, Target};
use probity::plan::{Selection, plan_run};
use probity::report::printable::printable;

use super::arguments::CheckOptions;
use super::output::{Terminal, count};
use super::suite;

/// Checks a suite, and a target if one is named.
pub(crate) fn check(options: &CheckOptions, terminal: &Terminal) -> ExitCode {
    let Some(mut suite) = suite::load(&options.suite, Thoroughness::Everything, terminal) else {
        return ExitCode::Invalid;
    };
    let target = match &options.target {
        Some(text) => match suite::load_chosen_target(text, &mut suite, terminal) {
            Some(target) => Some(target),
            None => return ExitCode::Invalid,
        },
        None => None,
    };
    terminal.print(|out| {
        let requirements: usize = suite
            .contracts
            .iter()
            .map(|contract| contract.requirements.len())
            .sum();
        writeln!(
            out,
            "nothing wrong: {}, {}, {}",
            count(suite.contracts.len(), "contract"),
            count(requirements, "requirement"),
            count(suite.cases.len(), "case")
        )?;
        target
            .as_ref()
            .map_or(Ok(()), |target| tell_target(&suite, target, out))
    });
    ExitCode::Conforms
}

/// What the target can and cannot prove, and why not.
fn tell_target(suite: &Suite, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let plan = plan_run(suite, target, &Selection::default());
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut unproven: BTreeSet<&str> = BTreeSet::new();
    let mut proven: BTreeSet<&str> = BTreeSet::new();
    for planned in &plan.cases {
        let case = &suite.cases[planned.index];
        let ids = case.proves.iter().map(String::as_str);
        match &planned.skip {
            Some(reason) => {
                reasons.entry(reason).or_default().push(&case.id);
                unproven.extend(ids);
            }
            None => proven.extend(ids),
        }
    }
    writeln!(out, "\ntarget {}:", printable(&target.name))?;
    let redactor = Redactor::new(&target.secrets);
    for (service, url) in &target.services {
        writeln!(out, "  {service:<12} {}", printable(&redactor.redact(url)))?;
    }
    let run = plan
        .cases
        .iter()
        .filter(|planned| planned.skip.is_none())
        .count();
    writeln!(
        out,
        "\n{run} of {} can run",
        count(plan.cases.len(), "case")
    )?;
    for (reason, ids) in &reasons {
        writeln!(out, "  {} skipped: {}", ids.len(), printable(reason))?;
        for id in ids.iter().take(3) {
            writeln!(out, "      {}", printable(id))?;
        }
        if ids.len() > 3 {
            writeln!(out, "      and {} more", ids.len() - 3)?;
        }
    }
    for level in [Level::Must, Level::Should, Level::May] {
        let all = suite
            .contracts
            .iter()
            .flat_map(|contract| &contract.requirements)
            .filter(|requirement| requirement.level == level);
        let mut counts = [0usize; 4];
        let mut missing = Vec::new();
        for requirement in all {
            let id = requirement.id.as_str();
            let place = if target.not_applicable.contains_key(id) {
                0
            } else if unproven.contains(id) {
                missing.push(id);
                1
            } else if proven.contains(id) {
                2
            } else if requirement.unobservable.is_some() {
                0
            } else {
                missing.push(id);
                3
            };
            counts[place] += 1;
        }
        let total: usize = counts.iter().sum();
        if total == 0 {
            continue;
        }
        writeln!(
            out,
            "{level:<6} {total:>3}: {} provable, {} not provable here, {} without a case, {} not applicable",
            counts[2], counts[1], counts[3], counts[0]
        )?;
        if level == Level::Must && !missing.is_empty() {
            writeln!(
                out,
                "       a run would be incomplete (exit 4) for: {}",
                missing.join(", ")
            )?;
        }
    }
    Ok(())
}
